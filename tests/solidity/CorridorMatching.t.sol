// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Flow, Line} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ICorridorMatching, Match, Path} from "../../contracts/interfaces/ICorridorMatching.sol";
import {Reservations} from "../../contracts/trade/Reservations.sol";
import {Log} from "./Base.sol";
import {Corridors} from "./Corridors.sol";

/// @title The inter-provincial spot rule: what meets, what is reserved, and the laws of every region.
contract CorridorMatchingTest is Corridors {
    /// @dev Clears hour 0; returns what HourCleared says of the region, and its matches.
    function matched() private returns (Cleared memory stage, Match[] memory matches) {
        return matched(sorted());
    }

    function matched(uint256[] memory rows) private returns (Cleared memory stage, Match[] memory matches) {
        vm.recordLogs();
        corridors.clear(0, traders(), alone(), packed(rows));
        Log[] memory logs = vm.getRecordedLogs();
        assertTrue(logs[1].topics[0] == IAuction.HourCleared.selector, "the region second");
        assertTrue(logs[2].topics[0] == ICorridorMatching.MatchesMade.selector, "then its matches");
        uint256[] memory words;
        (stage.prices, stage.flows, words, stage.gap) = abi.decode(logs[1].data, (int256[], Flow[], uint256[], int256));
        stage.fills = new uint256[](orders.length);
        for (uint256 i = 0; i < orders.length; ++i) {
            stage.fills[i] = uint32(words[i / 8] >> i % 8 * 32);
        }
        matches = abi.decode(logs[2].data, (Match[]));
    }

    function head(uint256 index, uint256 price, uint256 ask, uint256 bid_, uint256 sent, uint256 received) private pure returns (uint256) {
        return 1 << 255 | index << 160 | price << 128 | ask << 96 | bid_ << 64 | sent << 32 | received;
    }

    // --- worked by hand ------------------------------------------------------------------------------------------------------

    /// @dev Bids of 100 and 60 are worth 81 and 45 at A. The last match is 40 with 45, so A gets 42, and B pays (42 + 9) / 0.9 = 57.
    function test_a_pair_of_provinces_with_events_and_money() public {
        openPair();
        (Cleared memory stage, Match[] memory matches) = matched();
        uint256[6] memory expected = [
            head(0, 57, 20, 100, 90, 81),
            2 << 32 | 81,
            head(0, 57, 40, 100, 21, 19),
            2 << 32 | 19,
            head(0, 57, 40, 60, 67, 60),
            3 << 32 | 60
        ];
        assertEq(matches.length, expected.length, "words");
        for (uint256 i = 0; i < expected.length; ++i) {
            assertEq(Match.unwrap(matches[i]), expected[i], "match");
        }
        assertEq(stage.prices[A], 42, "half of 40 and 45");
        assertEq(stage.prices[B], 57, "landed");
        assertEq(Flow.unwrap(stage.flows[0]), uint256(178) << 128 | 160, "flow");
        assertEq(money(0), 90 * 42, "seller");
        assertEq(money(2), -100 * 57, "buyer");
        assertEq(ledger.balanceOf(0), 160 * 10, "tariff of what arrives");
        assertEq(ledger.balanceOf(1), 160 * 57 - 178 * 42 - 1600, "rounding");
    }

    function test_two_paths_over_a_hub_share_its_bottleneck() public {
        zones = 3;
        sell(A, 100, 10);
        bid(B, 100, 50);
        lines.push(Line(A, 2, 100, 0, 0));
        lines.push(Line(2, B, 30, 1, 0));
        lines.push(Line(A, B, 20, 5, 0));
        path(0, 1);
        path(2);
        openCorridors();
        (Cleared memory stage, Match[] memory matches) = matched();
        assertEq(matches.length, 4, "two matches of one buyer each");
        assertEq(stage.fills[0], 50, "30 over the hub, 20 directly");
        assertEq(Flow.unwrap(stage.flows[1]), uint256(30) << 128 | 30, "the bottleneck");
        assertEq(stage.prices[2], NO_PRICE, "nobody trades at the hub");
    }

    /// @dev A and the hub (zone 2) offer at one price, and both need the line to B.
    function openTied(uint32 toHub) private {
        zones = 3;
        sell(A, 100, 10);
        sell(2, 100, 10);
        bid(B, 200, 50);
        lines.push(Line(A, 2, toHub, 0, 0));
        lines.push(Line(2, B, 30, 0, 0));
        path(0, 1);
        path(1);
        openCorridors();
    }

    function test_tied_paths_share_their_line_pro_rata() public {
        openTied(50);
        (Cleared memory stage,) = matched();
        assertEq(stage.fills[0], 15, "100 and 100 scaled down by 30 of 200");
        assertEq(stage.fills[1], 15, "the hub");
        assertEq(stage.fills[2], 30, "bought");
    }

    function test_most_violated_line_is_relieved_first_and_the_last_kilowatt_hour_goes_to_the_first_path() public {
        openTied(10);
        (Cleared memory stage,) = matched();
        // 100 x 10 / 100 = 10; then 10 x 30 / 110 = 2 and 100 x 30 / 110 = 27; 1 kWh of the line is left, of which shares round to nothing
        assertEq(stage.fills[0], 3, "A");
        assertEq(stage.fills[1], 27, "the hub");
        assertEq(stage.fills[2], 30, "bought");
    }

    function test_tied_buyers_share_what_one_province_offers() public {
        sell(A, 90, 10);
        bid(B, 100, 50);
        bid(2, 50, 50);
        openLines(A, B, A, 2);
        (Cleared memory stage,) = matched();
        assertEq(stage.fills[1], 60, "two of three parts");
        assertEq(stage.fills[2], 30, "one of them");
    }

    function test_tied_sellers_share_what_one_province_buys() public {
        sell(A, 90, 10);
        sell(2, 45, 10);
        bid(B, 60, 50);
        openLines(A, B, 2, B);
        (Cleared memory stage,) = matched();
        assertEq(stage.fills[0], 40, "two of three parts");
        assertEq(stage.fills[1], 20, "one of them");
    }

    /// @dev Both plants sell 5 at home. The 1 kWh of B is the first one's, so only the second may buy its 5 back from zone 2.
    function test_who_gets_nothing_of_a_share_may_still_buy() public {
        sell(A, 10, 10);
        sell(A, 10, 10);
        bid(A, 10, 10);
        bid(B, 1, 100);
        sell(2, 10, 1);
        openLines(A, B, 2, A);
        uint256[] memory rows = new uint256[](6);
        (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]) = (0, 1, 4, 0, 1, 3);
        (Cleared memory stage,) = matched(rows);
        assertEq(stage.fills[3], 1, "B");
        assertEq(stage.fills[0], 6, "at home and to B");
        assertEq(stage.fills[1], 0, "sold at home and bought back");
        assertEq(stage.fills[4], 5, "to the second plant");
    }

    function test_province_does_not_sell_and_buy_in_one_round() public {
        sell(A, 10, 10);
        bid(2, 10, 20);
        sell(2, 10, 30);
        bid(B, 10, 40);
        openLines(A, 2, 2, B);
        (Cleared memory stage, Match[] memory matches) = matched();
        assertEq(matches.length, 4, "two rounds of one buyer each");
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(stage.fills[i], 10, "everybody trades");
        }
    }

    function test_offer_too_small_to_arrive_is_passed_over() public {
        sell(A, 1, 20);
        sell(A, 90, 40);
        bid(B, 100, 100);
        line(1000, 10, 400_000);
        path(0);
        openCorridors();
        (Cleared memory stage,) = matched();
        assertEq(stage.fills[0], 0, "for 1 kWh at B 2 kWh would have to leave");
        assertEq(stage.fills[1], 90, "the next group");
        assertEq(stage.fills[2], 54, "less the loss");
    }

    function test_paths_are_on_record() public {
        openPair();
        assertEq(corridors.pathCount(), 1, "paths");
        assertEq(Path.unwrap(corridors.pathAt(0)), 1, "one leg, line 0");
    }

    function test_reserved_capacity_is_left_alone() public {
        openPair();
        uint256[] memory words = new uint256[](1);
        words[0] = 950;
        vm.warp(START + 30 minutes - 1);
        reservations.reserve(0, words);
        vm.warp(START + 30 minutes);
        (Cleared memory stage,) = matched();
        assertEq(Flow.unwrap(stage.flows[0]) >> 128, 50, "1000 less 950");
    }

    function test_reservations_are_honoured_once_by_the_operator() public {
        openPair();
        vm.prank(trader(0));
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotOperator.selector, trader(0)));
        corridors.honour(address(1));
        vm.expectRevert(abi.encodeWithSelector(IAuction.AlreadyHonoured.selector, address(reservations)));
        corridors.honour(address(2));
    }

    function test_an_hour_is_reserved_once_in_order_by_the_operator() public {
        openPair();
        uint256[] memory words = new uint256[](1);
        words[0] = uint256(7) << 32 | 5;
        vm.prank(trader(0));
        vm.expectRevert(abi.encodeWithSelector(Reservations.NotOperator.selector, trader(0)));
        reservations.reserve(0, words);
        assertEq(reservations.reservedAt(0).length, 0, "nothing yet");
        vm.warp(START + 3 hours);
        reservations.reserve(3, words);
        assertEq(reservations.reservedAt(3)[1], 7, "second line");
        assertEq(reservations.reservedAt(2).length, 0, "an hour before");
        vm.expectRevert(abi.encodeWithSelector(Reservations.HourNotAhead.selector, 3, 4));
        reservations.reserve(3, words);
    }

    // --- laws ----------------------------------------------------------------------------------------------------------------

    function testFuzz_laws(uint256 seed) public {
        openRandom(seed);
        (Cleared memory stage, Match[] memory matches) = matched();
        int256 sum = ledger.balanceOf(0) + ledger.balanceOf(1);
        for (uint256 i = 0; i < orders.length; ++i) {
            Order memory order = orders[i];
            sum += money(i);
            assertTrue(stage.fills[i] <= order.quantity, "no more than ordered");
            int256 limit = int256(stage.fills[i]) * order.price;
            assertTrue(order.sells ? money(i) >= limit : -money(i) <= limit, "no worse than the limit");
        }
        assertEq(sum, 0, "money");
        assertTrue(ledger.balanceOf(1) >= 0, "rent");
        for (uint256 i = 0; i < lines.length; ++i) {
            assertTrue(Flow.unwrap(stage.flows[i]) >> 128 <= lines[i].capacity, "capacity");
        }
        assertEq(uint128(Flow.unwrap(stage.flows[0])), Flow.unwrap(stage.flows[1]) >> 128, "the hub passes all on");
        int256 last = type(int256).max;
        for (uint256 i = 0; i < matches.length; ++i) {
            uint256 one = Match.unwrap(matches[i]);
            if (one >> 255 == 0) continue;
            (int256 converted,) = corridors.convert(one >> 160 & 0xFFFF, int32(uint32(one >> 64)), 0);
            int256 difference = converted - int256(int32(uint32(one >> 96))) * 1e18;
            assertTrue(difference >= 0 && difference <= last, "largest difference first");
            last = difference;
        }
    }
}
