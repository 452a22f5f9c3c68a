// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {DeviationRules, IDeviation} from "../../contracts/interfaces/IDeviation.sol";
import {Deviation} from "../../contracts/trade/Deviation.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";
import {Meters} from "./Meters.sol";

contract DeviationTest is Base {
    Meters private meters;

    function setUp() public {
        meters = new Meters();
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

    function test_rules_outside_their_bounds_are_refused() public {
        DeviationRules[6] memory bad = [
            DeviationRules(1, 0, 1e6, 1e6, 1e6, 1e6, 0, false, clockFrom(0)),
            DeviationRules(0, 1, 1e6 - 1, 1e6, 1e6, 1e6, 0, false, clockFrom(0)),
            DeviationRules(0, 1, 1e6, 1e6 + 1, 1e6, 1e6, 0, false, clockFrom(0)),
            DeviationRules(0, 1, 1e6, 1e6, 1e6 + 1, 1e6, 0, false, clockFrom(0)),
            DeviationRules(0, 1, 1e6, 1e6, 1e6, 1e6 - 1, 0, false, clockFrom(0)),
            DeviationRules(0, 1, 1e6, 1e6, 1e6, 1e6, 1e6 + 1, false, clockFrom(0))
        ];
        (address registry, address ledger) = (address(meters.registry()), address(meters.ledger()));
        for (uint256 i = 0; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDeviation.BadDeviationRules.selector));
            new Deviation(registry, ledger, bad[i]);
        }
    }

    function test_participants_are_admitted_by_the_operator_in_order_of_number() public {
        Deviation deviation = meters.deviation();
        vm.expectRevert(abi.encodeWithSelector(IDeviation.NotOperator.selector, address(this)));
        deviation.admit(new address[](0));
        address[] memory again = new address[](1);
        again[0] = address(0x2002);
        vm.expectRevert(abi.encodeWithSelector(IDeviation.WrongNumber.selector, 2, 6));
        vm.prank(address(meters));
        deviation.admit(again);
    }

    function test_list_is_open_until_the_gate_and_before_the_run() public {
        Deviation deviation = meters.deviation();
        uint256 start = 1_000_000;
        vm.warp(start - 1);
        vm.prank(address(0x2003));
        deviation.listRegulation(400, 50, 350, 20);
        assertEq(deviation.listOf(3), 400 | 50 << 32 | 350 << 64 | 20 << 96, "list");
        vm.warp(start + 30 minutes);
        vm.expectRevert(abi.encodeWithSelector(IDeviation.GateClosed.selector, 0, start + 30 minutes));
        vm.prank(address(0x2003));
        deviation.listRegulation(400, 50, 350, 20);
    }

    function test_listed_prices_are_within_floor_and_cap() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviation.PriceBelowFloor.selector, int256(-1), int256(0)));
        meters.list(2, -1, 1, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IDeviation.PriceAboveCap.selector, int256(1001), int256(1000)));
        meters.list(2, 1, 1, 1001, 1);
    }

    function test_hour_is_settled_once_in_its_last_minute_with_words_for_everybody() public {
        Deviation deviation = meters.deviation();
        uint256 opens = 1_000_000 + 59 minutes;
        bytes memory outside = abi.encodeWithSelector(IDeviation.OutsideWindow.selector, 0, opens);
        vm.warp(opens - 1);
        settleAs(outside, 1, 2, 1);
        vm.warp(opens + 1 minutes);
        settleAs(outside, 1, 2, 1);
        vm.warp(opens);
        settleAs(abi.encodeWithSelector(IDeviation.WrongLength.selector, 2, 1), 2, 2, 1);
        settleAs(abi.encodeWithSelector(IDeviation.WrongLength.selector, 1, 2), 1, 1, 1);
        settleAs(abi.encodeWithSelector(IDeviation.WrongLength.selector, 2, 1), 1, 2, 2);
        vm.prank(address(meters));
        deviation.settle(0, new int256[](1), new uint256[](2), new uint256[](1));
        settleAs(abi.encodeWithSelector(IDeviation.AlreadySettled.selector, 0), 1, 2, 1);
    }

    /// @dev The operator's settlement of hour 0 with words of these lengths is refused.
    function settleAs(bytes memory err, uint256 marginals, uint256 energies, uint256 rooms) private {
        Deviation deviation = meters.deviation();
        vm.expectRevert(err);
        vm.prank(address(meters));
        deviation.settle(0, new int256[](marginals), new uint256[](energies), new uint256[](rooms));
    }

    function test_energy_that_no_list_covers_is_the_grids_at_the_cap_or_the_floor() public {
        meters.settle([int256(-600), -400, 700, 300], [int256(-600), -400, 710, 300], 1000);
        assertEq(balance(4), -11_000, "10 kWh at 1.1 of the cap");
        meters.settle([int256(-600), -400, 700, 300], [int256(-600), -400, 690, 300], 0);
        assertEq(balance(4), -11_000, "nothing for what was not used: the floor is 0");
    }

    function test_tied_lists_are_called_pro_rata_and_the_rest_by_number() public {
        meters.list(2, 300, 1, 250, 50);
        meters.list(3, 300, 2, 250, 50);
        meters.settle([int256(-600), -400, 700, 300], [int256(-600), -400, 702, 300], 300);
        // 2 of 3 kWh: 0.67 and 1.33, so that one goes to the lower number and one to the other
        assertEq(balance(4), -660, "2 kWh at 1.1 of 300");
        assertTrue(balance(2) >= 300 && balance(3) >= 300, "one each");
    }

    /// @dev Identities are kept sixteen a word; numbers 2 to 15 are in zone 0, number 16 is alone in zone 1.
    function test_seventeenth_account_is_settled_in_its_own_zone() public {
        Deviation deviation = meters.deviation();
        Registry registry = meters.registry();
        address[] memory more = new address[](11);
        vm.startPrank(address(meters));
        for (uint256 i = 0; i < more.length; ++i) {
            more[i] = address(uint160(0x2006 + i));
            registry.enrol(more[i], Role.User, i < 10 ? 0 : 1);
        }
        deviation.admit(more);
        uint256[] memory energies = new uint256[](5);
        energies[4] = 90 | 100 << 32; // uses 100 of the 90 it bought
        int256[] memory limits = new int256[](2);
        (limits[0], limits[1]) = (0, 1000);
        vm.warp(1_000_000 + 59 minutes);
        deviation.settle(0, limits, energies, new uint256[](3));
        assertEq(balance(16), -11_000, "10 kWh at 1.1 of the cap");
        for (uint256 number = 2; number < 16; ++number) {
            assertEq(balance(number), 0, "zone 0 kept to its schedule");
        }
    }
}
