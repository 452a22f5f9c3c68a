// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Words that are written once and read whole: the code of contracts that do nothing. Reading costs 2,600 gas a contract, not 2,100 a
/// word.
library NetworkData {
    /// @dev words in one contract: with the byte in front they keep within EIP-170's limit
    uint256 private constant WORDS = 767;
    /// @dev creation code that returns what follows it, in front of a zero byte (STOP), so that nobody can call it
    uint256 private constant PREFIX = 0x600b380380600b5f395ff300;
    uint256 private constant PREFIX_BYTES = 12;

    error NotWritten();

    /// @notice Creates the contracts that hold `words`.
    function write(uint256[] memory words) internal returns (address[] memory parts) {
        uint256 count = (words.length + WORDS - 1) / WORDS;
        parts = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 first = i * WORDS;
            uint256 size = 32 * (words.length - first < WORDS ? words.length - first : WORDS);
            bytes memory code = new bytes(PREFIX_BYTES + size);
            address part;
            assembly ("memory-safe") {
                mstore(add(code, 32), shl(160, PREFIX))
                mcopy(add(code, 44), add(add(words, 32), shl(5, first)), size)
                part := create(0, add(code, 32), mload(code))
            }
            if (part == address(0)) revert NotWritten();
            parts[i] = part;
        }
    }

    /// @notice All that `write` was given.
    function read(address[] storage parts) internal view returns (uint256[] memory words) {
        uint256 count = parts.length;
        uint256 last = count == 0 ? 0 : (parts[count - 1].code.length - 1) / 32;
        words = new uint256[](count == 0 ? 0 : (count - 1) * WORDS + last);
        for (uint256 i = 0; i < count; ++i) {
            address part = parts[i];
            uint256 size = 32 * (i == count - 1 ? last : WORDS);
            uint256 first = i * WORDS;
            assembly ("memory-safe") {
                extcodecopy(part, add(add(words, 32), shl(5, first)), 1, size)
            }
        }
    }
}
