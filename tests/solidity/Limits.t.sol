// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Account} from "../../contracts/libraries/Account.sol";
import {Limits} from "../../contracts/libraries/Limits.sol";
import {Base} from "./Base.sol";

/// @title Limits as codes, and what an order can cost.
contract LimitsTest is Base {
    function test_a_code_never_stands_for_more_and_at_most_a_64th_less(uint256 amount) public pure {
        amount = bound(amount, 128, type(uint120).max);
        uint256 code = Limits.encode(amount);
        if (code == 4095) return; // the highest there is
        uint256 least = Limits.decode(code);
        assertTrue(least <= amount && amount - least <= amount / 64, "rounded down by a 64th at most");
        assertTrue(Limits.decode(code + 1) > amount, "the next code stands for more");
    }

    function test_little_is_nothing_and_very_much_is_the_highest_code() public pure {
        assertEq(Limits.encode(127), 1, "below 128");
        assertEq(Limits.decode(Limits.encode(127)), 0, "nothing");
        assertEq(Limits.encode(type(uint120).max), 4095, "highest");
        assertEq(Limits.decode(4095), 127 << 63, "as much as it stands for");
    }

    function test_buyer_risks_the_bid_and_seller_a_negative_price(int32 price, uint32 quantity, bool sells, uint256 count) public pure {
        count = bound(count, 1, 5);
        uint256 one = uint256(uint32(price)) << 32 | quantity;
        uint256 word = (sells ? uint256(1) << 195 : 0) | count << 192 | one | one << 64 | one << 128;
        int256 each = int256(price) * int256(uint256(quantity)) * (sells ? -1 : int256(1));
        uint256 worst = each > 0 ? uint256(each) * count : 0;
        assertEq(Limits.worst(Account.wrap(word), one | one << 64), worst, "of every segment that counts");
    }
}
