// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

import {ILedger} from "./interfaces/ILedger.sol";

/// @title The ledger that ILedger describes.
contract Ledger is ILedger, AccessControl {
    /// @notice Market contracts, which may post.
    bytes32 public constant POSTER_ROLE = keccak256("POSTER_ROLE");

    /// @dev Four int64 balances a slot, account 4 i in the lowest bits of slot i: packed by hand, a posting costs a slot for four accounts.
    mapping(uint256 slot => uint256) private balances;

    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc ILedger
    function post(int256[] calldata amounts) external onlyRole(POSTER_ROLE) {
        int256 sum;
        int256 volume;
        for (uint256 first = 0; first < amounts.length; first += 4) {
            uint256 end = first + 4 < amounts.length ? first + 4 : amounts.length;
            uint256 before = balances[first / 4];
            uint256 word = before;
            for (uint256 number = first; number < end; ++number) {
                int256 amount = amounts[number];
                if (amount == 0) continue;
                sum += amount;
                if (amount > 0) volume += amount;
                uint256 shift = number % 4 * 64;
                int256 balance = int64(uint64(word >> shift)) + amount;
                if (balance != int64(balance)) revert BalanceOutOfRange(number, balance);
                word = word & ~(uint256(type(uint64).max) << shift) | uint256(uint64(int64(balance))) << shift;
            }
            if (word != before) balances[first / 4] = word;
        }
        if (sum != 0) revert Unbalanced(sum);
        emit Posted(msg.sender, amounts.length, uint256(volume));
    }

    /// @inheritdoc ILedger
    function balanceOf(uint256 number) external view returns (int256) {
        return int64(uint64(balances[number / 4] >> number % 4 * 64));
    }
}
