// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Registry} from "../../contracts/core/Registry.sol";
import {Reservations} from "../../contracts/trade/Reservations.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice Reserves hours in any order, as the operator or as somebody else; remembers what was said last.
contract Reserver is Base {
    Registry private registry = new Registry(address(this), 1);
    Reservations public immutable reservations = new Reservations(address(registry), clockFrom(0));
    uint256 public hour = type(uint256).max;
    uint256[] private said;
    uint256 public impostors;
    uint256 public backwards;

    function reserve(uint256 asked, uint256[] calldata words, uint256 by) public {
        asked %= 64;
        vm.warp(asked * 1 hours + by % 1 hours);
        if (words.length > 3) words = words[:3];
        if (by % 5 == 0) vm.prank(address(uint160(1 + by % 40)));
        try reservations.reserve(asked, words) {
            if (by % 5 == 0) ++impostors;
            if ((hour != type(uint256).max && asked <= hour) || by % 1 hours >= 30 minutes) ++backwards;
            (hour, said) = (asked, words);
        } catch {}
    }

    function lane(uint256 line) public view returns (uint256) {
        return uint32(said[line / 8] >> line % 8 * 32);
    }

    function lanes() public view returns (uint256) {
        return 8 * said.length;
    }
}

contract ReservationsInvariant is Base {
    Reserver private reserver;

    function setUp() public {
        reserver = new Reserver();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(reserver);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _what_was_said_last_holds_from_its_hour_on();
        _only_the_operator_reserves_before_the_gate_and_hours_rise();
    }

    function _what_was_said_last_holds_from_its_hour_on() internal view {
        Reservations reservations = reserver.reservations();
        uint256 last = reserver.hour();
        if (last == type(uint256).max) return;
        uint256[] memory energy = reservations.reservedAt(last);
        assertEq(energy.length, reserver.lanes(), "lanes");
        for (uint256 line = 0; line < energy.length; ++line) {
            assertEq(energy[line], reserver.lane(line), "kWh");
        }
        bytes memory after_ = abi.encode(reservations.reservedAt(last + 1));
        assertTrue(keccak256(after_) == keccak256(abi.encode(energy)), "the same in the hour after");
        if (last > 0) assertEq(reservations.reservedAt(last - 1).length, 0, "nothing in the hour before");
    }

    function _only_the_operator_reserves_before_the_gate_and_hours_rise() internal view {
        assertEq(reserver.impostors() + reserver.backwards(), 0, "wrong reservations");
    }
}
