// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Arc} from "./Certificate.sol";

/// @dev What lines charge for what they carry in the hour, 1e-5 CNY.
function lineCharges(Arc[] memory arcs) pure returns (int256 sum) {
    for (uint256 i = 0; i < arcs.length; ++i) {
        sum += int256(arcs[i].charge * arcs[i].sent);
    }
}
