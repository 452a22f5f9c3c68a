// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../core/Ledger.sol";
import {Registry} from "../core/Registry.sol";
import {Line, Role} from "../core/Types.sol";
import {Curve, Horizon, IAgreements, State, Terms} from "../interfaces/IAgreements.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Split} from "../libraries/Split.sol";
import {Agreements} from "../trade/Agreements.sol";
import {Base} from "./Base.sol";

/// @title Agreements between a plant, a user and a trader of zone 0 and a user of zone 1; month 0 has two days, month 1 one.
abstract contract Desk is Base {
    uint64 internal constant START = 10_000_000;
    uint16 internal constant INSIDE = type(uint16).max;
    /// @dev participants 2, 3, 4 in zone 0, and 5 in zone 1
    address internal constant PLANT = address(0x2002);
    address internal constant USER = address(0x2003);
    address internal constant TRADER = address(0x2004);
    address internal constant AWAY = address(0x2005);

    Registry internal registry;
    Ledger internal ledger;
    Agreements internal desk;

    constructor() {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        Line[] memory lines = new Line[](1);
        lines[0] = Line(0, 1, 100, 50, 25_000);
        desk = new Agreements(address(registry), address(ledger), -10, 1000, START, lines, shares(800_000, 900_000, 950_000));
        ledger.grantRole(ledger.POSTER_ROLE(), address(desk));
        registry.enrol(PLANT, Role.Plant, 0);
        registry.enrol(USER, Role.User, 0);
        registry.enrol(TRADER, Role.Supplier, 0);
        registry.enrol(AWAY, Role.User, 1);
        uint32[] memory load = new uint32[](2);
        (load[0], load[1]) = (1, 3);
        desk.addMonth(load);
        desk.addMonth(one());
        desk.setCapability(PLANT, 0, 4800);
        desk.setCapability(PLANT, 1, 4800);
        vm.warp(START - 10 days);
    }

    function shares(uint32 annual, uint32 monthly, uint32 within) internal pure returns (uint32[3] memory) {
        return [annual, monthly, within];
    }

    function one() internal pure returns (uint32[] memory load) {
        load = new uint32[](1);
        load[0] = 5;
    }

    /// @dev A flat monthly sale of month 0.
    function sale(address to, uint64 quantity) internal pure returns (Terms memory terms) {
        (terms.counterparty, terms.sells, terms.horizon, terms.line) = (to, true, Horizon.Monthly, INSIDE);
        (terms.price, terms.expires, terms.quantities) = (300, START, new uint64[](1));
        terms.quantities[0] = quantity;
    }

    function propose(address who, Terms memory terms) internal returns (uint256) {
        vm.prank(who);
        return desk.propose(terms);
    }

    function accept(address who, uint256 id) internal {
        vm.prank(who);
        desk.accept(id);
    }

    function open(Horizon horizon) internal {
        desk.openWindow(horizon, 0, 1, START);
    }

    /// @dev The next call is `who`'s, and is refused with this error.
    function refuse(address who, bytes memory err) internal {
        vm.expectRevert(err);
        vm.prank(who);
    }

    function position(uint256 number) internal view returns (int256 net) {
        (net,) = desk.positionOf(number, 0);
    }
}

