// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice An account's hour: energy scheduled, and metered without calls. Taken is positive. Four are a word, the first in the lowest bits.
type MeteredEnergy is uint256;

uint256 constant SCHEDULED_AT = 0;
uint256 constant SCHEDULED_BITS = 32;
uint256 constant METERED_AT = 32;
uint256 constant METERED_BITS = 32;
uint256 constant ENERGY_WIDTH = 64;
uint256 constant ENERGIES_A_WORD = 4;

using {scheduled, metered} for MeteredEnergy global;

/// @dev That of account `number`, in the lowest bits, out of the word that holds it.
function energyIn(uint256 word, uint256 number) pure returns (MeteredEnergy) {
    return MeteredEnergy.wrap(word >> number % ENERGIES_A_WORD * ENERGY_WIDTH);
}

/// @dev kWh.
function scheduled(MeteredEnergy energy) pure returns (int256) {
    return int32(uint32(MeteredEnergy.unwrap(energy) >> SCHEDULED_AT));
}

/// @dev kWh.
function metered(MeteredEnergy energy) pure returns (int256) {
    return int32(uint32(MeteredEnergy.unwrap(energy) >> METERED_AT));
}
