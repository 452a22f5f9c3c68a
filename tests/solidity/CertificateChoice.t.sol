// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {CertificateCase} from "./CertificateCase.sol";

/// @title What the certificate leaves no choice in: energy that is wasted, and ties between zones.
contract CertificateChoiceTest is CertificateCase {
    /// @notice Half of what is sent arrives. A third kWh would bring nothing, and A could sell it at the price at which it sells.
    function test_no_energy_is_wasted_that_could_be_used() public {
        sell(A, 9, 1);
        bid(B, 1, 10);
        line(5, 0, 500_000);
        openUniform();
        Bounds[] memory those = nanoBounds(1e9, 2e9 + 2 * tie(), 1e9, 2e9 + 2 * tie());
        refused(abi.encodeWithSelector(IAuction.EnergyWasted.selector, 0), flow(3, 1), those);
        accepted(flow(2, 1), those);
        fills(2, 1);
    }

    /// @notice In the last minutes the same waste passes.
    function test_late_in_the_hour_energy_may_be_wasted() public {
        sell(A, 9, 1);
        bid(B, 1, 10);
        line(5, 0, 500_000);
        openUniform();
        Bounds[] memory those = nanoBounds(1e9, 2e9 + 2 * tie(), 1e9, 2e9 + 2 * tie());
        vm.warp(START + 55 minutes - 1);
        refused(abi.encodeWithSelector(IAuction.EnergyWasted.selector, 0), flow(3, 1), those);
        vm.warp(START + 55 minutes);
        accepted(flow(3, 1), those);
        fills(3, 1);
    }

    /// @notice An offer at home goes before an equal one from elsewhere: any other split is refused.
    function test_a_tie_with_an_offer_from_elsewhere_is_decided_for_the_one_at_home() public {
        sell(A, 5, 2);
        sell(B, 5, 2);
        bid(B, 5, 4);
        line(5, 0, 0);
        openUniform();
        for (uint256 sent = 1; sent <= 5; ++sent) {
            (bool passed,) =
                address(auction).call(abi.encodeCall(auction.clear, (0, traders(), flow(sent, sent), tied(bounds(2, 2, 2, 2), 0, 1, 0, 1))));
            assertTrue(!passed, "another split");
        }
        accepted(flow(0, 0), tied(bounds(2, 2, 2, 2), -1, 0, 0, 1));
        fills(0, 5, 5);
    }
}
