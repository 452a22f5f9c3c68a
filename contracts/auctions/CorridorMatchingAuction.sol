// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow, GRID, Line, RENT, Rules} from "../core/Types.sol";
import {ICorridorMatching, Match, Path} from "../interfaces/ICorridorMatching.sol";
import {Paths, Route} from "../libraries/Paths.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {CorridorMatching, Queue, Region} from "./CorridorMatching.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title Every province alone, by proof; then the inter-provincial spot rule over paths of lines, carried out here.
/// @notice A line's `charge` is per MWh that arrives, as the rule states it. What a province bought at home is firm; what its plants sold there
/// may be replaced (economic) or is firm too (physical). The rule is carried out step by step rather than proved: checking that each match has
/// the largest difference costs as much as finding it. Only the order of the rows is told, and checked in one pass.
/// Sellers of a zone get half of offer and converted bid of its last match; buyers pay that plus tariffs and losses of their path. Tariffs go to
/// the grid's account, what rounding leaves to the rent's.
contract CorridorMatchingAuction is ProvenAuction, ICorridorMatching {
    using CorridorMatching for Region;
    using Paths for Path;
    using Paths for Route;
    using Unchecked for Row[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

    /// @notice Whether the region may replace plants that cleared at home.
    bool public immutable economic;
    Path[] private paths;

    constructor(address registry, address ledger, Rules memory rules, Line[] memory lines_, bool economic_, Path[] memory paths_)
        ProvenAuction(registry, ledger, rules, lines_)
    {
        economic = economic_;
        for (uint256 i = 0; i < paths_.length; ++i) {
            paths_[i].check(i, lines_);
            paths.push(paths_[i]);
        }
    }

    /// @inheritdoc ICorridorMatching
    function clear(uint256 hour, address[] calldata traders, Bounds[] calldata bounds, uint256[] calldata sequence) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        _requireLength(bounds.length, zones);

        int256[] memory amounts = _noMoney(traders);
        uint256[] memory fills = _clearProvinces(hour, rows, bounds, amounts);
        Line[] memory list = lines;
        Region memory region = _region(hour, rows, list, amounts.length);
        region.enter(fills, economic, sequence);
        Match[] memory matches = region.run();
        int256[] memory prices = _settle(region, matches, fills, amounts);
        _payGrid(region, list, amounts);

        emit HourCleared(hour, 1, prices, _flows(region), _packed(fills), 0);
        emit MatchesMade(hour, matches);
        _post(amounts);
    }

    /// @inheritdoc ICorridorMatching
    function convert(uint256 path, int256 price, uint256 energy) external view returns (int256 converted, uint256 sent) {
        Route memory route = paths[path].route(lines);
        return (route.converted(price), route.sent(energy));
    }

    /// @inheritdoc ICorridorMatching
    function pathCount() external view returns (uint256) {
        return paths.length;
    }

    /// @inheritdoc ICorridorMatching
    function pathAt(uint256 path) external view returns (Path) {
        return paths[path];
    }

    /// @dev An empty regional market over `list`, the lines.
    function _region(uint256 hour, Row[] memory rows, Line[] memory list, uint256 accounts) private view returns (Region memory region) {
        Path[] memory words = paths;
        (region.rows, region.floor) = (rows, floor);
        region.routes = new Route[](words.length);
        for (uint256 i = 0; i < words.length; ++i) {
            region.routes[i] = words[i].route(list);
        }
        region.spare = _rooms(hour);
        (region.sent, region.received) = (new uint256[](list.length), new uint256[](list.length));
        (region.offers, region.bids, region.last) = (new Queue[](zones), new Queue[](zones), new int256[](zones));
        region.sides = new uint256[](accounts);
        region.scratch.gains = new int256[](words.length);
        region.scratch.tied = new uint256[](words.length);
        region.scratch.volumes = new uint256[](words.length);
        region.scratch.shares = new uint256[](words.length);
        region.scratch.load = new uint256[](list.length);
        (region.scratch.totals, region.scratch.begun) = (new uint256[](zones), new uint256[](zones));
    }

    /// @dev Sets the prices of the matches, adds what they move to `amounts` and what they trade to `fills`. Returns by zone what sellers get;
    /// where none sell the mean of what buyers pay, rounded down.
    function _settle(Region memory region, Match[] memory matches, uint256[] memory fills, int256[] memory amounts)
        private
        view
        returns (int256[] memory prices)
    {
        unchecked {
            prices = new int256[](zones);
            int256[] memory taken = new int256[](zones);
            int256 price = 0;
            for (uint256 i = 0; i < matches.length; ++i) {
                uint256 word = Match.unwrap(matches[i]);
                int256 energy = int256(word & type(uint32).max);
                if (word >> 255 == 1) {
                    Route memory route = region.routes[word >> 160 & type(uint16).max];
                    price = route.landed(region.last[route.source]);
                    matches[i] = Match.wrap(word | uint256(uint32(int32(price))) << 128);
                    taken.add(route.target, energy);
                    prices.add(route.target, price * energy);
                } else {
                    uint256 place = word >> 32;
                    Row row = region.rows.get(place);
                    fills.set(place, row.sells() ? fills.get(place) - uint256(energy) : fills.get(place) + uint256(energy));
                    amounts.add(row.number(), -price * energy);
                }
            }
            for (uint256 i = 0; i < zones; ++i) {
                prices[i] = taken[i] == 0 ? NO_PRICE : CorridorMatching.divide(prices[i], taken[i]);
            }
            _paySellers(region, fills, amounts, prices);
        }
    }

    /// @dev Sellers are those places that offer; bids were settled with their matches.
    function _paySellers(Region memory region, uint256[] memory fills, int256[] memory amounts, int256[] memory prices) private pure {
        unchecked {
            for (uint256 zone = 0; zone < prices.length; ++zone) {
                uint256 end = region.offers[zone].to;
                for (uint256 i = region.offers[zone].begin; i < end; ++i) {
                    uint256 energy = region.traded.get(i);
                    if (energy == 0) continue;
                    uint256 place = region.places.get(i);
                    fills.add(place, energy);
                    prices[zone] = region.last[zone];
                    amounts.add(region.rows.get(place).number(), prices[zone] * int256(energy));
                }
            }
        }
    }

    /// @dev Tariffs to the grid; what the sums lack to zero, which is rounding, to the rent.
    function _payGrid(Region memory region, Line[] memory list, int256[] memory amounts) private pure {
        unchecked {
            for (uint256 i = 0; i < list.length; ++i) {
                amounts[GRID] += int256(uint256(list[i].charge) * region.received[i]);
            }
            int256 sum = 0;
            for (uint256 i = 0; i < amounts.length; ++i) {
                sum += amounts[i];
            }
            amounts[RENT] -= sum;
        }
    }

    function _flows(Region memory region) private pure returns (Flow[] memory flows) {
        flows = new Flow[](region.sent.length);
        for (uint256 i = 0; i < flows.length; ++i) {
            flows[i] = Flow.wrap(region.sent[i] << 128 | region.received[i]);
        }
    }

    /// @dev As the event has fills: eight uint32 a word, first in the lowest bits.
    function _packed(uint256[] memory fills) private pure returns (uint256[] memory words) {
        unchecked {
            words = new uint256[]((fills.length + 7) / 8);
            for (uint256 i = 0; i < fills.length; ++i) {
                words.set(i / 8, words.get(i / 8) | fills.get(i) << i % 8 * 32);
            }
        }
    }
}
