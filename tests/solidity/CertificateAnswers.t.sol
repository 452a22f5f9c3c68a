// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {CertificateCase} from "./CertificateCase.sol";

/// @title Right answers that a stricter certificate would refuse, and the prices that follow.
contract CertificateAnswersTest is CertificateCase {
    /// @notice Right answer that a check with sent <= capacity would refuse.
    function test_full_line_has_no_room() public {
        sell(A, 2, 2);
        bid(B, 2, 6);
        line(1, 0, 0);
        openUniform();
        accepted(flow(1, 1), bounds(2, 6, 2, 6));
        prices(2, 6);
        fills(1, 1);
    }

    /// @notice Right answer that a check with sent >= 0 would refuse.
    function test_idle_line_is_not_used() public {
        sell(A, 2, 6);
        bid(A, 1, 9);
        sell(B, 1, 1);
        bid(B, 2, 2);
        line(1, 0, 0);
        openUniform();
        accepted(flow(0, 0), bounds(6, 2, 6, 2));
        prices(6, 2);
        fills(1, 1, 1, 1);
    }

    /// @notice Right answer that room without the charge would refuse.
    function test_charge_bars_trade() public {
        sell(A, 2, 2);
        bid(B, 2, 4);
        line(2, 3, 0);
        openUniform();
        accepted(flow(0, 0), tied(bounds(1, 4, 2, 5), -1, 0, 0, 1));
        prices(NO_PRICE, NO_PRICE);
        fills(0, 0);
    }

    /// @notice Right answer that room without the loss would refuse.
    function test_loss_bars_trade() public {
        sell(A, 2, 8);
        bid(B, 2, 9);
        line(2, 0, 200_000);
        openUniform();
        accepted(flow(0, 0), tied(nanoBounds(72e8, 9e9, 8e9, 10e9), -1, 0, 0, 0));
        prices(NO_PRICE, NO_PRICE);
        fills(0, 0);
    }

    /// @notice Between 2 and 5 lies 3.5, and the price is 3.
    function test_half_a_tick_is_rounded_down() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 5);
        openUniform();
        accepted(noFlows(), bounds(2, 5));
        price(3);
        fills(1, 1);
    }

    function test_half_a_tick_below_zero_is_rounded_down() public {
        (zones, floor) = (1, -10);
        sell(A, 1, -5);
        bid(A, 1, -2);
        openUniform();
        accepted(noFlows(), bounds(5, 8));
        price(-4);
    }

    function test_k_picks_the_price() public {
        (zones, k) = (1, 1_000_000);
        sell(A, 1, 2);
        bid(A, 1, 6);
        openUniform();
        accepted(noFlows(), bounds(2, 6));
        price(6);
    }

    function test_empty_market_has_no_price() public {
        zones = 1;
        openUniform();
        accepted(noFlows(), bounds(0, 10));
        price(NO_PRICE);
    }

    function test_zone_without_orders_that_energy_passes_has_a_price() public {
        zones = 3;
        sell(A, 2, 3);
        bid(2, 1, 9);
        line(5, 1, 0);
        lines.push(lines[0]);
        (lines[1].source, lines[1].target) = (B, 2);
        openUniform();
        Bounds[] memory last = new Bounds[](1);
        last[0] = Bounds.wrap(5_008_044_815 << 128 | 5_008_044_815);
        accepted(flows(1, 1, 1, 1), join(nanoBounds(3e9, 4_003_111_754, 3e9, 4_003_111_754), last));
        prices3(3, 4, 5);
    }

    /// @notice Two lossy lines alone set the price: 100 sold, 54 and 38 arrive, and no order is at 360 or 400.
    function test_loop_of_lossy_lines_alone_sets_the_price() public {
        cap = 300_000;
        sell(A, 100, 1000);
        bid(B, 92, 100_000);
        line(100, 0, 100_000);
        line(100, 2000, 50_000);
        openUniform();
        accepted(flows(60, 54, 40, 38), nanoBounds(36_000_044_390_813, 40_000_054_495_771, 36_000_044_390_867, 40_000_054_495_829));
        prices(36_000, 40_000);
        fills(100, 92);
        assertEq(ledger.balanceOf(0), 80_000, "charges");
        assertEq(ledger.balanceOf(1), 0, "rent");
    }

    /// @notice The optimum sends 9.47 kWh of which 9 arrive. That 9 arrive of 9 passes in the last minutes only.
    function test_nine_kilowatt_hours_without_loss_pass_late_in_the_hour() public {
        lossyStep();
        Bounds[] memory those = nanoBounds(10e9, 10_531_216_189, 10e9, 10_531_216_190);
        refused(abi.encodeWithSelector(IAuction.ReceivedNotSentLessLoss.selector, 0, 9, 9), flow(9, 9), those);
        vm.warp(START + 55 minutes);
        accepted(flow(9, 9), those);
        prices(10, 10);
        assertEq(stage.gap, -4, "welfare is 4.7 above the optimum's");
    }

    function test_ten_kilowatt_hours_with_loss_pass_and_the_gap_says_so() public {
        lossyStep();
        accepted(flow(10, 9), nanoBounds(10e9, 10_531_216_189, 379_995_344_620, 400e9));
        prices(195, 205);
        assertEq(stage.gap, 103, "welfare is 5.3 below the optimum's");
        assertEq(ledger.balanceOf(0), -105, "the loss was bought at 205, and the grid bears it");
        assertEq(ledger.balanceOf(1), 0, "rent");
    }

    function lossyStep() private {
        cap = 500;
        sell(A, 10, 10);
        bid(B, 9, 400);
        bid(B, 100, 5);
        line(20, 0, 50_000);
        openUniform();
    }
}
