// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Base} from "./Base.sol";

contract RegistryTest is Base {
    Registry private registry = new Registry(address(this), 3);

    function test_participants_are_numbered_from_two() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistry.Enrolled(address(10), 2, Role.Plant, 1);
        assertEq(registry.enrol(address(10), Role.Plant, 1), 2, "first");
        assertEq(registry.enrol(address(11), Role.User, 2), 3, "second");
        assertEq(registry.nextNumber(), 4, "next");
        (uint256 number, Role role, uint8 zone) = registry.participant(address(11));
        assertEq(number, 3, "number");
        assertTrue(role == Role.User, "role");
        assertEq(zone, 2, "zone");
    }

    function test_role_and_zone_are_known_by_number() public {
        for (uint160 i = 0; i < 17; ++i) {
            registry.enrol(address(10 + i), i == 16 ? Role.Exchange : Role.User, uint8(i % 3));
        }
        assertEq(registry.placesOf(0) >> 32 & 0xFFFFFFFF, 0x02010200, "numbers 2 and 3");
        assertEq(registry.placesOf(0) & 0xFFFFFFFF, 0, "numbers of nobody");
        assertEq(registry.placesOf(1), 0x0401_0200_0202, "numbers 16 to 18");
        assertEq(registry.placesOf(2), 0, "none");
    }

    function test_only_the_operator_enrols() public {
        bytes32 role = registry.OPERATOR_ROLE();
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(1), role));
        vm.prank(address(1));
        registry.enrol(address(10), Role.Plant, 0);
        assertTrue(registry.isOperator(address(this)) && !registry.isOperator(address(1)), "operator");
    }

    function test_nobody_is_enrolled_twice() public {
        registry.enrol(address(10), Role.Plant, 0);
        vm.expectRevert(abi.encodeWithSelector(IRegistry.AlreadyEnrolled.selector, address(10), 2));
        registry.enrol(address(10), Role.User, 1);
    }

    function test_stranger_is_not_enrolled() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistry.NotEnrolled.selector, address(10)));
        registry.participant(address(10));
    }

    function test_participant_needs_an_address() public {
        vm.expectRevert(IRegistry.EmptyParticipant.selector);
        registry.enrol(address(0), Role.Plant, 0);
    }

    function test_participant_needs_a_role() public {
        vm.expectRevert(IRegistry.EmptyParticipant.selector);
        registry.enrol(address(10), Role.None, 0);
    }

    function test_zone_must_be_known() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistry.UnknownZone.selector, 3, 3));
        registry.enrol(address(10), Role.Plant, 3);
    }

    function test_numbers_end_at_65535() public {
        vm.store(address(registry), bytes32(uint256(3)), bytes32(uint256(65_535))); // nextNumber: after roles, participants and places
        assertEq(registry.nextNumber(), 65_535, "the slot of nextNumber");
        assertEq(registry.enrol(address(10), Role.Plant, 0), 65_535, "last");
        vm.expectRevert(IRegistry.RegistryFull.selector);
        registry.enrol(address(11), Role.Plant, 0);
    }

    function test_closed_registry_gives_no_higher_number() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit Registry.ClosedAfter(2);
        registry.closeAfter(2);
        registry.enrol(address(10), Role.Plant, 0);
        vm.expectRevert(IRegistry.RegistryFull.selector);
        registry.enrol(address(11), Role.Plant, 0);
    }

    function test_bound_of_numbers_is_only_lowered_and_not_below_one_that_is_taken() public {
        registry.enrol(address(10), Role.Plant, 0);
        registry.enrol(address(11), Role.Plant, 0);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotLower.selector, 2, 65_535, 4));
        registry.closeAfter(2);
        registry.closeAfter(3);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotLower.selector, 3, 3, 4));
        registry.closeAfter(3);
    }

    function test_only_the_operator_closes() public {
        bytes32 role = registry.OPERATOR_ROLE();
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(1), role));
        vm.prank(address(1));
        registry.closeAfter(9);
    }
}
