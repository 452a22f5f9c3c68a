// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {Collateral} from "../../contracts/trade/Collateral.sol";
import {Reservations} from "../../contracts/trade/Reservations.sol";
import {clockFrom} from "./Clock.sol";
import {Market} from "./Market.sol";

/// @title What the operator may call ahead of a stranger's clearing, and that the hour is cleared all the same.
contract LivenessTest is Market {
    address private constant STRANGER = address(0xBEEF);

    constructor() {
        zones = 1;
        sell(A, 10, 2);
        bid(A, 10, 6);
    }

    function one(address who) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = who;
    }

    function clearAs(address who, uint256 hour, address[] memory all) private {
        vm.prank(who);
        auction.clear(hour, all, noFlows(), bounds(2, 6));
    }

    function test_who_is_admitted_after_the_gate_is_of_the_next_hour() public {
        openUniform();
        vm.warp(START + 45 minutes);
        registry.enrol(address(0x9999), Role.User, A);
        auction.admit(one(address(0x9999)));
        clearAs(STRANGER, 0, traders());
        assertEq(money(0), 40, "cleared");
        vm.warp(START + 1 hours + 45 minutes);
        address[] memory more = new address[](3);
        (more[0], more[1], more[2]) = (trader(0), trader(1), address(0x9999));
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongLength.selector, 2, 3));
        clearAs(STRANGER, 1, traders());
        vm.prank(STRANGER);
        auction.clear(1, more, noFlows(), bounds(0, 10));
    }

    function test_who_is_admitted_before_the_gate_is_of_the_hour() public {
        openUniform();
        vm.warp(START + 1 hours + 30 minutes - 1);
        registry.enrol(address(0x9999), Role.User, A);
        auction.admit(one(address(0x9999)));
        vm.warp(START + 1 hours + 45 minutes);
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongLength.selector, 2, 3));
        clearAs(STRANGER, 1, traders());
    }

    function test_reservations_are_named_before_anybody_is_admitted_and_answer() public {
        openUniform();
        Reservations reservations = new Reservations(address(registry), clockFrom(START));
        vm.expectRevert(IAuction.TooLateForReservations.selector);
        auction.honour(address(reservations));
        clearAs(address(this), 0, traders());
    }

    function test_collateral_is_a_contract_that_answers_as_one() public {
        delete orders;
        openUniform();
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotCollateral.selector, STRANGER));
        auction.appointCollateral(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotCollateral.selector, address(ledger)));
        auction.appointCollateral(address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotReservations.selector, address(ledger)));
        auction.honour(address(ledger));
        auction.appointCollateral(address(new Collateral(address(registry), address(ledger), address(auction), 24, clockFrom(START))));
    }

    function test_reserved_words_are_bounded_and_what_was_said_last_holds() public {
        openRegistry();
        Reservations reservations = new Reservations(address(registry), clockFrom(START));
        vm.warp(START);
        vm.expectRevert(abi.encodeWithSelector(Reservations.TooManyWords.selector, 33, 32));
        reservations.reserve(0, new uint256[](33));
        uint256[] memory words = new uint256[](1);
        words[0] = 7;
        reservations.reserve(0, words);
        assertEq(reservations.reservedAt(5)[0], 7, "unsaid hours keep it");
        vm.warp(START + 1 hours + 30 minutes);
        vm.expectRevert(abi.encodeWithSelector(Reservations.OutsideWindow.selector, 1, START + 1 hours));
        reservations.reserve(1, words);
    }
}
