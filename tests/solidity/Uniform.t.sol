// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Flow} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {Market} from "./Market.sol";

/// @title What follows from a proof in one stage: fills, money and events.
contract UniformTest is Market {
    function test_tie_is_shared_pro_rata_and_remainders_go_by_order_id() public {
        zones = 1;
        sell(A, 4, 2);
        sell(A, 3, 2);
        sell(A, 3, 2);
        bid(A, 5, 6);
        openUniform();
        Cleared memory stage = cleared(noFlows(), bounds(2, 2))[0];
        assertLaws(stage);
        assertEq(stage.fills[0], 2, "whole share: no more");
        assertEq(stage.fills[1], 2, "1.5, and the remainder");
        assertEq(stage.fills[2], 1, "1.5");
        assertEq(stage.fills[3], 5, "bid");
    }

    function test_tie_of_bids_is_shared_pro_rata() public {
        zones = 1;
        sell(A, 5, 2);
        bid(A, 4, 6);
        bid(A, 4, 6);
        openUniform();
        Cleared memory stage = cleared(noFlows(), bounds(6, 6))[0];
        assertLaws(stage);
        assertEq(stage.fills[1], 3, "2.5, and the remainder");
        assertEq(stage.fills[2], 2, "2.5");
        assertEq(stage.prices[A], 6, "price");
    }

    function test_equal_prices_trade_the_most_volume() public {
        zones = 1;
        sell(A, 5, 4);
        bid(A, 3, 4);
        openUniform();
        Cleared memory stage = cleared(noFlows(), bounds(4, 4))[0];
        assertLaws(stage);
        assertEq(stage.fills[0], 3, "sold");
        assertEq(stage.prices[A], 4, "price");
    }

    function test_fills_of_long_orders_follow_trader_then_segment() public {
        zones = 1;
        sell(A, 1, 1);
        bid(A, 15, 9);
        openUniform();
        vm.warp(START);
        vm.prank(trader(0));
        auction.submit(word(0, true, 5, segment(3, 3) << 128 | segment(2, 2) << 64 | segment(1, 1)), segment(5, 5) << 64 | segment(4, 4));
        vm.warp(START + 30 minutes);
        int256[] memory prices = new int256[](1);
        uint256[] memory fills = new uint256[](1);
        (prices[0], fills[0]) = (7, 15 << 160 | 5 << 128 | 4 << 96 | 3 << 64 | 2 << 32 | 1);
        vm.expectEmit(true, true, true, true, address(auction));
        emit IAuction.HourCleared(0, 1, prices, noFlows(), fills, 0);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ILedger.Posted(address(auction), 4, 105);
        auction.clear(0, traders(), noFlows(), bounds(5, 9));
        assertEq(money(0), 105, "seller");
        assertEq(money(1), -105, "buyer");
    }

    function test_replaced_order_counts_once() public {
        zones = 1;
        sell(A, 9, 1);
        bid(A, 4, 9);
        openUniform();
        vm.warp(START);
        vm.prank(trader(0));
        auction.submit(word(0, true, 1, segment(3, 2)));
        vm.warp(START + 30 minutes);
        Cleared memory stage = cleared(noFlows(), bounds(9, 9))[0];
        assertEq(stage.fills[0], 2, "the order that stands");
        assertEq(stage.fills[1], 2, "bid");
    }

    function test_charge_goes_to_the_grid_and_congestion_to_rent() public {
        sell(A, 9, 2);
        bid(B, 9, 8);
        line(4, 1, 0);
        openUniform();
        Cleared memory stage = cleared(flow(4, 4), bounds(2, 8, 2, 8))[0];
        assertLaws(stage);
        assertEq(money(0), 2 * 4, "seller");
        assertEq(money(1), -8 * 4, "buyer");
        assertEq(ledger.balanceOf(0), 1 * 4, "grid");
        assertEq(ledger.balanceOf(1), (8 - 2 - 1) * 4, "rent");
        assertEq(Flow.unwrap(stage.flows[0]), uint256(4) << 128 | 4, "flow");
        assertEq(stage.gap, 0, "gap");
    }

    function test_negative_price_pays_the_buyer() public {
        (zones, floor) = (1, -10);
        sell(A, 5, -4);
        bid(A, 2, 3);
        openUniform();
        Cleared memory stage = cleared(noFlows(), bounds(6, 6))[0];
        assertEq(stage.prices[A], -4, "price");
        assertEq(money(0), -8, "seller");
        assertEq(money(1), 8, "buyer");
    }

    function test_ledger_that_does_not_know_the_auction_stops_the_clearing() public {
        zones = 1;
        openUniform();
        ledger.revokeRole(ledger.POSTER_ROLE(), address(auction));
        address[] memory all = traders();
        vm.expectRevert();
        auction.clear(0, all, noFlows(), bounds(0, 10));
    }
}
