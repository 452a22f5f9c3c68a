// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow, GRID, Rules} from "../core/Types.sol";
import {IProvenAuction} from "../interfaces/IProvenAuction.sol";
import {Arc, Zone} from "../libraries/Certificate.sol";
import {lineCharges} from "../libraries/LineCharges.sol";
import {LineWord, unpacked} from "../libraries/LineWord.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title One stage over all lines as in the uniform auction, but every accepted order pays or gets its own price.
/// @notice The proof is the uniform auction's, so who is accepted, with how much, and the flows are the same. Buyers pay what they bid,
/// sellers get what they asked, the grid gets the line charges (account 0), and all that buyers pay beyond that goes to account 1, the
/// rent: the pairing surplus of every zone and the congestion rent of every line in one. It equals value less cost less charges, the
/// welfare of the orders, which whole kWh make negative at most by the emitted gap: the grid then bears what is missing out of its charges.
/// Money sums to zero.
/// @dev The prices in HourCleared are the proven supporting prices (by `k`): what a uniform auction would pay. Nobody pays them here.
contract PayAsBidAuction is ProvenAuction, IProvenAuction {
    using Unchecked for Row[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

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
        (uint256[] memory words, int256 left) = _payOwnPrices(amounts, rows, fills);
        int256 charges = lineCharges(arcs);
        amounts[GRID] += charges;
        _payRent(amounts, left - charges);
        _announce(hour, 1, list, arcs, flows, words);
        _post(amounts);
    }

    /// @dev Adds what traders pay and get at their own prices. Returns the fills as the event has them, and what is left over.
    function _payOwnPrices(int256[] memory amounts, Row[] memory rows, uint256[] memory fills)
        private
        view
        returns (uint256[] memory words, int256 left)
    {
        // Prices and fills are 32 bits wide, and there are fewer than 2^19 rows.
        unchecked {
            words = new uint256[]((rows.length + 7) / 8);
            for (uint256 i = 0; i < rows.length; ++i) {
                uint256 fill = fills.get(i);
                if (fill == 0) continue;
                words.set(i / 8, words.get(i / 8) | fill << i % 8 * 32);
                Row row = rows.get(i);
                int256 money = (floor + int256(row.ticks())) * int256(fill);
                if (!row.sells()) money = -money;
                amounts.add(row.number(), money);
                left -= money;
            }
        }
    }
}
