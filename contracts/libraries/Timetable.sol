// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice The clock of a market in one word: when hour 0 begins, how many seconds of the chain an hour of the market lasts, and how many of
/// them a clock hour has.
/// @dev The contracts call every market period an hour: it stands for 60, 30 or 15 minutes, and lasts as many seconds as it was given. All
/// times within it are shares of it: where an interface names a minute, it is a sixtieth of the hour. A day is 24 clock hours, so it has 24,
/// 48 or 96 hours of the market.
type Timetable is uint256;

uint256 constant START_AT = 0;
uint256 constant START_BITS = 64;
uint256 constant PARTS_AT = 64;
uint256 constant PARTS_BITS = 8;
uint256 constant LENGTH_AT = 224;
uint256 constant LENGTH_BITS = 32;

/// @dev An hour of the market may not be shorter, seconds: all that happens in it needs a second of its own.
uint256 constant SHORTEST = 10;
/// @dev Hours of the market that a clock hour may have.
uint256 constant MOST_PARTS = 4;
uint256 constant CLOCK_HOURS = 24;
/// @dev Hours of the market that a day may have.
uint256 constant LONGEST_DAY = MOST_PARTS * CLOCK_HOURS;

/// @notice An hour of fewer than SHORTEST seconds, or other than 1, 2 or 4 of them in a clock hour.
error BadTimetable(uint256 length, uint256 parts);

using {start, length, parts, day, begins, hourAt, firstOpenAt, comingDay, reveals, gate, openToAll, loose, lastMinute} for Timetable global;

/// @dev The timetable as given, if it is one.
function requireTimetable(Timetable timetable) pure returns (Timetable) {
    (uint256 length_, uint256 parts_) = (timetable.length(), timetable.parts());
    if (length_ < SHORTEST || parts_ == 0 || parts_ == 3 || parts_ > MOST_PARTS) revert BadTimetable(length_, parts_);
    return timetable;
}

/// @dev Block time at which hour 0 begins.
function start(Timetable timetable) pure returns (uint256) {
    return uint64(Timetable.unwrap(timetable));
}

/// @dev Seconds of an hour.
function length(Timetable timetable) pure returns (uint256) {
    return Timetable.unwrap(timetable) >> LENGTH_AT;
}

/// @dev Hours of the market in a clock hour.
function parts(Timetable timetable) pure returns (uint256) {
    return uint8(Timetable.unwrap(timetable) >> PARTS_AT);
}

/// @dev Hours of a day.
function day(Timetable timetable) pure returns (uint256) {
    return CLOCK_HOURS * timetable.parts();
}

/// @dev Block time at which an hour begins.
function begins(Timetable timetable, uint256 hour) pure returns (uint256) {
    return timetable.start() + hour * timetable.length();
}

/// @dev The hour of a block time, which is not before hour 0.
function hourAt(Timetable timetable, uint256 time) pure returns (uint256) {
    return (time - timetable.start()) / timetable.length();
}

/// @dev The first hour whose gate is open or to come at a block time.
function firstOpenAt(Timetable timetable, uint256 time) pure returns (uint256) {
    if (time < timetable.start()) return 0;
    uint256 hour = timetable.hourAt(time);
    return time < timetable.gate(hour) ? hour : hour + 1;
}

/// @dev The first day to begin after a block time.
function comingDay(Timetable timetable, uint256 time) pure returns (uint256) {
    return time < timetable.start() ? 0 : timetable.hourAt(time) / timetable.day() + 1;
}

/// @dev Block time from which orders of an hour are revealed, and until which commitments are taken: a quarter into it.
function reveals(Timetable timetable, uint256 hour) pure returns (uint256) {
    return timetable.begins(hour) + timetable.length() / 4;
}

/// @dev Block time until which orders for an hour are taken, and from which the operator clears it: half into it.
function gate(Timetable timetable, uint256 hour) pure returns (uint256) {
    return timetable.begins(hour) + timetable.length() / 2;
}

/// @dev Block time from which anyone may clear an hour: three quarters into it.
function openToAll(Timetable timetable, uint256 hour) pure returns (uint256) {
    return timetable.begins(hour) + timetable.length() * 3 / 4;
}

/// @dev Block time from which a solution of an hour need not be strict: its last twelfth, at least four seconds.
function loose(Timetable timetable, uint256 hour) pure returns (uint256) {
    uint256 last = timetable.length() / 12;
    return timetable.begins(hour + 1) - (last < 4 ? 4 : last);
}

/// @dev Block time from which an hour is settled and billed: its last sixtieth, at least three seconds.
function lastMinute(Timetable timetable, uint256 hour) pure returns (uint256) {
    uint256 last = timetable.length() / 60;
    return timetable.begins(hour + 1) - (last < 3 ? 3 : last);
}
