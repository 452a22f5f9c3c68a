// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CorridorMatchingAuction} from "../../contracts/auctions/CorridorMatchingAuction.sol";
import {Bounds, Line, SurplusDeficit} from "../../contracts/core/Types.sol";
import {Path} from "../../contracts/interfaces/ICorridorMatching.sol";
import {Reservations} from "../../contracts/trade/Reservations.sol";
import {clockFrom} from "./Clock.sol";
import {Market} from "./Market.sol";

/// @title A market of corridors, and the one order of its rows that it takes.
/// @dev Zone A only sells and zone B only buys, so that nothing trades at home and every order reaches the region.
abstract contract Corridors is Market {
    CorridorMatchingAuction internal corridors;
    Reservations internal reservations;
    Path[] internal paths;

    constructor() {
        cap = 100;
    }

    function openCorridors() internal {
        openRegistry();
        corridors = new CorridorMatchingAuction(address(registry), address(ledger), rules(), lines, SurplusDeficit.Economic, paths);
        ledger.grantRole(ledger.POSTER_ROLE(), address(corridors));
        reservations = new Reservations(address(registry), clockFrom(START));
        corridors.honour(address(reservations));
        corridors.admit(traders());
        vm.warp(START);
        for (uint256 i = 0; i < orders.length; ++i) {
            vm.prank(trader(i));
            corridors.submit(word(0, orders[i].sells, 1, segment(orders[i].price, orders[i].quantity)));
        }
        vm.warp(START + 30 minutes);
    }

    function path(uint256 leg) internal {
        paths.push(Path.wrap(leg << 8 | 1));
    }

    function path(uint256 leg, uint256 next) internal {
        paths.push(Path.wrap(next << 16 | leg << 8 | 2));
    }

    /// @dev Three zones, and two lines of 100 kWh that are a path each.
    function openLines(uint8 source, uint8 target, uint8 otherSource, uint8 otherTarget) internal {
        zones = 3;
        lines.push(Line(source, target, 100, 0, 0));
        lines.push(Line(otherSource, otherTarget, 100, 0, 0));
        path(0);
        path(1);
        openCorridors();
    }

    /// @dev Bounds of the provinces alone, in none of which offers and bids meet.
    function alone() internal view returns (Bounds[] memory list) {
        list = new Bounds[](zones);
        for (uint8 zone = 0; zone < zones; ++zone) {
            int32 lowest = cap;
            int32 highest = floor;
            for (uint256 i = 0; i < orders.length; ++i) {
                if (orders[i].zone != zone) continue;
                if (orders[i].sells && orders[i].price < lowest) lowest = orders[i].price;
                if (!orders[i].sells && orders[i].price > highest) highest = orders[i].price;
            }
            list[zone] = Bounds.wrap(uint256(int256(highest - floor)) * NANO << 128 | uint256(int256(lowest - floor)) * NANO);
        }
    }

    /// @dev The rows in the order of the contract; trader i has row i.
    function sorted() internal view returns (uint256[] memory rows) {
        rows = new uint256[](orders.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 place = i;
            while (place > 0 && before(i, rows[place - 1])) {
                rows[place] = rows[place - 1];
                --place;
            }
            rows[place] = i;
        }
    }

    function before(uint256 one, uint256 other) internal view returns (bool) {
        Order memory first = orders[one];
        Order memory second = orders[other];
        if (first.sells != second.sells) return first.sells;
        if (first.zone != second.zone) return first.zone < second.zone;
        return first.sells ? first.price < second.price : first.price > second.price;
    }

    function packed(uint256[] memory rows) internal pure returns (uint256[] memory words) {
        words = new uint256[]((rows.length + 7) / 8);
        for (uint256 i = 0; i < rows.length; ++i) {
            words[i / 8] |= rows[i] << i % 8 * 32;
        }
    }

    function openPair() internal {
        sell(A, 90, 20);
        sell(A, 90, 40);
        bid(B, 100, 100);
        bid(B, 60, 60);
        line(1000, 10, 100_000);
        path(0);
        openCorridors();
    }

    function openRandom(uint256 seed) internal {
        zones = 3;
        for (uint256 i = 0; i < 6; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint32 quantity = uint32(1 + draw % 500);
            int32 price = int32(int256(draw >> 64) % 40);
            if (price < 0) price = -price;
            if (i % 2 == 0) sell(A, quantity, price);
            else bid(B, quantity, 30 + price);
        }
        uint256 figures = uint256(keccak256(abi.encode(seed)));
        lines.push(Line(A, 2, uint32(figures % 600), uint32(figures >> 32 & 7), uint32((figures >> 64) % 100_000)));
        lines.push(Line(2, B, uint32((figures >> 96) % 600), uint32(figures >> 128 & 7), uint32((figures >> 160) % 100_000)));
        lines.push(Line(A, B, uint32((figures >> 192) % 600), 3, 20_000));
        path(0, 1);
        path(2);
        openCorridors();
    }
}
