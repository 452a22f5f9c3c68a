// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow, Rules} from "../core/Types.sol";
import {IProvenAuction} from "../interfaces/IProvenAuction.sol";
import {Arc, Zone} from "../libraries/Certificate.sol";
import {LineWord, unpacked} from "../libraries/LineWord.sol";
import {Row} from "../libraries/Row.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title One stage over all lines, one price a zone. Without lines every zone is a market of its own.
contract UniformAuction is ProvenAuction, IProvenAuction {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        ProvenAuction(registry, ledger, rules, unpacked(lines))
    {}

    /// @inheritdoc IProvenAuction
    function clear(uint256 hour, address[] calldata traders, Flow[] calldata flows, Bounds[] calldata bounds) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        Arc[] memory arcs = _arcs(hour, flows);
        _requireLength(bounds.length, zones);
        Zone[] memory list = _zones(bounds);
        uint256[] memory fills = new uint256[](rows.length);
        _prove(rows, list, arcs, fills);

        int256[] memory amounts = _noMoney(traders);
        uint256[] memory words = _payTraders(amounts, rows, list, fills);
        _payLines(amounts, list, arcs);
        _announce(hour, 1, list, arcs, flows, words);
        _post(amounts);
    }
}
