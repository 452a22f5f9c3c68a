// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Curve, Horizon, IAgreements, State, Terms} from "../../contracts/interfaces/IAgreements.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Split} from "../../contracts/libraries/Split.sol";
import {Agreements} from "../../contracts/trade/Agreements.sol";
import {Desk} from "./Desk.sol";

/// @title Agreements are made, cancelled, resold and paid, by those who may.
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
        bytes32 length = bytes32(uint256(keccak256(abi.encode(1))) + 5);
        uint256 shared = most - desk.FIRST_ONES();
        vm.store(address(desk), length, bytes32(shared));
        refuse(USER, abi.encodeWithSelector(IAgreements.MonthFull.selector, 0, shared));
        desk.accept(id);
        vm.store(address(desk), length, bytes32(shared - 1));
        accept(USER, id);
        uint256 first = propose(PLANT, sale(TRADER, 1));
        vm.store(address(desk), length, bytes32(most));
        refuse(TRADER, abi.encodeWithSelector(IAgreements.MonthFull.selector, 0, most));
        desk.accept(first);
        vm.store(address(desk), length, bytes32(most - 1));
        accept(TRADER, first);
    }

    function test_two_friends_have_128_agreements_of_a_month_and_no_more() public {
        open(Horizon.Monthly);
        uint256 most = desk.MOST_EACH();
        for (uint256 i = 0; i < most; ++i) {
            if (i % 2 == 0) accept(USER, propose(PLANT, sale(USER, 1)));
            else accept(PLANT, propose(USER, sale(PLANT, 1)));
        }
        uint256 id = propose(PLANT, sale(USER, 1));
        refuse(USER, abi.encodeWithSelector(IAgreements.QuotaFull.selector, 0, 2, most));
        desk.accept(id);
        uint256 other = propose(USER, sale(TRADER, 1));
        refuse(TRADER, abi.encodeWithSelector(IAgreements.QuotaFull.selector, 0, 3, most));
        desk.accept(other);
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
}
