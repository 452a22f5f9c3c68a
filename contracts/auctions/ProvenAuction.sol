// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, FIRST_PARTICIPANT, Flow, GRID, Line, NO_PRICE, RENT, Rules} from "../core/Types.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {Arc, Certificate, Zone} from "../libraries/Certificate.sol";
import {Fills} from "../libraries/Fills.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {OrderBook} from "./OrderBook.sol";

/// @title What every auction cleared by proof has in common: reading the book, and the money and the event that follow from a proof.
abstract contract ProvenAuction is OrderBook {
    using Unchecked for Row[];
    using Unchecked for Zone[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

    ILedger private immutable ledger;

    constructor(address registry_, address ledger_, Rules memory rules, Line[] memory lines_) OrderBook(registry_, rules, lines_) {
        ledger = ILedger(ledger_);
    }

    /// @dev The lines as they are in the hour, with the flows of a solution. A line's tie-breaking cost is drawn from the hour's number,
    /// 16 bits of a hash a line: whoever finds the solution cannot choose between equals. It is in no payment.
    function _arcs(uint256 hour, Flow[] calldata flows) internal view returns (Arc[] memory arcs) {
        uint256[] memory rooms = _rooms(hour);
        uint256 count = rooms.length;
        _requireLength(flows.length, count);
        arcs = new Arc[](count);
        uint256 grain = Certificate.SLACK / (zones << 16);
        uint256 draw = 0;
        for (uint256 i = 0; i < count; ++i) {
            Line memory line = lines[i];
            draw = i % 16 == 0 ? uint256(keccak256(abi.encode(hour, i / 16))) : draw >> 16;
            Arc memory arc = arcs[i];
            (arc.source, arc.target, arc.capacity, arc.charge) = (line.source, line.target, rooms[i], line.charge);
            arc.keep = Certificate.PPM - line.loss;
            arc.full = Certificate.full(arc.capacity, arc.keep);
            int256 wedge = int256(Certificate.PPM * line.charge) + int256(uint256(line.loss)) * floor;
            arc.wedge = uint256(wedge) * Certificate.NANO + Certificate.PPM * grain * (1 + uint16(draw));
            (arc.sent, arc.received) = (Flow.unwrap(flows[i]) >> 128, uint128(Flow.unwrap(flows[i])));
        }
    }

    /// @dev The zones with the bounds of a solution.
    function _zones(Bounds[] calldata bounds) internal view returns (Zone[] memory list) {
        list = new Zone[](zones);
        for (uint256 i = 0; i < zones; ++i) {
            (list[i].low, list[i].high) = (Bounds.unwrap(bounds[i]) >> 128, uint128(Bounds.unwrap(bounds[i])));
        }
    }

    /// @dev Proves a stage of the hour under way, and adds what the rows trade in it to `fills` (kWh by row). At the hour's end a solution need
    /// not be strict, so that no hour is lost for want of a strict one.
    function _prove(Row[] memory rows, Zone[] memory list, Arc[] memory arcs, uint256[] memory fills) internal view {
        bool strict = block.timestamp < timetable.loose(currentHour());
        Certificate.prove(rows, list, arcs, uint256(cap - floor), k, strict);
        Fills.share(rows, list, fills);
    }

    /// @dev Clears every zone alone, stage 0, and adds what that moves to `amounts`; returns the kWh filled by row.
    function _clearProvinces(uint256 hour, Row[] memory rows, Bounds[] calldata bounds, int256[] memory amounts)
        internal
        returns (uint256[] memory fills)
    {
        Arc[] memory none = new Arc[](0);
        Zone[] memory list = _zones(bounds);
        fills = new uint256[](rows.length);
        Certificate.proveAlone(rows, list, uint256(cap - floor), k);
        Fills.share(rows, list, fills);
        uint256[] memory words = _payTraders(amounts, rows, list, fills);
        _announce(hour, 0, list, none, new Flow[](0), words);
    }

    /// @dev An amount for each account of the ledger, 1e-5 CNY.
    function _noMoney(address[] calldata traders) internal pure returns (int256[] memory) {
        return new int256[](FIRST_PARTICIPANT + traders.length);
    }

    /// @dev Adds what traders pay and get at the stage's prices for what their fills grew by in it. Returns the fills as the event has
    /// them: eight uint32 a word, first in the lowest bits.
    function _payTraders(int256[] memory amounts, Row[] memory rows, Zone[] memory list, uint256[] memory fills)
        internal
        view
        returns (uint256[] memory words)
    {
        // Meant to wrap: a stage may fill less than the one before; an amount is below 2^65 either way.
        unchecked {
            Zone memory zone = list[0];
            uint256 next = 0;
            words = new uint256[]((rows.length + 7) / 8);
            for (uint256 i = 0; i < words.length; ++i) {
                uint256 end = 8 * i + 8 < rows.length ? 8 * i + 8 : rows.length;
                uint256 word = 0;
                for (uint256 shift = 0; next < end; shift += 32) {
                    uint256 fill = fills.get(next);
                    word |= fill << shift;
                    Row row = rows.get(next++);
                    int256 grown = int256(fill - row.filled());
                    if (grown == 0) continue;
                    uint256 place = list.place(row.zone());
                    assembly ("memory-safe") {
                        zone := mload(place)
                    }
                    int256 money = (floor + int256(zone.price)) * grown;
                    amounts.add(row.number(), row.sells() ? money : -money);
                }
                words[i] = word;
            }
        }
    }

    /// @dev Adds what the lines earn: their charge to the grid, and what the received energy is worth beyond it and what was sent to rent.
    /// Prices are whole ticks and energy is whole kWh. What that takes from a line, the grid bears out of its charge: no rent is negative.
    function _payLines(int256[] memory amounts, Zone[] memory list, Arc[] memory arcs) internal view {
        // Prices, charges and flows are 32 bits wide, and creation code has room for fewer than 2^11 lines.
        unchecked {
            for (uint256 i = 0; i < arcs.length; ++i) {
                Arc memory arc = arcs[i];
                int256 charge = int256(arc.charge * arc.sent);
                int256 bought = (floor + int256(list[arc.source].price)) * int256(arc.sent);
                int256 sold = (floor + int256(list[arc.target].price)) * int256(arc.received);
                amounts[GRID] += charge;
                _payRent(amounts, sold - bought - charge);
            }
        }
    }

    /// @dev Adds a rent, or takes what it lacks to 0 from the grid.
    function _payRent(int256[] memory amounts, int256 rent) internal pure {
        amounts[rent < 0 ? GRID : RENT] += rent;
    }

    /// @dev A stage is cleared, with these fills after it.
    function _announce(uint256 hour, uint256 stage, Zone[] memory list, Arc[] memory arcs, Flow[] memory flows, uint256[] memory words)
        internal
    {
        int256[] memory prices = new int256[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            Zone memory zone = list[i];
            uint256 sold = Fills.sales(zone);
            bool traded = sold > 0 || int256(sold) != zone.net;
            prices[i] = traded || zone.passed ? floor + int256(zone.price) : NO_PRICE;
        }
        _keep(hour, prices);
        emit HourCleared(hour, stage, prices, flows, words, Certificate.gap(list, arcs, floor, k));
    }

    /// @dev Keeps the prices of a stage, where somebody asks for them afterwards.
    function _keep(uint256 hour, int256[] memory prices) internal virtual {}

    /// @dev Moves the money of the hour, all at once.
    function _post(int256[] memory amounts) internal {
        ledger.post(amounts);
    }

    function _requireLength(uint256 got, uint256 expected) internal pure {
        if (got != expected) revert WrongLength(got, expected);
    }
}
