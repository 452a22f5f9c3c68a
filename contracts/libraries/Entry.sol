// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Row} from "./Row.sol";

/// @notice Who takes part in a region with what: a row of the book with the energy that it may still trade there.
/// @dev Number, zone, side and ticks are where Row has them.
type Entry is uint256;

uint256 constant PLACE_AT = 96;
uint256 constant PLACE_BITS = 32;
uint256 constant NUMBER_AT = 80;
uint256 constant NUMBER_BITS = 16;
uint256 constant ZONE_AT = 72;
uint256 constant ZONE_BITS = 8;
uint256 constant TICKS_AT = 32;
uint256 constant TICKS_BITS = 32;
uint256 constant ENERGY_AT = 0;
uint256 constant ENERGY_BITS = 32;

using {place, number, zone, ticks, energy} for Entry global;

/// @dev The row at `place_` of the book, with `energy_` kWh to trade.
function makeEntry(Row row, uint256 place_, uint256 energy_) pure returns (Entry) {
    uint256 kept = Row.unwrap(row) >> TICKS_AT & (1 << PLACE_AT - TICKS_AT) - 1;
    return Entry.wrap(place_ << PLACE_AT | kept << TICKS_AT | energy_);
}

/// @dev Index of the row in the book.
function place(Entry entry) pure returns (uint256) {
    return Entry.unwrap(entry) >> PLACE_AT;
}

/// @dev The trader's registry number.
function number(Entry entry) pure returns (uint256) {
    return uint16(Entry.unwrap(entry) >> NUMBER_AT);
}

function zone(Entry entry) pure returns (uint256) {
    return uint8(Entry.unwrap(entry) >> ZONE_AT);
}

/// @dev Price above the floor, fen/MWh.
function ticks(Entry entry) pure returns (uint256) {
    return uint32(Entry.unwrap(entry) >> TICKS_AT);
}

/// @dev kWh.
function energy(Entry entry) pure returns (uint256) {
    return uint32(Entry.unwrap(entry));
}
