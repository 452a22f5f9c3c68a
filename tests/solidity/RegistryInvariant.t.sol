// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Base} from "./Base.sol";

/// @notice Enrols whoever it is told to, as the operator or as somebody else; remembers who came in as what.
contract Clerk is Base {
    uint8 public constant ZONES = 3;

    Registry public immutable registry = new Registry(address(this), ZONES);
    address[] public enrolled;
    uint256[] public kinds;
    uint256 public impostors;

    function enrol(uint256 who, uint8 role, uint8 zone, uint256 by) public {
        (address person, Role kind) = (address(uint160(who % 40)), Role(role % 5));
        if (by % 5 == 0) vm.prank(address(uint160(1 + by % 40)));
        try registry.enrol(person, kind, zone % 4) returns (uint256) {
            if (by % 5 == 0) ++impostors;
            enrolled.push(person);
            kinds.push(uint256(kind) << 8 | zone % 4);
        } catch {}
    }

    function count() public view returns (uint256) {
        return enrolled.length;
    }
}

contract RegistryInvariant is Base {
    Clerk private clerk;

    function setUp() public {
        clerk = new Clerk();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(clerk);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _numbers_follow_enrolment_and_nothing_changes();
        _only_the_operator_enrols();
    }

    function _numbers_follow_enrolment_and_nothing_changes() internal view {
        Registry registry = clerk.registry();
        assertEq(registry.nextNumber(), 2 + clerk.count(), "next number");
        for (uint256 i = 0; i < clerk.count(); ++i) {
            (uint256 number, Role role, uint8 zone) = registry.participant(clerk.enrolled(i));
            assertEq(number, 2 + i, "number");
            assertEq(uint256(role) << 8 | zone, clerk.kinds(i), "role and zone");
            assertTrue(role != Role.None && zone < clerk.ZONES(), "known role and zone");
        }
    }

    function _only_the_operator_enrols() internal view {
        assertEq(clerk.impostors(), 0, "impostors");
    }

    function test_stranger_is_not_a_participant() public {
        clerk.enrol(7, 1, 2, 1);
        assertEq(clerk.count(), 1, "enrolled");
        Registry registry = clerk.registry();
        vm.expectRevert(abi.encodeWithSelector(IRegistry.NotEnrolled.selector, address(8)));
        registry.participant(address(8));
    }
}