contract AgreementsTest is Desk {
    // --- agreeing ------------------------------------------------------------------------------------------------------------

    function test_flat_agreement_is_proposed_accepted_and_paid() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(USER, 4800);
        vm.expectEmit(true, true, true, true, address(desk));
        emit IAgreements.AgreementProposed(0, 2, 3, terms);
        uint256 id = propose(PLANT, terms);
        vm.expectEmit(true, true, true, true, address(desk));
        emit IAgreements.AgreementAccepted(id);
        accept(USER, id);
        assertEq(position(2), 4800, "sold");
        assertEq(position(3), -4800, "bought");
        vm.warp(START);
        uint256[] memory deliveries = new uint256[](1);
        deliveries[0] = 100 << 64 | 100;
        vm.expectEmit(true, true, true, true, address(desk));
        emit IAgreements.DeliveryPaid(0, deliveries);
        desk.settle(0);
        assertEq(ledger.balanceOf(2), 30_000, "seller");
        assertEq(ledger.balanceOf(3), -30_000, "buyer");
    }

    function test_buyer_proposes_and_seller_accepts() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(PLANT, 480);
        terms.sells = false;
        uint256 id = propose(USER, terms);
        refuse(USER, abi.encodeWithSelector(IAgreements.NotCounterparty.selector, id, USER));
        desk.accept(id);
        accept(PLANT, id);
        assertEq(position(2), 480, "sold");
        assertEq(position(3), -480, "bought");
    }

    function test_nobody_acts_for_another() public {
        open(Horizon.Monthly);
        uint256 id = propose(PLANT, sale(USER, 480));
        address[3] memory others = [PLANT, TRADER, AWAY];
        for (uint256 i = 0; i < 3; ++i) {
            refuse(others[i], abi.encodeWithSelector(IAgreements.NotCounterparty.selector, id, others[i]));
            desk.accept(id);
        }
        refuse(address(1), abi.encodeWithSelector(IRegistry.NotEnrolled.selector, address(1)));
        desk.accept(id);
        refuse(USER, abi.encodeWithSelector(IAgreements.NotProposer.selector, id, USER));
        desk.cancel(id);
        refuse(PLANT, abi.encodeWithSelector(IAuction.NotOperator.selector, PLANT));
        desk.settle(0);
        refuse(PLANT, abi.encodeWithSelector(IAuction.NotOperator.selector, PLANT));
        desk.setCapability(PLANT, 0, 1e9);
        refuse(PLANT, abi.encodeWithSelector(IAuction.NotOperator.selector, PLANT));
        desk.openWindow(Horizon.WithinMonth, 0, 1, START);
        refuse(PLANT, abi.encodeWithSelector(IAuction.NotOperator.selector, PLANT));
        desk.addMonth(one());
    }

    function test_proposal_is_cancelled_before_acceptance_only() public {
        open(Horizon.Monthly);
        uint256 id = propose(PLANT, sale(USER, 480));
        vm.expectEmit(true, true, true, true, address(desk));
        emit IAgreements.AgreementCancelled(id);
        vm.prank(PLANT);
        desk.cancel(id);
        refuse(USER, abi.encodeWithSelector(IAgreements.NotProposed.selector, id, State.Cancelled));
        desk.accept(id);
        id = propose(PLANT, sale(USER, 480));
        accept(USER, id);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.NotProposed.selector, id, State.Accepted));
        desk.cancel(id);
    }

    function test_proposal_expires() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(USER, 480);
        terms.expires = START - 5 days;
        uint256 id = propose(PLANT, terms);
        vm.warp(START - 5 days);
        refuse(USER, abi.encodeWithSelector(IAgreements.Expired.selector, id, START - 5 days));
        desk.accept(id);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.AlreadyExpired.selector, START - 5 days, START - 5 days));
        desk.propose(terms);
    }

    // --- limits --------------------------------------------------------------------------------------------------------------

    function test_net_position_stays_within_capability_and_purchases_are_resold() public {
        open(Horizon.Monthly);
        uint256 resale = propose(USER, sale(TRADER, 3000));
        refuse(TRADER, abi.encodeWithSelector(IAgreements.AboveCapability.selector, 0, 3000, 0));
        desk.accept(resale);
        uint256 id = propose(PLANT, sale(USER, 4801));
        refuse(USER, abi.encodeWithSelector(IAgreements.AboveCapability.selector, 0, 4801, 4800));
        desk.accept(id);
        accept(USER, propose(PLANT, sale(USER, 4800)));
        accept(TRADER, resale);
        assertEq(position(3), -1800, "what is kept");
        vm.expectRevert(abi.encodeWithSelector(IAgreements.CapabilityBelowPosition.selector, 4799, 4800));
        desk.setCapability(PLANT, 0, 4799);
    }

    function test_each_horizon_opens_a_share_of_the_line() public {
        Horizon[3] memory horizons = [Horizon.Annual, Horizon.Monthly, Horizon.WithinMonth];
        uint64[3] memory powers = [uint64(80), 10, 5];
        uint256 booked = 0;
        for (uint256 i = 0; i < 3; ++i) {
            open(horizons[i]);
            Terms memory terms = sale(AWAY, 48);
            (terms.horizon, terms.line) = (horizons[i], 0);
            uint256 small = propose(PLANT, terms);
            terms.quantities[0] = 48 * powers[i];
            accept(AWAY, propose(PLANT, terms));
            booked += powers[i];
            assertEq(desk.reserved(0, 0), booked, "reserved");
            refuse(AWAY, abi.encodeWithSelector(IAgreements.LineFull.selector, 0, 0, booked + 1, booked));
            desk.accept(small);
        }
        assertEq(position(5), -int256(48 * (78 + 9 + 4)), "received");
    }

    function test_buyer_pays_line_and_loss() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(AWAY, 80 * 48);
        terms.line = 0;
        accept(AWAY, propose(PLANT, terms));
        vm.warp(START);
        desk.settle(0);
        assertEq(ledger.balanceOf(0), 4000, "grid");
        assertEq(ledger.balanceOf(2), 24_000, "seller");
        assertEq(ledger.balanceOf(5), -28_000, "buyer");
    }

    function test_earlier_horizon_does_not_come_back() public {
        open(Horizon.Monthly);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.HorizonPassed.selector, 0, Horizon.Monthly));
        open(Horizon.Annual);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.HorizonPassed.selector, 0, Horizon.Monthly));
        open(Horizon.Monthly);
        uint256 id = propose(PLANT, sale(USER, 480));
        open(Horizon.WithinMonth);
        refuse(USER, abi.encodeWithSelector(IAgreements.WindowClosed.selector, 0, Horizon.Monthly));
        desk.accept(id);
    }

    function test_month_takes_no_more_agreements_than_an_hour_can_pay() public {
        open(Horizon.Monthly);
        uint256 most = desk.MOST_A_MONTH();
        accept(USER, propose(PLANT, sale(USER, 1)));
        uint256 id = propose(PLANT, sale(USER, 1));
        // the length of calendar[0].accepted: the array is in slot 1, the length in the sixth slot of a month
        vm.store(address(desk), bytes32(uint256(keccak256(abi.encode(1))) + 5), bytes32(most));
        refuse(USER, abi.encodeWithSelector(IAgreements.MonthFull.selector, 0, most));
        desk.accept(id);
        vm.store(address(desk), bytes32(uint256(keccak256(abi.encode(1))) + 5), bytes32(most - 1));
        accept(USER, id);
    }

    // --- laws ----------------------------------------------------------------------------------------------------------------

    function testFuzz_every_kilowatt_hour_is_delivered(uint64 quantity, uint32[24] memory weights, uint8 curve, bool late) public {
        Terms memory terms = sale(USER, uint64(bound(quantity, 1, type(uint64).max)));
        desk.setCapability(PLANT, 0, type(uint64).max);
        desk.openWindow(Horizon.WithinMonth, 0, 1, START);
        (terms.horizon, terms.curve, terms.firstDay) = (Horizon.WithinMonth, Curve(curve % 4), late ? 1 : 0);
        weights[7] |= 1;
        if (terms.curve != Curve.Flat) {
            terms.weights = new uint32[](24);
            for (uint256 i = 0; i < 24; ++i) {
                terms.weights[i] = weights[i];
            }
        }
        uint256 id = propose(PLANT, terms);
        uint256 sum = 0;
        for (uint256 hour = 0; hour < 72; ++hour) {
            sum += desk.energyOf(id, hour);
        }
        assertEq(sum, terms.quantities[0], "delivered");
        if (late) assertEq(desk.energyOf(id, 23), 0, "before the first day");
    }

    function testFuzz_parts_are_shares_to_the_kilowatt_hour(uint64 total, uint32[] memory drawn) public pure {
        vm.assume(drawn.length > 0);
        uint256[] memory weights = new uint256[](drawn.length < 24 ? drawn.length : 24);
        uint256 whole = 0;
        for (uint256 i = 0; i < weights.length; ++i) {
            whole += weights[i] = drawn[i];
        }
        vm.assume(whole > 0);
        uint256 sum = 0;
        for (uint256 i = 0; i < weights.length; ++i) {
            uint256 part = Split.part(total, weights, i);
            sum += part;
            uint256 exact = uint256(total) * weights[i];
            assertTrue(part == exact / whole || (part == exact / whole + 1 && exact % whole != 0), "share");
        }
        assertEq(sum, total, "sum");
    }

    // --- what is refused ---------------------------------------------------------------------------------------------------

    function test_month_has_one_to_31_days_with_load() public {
        vm.expectRevert(abi.encodeWithSelector(IAgreements.DayCount.selector, 0, 31));
        desk.addMonth(new uint32[](0));
        vm.expectRevert(abi.encodeWithSelector(IAgreements.DayCount.selector, 32, 31));
        desk.addMonth(new uint32[](32));
        vm.expectRevert(abi.encodeWithSelector(IAgreements.WeightZero.selector, 0));
        desk.addMonth(new uint32[](1));
    }

    function test_window_is_of_known_months_and_closes_before_delivery() public {
        vm.expectRevert(abi.encodeWithSelector(IAgreements.MonthCount.selector, 0, 12));
        desk.openWindow(Horizon.Monthly, 0, 0, START);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.MonthCount.selector, 13, 12));
        desk.openWindow(Horizon.Monthly, 0, 13, START);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.UnknownMonth.selector, 2, 2));
        desk.openWindow(Horizon.Monthly, 2, 1, START);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.BadClosing.selector, 0, block.timestamp, START));
        desk.openWindow(Horizon.Monthly, 0, 1, uint64(block.timestamp));
        vm.expectRevert(abi.encodeWithSelector(IAgreements.BadClosing.selector, 0, START + 1, START));
        desk.openWindow(Horizon.Monthly, 0, 1, START + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.BadClosing.selector, 0, START + 2 days + 1, START + 2 days));
        desk.openWindow(Horizon.WithinMonth, 0, 1, START + 2 days + 1);
    }

    function test_capability_is_of_a_known_month_and_not_below_what_is_sold() public {
        vm.expectRevert(abi.encodeWithSelector(IAgreements.UnknownMonth.selector, 2, 2));
        desk.setCapability(PLANT, 2, 1);
        open(Horizon.Monthly);
        accept(USER, propose(PLANT, sale(USER, 480)));
        vm.expectRevert(abi.encodeWithSelector(IAgreements.CapabilityBelowPosition.selector, 479, int256(480)));
        desk.setCapability(PLANT, 0, 479);
        desk.setCapability(PLANT, 0, 480);
    }

    function test_only_the_operator_sets_the_calendar_and_settles() public {
        bytes memory err = abi.encodeWithSelector(IAuction.NotOperator.selector, USER);
        refuse(USER, err);
        desk.addMonth(one());
        refuse(USER, err);
        desk.openWindow(Horizon.Monthly, 0, 1, START);
        refuse(USER, err);
        desk.setCapability(PLANT, 0, 1);
        refuse(USER, err);
        desk.settle(0);
    }

    function test_nobody_agrees_with_oneself() public {
        open(Horizon.Monthly);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.WithYourself.selector, 2));
        desk.propose(sale(PLANT, 480));
    }

    function test_price_and_time_of_a_proposal_are_within_bounds() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(USER, 480);
        terms.price = -11;
        refuse(PLANT, abi.encodeWithSelector(IAuction.PriceBelowFloor.selector, int256(-11), int256(-10)));
        desk.propose(terms);
        terms.price = 1001;
        refuse(PLANT, abi.encodeWithSelector(IAuction.PriceAboveCap.selector, int256(1001), int256(1000)));
        desk.propose(terms);
        (terms.price, terms.expires) = (1000, uint64(block.timestamp));
        refuse(PLANT, abi.encodeWithSelector(IAgreements.AlreadyExpired.selector, block.timestamp, block.timestamp));
        desk.propose(terms);
    }

    function test_curve_has_a_weight_for_every_hour_and_not_all_are_zero() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(USER, 480);
        terms.weights = new uint32[](24);
        refuse(PLANT, abi.encodeWithSelector(IAuction.WrongLength.selector, 24, 0));
        desk.propose(terms);
        terms.curve = Curve.Own;
        refuse(PLANT, abi.encodeWithSelector(IAgreements.WeightZero.selector, 0));
        desk.propose(terms);
        terms.weights = new uint32[](23);
        refuse(PLANT, abi.encodeWithSelector(IAuction.WrongLength.selector, 23, 24));
        desk.propose(terms);
    }

    function test_quantities_are_one_a_month_and_above_zero() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(USER, 0);
        refuse(PLANT, abi.encodeWithSelector(IAuction.QuantityZero.selector, 0));
        desk.propose(terms);
        terms.quantities = new uint64[](2);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.MonthCount.selector, 2, 1));
        desk.propose(terms);
        (terms.horizon, terms.quantities) = (Horizon.Annual, new uint64[](13));
        refuse(PLANT, abi.encodeWithSelector(IAgreements.MonthCount.selector, 13, 12));
        desk.propose(terms);
        terms.quantities = new uint64[](0);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.MonthCount.selector, 0, 12));
        desk.propose(terms);
    }

    function test_delivery_begins_on_a_day_that_is_still_to_come() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(USER, 480);
        terms.firstDay = 1;
        refuse(PLANT, abi.encodeWithSelector(IAgreements.BadFirstDay.selector, 1, 1));
        desk.propose(terms);
        desk.openWindow(Horizon.WithinMonth, 0, 1, START + 2 days);
        (terms.horizon, terms.firstDay, terms.expires) = (Horizon.WithinMonth, 2, START + 2 days);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.BadFirstDay.selector, 2, 2));
        desk.propose(terms);
        terms.firstDay = 0;
        vm.warp(START);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.DeliveryBegun.selector, 0, START));
        desk.propose(terms);
        terms.firstDay = 1;
        propose(PLANT, terms);
    }

    function test_window_that_is_not_open_takes_no_proposal() public {
        refuse(PLANT, abi.encodeWithSelector(IAgreements.WindowClosed.selector, 0, Horizon.Monthly));
        desk.propose(sale(USER, 480));
        desk.openWindow(Horizon.Monthly, 0, 1, START - 1 days);
        vm.warp(START - 1 days);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.WindowClosed.selector, 0, Horizon.Monthly));
        desk.propose(sale(USER, 480));
    }

    function test_route_is_one_province_or_the_ends_of_a_known_line() public {
        open(Horizon.Monthly);
        refuse(PLANT, abi.encodeWithSelector(IAgreements.OtherZone.selector, 1, 0));
        desk.propose(sale(AWAY, 480));
        Terms memory terms = sale(AWAY, 480);
        terms.line = 1;
        refuse(PLANT, abi.encodeWithSelector(IAgreements.UnknownLine.selector, 1, 1));
        desk.propose(terms);
        terms.line = 0;
        terms.counterparty = USER;
        refuse(PLANT, abi.encodeWithSelector(IAgreements.OtherZone.selector, 0, 1));
        desk.propose(terms);
        refuse(AWAY, abi.encodeWithSelector(IAgreements.OtherZone.selector, 1, 0));
        desk.propose(terms);
    }

    function test_agreement_over_a_line_is_flat() public {
        open(Horizon.Monthly);
        Terms memory terms = sale(AWAY, 481);
        terms.line = 0;
        refuse(PLANT, abi.encodeWithSelector(IAgreements.NotFlat.selector, 481, 48));
        desk.propose(terms);
        (terms.quantities[0], terms.curve, terms.weights) = (480, Curve.Own, new uint32[](24));
        terms.weights[0] = 1;
        refuse(PLANT, abi.encodeWithSelector(IAgreements.NotFlat.selector, 480, 48));
        desk.propose(terms);
    }

    function test_hours_settle_in_turn_and_not_before_they_begin() public {
        vm.expectRevert(abi.encodeWithSelector(IAgreements.HourNotBegun.selector, 0, START));
        desk.settle(0);
        vm.warp(START + 4 days);
        vm.expectRevert(abi.encodeWithSelector(IAgreements.NotNextHour.selector, 1, 0));
        desk.settle(1);
        for (uint256 hour = 0; hour < 72; ++hour) {
            desk.settle(hour);
        }
        vm.expectRevert(abi.encodeWithSelector(IAgreements.UnknownMonth.selector, 2, 2));
        desk.settle(72);
    }

    function test_what_is_not_known_has_no_state() public {
        vm.expectRevert(abi.encodeWithSelector(IAgreements.UnknownAgreement.selector, 0));
        desk.stateOf(0);
        assertEq(desk.agreements(), 0, "agreements");
        assertEq(desk.months(), 2, "months");
    }

    function test_agreement_gives_energy_in_its_months_only() public {
        open(Horizon.Monthly);
        uint256 id = propose(PLANT, sale(USER, 480));
        assertEq(desk.energyOf(id, 47), 10, "last hour of the month");
        assertEq(desk.energyOf(id, 48), 0, "month after");
    }

    function test_desk_is_born_with_lawful_rules_only() public {
        Line[] memory lines = new Line[](1);
        lines[0] = Line(0, 1, 1, 0, 0);
        (address registry_, address ledger_) = (address(registry), address(ledger));
        bytes memory bad = abi.encodeWithSelector(IAuction.BadRules.selector);
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 1, 0, START, lines, shares(0, 0, 0));
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 0, 1, START, lines, shares(2, 1, 1));
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 0, 1, START, lines, shares(1, 2, 1));
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 0, 1, START, lines, shares(1, 1, 1_000_001));
        lines[0] = Line(1, 1, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAuction.LineToItself.selector, 0, 1));
        new Agreements(registry_, ledger_, 0, 1, START, lines, shares(0, 0, 0));
        lines[0] = Line(0, 1, 1, 0, 1_000_000);
        vm.expectRevert(abi.encodeWithSelector(IAuction.LossTooHigh.selector, 0, 1_000_000));
        new Agreements(registry_, ledger_, 0, 1, START, lines, shares(0, 0, 0));
    }
}
