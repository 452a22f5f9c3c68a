// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Contract energy that a buyer takes in an hour. Four are a word, the first in the lowest bits.
type Purchase is uint256;

uint256 constant ENERGY_AT = 0;
uint256 constant ENERGY_BITS = 32;
uint256 constant NUMBER_AT = 32;
uint256 constant NUMBER_BITS = 16;
uint256 constant ZONE_AT = 48;
uint256 constant ZONE_BITS = 8;
uint256 constant PURCHASE_WIDTH = 64;

using {energy, number, zone} for Purchase global;

/// @dev kWh, of the purchase in the lowest bits.
function energy(Purchase purchase) pure returns (uint256) {
    return uint32(Purchase.unwrap(purchase) >> ENERGY_AT);
}

/// @dev The buyer's registry number, of the purchase in the lowest bits.
function number(Purchase purchase) pure returns (uint256) {
    return uint16(Purchase.unwrap(purchase) >> NUMBER_AT);
}

/// @dev Where it is taken, of the purchase in the lowest bits.
function zone(Purchase purchase) pure returns (uint256) {
    return uint8(Purchase.unwrap(purchase) >> ZONE_AT);
}
