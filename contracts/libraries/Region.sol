// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Entry} from "./Entry.sol";
import {Pairing} from "./Pairing.sol";
import {Route} from "./Paths.sol";
import {Unchecked} from "./Unchecked.sol";

/// @notice One side of a zone: its entries, and the group of equal prices at hand.
struct Queue {
    /// @dev first of the zone's places
    uint256 begin;
    /// @dev the group is places `from` to `to` - 1
    uint256 from;
    uint256 to;
    /// @dev end of the zone's places
    uint256 end;
    /// @dev kWh of the group that may still trade
    uint256 total;
    /// @dev fen/MWh
    int256 price;
}

/// @notice The regional market in memory. Places are those of the entries: offers first, then bids.
struct Region {
    Entry[] entries;
    Route[] routes;
    int256 floor;
    /// @dev kWh by line
    uint256[] spare;
    uint256[] sent;
    uint256[] received;
    /// @dev by zone
    Queue[] offers;
    Queue[] bids;
    /// @dev fen/MWh by zone: half of offer and converted bid of its last match as a seller; NO_PRICE before
    int256[] last;
    /// @dev by place: kWh of groups at hand that may still be traded, kWh that are
    uint256[] left;
    uint256[] traded;
    /// @dev by account number: 0, SOLD or BOUGHT
    uint256[] sides;
    Scratch scratch;
}

/// @notice Room to reckon in, so that nothing is allocated while matches grow at the end of memory.
struct Scratch {
    /// @dev by path: price difference, 1e-18 fen/MWh
    int256[] gains;
    /// @dev by place of a tied path: the path, and what is received over it
    uint256[] tied;
    uint256[] volumes;
    uint256[] shares;
    /// @dev by line
    uint256[] load;
    /// @dev by zone
    uint256[] totals;
    uint256[] begun;
    /// @dev by place
    uint256[] parts;
}

/// @title The queues of a region: in every zone the best offers and the best bids that are left. Entries of one zone and price are a group.
library Regions {
    using Unchecked for Entry[];
    using Unchecked for uint256[];

    uint256 internal constant SOLD = 1;
    uint256 internal constant BOUGHT = 2;

    /// @notice Begins every queue before its first group.
    /// @param ends where the offers of each zone end, then where its bids do; 0 where there are none
    function begin(Region memory self, uint256[] memory ends) internal pure {
        uint256 zones = self.offers.length;
        uint256 place = 0;
        for (uint256 i = 0; i < ends.length; ++i) {
            Queue memory queue = i < zones ? self.offers[i] : self.bids[i - zones];
            (queue.begin, queue.from, queue.to) = (place, place, place);
            if (ends[i] > 0) place = ends[i];
            queue.end = place;
        }
    }

    /// @notice The best groups of a zone: who has traded on the other side is struck out.
    function advance(Region memory self, uint256 zone) internal pure {
        _advance(self, self.offers[zone], BOUGHT);
        _advance(self, self.bids[zone], SOLD);
    }

    /// @notice Gives up the group at hand.
    function lapse(Region memory self, Queue memory group) internal pure {
        for (uint256 i = group.from; i < group.to; ++i) {
            self.left.set(i, 0);
        }
    }

    /// @notice Shares `volume` (kWh) among the entries of the group at hand; `parts` are what each got.
    function take(Region memory self, Queue memory group, uint256 volume, uint256 side) internal pure {
        uint256[] memory parts = self.scratch.parts;
        Pairing.share(self.left, parts, group.from, group.to, group.total, volume);
        for (uint256 i = group.from; i < group.to; ++i) {
            uint256 part = parts.get(i);
            if (part == 0) continue;
            self.left.set(i, self.left.get(i) - part);
            self.traded.add(i, part);
            self.sides.set(self.entries.get(i).number(), side);
        }
        group.total -= volume;
    }

    /// @dev Strikes out who has traded on the other side, and moves on to the next group where nothing is left.
    function _advance(Region memory self, Queue memory group, uint256 barred) private pure {
        // Sums of fewer than 2^19 quantities of 32 bits.
        unchecked {
            while (true) {
                uint256 total = 0;
                for (uint256 i = group.from; i < group.to; ++i) {
                    uint256 left = self.left.get(i);
                    if (left == 0) continue;
                    if (self.sides.get(self.entries.get(i).number()) == barred) self.left.set(i, 0);
                    else total += left;
                }
                group.total = total;
                if (total > 0 || group.to == group.end) return;
                group.from = group.to;
                uint256 ticks = self.entries.get(group.from).ticks();
                for (; group.to < group.end; ++group.to) {
                    Entry entry = self.entries.get(group.to);
                    if (entry.ticks() != ticks) break;
                    self.left.set(group.to, entry.energy());
                }
                group.price = self.floor + int256(ticks);
            }
        }
    }
}
