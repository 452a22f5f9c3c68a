// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What a market was made from, as hashes. It stands in the market's first block, so that every later block hash, and the digest of
/// all logs, follow from it.
interface ITerms {
    /// @notice The market is made from these; said once, in the first block.
    event TermsBound(bytes32 config, bytes32 data, bytes32 code, bytes32 ownCode);

    /// @notice SHA-256 of the config, but for what does not matter to the market.
    function config() external view returns (bytes32);

    /// @notice SHA-256 over the region's files of figures.
    function data() external view returns (bytes32);

    /// @notice SHA-256 over the creation code of the market's contracts.
    function code() external view returns (bytes32);

    /// @notice SHA-256 over the files of strategies of a user's own.
    function ownCode() external view returns (bytes32);
}
