// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice One segment of the hour's book in memory, in order of trader number, then segment (the order id).
/// @dev From the top: number 16 at bit 80 | zone 8 at 72 | sells 1 at 64 | ticks above the floor 32 | flexible quantity in kWh 32.
type Row is uint256;

using {number, zone, sells, ticks, quantity, withQuantity} for Row global;

function makeRow(uint256 number_, uint256 zone_, bool sells_, uint256 ticks_, uint256 quantity_) pure returns (Row) {
    return Row.wrap(number_ << 80 | zone_ << 72 | (sells_ ? uint256(1) << 64 : 0) | ticks_ << 32 | quantity_);
}

function number(Row row) pure returns (uint256) {
    return Row.unwrap(row) >> 80;
}

function zone(Row row) pure returns (uint256) {
    return Row.unwrap(row) >> 72 & 0xFF;
}

function sells(Row row) pure returns (bool) {
    return Row.unwrap(row) >> 64 & 1 == 1;
}

function ticks(Row row) pure returns (uint256) {
    return Row.unwrap(row) >> 32 & 0xFFFFFFFF;
}

function quantity(Row row) pure returns (uint256) {
    return Row.unwrap(row) & 0xFFFFFFFF;
}

/// @dev `quantity_` is at most the row's own.
function withQuantity(Row row, uint256 quantity_) pure returns (Row) {
    return Row.wrap(Row.unwrap(row) & ~uint256(0xFFFFFFFF) | quantity_);
}
