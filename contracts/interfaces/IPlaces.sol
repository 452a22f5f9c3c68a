// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev Numbers whose places are one word, the first in the lowest bits, and the bits of each: the role above the lower 8, which are the zone.
uint256 constant PLACES_A_WORD = 16;
uint256 constant PLACE_WIDTH = 16;
uint256 constant ROLE_IN_PLACE = 8;

/// @title What the registry knows of participants by their number.
interface IPlaces {
    /// @notice Role and zone of participants 16 x word to 16 x word + 15, 16 bits each; 0 for a number that is not given.
    function placesOf(uint256 word) external view returns (uint256);
}
