// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account} from "./Account.sol";
import {Accounts} from "./Accounts.sol";

/// @title What an order can cost at worst, and limits of it as codes of 12 bits.
/// @notice Code 0: no limit. 1 to 63: nothing. From 64 on: (64 + lower six bits) << upper six bits, in 1e-5 CNY, at most 1.6 % too low.
library Limits {
    using Accounts for Account;

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

    /// @notice 1e-5 CNY that the order can cost its trader: what a buyer bids, or what a seller offers to pay (a negative price). Nobody
    /// trades at a worse price than the own one. `more` counts where the order has more than three segments.
    function worst(Account order, uint256 more) internal pure returns (uint256 money) {
        uint256 count = order.count();
        money = _cost(Account.unwrap(order), count, order.sells());
        if (count > Accounts.SEGMENTS_A_WORD) money += _cost(more, count - Accounts.SEGMENTS_A_WORD, order.sells());
    }

    /// @dev The same of the first `count` segments of a word, or of all three: the others are cut off, so that no loop is needed.
    function _cost(uint256 word, uint256 count, bool sells) private pure returns (uint256 money) {
        assembly ("memory-safe") {
            let sign := sub(1, shl(1, sells))
            word := and(word, sub(shl(shl(6, count), 1), 1))
            let price := mul(sign, signextend(3, shr(32, word)))
            money := mul(mul(sgt(price, 0), price), and(word, 0xFFFFFFFF))
            price := mul(sign, signextend(3, shr(96, word)))
            money := add(money, mul(mul(sgt(price, 0), price), and(shr(64, word), 0xFFFFFFFF)))
            price := mul(sign, signextend(3, shr(160, word)))
            money := add(money, mul(mul(sgt(price, 0), price), and(shr(128, word), 0xFFFFFFFF)))
        }
    }
}
