// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    Account,
    COUNT_AT,
    COUNT_MASK,
    HOUR_AT,
    LIMIT_AT,
    LIMIT_MASK,
    NUMBER_AT,
    PRICE_IN_SEGMENT,
    SELLS_AT,
    ZONE_AT
} from "./Account.sol";

/// @title Reads and writes the bit fields of an account's word, whose layout is in Account.sol.
library Accounts {
    /// @notice Segments that fit the word; two more follow in a second one.
    uint256 internal constant SEGMENTS_A_WORD = 3;
    uint256 internal constant MOST_SEGMENTS = 5;

    uint256 private constant ORDER = (1 << LIMIT_AT) - 1;
    uint256 private constant IDENTITY = ~ORDER;
    uint256 private constant LIMIT = LIMIT_MASK << LIMIT_AT;

    /// @notice A trader without an order.
    function identified(uint256 number_, uint256 zone_, uint256 limit_) internal pure returns (Account) {
        return Account.wrap(number_ << NUMBER_AT | zone_ << ZONE_AT | limit_ << LIMIT_AT);
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
        return Account.unwrap(account) >> NUMBER_AT;
    }

    /// @notice Code of what an hour's order may cost at worst.
    function limit(Account account) internal pure returns (uint256) {
        return Account.unwrap(account) >> LIMIT_AT & LIMIT_MASK;
    }

    /// @notice The same trader and order with another limit.
    function limited(Account account, uint256 limit_) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(account) & ~LIMIT | (limit_ & LIMIT_MASK) << LIMIT_AT);
    }

    /// @notice The hour that the order is for.
    function hour(Account account) internal pure returns (uint256) {
        return uint24(Account.unwrap(account) >> HOUR_AT);
    }

    function sells(Account account) internal pure returns (bool) {
        return Account.unwrap(account) >> SELLS_AT & 1 == 1;
    }

    /// @notice How many segments the order has; 0 means no order.
    function count(Account account) internal pure returns (uint256) {
        return Account.unwrap(account) >> COUNT_AT & COUNT_MASK;
    }

    /// @notice Price (fen/MWh) and quantity (kWh) of the segment in the lowest 64 bits of `word`.
    function segment(uint256 word) internal pure returns (int256 price, uint256 quantity) {
        return (int32(uint32(word >> PRICE_IN_SEGMENT)), uint32(word));
    }
}
