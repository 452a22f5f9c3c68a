// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {DeviationRules} from "../../contracts/interfaces/IDeviation.sol";
import {Deviation} from "../../contracts/trade/Deviation.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice Plants 2 and 3, users 4 and 5, all in zone 0 (there may be others in zone 1); settles hour after hour.
contract Meters is Base {
    uint64 internal constant START = 1_000_000;
    uint256 internal constant PEOPLE = 4;

    Registry public immutable registry;
    Ledger public immutable ledger;
    Deviation public immutable deviation;
    uint256 public hour;

    constructor() {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        DeviationRules memory rules = DeviationRules(0, 1000, 1.1e6, 0.9e6, 0.8e6, 1.2e6, 0, false, clockFrom(START));
        deviation = new Deviation(address(registry), address(ledger), rules);
        ledger.grantRole(ledger.POSTER_ROLE(), address(deviation));
        address[] memory people = new address[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            people[i] = address(uint160(0x2002 + i));
            registry.enrol(people[i], i < 2 ? Role.Plant : Role.User, 0);
        }
        deviation.admit(people);
    }

    function list(uint256 number, int32 upPrice, uint32 up, int32 downPrice, uint32 down) public {
        vm.warp(START + hour * 1 hours);
        vm.prank(address(uint160(0x2000 + number)));
        deviation.listRegulation(upPrice, up, downPrice, down);
    }

    /// @notice Settles the next hour; energies are taken positive, by number from 2 on.
    function settle(int256[4] memory scheduled, int256[4] memory metered, int256 limit) public {
        vm.warp(START + hour * 1 hours + 59 minutes);
        int256[] memory limits = new int256[](1);
        limits[0] = limit;
        uint256[] memory energies = new uint256[](2);
        uint256[] memory rooms = new uint256[](1);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            uint256 number = 2 + i;
            uint256 lane = uint256(uint32(int32(scheduled[i]))) | uint256(uint32(int32(metered[i]))) << 32;
            energies[number / 4] |= lane << number % 4 * 64;
            rooms[0] |= uint256(1000) << number * 32;
        }
        deviation.settle(hour, limits, energies, rooms);
        ++hour;
    }
}
