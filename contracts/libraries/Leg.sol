// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line} from "../core/Types.sol";

/// @notice A line in an hour, as paths use it.
type Leg is uint256;

uint256 constant ROOM_AT = 0;
uint256 constant ROOM_BITS = 32;
uint256 constant CHARGE_AT = 32;
uint256 constant CHARGE_BITS = 32;
uint256 constant LOSS_AT = 64;
uint256 constant LOSS_BITS = 32;
uint256 constant TARGET_AT = 96;
uint256 constant TARGET_BITS = 8;
uint256 constant SOURCE_AT = 104;
uint256 constant SOURCE_BITS = 8;

using {room, charge, loss, target, source} for Leg global;

/// @dev The line where it may carry `room_` kWh.
function makeLeg(Line memory line, uint256 room_) pure returns (Leg) {
    uint256 ends = uint256(line.source) << SOURCE_AT | uint256(line.target) << TARGET_AT;
    return Leg.wrap(ends | uint256(line.loss) << LOSS_AT | uint256(line.charge) << CHARGE_AT | room_);
}

/// @dev kWh.
function room(Leg leg) pure returns (uint256) {
    return uint32(Leg.unwrap(leg) >> ROOM_AT);
}

/// @dev fen per MWh that arrives.
function charge(Leg leg) pure returns (uint256) {
    return uint32(Leg.unwrap(leg) >> CHARGE_AT);
}

/// @dev Parts per million of what is sent.
function loss(Leg leg) pure returns (uint256) {
    return uint32(Leg.unwrap(leg) >> LOSS_AT);
}

/// @dev Zone in which it arrives.
function target(Leg leg) pure returns (uint256) {
    return uint8(Leg.unwrap(leg) >> TARGET_AT);
}

/// @dev Zone that sends.
function source(Leg leg) pure returns (uint256) {
    return uint8(Leg.unwrap(leg) >> SOURCE_AT);
}
