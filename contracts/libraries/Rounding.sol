// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev `value` / `by` rounded towards minus infinity; `by` is above 0.
function floored(int256 value, int256 by) pure returns (int256 whole) {
    whole = value / by;
    if (value % by < 0) --whole;
}
