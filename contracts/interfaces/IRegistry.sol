// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";

/// @title Who is which participant of the market, with which role and in which zone.
/// @notice Numbers are given in order of enrolment and never change; they are the account numbers of the ledger.
interface IRegistry {
    /// @notice `participant` is now number `number`.
    event Enrolled(address indexed participant, uint256 indexed number, Role role, uint8 zone);

    /// @notice The address is already number `number`.
    error AlreadyEnrolled(address participant, uint256 number);
    /// @notice The address is nobody's.
    error NotEnrolled(address participant);
    /// @notice A participant needs an address and a role.
    error EmptyParticipant();
    /// @notice No zone has this number.
    error UnknownZone(uint256 zone, uint256 zones);
    /// @notice No more than 65,535 numbers fit a ledger.
    error RegistryFull();

    /// @notice Makes `participant` known, with the next free number. Operator only.
    function enrol(address participant, Role role, uint8 zone) external returns (uint256 number);

    /// @notice Number, role and zone of a participant; reverts with NotEnrolled for a stranger.
    function participant(address who) external view returns (uint256 number, Role role, uint8 zone);

    /// @notice Whether `who` may act as the market's operator.
    function isOperator(address who) external view returns (bool);

    /// @notice The next number to be given; numbers FIRST_NUMBER to this minus one are taken.
    function nextNumber() external view returns (uint256);
}
