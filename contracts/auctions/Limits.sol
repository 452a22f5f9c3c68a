// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What an order can cost at worst, and limits of it as codes of 12 bits.
/// @notice Code 0: no limit. 1 to 63: nothing. From 64 on: (64 + lower six bits) << upper six bits, in 1e-5 CNY, at most 1.6 % too low.
library Limits {
    uint256 internal constant NOTHING = 1;
    uint256 private constant HIGHEST = 4095;

    /// @notice The highest code that stands for `amount` or less.
    function encode(uint256 amount) internal pure returns (uint256) {
        if (amount < 128) return NOTHING;
        uint256 shift = Math.log2(amount) - 6;
        return shift > 63 ? HIGHEST : shift << 6 | amount >> shift & 63;
    }

    /// @notice 1e-5 CNY that a code other than 0 stands for.
    function decode(uint256 code) internal pure returns (uint256) {
        return code < 64 ? 0 : (64 | code & 63) << (code >> 6);
    }

    /// @notice 1e-5 CNY that the first `count` segments of `word` can cost: what a buyer bids, or what a seller offers to pay (a negative
    /// price). Nobody trades at a worse price than the own one.
    function worst(uint256 word, uint256 count, bool sells) internal pure returns (uint256 money) {
        unchecked {
            for (; count > 0; --count) {
                int256 price = int32(uint32(word >> 32));
                if (sells) price = -price;
                if (price > 0) money += uint256(price) * uint32(word);
                word >>= 64;
            }
        }
    }
}
