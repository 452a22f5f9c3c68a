// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, FIRST_PARTICIPANT, Flow, GRID, Rules} from "../core/Types.sol";
import {Arc, Certificate, Zone} from "../libraries/Certificate.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {lineCharges} from "../libraries/LineCharges.sol";
import {LineWord, unpacked} from "../libraries/LineWord.sol";
import {Row} from "../libraries/Row.sol";
import {Dispatch} from "./Dispatch.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title One company that has all zones, where there are lines, or one a zone: with the uniform auction's proof that no plan is cheaper.
contract LeastCostDispatch is Dispatch {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines_)
        ProvenAuction(registry, ledger, rules, unpacked(lines_))
        Dispatch(registry)
    {}

    /// @notice As IDispatch has it.
    function dispatch(uint256 hour, uint256[] calldata plan, uint256[] calldata fixedCosts, Flow[] calldata flows, Bounds[] calldata bounds)
        external
    {
        _requireOperator();
        _close(hour);
        Row[] memory rows = _planned(plan);
        Arc[] memory arcs = _arcs(hour, flows);
        _requireLength(bounds.length, zones);
        Zone[] memory list = _zones(bounds);
        uint256[] memory fills = new uint256[](rows.length);
        _prove(rows, list, arcs, fills);

        int256[] memory amounts = _amounts();
        int256 charges = lineCharges(arcs);
        amounts[GRID] += charges;
        amounts[FIRST_PARTICIPANT] -= charges;
        _payPlants(amounts, rows, fills);
        _payFixedCosts(amounts, fixedCosts);
        _post(amounts);
        emit Dispatched(hour, plan, fixedCosts, flows, Lanes.pack(fills), Certificate.gap(list, arcs, floor, k));
    }

    /// @dev The first supplier's, or of every zone its own.
    function _company(uint256 zone) internal view override returns (uint256) {
        return FIRST_PARTICIPANT + (lines.length == 0 ? zone : 0);
    }
}
