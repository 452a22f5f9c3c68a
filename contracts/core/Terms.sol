// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What a market was made from, as hashes. It stands in the market's first block, so that every later block hash, and the digest of
/// all logs, follow from it.
contract Terms {
    /// @notice SHA-256 of the config, but for what does not matter to the market.
    bytes32 public immutable config;
    /// @notice SHA-256 over the region's files of figures.
    bytes32 public immutable data;
    /// @notice SHA-256 over the creation code of the market's contracts.
    bytes32 public immutable code;
    /// @notice SHA-256 over the files of strategies of a user's own.
    bytes32 public immutable ownCode;

    /// @notice The market is made from these.
    event TermsBound(bytes32 config, bytes32 data, bytes32 code, bytes32 ownCode);

    constructor(bytes32 config_, bytes32 data_, bytes32 code_, bytes32 ownCode_) {
        config = config_;
        data = data_;
        code = code_;
        ownCode = ownCode_;
        emit TermsBound(config_, data_, code_, ownCode_);
    }
}
