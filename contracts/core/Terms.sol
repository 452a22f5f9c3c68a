// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITerms} from "../interfaces/ITerms.sol";

/// @title The terms that ITerms describes.
contract Terms is ITerms {
    /// @inheritdoc ITerms
    bytes32 public immutable config;
    /// @inheritdoc ITerms
    bytes32 public immutable data;
    /// @inheritdoc ITerms
    bytes32 public immutable code;
    /// @inheritdoc ITerms
    bytes32 public immutable ownCode;

    constructor(bytes32 config_, bytes32 data_, bytes32 code_, bytes32 ownCode_) {
        config = config_;
        data = data_;
        code = code_;
        ownCode = ownCode_;
        emit TermsBound(config_, data_, code_, ownCode_);
    }
}
