// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ProvenAuction} from "auctions/ProvenAuction.sol";
import {Bounds, Flow, GRID, Line, RENT, Rules} from "core/Types.sol";
import {IProvenAuction} from "interfaces/IProvenAuction.sol";
import {Arc, Zone} from "libraries/Certificate.sol";
import {floored} from "libraries/Rounding.sol";
import {Row} from "libraries/Row.sol";

/// @title As the uniform auction, but every trade is halfway between the order's own price and its zone's.
/// @notice What is left over goes to account 1, the rent; charges of lines to account 0. Halves are rounded against the trader.
contract MidpointAuction is ProvenAuction, IProvenAuction {
    /// @param payments 1e-5 CNY that every standing segment gets, negative where it pays, in the order of the fills
    event PaymentsMade(uint256 indexed hour, int256[] payments);

    constructor(address registry, address ledger, Rules memory rules, Line[] memory lines) ProvenAuction(registry, ledger, rules, lines) {}

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
        int256[] memory payments = _pay(amounts, rows, list, fills);
        for (uint256 i = 0; i < arcs.length; ++i) {
            int256 charge = int256(arcs[i].charge * arcs[i].sent);
            amounts[GRID] += charge;
            amounts[RENT] -= charge;
        }
        _announce(hour, 1, list, arcs, flows, _words(fills));
        emit PaymentsMade(hour, payments);
        _post(amounts);
    }

    function _pay(int256[] memory amounts, Row[] memory rows, Zone[] memory list, uint256[] memory fills)
        private
        view
        returns (int256[] memory payments)
    {
        payments = new int256[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            int256 twice = (2 * floor + int256(rows[i].ticks()) + int256(list[rows[i].zone()].price)) * int256(fills[i]);
            payments[i] = floored(rows[i].sells() ? twice : -twice, 2);
            amounts[rows[i].number()] += payments[i];
            amounts[RENT] -= payments[i];
        }
    }

    /// @dev Eight uint32 a word, first in the lowest bits.
    function _words(uint256[] memory fills) private pure returns (uint256[] memory words) {
        words = new uint256[]((fills.length + 7) / 8);
        for (uint256 i = 0; i < fills.length; ++i) {
            words[i / 8] |= fills[i] << i % 8 * 32;
        }
    }
}
