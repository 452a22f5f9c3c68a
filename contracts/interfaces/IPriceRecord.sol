// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title An auction that keeps the prices of the hour it cleared last, for contracts that are settled against them.
/// @notice Of an hour with two stages these are the prices of the first one, in which the traders of a zone meet each other.
interface IPriceRecord {
    /// @notice The hour is not the one cleared last.
    error NotPriced(uint256 hour);

    /// @notice fen/MWh by zone of the hour cleared last; type(int32).min where nothing was traded and nothing passed.
    function pricesAt(uint256 hour) external view returns (int256[] memory prices);
}
