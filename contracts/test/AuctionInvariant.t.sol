// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Base} from "./Base.sol";
import {OpenCrowd} from "./Crowd.sol";

contract AuctionInvariant is Base {
    OpenCrowd private crowd;

    function setUp() public {
        crowd = new OpenCrowd();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(crowd);
    }

    function invariant_nobody_acts_for_another() public view {
        assertEq(crowd.impostors(), 0, "impostors");
        assertTrue(crowd.ordersAreOwn(), "orders are their traders' own");
    }

    function invariant_no_order_out_of_the_money_is_filled() public view {
        assertEq(crowd.outOfTheMoney(), 0, "out of the money");
    }

    function invariant_only_the_right_bounds_are_accepted() public view {
        assertEq(crowd.wrongProofs(), 0, "proofs");
    }

    function invariant_an_hour_is_cleared_once() public view {
        assertEq(crowd.twice(), 0, "twice");
    }

    function invariant_balances_sum_to_zero() public view {
        assertEq(crowd.money(), 0, "sum");
    }

    /// @dev The laws above are about something.
    function test_the_crowd_trades() public {
        for (uint256 hour = 0; hour < 3; ++hour) {
            crowd.order(0, true, 7, 30, 10);
            crowd.order(1, false, 12, 20, 10);
            crowd.order(2, true, 6, 5, 10);
            crowd.wait(25 minutes - 2);
            crowd.wait(10 minutes);
            crowd.clear(1, 1);
            crowd.clear(1, 1);
            crowd.wait(25 minutes - 1);
        }
        assertEq(crowd.cleared(), 3, "cleared");
        assertTrue(crowd.traded() > 0, "traded");
        assertEq(crowd.twice(), 0, "twice");
    }
}
