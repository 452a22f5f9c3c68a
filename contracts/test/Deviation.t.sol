// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Deviation} from "../Deviation.sol";
import {IDeviation} from "../interfaces/IDeviation.sol";
import {Base} from "./Base.sol";
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
}
