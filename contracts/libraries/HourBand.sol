// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice A plant's hour in memory after the forward pass: its energy, what it may be, and by what it may change from the hour before. All kWh.
type HourBand is uint256;

uint256 constant ENERGY_AT = 0;
uint256 constant ENERGY_BITS = 48;
uint256 constant LOW_AT = 48;
uint256 constant LOW_BITS = 48;
uint256 constant HIGH_AT = 96;
uint256 constant HIGH_BITS = 48;
uint256 constant UP_AT = 144;
uint256 constant UP_BITS = 48;
uint256 constant DOWN_AT = 192;
uint256 constant DOWN_BITS = 48;

using {energy, low, high, up, down} for HourBand global;

function makeBand(uint256 energy_, uint256 low_, uint256 high_, uint256 up_, uint256 down_) pure returns (HourBand) {
    return HourBand.wrap(energy_ | low_ << LOW_AT | high_ << HIGH_AT | up_ << UP_AT | down_ << DOWN_AT);
}

function energy(HourBand band) pure returns (uint256) {
    return uint48(HourBand.unwrap(band) >> ENERGY_AT);
}

function low(HourBand band) pure returns (uint256) {
    return uint48(HourBand.unwrap(band) >> LOW_AT);
}

function high(HourBand band) pure returns (uint256) {
    return uint48(HourBand.unwrap(band) >> HIGH_AT);
}

function up(HourBand band) pure returns (uint256) {
    return uint48(HourBand.unwrap(band) >> UP_AT);
}

function down(HourBand band) pure returns (uint256) {
    return uint48(HourBand.unwrap(band) >> DOWN_AT);
}
