// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../interfaces/IAuction.sol";
import {Row} from "./Row.sol";
import {Unchecked} from "./Unchecked.sol";

/// @notice A line in memory, with what a solution says it carries.
struct Arc {
    uint256 source;
    uint256 target;
    /// @dev kWh that may be sent
    uint256 capacity;
    /// @dev fen per MWh sent
    uint256 charge;
    /// @dev parts per million of what is sent that arrive
    uint256 keep;
    /// @dev W' of the conditions: what a price must rise by along the line, tie-breaking cost included, ppm x nano-ticks
    uint256 wedge;
    /// @dev kWh sent from which on no more can arrive
    uint256 full;
    /// @dev kWh
    uint256 sent;
    /// @dev kWh
    uint256 received;
}

/// @notice A zone in memory: what a solution says of it, and how its book looks from its price.
struct Zone {
    /// @dev lowest and highest supporting price as submitted, nano-ticks above the floor
    uint256 low;
    uint256 high;
    /// @dev the price that follows, ticks above the floor
    uint256 price;
    /// @dev kWh that leave less kWh that enter, and what the zone must deliver besides
    int256 net;
    /// @dev whether energy leaves or enters
    bool passed;
    /// @dev kWh offered below the price and at it
    uint256 sold;
    uint256 maySell;
    /// @dev kWh bid above the price and at it
    uint256 bought;
    uint256 mayBuy;
    /// @dev nearest order price below and above of either side, ticks above the floor; floor and cap where there is none
    uint256 below;
    uint256 above;
    /// @dev lowest and highest price at which the book nets to `net`, nano-ticks above the floor
    uint256 least;
    uint256 most;
}

