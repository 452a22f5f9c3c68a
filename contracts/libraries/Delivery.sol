// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What an agreement delivers in an hour, as the record of the hour has it.
type Delivery is uint256;

uint256 constant SENT_AT = 0;
uint256 constant SENT_BITS = 64;
uint256 constant RECEIVED_AT = 64;
uint256 constant RECEIVED_BITS = 64;
uint256 constant ID_AT = 128;
uint256 constant ID_BITS = 128;

/// @dev Agreement `id` sends and delivers these kWh.
function makeDelivery(uint256 id, uint256 sent, uint256 received) pure returns (Delivery) {
    return Delivery.wrap(id << ID_AT | received << RECEIVED_AT | sent << SENT_AT);
}
