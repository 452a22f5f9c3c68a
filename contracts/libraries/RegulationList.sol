// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a plant may be called for, and at which prices. Two are a word, the first in the lowest bits.
type RegulationList is uint256;

uint256 constant UP_PRICE_AT = 0;
uint256 constant UP_PRICE_BITS = 32;
uint256 constant UP_AT = 32;
uint256 constant UP_BITS = 32;
uint256 constant DOWN_PRICE_AT = 64;
uint256 constant DOWN_PRICE_BITS = 32;
uint256 constant DOWN_AT = 96;
uint256 constant DOWN_BITS = 32;
uint256 constant LIST_WIDTH = 128;
uint256 constant LISTS_A_WORD = 2;

using {upPrice, up, downPrice, down, put} for RegulationList global;

function makeList(int32 upPrice_, uint32 up_, int32 downPrice_, uint32 down_) pure returns (RegulationList) {
    uint256 upward = uint256(uint32(upPrice_)) << UP_PRICE_AT | uint256(up_) << UP_AT;
    return RegulationList.wrap(upward | uint256(uint32(downPrice_)) << DOWN_PRICE_AT | uint256(down_) << DOWN_AT);
}

/// @dev The list of account `number` out of the word that holds it.
function listIn(uint256 word, uint256 number) pure returns (RegulationList) {
    return RegulationList.wrap(uint128(word >> number % LISTS_A_WORD * LIST_WIDTH));
}

/// @dev The word with the list of account `number` in place of the one before.
function put(RegulationList list, uint256 word, uint256 number) pure returns (uint256) {
    uint256 shift = number % LISTS_A_WORD * LIST_WIDTH;
    return word & ~(uint256(type(uint128).max) << shift) | RegulationList.unwrap(list) << shift;
}

/// @dev fen/MWh.
function upPrice(RegulationList list) pure returns (int256) {
    return int32(uint32(RegulationList.unwrap(list) >> UP_PRICE_AT));
}

/// @dev kWh an hour.
function up(RegulationList list) pure returns (uint256) {
    return uint32(RegulationList.unwrap(list) >> UP_AT);
}

/// @dev fen/MWh.
function downPrice(RegulationList list) pure returns (int256) {
    return int32(uint32(RegulationList.unwrap(list) >> DOWN_PRICE_AT));
}

/// @dev kWh an hour.
function down(RegulationList list) pure returns (uint256) {
    return uint32(RegulationList.unwrap(list) >> DOWN_AT);
}
