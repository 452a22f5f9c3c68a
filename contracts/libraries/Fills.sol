// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Zone} from "./Certificate.sol";
import {Row} from "./Row.sol";
import {Unchecked} from "./Unchecked.sol";

/// @title Who trades how much at proven prices: in the money all, at the price pro rata, to the kWh.
library Fills {
    using Unchecked for Row[];
    using Unchecked for Zone[];
    using Unchecked for uint256[];

    /// @dev What is left to share out among orders at a zone's price, kWh.
    struct Margin {
        uint256 toSell;
        uint256 toBuy;
        uint256 leftToSell;
        uint256 leftToBuy;
    }

    /// @notice Adds to `fills` (kWh by row) what each row trades. `zones` are those that Certificate.prove left. The most volume is traded
    /// that the net export allows; remainders of the shares go by order id, one kWh each, to shares that are not whole.
    function share(Row[] memory rows, Zone[] memory zones, uint256[] memory fills) internal pure {
        // Sums are below 2^51 kWh, and a proven zone trades at least all that is in the money.
        unchecked {
            Margin[] memory margins = new Margin[](zones.length);
            for (uint256 i = 0; i < zones.length; ++i) {
                Zone memory each = zones[i];
                uint256 sold = sales(each);
                uint256 toSell = sold - each.sold;
                uint256 toBuy = uint256(int256(sold) - each.net) - each.bought;
                margins[i] = Margin(toSell, toBuy, toSell, toBuy);
            }

            Zone memory zone = zones[0];
            uint256 count = rows.length;
            for (uint256 i = 0; i < count; ++i) {
                Row row = rows.get(i);
                uint256 place = zones.place(row.zone());
                assembly ("memory-safe") {
                    zone := mload(place)
                }
                (uint256 ticks, uint256 price) = (row.ticks(), zone.price);
                if (ticks < price) {
                    if (row.sells()) fills.add(i, row.quantity());
                } else if (ticks > price) {
                    if (!row.sells()) fills.add(i, row.quantity());
                } else {
                    fills.add(i, _wholeShare(row, zone, margins[row.zone()]));
                }
            }
            _shareRemainders(rows, zones, margins, fills);
        }
    }

    /// @notice kWh that a proven zone sells in all: the most that its book and its net export allow.
    function sales(Zone memory zone) internal pure returns (uint256) {
        // Sums are below 2^51 kWh, and what bids want is, with a proven net export, not below 0.
        unchecked {
            uint256 offered = zone.sold + zone.maySell;
            uint256 wanted = uint256(int256(zone.bought + zone.mayBuy) + zone.net);
            return offered < wanted ? offered : wanted;
        }
    }

    /// @dev The share of a row at the price, rounded down.
    function _wholeShare(Row row, Zone memory zone, Margin memory margin) private pure returns (uint256 whole) {
        if (row.quantity() == 0) return 0;
        if (row.sells()) {
            whole = row.quantity() * margin.toSell / zone.maySell;
            margin.leftToSell -= whole;
        } else {
            whole = row.quantity() * margin.toBuy / zone.mayBuy;
            margin.leftToBuy -= whole;
        }
    }

    /// @dev Second pass, up to the last remainder: fewer kWh are left than there are shares that are not whole.
    function _shareRemainders(Row[] memory rows, Zone[] memory zones, Margin[] memory margins, uint256[] memory fills) private pure {
        // What is counted down is above 0, and products are 83 bits wide.
        unchecked {
            uint256 left = 0;
            for (uint256 i = 0; i < margins.length; ++i) {
                left += margins[i].leftToSell + margins[i].leftToBuy;
            }
            for (uint256 i = 0; left > 0; ++i) {
                Row row = rows[i];
                uint256 quantity = row.quantity();
                Zone memory zone = zones[row.zone()];
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
}
