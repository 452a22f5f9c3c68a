// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Horizon} from "../interfaces/IAgreements.sol";

/// @notice How much of a line's capacity may be reserved by the end of each window, parts per million; nothing before the first.
type Openings is uint256;

uint256 constant ANNUAL_AT = 32;
uint256 constant ANNUAL_BITS = 32;
uint256 constant MONTHLY_AT = 64;
uint256 constant MONTHLY_BITS = 32;
uint256 constant WITHIN_MONTH_AT = 96;
uint256 constant WITHIN_MONTH_BITS = 32;

using {by} for Openings global;

function makeOpenings(uint32 annual, uint32 monthly, uint32 withinMonth) pure returns (Openings) {
    return Openings.wrap(uint256(annual) << ANNUAL_AT | uint256(monthly) << MONTHLY_AT | uint256(withinMonth) << WITHIN_MONTH_AT);
}

/// @dev Parts per million by the end of the horizon's window: fields are in the order of Horizon.
function by(Openings openings, Horizon horizon) pure returns (uint256) {
    return uint32(Openings.unwrap(openings) >> uint256(horizon) * ANNUAL_AT);
}
