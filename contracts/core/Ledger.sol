// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

import {ILedger} from "../interfaces/ILedger.sol";

/// @title The ledger that ILedger describes.
contract Ledger is ILedger, AccessControl {
    /// @notice Market contracts, which may post.
    bytes32 public constant POSTER_ROLE = keccak256("POSTER_ROLE");

    /// @dev Four int64 balances a slot, account 4 i in the lowest bits of slot i: packed by hand, a posting costs a slot for four accounts.
    mapping(uint256 slot => uint256) private balances;
    /// @dev 2^64 that balances beyond int64 are more than their 64 bits say, and whether there ever was one. So no posting fails for what an
    /// account has: whoever owes or is owed much stops nobody's hour.
    mapping(uint256 number => int256) private carries;
    bool private carried;

    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc ILedger
    function post(int256[] calldata amounts) external onlyRole(POSTER_ROLE) {
        int256 sum;
        uint256 volume;
        uint256 length = amounts.length;
        // Amounts are below 2^127, and calldata holds far fewer than 2^100 of them.
        unchecked {
            for (uint256 account = 0; account < length;) {
                uint256 slot = account / 4;
                uint256 end = account + 4 < length ? account + 4 : length;
                uint256 before = balances[slot];
                uint256 word = before;
                for (uint256 shift = 0; account < end; shift += 64) {
                    int256 amount;
                    assembly ("memory-safe") {
                        amount := calldataload(add(amounts.offset, shl(5, account))) // amounts[account], inside the bounds
                    }
                    ++account;
                    if (amount == 0) continue;
                    int256 balance = int64(uint64(word >> shift)) + amount;
                    if (balance != int64(balance)) _carry(account - 1, amount, balance);
                    sum += amount;
                    if (amount > 0) volume += uint256(amount);
                    word = word & ~(uint256(type(uint64).max) << shift) | uint256(uint64(int64(balance))) << shift;
                }
                if (word != before) balances[slot] = word;
            }
        }
        if (sum != 0) revert Unbalanced(sum);
        emit Posted(msg.sender, length, volume);
    }

    /// @inheritdoc ILedger
    function balanceOf(uint256 number) external view returns (int256 balance) {
        balance = int64(uint64(balances[number / 4] >> number % 4 * 64));
        if (carried) balance += carries[number] << 64;
    }

    /// @dev Keeps what the 64 bits of an account cannot say of its `balance`.
    function _carry(uint256 number, int256 amount, int256 balance) private {
        if (amount != int128(amount)) revert AmountOutOfRange(number, amount);
        carries[number] += (balance - int64(balance)) >> 64;
        carried = true;
    }
}
