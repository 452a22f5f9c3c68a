// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Base} from "./Base.sol";
import {Crowd} from "./Crowd.sol";

/// @title What must be so in every auction, whatever the crowd does.
abstract contract CrowdInvariant is Base {
    Crowd internal crowd;

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(crowd);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view virtual {
        _nobody_acts_for_another();
        _no_order_out_of_the_money_is_filled();
        _only_the_right_bounds_are_accepted();
        _an_hour_is_cleared_once();
        _balances_sum_to_zero();
    }

    function _nobody_acts_for_another() internal view {
        assertEq(crowd.impostors(), 0, "impostors");
        assertTrue(crowd.ordersAreOwn(), "orders are their traders' own");
    }

    function _no_order_out_of_the_money_is_filled() internal view {
        assertEq(crowd.outOfTheMoney(), 0, "out of the money");
    }

    function _only_the_right_bounds_are_accepted() internal view {
        assertEq(crowd.wrongProofs(), 0, "proofs");
    }

    function _an_hour_is_cleared_once() internal view {
        assertEq(crowd.twice(), 0, "twice");
    }

    function _balances_sum_to_zero() internal view {
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
