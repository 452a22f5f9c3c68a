// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow} from "../core/Types.sol";

/// @title Dispatch without orders: companies run their plants at least cost.
/// @notice Suppliers are the first participants, in the order of zones. Where there are lines one company has all zones and its account is
/// that of the first supplier; else every zone has a company, whose account is its supplier's. The company pays its plants what they cost,
/// fuel and fixed cost. Nobody pays a price of the hour.
interface IDispatch {
    /// @notice An hour is dispatched.
    /// @param plan what plants may give at which cost, and what is needed, as words of orders with number and zone
    /// @param fixedCosts what plants cost besides: four a word, the number in 16 bits above 1e-5 CNY in 48, first in the lowest bits
    /// @param flows one word a line
    /// @param fills kWh of every segment of the plan, eight uint32 a word
    /// @param gap 1e-5 CNY that another plan could be cheaper at most, for whole kWh
    event Dispatched(uint256 indexed hour, uint256[] plan, uint256[] fixedCosts, Flow[] flows, uint256[] fills, int256 gap);

    /// @notice The plan's words are in order of the participants' numbers.
    error PlanOutOfOrder(uint256 number, uint256 last);
    /// @notice Plants give, nobody else does; suppliers take for all users.
    error NotItsPart(uint256 number);

    /// @notice Proves the plan of least cost of the current hour, records it, and pays plants their costs. By the operator.
    function dispatch(uint256 hour, uint256[] calldata plan, uint256[] calldata fixedCosts, Flow[] calldata flows, Bounds[] calldata bounds)
        external;
}
