// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice At which price whose contract energy is sold. Five are a word, the first in the lowest bits.
type Rate is uint256;

uint256 constant PRICE_AT = 0;
uint256 constant PRICE_BITS = 32;
uint256 constant NUMBER_AT = 32;
uint256 constant NUMBER_BITS = 16;
uint256 constant RATE_WIDTH = PRICE_BITS + NUMBER_BITS;
uint256 constant RATES_A_WORD = 5;

using {price, number, put} for Rate global;

/// @dev fen/MWh, of the rate in the lowest bits.
function price(Rate rate) pure returns (int256) {
    return int32(uint32(Rate.unwrap(rate)));
}

/// @dev The seller's registry number, of the rate in the lowest bits.
function number(Rate rate) pure returns (uint256) {
    return uint16(Rate.unwrap(rate) >> NUMBER_AT);
}

/// @dev The rate where a word holds that of the seller at `place`.
function put(Rate rate, uint256 place) pure returns (uint256) {
    return Rate.unwrap(rate) << place % RATES_A_WORD * RATE_WIDTH;
}
