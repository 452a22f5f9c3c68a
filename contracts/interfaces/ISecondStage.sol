// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SurplusDeficit} from "../core/Types.sol";
import {IAuction} from "./IAuction.sol";

/// @title An auction in which every province clears alone first, and the region takes over what that leaves.
/// @dev The names are chosen so that their selectors come after those of both forms of `submit`, which then pay nothing for them.
interface ISecondStage is IAuction {
    /// @notice These traders give wind, sun or water.
    event RenewablesDeclared(address[] traders);
    /// @notice In the second stage of the hour the trader's prices are its order's plus `markup` (fen/MWh), at least the floor and at most the cap.
    event RegionalMarkup(uint256 indexed number, uint256 indexed hour, int256 markup);

    /// @notice Who gives wind, sun or water is said before the gate of hour 0.
    error TooLateForRenewables();
    /// @notice A markup is at most the distance from floor to cap, either way.
    error MarkupTooLarge(int256 markup, int256 most);
    /// @notice Collateral covers an order at one price: a market that asks for it has no markups for the second stage.
    error MarkupNotCovered();

    /// @notice Says that `traders` give wind, sun or water. Operator only.
    function noteRenewables(address[] calldata traders) external;

    /// @notice Has the sender's order for the current hour, whichever stands at the gate, ask or bid `markup` fen/MWh more in the second stage,
    /// or less where it is negative.
    function amendRegional(uint256 hour, int256 markup) external;

    /// @notice What provinces bring to the second stage.
    function surplusDeficitReading() external view returns (SurplusDeficit);

    /// @notice The trader's markup for the hour, fen/MWh; 0 where it gave none.
    function regionalMarkupOf(address trader, uint256 hour) external view returns (int256 markup);
}
