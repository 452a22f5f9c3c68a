// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What is traded over a path, or one buyer's part of it: a match is followed by its buyers' parts.
/// @dev A match: 1 | path | price that buyers pay | price of the offers | price of the bids (fen/MWh, int32) | kWh sent | kWh received.
/// A part: row of the book | kWh.
type Match is uint256;

uint256 constant WHOLE_AT = 255;
uint256 constant WHOLE_BITS = 1;
uint256 constant PATH_AT = 160;
uint256 constant PATH_BITS = 16;
uint256 constant PRICE_AT = 128;
uint256 constant PRICE_BITS = 32;
uint256 constant ASK_AT = 96;
uint256 constant ASK_BITS = 32;
uint256 constant BID_AT = 64;
uint256 constant BID_BITS = 32;
uint256 constant SENT_AT = 32;
uint256 constant SENT_BITS = 32;
uint256 constant RECEIVED_AT = 0;
uint256 constant RECEIVED_BITS = 32;
uint256 constant PART_ROW_AT = 32;
uint256 constant PART_ROW_BITS = 32;
uint256 constant PART_RECEIVED_AT = 0;
uint256 constant PART_RECEIVED_BITS = 32;

using {whole, path, price, received, row, priced} for Match global;

/// @dev A match whose price is still missing.
function makeMatch(uint256 path_, int256 ask, int256 bid, uint256 sent, uint256 received_) pure returns (Match) {
    uint256 prices = uint256(uint32(int32(ask))) << ASK_AT | uint256(uint32(int32(bid))) << BID_AT;
    return Match.wrap(1 << WHOLE_AT | path_ << PATH_AT | prices | sent << SENT_AT | received_);
}

/// @dev What the order at `row_` of the book trades, kWh.
function makePart(uint256 row_, uint256 received_) pure returns (Match) {
    return Match.wrap(row_ << PART_ROW_AT | received_);
}

/// @dev Whether it is a match, not a part of one.
function whole(Match self) pure returns (bool) {
    return Match.unwrap(self) >> WHOLE_AT == 1;
}

/// @dev Index of the path.
function path(Match self) pure returns (uint256) {
    return uint16(Match.unwrap(self) >> PATH_AT);
}

/// @dev What the buyers pay, fen/MWh.
function price(Match self) pure returns (int256) {
    return int32(uint32(Match.unwrap(self) >> PRICE_AT));
}

/// @dev kWh that arrive, of a match or a part.
function received(Match self) pure returns (uint256) {
    return uint32(Match.unwrap(self));
}

/// @dev Of a part: the row of the book.
function row(Match self) pure returns (uint256) {
    return uint32(Match.unwrap(self) >> PART_ROW_AT);
}

/// @dev The match with what its buyers pay, fen/MWh.
function priced(Match self, int256 price_) pure returns (Match) {
    return Match.wrap(Match.unwrap(self) | uint256(uint32(int32(price_))) << PRICE_AT);
}
