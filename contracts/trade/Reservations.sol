// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {IReservations} from "../interfaces/IReservations.sol";

/// @title Line capacity that the operator reserves hour by hour, for energy agreed or planned elsewhere.
contract Reservations is IReservations {
    /// @notice What is reserved in an hour: eight uint32 kWh a word, the first line in the lowest bits.
    event LinesReserved(uint256 indexed hour, uint256[] words);

    error NotOperator(address sender);
    /// @notice An hour is said once, and hours are said in order.
    error HourNotAhead(uint256 hour, uint256 nextHour);

    IRegistry private immutable registry;
    /// @dev hours before this one cannot be said any more; what is stored is of the hour before it
    uint256 private nextHour;
    uint256[] private words;

    constructor(address registry_) {
        registry = IRegistry(registry_);
    }

    /// @notice Says what is reserved in `hour`. Operator only.
    function reserve(uint256 hour, uint256[] calldata words_) external {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        if (hour < nextHour) revert HourNotAhead(hour, nextHour);
        nextHour = hour + 1;
        words = words_;
        emit LinesReserved(hour, words_);
    }

    /// @inheritdoc IReservations
    function reservedAt(uint256 hour) external view returns (uint256[] memory energy) {
        if (hour + 1 != nextHour) return energy;
        uint256[] memory stored = words;
        energy = new uint256[](8 * stored.length);
        for (uint256 i = 0; i < energy.length; ++i) {
            energy[i] = uint32(stored[i / 8] >> i % 8 * 32);
        }
    }
}
