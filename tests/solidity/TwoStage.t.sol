// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TwoStageAuction} from "../../contracts/auctions/TwoStageAuction.sol";
import {SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {Market} from "./Market.sol";

/// @title Every province alone, then the region, with the numbers written out.
contract TwoStageTest is Market {
    /// @dev At home A clears 3 at 2 and B 5 at 8 (8.5, rounded down).
    function provinces(uint32 wanted) private {
        sell(A, 10, 2);
        bid(A, 3, 6);
        sell(B, 5, 8);
        bid(B, wanted, 9);
        line(4, 1, 0);
    }

    function fills(Cleared memory stage, uint256 sellA, uint256 bidA, uint256 sellB, uint256 bidB) private pure {
        assertEq(stage.fills[0], sellA, "A sells");
        assertEq(stage.fills[1], bidA, "A buys");
        assertEq(stage.fills[2], sellB, "B sells");
        assertEq(stage.fills[3], bidB, "B buys");
    }

    function moneys(int256 sellA, int256 bidA, int256 sellB, int256 bidB, int256 grid, int256 rent) private view {
        assertEq(money(0), sellA, "A's seller");
        assertEq(money(1), bidA, "A's buyer");
        assertEq(money(2), sellB, "B's seller");
        assertEq(money(3), bidB, "B's buyer");
        assertEq(ledger.balanceOf(0), grid, "grid");
        assertEq(ledger.balanceOf(1), rent, "rent");
        assertEq(sellA + bidA + sellB + bidB + grid + rent, 0, "sum");
    }

    function test_cheaper_energy_replaces_a_plant_that_cleared_at_home() public {
        provinces(5);
        openTwoStage(SurplusDeficit.Economic);
        Cleared[] memory stages = cleared(flow(4, 4), join(bounds(2, 8, 2, 9), bounds(2, 8, 2, 8)));
        assertEq(stages.length, 2, "stages");
        assertEq(stages[0].flows.length, 0, "no lines at home");
        assertEq(stages[0].prices[A], 2, "A at home");
        assertEq(stages[0].prices[B], 8, "B at home");
        fills(stages[0], 3, 3, 5, 5);
        assertEq(stages[1].prices[A], 2, "A");
        assertEq(stages[1].prices[B], 8, "B");
        fills(stages[1], 7, 3, 1, 5);
        // B's plant keeps 5 x 8 and buys 4 back at 8
        moneys(2 * 3 + 2 * 4, -2 * 3, 8 * 5 - 8 * 4, -8 * 5, 4, (8 - 2 - 1) * 4);
        assertTrue(TwoStageAuction(address(auction)).surplusDeficitReading() == SurplusDeficit.Economic, "economic");
    }

    function test_plants_that_cleared_at_home_stay_where_only_surplus_is_traded() public {
        provinces(5);
        openTwoStage(SurplusDeficit.Physical);
        Cleared[] memory stages = cleared(flow(0, 0), join(bounds(2, 8, 2, 9), tied(bounds(0, 0, 2, 3), 0, 0, 0, 1)));
        fills(stages[1], 3, 3, 5, 5);
        assertEq(stages[1].prices[A], NO_PRICE, "nothing moved in A");
        assertEq(stages[1].prices[B], NO_PRICE, "nothing moved in B");
        moneys(2 * 3, -2 * 3, 8 * 5, -8 * 5, 0, 0);
    }

    function test_unserved_demand_buys_surplus_of_the_neighbour() public {
        provinces(7);
        openTwoStage(SurplusDeficit.Physical);
        Cleared[] memory stages = cleared(flow(2, 2), join(bounds(2, 9, 2, 9), tied(bounds(2, 3, 2, 3), 0, 1, 0, 1)));
        fills(stages[0], 3, 3, 5, 5);
        fills(stages[1], 5, 3, 5, 7);
        assertEq(stages[1].prices[B], 3, "B buys at A's price and the charge");
        moneys(2 * 3 + 2 * 2, -2 * 3, 9 * 5, -9 * 5 - 3 * 2, 2, 0);
    }

    function test_region_must_serve_what_provinces_bought() public {
        provinces(5);
        openTwoStage(SurplusDeficit.Economic);
        // B bought 5 at home; at a price of 2 its plant sells nothing, and 4 is all that can come
        refused(
            abi.encodeWithSelector(IAuction.NetExportTooHigh.selector, B, 1, 0),
            flow(4, 4),
            join(bounds(2, 8, 2, 9), tied(bounds(2, 3, 2, 3), 0, 1, 0, 1))
        );
    }

    function test_wrong_first_stage_is_refused() public {
        provinces(5);
        openTwoStage(SurplusDeficit.Economic);
        refused(abi.encodeWithSelector(IAuction.NotHighest.selector, B), flow(4, 4), join(bounds(2, 8, 2, 8), bounds(2, 8, 2, 8)));
    }

    function test_bounds_of_both_stages_are_needed() public {
        provinces(5);
        openTwoStage(SurplusDeficit.Economic);
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 2, 4), flow(4, 4), bounds(2, 8, 2, 9));
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 0, 1), noFlows(), bounds(2, 8, 2, 9));
    }
}
