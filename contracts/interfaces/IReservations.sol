// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who knows how much of each line is taken before an auction clears: agreements between provinces go first.
interface IReservations {
    /// @notice kWh that are reserved in an hour by line, in the auction's order; lines beyond the end have none. Of an hour of which nothing
    /// is said what was said last, and none of an hour before that.
    function reservedAt(uint256 hour) external view returns (uint256[] memory energy);
}
