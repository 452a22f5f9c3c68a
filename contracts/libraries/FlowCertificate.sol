// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../interfaces/IAuction.sol";
import {INodalAuction} from "../interfaces/INodalAuction.sol";
import {Zone} from "./Certificate.sol";
import {Dual} from "./Dual.sol";
import {Levels} from "./Levels.sol";
import {Full, Network, Node} from "./Network.sol";
import {Position} from "./Position.sol";
import {Row} from "./Row.sol";
import {Unchecked} from "./Unchecked.sol";

/// @title The proof that net exports within a network's limits are optimal, and that prices are the right ones of those that support them.
/// @notice One pass over the factors, four rows a multiplication; one over the orders; and one over the full rows for either end.
/// @dev Exports are below 2^32 kWh, factors 32 bits wide, worth below 2^104, directions 95 bits wide, prices below 2^31 ticks (2^121 in
/// their unit), zones at most 2^8, full rows fewer than 2^16: no sum of products reaches 2^255.
library FlowCertificate {
    using Unchecked for Row[];
    using Unchecked for Zone[];
    using Unchecked for uint256[];

    int256 private constant PPM = 1e6;
    /// @dev of a tick, and of a factor of 1
    int256 private constant FINE = 1e18;
    int256 private constant FACTOR = 1e9;
    int256 private constant PRICE = FINE * FACTOR;
    /// @dev by which an exact price may miss its book and lack to a tick: 1e-4 tick
    int256 private constant SLACK = PRICE / 1e4;
    /// @dev ticks from the floor where no node's price can be
    int256 private constant FAR = 2 ** 30;
    int256 private constant MOST_SPANS = 1e4;
    /// @dev (0.01 tick)^2 in 1e-18 x 1e-27
    uint256 private constant NEAR = uint256(FINE * PRICE / 1e4);
    /// @dev every second of eight lanes of 32 bits
    uint256 private constant EVEN = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;

    /// @notice Reverts with the law that is broken. `zones` come empty and leave as `Fills.share` needs them, their prices kept within
    /// floor and cap; those of the nodes are the right ones.
    /// @param span cap less floor, ticks
    /// @param k where between the ends the prices lie, ppm
    function prove(
        Row[] memory rows,
        Zone[] memory zones,
        Node[] memory nodes,
        Network memory network,
        Levels levels,
        Dual[] calldata duals,
        int256 span,
        int256 k
    ) internal pure returns (int256 bound) {
        Full[] memory full = _checkFlows(nodes, network, duals, MOST_SPANS * span * FINE);
        _price(nodes, network, full, levels, k);
        _enter(nodes, zones, span);
        _look(rows, zones);
        _checkBook(zones, nodes, span);
        _checkNearest(nodes, network, full, 0, span);
        _checkNearest(nodes, network, full, 1, span);
        bound = _gap(nodes, full, k);
    }

    /// @notice A solution's word of each node.
    function unpack(Position[] calldata positions) internal pure returns (Node[] memory nodes) {
        nodes = new Node[](positions.length);
        for (uint256 i = 0; i < positions.length; ++i) {
            nodes[i].net = positions[i].net();
            nodes[i].direction = [positions[i].low(), positions[i].high()];
        }
    }

    /// @dev Net exports balance and keep within the limits, and exactly the full rows are worth something; returns those.
    function _checkFlows(Node[] memory nodes, Network memory network, Dual[] calldata duals, int256 most)
        private
        pure
        returns (Full[] memory full)
    {
        int256 total = 0;
        uint256 exports = 0;
        for (uint256 i = 0; i < nodes.length; ++i) {
            int256 net = nodes[i].net;
            total += net;
            if (net > 0) exports += uint256(net);
        }
        if (total != 0) revert INodalAuction.NetNotZero(total);
        if (exports > type(uint32).max) revert INodalAuction.ExportsTooHigh(exports, type(uint32).max);

        full = new Full[](duals.length);
        uint256 found = 0;
        for (uint256 first = 0; first < network.rows; first += 8) {
            uint256[4] memory sums = _block(nodes, network, first);
            for (uint256 lane = 0; lane < 8 && first + lane < network.rows; ++lane) {
                uint256 shift = 64 * (lane / 2);
                int256 flow = int256(uint256(uint64(sums[lane % 2] >> shift))) - int256(uint256(uint64(sums[2 + lane % 2] >> shift)));
                found = _checkRow(network, duals, full, found, first + lane, flow, most);
            }
        }
        if (found < duals.length) revert INodalAuction.RowNotFull(duals[found].row());
    }

    /// @dev Factors x exports of the even and the odd rows of a block, then factors x imports: four lanes of 64 bits each.
    function _block(Node[] memory nodes, Network memory network, uint256 first) private pure returns (uint256[4] memory sums) {
        // Exports are below 2^32 kWh together, as are imports, and factors 32 bits wide: no lane of 64 bits overflows.
        unchecked {
            uint256 begun = network.rows + first / 8 * network.zones;
            (uint256 evenOut, uint256 oddOut, uint256 evenIn, uint256 oddIn) = (0, 0, 0, 0);
            for (uint256 i = 0; i < nodes.length; ++i) {
                int256 net = nodes[i].net;
                if (net == 0) continue;
                uint256 word = network.words.get(begun + i);
                if (net > 0) {
                    evenOut += (word & EVEN) * uint256(net);
                    oddOut += (word >> 32 & EVEN) * uint256(net);
                } else {
                    evenIn += (word & EVEN) * uint256(-net);
                    oddIn += (word >> 32 & EVEN) * uint256(-net);
                }
            }
            sums = [evenOut, oddOut, evenIn, oddIn];
        }
    }

    /// @dev Returns how many rows are full up to this one.
    function _checkRow(
        Network memory network,
        Dual[] calldata duals,
        Full[] memory full,
        uint256 found,
        uint256 row,
        int256 flow,
        int256 most
    ) private pure returns (uint256) {
        int256 tolerance = int256(network.tolerance) * FACTOR;
        uint256 limits = network.words.get(row);
        int256 above = int256(limits >> 128) * FACTOR;
        // where there is no limit stands the highest number, which no flow reaches
        int256 below = -int256(uint256(uint128(limits))) * FACTOR;
        if (flow > above + tolerance) revert INodalAuction.FlowAboveLimit(row, flow);
        if (flow < below - tolerance) revert INodalAuction.FlowBelowLimit(row, flow);
        int256 sign = flow >= above - tolerance ? int256(1) : flow <= below + tolerance ? int256(-1) : int256(0);
        if (sign == 0) return found;
        if (found == duals.length) revert INodalAuction.RowNotListed(row);
        Dual dual = duals[found];
        if (dual.row() != row) revert INodalAuction.RowNotListed(row);
        (int256 low, int256 high) = (dual.low(), dual.high());
        if (low * sign < 0 || high * sign < 0) revert INodalAuction.DualOfWrongSide(row);
        if (low * sign > most || high * sign > most) revert INodalAuction.DualTooLarge(row);
        full[found] = Full(row, sign, sign > 0 ? above : below, flow, [low, high]);
        return found + 1;
    }

    /// @dev The prices of the nodes at both ends, and between them by `k`.
    function _price(Node[] memory nodes, Network memory network, Full[] memory full, Levels levels, int256 k) private pure {
        // Worth is below 2^104, factors 2^32, and there are fewer than 2^16 full rows; levels are 2^158.
        unchecked {
            (int256 low, int256 high) = (levels.low() * FACTOR, levels.high() * FACTOR);
            for (uint256 i = 0; i < nodes.length; ++i) {
                nodes[i].exact = [low, high];
            }
            for (uint256 j = 0; j < full.length; ++j) {
                (uint256 begun, uint256 shift) = _place(network, full[j].row);
                int256[2] memory worth = full[j].worth;
                for (uint256 i = 0; i < nodes.length; ++i) {
                    int256 factor = int256(uint256(uint32(network.words.get(begun + i) >> shift)));
                    int256[2] memory exact = nodes[i].exact;
                    exact[0] -= worth[0] * factor;
                    exact[1] -= worth[1] * factor;
                }
            }
            for (uint256 i = 0; i < nodes.length; ++i) {
                Node memory node = nodes[i];
                node.mixed = (PPM - k) * node.exact[0] + k * node.exact[1];
                int256 price = _down(node.mixed + SLACK * PPM, PRICE * PPM);
                if (price < -FAR || price > FAR) revert INodalAuction.PriceTooFar(i);
                node.price = price;
            }
        }
    }

    /// @dev What a zone is compared with: the node's price, kept within floor and cap.
    function _enter(Node[] memory nodes, Zone[] memory zones, int256 span) private pure {
        for (uint256 i = 0; i < nodes.length; ++i) {
            int256 price = nodes[i].price;
            zones[i].price = price < 0 ? 0 : uint256(price > span ? span : price);
            zones[i].net = nodes[i].net;
        }
    }

    /// @dev One pass over the orders in any order; `below` and `above` are one more than the nearest price, 0 where there is none.
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
                    if (ticks >= zone.below) zone.below = ticks + 1;
                } else if (ticks > price) {
                    if (!row.sells()) zone.bought += quantity;
                    if (zone.above == 0 || ticks < zone.above - 1) zone.above = ticks + 1;
                } else if (row.sells()) {
                    zone.maySell += quantity;
                } else {
                    zone.mayBuy += quantity;
                }
            }
        }
    }

    /// @dev Each node can and would trade its net export at its price; notes in which prices it would. A price below the floor is below
    /// every order, one above the cap above every order.
    function _checkBook(Zone[] memory zones, Node[] memory nodes, int256 span) private pure {
        for (uint256 i = 0; i < nodes.length; ++i) {
            (Zone memory zone, Node memory node) = (zones[i], nodes[i]);
            bool marginal = zone.maySell + zone.mayBuy > 0;
            int256 left = int256(zone.sold) - int256(zone.bought + zone.mayBuy);
            int256 right = int256(zone.sold + zone.maySell) - int256(zone.bought);
            (uint256 below, uint256 above) = (zone.below, zone.above);
            if (node.price < 0) {
                right = left;
                if (marginal) above = 1;
            } else if (node.price > span) {
                left = right;
                if (marginal) below = uint256(span) + 1;
            }
            if (node.net < left) revert IAuction.NetExportTooLow(i, node.net, left);
            if (node.net > right) revert IAuction.NetExportTooHigh(i, node.net, right);
            (node.left, node.right) = (left, right);
            node.low = node.net > left ? node.price : below == 0 ? -FAR : int256(below) - 1;
            node.high = node.net < right ? node.price : above == 0 ? FAR : int256(above) - 1;
        }
    }

    /// @dev The prices of an end support the trades, and no others that do are nearer to where the books begin or end.
    function _checkNearest(Node[] memory nodes, Network memory network, Full[] memory full, uint256 end, int256 span) private pure {
        // No sum of products reaches 2^255, as said above.
        unchecked {
            int256 total = 0;
            for (uint256 i = 0; i < nodes.length; ++i) {
                total += nodes[i].direction[end];
            }
            if (total != 0) revert INodalAuction.DirectionNotBalanced(end, total);

            uint256 off = 0;
            for (uint256 j = 0; j < full.length; ++j) {
                (uint256 begun, uint256 shift) = _place(network, full[j].row);
                int256 along = 0;
                for (uint256 i = 0; i < nodes.length; ++i) {
                    along += int256(uint256(uint32(network.words.get(begun + i) >> shift))) * nodes[i].direction[end];
                }
                if (along * full[j].sign > 0) revert INodalAuction.DirectionAgainstRow(end, full[j].row);
                off += uint256(-full[j].worth[end] * along);
            }

            uint256 moved = 0;
            for (uint256 i = 0; i < nodes.length; ++i) {
                Node memory node = nodes[i];
                int256 price = node.exact[end];
                (int256 least, int256 most) = (node.low * PRICE, node.high * PRICE);
                if (price < least - SLACK || price > most + SLACK) revert INodalAuction.PriceOutsideBook(i, end);
                int256 target = end == 0 ? (node.low < 0 ? int256(0) : node.low) : (node.high > span ? span : node.high);
                int256 held = node.direction[end] * FACTOR - (price - target * PRICE);
                if (held > 0 && price < most) moved += uint256(held * (most - price));
                else if (held < 0 && price > least) moved += uint256(-held * (price - least));
            }
            if (off + (moved + uint256(FACTOR) - 1) / uint256(FACTOR) > NEAR) revert INodalAuction.NotNearest(end);
        }
    }

    /// @dev How far the welfare can be from the optimum at most, 1e-5 CNY, rounded up.
    function _gap(Node[] memory nodes, Full[] memory full, int256 k) private pure returns (int256) {
        int256 total = 0;
        for (uint256 j = 0; j < full.length; ++j) {
            int256[2] memory worth = full[j].worth;
            total += ((PPM - k) * worth[0] + k * worth[1]) * (full[j].limit - full[j].flow);
        }
        for (uint256 i = 0; i < nodes.length; ++i) {
            Node memory node = nodes[i];
            int256 most = node.high * PRICE * PPM;
            int256 least = node.low * PRICE * PPM;
            if (node.mixed > most) total += (node.mixed - most) * (node.right - node.net);
            if (node.mixed < least) total += (least - node.mixed) * (node.net - node.left);
        }
        return -_down(-total, PRICE * PPM);
    }

    /// @dev Where the words of a row's factors begin, and its lane in them.
    function _place(Network memory network, uint256 row) private pure returns (uint256 begun, uint256 shift) {
        return (network.rows + row / 8 * network.zones, 32 * (row % 8));
    }

    /// @dev Division that rounds down for either sign.
    function _down(int256 value, int256 by) private pure returns (int256 quotient) {
        quotient = value / by;
        if (value % by < 0) --quotient;
    }
}
