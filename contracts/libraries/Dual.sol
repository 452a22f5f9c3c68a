// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a full row of a network is worth: above 0 where it is full in its direction, below 0 where it is full against it.
/// @dev Place of the row | worth at the low end of the prices | at the high one (1e-18 tick, int120).
type Dual is uint256;

uint256 constant ROW_AT = 240;
uint256 constant ROW_BITS = 16;
uint256 constant LOW_AT = 120;
uint256 constant LOW_BITS = 120;
uint256 constant HIGH_AT = 0;
uint256 constant HIGH_BITS = 120;

using {row, low, high} for Dual global;

function row(Dual dual) pure returns (uint256) {
    return Dual.unwrap(dual) >> ROW_AT;
}

function low(Dual dual) pure returns (int256) {
    return int120(uint120(Dual.unwrap(dual) >> LOW_AT));
}

function high(Dual dual) pure returns (int256) {
    return int120(uint120(Dual.unwrap(dual) >> HIGH_AT));
}
