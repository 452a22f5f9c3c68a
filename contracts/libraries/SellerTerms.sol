// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rate} from "./Rate.sol";

/// @notice What is fixed about a seller of contract energy.
/// @dev `setTerms` is given the lowest four fields; the registry knows the others.
type SellerTerms is uint256;

uint256 constant CAPACITY_AT = 0;
uint256 constant CAPACITY_BITS = 32;
uint256 constant MINIMUM_AT = 32;
uint256 constant MINIMUM_BITS = 32;
uint256 constant RAMP_AT = 64;
uint256 constant RAMP_BITS = 32;
uint256 constant PRICE_AT = 96;
uint256 constant PRICE_BITS = 32;
uint256 constant NUMBER_AT = 128;
uint256 constant NUMBER_BITS = 16;
uint256 constant ZONE_AT = 144;
uint256 constant ZONE_BITS = 8;
uint256 constant FLAT_AT = 152;
uint256 constant FLAT_BITS = 1;

using {capacity, minimum, ramp, number, flat, rate, given, completed} for SellerTerms global;

/// @dev kWh an hour.
function capacity(SellerTerms terms) pure returns (uint256) {
    return uint32(SellerTerms.unwrap(terms) >> CAPACITY_AT);
}

/// @dev kWh an hour.
function minimum(SellerTerms terms) pure returns (uint256) {
    return uint32(SellerTerms.unwrap(terms) >> MINIMUM_AT);
}

/// @dev kWh an hour from one hour to the next.
function ramp(SellerTerms terms) pure returns (uint256) {
    return uint32(SellerTerms.unwrap(terms) >> RAMP_AT);
}

/// @dev Registry number.
function number(SellerTerms terms) pure returns (uint256) {
    return uint16(SellerTerms.unwrap(terms) >> NUMBER_AT);
}

/// @dev Whether it delivers its capacity in every hour: a fixed import.
function flat(SellerTerms terms) pure returns (bool) {
    return SellerTerms.unwrap(terms) >> FLAT_AT != 0;
}

/// @dev What settling needs: price and number.
function rate(SellerTerms terms) pure returns (Rate) {
    return Rate.wrap(uint48(SellerTerms.unwrap(terms) >> PRICE_AT));
}

/// @dev Whether it holds no more than `setTerms` is given.
function given(SellerTerms terms) pure returns (bool) {
    return SellerTerms.unwrap(terms) >> NUMBER_AT == 0;
}

/// @dev The terms that were given, of the seller with this number in this zone.
function completed(SellerTerms terms, uint256 number_, uint256 zone_, bool flat_) pure returns (SellerTerms) {
    uint256 seller = number_ << NUMBER_AT | zone_ << ZONE_AT | (flat_ ? 1 << FLAT_AT : 0);
    return SellerTerms.wrap(SellerTerms.unwrap(terms) | seller);
}
