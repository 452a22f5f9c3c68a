// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {Day, Reading, Status} from "../../contracts/interfaces/IAllocation.sol";
import {Allocation} from "../../contracts/trade/Allocation.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice The worked example of the project's domain notes, section 6: plants A, B and C, load 700, 900, 1000, 800 MW, share 0.80.
abstract contract AllocatedDay is Base {
    uint64 internal constant START = 1_700_000_000;
    uint32 internal constant SHARE = 800_000;
    address internal constant A = address(0xA);
    address internal constant B = address(0xB);
    address internal constant C = address(0xC);
    address internal constant IMPORT = address(0xD);
    address internal constant USER = address(0xE);
    address internal constant SUPPLIER = address(0xF);
    address internal constant OTHER_SUPPLIER = address(0x10);
    // Registry numbers, in order of enrolment.
    uint256 internal constant NUMBER_A = 2;
    uint256 internal constant NUMBER_IMPORT = 5;
    uint256 internal constant NUMBER_USER = 6;
    uint256 internal constant FLAT = 50_000;

    Registry internal registry = new Registry(address(this), 2);
    Ledger internal ledger = new Ledger(address(this));
    Allocation internal allocation = new Allocation(address(registry), address(ledger), clockFrom(START));
    uint256[] internal load;
    /// @dev words of A, B, C; three each: contract, initial and status | available | energy
    uint256[] internal plants;

    constructor() {
        ledger.grantRole(ledger.POSTER_ROLE(), address(allocation));
        registry.enrol(A, Role.Plant, 0);
        registry.enrol(B, Role.Plant, 0);
        registry.enrol(C, Role.Plant, 0);
        registry.enrol(IMPORT, Role.Exchange, 0);
        registry.enrol(USER, Role.User, 0);
        registry.enrol(SUPPLIER, Role.Supplier, 0);
        registry.enrol(OTHER_SUPPLIER, Role.Supplier, 1);
        allocation.setSuppliers(pair(SUPPLIER, OTHER_SUPPLIER));
        allocation.setTerms(one(A), one(terms(600_000, 300_000, 120_000, 30_000)));
        allocation.setTerms(one(B), one(terms(400_000, 160_000, 100_000, 31_000)));
        allocation.setTerms(one(C), one(terms(300_000, 0, 300_000, 20_000)));
        allocation.setTerms(one(IMPORT), one(terms(FLAT, FLAT, 1, 25_000)));
        load.push(lanes(700_000, 900_000, 1_000_000, 800_000));
        push(1_400_000, 360_000, lanes(600_000, 600_000, 600_000, 600_000), lanes(300_000, 364_785, 425_927, 309_288));
        push(800_000, 200_000, lanes(400_000, 400_000, 400_000, 400_000), lanes(160_000, 212_239, 247_812, 179_949));
        push(520_000, 0, lanes(300_000, 240_000, 180_000, 300_000), lanes(124_835, 134_614, 117_883, 142_668));
        vm.warp(START);
    }

    // --- words

    function one(address a) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = a;
    }

    function pair(address a, address b) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (a, b);
    }

    function one(uint256 a) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = a;
    }

    function terms(uint256 capacity, uint256 minimum, uint256 ramp, int32 price) internal pure returns (uint256) {
        return capacity | minimum << 32 | ramp << 64 | uint256(uint32(price)) << 96;
    }

    function lanes(uint256 a, uint256 b, uint256 c, uint256 d) internal pure returns (uint256) {
        return a | b << 32 | c << 64 | d << 96;
    }

    function push(uint256 contracted, uint256 initial, uint256 available, uint256 energy) internal {
        plants.push(contracted | initial << 64);
        plants.push(available);
        plants.push(energy);
    }

    function mark(uint256 plant, Status status) internal {
        plants[3 * plant] |= uint256(status) << 96;
    }

    function day(Reading reading) internal pure returns (Day memory) {
        return Day(0, 0, 0, 4, reading, SHARE);
    }

    function purchase(uint256 energy, uint256 number, uint256 zone) internal pure returns (uint256) {
        return energy | number << 32 | zone << 48;
    }

    function allocateDay() internal {
        allocation.allocate(day(Reading.PerPlant), load, plants);
    }

    function refused(bytes memory reason) internal {
        vm.expectRevert(reason);
        allocateDay();
    }
}
