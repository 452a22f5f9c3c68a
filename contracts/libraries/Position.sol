// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a solution says of a node of a network.
/// @dev kWh that it exports (int64) | which way its price would go if the rows let it, at the low end of the prices and at the high one
/// (1e-18 tick, int96).
type Position is uint256;

uint256 constant NET_AT = 192;
uint256 constant NET_BITS = 64;
uint256 constant LOW_AT = 96;
uint256 constant LOW_BITS = 96;
uint256 constant HIGH_AT = 0;
uint256 constant HIGH_BITS = 96;

using {net, low, high} for Position global;

function net(Position position) pure returns (int256) {
    return int64(uint64(Position.unwrap(position) >> NET_AT));
}

function low(Position position) pure returns (int256) {
    return int96(uint96(Position.unwrap(position) >> LOW_AT));
}

function high(Position position) pure returns (int256) {
    return int96(uint96(Position.unwrap(position) >> HIGH_AT));
}
