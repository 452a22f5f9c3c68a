// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title An auction in which some traders may not ask more than was audited.
/// @notice Before the first hour the operator says at most how much each of them may ask; nobody changes it later. It holds for every segment of
/// every order of theirs. Who is not named is free.
interface IAudited {
    /// @notice A trader's orders may have no price above `cap`, fen/MWh.
    event OffersAudited(address indexed trader, int256 cap);

    /// @notice A segment is above what was audited.
    error OfferAboveAudited(int256 price, int256 cap);
    /// @notice Hour 0 has begun.
    error TooLateToAudit(uint256 time, uint256 begun);

    /// @notice Says the highest price (fen/MWh) of each of `traders`, who are admitted; before hour 0 it may be said anew. Operator only.
    function audit(address[] calldata traders, int256[] calldata caps) external;

    /// @notice The highest price (fen/MWh) that the trader may ask; type(int256).max for one who was not named.
    function auditedCap(address trader) external view returns (int256);
}
