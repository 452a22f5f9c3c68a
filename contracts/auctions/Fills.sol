// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Zone} from "./Certificate.sol";
import {Row} from "./Row.sol";

/// @title Who trades how much at proven prices: in the money all, at the price pro rata, to the kWh.
library Fills {
    /// @dev What is left to share out among orders at a zone's price, kWh.
    struct Margin {
        uint256 toSell;
        uint256 toBuy;
        uint256 leftToSell;
        uint256 leftToBuy;
    }

    /// @notice kWh by row. `zones` are those that Certificate.prove left. The most volume is traded that the net export allows; remainders
    /// of the shares go by order id, one kWh each, to shares that are not whole.
    function share(Row[] memory rows, Zone[] memory zones) internal pure returns (uint256[] memory fills) {
        unchecked {
            Margin[] memory margins = new Margin[](zones.length);
            for (uint256 i = 0; i < zones.length; ++i) {
                Zone memory zone = zones[i];
                uint256 sold = sales(zone);
                uint256 toSell = sold - zone.sold;
                uint256 toBuy = uint256(int256(sold) - zone.net) - zone.bought;
                margins[i] = Margin(toSell, toBuy, toSell, toBuy);
            }

            fills = new uint256[](rows.length);
            for (uint256 i = 0; i < rows.length; ++i) {
                Row row = rows[i];
                uint256 quantity = row.quantity();
                if (quantity == 0) continue;
                Zone memory zone = zones[row.zone()];
                if (row.ticks() != zone.price) {
                    if ((row.ticks() < zone.price) == row.sells()) fills[i] = quantity;
                    continue;
                }
                Margin memory margin = margins[row.zone()];
                if (row.sells()) {
                    uint256 whole = quantity * margin.toSell / zone.maySell;
                    margin.leftToSell -= whole;
                    fills[i] = whole;
                } else {
                    uint256 whole = quantity * margin.toBuy / zone.mayBuy;
                    margin.leftToBuy -= whole;
                    fills[i] = whole;
                }
            }

            uint256 left = 0;
            for (uint256 i = 0; i < margins.length; ++i) {
                left += margins[i].leftToSell + margins[i].leftToBuy;
            }
            for (uint256 i = 0; left > 0; ++i) {
                Row row = rows[i];
                Zone memory zone = zones[row.zone()];
                uint256 quantity = row.quantity();
                if (quantity == 0 || row.ticks() != zone.price) continue;
                Margin memory margin = margins[row.zone()];
                if (row.sells()) {
                    if (margin.leftToSell == 0 || quantity * margin.toSell % zone.maySell == 0) continue;
                    --margin.leftToSell;
                } else {
                    if (margin.leftToBuy == 0 || quantity * margin.toBuy % zone.mayBuy == 0) continue;
                    --margin.leftToBuy;
                }
                ++fills[i];
                --left;
            }
        }
    }

    /// @notice kWh that a proven zone sells in all: the most that its book and its net export allow.
    function sales(Zone memory zone) internal pure returns (uint256) {
        unchecked {
            uint256 offered = zone.sold + zone.maySell;
            uint256 wanted = uint256(int256(zone.bought + zone.mayBuy) + zone.net);
            return offered < wanted ? offered : wanted;
        }
    }

    /// @notice `fills` as the event has them: eight uint32 a word, first in the lowest bits.
    function pack(uint256[] memory fills) internal pure returns (uint256[] memory words) {
        unchecked {
            words = new uint256[]((fills.length + 7) / 8);
            for (uint256 i = 0; i < fills.length; ++i) {
                words[i / 8] |= fills[i] << i % 8 * 32;
            }
        }
    }
}
