// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow} from "../../contracts/core/Types.sol";
import {Market} from "./Market.sol";

/// @title Laws of clearing on random books: one or two zones, at most one lossless line, ties and empty sides.
contract LawsTest is Market {
    /// @notice Every book has a solution that passes, and it obeys the laws.
    function testFuzz_every_book_clears_lawfully(uint256 seed) public {
        (Flow[] memory flows_, Bounds[] memory bounds_) = randomMarket(seed);
        assertLaws(cleared(flows_, bounds_)[0]);
    }

    /// @notice Whatever is changed in a solution, it is refused, or gives the same prices and the same welfare.
    /// (Fills and prices are not submitted: they follow.)
    function testFuzz_tampered_solution_is_refused_or_as_good(uint256 seed, uint256 place, int16 change) public {
        (Flow[] memory flows_, Bounds[] memory bounds_) = randomMarket(seed);
        uint256 state = vm.snapshotState();
        Cleared memory right = cleared(flows_, bounds_)[0];
        vm.revertToState(state);

        tamper(flows_, bounds_, place, change);
        (bool passed,) = address(auction).call(abi.encodeCall(auction.clear, (0, traders(), flows_, bounds_)));
        if (!passed) return;
        vm.revertToState(state);
        Cleared memory other = cleared(flows_, bounds_)[0];
        assertLaws(other);
        assertEq(welfare(other), welfare(right), "welfare");
        for (uint256 i = 0; i < zones; ++i) {
            if (other.prices[i] == NO_PRICE || right.prices[i] == NO_PRICE) continue;
            assertEq(other.prices[i], right.prices[i], "price");
        }
    }

    /// @dev Changes a flow by some kWh, or a bound by some nano-ticks (even) or ticks (odd).
    function tamper(Flow[] memory flows_, Bounds[] memory bounds_, uint256 place, int16 change) private pure {
        unchecked {
            uint256 by = uint256(int256(change));
            if (flows_.length > 0 && place % 3 == 0) {
                uint128 sent = uint128(uint256(uint128(Flow.unwrap(flows_[0]))) + by % 16 - 8);
                flows_[0] = Flow.wrap(uint256(sent) << 128 | sent);
            } else {
                uint256 zone = place / 8 % bounds_.length;
                uint256 amount = change % 2 == 0 ? by : by * NANO;
                uint256 bound = Bounds.unwrap(bounds_[zone]);
                bound = place % 2 == 0 ? bound + (amount << 128) : bound >> 128 << 128 | uint128(bound + amount);
                bounds_[zone] = Bounds.wrap(bound);
            }
        }
    }

    function randomMarket(uint256 seed) private returns (Flow[] memory flows_, Bounds[] memory bounds_) {
        k = uint32(draw(seed, 0, 3) * 500_000 % 1_000_001);
        floor = draw(seed, 1, 2) == 0 ? int32(0) : int32(-5);
        cap = floor + 10;
        zones = uint8(1 + draw(seed, 2, 2));
        for (uint256 i = draw(seed, 3, 10); i > 0; --i) {
            uint8 zone = uint8(draw(seed, 10 * i, zones));
            int32 price = floor + int32(uint32(draw(seed, 10 * i + 1, 11)));
            uint32 quantity = uint32(1 + draw(seed, 10 * i + 2, 6));
            if (draw(seed, 10 * i + 3, 2) == 0) sell(zone, quantity, price);
            else bid(zone, quantity, price);
        }
        uint256 capacity = draw(seed, 4, 12);
        uint256 charge = draw(seed, 5, 4);
        if (zones == 2) line(uint32(capacity), uint32(charge), 0);
        openUniform();
        if (zones == 1) {
            (, uint256 low, uint256 high) = interval(A, 0);
            return (noFlows(), bounds(low, high));
        }
        for (uint256 sent = 0; sent <= capacity; ++sent) {
            bool found;
            (found, bounds_) = supporting(sent, capacity, charge);
            if (found) return (flow(sent, sent), bounds_);
        }
        assertTrue(false, "every book has a solution");
    }

    function draw(uint256 seed, uint256 place, uint256 choices) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, place))) % choices;
    }

    /// @dev Lowest and highest supporting prices of A -> B at a flow, if there are any.
    function supporting(uint256 sent, uint256 capacity, uint256 charge) private view returns (bool, Bounds[] memory none) {
        (bool foundA, uint256 leastA, uint256 mostA) = interval(A, int256(sent));
        (bool foundB, uint256 leastB, uint256 mostB) = interval(B, -int256(sent));
        if (!foundA || !foundB) return (false, none);
        (leastA, leastB, mostA, mostB) = (leastA * NANO, leastB * NANO, mostA * NANO, mostB * NANO);
        charge = charge * NANO + tie();
        (uint256 lowA, uint256 lowB, uint256 highA, uint256 highB) = (leastA, leastB, mostA, mostB);
        if (sent < capacity) {
            if (lowB > lowA + charge) lowA = lowB - charge;
            if (highB > highA + charge) highB = highA + charge;
        }
        if (sent > 0) {
            if (lowB < lowA + charge) lowB = lowA + charge;
            if (highB < charge) return (false, none);
            if (highA > highB - charge) highA = highB - charge;
        }
        if (lowA > mostA || lowB > mostB || highA < leastA || highB < leastB) return (false, none);
        return (true, nanoBounds(lowA, lowB, highA, highB));
    }

    /// @dev Least and highest price, in ticks above the floor, at which the book of a zone can net to `net`.
    function interval(uint8 zone, int256 net) private view returns (bool, uint256, uint256) {
        for (int256 price = floor; price <= cap; ++price) {
            (int256 left, int256 right) = (0, 0);
            (int256 below, int256 above) = (floor, cap);
            for (uint256 i = 0; i < orders.length; ++i) {
                Order memory order = orders[i];
                if (order.zone != zone) continue;
                int256 quantity = int256(uint256(order.quantity));
                if (order.sells) {
                    if (order.price < price) left += quantity;
                    if (order.price <= price) right += quantity;
                } else {
                    if (order.price >= price) left -= quantity;
                    if (order.price > price) right -= quantity;
                }
                if (order.price < price && order.price > below) below = order.price;
                if (order.price > price && order.price < above) above = order.price;
            }
            if (net < left || net > right) continue;
            return (true, uint256((net == left ? below : price) - floor), uint256((net == right ? above : price) - floor));
        }
        return (false, 0, 0);
    }
}
