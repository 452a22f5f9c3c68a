// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";

/// @title Retailers: a seller posts a rate, and users who may choose pay it to the seller that they chose.
/// @notice A retailer is a supplier of the registry that users may leave. Rates and choices hold for all hours of a bill: both can be
/// changed until the gate of its first hour, so nobody can change what energy costs once it is taken.
/// @dev What was bought for whom is the operator's word, as in ITariffs; it can be recomputed from the logs of the hours.
interface IRetail {
    /// @notice The retailer with number `retailer` serves the users with the numbers `users` at first.
    event RetailerSet(uint256 indexed retailer, uint256[] users);
    /// @notice From hour `since` on the customers of `retailer` pay `rate` fen/MWh.
    event RatePosted(uint256 indexed retailer, uint256 indexed since, int256 rate);
    /// @notice From hour `since` on `user` is a customer of `retailer`.
    event Chosen(uint256 indexed user, uint256 indexed retailer, uint256 indexed since);
    /// @notice The hours since the last bill are billed, up to and with `hour`.
    /// @param energy as given to `bill`
    event CustomersBilled(uint256 indexed hour, uint64[] energy);

    error NotOperator(address sender);
    error NotRetailer(address who);
    /// @notice Only a user that was named with a retailer may choose.
    error MayNotChoose(address who);
    error WrongRole(address who, Role role);
    /// @notice Users and their retailer are in one zone.
    error WrongZone(address who, uint256 zone, uint256 expected);
    /// @notice A participant is named once.
    error NamedBefore(uint256 number);
    /// @notice Retailers are named before the first bill.
    error TooLateForRetailers();
    /// @notice Rates and choices can be changed until the gate of the first hour that is not billed.
    error TooLate(uint256 time, uint256 gate);
    error AlreadyBilled(uint256 hour, uint256 nextHour);
    error TooEarly(uint256 time, uint256 opensAt);
    error WrongLength(uint256 got, uint256 expected);

    /// @notice Names a retailer, and the users that it serves until they choose another. Operator only, before the first bill.
    function setRetailer(address retailer, address[] calldata users) external;

    /// @notice The sender, a retailer, asks `rate` fen/MWh of its customers from the first hour on that is not billed.
    function post(int32 rate) external;

    /// @notice The sender, a user who may choose, is a customer of `retailer` from the first hour on that is not billed.
    function choose(address retailer) external;

    /// @notice Bills the hours since the last bill, up to and with `hour`, from the last minute of that hour on. Operator only.
    /// @param energy kWh that was bought in these hours for every user who may choose, in the order in which they were named
    function bill(uint256 hour, uint64[] calldata energy) external;

    /// @notice Hours before this one are billed.
    function nextHour() external view returns (uint256);

    /// @notice fen/MWh that the retailer with this number asks; 0 before it posted.
    function rateOf(uint256 retailer) external view returns (int256);

    /// @notice Number of the retailer of the user with this number; 0 for one who may not choose.
    function retailerOf(uint256 user) external view returns (uint256);
}
