// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPriceRecord} from "../interfaces/IPriceRecord.sol";
import {Lanes} from "../libraries/Lanes.sol";

/// @title The record that IPriceRecord describes, for any auction that announces its stages.
/// @dev Prices are int32, eight a slot, in slots that every hour uses again.
abstract contract PriceRecord is IPriceRecord {
    /// @dev the hour on record, plus one, and how many zones it has
    uint128 private recordedUntil;
    uint128 private recordedZones;
    mapping(uint256 word => uint256) private recorded;

    /// @inheritdoc IPriceRecord
    function pricesAt(uint256 hour) external view returns (int256[] memory prices) {
        if (hour + 1 != recordedUntil) revert NotPriced(hour);
        prices = new int256[](recordedZones);
        for (uint256 i = 0; i < prices.length; ++i) {
            prices[i] = int32(uint32(Lanes.get(recorded[i / Lanes.A_WORD], i)));
        }
    }

    /// @dev Keeps the prices of a stage; of an hour's stages those of the first one.
    function _record(uint256 hour, int256[] memory prices) internal {
        if (recordedUntil == hour + 1) return;
        (recordedUntil, recordedZones) = (uint128(hour + 1), uint128(prices.length));
        uint256 word;
        for (uint256 i = 0; i < prices.length; ++i) {
            word |= Lanes.put(uint32(int32(prices[i])), i);
            if (i % Lanes.A_WORD == Lanes.A_WORD - 1 || i == prices.length - 1) {
                recorded[i / Lanes.A_WORD] = word;
                word = 0;
            }
        }
    }
}
