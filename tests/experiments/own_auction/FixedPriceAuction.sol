// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OrderBook} from "auctions/OrderBook.sol";
import {FIRST_PARTICIPANT, Flow, Line, Rules} from "core/Types.sol";
import {ILedger} from "interfaces/ILedger.sol";
import {Row} from "libraries/Row.sol";

/// @title One fixed price, the share `k` of the way from floor to cap. Who accepts it trades inside the zone, in order of number.
contract FixedPriceAuction is OrderBook {
    ILedger private immutable ledger;

    constructor(address registry, address ledger_, Rules memory rules) OrderBook(registry, rules, new Line[](0)) {
        ledger = ILedger(ledger_);
    }

    /// @notice Clears the hour; nobody has to solve anything for it.
    function clear(uint256 hour, address[] calldata traders) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        uint256 ticks = uint256(cap - floor) * k / 1_000_000;
        uint256[] memory left = _volumes(rows, ticks);
        uint256[] memory words = new uint256[]((rows.length + 7) / 8);
        int256[] memory amounts = new int256[](FIRST_PARTICIPANT + traders.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 side = 2 * rows[i].zone() + (rows[i].sells() ? 0 : 1);
            if (!_accepts(rows[i], ticks)) continue;
            uint256 fill = rows[i].quantity() < left[side] ? rows[i].quantity() : left[side];
            left[side] -= fill;
            words[i / 8] |= fill << i % 8 * 32;
            int256 money = (floor + int256(ticks)) * int256(fill);
            amounts[rows[i].number()] += rows[i].sells() ? money : -money;
        }
        int256[] memory prices = new int256[](zones);
        for (uint256 i = 0; i < zones; ++i) {
            prices[i] = floor + int256(ticks);
        }
        emit HourCleared(hour, 1, prices, new Flow[](0), words, 0);
        ledger.post(amounts);
    }

    function _accepts(Row row, uint256 ticks) private pure returns (bool) {
        return row.sells() ? row.ticks() <= ticks : row.ticks() >= ticks;
    }

    /// @dev kWh that each zone trades, for its sellers and once more for its buyers: the less of what both accept.
    function _volumes(Row[] memory rows, uint256 ticks) private view returns (uint256[] memory volumes) {
        volumes = new uint256[](2 * zones);
        for (uint256 i = 0; i < rows.length; ++i) {
            if (_accepts(rows[i], ticks)) volumes[2 * rows[i].zone() + (rows[i].sells() ? 0 : 1)] += rows[i].quantity();
        }
        for (uint256 i = 0; i < volumes.length; i += 2) {
            if (volumes[i] < volumes[i + 1]) volumes[i + 1] = volumes[i];
            else volumes[i] = volumes[i + 1];
        }
    }
}
