// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow, GRID, NO_PRICE, RENT, Rules} from "../core/Types.sol";
import {IOnePriceAuction} from "../interfaces/IOnePriceAuction.sol";
import {Arc, Certificate, Zone} from "../libraries/Certificate.sol";
import {Fills} from "../libraries/Fills.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {lineCharges} from "../libraries/LineCharges.sol";
import {LineWord, unpacked} from "../libraries/LineWord.sol";
import {Row, ZONE_AT} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title One price for all zones from the merit order without line limits, then redispatch at own offers so that lines are kept.
/// @notice Buyers pay the one price for what they get. Sellers get it for their place in the merit order, and pay or get their own offer for
/// what redispatch takes from it or adds. Line charges go to the grid (account 0). What that costs beyond what buyers pay is the uplift: it
/// is taken from account 1, the rent. It is not below 0, but for kWh that losses round away where offers are below 0.
/// @dev In the redispatch, load that the merit order accepted bids the cap: it goes without only where no offer can reach it for less. Other
/// load takes no part.
contract OnePriceAuction is ProvenAuction, IOnePriceAuction {
    using Unchecked for Row[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        ProvenAuction(registry, ledger, rules, unpacked(lines))
    {}

    /// @inheritdoc IOnePriceAuction
    function clear(uint256 hour, address[] calldata traders, Flow[] calldata flows, Bounds[] calldata bounds) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        Arc[] memory arcs = _arcs(hour, flows);
        _requireLength(bounds.length, 1 + zones);
        (int256 price, uint256[] memory wanted) = _meritOrder(rows, bounds[0]);
        _fixLoad(rows, wanted);
        Zone[] memory list = _zones(bounds[1:]);
        uint256[] memory fills = new uint256[](rows.length);
        _prove(rows, list, arcs, fills);

        int256[] memory amounts = _noMoney(traders);
        _pay(amounts, rows, arcs, price == NO_PRICE ? int256(0) : price, wanted, fills);
        _announcePrice(hour, price, list, arcs, flows, Lanes.pack(fills));
        emit MeritOrder(hour, Lanes.pack(wanted));
        _post(amounts);
    }

    /// @dev Proves what would be traded if all zones were one; returns the price of that, fen/MWh, and the kWh by row.
    function _meritOrder(Row[] memory rows, Bounds bounds) private view returns (int256 price, uint256[] memory wanted) {
        Row[] memory together = new Row[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            together.set(i, Row.wrap(Row.unwrap(rows.get(i)) & ~(uint256(type(uint8).max) << ZONE_AT)));
        }
        Zone[] memory all = new Zone[](1);
        (all[0].low, all[0].high) = (Bounds.unwrap(bounds) >> 128, uint128(Bounds.unwrap(bounds)));
        wanted = new uint256[](rows.length);
        Certificate.proveAlone(together, all, uint256(cap - floor), k);
        Fills.share(together, all, wanted);
        price = Fills.sales(all[0]) == 0 ? NO_PRICE : floor + int256(all[0].price);
    }

    /// @dev Has load bid the cap for what the merit order gave it.
    function _fixLoad(Row[] memory rows, uint256[] memory wanted) private view {
        for (uint256 i = 0; i < rows.length; ++i) {
            Row row = rows.get(i);
            if (!row.sells()) rows.set(i, row.afterFill(0, row.quantity() - wanted.get(i)).repriced(uint256(cap - floor)));
        }
    }

    /// @dev Adds what traders and the grid get to `amounts`, and takes the uplift from the rent.
    function _pay(
        int256[] memory amounts,
        Row[] memory rows,
        Arc[] memory arcs,
        int256 price,
        uint256[] memory wanted,
        uint256[] memory fills
    ) private view {
        int256 left = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            (int256 merit, int256 fill) = (int256(wanted.get(i)), int256(fills.get(i)));
            if (merit | fill == 0) continue;
            Row row = rows.get(i);
            int256 money = row.sells() ? price * merit + (floor + int256(row.ticks())) * (fill - merit) : -price * fill;
            amounts.add(row.number(), money);
            left -= money;
        }
        int256 charges = lineCharges(arcs);
        amounts[GRID] += charges;
        amounts[RENT] += left - charges;
    }

    /// @dev The hour is cleared at one price, which every zone has.
    function _announcePrice(uint256 hour, int256 price, Zone[] memory list, Arc[] memory arcs, Flow[] memory flows, uint256[] memory words)
        private
    {
        int256[] memory prices = new int256[](list.length);
        for (uint256 i = 0; i < prices.length; ++i) {
            prices[i] = price;
        }
        _keep(hour, prices);
        emit HourCleared(hour, 1, prices, flows, words, Certificate.gap(list, arcs, floor, k));
    }
}
