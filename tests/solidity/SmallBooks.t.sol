// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Arc, Certificate, Zone} from "../../contracts/libraries/Certificate.sol";
import {Fills} from "../../contracts/libraries/Fills.sol";
import {Row} from "../../contracts/libraries/Row.sol";
import {Lawful} from "./Lawful.sol";

/// @title Every book within small bounds, one after another, with every solution in whole ticks: exactly one pair of bounds is accepted, and what
/// follows from it is lawful and leaves nothing to trade.
contract SmallBooksTest is Lawful {
    uint256 private constant NANO = 1e9;
    uint256 private constant K = 500_000;

    /// @notice All 13,824 books of three orders in one zone: either side, four prices, one to three kWh.
    function test_every_book_of_three_orders_has_one_lawful_clearing() public {
        vm.pauseGasMetering();
        uint256 free = _memory();
        for (uint256 book = 0; book < 24 ** 3; ++book) {
            uint256 accepted = 0;
            for (uint256 bounds = 0; bounds < 4 ** 2; ++bounds) {
                try this.clear(book, bounds % 4, bounds / 4) returns (bool good) {
                    assertTrue(good, "lawful");
                    ++accepted;
                } catch {}
                _free(free);
            }
            assertEq(accepted, 1, "bounds that are accepted");
        }
    }

    function test_every_pair_of_zones_with_a_full_line_has_one_lawful_clearing() public {
        _pairs(0, 0);
        _pairs(1, 0);
        _pairs(1, 1);
    }

    function test_every_pair_of_zones_with_a_line_of_two_has_one_lawful_clearing() public {
        _pairs(2, 0);
        _pairs(2, 1);
    }

    /// @dev All 576 books of two orders in two zones: either zone and side, three prices, one or two kWh; a line A -> B. More than one flow may be
    /// accepted, but never with other bounds.
    function _pairs(uint256 capacity, uint256 charge) private {
        vm.pauseGasMetering();
        uint256 free = _memory();
        for (uint256 book = 0; book < 24 ** 2; ++book) {
            uint256 found = type(uint256).max;
            for (uint256 bounds = 0; bounds < 3 ** 4; ++bounds) {
                for (uint256 sent = 0; sent <= capacity; ++sent) {
                    try this.clearPair(book, bounds, sent, capacity, charge) returns (bool good) {
                        assertTrue(good, "lawful");
                        assertTrue(found == type(uint256).max || found == bounds, "one price");
                        found = bounds;
                    } catch {}
                    _free(free);
                }
            }
            assertTrue(found != type(uint256).max, "some bounds are accepted");
        }
    }

    function clear(uint256 book, uint256 low, uint256 high) external pure returns (bool good) {
        Row[] memory rows = new Row[](3);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 drawn = book / 24 ** i % 24;
            rows[i] = _row(i, 0, drawn % 2, drawn / 2 % 4, 1 + drawn / 8);
        }
        Zone[] memory zones = new Zone[](1);
        (zones[0].low, zones[0].high) = (low * NANO, high * NANO);
        uint256[] memory fills = new uint256[](3);
        Certificate.proveAlone(rows, zones, 3, K);
        Fills.share(rows, zones, fills);
        uint256 net = 0;
        good = true;
        unchecked {
            for (uint256 i = 0; i < 3; ++i) {
                good = both(good, lawful(rows[i], zones[0].price, fills[i]));
                net += leaving(rows[i], fills[i]);
                for (uint256 j = 0; j < 3; ++j) {
                    if (i != j) good = both(good, exhausted(rows[i], fills[i], rows[j], fills[j], 0));
                }
            }
        }
        good = both(good, net == 0);
    }

    function clearPair(uint256 book, uint256 bounds, uint256 sent, uint256 capacity, uint256 charge) external pure returns (bool good) {
        Row[] memory rows = new Row[](2);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 drawn = book / 24 ** i % 24;
            rows[i] = _row(i, drawn % 2, drawn / 2 % 2, drawn / 4 % 3, 1 + drawn / 12);
        }
        Zone[] memory zones = new Zone[](2);
        (zones[0].low, zones[0].high) = (bounds % 3 * NANO, bounds / 3 % 3 * NANO);
        (zones[1].low, zones[1].high) = (bounds / 9 % 3 * NANO, bounds / 27 * NANO);
        Arc[] memory arcs = new Arc[](1);
        arcs[0] = Arc(0, 1, capacity, charge, 1e6, charge * 1e15, capacity, sent, sent);
        uint256[] memory fills = new uint256[](2);
        Certificate.prove(rows, zones, arcs, 2, K, true);
        Fills.share(rows, zones, fills);
        good = _agrees(rows, zones, fills, sent, sent == capacity, charge);
    }

    function _agrees(Row[] memory rows, Zone[] memory zones, uint256[] memory fills, uint256 sent, bool full, uint256 charge)
        private
        pure
        returns (bool good)
    {
        uint256[2] memory net;
        good = true;
        unchecked {
            for (uint256 i = 0; i < 2; ++i) {
                uint256 zone = rows[i].zone();
                good = both(good, lawful(rows[i], zones[zone].price, fills[i]));
                net[zone] += leaving(rows[i], fills[i]);
                if (zone <= rows[1 - i].zone()) good = both(good, _traded(rows, fills, i, full, charge));
            }
            good = both(good, both(net[0] == sent, net[1] == 0 - sent));
        }
    }

    /// @dev Row `i` and the other leave nothing to trade, in one zone or over the line from zone 0 to zone 1.
    function _traded(Row[] memory rows, uint256[] memory fills, uint256 i, bool full, uint256 charge) private pure returns (bool) {
        bool together = rows[i].zone() == rows[1 - i].zone();
        if (!together && full) return true;
        return exhausted(rows[i], fills[i], rows[1 - i], fills[1 - i], together ? 0 : charge + 1);
    }

    function _row(uint256 place, uint256 zone, uint256 side, uint256 ticks, uint256 quantity) private pure returns (Row) {
        return Row.wrap(2 + place << 80 | zone << 72 | side << 64 | ticks << 32 | quantity);
    }

    function _memory() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    /// @dev What was allocated since is not needed any more.
    function _free(uint256 free) private pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }
}
