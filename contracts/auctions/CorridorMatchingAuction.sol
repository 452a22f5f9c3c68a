// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow, GRID, Line, Rules, SurplusDeficit} from "../core/Types.sol";
import {ICorridorMatching} from "../interfaces/ICorridorMatching.sol";
import {Entries} from "../libraries/Entries.sol";
import {Entry} from "../libraries/Entry.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {Leg, makeLeg} from "../libraries/Leg.sol";
import {Match} from "../libraries/Match.sol";
import {Path} from "../libraries/Path.sol";
import {Paths, Route} from "../libraries/Paths.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {CorridorMatching} from "./CorridorMatching.sol";
import {ProvenAuction} from "./ProvenAuction.sol";
import {SecondStage} from "./SecondStage.sol";

/// @title Every province alone, by proof; then the inter-provincial spot rule over paths of lines, carried out here.
/// @notice A line's `charge` is per MWh that arrives, as the rule states it. What a province bought at home is firm; what its plants sold there
/// may be replaced, as `surplusDeficitReading` says. The rule is carried out step by step rather than proved: checking that each match has
/// the largest difference costs as much as finding it. Only the order of the rows is told, and checked in one pass.
/// Sellers of a zone get half of offer and converted bid of its last match; buyers pay that plus tariffs and losses of their path. Tariffs go to
/// the grid's account, what rounding leaves to the rent's.
contract CorridorMatchingAuction is SecondStage, ICorridorMatching {
    using Paths for Path;
    using Paths for Route;
    using Unchecked for Row[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

    CorridorMatching private immutable matching;

    constructor(address registry, address ledger, Rules memory rules, Line[] memory lines_, SurplusDeficit reading, Path[] memory paths)
        ProvenAuction(registry, ledger, rules, lines_)
        SecondStage(reading)
    {
        matching = new CorridorMatching(lines_, paths);
    }

    /// @inheritdoc ICorridorMatching
    function clear(uint256 hour, address[] calldata traders, Bounds[] calldata bounds, uint256[] calldata sequence) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        _requireLength(bounds.length, zones);

        int256[] memory amounts = _noMoney(traders);
        uint256[] memory fills = _clearProvinces(hour, rows, bounds, amounts);
        _enterRegion(hour, traders, rows);
        Leg[] memory legs = _legs(_rooms(hour));
        bool replace = surplusDeficitReading != SurplusDeficit.Physical;
        (Entry[] memory entries, uint256[] memory ends) = Entries.enter(rows, _open(rows, fills), replace, sequence, zones);
        (Match[] memory matches, Match[] memory sales, int256[] memory prices, Flow[] memory flows) =
            matching.run(entries, ends, legs, amounts.length, floor);
        _paySellers(rows, sales, prices, fills, amounts);
        _chargeBuyers(rows, matches, fills, amounts);
        _payGrid(legs, flows, amounts);

        emit HourCleared(hour, 1, prices, flows, Lanes.pack(fills), 0);
        emit MatchesMade(hour, matches);
        _post(amounts);
    }

    /// @inheritdoc ICorridorMatching
    function convert(uint256 path, int256 price, uint256 energy) external view returns (int256 converted, uint256 sent) {
        Route memory route = matching.pathAt(path).route(_legs(new uint256[](lines.length)));
        return (route.converted(price), route.sent(energy));
    }

    /// @inheritdoc ICorridorMatching
    function pathCount() external view returns (uint256) {
        return matching.pathCount();
    }

    /// @inheritdoc ICorridorMatching
    function pathAt(uint256 path) external view returns (Path) {
        return matching.pathAt(path);
    }

    /// @dev The lines where they may carry `rooms` kWh.
    function _legs(uint256[] memory rooms) private view returns (Leg[] memory legs) {
        legs = new Leg[](rooms.length);
        for (uint256 i = 0; i < rooms.length; ++i) {
            legs[i] = makeLeg(lines[i], rooms[i]);
        }
    }

    /// @dev Every seller gets its zone's price for what it sells, which is added to `fills`.
    function _paySellers(
        Row[] memory rows,
        Match[] memory sales,
        int256[] memory prices,
        uint256[] memory fills,
        int256[] memory amounts
    ) private pure {
        for (uint256 i = 0; i < sales.length; ++i) {
            (uint256 place, uint256 energy) = (sales[i].row(), sales[i].received());
            Row row = rows.get(place);
            fills.add(place, energy);
            amounts.add(row.number(), prices[row.zone()] * int256(energy));
        }
    }

    /// @dev Every buyer pays its match's price. A plant that is replaced buys back what it had sold at home.
    function _chargeBuyers(Row[] memory rows, Match[] memory matches, uint256[] memory fills, int256[] memory amounts) private pure {
        int256 price = 0;
        for (uint256 i = 0; i < matches.length; ++i) {
            Match made = matches[i];
            if (made.whole()) {
                price = made.price();
                continue;
            }
            (uint256 place, uint256 energy) = (made.row(), made.received());
            Row row = rows.get(place);
            fills.set(place, row.sells() ? fills.get(place) - energy : fills.get(place) + energy);
            amounts.add(row.number(), -price * int256(energy));
        }
    }

    /// @dev Tariffs to the grid; what the sums lack to zero, which is rounding, to the rent, or from the grid where it is negative.
    function _payGrid(Leg[] memory legs, Flow[] memory flows, int256[] memory amounts) private pure {
        // Charges and flows are 32 bits wide; amounts are sums of fewer than 2^100 such products.
        unchecked {
            for (uint256 i = 0; i < legs.length; ++i) {
                amounts[GRID] += int256(legs[i].charge() * uint128(Flow.unwrap(flows[i])));
            }
            int256 sum = 0;
            for (uint256 i = 0; i < amounts.length; ++i) {
                sum += amounts[i];
            }
            _payRent(amounts, -sum);
        }
    }
}
