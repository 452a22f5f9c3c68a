// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMatchedPairs} from "../interfaces/IMatchedPairs.sol";
import {Row} from "./Row.sol";
import {Trade, makeTrade} from "./Trade.sol";
import {Unchecked} from "./Unchecked.sol";

/// @notice A side of the sorted book while it is paired: equal prices form a group, and the group at hand is places `from` to `to` - 1.
struct Cursor {
    uint256 from;
    uint256 to;
    /// @dev end of the side
    uint256 end;
    /// @dev kWh of the group that are not paired yet
    uint256 left;
    /// @dev price of the group, ticks above the floor
    uint256 ticks;
    /// @dev orders that pairings may still share volumes among; the seller's side counts for both
    uint256 looks;
}

/// @title Highest bid with lowest offer, then the next, as long as the bid is not below the offer.
/// @notice Orders at one price are one group. First the traded volume of each side is shared out: groups in the money whole, the last
/// group pro rata by quantity, as in the uniform auction, so that volume and fills are the same. Then groups are paired, each time the
/// lowest offers with the highest bids for as much as the smaller group still has; either group's part is shared pro rata by what its
/// orders still have to trade, and inside the pairing they meet by order id. Every share is rounded down to the kWh; what remains goes one
/// kWh each, by order id, to the shares that are not whole. All of it happens inside one zone, zone after zone.
/// Sharing looks at every order of both groups each time. From the pairing on at which that would be more than MOST_LOOKS orders in the hour,
/// groups are not shared any more: their orders meet by order id alone. So a clearing's cost rises in step with its orders, whatever they are.
library Pairing {
    using Unchecked for Row[];
    using Unchecked for uint256[];

    /// @dev orders that pairings of an hour share volumes among; what is paired later meets by order id
    uint256 internal constant MOST_LOOKS = 1 << 14;
    uint256 private constant LANE = type(uint32).max;

    /// @notice The rows in the order of a sequence, which is checked: strictly rising by zone, side, price (bids: falling) and row. So none
    /// can be there twice, and as many as there are rows are all of them. Returns also where each side ends: offers of zone 0, its bids,
    /// offers of zone 1, and so on.
    function sorted(Row[] memory rows, uint256[] calldata sequence, uint256 zones)
        internal
        pure
        returns (uint256[] memory places, uint256[] memory ends)
    {
        // Fields of a row have their bits, and there are fewer than 2^19 rows.
        unchecked {
            uint256 count = rows.length;
            places = new uint256[](count);
            ends = new uint256[](2 * zones);
            uint256 last = 0;
            for (uint256 i = 0; i < count; ++i) {
                uint256 place = sequence[i / 8] >> i % 8 * 32 & LANE;
                if (place >= count) revert IMatchedPairs.UnknownRow(place, count);
                Row row = rows.get(place);
                bool sells = row.sells();
                // one more than the row, so that every key is above the first `last`
                uint256 key = row.zone() << 128 | (sells ? row.ticks() : uint256(1) << 64 | LANE - row.ticks()) << 32 | place + 1;
                if (key <= last) revert IMatchedPairs.OutOfOrder(i);
                last = key;
                places.set(i, place);
                ends.add(2 * row.zone() + (sells ? 0 : 1), 1);
            }
            for (uint256 i = 1; i < ends.length; ++i) {
                ends.add(i, ends.get(i - 1));
            }
        }
    }

    /// @notice What each place of the sorted book trades, kWh.
    function fills(Row[] memory rows, uint256[] memory places, uint256[] memory ends) internal pure returns (uint256[] memory traded) {
        // Places and ends are below the number of rows, fewer than 2^19.
        unchecked {
            uint256 count = places.length;
            uint256[] memory quantities = new uint256[](count);
            for (uint256 i = 0; i < count; ++i) {
                quantities.set(i, rows.get(places.get(i)).quantity());
            }
            traded = new uint256[](count);
            uint256 from = 0;
            for (uint256 side = 0; side < ends.length; side += 2) {
                (uint256 offers, uint256 end) = (ends.get(side), ends.get(side + 1));
                uint256 volume = _volume(rows, places, quantities, from, offers, end);
                _fill(rows, places, quantities, traded, from, offers, volume);
                _fill(rows, places, quantities, traded, offers, end, volume);
                from = end;
            }
        }
    }

    /// @notice The trades that come of it; `left` holds what each place trades and is used up.
    /// @dev Cost: a pairing of two groups looks at every order of both, so ties on one side are passed for every group of the other, until
    /// MOST_LOOKS.
    /// The trades grow at the end of memory: nothing else may be allocated after them until they are complete.
    function pair(Row[] memory rows, uint256[] memory places, uint256[] memory ends, uint256[] memory left, int256 floor, uint256 k)
        internal
        pure
        returns (Trade[] memory trades)
    {
        // Volumes are at most what either group has left, and a bid that crosses is not below its offer.
        unchecked {
            uint256[] memory parts = new uint256[](places.length);
            Cursor memory seller;
            Cursor memory buyer;
            seller.looks = MOST_LOOKS;
            trades = new Trade[](0);
            for (uint256 side = 0; side < ends.length; side += 2) {
                (seller.to, seller.end, seller.left) = (buyer.end, ends.get(side), 0);
                (buyer.to, buyer.end, buyer.left) = (ends.get(side), ends.get(side + 1), 0);
                while (_advance(seller, rows, places, left) && _advance(buyer, rows, places, left)) {
                    uint256 price = seller.ticks + (buyer.ticks - seller.ticks) * k / 1e6;
                    if (!_mayShare(seller, buyer)) {
                        _meetById(trades, places, left, seller, buyer, floor + int256(price));
                        continue;
                    }
                    uint256 volume = seller.left < buyer.left ? seller.left : buyer.left;
                    share(left, parts, seller.from, seller.to, seller.left, volume);
                    share(left, parts, buyer.from, buyer.to, buyer.left, volume);
                    (seller.left, buyer.left) = (seller.left - volume, buyer.left - volume);
                    _meet(trades, places, left, parts, seller.from, buyer.from, volume, floor + int256(price));
                }
            }
        }
    }

    /// @notice Sets `parts` of places `from` to `to` - 1 to their share of `volume`, pro rata by `weights`, which sum to `total`.
    function share(uint256[] memory weights, uint256[] memory parts, uint256 from, uint256 to, uint256 total, uint256 volume) internal pure {
        // Volumes and weights are below 2^51, and shares rounded down sum to at most the volume.
        unchecked {
            uint256 rest = volume;
            for (uint256 i = from; i < to; ++i) {
                uint256 part = weights.get(i) * volume / total;
                parts.set(i, part);
                rest -= part;
            }
            for (uint256 i = from; rest > 0; ++i) {
                if (weights.get(i) * volume % total == 0) continue;
                parts.add(i, 1);
                --rest;
            }
        }
    }

    /// @dev kWh that the crossing orders trade of a zone whose offers are places `i` to `offers` - 1 and whose bids are the next to `end` - 1.
    function _volume(Row[] memory rows, uint256[] memory places, uint256[] memory quantities, uint256 i, uint256 offers, uint256 end)
        private
        pure
        returns (uint256)
    {
        // Sums of fewer than 2^19 quantities of 32 bits.
        unchecked {
            uint256 j = offers;
            (uint256 offered, uint256 wanted) = (0, 0);
            // each time the side that is behind takes its next order, if that still crosses
            while (i < offers && j < end && rows.get(places.get(i)).ticks() <= rows.get(places.get(j)).ticks()) {
                (uint256 supply, uint256 demand) = (offered + quantities.get(i), wanted + quantities.get(j));
                if (supply <= demand) {
                    offered = supply;
                    ++i;
                }
                if (demand <= supply) {
                    wanted = demand;
                    ++j;
                }
            }
            return offered > wanted ? offered : wanted;
        }
    }

    /// @dev Shares `volume` out over one side, group by group.
    function _fill(
        Row[] memory rows,
        uint256[] memory places,
        uint256[] memory quantities,
        uint256[] memory traded,
        uint256 from,
        uint256 end,
        uint256 volume
    ) private pure {
        // A group's part is at most the volume that is left.
        unchecked {
            while (volume > 0) {
                (uint256 to, uint256 total) = _group(rows, places, quantities, from, end);
                uint256 part = volume < total ? volume : total;
                share(quantities, traded, from, to, total, part);
                volume -= part;
                from = to;
            }
        }
    }

    /// @dev Where the group that begins at `from` ends, and the sum of its `amounts`.
    function _group(Row[] memory rows, uint256[] memory places, uint256[] memory amounts, uint256 from, uint256 end)
        private
        pure
        returns (uint256 to, uint256 total)
    {
        // Sums of fewer than 2^19 amounts of 32 bits.
        unchecked {
            uint256 ticks = rows.get(places.get(from)).ticks();
            for (to = from; to < end && rows.get(places.get(to)).ticks() == ticks; ++to) {
                total += amounts.get(to);
            }
        }
    }

    /// @dev Moves on to the next group when the one at hand is used up; false when nothing is left to trade.
    function _advance(Cursor memory side, Row[] memory rows, uint256[] memory places, uint256[] memory left) private pure returns (bool) {
        if (side.left == 0 && side.to < side.end) {
            side.from = side.to;
            (side.to, side.left) = _group(rows, places, left, side.from, side.end);
            side.ticks = rows.get(places.get(side.from)).ticks();
        }
        return side.left > 0;
    }

    /// @dev Whether two groups share what they trade: until that would be more than MOST_LOOKS orders, and never after.
    function _mayShare(Cursor memory seller, Cursor memory buyer) private pure returns (bool may) {
        uint256 size = seller.to - seller.from + buyer.to - buyer.from;
        may = size <= seller.looks;
        seller.looks = may ? seller.looks - size : 0;
    }

    /// @dev Pairs two groups by order id alone, until one of them has nothing left; either group goes on with its next order.
    function _meetById(
        Trade[] memory trades,
        uint256[] memory places,
        uint256[] memory left,
        Cursor memory seller,
        Cursor memory buyer,
        int256 price
    ) private pure {
        while (seller.left > 0 && buyer.left > 0) {
            (uint256 sold, uint256 bought) = (left.get(seller.from), left.get(buyer.from));
            uint256 energy = sold < bought ? sold : bought;
            if (energy > 0) {
                _push(trades, makeTrade(price, places.get(seller.from), places.get(buyer.from), energy));
                left.set(seller.from, sold - energy);
                left.set(buyer.from, bought - energy);
                (seller.left, buyer.left) = (seller.left - energy, buyer.left - energy);
            }
            if (sold == energy) ++seller.from;
            if (bought == energy) ++buyer.from;
        }
    }

    /// @dev Pairs the `parts` that two groups have in `volume`, by order id, and takes them from what is `left`.
    function _meet(
        Trade[] memory trades,
        uint256[] memory places,
        uint256[] memory left,
        uint256[] memory parts,
        uint256 i,
        uint256 j,
        uint256 volume,
        int256 price
    ) private pure {
        // Energy is the smaller of two parts, which are at most what is left of either and in sum the volume.
        unchecked {
            while (volume > 0) {
                (uint256 sold, uint256 bought) = (parts.get(i), parts.get(j));
                uint256 energy = sold < bought ? sold : bought;
                if (energy > 0) {
                    _push(trades, makeTrade(price, places.get(i), places.get(j), energy));
                    left.set(i, left.get(i) - energy);
                    left.set(j, left.get(j) - energy);
                    parts.set(i, sold - energy);
                    parts.set(j, bought - energy);
                    volume -= energy;
                }
                if (sold == energy) ++i;
                if (bought == energy) ++j;
            }
        }
    }

    /// @dev Lengthens the array that was allocated last.
    function _push(Trade[] memory trades, Trade trade) private pure {
        assembly ("memory-safe") {
            let size := add(mload(trades), 1)
            let place := add(trades, shl(5, size))
            mstore(0x40, add(place, 32))
            mstore(place, trade)
            mstore(trades, size)
        }
    }
}
