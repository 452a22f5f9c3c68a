// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OnePriceAuction} from "../../contracts/auctions/OnePriceAuction.sol";
import {Bounds, Flow, GRID, RENT} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IOnePriceAuction} from "../../contracts/interfaces/IOnePriceAuction.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {Log} from "./Base.sol";
import {packed} from "./LineWords.sol";
import {Market} from "./Market.sol";

/// @title One price for all zones; plants that are redispatched for the lines get or pay their own offer, and the rent bears the uplift.
contract OnePriceTest is Market {
    function openOnePrice() private {
        openRegistry();
        open(IProvenAuction(address(new OnePriceAuction(address(registry), address(ledger), rules(), packed(lines)))));
    }

    /// @dev B wants 60 kWh, which A gives at 2; the line carries 50, and a plant in B gives the rest at 7.
    function openFullLine() private {
        sell(A, 60, 2);
        sell(B, 60, 7);
        bid(B, 60, 10);
        line(50, 0, 0);
        openOnePrice();
    }

    /// @dev The one price is 2 to 7; the redispatch has A at 2 and B at 7, as the line is full.
    function solved() private view returns (Bounds[] memory) {
        return join(bounds(2, 7), bounds(2, 7, 2, 7));
    }

    function test_who_is_constrained_off_pays_the_own_offer_back_and_who_is_constrained_on_gets_it() public {
        k = 0;
        openFullLine();
        int256[] memory prices = new int256[](2);
        uint256[] memory fills = new uint256[](1);
        uint256[] memory merit = new uint256[](1);
        (prices[0], prices[1]) = (2, 2);
        fills[0] = uint256(60) << 64 | uint256(10) << 32 | 50;
        merit[0] = uint256(60) << 64 | 60;
        vm.expectEmit(true, true, true, true, address(auction));
        emit IAuction.HourCleared(0, 1, prices, flow(50, 50), fills, 0);
        vm.expectEmit(true, true, true, true, address(auction));
        emit IOnePriceAuction.MeritOrder(0, merit);
        auction.clear(0, traders(), flow(50, 50), solved());
        assertEq(money(0), 60 * 2 - 10 * 2, "constrained off");
        assertEq(money(1), 10 * 7, "constrained on");
        assertEq(money(2), -60 * 2, "buyer pays the one price");
        assertEq(ledger.balanceOf(GRID), 0, "grid");
        assertEq(ledger.balanceOf(RENT), -10 * (7 - 2), "uplift");
    }

    function test_one_price_lies_where_k_says() public {
        openFullLine();
        vm.recordLogs();
        auction.clear(0, traders(), flow(50, 50), solved());
        (int256[] memory prices,,,) = abi.decode(vm.getRecordedLogs()[0].data, (int256[], Flow[], uint256[], int256));
        assertEq(prices[A], 4, "half way, rounded down");
        assertEq(prices[B], 4, "the same");
        assertEq(money(0), 60 * 4 - 10 * 2, "what was earned in the merit order stays earned");
        assertEq(ledger.balanceOf(RENT), -50, "uplift does not depend on the price");
    }

    function test_bounds_of_either_solution_are_proven() public {
        openFullLine();
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 2, 3), flow(50, 50), bounds(2, 7, 2, 7));
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 0, 1), noFlows(), solved());
        refused(abi.encodeWithSelector(IAuction.NotLowest.selector, 0), flow(50, 50), join(bounds(3, 7), bounds(2, 7, 2, 7)));
        refused(abi.encodeWithSelector(IAuction.NotHighest.selector, 0), flow(50, 50), join(bounds(2, 6), bounds(2, 7, 2, 7)));
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(40, 40), solved());
        refused(abi.encodeWithSelector(IAuction.FlowAboveCapacity.selector, 0, 60, 50), flow(60, 60), join(bounds(2, 7), bounds(2, 7, 2, 7)));
        auction.clear(0, traders(), flow(50, 50), solved());
    }

    function test_a_stranger_clears_when_the_operator_is_silent() public {
        openFullLine();
        address stranger = address(0xBEEF);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotOperator.selector, stranger));
        auction.clear(0, traders(), flow(50, 50), solved());
        vm.warp(START + 45 minutes);
        vm.prank(stranger);
        auction.clear(0, traders(), flow(50, 50), solved());
        assertEq(money(1), 70, "cleared");
        vm.expectRevert(abi.encodeWithSelector(IAuction.AlreadyCleared.selector, 0));
        auction.clear(0, traders(), flow(50, 50), solved());
    }

    function test_load_that_no_line_can_serve_goes_without_and_pays_for_the_rest() public {
        sell(A, 60, 2);
        bid(B, 60, 8);
        line(50, 0, 0);
        k = 0;
        openOnePrice();
        auction.clear(0, traders(), flow(50, 50), join(bounds(2, 8), bounds(2, 10, 2, 10)));
        assertEq(money(1), -50 * 2, "pays what it gets");
        assertEq(money(0), 50 * 2, "60 at the price less 10 at the own offer");
        assertEq(ledger.balanceOf(RENT), 0, "uplift");
    }

    function test_charges_of_lines_are_part_of_what_the_rent_bears() public {
        sell(A, 60, 2);
        bid(B, 40, 8);
        line(50, 1, 0);
        openOnePrice();
        auction.clear(0, traders(), flow(40, 40), join(bounds(2, 2), tied(bounds(2, 3, 2, 3), 0, 1, 0, 1)));
        assertEq(money(0), 80, "seller");
        assertEq(money(1), -80, "buyer");
        assertEq(ledger.balanceOf(GRID), 40, "charge");
        assertEq(ledger.balanceOf(RENT), -40, "rent");
    }

    function test_hour_without_trade_has_no_price() public {
        sell(A, 5, 6);
        bid(B, 5, 3);
        line(50, 0, 0);
        openOnePrice();
        vm.recordLogs();
        auction.clear(0, traders(), flow(0, 0), join(bounds(3, 6), tied(bounds(0, 0, 6, 6), 0, 0, 0, 1)));
        (int256[] memory prices,,,) = abi.decode(vm.getRecordedLogs()[0].data, (int256[], Flow[], uint256[], int256));
        assertEq(prices[A], NO_PRICE, "A");
        assertEq(prices[B], NO_PRICE, "B");
        assertEq(money(0), 0, "seller");
    }

    /// @notice Two zones that no line joins, load that bids the cap, whatever is offered: one price, uplift not below 0, no seller below the own
    /// offer, nobody above the own order, money sums to zero.
    function testFuzz_laws(uint256 seed) public {
        uint256 count = 2 + seed % 7;
        for (uint256 i = 0; i < count; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            uint8 zone = uint8(drawn % 2);
            if (drawn / 2 % 3 > 0) sell(zone, uint32(1 + drawn / 8 % 9), int32(uint32(drawn / 128 % 10)));
            else bid(zone, uint32(1 + drawn / 8 % 9), int32(uint32(drawn / 128 % 11)));
        }
        openOnePrice();
        (uint256 low, uint256 high) = interval(2, new uint256[](0));
        uint256[] memory merit = meritOrder((low + high) / 2);
        (uint256 lowA, uint256 highA) = interval(A, merit);
        (uint256 lowB, uint256 highB) = interval(B, merit);
        vm.recordLogs();
        auction.clear(0, traders(), noFlows(), join(bounds(low, high), bounds(lowA, lowB, highA, highB)));
        Log[] memory logs = vm.getRecordedLogs();
        assertTrue(logs[2].topics[0] == ILedger.Posted.selector, "two events, then the money");
        (int256[] memory prices,, uint256[] memory words,) = abi.decode(logs[0].data, (int256[], Flow[], uint256[], int256));
        assertEq(prices[A], prices[B], "one price");
        uint256[] memory first = abi.decode(logs[1].data, (uint256[]));
        int256 sum = ledger.balanceOf(GRID) + ledger.balanceOf(RENT);
        for (uint256 i = 0; i < orders.length; ++i) {
            int256 wanted = int256(uint256(uint32(first[i / 8] >> i % 8 * 32)));
            int256 fill = int256(uint256(uint32(words[i / 8] >> i % 8 * 32)));
            assertEq(wanted, int256(merit[i]), "merit order");
            if (orders[i].sells) {
                assertTrue(money(i) >= fill * orders[i].price, "no plant below the own offer");
            } else {
                assertTrue(fill <= wanted, "no more load than the merit order accepts");
                assertTrue(-money(i) <= fill * orders[i].price, "no load above the own bid");
            }
            sum += money(i);
        }
        assertTrue(ledger.balanceOf(RENT) <= 0, "uplift");
        assertEq(sum, 0, "money");
    }

    /// @dev Lowest and highest price at which the orders of a zone meet (2: of both), ticks; in the redispatch load bids the cap for `merit`.
    function interval(uint8 zone, uint256[] memory merit) private view returns (uint256 low, uint256 high) {
        low = type(uint256).max;
        for (uint256 price = 0; price <= 10; ++price) {
            uint256[4] memory met;
            for (uint256 i = 0; i < orders.length; ++i) {
                Order memory order = orders[i];
                if (zone < 2 && order.zone != zone) continue;
                uint256 at = merit.length > 0 && !order.sells ? 10 : uint256(int256(order.price));
                uint256 energy = merit.length > 0 && !order.sells ? merit[i] : order.quantity;
                uint256 side = order.sells ? 0 : 2;
                if (order.sells ? at < price : at > price) met[side] += energy;
                if (order.sells ? at <= price : at >= price) met[side + 1] += energy;
            }
            if (met[0] > met[3] || met[2] > met[1]) continue;
            high = price;
            if (low == type(uint256).max) low = price;
        }
    }

    /// @dev kWh by order at a price of both zones: full beyond it, and at it pro rata, the rest one each in order to shares that are not whole.
    function meritOrder(uint256 price) private view returns (uint256[] memory fills) {
        fills = new uint256[](orders.length);
        uint256[4] memory sums;
        for (uint256 i = 0; i < orders.length; ++i) {
            Order memory order = orders[i];
            uint256 side = order.sells ? 0 : 2;
            uint256 at = uint256(int256(order.price));
            if (at == price) sums[side + 1] += order.quantity;
            else if (order.sells ? at < price : at > price) sums[side] += fills[i] = order.quantity;
        }
        uint256 supply = sums[0] + sums[1];
        uint256 demand = sums[2] + sums[3];
        uint256 volume = supply < demand ? supply : demand;
        for (uint256 side = 0; side < 4; side += 2) {
            uint256 left = volume - sums[side];
            uint256 rest = left;
            for (uint256 i = 0; i < orders.length; ++i) {
                if (orders[i].sells != (side == 0) || uint256(int256(orders[i].price)) != price) continue;
                fills[i] = orders[i].quantity * left / sums[side + 1];
                rest -= fills[i];
            }
            for (uint256 i = 0; i < orders.length && rest > 0; ++i) {
                if (orders[i].sells != (side == 0) || uint256(int256(orders[i].price)) != price) continue;
                if (orders[i].quantity * left % sums[side + 1] == 0) continue;
                ++fills[i];
                --rest;
            }
        }
    }
}
