// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow, Rules, SurplusDeficit} from "../core/Types.sol";
import {IProvenAuction} from "../interfaces/IProvenAuction.sol";
import {Arc, Zone} from "../libraries/Certificate.sol";
import {LineWord, unpacked} from "../libraries/LineWord.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {ProvenAuction} from "./ProvenAuction.sol";
import {SecondStage} from "./SecondStage.sol";

/// @title Every province alone, then the region over what that leaves, in one clearing: the book is read once, the money moves once.
/// @notice What a province bought at home is firm. Of what its plants sold at home, some may be replaced by energy from elsewhere, as
/// `surplusDeficitReading` says: the plant then buys it back at the regional price.
contract TwoStageAuction is SecondStage, IProvenAuction {
    using Unchecked for Row[];
    using Unchecked for uint256[];

    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, SurplusDeficit reading)
        ProvenAuction(registry, ledger, rules, unpacked(lines))
        SecondStage(reading)
    {}

    /// @inheritdoc IProvenAuction
    function clear(uint256 hour, address[] calldata traders, Flow[] calldata flows, Bounds[] calldata bounds) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        Arc[] memory arcs = _arcs(hour, flows);
        _requireLength(bounds.length, 2 * zones);

        int256[] memory amounts = _noMoney(traders);
        uint256[] memory fills = _clearProvinces(hour, rows, bounds[:zones], amounts);
        _enterRegion(hour, traders, rows);
        Zone[] memory list = _zones(bounds[zones:]);
        uint256[] memory words = _clearRegion(rows, list, arcs, fills, amounts);
        _announce(hour, 1, list, arcs, flows, words);
        _post(amounts);
    }

    /// @dev Stage 1 on what stage 0 left flexible; returns the final fills, more than `before` or (replaced plants) less, as packed words.
    function _clearRegion(Row[] memory rows, Zone[] memory list, Arc[] memory arcs, uint256[] memory before, int256[] memory amounts)
        private
        view
        returns (uint256[] memory words)
    {
        uint256[] memory fills = _makeFirm(rows, list, before);
        _prove(rows, list, arcs, fills);
        _payLines(amounts, list, arcs);
        return _payTraders(amounts, rows, list, fills);
    }

    /// @dev Notes in the rows what stage 0 filled and takes what is firm of it out of them, for the zones to deliver; returns the firm kWh
    /// by row.
    function _makeFirm(Row[] memory rows, Zone[] memory list, uint256[] memory fills) private view returns (uint256[] memory firm) {
        bool onlyRenewables = surplusDeficitReading == SurplusDeficit.Renewable;
        bool replace = surplusDeficitReading != SurplusDeficit.Physical;
        firm = new uint256[](rows.length);
        // Fills are 32 bits wide, and there are fewer than 2^19 rows.
        unchecked {
            for (uint256 i = 0; i < rows.length; ++i) {
                uint256 fill = fills.get(i);
                if (fill == 0 && !onlyRenewables) continue;
                Row row = rows.get(i);
                if (replace && row.sells() && !(onlyRenewables && row.renewable())) {
                    // where only wind, sun and water are surplus, what this plant did not sell at home is not for sale
                    rows.set(i, row.afterFill(fill, onlyRenewables ? row.quantity() - fill : 0));
                    continue;
                }
                firm.set(i, fill);
                rows.set(i, row.afterFill(fill, fill));
                list[row.zone()].net += row.sells() ? -int256(fill) : int256(fill);
            }
        }
    }
}
