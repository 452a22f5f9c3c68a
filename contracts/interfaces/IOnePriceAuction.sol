// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow} from "../core/Types.sol";
import {IAuction} from "./IAuction.sol";

/// @title An auction with one price for all zones: the merit order without line limits makes it, and redispatch keeps the lines.
interface IOnePriceAuction is IAuction {
    /// @notice What the orders of the hour would trade if no line limited anything. HourCleared of the same transaction has what they do.
    /// @param fills kWh, packed as in HourCleared
    event MeritOrder(uint256 indexed hour, uint256[] fills);

    /// @notice Clears the current hour with two proven solutions, fills, and posts to the ledger.
    /// @param traders every admitted trader in number order, which proves the book complete
    /// @param flows one word a line, of the redispatch
    /// @param bounds of the one price, then one word a zone of the redispatch
    function clear(uint256 hour, address[] calldata traders, Flow[] calldata flows, Bounds[] calldata bounds) external;
}
