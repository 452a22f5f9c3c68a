// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Trade} from "../libraries/Trade.sol";
import {IAuction} from "./IAuction.sol";

/// @title An auction that pairs the highest bid of a zone with its lowest offer, then the next, each pair at its own price.
interface IMatchedPairs is IAuction {
    /// @notice Who trades with whom, in the order of pairing. HourCleared of the same transaction has the fills; its prices are
    /// type(int32).min, because there are none.
    event TradesMade(uint256 indexed hour, Trade[] trades);

    error UnknownRow(uint256 row, uint256 rows);
    /// @notice The row at this place of the sequence does not come after the one before it.
    error OutOfOrder(uint256 place);

    /// @notice Clears the current hour, fills, and posts to the ledger.
    /// @param traders every admitted trader in number order, which proves the book complete
    /// @param sequence every row of the book (all standing segments in order of trader number, then segment, from 0), as uint32 eight a
    /// word, first in the lowest bits: zone by zone offers by rising price, then bids by falling price, equal prices by row. What the last
    /// word holds beyond the last row is ignored.
    function clear(uint256 hour, address[] calldata traders, uint256[] calldata sequence) external;
}
