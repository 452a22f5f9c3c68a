// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ISecondStage} from "../../contracts/interfaces/ISecondStage.sol";
import {Market} from "./Market.sol";

/// @title Which energy is surplus, and prices that hold in the second stage alone, with the numbers written out.
contract SecondStageTest is Market {
    /// @dev At home A clears 3 at 2 and B 5 at 8. The order of traders: A's plant, A's user, B's plant, B's user.
    function provinces(SurplusDeficit reading) private {
        sell(A, 10, 2);
        bid(A, 3, 6);
        sell(B, 5, 8);
        bid(B, 5, 9);
        line(4, 1, 0);
        openTwoStage(reading);
    }

    function stage() private view returns (ISecondStage) {
        return ISecondStage(address(auction));
    }

    /// @dev Back to the time before the gate, for trader `i` to be declared.
    function renewable(uint256 i) private {
        vm.warp(START + 1);
        address[] memory one = new address[](1);
        one[0] = trader(i);
        stage().noteRenewables(one);
        vm.warp(START + 30 minutes);
    }

    /// @dev Back to an hour whose gate is open, for trader `i` to ask otherwise in the region.
    function markup(uint256 i, int256 more) private {
        vm.warp(START + 1);
        vm.prank(trader(i));
        stage().amendRegional(0, more);
        vm.warp(START + 30 minutes);
    }

    function fills(Cleared memory stage_, uint256 sellA, uint256 sellB) private pure {
        assertEq(stage_.fills[0], sellA, "A sells");
        assertEq(stage_.fills[1], 3, "A buys");
        assertEq(stage_.fills[2], sellB, "B sells");
        assertEq(stage_.fills[3], 5, "B buys");
    }

    function test_wind_sun_and_water_replace_another_plant() public {
        provinces(SurplusDeficit.Renewable);
        renewable(0);
        Cleared[] memory stages = cleared(flow(4, 4), join(bounds(2, 8, 2, 9), bounds(2, 8, 2, 8)));
        fills(stages[0], 3, 5);
        fills(stages[1], 7, 1);
        assertEq(money(2), 8 * 5 - 8 * 4, "B's plant keeps 5 x 8 and buys 4 back at 8");
    }

    function test_another_plants_surplus_is_not_for_sale_where_only_renewables_are() public {
        provinces(SurplusDeficit.Renewable);
        // nobody is declared: both plants may be replaced, and nothing is there to do it
        Cleared[] memory stages = cleared(flow(0, 0), join(bounds(2, 8, 2, 9), tied(bounds(7, 8, 10, 10), -1, 0, 0, 0)));
        fills(stages[1], 3, 5);
        assertEq(money(0), 2 * 3, "A's plant has what it sold at home");
        assertEq(money(2), 8 * 5, "B's plant has what it sold at home");
    }

    function test_what_wind_sun_and_water_sold_at_home_is_firm() public {
        sell(A, 10, 2);
        sell(B, 5, 8);
        bid(B, 5, 9);
        line(4, 1, 0);
        openTwoStage(SurplusDeficit.Renewable);
        renewable(0);
        renewable(1);
        Cleared[] memory stages = cleared(flow(0, 0), join(bounds(0, 8, 2, 9), tied(bounds(0, 0, 2, 3), 0, 0, 0, 1)));
        assertEq(stages[1].fills[0], 0, "A sells nothing");
        assertEq(stages[1].fills[1], 5, "B's plant stays");
    }

    function test_a_markup_below_zero_lowers_what_a_plant_pays_to_be_replaced() public {
        provinces(SurplusDeficit.Economic);
        markup(2, -3);
        assertEq(stage().regionalMarkupOf(trader(2), 0), -3, "markup");
        assertEq(stage().regionalMarkupOf(trader(2), 1), 0, "of another hour");
        Cleared[] memory stages = cleared(flow(4, 4), join(bounds(2, 8, 2, 9), bounds(2, 5, 2, 5)));
        fills(stages[1], 7, 1);
        assertEq(stages[1].prices[B], 5, "B");
        assertEq(money(2), 8 * 5 - 5 * 4, "B's plant keeps 5 x 8 and buys 4 back at 5");
    }

    function test_a_markup_can_keep_a_plant_from_being_replaced_no_cheaper_than_the_floor() public {
        provinces(SurplusDeficit.Economic);
        // 8 - 10 is counted as the floor, which the line's charge from A is above
        markup(2, -10);
        Cleared[] memory stages = cleared(flow(0, 0), join(bounds(2, 8, 2, 9), tied(bounds(2, 0, 2, 3), 0, 0, 0, 1)));
        fills(stages[1], 3, 5);
    }

    function test_a_markup_is_refused_where_it_cannot_stand() public {
        provinces(SurplusDeficit.Economic);
        ISecondStage second = stage();
        vm.prank(trader(0));
        vm.expectRevert(abi.encodeWithSelector(IAuction.GateClosed.selector, 0, START + 30 minutes));
        second.amendRegional(0, 1);
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotAdmitted.selector, address(this)));
        second.amendRegional(0, 1);
        vm.startPrank(trader(0));
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongHour.selector, 1, 0));
        second.amendRegional(1, 1);
        vm.expectRevert(abi.encodeWithSelector(ISecondStage.MarkupTooLarge.selector, 11, 10));
        second.amendRegional(0, 11);
        vm.expectRevert(abi.encodeWithSelector(ISecondStage.MarkupTooLarge.selector, -11, 10));
        second.amendRegional(0, -11);
        second.amendRegional(0, 10);
        second.amendRegional(0, -10);
    }

    function test_only_the_operator_says_who_is_renewable_and_only_before_the_first_gate() public {
        provinces(SurplusDeficit.Economic);
        ISecondStage second = stage();
        vm.warp(START + 30 minutes - 1);
        address[] memory one = new address[](1);
        one[0] = address(0xdead);
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotAdmitted.selector, one[0]));
        second.noteRenewables(one);
        one[0] = trader(0);
        vm.prank(trader(0));
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotOperator.selector, trader(0)));
        second.noteRenewables(one);
        second.noteRenewables(one);
        vm.warp(START + 30 minutes);
        vm.expectRevert(ISecondStage.TooLateForRenewables.selector);
        second.noteRenewables(one);
    }
}
