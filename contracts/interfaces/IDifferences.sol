// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAllocation} from "./IAllocation.sol";

/// @title Contract energy that is not delivered but settled: contracts for differences on the price of the hour.
/// @notice An allocation whose energy is sold and bought in the auction like all other. When the auction has cleared an hour, `settle` pays
/// for every contracted kWh the agreed price less the zone's price of the hour: from buyer to seller where that is positive, from seller to
/// buyer where it is negative. Seller and buyer are of one zone, so that there is one price. It is read from the auction, the energy from
/// the allocation on record, and the agreed price from the terms: nobody says them.
/// @notice Buyers pay the mean of the agreed prices rounded down, and the zone's supplier bears what that leaves over, as where energy is
/// delivered; the price of the hour divides by nothing and needs no rounding. Where the zone has no price in the hour, as nothing was traded
/// there, no difference is known and nobody pays.
interface IDifferences is IAllocation {
    /// @notice The hour's differences are in the amounts that its AgreementsSettled pays.
    /// @param prices fen/MWh by zone that the auction cleared at; type(int32).min where there is none
    event DifferencesSettled(uint256 indexed hour, int256[] prices);
}
