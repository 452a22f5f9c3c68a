// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What `allocate` is told of a plant before its hours.
type PlantDay is uint256;

uint256 constant CONTRACTED_AT = 0;
uint256 constant CONTRACTED_BITS = 64;
uint256 constant INITIAL_AT = 64;
uint256 constant INITIAL_BITS = 32;
uint256 constant STATUS_AT = 96;
uint256 constant STATUS_BITS = 8;

using {contracted, initial, status} for PlantDay global;

/// @dev Contract of the day, kWh.
function contracted(PlantDay day) pure returns (uint256) {
    return uint64(PlantDay.unwrap(day) >> CONTRACTED_AT);
}

/// @dev Real output in the hour before the first one allocated, kWh.
function initial(PlantDay day) pure returns (uint256) {
    return uint32(PlantDay.unwrap(day) >> INITIAL_AT);
}

/// @dev How the day turned out, a Status; what is beyond its bits is not cut off, so that it is refused.
function status(PlantDay day) pure returns (uint256) {
    return PlantDay.unwrap(day) >> STATUS_AT;
}
