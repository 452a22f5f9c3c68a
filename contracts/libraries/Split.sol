// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Unchecked} from "./Unchecked.sol";

/// @title Whole shares of a whole: nothing is lost to rounding.
/// @notice Every part is its exact share rounded down; what is left goes one by one to the largest remainders, the first of equals first.
library Split {
    using Unchecked for uint256[];

    uint256 private constant LANES = 8;
    uint256 private constant WIDTH = 32;

    /// @notice Writes weights eight a word, first in the lowest bits.
    function store(uint256[4] storage words, uint32[] memory weights) internal {
        uint256 word;
        for (uint256 i = 0; i < weights.length; ++i) {
            word |= uint256(weights[i]) << i % LANES * WIDTH;
            if (i % LANES == LANES - 1 || i == weights.length - 1) {
                words[i / LANES] = word;
                word = 0;
            }
        }
    }

    /// @notice Weights `from` to `to` - 1.
    function load(uint256[4] storage words, uint256 from, uint256 to) internal view returns (uint256[] memory weights) {
        weights = new uint256[](to - from);
        uint256 word = words[from / LANES] >> from % LANES * WIDTH;
        for (uint256 i = from; i < to; ++i) {
            if (i % LANES == 0) word = words[i / LANES];
            weights.set(i - from, uint32(word));
            word >>= WIDTH;
        }
    }

    /// @notice The part of `total` that falls on `place` by `weights`, which do not sum to 0.
    /// @dev A total is below 2^64 and at most 32 weights are below 2^32, so nothing can wrap.
    function part(uint256 total, uint256[] memory weights, uint256 place) internal pure returns (uint256) {
        uint256 count = weights.length;
        uint256 whole;
        for (uint256 i = 0; i < count; ++i) {
            whole += weights.get(i);
        }
        uint256 own = total * weights[place];
        uint256 remainder = own % whole;
        uint256 rest = total;
        uint256 ahead;
        for (uint256 i = 0; i < count; ++i) {
            uint256 product = total * weights.get(i);
            uint256 other = product % whole;
            rest -= product / whole;
            if (other > remainder || (other == remainder && i < place)) ++ahead;
        }
        return ahead < rest ? own / whole + 1 : own / whole;
    }

    /// @notice The part of `total` that falls on `place` of `count` equal ones.
    function equal(uint256 total, uint256 count, uint256 place) internal pure returns (uint256) {
        return total / count + (place < total % count ? 1 : 0);
    }
}
