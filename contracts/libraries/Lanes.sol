// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Unchecked} from "./Unchecked.sol";

/// @title Lists of 32-bit numbers, eight a word, the first in the lowest bits.
library Lanes {
    using Unchecked for uint256[];

    uint256 internal constant A_WORD = 8;
    uint256 internal constant WIDTH = 32;

    /// @notice How many words hold `count` numbers.
    function words(uint256 count) internal pure returns (uint256) {
        return (count + A_WORD - 1) / A_WORD;
    }

    /// @notice The number at `place` of the list, out of the word that holds it.
    function get(uint256 word, uint256 place) internal pure returns (uint256) {
        return uint32(word >> place % A_WORD * WIDTH);
    }

    /// @notice `value` where a word holds the number at `place` of the list.
    function put(uint256 value, uint256 place) internal pure returns (uint256) {
        return value << place % A_WORD * WIDTH;
    }

    /// @notice A list as words.
    function pack(uint256[] memory values) internal pure returns (uint256[] memory packed) {
        packed = new uint256[](words(values.length));
        for (uint256 i = 0; i < values.length; ++i) {
            packed.set(i / A_WORD, packed.get(i / A_WORD) | put(values.get(i), i));
        }
    }
}
