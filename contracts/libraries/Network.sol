// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice The network in memory.
struct Network {
    /// @dev limits by row, then factors by block and zone, as Grid has them
    uint256[] words;
    uint256 rows;
    uint256 zones;
    uint256 tolerance;
}

/// @notice A node in memory: what a solution says of it, and how its book looks from its price.
struct Node {
    /// @dev kWh
    int256 net;
    /// @dev 1e-18 tick, by end
    int256[2] direction;
    /// @dev 1e-27 tick above the floor, by end
    int256[2] exact;
    /// @dev ppm x 1e-27 tick above the floor
    int256 mixed;
    /// @dev ticks above the floor
    int256 price;
    /// @dev least and most kWh to which the book nets at the price
    int256 left;
    int256 right;
    /// @dev lowest and highest price at which it nets to `net`, ticks above the floor; -FAR and FAR where there is none
    int256 low;
    int256 high;
}

/// @notice A full row in memory.
struct Full {
    uint256 row;
    /// @dev 1: in its direction, -1: against it
    int256 sign;
    /// @dev 1e-9 kWh
    int256 limit;
    int256 flow;
    /// @dev 1e-18 tick, by end
    int256[2] worth;
}
