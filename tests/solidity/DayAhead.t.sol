// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {DayAheadAuction} from "../../contracts/auctions/DayAheadAuction.sol";
import {Role} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IDayAhead} from "../../contracts/interfaces/IDayAhead.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {Collateral} from "../../contracts/trade/Collateral.sol";
import {packed} from "./LineWords.sol";
import {clockFrom} from "./Clock.sol";
import {Market} from "./Market.sol";

/// @title Orders for the hours of tomorrow, in one transaction: what is taken, what stands, what it may cost.
contract DayAheadTest is Market {
    uint256 private constant FIRST = 24;

    DayAheadAuction private ahead;
    Collateral private collateral;

    constructor() {
        zones = 1;
    }

    /// @dev Two traders, the first hour of the run has begun: orders are taken for hours 24 to 47.
    function openDay(uint256 period) private {
        sell(A, 10, 1);
        bid(A, 6, 5);
        openRegistry();
        ahead = new DayAheadAuction(address(registry), address(ledger), rules(), packed(lines));
        auction = IProvenAuction(address(ahead));
        ledger.grantRole(ledger.POSTER_ROLE(), address(ahead));
        if (period > 0) {
            collateral = new Collateral(address(registry), address(ledger), address(ahead), period, clockFrom(START));
            ledger.grantRole(ledger.POSTER_ROLE(), address(collateral));
            registry.enrol(address(collateral), Role.Exchange, 0);
            ahead.appointCollateral(address(collateral));
        }
        ahead.admit(traders());
        vm.warp(START);
    }

    function list(uint256 first) private pure returns (uint256[] memory words) {
        words = new uint256[](1);
        words[0] = first;
    }

    function list(uint256 first, uint256 second) private pure returns (uint256[] memory words) {
        words = new uint256[](2);
        (words[0], words[1]) = (first, second);
    }

    function submitDay(uint256 i, uint256[] memory words) private {
        vm.prank(trader(i));
        ahead.submitDay(words);
    }

    function refusedDay(bytes memory err, uint256 i, uint256[] memory words) private {
        vm.expectRevert(err);
        submitDay(i, words);
    }

    /// @dev Three segments of 1 kWh at 3, 4 and 5.
    function three() private pure returns (uint256) {
        return segment(3, 1) | segment(4, 1) << 64 | segment(5, 1) << 128;
    }

    function stands(uint256 i, uint256 hour) private view returns (uint256 order, uint256 more) {
        return ahead.dayOrderOf(trader(i), hour);
    }

    /// @dev Credits trader 1 and has it deposit.
    function deposit(uint64 amount) private {
        address[] memory one = new address[](1);
        uint64[] memory amounts = new uint64[](1);
        (one[0], amounts[0]) = (trader(1), amount);
        collateral.credit(one, amounts);
        vm.prank(trader(1));
        collateral.deposit(amount);
    }

    function test_orders_of_the_day_before_clear() public {
        openDay(0);
        vm.expectEmit(true, true, true, true, address(ahead));
        emit IDayAhead.DayOrdersPlaced(2, list(word(FIRST, true, 1, segment(1, 10))));
        submitDay(0, list(word(FIRST, true, 1, segment(1, 10))));
        submitDay(1, list(word(FIRST, false, 1, segment(5, 6))));
        vm.warp(START + FIRST * 1 hours + 30 minutes);
        ahead.clear(FIRST, traders(), noFlows(), bounds(1, 1));
        assertEq(money(0), 6, "seller");
        assertEq(money(1), -6, "buyer");
    }

    function test_order_of_the_hour_comes_before_that_of_the_day_before() public {
        openDay(0);
        submitDay(0, list(word(FIRST, true, 1, segment(1, 10))));
        submitDay(1, list(word(FIRST, false, 1, segment(5, 6))));
        vm.warp(START + FIRST * 1 hours);
        vm.prank(trader(1));
        ahead.submit(word(FIRST, false, 1, segment(5, 2)));
        vm.warp(START + FIRST * 1 hours + 30 minutes);
        ahead.clear(FIRST, traders(), noFlows(), bounds(1, 1));
        assertEq(money(1), -2, "buyer");
    }

    function test_long_order_of_the_hour_comes_before_that_of_the_day_before() public {
        openDay(0);
        submitDay(0, list(word(FIRST, true, 1, segment(1, 10))));
        submitDay(1, list(word(FIRST, false, 4, three()), segment(6, 3)));
        vm.warp(START + FIRST * 1 hours);
        vm.prank(trader(1));
        ahead.submit(word(FIRST, false, 5, three()), segment(7, 1) | segment(8, 1) << 64);
        vm.warp(START + FIRST * 1 hours + 30 minutes);
        ahead.clear(FIRST, traders(), noFlows(), bounds(1, 1));
        assertEq(money(1), -5, "five segments of 1 kWh, not three and one of 3");
    }

    function test_four_segments_of_the_day_before_clear() public {
        openDay(0);
        submitDay(0, list(word(FIRST, true, 1, segment(1, 10))));
        submitDay(1, list(word(FIRST, false, 4, three()), segment(6, 3)));
        vm.warp(START + FIRST * 1 hours + 30 minutes);
        ahead.clear(FIRST, traders(), noFlows(), bounds(1, 1));
        assertEq(money(1), -6, "buyer");
    }

    function test_day_order_is_read_back_for_its_hour_only() public {
        openDay(0);
        uint256 long = word(FIRST, false, 5, three());
        uint256 rest = segment(7, 1) | segment(8, 1) << 64;
        submitDay(1, list(long, rest));
        (uint256 order, uint256 more) = stands(1, FIRST);
        assertEq(order, long, "order");
        assertEq(more, rest, "more");
        (order, more) = stands(1, FIRST + 48);
        assertEq(order | more, 0, "two days on");
        submitDay(1, list(word(FIRST, false, 1, segment(3, 1))));
        (order, more) = stands(1, FIRST);
        assertEq(more, 0, "what a longer order left behind");
        submitDay(1, list(word(FIRST, false, 0, 0)));
        (order, more) = stands(1, FIRST);
        assertEq(order | more, 0, "no segments: no order");
    }

    function test_hours_rise_within_the_coming_day() public {
        openDay(0);
        uint256 one = segment(3, 1);
        refusedDay(abi.encodeWithSelector(IDayAhead.HourOutsideDay.selector, 23, 24, 48), 0, list(word(23, true, 1, one)));
        refusedDay(abi.encodeWithSelector(IDayAhead.HourOutsideDay.selector, 48, 24, 48), 0, list(word(48, true, 1, one)));
        refusedDay(
            abi.encodeWithSelector(IDayAhead.HourOutsideDay.selector, 30, 31, 48), 0, list(word(30, true, 1, one), word(30, true, 1, one))
        );
        submitDay(0, list(word(24, true, 1, one), word(47, true, 1, one)));
    }

    function test_before_the_run_orders_are_for_its_first_day() public {
        openDay(0);
        vm.warp(START - 1);
        submitDay(0, list(word(0, true, 1, segment(3, 1))));
        refusedDay(abi.encodeWithSelector(IDayAhead.HourOutsideDay.selector, 24, 0, 24), 0, list(word(24, true, 1, segment(3, 1))));
    }

    function test_segments_are_checked_in_both_words() public {
        openDay(0);
        refusedDay(abi.encodeWithSelector(IAuction.SegmentCount.selector, 6, 5), 0, list(word(24, true, 6, three())));
        refusedDay(abi.encodeWithSelector(IDayAhead.WordMissing.selector, 1), 0, list(word(24, true, 4, three())));
        refusedDay(abi.encodeWithSelector(IAuction.QuantityZero.selector, 0), 0, list(word(24, true, 1, segment(3, 0))));
        refusedDay(abi.encodeWithSelector(IAuction.QuantityZero.selector, 3), 0, list(word(24, true, 4, three()), segment(3, 0)));
        refusedDay(abi.encodeWithSelector(IAuction.PriceAboveCap.selector, 11, 10), 0, list(word(24, true, 1, segment(11, 1))));
    }

    function test_stranger_places_no_day() public {
        openDay(0);
        refusedDay(abi.encodeWithSelector(IAuction.NotAdmitted.selector, trader(2)), 2, list(word(24, true, 1, segment(3, 1))));
    }

    function test_day_order_keeps_within_the_limit_and_the_covered_hours() public {
        openDay(36);
        deposit(36 * 200);
        refusedDay(abi.encodeWithSelector(IAuction.OrderAboveCollateral.selector, 210, 200), 1, list(word(24, false, 1, segment(10, 21))));
        refusedDay(abi.encodeWithSelector(IAuction.HourNotCovered.selector, 36, 36), 1, list(word(36, false, 1, segment(10, 20))));
        submitDay(1, list(word(35, false, 1, segment(10, 20))));
    }

    function test_what_stands_for_every_covered_hour_is_at_risk() public {
        openDay(36);
        deposit(36 * 200);
        submitDay(1, list(word(24, false, 1, segment(10, 20)), word(35, false, 1, segment(10, 10))));
        (uint256 worst, uint256 first,) = ahead.atRiskOf(trader(1));
        assertEq(first, 0, "hour 0 has begun");
        assertEq(worst, 300, "both days' hours");
    }

    function test_of_two_orders_of_an_hour_the_dearer_is_at_risk() public {
        openDay(36);
        deposit(36 * 200);
        submitDay(1, list(word(24, false, 1, segment(10, 10))));
        vm.warp(START + 24 hours);
        vm.prank(trader(1));
        ahead.submit(word(24, false, 1, segment(10, 20)));
        (uint256 worst,,) = ahead.atRiskOf(trader(1));
        assertEq(worst, 200, "the order of the hour");
        vm.prank(trader(1));
        ahead.submit(word(24, false, 1, segment(10, 5)));
        (worst,,) = ahead.atRiskOf(trader(1));
        assertEq(worst, 100, "it may be taken back");
    }
}
