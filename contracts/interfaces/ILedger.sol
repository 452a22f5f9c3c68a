// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The money of every participant, in 1e-5 CNY. It only takes postings that sum to zero.
/// @notice Account 0 is the grid (line charges), account 1 the congestion rent, participants follow from 2 by their registry number.
interface ILedger {
    /// @notice `poster` moved `volume` (sum of what was credited) over accounts 0 to `accounts` - 1.
    event Posted(address indexed poster, uint256 accounts, uint256 volume);

    /// @notice The amounts sum to `sum` instead of zero.
    error Unbalanced(int256 sum);
    /// @notice An amount is beyond int128; balances have no bound that postings could reach.
    error AmountOutOfRange(uint256 number, int256 amount);

    /// @notice Adds `amounts[i]` to the balance of account i. Posters (market contracts) only.
    function post(int256[] calldata amounts) external;

    /// @notice Balance of an account, 1e-5 CNY.
    function balanceOf(uint256 number) external view returns (int256);
}
