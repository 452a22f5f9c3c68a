// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {UniformAuction} from "../../contracts/auctions/UniformAuction.sol";
import {Bounds, Flow, Line, Role, Rules} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Account} from "../../contracts/libraries/Account.sol";
import {clockFrom} from "./Clock.sol";
import {packed} from "./LineWords.sol";
import {Market} from "./Market.sol";

contract OrderBookTest is Market {
    uint256 private constant GATE = START + 30 minutes;

    constructor() {
        sell(A, 2, 3);
        bid(B, 2, 4);
        line(5, 1, 10_000);
        openUniform();
        vm.warp(START);
    }

    /// @dev The next call is trader 0's, and is refused with this error.
    function refuse(bytes memory err) private {
        vm.expectRevert(err);
        vm.prank(trader(0));
    }

    function identity(uint256 number, uint256 zone) private pure returns (uint256) {
        return number << 240 | zone << 232;
    }

    function test_admitted_trader_is_announced_with_number_and_zone() public {
        UniformAuction other = new UniformAuction(address(registry), address(ledger), rules(), packed(lines));
        vm.expectEmit(true, true, true, true, address(other));
        emit IAuction.TraderAdmitted(trader(0), Account.wrap(identity(2, A)));
        vm.expectEmit(true, true, true, true, address(other));
        emit IAuction.TraderAdmitted(trader(1), Account.wrap(identity(3, B)));
        other.admit(traders());
    }

    function test_traders_are_admitted_in_number_order() public {
        UniformAuction other = new UniformAuction(address(registry), address(ledger), rules(), packed(lines));
        address[] memory second = new address[](1);
        second[0] = trader(1);
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongNumber.selector, 3, 2));
        other.admit(second);
    }

    function test_nobody_is_admitted_twice() public {
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongNumber.selector, 2, 4));
        auction.admit(traders());
    }

    function test_only_the_operator_admits() public {
        UniformAuction other = new UniformAuction(address(registry), address(ledger), rules(), packed(lines));
        refuse(abi.encodeWithSelector(IAuction.NotOperator.selector, trader(0)));
        other.admit(traders());
    }

    function test_stranger_is_not_admitted() public {
        address[] memory stranger = new address[](1);
        stranger[0] = trader(9);
        vm.expectRevert(abi.encodeWithSelector(IRegistry.NotEnrolled.selector, trader(9)));
        auction.admit(stranger);
    }

    function test_zone_that_the_auction_lacks_is_not_admitted() public {
        UniformAuction other =
            new UniformAuction(address(registry), address(ledger), Rules(1, 0, 10, 0, clockFrom(START)), packed(new Line[](0)));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.UnknownZone.selector, B, 1));
        other.admit(traders());
    }

    function test_order_stands_and_its_word_is_the_record() public {
        uint256 order = word(0, true, 2, segment(7, 2) << 64 | segment(1, 1));
        vm.expectEmit(true, true, true, true, address(auction));
        emit IAuction.OrderPlaced(Account.wrap(identity(2, A) | order));
        vm.prank(trader(0));
        auction.submit(order);
        (Account account,) = auction.accountOf(trader(0));
        assertEq(Account.unwrap(account), identity(2, A) | order, "word");
    }

    function test_number_zone_and_spare_of_an_order_are_ignored() public {
        uint256 order = word(0, false, 1, segment(7, 2));
        vm.prank(trader(1));
        auction.submit(order | uint256(0xABCDE12345) << 216 & ~((uint256(1) << 220) - 1));
        (Account account,) = auction.accountOf(trader(1));
        assertEq(Account.unwrap(account), identity(3, B) | order, "word");
    }

    function test_long_order_stands_in_two_words() public {
        uint256 order = word(0, true, 5, segment(3, 3) << 128 | segment(2, 2) << 64 | segment(1, 1));
        uint256 more = segment(5, 5) << 64 | segment(4, 4);
        vm.expectEmit(true, true, true, true, address(auction));
        emit IAuction.LongOrderPlaced(Account.wrap(identity(2, A) | order), more);
        vm.prank(trader(0));
        auction.submit(order, more);
        (Account account, uint256 second) = auction.accountOf(trader(0));
        assertEq(Account.unwrap(account), identity(2, A) | order, "word");
        assertEq(second, more, "second word");
    }

    function test_withdrawn_order_is_gone() public {
        vm.expectEmit(true, true, true, true, address(auction));
        emit IAuction.OrderWithdrawn(Account.wrap(identity(2, A)));
        vm.prank(trader(0));
        auction.withdraw();
        refuse(abi.encodeWithSelector(IAuction.NoOrder.selector, trader(0), 0));
        auction.withdraw();
    }

    function test_order_of_the_last_hour_cannot_be_withdrawn() public {
        vm.warp(START + 1 hours);
        refuse(abi.encodeWithSelector(IAuction.NoOrder.selector, trader(0), 1));
        auction.withdraw();
    }

    function test_stranger_cannot_order() public {
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotAdmitted.selector, address(this)));
        auction.submit(word(0, true, 1, segment(1, 1)));
    }

    function test_order_before_the_start_is_refused() public {
        vm.warp(START - 1);
        refuse(abi.encodeWithSelector(IAuction.NotStarted.selector, START - 1, START));
        auction.submit(word(0, true, 1, segment(1, 1)));
    }

    function test_order_for_another_hour_is_refused() public {
        refuse(abi.encodeWithSelector(IAuction.WrongHour.selector, 1, 0));
        auction.submit(word(1, true, 1, segment(1, 1)));
    }

    function test_order_is_taken_until_the_gate() public {
        vm.warp(GATE - 1);
        vm.prank(trader(0));
        auction.submit(word(0, true, 1, segment(1, 1)));
        vm.warp(GATE);
        refuse(abi.encodeWithSelector(IAuction.GateClosed.selector, 0, GATE));
        auction.submit(word(0, true, 1, segment(1, 1)));
        refuse(abi.encodeWithSelector(IAuction.GateClosed.selector, 0, GATE));
        auction.withdraw();
    }

    function test_order_has_one_to_three_segments() public {
        refuse(abi.encodeWithSelector(IAuction.SegmentCount.selector, 0, 3));
        auction.submit(word(0, true, 0, 0));
        refuse(abi.encodeWithSelector(IAuction.SegmentCount.selector, 4, 3));
        auction.submit(word(0, true, 4, segment(1, 1)));
    }

    function test_long_order_has_four_or_five_segments() public {
        uint256 three = segment(1, 1) << 128 | segment(1, 1) << 64 | segment(1, 1);
        refuse(abi.encodeWithSelector(IAuction.SegmentCount.selector, 3, 5));
        auction.submit(word(0, true, 3, three), segment(1, 1));
        refuse(abi.encodeWithSelector(IAuction.SegmentCount.selector, 6, 5));
        auction.submit(word(0, true, 6, three), segment(1, 1));
    }

    function test_quantity_of_zero_is_refused() public {
        refuse(abi.encodeWithSelector(IAuction.QuantityZero.selector, 1));
        auction.submit(word(0, true, 2, segment(1, 1)));
        refuse(abi.encodeWithSelector(IAuction.QuantityZero.selector, 4));
        auction.submit(word(0, true, 5, segment(1, 1) << 128 | segment(1, 1) << 64 | segment(1, 1)), segment(1, 1));
    }

    function test_price_below_the_floor_is_refused() public {
        refuse(abi.encodeWithSelector(IAuction.PriceBelowFloor.selector, -1, 0));
        auction.submit(word(0, true, 1, segment(-1, 1)));
    }

    function test_price_above_the_cap_is_refused() public {
        refuse(abi.encodeWithSelector(IAuction.PriceAboveCap.selector, 11, 10));
        auction.submit(word(0, true, 1, segment(11, 1)));
    }

    function test_lines_can_be_read() public view {
        Line memory found = auction.lineAt(0);
        assertEq(auction.lineCount(), 1, "count");
        assertEq(uint256(found.source), A, "source");
        assertEq(uint256(found.target), B, "target");
        assertEq(uint256(found.capacity), 5, "capacity");
        assertEq(uint256(found.charge), 1, "charge");
        assertEq(uint256(found.loss), 10_000, "loss");
    }

    function test_hour_follows_the_clock() public {
        assertEq(auction.currentHour(), 0, "first");
        vm.warp(START + 1 hours - 1);
        assertEq(auction.currentHour(), 0, "last second");
        vm.warp(START + 25 hours);
        assertEq(auction.currentHour(), 25, "next day");
    }

    // --- when clear may be called ------------------------------------------------------------------------------------------

    function refuseClear(bytes memory err, uint256 hour, address sender) private {
        address[] memory all = traders();
        vm.expectRevert(err);
        vm.prank(sender);
        auction.clear(hour, all, flow(0, 0), bounds(0, 0, 0, 0));
    }

    function test_only_the_current_hour_is_cleared() public {
        vm.warp(START - 1);
        refuseClear(abi.encodeWithSelector(IAuction.NotStarted.selector, START - 1, START), 0, address(this));
        vm.warp(GATE);
        refuseClear(abi.encodeWithSelector(IAuction.WrongHour.selector, 1, 0), 1, address(this));
    }

    function test_clearing_waits_for_the_gate() public {
        vm.warp(GATE - 1);
        refuseClear(abi.encodeWithSelector(IAuction.GateOpen.selector, 0, GATE), 0, address(this));
    }

    function test_operator_clears_first_and_then_anyone_may() public {
        address anyone = address(99);
        vm.warp(START + 45 minutes - 1);
        refuseClear(abi.encodeWithSelector(IAuction.NotOperator.selector, anyone), 0, anyone);
        vm.warp(START + 45 minutes);
        address[] memory all = traders();
        vm.prank(anyone);
        auction.clear(0, all, flow(0, 0), nanoBounds(2_955_344_620, 4e9, 3e9, 4_045_106_445));
    }

    function test_hour_is_cleared_once() public {
        vm.warp(GATE);
        auction.clear(0, traders(), flow(0, 0), nanoBounds(2_955_344_620, 4e9, 3e9, 4_045_106_445));
        refuseClear(abi.encodeWithSelector(IAuction.AlreadyCleared.selector, 0), 0, address(this));
    }

    function test_next_hour_starts_without_orders() public {
        vm.warp(GATE + 1 hours);
        auction.clear(1, traders(), flow(0, 0), bounds(0, 0, 10, 10));
        assertEq(money(0), 0, "seller");
        assertEq(money(1), 0, "buyer");
    }

    function test_book_must_be_complete() public {
        vm.warp(GATE);
        address[] memory some = new address[](1);
        some[0] = trader(0);
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongLength.selector, 1, 2));
        auction.clear(0, some, flow(0, 0), bounds(0, 0, 0, 0));
    }

    function test_traders_must_be_in_number_order() public {
        vm.warp(GATE);
        address[] memory twice = new address[](2);
        (twice[0], twice[1]) = (trader(0), trader(0));
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongNumber.selector, 2, 3));
        auction.clear(0, twice, flow(0, 0), bounds(0, 0, 0, 0));
        twice[0] = address(99);
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongNumber.selector, 0, 2));
        auction.clear(0, twice, flow(0, 0), bounds(0, 0, 0, 0));
    }

    function test_flows_and_bounds_must_be_complete() public {
        vm.warp(GATE);
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 0, 1), noFlows(), bounds(0, 0, 0, 0));
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 1, 2), flow(0, 0), bounds(0, 0));
    }

    // --- rules and lines it is born with -------------------------------------------------------------------------------------

    function refuseRules(bytes memory err, Rules memory rules_, Line[] memory lines_) private {
        vm.expectRevert(err);
        new UniformAuction(address(registry), address(ledger), rules_, packed(lines_));
    }

    function one(Line memory only) private pure returns (Line[] memory list) {
        list = new Line[](1);
        list[0] = only;
    }

    function test_bad_rules_are_refused() public {
        bytes memory err = abi.encodeWithSelector(IAuction.BadRules.selector);
        refuseRules(err, Rules(0, 0, 10, 0, clockFrom(START)), new Line[](0));
        refuseRules(err, Rules(1, 11, 10, 0, clockFrom(START)), new Line[](0));
        refuseRules(err, Rules(1, 0, 10, 1_000_001, clockFrom(START)), new Line[](0));
    }

    function test_bad_lines_are_refused() public {
        Rules memory two = Rules(2, -50, 10, 0, clockFrom(START));
        refuseRules(abi.encodeWithSelector(IAuction.UnknownLineZone.selector, 0, 2, 2), two, one(Line(2, 0, 1, 0, 0)));
        refuseRules(abi.encodeWithSelector(IAuction.UnknownLineZone.selector, 0, 3, 2), two, one(Line(0, 3, 1, 0, 0)));
        refuseRules(abi.encodeWithSelector(IAuction.LineToItself.selector, 0, 1), two, one(Line(1, 1, 1, 0, 0)));
        refuseRules(abi.encodeWithSelector(IAuction.LossTooHigh.selector, 0, 1_000_000), two, one(Line(0, 1, 1, 0, 1_000_000)));
        refuseRules(abi.encodeWithSelector(IAuction.LineRewardsLoss.selector, 0, 4, 100_000, -50), two, one(Line(0, 1, 1, 4, 100_000)));
    }

    function test_charge_that_just_pays_for_burning_is_allowed() public {
        new UniformAuction(address(registry), address(ledger), Rules(2, -50, 10, 0, clockFrom(START)), packed(one(Line(0, 1, 1, 5, 100_000))));
    }
}
