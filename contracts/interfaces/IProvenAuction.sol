// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow} from "../core/Types.sol";
import {IAuction} from "./IAuction.sol";

/// @title An auction whose solution is proven optimal by flows and supporting prices.
interface IProvenAuction is IAuction {
    /// @notice Clears the current hour with a proven solution, fills, and posts to the ledger.
    /// @param traders every admitted trader in number order, which proves the book complete
    /// @param flows one word a line
    /// @param bounds one word a zone; in a two-stage auction the provincial stage's zones first, then the regional stage's
    function clear(uint256 hour, address[] calldata traders, Flow[] calldata flows, Bounds[] calldata bounds) external;
}
