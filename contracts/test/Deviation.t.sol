// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Deviation} from "../Deviation.sol";
import {Ledger} from "../Ledger.sol";
import {Registry} from "../Registry.sol";
import {Role} from "../Types.sol";
import {DeviationRules, IDeviation} from "../interfaces/IDeviation.sol";
import {Base} from "./Base.sol";

/// @notice One zone: plants 2 and 3, users 4 and 5; settles hour after hour.
contract Meters is Base {
    uint64 internal constant START = 1_000_000;
    uint256 internal constant PEOPLE = 4;

    Registry public immutable registry;
    Ledger public immutable ledger;
    Deviation public immutable deviation;
    uint256 public hour;
    uint256 public settled;
    /// @notice whether someone who kept to the schedule and was not called ever paid
    bool public wronged;

    constructor() {
        registry = new Registry(address(this), 1);
        ledger = new Ledger(address(this));
        DeviationRules memory rules = DeviationRules(0, 1000, 1.1e6, 0.9e6, 0.8e6, 1.2e6, 0, false, START);
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
        ++settled;
    }

    /// @notice A random hour, in which nobody lists regulation: the grid balances at the limits.
    function random(int16[4] calldata moved) external {
        int256[4] memory scheduled = [int256(-600), -400, 700, 300];
        int256[4] memory metered;
        int256 net;
        int256[4] memory before;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            metered[i] = scheduled[i] + moved[i] / 256;
            net += moved[i] / 256;
            before[i] = ledger.balanceOf(2 + i);
        }
        settle(scheduled, metered, net > 0 ? int256(1000) : int256(0));
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (moved[i] / 256 == 0 && ledger.balanceOf(2 + i) < before[i]) wronged = true;
        }
    }
}

contract DeviationTest is Base {
    Meters private meters;

    function setUp() public {
        meters = new Meters();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(meters);
    }

    function balance(uint256 number) private view returns (int256) {
        return meters.ledger().balanceOf(number);
    }

    function test_over_use_pays_for_up_regulation_in_price_order() public {
        meters.list(2, 300, 50, 250, 50);
        meters.list(3, 400, 50, 350, 20);
        meters.settle([int256(-600), -400, 700, 300], [int256(-600), -400, 760, 300], 400);
        // 19,000 for the calls, 60 x 349 from the user; 1,940 over to 600 : 400 : 300
        assertEq(balance(2), 15_895, "coal");
        assertEq(balance(3), 4_596, "gas");
        assertEq(balance(4), -20_940, "user");
        assertEq(balance(5), 447, "shop");
        assertEq(balance(0), 2, "grid");
    }

    function test_under_generation_pays_k2_and_over_generation_gets_k1() public {
        meters.list(3, 400, 50, 350, 20);
        meters.settle([int256(-600), -400, 700, 300], [int256(-590), -400, 700, 300], 400);
        assertEq(balance(2), -4_800, "short");
        meters.settle([int256(-600), -400, 700, 300], [int256(-610), -400, 700, 300], 350);
        assertEq(balance(2), -2_000, "long");
    }

    function test_price_that_is_not_marginal_is_refused() public {
        meters.list(2, 300, 50, 250, 50);
        meters.list(3, 400, 50, 350, 20);
        Deviation deviation = meters.deviation();
        for (int256 limit = 0; limit <= 1000; limit += 100) {
            if (limit == 400) continue;
            vm.expectRevert(abi.encodeWithSelector(IDeviation.NotMarginal.selector, 0, limit));
            meters.settle([int256(-600), -400, 700, 300], [int256(-600), -400, 760, 300], limit);
        }
        assertEq(deviation.nextHour(), 0, "hours");
    }

    function test_only_the_operator_settles_and_only_plants_list() public {
        Deviation deviation = meters.deviation();
        vm.expectRevert(abi.encodeWithSelector(IDeviation.NotOperator.selector, address(this)));
        deviation.settle(0, new int256[](1), new uint256[](2), new uint256[](1));
        vm.expectRevert(abi.encodeWithSelector(IDeviation.NotPlant.selector, address(0x2004)));
        meters.list(4, 1, 1, 1, 1);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _money_sums_to_zero();
        _who_does_not_deviate_never_pays();
    }

    function _money_sums_to_zero() internal view {
        int256 sum;
        for (uint256 i = 0; i < 6; ++i) {
            sum += balance(i);
        }
        assertEq(sum, 0, "sum");
    }

    function _who_does_not_deviate_never_pays() internal view {
        assertTrue(!meters.wronged(), "paid");
    }
}
