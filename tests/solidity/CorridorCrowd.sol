// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CorridorMatchingAuction} from "../../contracts/auctions/CorridorMatchingAuction.sol";
import {Bounds, Flow, Line, Rules, SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ICorridorMatching, Match, Path} from "../../contracts/interfaces/ICorridorMatching.sol";
import {Certificate, Zone} from "../../contracts/libraries/Certificate.sol";
import {Fills} from "../../contracts/libraries/Fills.sol";
import {Row} from "../../contracts/libraries/Row.sol";
import {Reservations} from "../../contracts/trade/Reservations.sol";
import {Log} from "./Base.sol";
import {clockFrom} from "./Clock.sol";
import {Crowd} from "./Crowd.sol";

/// @notice The crowd in two provinces, two traders each, with a hub between them and lines both ways; the operator reserves of the lines.
/// @dev What is left at home, and so the sequence of the region, follows from the libraries; what the contract makes of it is checked here.
contract CorridorCrowd is Crowd {
    uint256 private constant ZONES = 3;
    uint256 private constant LINES = 4;
    uint256 private constant CAPACITY = 40;

    Reservations private reservations;
    /// @dev what was said last
    uint256 private reserved;
    int256[PEOPLE] private before;

    uint256 public matches;
    uint256 public outOfOrder;
    uint256 public overloaded;
    uint256 public unbalanced;
    uint256 public worseThanLimit;
    uint256 public onBothSides;
    uint256 public notLargestFirst;

    function _zones() internal pure override returns (uint8) {
        return uint8(ZONES);
    }

    function _zoneOf(uint256 by) internal pure override returns (uint8) {
        return uint8(by / 2);
    }

    function _create(address registry_, address ledger_, Rules memory rules) internal override returns (IAuction) {
        Line[] memory lines = new Line[](LINES);
        lines[0] = Line(0, 2, uint32(CAPACITY), 1, 50_000);
        lines[1] = Line(2, 1, uint32(CAPACITY), 0, 0);
        lines[2] = Line(0, 1, uint32(CAPACITY), 1, 0);
        lines[3] = Line(1, 0, uint32(CAPACITY), 1, 100_000);
        Path[] memory paths = new Path[](3);
        (paths[0], paths[1], paths[2]) = (Path.wrap(1 << 16 | 0 << 8 | 2), Path.wrap(2 << 8 | 1), Path.wrap(3 << 8 | 1));
        return new CorridorMatchingAuction(registry_, ledger_, rules, lines, SurplusDeficit.Economic, paths);
    }

    function _bind() internal override {
        reservations = new Reservations(address(registry), clockFrom(START));
        auction.honour(address(reservations));
    }

    /// @notice The operator, or one time in five a trader, reserves up to 59 kWh of every line in the hour.
    function reserve(uint256 by, uint256 drawn) public {
        uint256 hour = auction.currentHour();
        uint256[] memory words = new uint256[](1);
        for (uint256 i = 0; i < LINES; ++i) {
            words[0] |= (drawn >> 8 * i) % 60 << 32 * i;
        }
        if (by % 5 == 0) vm.prank(trader(by / 5 % PEOPLE));
        try reservations.reserve(hour, words) {
            if (by % 5 == 0) ++impostors;
            reserved = words[0];
        } catch {}
    }

    /// @notice The operator clears with two places of the sequence exchanged.
    function clearOutOfOrder(uint256 drawn) public {
        uint256 hour = auction.currentHour();
        (Bounds[] memory bounds, uint256[] memory order) = _solution(hour);
        if (order.length < 2) return;
        uint256 place = drawn % (order.length - 1);
        // a plant that sold in part at home is the last offer and the first bid: exchanged, they are the same
        if (order[place] == order[place + 1]) return;
        (order[place], order[place + 1]) = (order[place + 1], order[place]);
        (bool passed,) = address(auction).call(_call(hour, bounds, order));
        if (passed) ++outOfOrder;
    }

    function _clearing(uint256 hour, uint256 low, uint256 high, bool) internal view override returns (bytes memory) {
        (Bounds[] memory bounds, uint256[] memory order) = _solution(hour);
        bounds[0] = _bounds(low, high);
        return _call(hour, bounds, order);
    }

    function _call(uint256 hour, Bounds[] memory bounds, uint256[] memory order) private pure returns (bytes memory) {
        uint256[] memory sequence = new uint256[]((order.length + 7) / 8);
        for (uint256 i = 0; i < order.length; ++i) {
            sequence[i / 8] |= order[i] << i % 8 * 32;
        }
        return abi.encodeCall(ICorridorMatching.clear, (hour, traders(), bounds, sequence));
    }

    /// @dev Bounds of the provinces alone, and the rows of the region in their order.
    function _solution(uint256 hour) private view returns (Bounds[] memory bounds, uint256[] memory order) {
        bounds = new Bounds[](ZONES);
        Zone[] memory zones = new Zone[](ZONES);
        for (uint256 i = 0; i < ZONES; ++i) {
            (uint256 low, uint256 high) = _supporting(_book(hour, i));
            bounds[i] = _bounds(low, high);
            (zones[i].low, zones[i].high) = (low * NANO, high * NANO);
        }
        Row[] memory rows = _rows(hour);
        uint256[] memory fills = new uint256[](rows.length);
        Certificate.proveAlone(rows, zones, uint256(int256(CAP - FLOOR)), 500_000);
        Fills.share(rows, zones, fills);
        order = new uint256[](2 * rows.length);
        uint256[] memory keys = new uint256[](2 * rows.length);
        uint256 size;
        for (uint256 i = 0; i < rows.length; ++i) {
            Row row = rows[i];
            uint256 own = row.zone() << 32;
            if (row.sells() && fills[i] < row.quantity()) _insert(order, keys, size++, i, own | row.ticks());
            if (row.sells() ? fills[i] > 0 : fills[i] < row.quantity()) {
                _insert(order, keys, size++, i, 1 << 40 | own | type(uint32).max - row.ticks());
            }
        }
        assembly ("memory-safe") {
            mstore(order, size)
        }
    }

    /// @dev Equal keys keep their order.
    function _insert(uint256[] memory order, uint256[] memory keys, uint256 place, uint256 row, uint256 key) private pure {
        for (; place > 0 && key < keys[place - 1]; --place) {
            (order[place], keys[place]) = (order[place - 1], keys[place - 1]);
        }
        (order[place], keys[place]) = (row, key);
    }

    /// @dev The book as it should stand.
    function _rows(uint256 hour) private view returns (Row[] memory rows) {
        rows = new Row[](2 * PEOPLE);
        uint256 size;
        for (uint256 i = 0; i < 2 * PEOPLE; ++i) {
            (bool stands, bool sells, int256 price, uint256 quantity) = _placed(hour, i);
            if (!stands) continue;
            uint256 head = (2 + i / 2) << 80 | uint256(_zoneOf(i / 2)) << 72 | (sells ? uint256(1) << 64 : 0);
            rows[size++] = Row.wrap(head | uint256(price - FLOOR) << 32 | quantity);
        }
        assembly ("memory-safe") {
            mstore(rows, size)
        }
    }

    function _check(uint256 hour, Log[] memory logs) internal override {
        Row[] memory rows = _rows(hour);
        (int256[] memory prices,, uint256[] memory home,) = abi.decode(logs[0].data, (int256[], Flow[], uint256[], int256));
        (, Flow[] memory flows, uint256[] memory words,) = abi.decode(logs[1].data, (int256[], Flow[], uint256[], int256));
        Match[] memory met = abi.decode(logs[2].data, (Match[]));
        _atHome(rows, home, prices);
        _lines(flows);
        _energy(rows, words, flows);
        _money(rows, words);
        _sides(rows, home, words, met);
        _largestFirst(met);
    }

    function _fill(uint256[] memory words, uint256 row) private pure returns (uint256) {
        return uint32(words[row / 8] >> row % 8 * 32);
    }

    /// @dev Who is filled at home gets or pays a price that is not worse than the own one, for no more than was ordered.
    function _atHome(Row[] memory rows, uint256[] memory home, int256[] memory prices) private {
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 fill = _fill(home, i);
            if (fill == 0) continue;
            traded += fill;
            int256 own = int256(rows[i].ticks()) + FLOOR;
            int256 price = prices[rows[i].zone()];
            if (fill > rows[i].quantity() || (rows[i].sells() ? own > price : own < price)) ++outOfTheMoney;
        }
    }

    /// @dev A line carries no more than what is not reserved of it, and nothing is gained on the way.
    function _lines(Flow[] memory flows) private {
        for (uint256 i = 0; i < LINES; ++i) {
            uint256 taken = uint32(reserved >> 32 * i);
            (uint256 sent, uint256 received) = (Flow.unwrap(flows[i]) >> 128, uint128(Flow.unwrap(flows[i])));
            if (sent + taken > CAPACITY && sent > 0) ++overloaded;
            if (received > sent) ++unbalanced;
        }
    }

    /// @dev What a province sells and does not buy leaves it over lines; the hub keeps nothing.
    function _energy(Row[] memory rows, uint256[] memory words, Flow[] memory flows) private {
        int256[ZONES] memory net;
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 fill = _fill(words, i);
            net[rows[i].zone()] += rows[i].sells() ? int256(fill) : -int256(fill);
            if (fill > rows[i].quantity()) ++outOfTheMoney;
        }
        uint8[LINES] memory sources = [0, 2, 0, 1];
        uint8[LINES] memory targets = [2, 1, 1, 0];
        for (uint256 i = 0; i < LINES; ++i) {
            net[sources[i]] -= int256(Flow.unwrap(flows[i]) >> 128);
            net[targets[i]] += int256(uint256(uint128(Flow.unwrap(flows[i]))));
        }
        for (uint256 i = 0; i < ZONES; ++i) {
            if (net[i] != 0) ++unbalanced;
        }
    }

    /// @dev Nobody gets less or pays more, home and region together, than the own prices for what was traded.
    function _money(Row[] memory rows, uint256[] memory words) private {
        int256[PEOPLE] memory least;
        for (uint256 i = 0; i < rows.length; ++i) {
            int256 worth = (int256(rows[i].ticks()) + FLOOR) * int256(_fill(words, i));
            least[rows[i].number() - 2] += rows[i].sells() ? worth : -worth;
        }
        for (uint256 by = 0; by < PEOPLE; ++by) {
            int256 balance = ledger.balanceOf(2 + by);
            if (balance - before[by] < least[by]) ++worseThanLimit;
            before[by] = balance;
        }
    }

    /// @dev Who bought in the region sold nothing more there.
    function _sides(Row[] memory rows, uint256[] memory home, uint256[] memory words, Match[] memory met) private {
        bool[PEOPLE] memory bought;
        for (uint256 i = 0; i < met.length; ++i) {
            uint256 word = Match.unwrap(met[i]);
            if (word >> 255 == 0) bought[rows[uint32(word >> 32)].number() - 2] = true;
        }
        for (uint256 i = 0; i < rows.length; ++i) {
            if (rows[i].sells() && _fill(words, i) > _fill(home, i) && bought[rows[i].number() - 2]) ++onBothSides;
        }
    }

    function _largestFirst(Match[] memory met) private {
        int256 last = type(int256).max;
        for (uint256 i = 0; i < met.length; ++i) {
            uint256 one = Match.unwrap(met[i]);
            if (one >> 255 == 0) continue;
            ++matches;
            uint256 path = one >> 160 & 0xFFFF;
            (int256 converted,) = ICorridorMatching(address(auction)).convert(path, int32(uint32(one >> 64)), 0);
            int256 difference = converted - int256(int32(uint32(one >> 96))) * 1e18;
            if (difference < 0 || difference > last) ++notLargestFirst;
            last = difference;
        }
    }
}
