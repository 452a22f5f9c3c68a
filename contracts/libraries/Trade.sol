// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Energy that one row of the book sells to another one.
type Trade is uint256;

uint256 constant PRICE_AT = 96;
uint256 constant PRICE_BITS = 32;
uint256 constant SELLER_AT = 64;
uint256 constant SELLER_BITS = 32;
uint256 constant BUYER_AT = 32;
uint256 constant BUYER_BITS = 32;
uint256 constant ENERGY_AT = 0;
uint256 constant ENERGY_BITS = 32;

using {price, seller, buyer, energy} for Trade global;

/// @dev Row `seller_` of the book sells `energy_` kWh to row `buyer_` at `price_` fen/MWh.
function makeTrade(int256 price_, uint256 seller_, uint256 buyer_, uint256 energy_) pure returns (Trade) {
    uint256 rows = seller_ << SELLER_AT | buyer_ << BUYER_AT;
    return Trade.wrap(uint256(uint32(int32(price_))) << PRICE_AT | rows | energy_);
}

/// @dev fen/MWh.
function price(Trade trade) pure returns (int256) {
    return int32(uint32(Trade.unwrap(trade) >> PRICE_AT));
}

/// @dev Row of the book.
function seller(Trade trade) pure returns (uint256) {
    return uint32(Trade.unwrap(trade) >> SELLER_AT);
}

/// @dev Row of the book.
function buyer(Trade trade) pure returns (uint256) {
    return uint32(Trade.unwrap(trade) >> BUYER_AT);
}

/// @dev kWh.
function energy(Trade trade) pure returns (uint256) {
    return uint32(Trade.unwrap(trade) >> ENERGY_AT);
}
