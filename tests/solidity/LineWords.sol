// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line} from "../../contracts/core/Types.sol";
import {LineWord} from "../../contracts/libraries/LineWord.sol";

/// @dev Lines as auctions are created with them.
function packed(Line[] memory lines) pure returns (LineWord[] memory words) {
    words = new LineWord[](lines.length);
    for (uint256 i = 0; i < lines.length; ++i) {
        Line memory line = lines[i];
        uint256 ends = line.source | uint256(line.target) << 8;
        words[i] = LineWord.wrap(ends | uint256(line.capacity) << 16 | uint256(line.charge) << 48 | uint256(line.loss) << 80);
    }
}
