// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Zone} from "./Certificate.sol";
import {Entry} from "./Entry.sol";
import {Leg} from "./Leg.sol";
import {Row} from "./Row.sol";

/// @title Arrays in memory without Solidity's bounds check, which is half of what a pass over the book costs.
/// @dev The caller keeps the index below the length: loops run over the array itself, zones and numbers are checked at `admit`.
library Unchecked {
    function get(Row[] memory list, uint256 index) internal pure returns (Row item) {
        assembly ("memory-safe") {
            item := mload(add(add(list, 32), shl(5, index)))
        }
    }

    function get(Entry[] memory list, uint256 index) internal pure returns (Entry item) {
        assembly ("memory-safe") {
            item := mload(add(add(list, 32), shl(5, index)))
        }
    }

    function get(uint256[] memory list, uint256 index) internal pure returns (uint256 item) {
        assembly ("memory-safe") {
            item := mload(add(add(list, 32), shl(5, index)))
        }
    }

    function get(int256[] memory list, uint256 index) internal pure returns (int256 item) {
        assembly ("memory-safe") {
            item := mload(add(add(list, 32), shl(5, index)))
        }
    }

    /// @dev The list in memory.
    function copied(Entry[] calldata list) internal pure returns (Entry[] memory copy) {
        copy = new Entry[](list.length);
        assembly ("memory-safe") {
            calldatacopy(add(copy, 32), list.offset, shl(5, list.length))
        }
    }

    /// @dev The list in memory.
    function copied(Leg[] calldata list) internal pure returns (Leg[] memory copy) {
        copy = new Leg[](list.length);
        assembly ("memory-safe") {
            calldatacopy(add(copy, 32), list.offset, shl(5, list.length))
        }
    }

    /// @dev Where the pointer to list[index] lies. Returning the struct itself would make Solidity allocate one at every call.
    function place(Zone[] memory list, uint256 index) internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := add(add(list, 32), shl(5, index))
        }
    }

    function set(Row[] memory list, uint256 index, Row item) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 32), shl(5, index)), item)
        }
    }

    function set(Entry[] memory list, uint256 index, Entry item) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 32), shl(5, index)), item)
        }
    }

    function set(uint256[] memory list, uint256 index, uint256 item) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 32), shl(5, index)), item)
        }
    }

    function set(int256[] memory list, uint256 index, int256 item) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(list, 32), shl(5, index)), item)
        }
    }

    /// @dev list[index] += amount
    function add(uint256[] memory list, uint256 index, uint256 amount) internal pure {
        // Whatever is added up here is energy or a count, far below 2^256.
        unchecked {
            set(list, index, get(list, index) + amount);
        }
    }

    /// @dev list[index] += amount
    function add(int256[] memory list, uint256 index, int256 amount) internal pure {
        assembly ("memory-safe") {
            let slot := add(add(list, 32), shl(5, index))
            mstore(slot, add(mload(slot), amount))
        }
    }
}
