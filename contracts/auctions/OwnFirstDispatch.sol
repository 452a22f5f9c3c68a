// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, FIRST_PARTICIPANT, Flow, Rules} from "../core/Types.sol";
import {Arc, Certificate, Zone} from "../libraries/Certificate.sol";
import {Fills} from "../libraries/Fills.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {LineWord, unpacked} from "../libraries/LineWord.sol";
import {Row} from "../libraries/Row.sol";
import {Dispatch} from "./Dispatch.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title A company a zone: each runs its own plants for its own users, then what these leave unserved is bought from what others have left.
/// @notice Both are proven to be of least cost. A deficit is bought, and a surplus sold, at the price of its zone that supports the second
/// proof: what the last plant costs that gives for others. What is bought or sold at home stays as it is.
contract OwnFirstDispatch is Dispatch {
    /// @notice What companies bought of each other in an hour.
    /// @param prices fen/MWh by zone; what sellers get and buyers pay
    /// @param own kWh of every segment of the plan for the zone's own users, eight uint32 a word
    event SurplusSold(uint256 indexed hour, int256[] prices, uint256[] own);

    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines_)
        ProvenAuction(registry, ledger, rules, unpacked(lines_))
        Dispatch(registry)
    {}

    /// @notice As IDispatch has it; `bounds` are a word a zone for every zone alone, then a word a zone for the exchange.
    function dispatch(uint256 hour, uint256[] calldata plan, uint256[] calldata fixedCosts, Flow[] calldata flows, Bounds[] calldata bounds)
        external
    {
        _requireOperator();
        _close(hour);
        Row[] memory rows = _planned(plan);
        _requireLength(bounds.length, 2 * zones);
        int256[] memory amounts = _amounts();
        uint256[] memory fills = _alone(rows, _zones(bounds[:zones]));
        int256 gap = _exchange(hour, rows, fills, flows, bounds, amounts);
        _payPlants(amounts, rows, fills);
        _payFixedCosts(amounts, fixedCosts);
        _post(amounts);
        emit Dispatched(hour, plan, fixedCosts, flows, Lanes.pack(fills), gap);
    }

    /// @dev Every zone alone: kWh by row.
    function _alone(Row[] memory rows, Zone[] memory list) private view returns (uint256[] memory fills) {
        fills = new uint256[](rows.length);
        Certificate.proveAlone(rows, list, uint256(cap - floor), k);
        Fills.share(rows, list, fills);
    }

    /// @dev What is left unserved is bought from what is left over: adds it to `fills`, and what it pays to `amounts`.
    function _exchange(
        uint256 hour,
        Row[] memory rows,
        uint256[] memory fills,
        Flow[] calldata flows,
        Bounds[] calldata bounds,
        int256[] memory amounts
    ) private returns (int256 gap) {
        Zone[] memory list = _zones(bounds[zones:]);
        Arc[] memory arcs = _arcs(hour, flows);
        uint256[] memory own = Lanes.pack(fills);
        for (uint256 i = 0; i < rows.length; ++i) {
            (Row row, uint256 fill) = (rows[i], fills[i]);
            rows[i] = row.afterFill(fill, fill);
            list[row.zone()].net += row.sells() ? -int256(fill) : int256(fill);
        }
        _prove(rows, list, arcs, fills);
        _payLines(amounts, list, arcs);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row row = rows[i];
            int256 money = (floor + int256(list[row.zone()].price)) * int256(fills[i] - row.filled());
            amounts[_company(row.zone())] += row.sells() ? money : -money;
        }
        int256[] memory prices = new int256[](zones);
        for (uint256 i = 0; i < zones; ++i) {
            prices[i] = floor + int256(list[i].price);
        }
        emit SurplusSold(hour, prices, own);
        gap = Certificate.gap(list, arcs, floor, k);
    }

    /// @dev Every zone's own supplier.
    function _company(uint256 zone) internal pure override returns (uint256) {
        return FIRST_PARTICIPANT + zone;
    }
}
