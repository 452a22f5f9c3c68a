// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Flow, Line, NO_PRICE} from "../core/Types.sol";
import {Entry} from "../libraries/Entry.sol";
import {Leg} from "../libraries/Leg.sol";
import {Match, makeMatch, makePart} from "../libraries/Match.sol";
import {Path} from "../libraries/Path.sol";
import {Paths, Route} from "../libraries/Paths.sol";
import {Queue, Region, Regions, Scratch} from "../libraries/Region.sol";
import {floored} from "../libraries/Rounding.sol";
import {TiedPaths} from "../libraries/TiedPaths.sol";
import {Unchecked} from "../libraries/Unchecked.sol";

/// @title Surplus of one province meets demand of another over paths of lines, the largest price difference first.
/// @notice Until no difference is left that is not negative: for every path with room the lowest offer of its source meets the highest bid of
/// its target, converted to the source; the largest difference goes first. Orders of one province and price are a group. Where paths tie, each
/// group's energy is shared among its paths as TiedPaths says; a province does not both sell and buy in one round. A group's trade
/// is shared among its orders pro rata, and who has traded on one side is off the other for the hour.
/// @dev Cost: a round looks at the difference of every path, and reckons it anew where a zone has traded; a round uses up a group, or fills a
/// line, up to a few kWh of rounding. CorridorMatchingAuction creates
/// it and asks it: both in one would hardly fit EIP-170. It keeps nothing but the paths, so that anybody may ask.
contract CorridorMatching {
    using Paths for Path;
    using Paths for Route;
    using Regions for Region;
    using TiedPaths for Region;
    using Unchecked for Entry[];
    using Unchecked for Leg[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

    int256 private constant NOTHING = type(int256).min;

    Path[] private paths;

    /// @param paths_ the earlier goes first among equals
    constructor(Line[] memory lines, Path[] memory paths_) {
        for (uint256 i = 0; i < paths_.length; ++i) {
            paths_[i].check(i, lines);
            paths.push(paths_[i]);
        }
    }

    function pathCount() external view returns (uint256) {
        return paths.length;
    }

    function pathAt(uint256 path) external view returns (Path) {
        return paths[path];
    }

    /// @notice What the rule makes of a region.
    /// @param entries in the order that Entries checks
    /// @param ends where the offers of each zone end, then where its bids do; 0 where there are none
    /// @param lines as they are in the hour
    /// @param accounts of the ledger
    /// @param floor fen/MWh
    /// @return matches in the order made, each followed by its buyers' parts
    /// @return sales what sellers sell, as parts
    /// @return prices fen/MWh by zone: what sellers get; where none sell the mean of what buyers pay, rounded down
    /// @return flows by line
    function run(Entry[] calldata entries, uint256[] memory ends, Leg[] calldata lines, uint256 accounts, int256 floor)
        external
        view
        returns (Match[] memory matches, Match[] memory sales, int256[] memory prices, Flow[] memory flows)
    {
        Region memory region = _region(lines.copied(), entries.length, accounts, ends.length / 2);
        (region.entries, region.floor) = (entries.copied(), floor);
        region.begin(ends);
        matches = _match(region);
        prices = _price(region, matches);
        sales = _sales(region);
        flows = new Flow[](lines.length);
        for (uint256 i = 0; i < flows.length; ++i) {
            flows[i] = Flow.wrap(region.sent[i] << 128 | region.received[i]);
        }
    }

    /// @dev A region without entries.
    function _region(Leg[] memory lines, uint256 count, uint256 accounts, uint256 zones) private view returns (Region memory region) {
        Path[] memory words = paths;
        region.routes = new Route[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            region.routes[i] = words[i].route(lines);
        }
        region.spare = new uint256[](lines.length);
        for (uint256 i = 0; i < lines.length; ++i) {
            region.spare[i] = lines[i].room();
        }
        (region.sent, region.received) = (new uint256[](lines.length), new uint256[](lines.length));
        (region.offers, region.bids, region.last) = (new Queue[](zones), new Queue[](zones), new int256[](zones));
        for (uint256 i = 0; i < zones; ++i) {
            region.last[i] = NO_PRICE;
        }
        (region.left, region.traded) = (new uint256[](count), new uint256[](count));
        region.sides = new uint256[](accounts);
        Scratch memory scratch = region.scratch;
        (scratch.gains, scratch.tied) = (new int256[](words.length), new uint256[](words.length));
        (scratch.volumes, scratch.shares) = (new uint256[](words.length), new uint256[](words.length));
        (scratch.load, scratch.totals) = (new uint256[](lines.length), new uint256[](zones));
        (scratch.begun, scratch.parts) = (new uint256[](zones), new uint256[](count));
    }

    /// @dev Makes every match. Their prices are still missing.
    function _match(Region memory region) private pure returns (Match[] memory matches) {
        uint256 stale = type(uint256).max;
        for (uint256 i = 0; i < region.offers.length; ++i) {
            region.advance(i);
        }
        matches = new Match[](0);
        for (uint256 count = _largest(region, stale); count > 0; count = _largest(region, stale)) {
            stale = _turn(region, count, matches);
            for (uint256 i = 0; i < region.offers.length; ++i) {
                if (stale >> i & 1 == 1) region.advance(i);
            }
        }
    }

    /// @dev Finds the largest difference; sets `tied` to its paths, of which no zone both sells and buys, and returns how many. Differences
    /// are reckoned anew where an end of the path is in `stale`, a bit a zone.
    function _largest(Region memory region, uint256 stale) private pure returns (uint256 count) {
        // A count of paths, which memory bounds.
        unchecked {
            int256 best = 0;
            (uint256 selling, uint256 buying) = (0, 0);
            Scratch memory scratch = region.scratch;
            for (uint256 i = 0; i < region.routes.length; ++i) {
                Route memory route = region.routes[i];
                if ((stale >> route.source | stale >> route.target) & 1 == 1) scratch.gains.set(i, _gain(region, route));
                int256 gain = route.closed ? NOTHING : scratch.gains.get(i);
                if (gain < best) continue;
                if (gain > best) (best, count, selling, buying) = (gain, 0, 0, 0);
                if ((selling >> route.target | buying >> route.source) & 1 == 1) continue;
                selling |= 1 << route.source;
                buying |= 1 << route.target;
                scratch.tied.set(count++, i);
            }
        }
    }

    function _gain(Region memory region, Route memory route) private pure returns (int256) {
        Queue memory offers = region.offers[route.source];
        Queue memory bids = region.bids[route.target];
        if (offers.total == 0 || bids.total == 0) return NOTHING;
        // Prices are 32 bits wide, and shares and fees below 2^100.
        unchecked {
            return route.converted(bids.price) - offers.price * int256(Paths.SCALE);
        }
    }

    /// @dev One round over the tied paths; returns the zones that changed, a bit each.
    function _turn(Region memory region, uint256 count, Match[] memory matches) private pure returns (uint256 stale) {
        uint256[] memory tied = region.scratch.tied;
        bool full = false;
        for (uint256 i = 0; i < count; ++i) {
            Route memory route = region.routes[tied.get(i)];
            if (route.received(route.room(region.spare)) == 0) (route.closed, full) = (true, true);
        }
        if (full) return 0;
        for (uint256 i = 0; i < count; ++i) {
            Route memory route = region.routes[tied.get(i)];
            Queue memory offers = region.offers[route.source];
            if (route.received(offers.total) > 0) continue;
            region.lapse(offers);
            return 1 << route.source;
        }
        if (count > 1) region.share(count);
        else region.scratch.volumes.set(0, region.alone(region.routes[tied.get(0)]));
        for (uint256 i = 0; i < count; ++i) {
            uint256 volume = region.scratch.volumes.get(i);
            if (volume == 0) continue;
            Route memory route = region.routes[tied.get(i)];
            _make(region, tied.get(i), route, volume, matches);
            stale |= 1 << route.source | 1 << route.target;
        }
    }

    /// @dev Carries `volume` to the buyers of a path.
    function _make(Region memory region, uint256 path, Route memory route, uint256 volume, Match[] memory matches) private pure {
        // Volumes fit the room of every leg, and quantities, prices and shares are as Paths says.
        unchecked {
            uint256 sent = route.sent(volume);
            uint256 energy = sent;
            for (uint256 i = 0; i < route.legs.length; ++i) {
                uint256 leg = route.legs[i];
                region.spare.set(leg, region.spare.get(leg) - energy);
                region.sent.add(leg, energy);
                energy = route.leaving(sent, i);
                region.received.add(leg, energy);
            }
            (Queue memory offers, Queue memory bids) = (region.offers[route.source], region.bids[route.target]);
            int256 twice = offers.price * int256(Paths.SCALE) + route.converted(bids.price);
            region.last[route.source] = floored(twice, 2 * int256(Paths.SCALE));
            _push(matches, makeMatch(path, offers.price, bids.price, sent, volume));
            region.take(offers, sent, Regions.SOLD);
            region.take(bids, volume, Regions.BOUGHT);
            for (uint256 i = bids.from; i < bids.to; ++i) {
                uint256 part = region.scratch.parts.get(i);
                if (part > 0) _push(matches, makePart(region.entries.get(i).place(), part));
            }
        }
    }

    /// @dev Sets the prices of the matches, and returns those of the zones.
    function _price(Region memory region, Match[] memory matches) private pure returns (int256[] memory prices) {
        prices = region.last;
        uint256 zones = prices.length;
        (int256[] memory paid, int256[] memory taken) = (new int256[](zones), new int256[](zones));
        for (uint256 i = 0; i < matches.length; ++i) {
            Match made = matches[i];
            if (!made.whole()) continue;
            Route memory route = region.routes[made.path()];
            int256 price = route.landed(region.last[route.source]);
            int256 energy = int256(made.received());
            matches[i] = made.priced(price);
            taken.add(route.target, energy);
            paid.add(route.target, price * energy);
        }
        for (uint256 i = 0; i < zones; ++i) {
            if (prices[i] == NO_PRICE && taken[i] != 0) prices[i] = floored(paid[i], taken[i]);
        }
    }

    /// @dev What every offer sold, in their order.
    function _sales(Region memory region) private pure returns (Match[] memory sales) {
        sales = new Match[](0);
        for (uint256 zone = 0; zone < region.offers.length; ++zone) {
            Queue memory queue = region.offers[zone];
            for (uint256 i = queue.begin; i < queue.to; ++i) {
                uint256 energy = region.traded.get(i);
                if (energy > 0) _push(sales, makePart(region.entries.get(i).place(), energy));
            }
        }
    }

    /// @dev Lengthens the array that was allocated last.
    function _push(Match[] memory matches, Match item) private pure {
        assembly ("memory-safe") {
            let size := add(mload(matches), 1)
            let place := add(matches, shl(5, size))
            mstore(0x40, add(place, 32))
            mstore(place, item)
            mstore(matches, size)
        }
    }
}
