// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Lanes} from "./Lanes.sol";

/// @title Contract energy of a zone by hour of the day, kWh: eight sellers a word, in slots that every day uses again.
library DayRecord {
    uint256 private constant HOUR_AT = 16;

    /// @notice Key of the word that holds sellers 8 `word` to 8 `word` + 7 in an hour of the day.
    function slot(uint256 hour, uint256 word) internal pure returns (uint256) {
        return hour << HOUR_AT | word;
    }

    /// @notice What the seller at `place` delivers in an hour of the day.
    function energyOf(mapping(uint256 => uint256) storage record, uint256 place, uint256 hour) internal view returns (uint256) {
        return Lanes.get(record[slot(hour, place / Lanes.A_WORD)], place);
    }
}
