// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line} from "../core/Types.sol";

/// @notice A line as an auction is created with it.
/// @dev One word a line, since creation code and arguments together have at most 49,152 bytes (EIP-3860). From the low bits: source, target,
/// 8 bits each, then capacity, charge, loss, 32 bits each; the others count for nothing.
type LineWord is uint256;

/// @dev The lines in memory, in order.
function unpacked(LineWord[] memory words) pure returns (Line[] memory lines) {
    lines = new Line[](words.length);
    for (uint256 i = 0; i < words.length; ++i) {
        uint256 word = LineWord.unwrap(words[i]);
        lines[i] = Line(uint8(word), uint8(word >> 8), uint32(word >> 16), uint32(word >> 48), uint32(word >> 80));
    }
}
