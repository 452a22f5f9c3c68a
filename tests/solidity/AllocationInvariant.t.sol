// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {Day, Reading} from "../../contracts/interfaces/IAllocation.sol";
import {Allocation} from "../../contracts/trade/Allocation.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice Two plants and their supplier: days of three hours are allocated, rightly or anyhow, and settled; keeps its own books.
contract Planner is Base {
    uint64 private constant START = 1_000_000;
    uint256 private constant HOURS = 3;
    uint256 private constant CAPACITY = 100;
    uint256 private constant RAMP = 40;

    Registry private registry = new Registry(address(this), 1);
    Ledger public immutable ledger = new Ledger(address(this));
    Allocation public immutable allocation = new Allocation(address(registry), address(ledger), clockFrom(START));
    /// @notice kWh that plants 2 and 3 have on record, hours in lanes of 32 bits
    uint256[2] public energy;
    uint256 public allocated;
    uint256 public settled;
    /// @notice accepted although a plant could not, or did not deliver its contract
    uint256 public impossible;
    uint256 public impostors;
    int256[5] public money;

    constructor() {
        ledger.grantRole(ledger.POSTER_ROLE(), address(allocation));
        address[] memory plants = new address[](2);
        uint256[] memory terms = new uint256[](2);
        for (uint256 i = 0; i < 2; ++i) {
            plants[i] = address(uint160(0x2002 + i));
            terms[i] = CAPACITY | RAMP << 64 | (10 + 5 * i) << 96;
            registry.enrol(plants[i], Role.Plant, 0);
        }
        address[] memory supplier = new address[](1);
        supplier[0] = address(0x2004);
        registry.enrol(supplier[0], Role.Supplier, 0);
        allocation.setSuppliers(supplier);
        allocation.setTerms(plants, terms);
        vm.warp(START);
    }

    /// @notice Allocates the day again, each plant with three energies that are near a flat one, or far from it.
    function allocate(uint256 first, uint256 second, uint256 spread, uint256 short, uint256 by) public {
        uint256[2] memory words;
        uint256[] memory plants = new uint256[](6);
        uint256[] memory load = new uint256[](1);
        uint256 available = CAPACITY - short % 30;
        for (uint256 i = 0; i < 2; ++i) {
            uint256 drawn = i == 0 ? first : second;
            uint256 total;
            for (uint256 hour = 0; hour < HOURS; ++hour) {
                uint256 here = drawn % CAPACITY + (drawn >> 16 * (hour + 1)) % (1 + spread % 60);
                words[i] |= here << 32 * hour;
                total += here;
            }
            // one time in eight a contract that is not met
            plants[3 * i] = (drawn >> 80) % 8 == 0 ? total + 1 : total;
            plants[3 * i] |= drawn % CAPACITY << 64;
            plants[3 * i + 1] = available | available << 32 | available << 64;
            plants[3 * i + 2] = words[i];
        }
        load[0] = 200 | 200 << 32 | 200 << 64;
        uint256 day = allocation.nextHour() / 24;
        bool can = _can(words[0], first, available) && _can(words[1], second, available);
        can = can && (first >> 80) % 8 != 0 && (second >> 80) % 8 != 0;
        if (by % 7 == 0) vm.prank(address(uint160(0x2002 + by % 3)));
        try allocation.allocate(Day(0, uint32(day), 0, uint8(HOURS), Reading.PerPlant, 1e6), load, plants) {
            if (by % 7 == 0) ++impostors;
            if (!can) ++impossible;
            ++allocated;
            energy = words;
        } catch {
            if (can && by % 7 != 0 && allocation.nextHour() % 24 == 0) ++impossible;
        }
    }

    /// @notice Settles the hour; the supplier buys all of it, or one time in eight a kWh more.
    function settle(uint256 by, uint256 drawn) public {
        uint256 hour = allocation.nextHour();
        vm.warp(START + hour * 1 hours);
        uint256[] memory purchases = new uint256[](1);
        uint256 a = uint32(energy[0] >> 32 * (hour % 24));
        uint256 b = uint32(energy[1] >> 32 * (hour % 24));
        purchases[0] = a + b + (drawn % 8 == 0 ? 1 : 0) | 4 << 32;
        if (by % 7 == 0) vm.prank(address(uint160(0x2002 + by % 3)));
        try allocation.settle(hour, purchases) {
            if (by % 7 == 0 || drawn % 8 == 0 && a + b > 0) ++impostors;
            money[2] += int256(10 * a);
            money[3] += int256(15 * b);
            money[4] -= int256(10 * a + 15 * b);
            ++settled;
        } catch {}
    }

    /// @dev Inside what is available, no ramp above 40 from the hour before.
    function _can(uint256 word, uint256 drawn, uint256 available) private pure returns (bool) {
        uint256 before = drawn % CAPACITY;
        for (uint256 hour = 0; hour < HOURS; ++hour) {
            uint256 here = uint32(word >> 32 * hour);
            if (here > available || here > before + RAMP) return false;
            // into the first hour the plant comes down as far as what is available makes it
            uint256 down = hour == 0 && before > available && before - available > RAMP ? before - available : RAMP;
            if (before > here + down) return false;
            before = here;
        }
        return true;
    }
}

contract AllocationInvariant is Base {
    Planner private planner;

    function setUp() public {
        planner = new Planner();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(planner);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _what_plants_can_do_is_accepted_and_nothing_else();
        _hours_settle_in_turn_and_sellers_get_their_price();
    }

    function _what_plants_can_do_is_accepted_and_nothing_else() internal view {
        assertEq(planner.impossible(), 0, "impossible");
        assertEq(planner.impostors(), 0, "impostors");
    }

    function _hours_settle_in_turn_and_sellers_get_their_price() internal view {
        assertEq(planner.allocation().nextHour(), planner.settled(), "hours");
        int256 sum;
        for (uint256 number = 0; number < 5; ++number) {
            assertEq(planner.ledger().balanceOf(number), planner.money(number), "money");
            sum += planner.money(number);
        }
        assertEq(sum, 0, "sum");
    }

    /// @dev The laws above are about something.
    function test_the_planner_allocates_and_settles() public {
        planner.allocate(1 << 80 | 50, 1 << 80 | 30, 1, 0, 1);
        planner.settle(1, 1);
        planner.settle(1, 1);
        assertEq(planner.allocated(), 1, "allocated");
        assertEq(planner.settled(), 2, "settled");
    }
}
