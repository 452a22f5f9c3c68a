// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Dual} from "../libraries/Dual.sol";
import {Levels} from "../libraries/Levels.sol";
import {Position} from "../libraries/Position.sol";
import {IAuction} from "./IAuction.sol";

/// @notice What nodes may export together. Eight rows make a block: for every block and in it for every zone a word of factors, first row in
/// the lowest 32 bits, 1e-9.
struct Grid {
    /// @dev kWh by row: in its direction (upper 128 bits) and against it, the highest number where there is no such limit
    uint256[] limits;
    uint256[] factors;
    /// @dev kWh by which a flow may miss a limit, and within which a row counts as full
    uint64 tolerance;
}

/// @title An auction with a price a node, over a network whose flows follow from net exports: factors x net exports, row by row.
/// @notice The price of a node is level - sum of worth x factor over the full rows. Of all such prices that support the trades, the low end is
/// nearest to the lowest prices at which the books net to their exports, and the high end to the highest ones; `k` lies between them.
/// No branch has a loss or a charge. Prices may lie below the floor or above the cap, where the network asks for it.
interface INodalAuction is IAuction {
    /// @notice The network positions of a cleared hour.
    /// @param net kWh exported by zone, below 0 where imported
    /// @param duals of the full rows, as in the solution: where several support the same prices, the choice of who solved
    event NetworkCleared(uint256 indexed hour, int256[] net, Dual[] duals);

    /// @notice Floor and cap are more than 2^29 ticks away from 0.
    error PricesTooWide();
    /// @notice A row limit is below a hundred tolerances: the tolerance itself would leave prices open.
    error LimitTooSmall(uint256 row, uint256 limit, uint256 least);

    error NetNotZero(int256 total);
    error ExportsTooHigh(uint256 exports, uint256 most);
    /// @notice Flows are 1e-9 kWh.
    error FlowAboveLimit(uint256 row, int256 flow);
    error FlowBelowLimit(uint256 row, int256 flow);
    error RowNotListed(uint256 row);
    error RowNotFull(uint256 row);
    error DualOfWrongSide(uint256 row);
    error DualTooLarge(uint256 row);
    /// @notice More than 2^30 ticks from the floor.
    error PriceTooFar(uint256 zone);
    /// @notice `end` is 0 for the low end, 1 for the high one.
    error PriceOutsideBook(uint256 zone, uint256 end);
    error DirectionNotBalanced(uint256 end, int256 total);
    error DirectionAgainstRow(uint256 end, uint256 row);
    /// @notice Other supporting prices are nearer, by more than 0.01 tick.
    error NotNearest(uint256 end);

    /// @notice Clears the current hour with a proven solution, fills, and posts to the ledger.
    /// @param traders every admitted trader in number order, which proves the book complete
    /// @param positions one word a zone
    /// @param duals of the full rows, in their order
    function clear(uint256 hour, address[] calldata traders, Position[] calldata positions, Levels levels, Dual[] calldata duals) external;

    /// @notice The network that the auction was born with.
    function grid() external view returns (Grid memory);
}
