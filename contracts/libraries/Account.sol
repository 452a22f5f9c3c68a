// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice One trader's standing order, in one storage word together with who the trader is.
/// @dev A segment is the price int32 above the quantity; segment 0 is in the lowest bits. An order sent by a trader is the same word with
/// number, zone and limit at zero. The limit is a code of what an hour's order may cost at worst, see Limits.sol; 0 where no collateral is
/// asked for.
type Account is uint256;

uint256 constant NUMBER_AT = 240;
uint256 constant NUMBER_BITS = 16;
uint256 constant ZONE_AT = 232;
uint256 constant ZONE_BITS = 8;
uint256 constant LIMIT_AT = 220;
uint256 constant LIMIT_BITS = 12;
uint256 constant LIMIT_MASK = 0xFFF;
uint256 constant HOUR_AT = 196;
uint256 constant HOUR_BITS = 24;
uint256 constant SELLS_AT = 195;
uint256 constant SELLS_BITS = 1;
uint256 constant COUNT_AT = 192;
uint256 constant COUNT_BITS = 3;
uint256 constant COUNT_MASK = 7;
uint256 constant SEGMENTS_AT = 0;
uint256 constant SEGMENTS_BITS = 192;
uint256 constant SEGMENT_WIDTH = 64;
uint256 constant PRICE_IN_SEGMENT = 32;
