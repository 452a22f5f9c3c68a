// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {CertificateCase} from "./CertificateCase.sol";

/// @title Every check of the certificate on the smallest book that only this check refuses.
/// @dev A wrong solution is refused with exactly the error named; then the right one passes.
contract CertificateTest is CertificateCase {
    /// @notice A line sends no more than it can.
    function test_capacity() public {
        sell(A, 2, 1);
        bid(B, 2, 4);
        line(1, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.FlowAboveCapacity.selector, 0, 2, 1), flow(2, 2), bounds(1, 1, 4, 4));
        accepted(flow(1, 1), bounds(1, 4, 1, 4));
        prices(1, 4);
        fills(1, 1);
    }

    /// @notice B cannot buy from nothing.
    function test_received_at_most_the_ceiling() public {
        bid(B, 2, 4);
        line(1, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.ReceivedNotSentLessLoss.selector, 0, 0, 1), flow(0, 1), bounds(4, 4, 10, 4));
        accepted(flow(0, 0), tied(bounds(4, 4, 10, 10), -1, 0, 0, 0));
        prices(NO_PRICE, NO_PRICE);
        fills(0);
    }

    /// @notice A cannot sell into nothing.
    function test_received_at_least_the_floor() public {
        sell(A, 2, 1);
        line(1, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.ReceivedNotSentLessLoss.selector, 0, 1, 0), flow(1, 0), bounds(1, 1, 1, 10));
        accepted(flow(0, 0), tied(bounds(0, 0, 1, 1), 0, 0, 0, 1));
        prices(NO_PRICE, NO_PRICE);
        fills(0);
    }

    /// @notice A cannot sell more than it has.
    function test_net_at_most_the_right_end() public {
        sell(A, 1, 2);
        bid(B, 2, 4);
        line(2, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.NetExportTooHigh.selector, 0, 2, 1), flow(2, 2), bounds(3, 3, 4, 4));
        accepted(flow(1, 1), tied(bounds(4, 4, 4, 4), -1, 0, -1, 0));
        prices(4, 4);
        fills(1, 1);
    }

    /// @notice B cannot take more than it wants.
    function test_net_at_least_the_left_end() public {
        sell(A, 2, 2);
        bid(B, 1, 4);
        line(2, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.NetExportTooLow.selector, 1, -2, -1), flow(2, 2), bounds(2, 2, 2, 2));
        accepted(flow(1, 1), tied(bounds(2, 2, 2, 2), 0, 1, 0, 1));
        prices(2, 2);
        fills(1, 1);
    }

    /// @notice No price below the book.
    function test_low_at_least_the_book() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 6);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowBelowBook.selector, 0, 0, 2e9), noFlows(), bounds(0, 6));
        accepted(noFlows(), bounds(2, 6));
        price(4);
        fills(1, 1);
    }

    /// @notice No price above the book.
    function test_high_at_most_the_book() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 6);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.HighAboveBook.selector, 0, 10e9, 6e9), noFlows(), bounds(2, 10));
        accepted(noFlows(), bounds(2, 6));
        price(4);
        fills(1, 1);
    }

    /// @notice The low bound is the end of the interval.
    function test_low_is_the_lowest() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 6);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.NotLowest.selector, 0), noFlows(), bounds(4, 6));
        accepted(noFlows(), bounds(2, 6));
        price(4);
        fills(1, 1);
    }

    /// @notice The high bound is the end of the interval.
    function test_high_is_the_highest() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 6);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.NotHighest.selector, 0), noFlows(), bounds(2, 4));
        accepted(noFlows(), bounds(2, 6));
        price(4);
        fills(1, 1);
    }

    /// @notice A line with room that would pay must carry more.
    function test_room() public {
        sell(A, 2, 2);
        bid(B, 2, 6);
        line(2, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(0, 0), bounds(0, 6, 2, 10));
        accepted(flow(2, 2), tied(bounds(2, 2, 6, 6), 0, 1, -1, 0));
        prices(4, 4);
        fills(2, 2);
    }

    /// @notice A line with room that would pay its charge must carry more.
    function test_room_with_a_charge() public {
        sell(A, 2, 2);
        bid(B, 2, 6);
        line(2, 3, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(0, 0), bounds(0, 6, 2, 10));
        accepted(flow(2, 2), tied(bounds(2, 5, 3, 6), 0, 1, -1, 0));
        prices(2, 5);
        fills(2, 2);
    }

    /// @notice A line in use must pay.
    function test_used() public {
        sell(A, 2, 6);
        bid(B, 2, 2);
        line(1, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(1, 1), bounds(6, 2, 6, 2));
        accepted(flow(0, 0), tied(bounds(2, 2, 6, 6), -1, 0, 0, 1));
        prices(NO_PRICE, NO_PRICE);
        fills(0, 0);
    }

    /// @notice A line in use must pay its charge.
    function test_charge_in_used() public {
        sell(A, 2, 2);
        bid(B, 2, 5);
        line(1, 4, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(1, 1), bounds(2, 5, 2, 5));
        accepted(flow(0, 0), tied(bounds(1, 5, 2, 6), -1, 0, 0, 1));
        prices(NO_PRICE, NO_PRICE);
        fills(0, 0);
    }

    /// @notice A line in use must pay its loss.
    function test_loss_in_used() public {
        sell(A, 6, 8);
        bid(B, 9, 9);
        line(5, 0, 200_000);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(5, 4), bounds(8, 9, 8, 9));
        accepted(flow(0, 0), tied(nanoBounds(72e8, 9e9, 8e9, 10e9), -1, 0, 0, 0));
        prices(NO_PRICE, NO_PRICE);
        fills(0, 0);
    }

    /// @notice Room lifts the low price of the source.
    function test_room_in_the_low_sweep() public {
        sell(A, 1, 1);
        bid(B, 2, 3);
        line(2, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(1, 1), bounds(1, 3, 3, 3));
        accepted(flow(1, 1), tied(bounds(3, 3, 3, 3), -1, 0, -1, 0));
        prices(3, 3);
        fills(1, 1);
    }

    /// @notice Room presses the high price of the target.
    function test_room_in_the_high_sweep() public {
        sell(A, 2, 3);
        bid(B, 1, 9);
        line(2, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.HighNotSupporting.selector, 0), flow(1, 1), tied(bounds(3, 3, 3, 9), 0, 1, 0, 0));
        accepted(flow(1, 1), tied(bounds(3, 3, 3, 3), 0, 1, 0, 1));
        prices(3, 3);
        fills(1, 1);
    }

    /// @notice Use lifts the low price of the target.
    function test_used_in_the_low_sweep() public {
        sell(A, 2, 3);
        bid(B, 1, 9);
        line(1, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowNotSupporting.selector, 0), flow(1, 1), bounds(3, 0, 3, 9));
        accepted(flow(1, 1), tied(bounds(3, 3, 3, 9), 0, 1, 0, 0));
        prices(3, 6);
        fills(1, 1);
    }

    /// @notice Use presses the high price of the source.
    function test_used_in_the_high_sweep() public {
        sell(A, 1, 1);
        bid(B, 2, 3);
        line(1, 0, 0);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.HighNotSupporting.selector, 0), flow(1, 1), bounds(1, 3, 10, 3));
        accepted(flow(1, 1), tied(bounds(1, 3, 3, 3), 0, 0, -1, 0));
        prices(2, 3);
        fills(1, 1);
    }

    /// @notice What is sent has to pay at some price of its source. The other line keeps B's price at 1.005690345 at most; from A, where
    /// energy is for nothing, it would be a little more there. What arrives is rounded up: so late in the hour.
    function test_used_at_no_price_of_its_source() public {
        zones = 3;
        sell(A, 10, 0);
        bid(B, 1, 5);
        sell(2, 10, 1);
        lines.push(Line(2, B, 10, 0, 2564));
        line(10, 1, 753);
        openUniform();
        vm.warp(START + 55 minutes);
        refused(
            abi.encodeWithSelector(IAuction.HighNotSupporting.selector, 1),
            flows(0, 0, 1, 1),
            join(nanoBounds(0, 1_005_690_345, 0, 1_005_690_345), bounds(1, 1))
        );
        accepted(flows(2, 1, 0, 0), join(nanoBounds(0, 1_005_690_344, 0, 1_005_690_345), bounds(1, 1)));
        fills(0, 1, 2);
    }

    /// @notice The nearest price below counts unserved bids.
    function test_unserved_bids_bound_from_below() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 8);
        bid(A, 1, 4);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.LowBelowBook.selector, 0, 2 * NANO, 4 * NANO), noFlows(), bounds(2, 8));
        accepted(noFlows(), bounds(4, 8));
        price(6);
        fills(1, 1, 0);
    }

    /// @notice The nearest price above counts unsold offers.
    function test_unsold_offers_bound_from_above() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 8);
        sell(A, 1, 6);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.HighAboveBook.selector, 0, 8 * NANO, 6 * NANO), noFlows(), bounds(2, 8));
        accepted(noFlows(), bounds(2, 6));
        price(4);
        fills(1, 1, 0);
    }

    /// @notice The nearest price above counts served bids.
    function test_served_bids_bound_from_above() public {
        zones = 1;
        sell(A, 1, 2);
        bid(A, 1, 7);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.HighAboveBook.selector, 0, 10e9, 7e9), noFlows(), bounds(2, 10));
        accepted(noFlows(), bounds(2, 7));
        price(4);
        fills(1, 1);
    }

    function test_crossed_bounds_are_refused() public {
        zones = 1;
        sell(A, 1, 2);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.BoundsCrossed.selector, 0, 6 * NANO, 2 * NANO), noFlows(), bounds(6, 2));
    }

    function test_price_above_the_cap_is_refused() public {
        zones = 1;
        sell(A, 1, 2);
        openUniform();
        refused(abi.encodeWithSelector(IAuction.PriceOutsideLimits.selector, 0, 11), noFlows(), bounds(11, 11));
    }

    function test_most_a_submission_can_say_is_refused_without_overflow() public {
        sell(A, 1, 2);
        line(1, 0, 1);
        openUniform();
        uint256 most = type(uint128).max;
        bytes memory err = abi.encodeWithSelector(IAuction.FlowAboveCapacity.selector, 0, most, 1);
        refused(err, flow(most, most), nanoBounds(0, 0, most, most));
        err = abi.encodeWithSelector(IAuction.ReceivedNotSentLessLoss.selector, 0, 0, most);
        refused(err, flow(0, most), nanoBounds(0, 0, most, most));
        err = abi.encodeWithSelector(IAuction.PriceOutsideLimits.selector, 0, (most / 2 + 25e6) / NANO);
        refused(err, flow(0, 0), nanoBounds(0, 0, most, most));
    }
}
