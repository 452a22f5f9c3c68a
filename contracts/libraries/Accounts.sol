// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Account} from "../core/Types.sol";

/// @title Reads and writes the bit fields of an account's word, whose layout is in Types.sol.
library Accounts {
    /// @notice Segments that fit the word; two more follow in a second one.
    uint256 internal constant SEGMENTS_A_WORD = 3;
    uint256 internal constant MOST_SEGMENTS = 5;

    uint256 private constant IDENTITY = 0xFFFFFFFFF << 220;
    uint256 private constant LIMIT = 0xFFF << 220;
    uint256 private constant ORDER = (1 << 220) - 1;

    /// @notice A trader without an order.
    function identified(uint256 number_, uint256 zone_, uint256 limit_) internal pure returns (Account) {
        return Account.wrap(number_ << 240 | zone_ << 232 | limit_ << 220);
    }

    /// @notice The trader with `order`, whose number, zone and limit are ignored.
    function stand(Account account, uint256 order) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) & IDENTITY | order & ORDER);
    }

    /// @notice The trader with no order any more.
    function retire(Account account) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) & IDENTITY);
    }

    /// @notice The trader's registry number, 0 for a stranger.
    function number(Account account) internal pure returns (uint256) {
        return Account.unwrap(account) >> 240;
    }

    /// @notice Code of what an hour's order may cost at worst.
    function limit(Account account) internal pure returns (uint256) {
        return Account.unwrap(account) >> 220 & 0xFFF;
    }

    /// @notice The same trader and order with another limit.
    function limited(Account account, uint256 limit_) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) & ~LIMIT | limit_ << 220);
    }

    /// @notice The hour that the order is for.
    function hour(Account account) internal pure returns (uint256) {
        return Account.unwrap(account) >> 196 & 0xFFFFFF;
    }

    function sells(Account account) internal pure returns (bool) {
        return Account.unwrap(account) >> 195 & 1 == 1;
    }

    /// @notice How many segments the order has; 0 means no order.
    function count(Account account) internal pure returns (uint256) {
        return Account.unwrap(account) >> 192 & 7;
    }

    /// @notice Price (fen/MWh) and quantity (kWh) of the segment in the lowest 64 bits of `word`.
    function segment(uint256 word) internal pure returns (int256 price, uint256 quantity) {
        return (int32(uint32(word >> 32)), uint32(word));
    }
}
