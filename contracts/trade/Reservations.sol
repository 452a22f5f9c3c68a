// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {IReservations} from "../interfaces/IReservations.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title Line capacity that the operator reserves hour by hour, for energy agreed or planned elsewhere.
/// @notice It says so in the hour itself, once and before the gate, so that who clears knows the lines; what it said last holds in every hour
/// in which it says nothing.
contract Reservations is IReservations {
    /// @notice What is reserved in an hour: eight uint32 kWh a word, the first line in the lowest bits.
    event LinesReserved(uint256 indexed hour, uint256[] words);

    error NotOperator(address sender);
    /// @notice An hour is said once, and hours are said in order.
    error HourNotAhead(uint256 hour, uint256 nextHour);
    /// @notice An hour is said from its beginning, `from`, until its gate.
    error OutsideWindow(uint256 hour, uint256 from);
    /// @notice There are at most so many words, eight lines each.
    error TooManyWords(uint256 words, uint256 most);

    /// @dev 256 lines, as many as a path can name: what an hour's clearing reads is bounded
    uint256 private constant MOST_WORDS = 32;

    IRegistry private immutable registry;
    Timetable private immutable timetable;
    /// @dev hours before this one cannot be said any more; what is stored holds from the hour before it on
    uint256 private nextHour;
    uint256[] private words;

    constructor(address registry_, Timetable timetable_) {
        (registry, timetable) = (IRegistry(registry_), requireTimetable(timetable_));
    }

    /// @notice Says what is reserved in `hour`, and after it until another hour is said. Operator only, in the hour before its gate.
    function reserve(uint256 hour, uint256[] calldata words_) external {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        if (hour < nextHour) revert HourNotAhead(hour, nextHour);
        uint256 from = timetable.begins(hour);
        if (block.timestamp < from || block.timestamp >= timetable.gate(hour)) revert OutsideWindow(hour, from);
        if (words_.length > MOST_WORDS) revert TooManyWords(words_.length, MOST_WORDS);
        nextHour = hour + 1;
        words = words_;
        emit LinesReserved(hour, words_);
    }

    /// @inheritdoc IReservations
    function reservedAt(uint256 hour) external view returns (uint256[] memory energy) {
        if (hour + 1 < nextHour) return energy;
        uint256[] memory stored = words;
        energy = new uint256[](8 * stored.length);
        for (uint256 i = 0; i < energy.length; ++i) {
            energy[i] = uint32(stored[i / 8] >> i % 8 * 32);
        }
    }
}
