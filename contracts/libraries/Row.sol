// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Account} from "../core/Types.sol";
import {Accounts} from "./Accounts.sol";

/// @notice One segment of the hour's book in memory, in order of trader number, then segment (the order id).
/// @dev From the top: kWh filled by an earlier stage 32 at bit 96 | number 16 at 80 | zone 8 at 72 | sells 1 at 64 | ticks above the floor 32 | flexible quantity in kWh 32.
type Row is uint256;

using {number, zone, sells, ticks, quantity, filled, afterFill} for Row global;

/// @dev What the rows of one trader's order have in common.
function makeHead(Account account) pure returns (uint256) {
    return Account.unwrap(account) >> 232 << 72 | (Accounts.sells(account) ? uint256(1) << 64 : 0);
}

/// @dev The segment in the lowest 64 bits of `segments` as a row: its price, which is not below `floor`, is counted from there.
function makeRow(uint256 head, uint256 segments, int256 floor) pure returns (Row) {
    unchecked {
        return Row.wrap(head | (segments - (uint256(floor) << 32)) & type(uint64).max);
    }
}

function number(Row row) pure returns (uint256) {
    return Row.unwrap(row) >> 80 & 0xFFFF;
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

/// @dev kWh filled by an earlier stage.
function filled(Row row) pure returns (uint256) {
    return Row.unwrap(row) >> 96;
}

/// @dev The row after a stage filled `fill`, of which `firm` is no longer flexible.
function afterFill(Row row, uint256 fill, uint256 firm) pure returns (Row) {
    unchecked {
        return Row.wrap(Row.unwrap(row) + (fill << 96) - firm);
    }
}
