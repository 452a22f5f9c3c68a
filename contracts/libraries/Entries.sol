// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../interfaces/IAuction.sol";
import {ICorridorMatching} from "../interfaces/ICorridorMatching.sol";
import {Entry, makeEntry} from "./Entry.sol";
import {Lanes} from "./Lanes.sol";
import {Row} from "./Row.sol";
import {Unchecked} from "./Unchecked.sol";

/// @title Who takes part in the region after the provinces have cleared: what was not sold at home is offered, what was not served is bid for.
/// @notice The order is told and checked in one pass: by side, zone, price and row, so that none can be there twice and all are there.
library Entries {
    using Unchecked for Row[];
    using Unchecked for Entry[];
    using Unchecked for uint256[];

    uint256 private constant LOWEST_BID = type(uint32).max;

    /// @notice The entries of a sequence, which is checked: all rows that have something left of their `fills` (kWh) at home.
    /// @param replace whether plants bid for what they sold at home
    /// @param sequence rows of the book, eight a word
    /// @return entries offers first, then bids
    /// @return ends where the offers of each of `zones` end, then where its bids do; 0 where there are none
    function enter(Row[] memory rows, uint256[] memory fills, bool replace, uint256[] calldata sequence, uint256 zones)
        internal
        pure
        returns (Entry[] memory entries, uint256[] memory ends)
    {
        uint256 offers;
        (offers, entries) = _room(rows, fills, replace);
        ends = new uint256[](2 * zones);
        uint256 words = Lanes.words(entries.length);
        if (sequence.length != words) revert IAuction.WrongLength(sequence.length, words);
        // Places are below the number of rows, fewer than 2^19.
        unchecked {
            uint256 last = 0;
            for (uint256 i = 0; i < entries.length; ++i) {
                uint256 place = Lanes.get(sequence[i / 8], i);
                if (place >= rows.length) revert ICorridorMatching.UnknownRow(place, rows.length);
                Row row = rows.get(place);
                bool selling = i < offers;
                uint256 energy = selling ? _offered(row, fills.get(place)) : _wanted(row, fills.get(place), replace);
                if (energy == 0) revert ICorridorMatching.NothingToTrade(i, place);
                uint256 key = _key(row, place, selling);
                if (key <= last) revert ICorridorMatching.OutOfOrder(i);
                last = key;
                entries.set(i, makeEntry(row, place, energy));
                ends.set(selling ? row.zone() : zones + row.zone(), i + 1);
            }
        }
    }

    /// @dev How many rows offer, and room for those that offer or bid.
    function _room(Row[] memory rows, uint256[] memory fills, bool replace) private pure returns (uint256 offers, Entry[] memory entries) {
        // Counts of rows, fewer than 2^19.
        unchecked {
            uint256 count = 0;
            for (uint256 i = 0; i < rows.length; ++i) {
                Row row = rows.get(i);
                if (_offered(row, fills.get(i)) > 0) ++offers;
                if (_wanted(row, fills.get(i), replace) > 0) ++count;
            }
            entries = new Entry[](offers + count);
        }
    }

    /// @dev What an entry is sorted by: side, zone, price (of bids the highest first), row.
    function _key(Row row, uint256 place, bool selling) private pure returns (uint256) {
        // Ticks are 32 bits wide, so not above the lowest bid.
        unchecked {
            uint256 zone = selling ? row.zone() : 1 << 8 | row.zone();
            uint256 ticks = selling ? row.ticks() : LOWEST_BID - row.ticks();
            // one more than the row, so that every key is above the 0 before the first
            return (zone << 32 | ticks) << 32 | place + 1;
        }
    }

    /// @dev kWh offered and not sold at home.
    function _offered(Row row, uint256 fill) private pure returns (uint256) {
        // A row trades at most its quantity at home.
        unchecked {
            return row.sells() ? row.quantity() - fill : 0;
        }
    }

    /// @dev kWh bid for and not served at home, or sold there by a plant that may be replaced.
    function _wanted(Row row, uint256 fill, bool replace) private pure returns (uint256) {
        // A row trades at most its quantity at home.
        unchecked {
            return row.sells() ? (replace ? fill : 0) : row.quantity() - fill;
        }
    }
}
