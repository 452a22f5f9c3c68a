// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds} from "../core/Types.sol";
import {Match} from "../libraries/Match.sol";
import {Path} from "../libraries/Path.sol";
import {IAuction} from "./IAuction.sol";

/// @title An auction by the inter-provincial spot rule: provinces clear alone, then what is left meets over paths of lines, the largest price
/// difference first. CorridorMatching.sol says how.
interface ICorridorMatching is IAuction {
    /// @notice What met in the region, in order. HourCleared of stage 1 in the same transaction has the fills and what sellers get by zone.
    event MatchesMade(uint256 indexed hour, Match[] matches);

    error PathLength(uint256 path, uint256 legs);
    error UnknownLeg(uint256 path, uint256 leg, uint256 lines);
    /// @notice The leg at this place of the path does not begin where the one before it ends.
    error PathBroken(uint256 path, uint256 place);
    error PassedTwice(uint256 path, uint256 zone);
    /// @notice Less than 1e-18 of what is sent over the path arrives.
    error NothingArrives(uint256 path);
    error UnknownRow(uint256 row, uint256 rows);
    /// @notice The row at this place of the sequence has nothing to trade in the region on this side.
    error NothingToTrade(uint256 place, uint256 row);
    /// @notice The row at this place of the sequence does not come after the one before it.
    error OutOfOrder(uint256 place);

    /// @notice Clears the current hour, fills, and posts to the ledger.
    /// @param traders every admitted trader in number order, which proves the book complete
    /// @param bounds one word a zone, of the provincial stage
    /// @param sequence rows of the book with something to trade in the region, as uint32 eight a word, first in the lowest bits: offers by
    /// zone, rising price and row, then bids (also of plants that may be replaced) by zone, falling price and row. What the last word holds
    /// beyond the last row is ignored.
    function clear(uint256 hour, address[] calldata traders, Bounds[] calldata bounds, uint256[] calldata sequence) external;

    /// @notice What a bid of `price` (fen/MWh) over a path is worth at the seller's node, 1e-18 fen/MWh, and how many kWh must be sent there so
    /// that `energy` arrive.
    function convert(uint256 path, int256 price, uint256 energy) external view returns (int256 converted, uint256 sent);

    function pathCount() external view returns (uint256);

    function pathAt(uint256 path) external view returns (Path);
}
