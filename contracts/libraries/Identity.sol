// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a settlement of deviations keeps of a participant. Sixteen are a word, the first in the lowest bits.
type Identity is uint256;

uint256 constant PLANT_AT = 0;
uint256 constant PLANT_BITS = 1;
uint256 constant ZONE_AT = 8;
uint256 constant ZONE_BITS = 8;
uint256 constant IDENTITY_WIDTH = 16;
uint256 constant IDENTITIES_A_WORD = 16;

using {plant, zone, put} for Identity global;

function makeIdentity(uint256 zone_, bool plant_) pure returns (Identity) {
    return Identity.wrap(zone_ << ZONE_AT | (plant_ ? 1 << PLANT_AT : 0));
}

/// @dev The identity of account `number`, in the lowest bits, out of the word that holds it.
function identityIn(uint256 word, uint256 number) pure returns (Identity) {
    return Identity.wrap(word >> number % IDENTITIES_A_WORD * IDENTITY_WIDTH);
}

/// @dev The identity where a word holds that of account `number`.
function put(Identity identity, uint256 number) pure returns (uint256) {
    return Identity.unwrap(identity) << number % IDENTITIES_A_WORD * IDENTITY_WIDTH;
}

function plant(Identity identity) pure returns (bool) {
    return Identity.unwrap(identity) >> PLANT_AT & 1 == 1;
}

function zone(Identity identity) pure returns (uint256) {
    return uint8(Identity.unwrap(identity) >> ZONE_AT);
}
