// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice The prices from which full rows take, 1e-18 tick above the floor.
/// @dev At the low end of the prices | at the high one (int128).
type Levels is uint256;

uint256 constant LOW_AT = 128;
uint256 constant LOW_BITS = 128;
uint256 constant HIGH_AT = 0;
uint256 constant HIGH_BITS = 128;

using {low, high} for Levels global;

function low(Levels levels) pure returns (int256) {
    return int128(uint128(Levels.unwrap(levels) >> LOW_AT));
}

function high(Levels levels) pure returns (int256) {
    return int128(uint128(Levels.unwrap(levels) >> HIGH_AT));
}
