// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Curve, Horizon, State} from "../interfaces/IAgreements.sol";
import {Split} from "./Split.sol";
import {CLOCK_HOURS, Timetable} from "./Timetable.sol";

/// @dev Months that an agreement covers at most.
uint256 constant MOST_MONTHS = 12;

/// @notice A month of the calendar.
struct Month {
    uint32 firstHour;
    /// @dev days
    uint8 length;
    Horizon horizon;
    /// @dev block time
    uint64 closes;
    /// @dev forecast load by day, as Split stores weights
    uint256[4] load;
    /// @dev ids, in the order of acceptance
    uint32[] accepted;
}

/// @notice An agreement. One storage slot, and as many for months and hours as are used.
struct Agreement {
    uint16 seller;
    uint16 buyer;
    /// @dev fen/MWh
    int32 price;
    uint16 line;
    uint16 firstMonth;
    uint8 firstDay;
    /// @dev months
    uint8 count;
    Horizon horizon;
    Curve curve;
    State state;
    bool bySeller;
    /// @dev block time
    uint64 expires;
    /// @dev kWh
    uint64[MOST_MONTHS] quantities;
    /// @dev by clock hour of the day, as Split stores weights
    uint256[4] weights;
}

/// @title How an agreement's energy falls on the hours of a month: to the kWh, by its curve.
library Deliveries {
    using Split for uint256[4];

    /// @notice The hour after the month's last.
    function end(Month storage month, Timetable timetable) internal view returns (uint256) {
        return month.firstHour + month.length * timetable.day();
    }

    /// @notice kWh sent in `hour`, which is in `month` with index `index`, in which the agreement delivers.
    function energyIn(Agreement storage agreement, Month storage month, uint256 index, uint256 hour, Timetable timetable)
        internal
        view
        returns (uint256 energy)
    {
        uint256 day = (hour - month.firstHour) / timetable.day();
        uint256 firstDay = agreement.firstDay;
        if (day < firstDay) return 0;
        energy = agreement.quantities[index - agreement.firstMonth];
        energy = agreement.curve == Curve.LoadProportional
            ? Split.part(energy, month.load.load(firstDay, month.length), day - firstDay)
            : Split.equal(energy, month.length - firstDay, day - firstDay);
        hour = (hour - month.firstHour) % timetable.day();
        if (agreement.curve == Curve.Flat) return Split.equal(energy, timetable.day(), hour);
        uint256 parts = timetable.parts();
        return Split.equal(Split.part(energy, agreement.weights.load(0, CLOCK_HOURS), hour / parts), parts, hour % parts);
    }
}
