// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice A chain of lines.
/// @dev From the low bits: how many lines | then the index of each, 8 bits a line, in order.
type Path is uint256;

uint256 constant COUNT_AT = 0;
uint256 constant COUNT_BITS = 8;
uint256 constant LEGS_AT = 8;
uint256 constant LEGS_BITS = 248;
uint256 constant LEG_WIDTH = 8;

using {legCount, legAt} for Path global;

/// @dev How many lines.
function legCount(Path path) pure returns (uint256) {
    return uint8(Path.unwrap(path));
}

/// @dev Index of the line at `place` of the chain.
function legAt(Path path, uint256 place) pure returns (uint256) {
    // A place is below 31.
    unchecked {
        return uint8(Path.unwrap(path) >> LEGS_AT + LEG_WIDTH * place);
    }
}
