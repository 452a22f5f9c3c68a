// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ZONE_AT as ACCOUNT_ZONE_AT, Account} from "./Account.sol";
import {Accounts} from "./Accounts.sol";

/// @notice One segment of the hour's book in memory, in order of trader number, then segment (the order id).
/// @dev The quantity is what of it is still flexible, kWh; filled is what an earlier stage filled.
type Row is uint256;

uint256 constant FILLED_AT = 96;
uint256 constant FILLED_BITS = 32;
uint256 constant NUMBER_AT = 80;
uint256 constant NUMBER_BITS = 16;
uint256 constant ZONE_AT = 72;
uint256 constant ZONE_BITS = 8;
uint256 constant SELLS_AT = 64;
uint256 constant SELLS_BITS = 1;
uint256 constant RENEWABLE_AT = 65;
uint256 constant RENEWABLE_BITS = 1;
uint256 constant TICKS_AT = 32;
uint256 constant TICKS_BITS = 32;
uint256 constant QUANTITY_AT = 0;
uint256 constant QUANTITY_BITS = 32;

using {number, zone, sells, renewable, ticks, quantity, filled, afterFill, asRenewable, repriced} for Row global;

/// @dev What the rows of one trader's order have in common.
function makeHead(Account account) pure returns (uint256) {
    // in both words the zone is next to the number
    return Account.unwrap(account) >> ACCOUNT_ZONE_AT << ZONE_AT | (Accounts.sells(account) ? 1 << SELLS_AT : 0);
}

/// @dev The segment in the lowest 64 bits of `segments` as a row: its price, which is not below `floor`, is counted from there.
function makeRow(uint256 head, uint256 segments, int256 floor) pure returns (Row) {
    // Meant to wrap: price and floor may be below 0, and what is borrowed is cut off.
    unchecked {
        return Row.wrap(head | (segments - (uint256(floor) << TICKS_AT)) & type(uint64).max);
    }
}

function number(Row row) pure returns (uint256) {
    return uint16(Row.unwrap(row) >> NUMBER_AT);
}

function zone(Row row) pure returns (uint256) {
    return uint8(Row.unwrap(row) >> ZONE_AT);
}

function sells(Row row) pure returns (bool) {
    return Row.unwrap(row) >> SELLS_AT & 1 == 1;
}

/// @dev Whether the trader gives wind, sun or water; known in a second stage that asks for it.
function renewable(Row row) pure returns (bool) {
    return Row.unwrap(row) >> RENEWABLE_AT & 1 == 1;
}

function asRenewable(Row row) pure returns (Row) {
    return Row.wrap(Row.unwrap(row) | 1 << RENEWABLE_AT);
}

/// @dev The row with another price, `ticks_` above the floor.
function repriced(Row row, uint256 ticks_) pure returns (Row) {
    return Row.wrap(Row.unwrap(row) & ~(uint256(type(uint32).max) << TICKS_AT) | ticks_ << TICKS_AT);
}

function ticks(Row row) pure returns (uint256) {
    return uint32(Row.unwrap(row) >> TICKS_AT);
}

function quantity(Row row) pure returns (uint256) {
    return uint32(Row.unwrap(row));
}

/// @dev kWh filled by an earlier stage.
function filled(Row row) pure returns (uint256) {
    return Row.unwrap(row) >> FILLED_AT;
}

/// @dev The row after a stage filled `fill`, of which `firm` is no longer flexible.
function afterFill(Row row, uint256 fill, uint256 firm) pure returns (Row) {
    // Of 32 bits of energy no more is firm than the quantity.
    unchecked {
        return Row.wrap(Row.unwrap(row) + (fill << FILLED_AT) - firm);
    }
}