/// @title The proof that flows and prices are optimal: complementary slackness, checked in whole numbers.
/// @notice Orders are not sorted: each is compared with its zone's price only. Cost: one pass over the rows, and at most zones + 1 sweeps
/// over the lines for either end of the prices.
/// @dev Prices are nano-ticks above the floor, so all are unsigned. Nothing can overflow: quantities, prices and line figures are 32 bits
/// wide, there are fewer than 2^19 rows, and what a solution may choose freely (128 bits) is bounded before it is multiplied.
library Certificate {
    using Unchecked for Row[];
    using Unchecked for Zone[];
    using Unchecked for uint256[];

    uint256 internal constant PPM = 1e6;
    /// @dev nano-ticks in a tick
    uint256 internal constant NANO = 1e9;
    /// @dev nano-ticks that a price may lack to its tick. Tie-breaking costs along any path of lines add up to less.
    uint256 internal constant SLACK = 25e6;

    /// @notice Reverts with the law that is broken. `zones` come with bounds and with what they must deliver besides, and leave complete.
    /// @param span cap less floor, ticks
    /// @param k where in the interval of supporting prices the price lies, ppm
    /// @param strict whether what arrives is rounded down and no kWh is wasted that could be used: then hardly anything is left to choose
    function prove(Row[] memory rows, Zone[] memory zones, Arc[] memory arcs, uint256 span, uint256 k, bool strict) internal pure {
        _checkLines(zones, arcs, strict);
        _checkBounds(zones, span, k);
        _look(rows, zones);
        _checkBook(zones);
        _checkLowest(zones, arcs);
        _checkHighest(zones, arcs);
        if (strict) _checkWaste(zones, arcs);
    }

    /// @notice As `prove`, where there are no lines.
    function proveAlone(Row[] memory rows, Zone[] memory zones, uint256 span, uint256 k) internal pure {
        _checkBounds(zones, span, k);
        _look(rows, zones);
        _checkBook(zones);
        for (uint256 i = 0; i < zones.length; ++i) {
            if (zones[i].low != zones[i].least) revert IAuction.NotLowest(i);
        }
        for (uint256 i = 0; i < zones.length; ++i) {
            if (zones[i].high != zones[i].most) revert IAuction.NotHighest(i);
        }
    }

    /// @notice The least that a line sends so that no more can arrive, kWh.
    function full(uint256 capacity, uint256 keep) internal pure returns (uint256) {
        // Capacities are 32 bits wide, and keep, which is not 0, 20.
        unchecked {
            return (keep * capacity / PPM * PPM + keep - 1) / keep;
        }
    }

    /// @notice How far from the optimum the welfare less tie-breaking costs can be at most, 1e-5 CNY, rounded up; 0 without losses.
    function gap(Zone[] memory zones, Arc[] memory arcs, int256 floor, uint256 k) internal pure returns (int256 total) {
        // A line adds less than 2^120: prices are below 2^63 nano-ticks, keep below 2^20, wedges below 2^83, flows below 2^32.
        unchecked {
            for (uint256 i = 0; i < arcs.length; ++i) {
                Arc memory arc = arcs[i];
                int256 source = int256(inside(zones[arc.source], k));
                int256 target = int256(inside(zones[arc.target], k));
                int256 margin = int256(arc.keep) * target - int256(PPM) * source - int256(arc.wedge);
                total += margin > 0 ? int256(arc.capacity - arc.sent) * margin : -int256(arc.sent) * margin;
                total += (target + floor * int256(NANO)) * (int256(arc.keep * arc.sent) - int256(PPM * arc.received));
            }
            int256 scale = int256(PPM * NANO);
            return total > 0 ? (total + scale - 1) / scale : total / scale;
        }
    }

    /// @notice The exact price inside a zone's bounds, nano-ticks above the floor.
    function inside(Zone memory zone, uint256 k) internal pure returns (uint256) {
        // `_checkBounds` refuses crossed bounds first; both are 128 bits wide, and k 20.
        unchecked {
            return zone.low + (zone.high - zone.low) * k / PPM;
        }
    }

    /// @dev A line sends no more than it can, and what arrives is what was sent less the loss, down to the kWh, or up if not strict.
    function _checkLines(Zone[] memory zones, Arc[] memory arcs, bool strict) private pure {
        // What is told is 128 bits wide, and keep 20.
        unchecked {
            for (uint256 i = 0; i < arcs.length; ++i) {
                Arc memory arc = arcs[i];
                (uint256 sent, uint256 received) = (arc.sent, arc.received);
                if (sent > arc.capacity) revert IAuction.FlowAboveCapacity(i, sent, arc.capacity);
                uint256 least = arc.keep * sent / PPM;
                uint256 most = strict ? least : (arc.keep * sent + PPM - 1) / PPM;
                if (received != least && received != most) revert IAuction.ReceivedNotSentLessLoss(i, sent, received);
                if (sent > 0) {
                    Zone memory source = zones[arc.source];
                    source.net += int256(sent);
                    source.passed = true;
                }
                if (received > 0) {
                    Zone memory target = zones[arc.target];
                    target.net -= int256(received);
                    target.passed = true;
                }
            }
        }
    }

    /// @dev The price that follows from the bounds lies inside the limits.
    function _checkBounds(Zone[] memory zones, uint256 span, uint256 k) private pure {
        for (uint256 i = 0; i < zones.length; ++i) {
            Zone memory zone = zones[i];
            if (zone.low > zone.high) revert IAuction.BoundsCrossed(i, zone.low, zone.high);
            uint256 price = (inside(zone, k) + SLACK) / NANO;
            if (price > span) revert IAuction.PriceOutsideLimits(i, price);
            zone.price = price;
            zone.above = span;
        }
    }

    /// @dev One pass over the orders in any order. Rows of which nothing is flexible do not count.
    function _look(Row[] memory rows, Zone[] memory zones) private pure {
        // Quantities are 32 bits wide, and there are fewer than 2^19 rows.
        unchecked {
            Zone memory zone = zones[0];
            uint256 count = rows.length;
            for (uint256 i = 0; i < count; ++i) {
                Row row = rows.get(i);
                uint256 quantity = row.quantity();
                if (quantity == 0) continue;
                uint256 place = zones.place(row.zone());
                assembly ("memory-safe") {
                    zone := mload(place)
                }
                (uint256 ticks, uint256 price) = (row.ticks(), zone.price);
                if (ticks < price) {
                    if (row.sells()) zone.sold += quantity;
                    if (ticks > zone.below) zone.below = ticks;
                } else if (ticks > price) {
                    if (!row.sells()) zone.bought += quantity;
                    if (ticks < zone.above) zone.above = ticks;
                } else if (row.sells()) {
                    zone.maySell += quantity;
                } else {
                    zone.mayBuy += quantity;
                }
            }
        }
    }

    /// @dev Each zone can and would trade its net export at its price, and its bounds lie where its book allows.
    function _checkBook(Zone[] memory zones) private pure {
        // Sums are below 2^51 kWh, and prices at most the span, 32 bits of ticks.
        unchecked {
            for (uint256 i = 0; i < zones.length; ++i) {
                Zone memory zone = zones[i];
                int256 net = zone.net;
                int256 left = int256(zone.sold) - int256(zone.bought + zone.mayBuy);
                int256 right = int256(zone.sold + zone.maySell) - int256(zone.bought);
                if (net < left) revert IAuction.NetExportTooLow(i, net, left);
                if (net > right) revert IAuction.NetExportTooHigh(i, net, right);
                uint256 least = (net == left ? zone.below : zone.price) * NANO;
                uint256 most = (net == right ? zone.above : zone.price) * NANO;
                if (zone.low < least) revert IAuction.LowBelowBook(i, zone.low, least);
                if (zone.high > most) revert IAuction.HighAboveBook(i, zone.high, most);
                (zone.least, zone.most) = (least, most);
            }
        }
    }

    /// @dev From one nano-tick below, the lines lift the prices back to the low bounds and no further.
    function _checkLowest(Zone[] memory zones, Arc[] memory arcs) private pure {
        // `_checkBook` bounds prices by 2^62 nano-ticks; wedges are below 2^83; what is taken away was compared first.
        unchecked {
            uint256[] memory prices = new uint256[](zones.length);
            for (uint256 i = 0; i < zones.length; ++i) {
                uint256 low = zones[i].low;
                prices[i] = low > zones[i].least ? low - 1 : low;
            }
            for (bool changed = true; changed;) {
                changed = false;
                for (uint256 i = 0; i < arcs.length; ++i) {
                    Arc memory arc = arcs[i];
                    (uint256 sent, uint256 wedge) = (arc.sent, arc.wedge);
                    if (sent < arc.full) {
                        uint256 worth = arc.keep * prices.get(arc.target);
                        if (worth > wedge && (worth - wedge) / PPM > prices.get(arc.source)) {
                            uint256 price = (worth - wedge) / PPM;
                            if (price > zones[arc.source].low) revert IAuction.LowNotSupporting(i);
                            prices.set(arc.source, price);
                            changed = true;
                        }
                    }
                    if (sent > 0) {
                        uint256 price = (PPM * prices.get(arc.source) + wedge) / arc.keep;
                        if (price > prices.get(arc.target)) {
                            if (price > zones[arc.target].low) revert IAuction.LowNotSupporting(i);
                            prices.set(arc.target, price);
                            changed = true;
                        }
                    }
                }
            }
            for (uint256 i = 0; i < zones.length; ++i) {
                if (prices[i] != zones[i].low) revert IAuction.NotLowest(i);
            }
        }
    }

    /// @dev From one nano-tick above, the lines press the prices back to the high bounds and no further.
    function _checkHighest(Zone[] memory zones, Arc[] memory arcs) private pure {
        // `_checkBook` bounds prices by 2^62 nano-ticks; wedges are below 2^83; what is taken away was compared first.
        unchecked {
            uint256[] memory prices = new uint256[](zones.length);
            for (uint256 i = 0; i < zones.length; ++i) {
                uint256 high = zones[i].high;
                prices[i] = high < zones[i].most ? high + 1 : high;
            }
            for (bool changed = true; changed;) {
                changed = false;
                for (uint256 i = 0; i < arcs.length; ++i) {
                    Arc memory arc = arcs[i];
                    (uint256 sent, uint256 wedge) = (arc.sent, arc.wedge);
                    if (sent < arc.full) {
                        uint256 price = (PPM * prices.get(arc.source) + wedge + arc.keep - 1) / arc.keep;
                        if (price < prices.get(arc.target)) {
                            if (price < zones[arc.target].high) revert IAuction.HighNotSupporting(i);
                            prices.set(arc.target, price);
                            changed = true;
                        }
                    }
                    if (sent > 0) {
                        uint256 worth = arc.keep * prices.get(arc.target);
                        if (worth < wedge) revert IAuction.HighNotSupporting(i);
                        uint256 price = (worth - wedge + PPM - 1) / PPM;
                        if (price < prices.get(arc.source)) {
                            if (price < zones[arc.source].high) revert IAuction.HighNotSupporting(i);
                            prices.set(arc.source, price);
                            changed = true;
                        }
                    }
                }
            }
            for (uint256 i = 0; i < zones.length; ++i) {
                if (prices[i] != zones[i].high) revert IAuction.NotHighest(i);
            }
        }
    }

    /// @dev No line sends a kWh of which nothing arrives while the zone that sends it could use that kWh.
    function _checkWaste(Zone[] memory zones, Arc[] memory arcs) private pure {
        for (uint256 i = 0; i < arcs.length; ++i) {
            Arc memory arc = arcs[i];
            if (arc.sent > 0 && arc.keep * (arc.sent - 1) / PPM == arc.received && _useful(zones, arcs, i)) {
                revert IAuction.EnergyWasted(i);
            }
        }
    }

    /// @dev Whether the zone where line `own` begins could use a kWh more at the low prices: its orders take it back, or another line
    /// brings one less, or takes one more away, and the zone at its other end could use that.
    function _useful(Zone[] memory zones, Arc[] memory arcs, uint256 own) private pure returns (bool) {
        uint256[] memory useful = new uint256[](zones.length);
        for (uint256 i = 0; i < zones.length; ++i) {
            if (zones[i].low == zones[i].least) useful.set(i, 1);
        }
        for (bool changed = true; changed;) {
            changed = false;
            for (uint256 i = 0; i < arcs.length; ++i) {
                Arc memory arc = arcs[i];
                uint256 source = useful.get(arc.source);
                if (i == own || source == useful.get(arc.target)) continue;
                bool less = arc.received > 0;
                bool more = arc.sent < arc.full && arc.keep * (arc.sent + 1) / PPM > arc.received;
                if ((source > 0 ? less : more) && _tight(zones, arc)) {
                    useful.set(arc.source, 1);
                    useful.set(arc.target, 1);
                    changed = true;
                }
            }
        }
        return useful.get(arcs[own].source) > 0;
    }

    /// @dev Whether the low prices at the ends of a line would support it in use and with room.
    function _tight(Zone[] memory zones, Arc memory arc) private pure returns (bool) {
        uint256 worth = arc.keep * zones[arc.target].low;
        uint256 cost = PPM * zones[arc.source].low + arc.wedge;
        return worth < cost + PPM && cost < worth + arc.keep;
    }
}
