// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MatchedPairsAuction} from "../../contracts/auctions/MatchedPairsAuction.sol";
import {Rules} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IMatchedPairs, Trade} from "../../contracts/interfaces/IMatchedPairs.sol";
import {Log} from "./Base.sol";
import {Market} from "./Market.sol";

/// @title Highest bid with lowest offer, then the next: what is refused, who meets whom, at which price.
contract MatchedPairsTest is Market {
    IMatchedPairs private pairs;

    constructor() {
        zones = 1;
    }

    /// @dev Like Market.open, for an auction with another `clear`.
    function openPairs() private {
        openRegistry();
        pairs = new MatchedPairsAuction(address(registry), address(ledger), rules());
        ledger.grantRole(ledger.POSTER_ROLE(), address(pairs));
        pairs.admit(traders());
        vm.warp(START);
        for (uint256 i = 0; i < orders.length; ++i) {
            vm.prank(trader(i));
            pairs.submit(word(0, orders[i].sells, 1, segment(orders[i].price, orders[i].quantity)));
        }
        vm.warp(START + 30 minutes);
    }

    function openBook() private {
        sell(A, 10, 1);
        sell(A, 10, 3);
        bid(A, 12, 8);
        bid(A, 6, 6);
        openPairs();
    }

    function sequence(uint256 a, uint256 b, uint256 c, uint256 d) private pure returns (uint256[] memory words) {
        words = new uint256[](1);
        words[0] = d << 96 | c << 64 | b << 32 | a;
    }

    /// @dev The rows of the noted orders sorted as the contract wants them.
    function sorted() private view returns (uint256[] memory words) {
        uint256 count = orders.length;
        words = new uint256[]((count + 7) / 8);
        bool[] memory used = new bool[](count);
        for (uint256 place = 0; place < count; ++place) {
            uint256 best = count;
            for (uint256 i = 0; i < count; ++i) {
                if (!used[i] && (best == count || before(orders[i], orders[best]))) best = i;
            }
            used[best] = true;
            words[place / 8] |= best << place % 8 * 32;
        }
    }

    function before(Order memory one, Order memory other) private pure returns (bool) {
        if (one.sells != other.sells) return one.sells;
        return one.sells ? one.price < other.price : one.price > other.price;
    }

    function trade(int32 price, uint256 seller, uint256 buyer, uint256 energy) private pure returns (Trade) {
        return Trade.wrap(uint256(uint32(price)) << 96 | seller << 64 | buyer << 32 | energy);
    }

    /// @dev Clears hour 0; returns the trades and the fills.
    function matched() private returns (Trade[] memory trades, uint256[] memory fills) {
        vm.recordLogs();
        pairs.clear(0, traders(), sorted());
        Log[] memory logs = vm.getRecordedLogs();
        assertTrue(logs[0].topics[0] == IAuction.HourCleared.selector, "fills first");
        assertTrue(logs[1].topics[0] == IMatchedPairs.TradesMade.selector, "then trades");
        (,, uint256[] memory words,) = abi.decode(logs[0].data, (int256[], uint256[], uint256[], int256));
        fills = new uint256[](orders.length);
        for (uint256 i = 0; i < fills.length; ++i) {
            fills[i] = uint32(words[i / 8] >> i % 8 * 32);
        }
        trades = abi.decode(logs[1].data, (Trade[]));
    }

    function assertTrades(Trade[] memory got, Trade[] memory expected) private pure {
        assertEq(got.length, expected.length, "how many trades");
        for (uint256 i = 0; i < got.length; ++i) {
            assertEq(Trade.unwrap(got[i]), Trade.unwrap(expected[i]), "trade");
        }
    }

    function refusedPairs(bytes memory err, uint256[] memory words) private {
        address[] memory all = traders();
        vm.expectRevert(err);
        pairs.clear(0, all, words);
    }

    // --- worked by hand ------------------------------------------------------------------------------------------------------

    function test_pairs_of_a_small_book_with_their_events_and_money() public {
        openBook();
        Trade[] memory expected = new Trade[](3);
        (expected[0], expected[1], expected[2]) = (trade(4, 0, 2, 10), trade(5, 1, 2, 2), trade(4, 1, 3, 6));
        int256[] memory prices = new int256[](1);
        uint256[] memory fills = new uint256[](1);
        (prices[0], fills[0]) = (NO_PRICE, uint256(6) << 96 | uint256(12) << 64 | uint256(8) << 32 | 10);
        vm.expectEmit(true, true, true, true, address(pairs));
        emit IAuction.HourCleared(0, 1, prices, noFlows(), fills, 0);
        vm.expectEmit(true, true, true, true, address(pairs));
        emit IMatchedPairs.TradesMade(0, expected);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ILedger.Posted(address(pairs), 6, 74);
        pairs.clear(0, traders(), sequence(0, 1, 2, 3));
        assertEq(money(0), 40, "10 kWh at 4, half of 1 + 8 rounded down");
        assertEq(money(1), 10 + 24, "2 kWh at 5, 6 kWh at 4");
        assertEq(money(2), -50, "10 kWh at 4, 2 kWh at 5");
        assertEq(money(3), -24, "6 kWh at 4");
        assertEq(ledger.balanceOf(0), 0, "grid");
        assertEq(ledger.balanceOf(1), 0, "rent");
    }

    function test_k_gives_the_difference_to_either_side() public {
        k = 0;
        openBook();
        (Trade[] memory trades,) = matched();
        assertEq(Trade.unwrap(trades[1]), Trade.unwrap(trade(3, 1, 2, 2)), "offer's price");
    }

    function test_k_of_one_is_the_bids_price() public {
        k = 1_000_000;
        openBook();
        (Trade[] memory trades,) = matched();
        assertEq(Trade.unwrap(trades[1]), Trade.unwrap(trade(8, 1, 2, 2)), "bid's price");
    }

    function test_negative_pair_price_is_rounded_down() public {
        floor = -10;
        sell(A, 2, -8);
        bid(A, 2, -3);
        openPairs();
        (Trade[] memory trades,) = matched();
        assertEq(Trade.unwrap(trades[0]), Trade.unwrap(trade(-6, 0, 1, 2)), "-5.5 rounded down");
        assertEq(money(0), -12, "the seller pays");
    }

    function test_tied_offers_share_every_bid_pro_rata() public {
        sell(A, 6, 2);
        sell(A, 3, 2);
        bid(A, 3, 8);
        bid(A, 3, 4);
        openPairs();
        (Trade[] memory trades, uint256[] memory fills) = matched();
        assertEq(fills[0], 4, "two thirds of 6");
        assertEq(fills[1], 2, "one third of 6");
        Trade[] memory expected = new Trade[](4);
        (expected[0], expected[1], expected[2], expected[3]) = (trade(5, 0, 2, 2), trade(5, 1, 2, 1), trade(3, 0, 3, 2), trade(3, 1, 3, 1));
        assertTrades(trades, expected);
    }

    function test_remainders_go_by_order_id_to_shares_that_are_not_whole() public {
        sell(A, 4, 2);
        sell(A, 3, 2);
        sell(A, 3, 2);
        bid(A, 5, 6);
        openPairs();
        (, uint256[] memory fills) = matched();
        assertEq(fills[0], 2, "whole share: no more");
        assertEq(fills[1], 2, "1.5, and the remainder");
        assertEq(fills[2], 1, "1.5");
    }

    function test_book_that_does_not_cross_trades_nothing() public {
        sell(A, 4, 7);
        bid(A, 5, 6);
        openPairs();
        (Trade[] memory trades, uint256[] memory fills) = matched();
        assertEq(trades.length, 0, "trades");
        assertEq(fills[0] + fills[1], 0, "fills");
    }

    function test_empty_book_is_cleared() public {
        openPairs();
        (Trade[] memory trades,) = matched();
        assertEq(trades.length, 0, "trades");
    }

    // --- refusals ------------------------------------------------------------------------------------------------------------

    function test_sequence_must_hold_every_row() public {
        openBook();
        refusedPairs(abi.encodeWithSelector(IAuction.WrongLength.selector, 0, 1), new uint256[](0));
        refusedPairs(abi.encodeWithSelector(IAuction.WrongLength.selector, 2, 1), new uint256[](2));
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.UnknownRow.selector, 4, 4), sequence(0, 1, 2, 4));
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 1), sequence(0, 0, 2, 3));
    }

    function test_sequence_must_be_sorted() public {
        openBook();
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 1), sequence(1, 0, 2, 3));
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 3), sequence(0, 1, 3, 2));
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 1), sequence(2, 0, 1, 3));
    }

    function test_equal_prices_are_sorted_by_row() public {
        sell(A, 4, 2);
        sell(A, 3, 2);
        bid(A, 5, 6);
        bid(A, 5, 6);
        openPairs();
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 1), sequence(1, 0, 2, 3));
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 3), sequence(0, 1, 3, 2));
    }

    function openTwoZones() private {
        zones = 2;
        sell(B, 10, 3);
        sell(A, 10, 1);
        bid(A, 6, 5);
        bid(B, 4, 9);
        openPairs();
    }

    function test_every_zone_is_paired_alone() public {
        openTwoZones();
        vm.recordLogs();
        pairs.clear(0, traders(), sequence(1, 2, 0, 3));
        Trade[] memory expected = new Trade[](2);
        (expected[0], expected[1]) = (trade(3, 1, 2, 6), trade(6, 0, 3, 4));
        Log[] memory logs = vm.getRecordedLogs();
        assertTrades(abi.decode(logs[1].data, (Trade[])), expected);
        (int256[] memory prices,,,) = abi.decode(logs[0].data, (int256[], uint256[], uint256[], int256));
        assertEq(prices.length, 2, "zones");
        assertEq(prices[1], NO_PRICE, "pairs have prices, zones have none");
        assertEq(money(0), 24, "4 kWh at 6");
        assertEq(money(1), 18, "6 kWh at 3");
    }

    function test_sequence_goes_zone_by_zone() public {
        openTwoZones();
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 2), sequence(1, 0, 2, 3));
        refusedPairs(abi.encodeWithSelector(IMatchedPairs.OutOfOrder.selector, 2), sequence(0, 3, 1, 2));
    }

    function test_hour_is_cleared_once_with_all_traders() public {
        openBook();
        address[] memory some = new address[](1);
        some[0] = trader(0);
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongLength.selector, 1, 4));
        pairs.clear(0, some, sequence(0, 1, 2, 3));
        matched();
        refusedPairs(abi.encodeWithSelector(IAuction.AlreadyCleared.selector, 0), sequence(0, 1, 2, 3));
    }

    // --- laws ----------------------------------------------------------------------------------------------------------------

    function testFuzz_pairs_are_lawful_and_trade_what_the_uniform_auction_does(uint256 seed) public {
        k = uint32(seed % 3 * 500_000);
        floor = seed % 2 == 0 ? int32(0) : int32(-5);
        cap = floor + 10;
        for (uint256 i = seed % 12; i > 0; --i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            int32 price = floor + int32(uint32(drawn / 64 % 11));
            if (drawn % 2 == 0) sell(A, uint32(1 + drawn / 2 % 20), price);
            else bid(A, uint32(1 + drawn / 2 % 20), price);
        }
        openPairs();
        (Trade[] memory trades, uint256[] memory fills) = matched();
        uint256[] memory traded = new uint256[](orders.length);
        int256[] memory got = new int256[](orders.length);
        uint256 volume = 0;
        for (uint256 i = 0; i < trades.length; ++i) {
            uint256 one = Trade.unwrap(trades[i]);
            (uint256 seller, uint256 buyer, uint256 energy) = (uint32(one >> 64), uint32(one >> 32), uint32(one));
            int256 price = int32(uint32(one >> 96));
            assertTrue(orders[seller].sells && !orders[buyer].sells, "seller sells to buyer");
            assertTrue(energy > 0, "no empty trade");
            assertTrue(price >= orders[seller].price && price <= orders[buyer].price, "no worse than the limit");
            traded[seller] += energy;
            traded[buyer] += energy;
            got[seller] += price * int256(energy);
            got[buyer] -= price * int256(energy);
            volume += energy;
        }
        int256 sum = 0;
        for (uint256 i = 0; i < orders.length; ++i) {
            assertEq(traded[i], fills[i], "trades make the fill");
            assertTrue(fills[i] <= orders[i].quantity, "no more than ordered");
            assertEq(money(i), got[i], "money");
            sum += money(i);
        }
        assertEq(sum, 0, "money sums to zero");
        assertEq(ledger.balanceOf(0) + ledger.balanceOf(1), 0, "nothing for grid and rent");
        assertEq(volume, crossing(), "volume of the uniform auction");
    }

    /// @dev The most that is both offered at or below and wanted at or above one price.
    function crossing() private view returns (uint256 most) {
        for (int256 price = floor; price <= cap; ++price) {
            (uint256 offered, uint256 wanted) = (0, 0);
            for (uint256 i = 0; i < orders.length; ++i) {
                if (orders[i].sells && orders[i].price <= price) offered += orders[i].quantity;
                if (!orders[i].sells && orders[i].price >= price) wanted += orders[i].quantity;
            }
            uint256 least = offered < wanted ? offered : wanted;
            if (least > most) most = least;
        }
    }
}
