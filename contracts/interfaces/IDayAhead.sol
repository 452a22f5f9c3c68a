// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Orders for the hours of the next day, all in one transaction.
/// @notice A day has 24 clock hours; day 0 begins with hour 0. Orders for a day are taken from the beginning of the day before until it begins (those
/// for day 0 at any time before). Such an order stands in its hour, unless the trader places another one in that hour.
interface IDayAhead {
    /// @notice A trader's orders for some hours of the coming day: `words` is the record, in the layout that `submitDay` takes.
    event DayOrdersPlaced(uint256 indexed number, uint256[] words);

    /// @notice The hours of one transaction rise, and are those of the day that is open for orders.
    error HourOutsideDay(uint256 hour, uint256 first, uint256 end);
    /// @notice An order of four or five segments is followed by a second word, which is missing.
    error WordMissing(uint256 place);

    /// @notice Places or replaces the sender's orders for hours of the coming day.
    /// @param words for each hour, rising, the word that `submit` takes; after one of four or five segments its second word. A word without
    /// segments takes the hour's order back.
    function submitDay(uint256[] calldata words) external;

    /// @notice The trader's day-ahead order for an hour of today or of the coming day; 0 where there is none.
    function dayOrderOf(address trader, uint256 hour) external view returns (uint256 order, uint256 more);
}
