// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../interfaces/IAuction.sol";
import {ICorridorMatching, Match} from "../interfaces/ICorridorMatching.sol";
import {Pairing} from "../libraries/Pairing.sol";
import {Paths, Route} from "../libraries/Paths.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";

/// @notice One side of a zone: its sorted places, and the group of equal prices at hand.
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

/// @notice The regional market in memory. Places are those of the sequence: offers first, then bids.
struct Region {
    Row[] rows;
    Route[] routes;
    int256 floor;
    /// @dev kWh by line
    uint256[] spare;
    uint256[] sent;
    uint256[] received;
    /// @dev by zone
    Queue[] offers;
    Queue[] bids;
    /// @dev fen/MWh by zone: half of offer and converted bid of its last match as a seller
    int256[] last;
    /// @dev by place: the row of the book, kWh that may still be traded, kWh that are
    uint256[] places;
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
    /// @dev by place of the sequence
    uint256[] parts;
}

/// @title Surplus of one province meets demand of another over paths of lines, the largest price difference first.
/// @notice Until no difference is left that is not negative: for every path with room the lowest offer of its source meets the highest bid of
/// its target, converted to the source; the largest difference goes first. Orders of one province and price are a group. Where paths tie, each
/// group's energy is shared among its paths pro rata to what the other side can take there, and a path gets the smaller of both shares; lines
/// that this overloads are scaled down pro rata, the most violated first; a province does not both sell and buy in one round. A group's trade
/// is shared among its orders pro rata, and who has traded on one side is off the other for the hour.
/// @dev Cost: a round looks at the difference of every path, and reckons it anew where a zone has traded; a round uses up a group, or fills a
/// line, up to a few kWh of rounding.
library CorridorMatching {
    using Paths for Route;
    using Unchecked for Row[];
    using Unchecked for uint256[];

    uint256 internal constant SOLD = 1;
    uint256 internal constant BOUGHT = 2;
    uint256 private constant LANE = type(uint32).max;
    int256 private constant NOTHING = type(int256).min;

    /// @notice The places of a sequence, which is checked, with what they may trade: all rows that have something left of their `fills` at home.
    function enter(Region memory self, uint256[] memory fills, bool economic, uint256[] calldata sequence) internal pure {
        (uint256 offers, uint256 count) = _count(self.rows, fills, economic);
        uint256 words = (count + 7) / 8;
        if (sequence.length != words) revert IAuction.WrongLength(sequence.length, words);
        self.places = new uint256[](count);
        self.left = new uint256[](count);
        self.traded = new uint256[](count);
        self.scratch.parts = new uint256[](count);
        unchecked {
            uint256 last = 0;
            for (uint256 i = 0; i < count; ++i) {
                uint256 place = sequence[i / 8] >> i % 8 * 32 & LANE;
                if (place >= self.rows.length) revert ICorridorMatching.UnknownRow(place, self.rows.length);
                Row row = self.rows.get(place);
                bool selling = i < offers;
                uint256 energy = selling ? _offered(row, fills.get(place)) : _wanted(row, fills.get(place), economic);
                if (energy == 0) revert ICorridorMatching.NothingToTrade(i, place);
                uint256 ticks = selling ? row.ticks() : LANE - row.ticks();
                // one more than the row, so that every key is above the first `last`
                uint256 key = ((selling ? row.zone() : 1 << 8 | row.zone()) << 32 | ticks) << 32 | place + 1;
                if (key <= last) revert ICorridorMatching.OutOfOrder(i);
                last = key;
                self.places.set(i, place);
                self.left.set(i, energy);
                Queue memory queue = (selling ? self.offers : self.bids)[row.zone()];
                if (queue.end == 0) (queue.begin, queue.from, queue.to) = (i, i, i);
                queue.end = i + 1;
            }
        }
    }

    /// @notice Makes every match. Their prices are still missing.
    function run(Region memory self) internal pure returns (Match[] memory matches) {
        unchecked {
            uint256 stale = type(uint256).max;
            for (uint256 i = 0; i < self.offers.length; ++i) {
                _advance(self, self.offers[i], BOUGHT);
                _advance(self, self.bids[i], SOLD);
            }
            matches = new Match[](0);
            for (uint256 count = _largest(self, stale); count > 0; count = _largest(self, stale)) {
                stale = _turn(self, count, matches);
                for (uint256 i = 0; i < self.offers.length; ++i) {
                    if (stale >> i & 1 == 0) continue;
                    _advance(self, self.offers[i], BOUGHT);
                    _advance(self, self.bids[i], SOLD);
                }
            }
        }
    }

    /// @dev How many rows offer, and how many offer or bid.
    function _count(Row[] memory rows, uint256[] memory fills, bool economic) private pure returns (uint256 offers, uint256 count) {
        unchecked {
            for (uint256 i = 0; i < rows.length; ++i) {
                Row row = rows.get(i);
                if (_offered(row, fills.get(i)) > 0) ++offers;
                if (_wanted(row, fills.get(i), economic) > 0) ++count;
            }
            count += offers;
        }
    }

    /// @dev kWh offered and not sold at home.
    function _offered(Row row, uint256 fill) private pure returns (uint256) {
        unchecked {
            return row.sells() ? row.quantity() - fill : 0;
        }
    }

    /// @dev kWh bid for and not served at home, or sold there by a plant that may be replaced.
    function _wanted(Row row, uint256 fill, bool economic) private pure returns (uint256) {
        unchecked {
            return row.sells() ? (economic ? fill : 0) : row.quantity() - fill;
        }
    }

    /// @dev Strikes out who has traded on the other side, and moves on to the next group where nothing is left.
    function _advance(Region memory self, Queue memory queue, uint256 barred) private pure {
        unchecked {
            while (true) {
                uint256 total = 0;
                for (uint256 i = queue.from; i < queue.to; ++i) {
                    uint256 left = self.left.get(i);
                    if (left == 0) continue;
                    if (self.sides.get(self.rows.get(self.places.get(i)).number()) == barred) self.left.set(i, 0);
                    else total += left;
                }
                queue.total = total;
                if (total > 0 || queue.to == queue.end) return;
                queue.from = queue.to;
                uint256 ticks = self.rows.get(self.places.get(queue.from)).ticks();
                while (queue.to < queue.end && self.rows.get(self.places.get(queue.to)).ticks() == ticks) ++queue.to;
                queue.price = self.floor + int256(ticks);
            }
        }
    }

    /// @dev Finds the largest difference; sets `tied` to its paths, of which no zone both sells and buys, and returns how many. Differences
    /// are reckoned anew where an end of the path is in `stale`, a bit a zone.
    function _largest(Region memory self, uint256 stale) private pure returns (uint256 count) {
        unchecked {
            int256 best = 0;
            (uint256 selling, uint256 buying) = (0, 0);
            Scratch memory scratch = self.scratch;
            for (uint256 i = 0; i < self.routes.length; ++i) {
                Route memory route = self.routes[i];
                if ((stale >> route.source | stale >> route.target) & 1 == 1) scratch.gains[i] = _gain(self, route);
                int256 gain = route.closed ? NOTHING : scratch.gains[i];
                if (gain < best) continue;
                if (gain > best) (best, count, selling, buying) = (gain, 0, 0, 0);
                if ((selling >> route.target | buying >> route.source) & 1 == 1) continue;
                selling |= 1 << route.source;
                buying |= 1 << route.target;
                scratch.tied.set(count++, i);
            }
        }
    }

    function _gain(Region memory self, Route memory route) private pure returns (int256) {
        Queue memory offers = self.offers[route.source];
        Queue memory bids = self.bids[route.target];
        if (offers.total == 0 || bids.total == 0) return NOTHING;
        unchecked {
            return route.converted(bids.price) - offers.price * int256(Paths.SCALE);
        }
    }

    /// @dev One round over the tied paths; returns the zones that changed, a bit each.
    function _turn(Region memory self, uint256 count, Match[] memory matches) private pure returns (uint256 stale) {
        unchecked {
            uint256[] memory tied = self.scratch.tied;
            bool full = false;
            for (uint256 i = 0; i < count; ++i) {
                Route memory route = self.routes[tied.get(i)];
                if (route.received(route.room(self.spare)) == 0) (route.closed, full) = (true, true);
            }
            if (full) return 0;
            for (uint256 i = 0; i < count; ++i) {
                Route memory route = self.routes[tied.get(i)];
                Queue memory offers = self.offers[route.source];
                if (route.received(offers.total) > 0) continue;
                for (uint256 j = offers.from; j < offers.to; ++j) {
                    self.left.set(j, 0);
                }
                return 1 << route.source;
            }
            if (count > 1) _shareOut(self, count);
            else self.scratch.volumes.set(0, _alone(self, self.routes[tied.get(0)]));
            for (uint256 i = 0; i < count; ++i) {
                uint256 volume = self.scratch.volumes.get(i);
                if (volume == 0) continue;
                Route memory route = self.routes[tied.get(i)];
                _make(self, tied.get(i), route, volume, matches);
                stale |= 1 << route.source | 1 << route.target;
            }
        }
    }

    /// @dev The most that a path can deliver now.
    function _alone(Region memory self, Route memory route) private pure returns (uint256) {
        uint256 supply = self.offers[route.source].total;
        uint256 demand = self.bids[route.target].total;
        uint256 room = route.room(self.spare);
        uint256 most = route.received(supply < room ? supply : room);
        return demand < most ? demand : most;
    }

    /// @dev Sets `volumes` of the tied paths; at least one is above 0.
    function _shareOut(Region memory self, uint256 count) private pure {
        unchecked {
            (uint256[] memory tied, uint256[] memory volumes) = (self.scratch.tied, self.scratch.volumes);
            _divide(self, count, true);
            for (uint256 i = 0; i < count; ++i) {
                volumes.set(i, self.routes[tied.get(i)].received(self.scratch.shares.get(i)));
            }
            _divide(self, count, false);
            for (uint256 i = 0; i < count; ++i) {
                uint256 share = self.scratch.shares.get(i);
                if (share < volumes.get(i)) volumes.set(i, share);
            }
            while (_relieve(self, count)) {}
            for (uint256 i = 0; i < count; ++i) {
                if (volumes.get(i) > 0) return;
            }
            volumes.set(0, _alone(self, self.routes[tied.get(0)]));
        }
    }

    /// @dev Sets `shares` of the tied paths to their part of what their sellers (buyers) have, pro rata to what the other side can take; the
    /// parts of a zone sum to the whole.
    function _divide(Region memory self, uint256 count, bool selling) private pure {
        unchecked {
            Scratch memory scratch = self.scratch;
            for (uint256 i = 0; i < self.offers.length; ++i) {
                scratch.totals.set(i, 0);
                scratch.begun.set(i, 0);
            }
            for (uint256 i = 0; i < count; ++i) {
                Route memory route = self.routes[scratch.tied.get(i)];
                scratch.totals.add(selling ? route.source : route.target, _weight(self, route, selling));
            }
            for (uint256 i = 0; i < count; ++i) {
                Route memory route = self.routes[scratch.tied.get(i)];
                uint256 zone = selling ? route.source : route.target;
                uint256 whole = (selling ? self.offers : self.bids)[zone].total;
                uint256 before = scratch.begun.get(zone);
                uint256 end = before + _weight(self, route, selling);
                uint256 total = scratch.totals.get(zone);
                scratch.begun.set(zone, end);
                scratch.shares.set(i, end * whole / total - before * whole / total);
            }
        }
    }

    /// @dev What the other side of a path can take or give: kWh sent for its bids, or kWh received of its offers.
    function _weight(Region memory self, Route memory route, bool selling) private pure returns (uint256) {
        return selling ? route.sent(self.bids[route.target].total) : route.received(self.offers[route.source].total);
    }

    /// @dev Scales the most violated line down to its room; false when no line is overloaded.
    function _relieve(Region memory self, uint256 count) private pure returns (bool) {
        unchecked {
            Scratch memory scratch = self.scratch;
            uint256[] memory load = scratch.load;
            for (uint256 i = 0; i < load.length; ++i) {
                load.set(i, 0);
            }
            for (uint256 i = 0; i < count; ++i) {
                Route memory route = self.routes[scratch.tied.get(i)];
                uint256 sent = route.sent(scratch.volumes.get(i));
                load.add(route.legs[0], sent);
                for (uint256 j = 1; j < route.legs.length; ++j) {
                    load.add(route.legs[j], route.leaving(sent, j - 1));
                }
            }
            uint256 worst = load.length;
            for (uint256 i = 0; i < load.length; ++i) {
                if (load.get(i) <= self.spare.get(i)) continue;
                if (worst == load.length || load.get(i) * self.spare.get(worst) > load.get(worst) * self.spare.get(i)) worst = i;
            }
            if (worst == load.length) return false;
            for (uint256 i = 0; i < count; ++i) {
                Route memory route = self.routes[scratch.tied.get(i)];
                for (uint256 j = 0; j < route.legs.length; ++j) {
                    if (route.legs[j] != worst) continue;
                    scratch.volumes.set(i, scratch.volumes.get(i) * self.spare.get(worst) / load.get(worst));
                }
            }
            return true;
        }
    }

    /// @dev Carries `volume` to the buyers of a path.
    function _make(Region memory self, uint256 path, Route memory route, uint256 volume, Match[] memory matches) private pure {
        unchecked {
            uint256 sent = route.sent(volume);
            uint256 energy = sent;
            for (uint256 i = 0; i < route.legs.length; ++i) {
                uint256 leg = route.legs[i];
                self.spare.set(leg, self.spare.get(leg) - energy);
                self.sent.add(leg, energy);
                energy = route.leaving(sent, i);
                self.received.add(leg, energy);
            }
            (Queue memory offers, Queue memory bids) = (self.offers[route.source], self.bids[route.target]);
            int256 twice = offers.price * int256(Paths.SCALE) + route.converted(bids.price);
            self.last[route.source] = divide(twice, 2 * int256(Paths.SCALE));
            uint256 word = path << 160 | uint256(uint32(int32(offers.price))) << 96 | uint256(uint32(int32(bids.price))) << 64;
            _push(matches, 1 << 255 | word | sent << 32 | volume);
            _take(self, offers, sent, SOLD);
            _take(self, bids, volume, BOUGHT);
            for (uint256 i = bids.from; i < bids.to; ++i) {
                uint256 part = self.scratch.parts.get(i);
                if (part > 0) _push(matches, self.places.get(i) << 32 | part);
            }
        }
    }

    /// @dev Shares `volume` among the orders of the group at hand; `parts` are what each got.
    function _take(Region memory self, Queue memory queue, uint256 volume, uint256 side) private pure {
        unchecked {
            uint256[] memory parts = self.scratch.parts;
            Pairing.share(self.left, parts, queue.from, queue.to, queue.total, volume);
            for (uint256 i = queue.from; i < queue.to; ++i) {
                uint256 part = parts.get(i);
                if (part == 0) continue;
                self.left.set(i, self.left.get(i) - part);
                self.traded.add(i, part);
                self.sides.set(self.rows.get(self.places.get(i)).number(), side);
            }
            queue.total -= volume;
        }
    }

    /// @notice A quotient rounded towards minus infinity; `below` is positive.
    function divide(int256 above, int256 below) internal pure returns (int256 quotient) {
        unchecked {
            quotient = above / below;
            if (above % below < 0) --quotient;
        }
    }

    /// @dev Lengthens the array that was allocated last.
    function _push(Match[] memory matches, uint256 word) private pure {
        assembly ("memory-safe") {
            let size := add(mload(matches), 1)
            let place := add(matches, shl(5, size))
            mstore(0x40, add(place, 32))
            mstore(place, word)
            mstore(matches, size)
        }
    }
}
