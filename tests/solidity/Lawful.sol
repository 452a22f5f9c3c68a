// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Row} from "../../contracts/libraries/Row.sol";
import {Base} from "./Base.sol";

/// @title What fills must be at a price, as sentences over rows; without a branch, so that a proof has no more paths than the contract.
abstract contract Lawful is Base {
    /// @notice Nobody is filled above the order; in the money all is, out of the money nothing.
    function lawful(Row order, uint256 price, uint256 fill) internal pure returns (bool) {
        (bool sells, uint256 ticks, uint256 quantity) = (order.sells(), order.ticks(), order.quantity());
        bool inTheMoney = either(both(sells, ticks < price), both(!sells, ticks > price));
        bool outOfIt = either(both(sells, ticks > price), both(!sells, ticks < price));
        return both(fill <= quantity, both(either(!inTheMoney, fill == quantity), either(!outOfIt, fill == 0)));
    }

    /// @notice Not both are left with something, unless the price of the bid is below that of the offer and `least`: 0 inside a zone; one tick
    /// more than its charge over a line with room, where a trade that is worth nothing may be left.
    function exhausted(Row offer, uint256 sold, Row wish, uint256 bought, uint256 least) internal pure returns (bool) {
        bool left = both(both(offer.sells(), !wish.sells()), both(sold < offer.quantity(), bought < wish.quantity()));
        return either(!left, offer.ticks() + least > wish.ticks());
    }

    /// @notice kWh that leave a zone with this fill; wraps below zero.
    function leaving(Row order, uint256 fill) internal pure returns (uint256) {
        unchecked {
            return order.sells() ? fill : 0 - fill;
        }
    }

    function both(bool one, bool other) internal pure returns (bool holds) {
        assembly ("memory-safe") {
            holds := and(one, other)
        }
    }

    function either(bool one, bool other) internal pure returns (bool holds) {
        assembly ("memory-safe") {
            holds := or(one, other)
        }
    }
}
