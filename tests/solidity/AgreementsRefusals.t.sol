// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line} from "../../contracts/core/Types.sol";
import {Curve, Horizon, IAgreements, Terms} from "../../contracts/interfaces/IAgreements.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {Agreements} from "../../contracts/trade/Agreements.sol";
import {clockFrom} from "./Clock.sol";
import {Desk} from "./Desk.sol";

/// @title What the desk refuses: months, windows, quantities, routes and rules outside their bounds.
contract AgreementsRefusalsTest is Desk {
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
        new Agreements(registry_, ledger_, 1, 0, clockFrom(START), lines, shares(0, 0, 0));
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 0, 1, clockFrom(START), lines, shares(2, 1, 1));
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 0, 1, clockFrom(START), lines, shares(1, 2, 1));
        vm.expectRevert(bad);
        new Agreements(registry_, ledger_, 0, 1, clockFrom(START), lines, shares(1, 1, 1_000_001));
        lines[0] = Line(1, 1, 1, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAuction.LineToItself.selector, 0, 1));
        new Agreements(registry_, ledger_, 0, 1, clockFrom(START), lines, shares(0, 0, 0));
        lines[0] = Line(0, 1, 1, 0, 1_000_000);
        vm.expectRevert(abi.encodeWithSelector(IAuction.LossTooHigh.selector, 0, 1_000_000));
        new Agreements(registry_, ledger_, 0, 1, clockFrom(START), lines, shares(0, 0, 0));
    }
}
