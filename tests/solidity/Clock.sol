// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LENGTH_AT, PARTS_AT, Timetable} from "../../contracts/libraries/Timetable.sol";

/// @dev Hours of 3,600 seconds from `start` on, one a clock hour.
function clockFrom(uint64 start) pure returns (Timetable) {
    return Timetable.wrap(uint256(start) | 1 << PARTS_AT | 3600 << LENGTH_AT);
}
