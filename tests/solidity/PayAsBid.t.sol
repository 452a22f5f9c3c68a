// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PayAsBidAuction} from "../../contracts/auctions/PayAsBidAuction.sol";
import {Bounds} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {Market} from "./Market.sol";

/// @title The uniform auction's fills, every order at its own price, and the rent account takes what is left over.
contract PayAsBidTest is Market {
    function test_everyone_pays_or_gets_the_own_price() public {
        zones = 1;
        sell(A, 10, 1);
        sell(A, 10, 3);
        sell(A, 10, 9);
        bid(A, 12, 8);
        bid(A, 6, 6);
        openPayAsBid();
        int256[] memory prices = new int256[](1);
        uint256[] memory fills = new uint256[](1);
        (prices[0], fills[0]) = (3, uint256(6) << 128 | uint256(12) << 96 | uint256(8) << 32 | 10);
        vm.expectEmit(true, true, true, true, address(auction));
        emit IAuction.HourCleared(0, 1, prices, noFlows(), fills, 0);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ILedger.Posted(address(auction), 7, 132);
        auction.clear(0, traders(), noFlows(), bounds(3, 3));
        assertEq(money(0), 10, "10 kWh at 1");
        assertEq(money(1), 24, "8 kWh at 3");
        assertEq(money(2), 0, "not accepted");
        assertEq(money(3), -96, "12 kWh at 8");
        assertEq(money(4), -36, "6 kWh at 6");
        assertEq(ledger.balanceOf(0), 0, "grid");
        assertEq(ledger.balanceOf(1), 132 - 34, "rent");
    }

    function test_charge_goes_to_the_grid_and_the_rest_to_rent() public {
        sell(A, 9, 2);
        bid(B, 9, 8);
        line(9, 1, 0);
        openPayAsBid();
        Cleared memory stage = cleared(flow(9, 9), tied(bounds(2, 3, 7, 8), 0, 1, -1, 0))[0];
        assertPaid(stage);
        assertEq(money(0), 18, "seller");
        assertEq(money(1), -72, "buyer");
        assertEq(ledger.balanceOf(0), 9, "grid");
        assertEq(ledger.balanceOf(1), 72 - 18 - 9, "rent");
    }

    function test_lossy_line_leaves_welfare_as_rent() public {
        sell(A, 100, 2);
        bid(B, 90, 8);
        line(100, 1, 100_000);
        openPayAsBid();
        Cleared memory stage = cleared(flow(100, 90), nanoBounds(2e9, 3_338_505_977, 6_195_344_620, 8e9))[0];
        assertPaid(stage);
        assertEq(ledger.balanceOf(1), 90 * 8 - 100 * 2 - 100, "rent");
    }

    function test_unproven_solution_is_refused_as_in_the_uniform_auction() public {
        zones = 1;
        sell(A, 5, 2);
        bid(A, 5, 6);
        openPayAsBid();
        refused(abi.encodeWithSelector(IAuction.LowBelowBook.selector, A, NANO, 2 * NANO), noFlows(), bounds(1, 6));
        refused(abi.encodeWithSelector(IAuction.NotHighest.selector, A), noFlows(), bounds(2, 5));
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 2, 1), noFlows(), bounds(2, 2, 6, 6));
        refused(abi.encodeWithSelector(IAuction.WrongLength.selector, 1, 0), flow(0, 0), bounds(2, 6));
    }

    function test_fills_are_the_uniform_auctions() public {
        zones = 1;
        sell(A, 4, 2);
        sell(A, 3, 2);
        sell(A, 3, 2);
        bid(A, 5, 6);
        openUniform();
        Cleared memory uniform = cleared(noFlows(), bounds(2, 2))[0];
        openPayAsBid();
        Cleared memory own = cleared(noFlows(), bounds(2, 2))[0];
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(own.fills[i], uniform.fills[i], "fill");
        }
        assertPaid(own);
    }

    function testFuzz_money_is_the_own_price_of_the_fill_and_sums_to_zero(uint256 seed) public {
        zones = 1;
        uint256 worst = 10;
        for (uint256 i = 1 + seed % 8; i > 0; --i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            if (drawn % 2 == 0) sell(A, uint32(1 + drawn / 2 % 6), int32(uint32(drawn / 16 % 11)));
            else bid(A, uint32(1 + drawn / 2 % 6), int32(uint32(drawn / 16 % 11)));
        }
        openPayAsBid();
        uint256 state = vm.snapshotState();
        for (uint256 low = 0; low <= worst; ++low) {
            for (uint256 high = low; high <= worst; ++high) {
                Bounds[] memory guess = bounds(low, high);
                (bool proven,) = address(auction).call(abi.encodeCall(auction.clear, (0, traders(), noFlows(), guess)));
                if (!proven) continue;
                vm.revertToState(state);
                assertPaid(cleared(noFlows(), guess)[0]);
                return;
            }
        }
        assertTrue(false, "every book has a solution");
    }

    /// @dev Every order at its own price, charges to the grid, the welfare to rent: which makes the money sum to zero.
    function assertPaid(Cleared memory stage) private view {
        int256 sum = ledger.balanceOf(0) + ledger.balanceOf(1);
        for (uint256 i = 0; i < orders.length; ++i) {
            int256 worth = int256(stage.fills[i]) * orders[i].price;
            assertEq(money(i), orders[i].sells ? worth : -worth, "own price");
            assertTrue(stage.fills[i] <= orders[i].quantity, "no more than ordered");
            sum += money(i);
        }
        assertEq(sum, 0, "money");
        assertEq(ledger.balanceOf(1), welfare(stage), "rent is the welfare");
    }
}
