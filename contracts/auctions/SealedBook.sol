// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, RENT} from "../core/Types.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {ISealedBook} from "../interfaces/ISealedBook.sol";
import {Account} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {OrderBook} from "./OrderBook.sol";

/// @title An order book by commit and reveal.
/// @dev One more storage slot a trader, overwritten every hour. An order stands only by `reveal`, so the account's hour says who revealed.
abstract contract SealedBook is OrderBook, ISealedBook {
    using Accounts for Account;
    using Unchecked for int256[];

    /// @dev seconds into the hour until which commitments are taken, and from which orders are revealed
    uint256 private constant REVEALS_FROM = 15 minutes;
    uint256 private constant HASH_BITS = 232;

    ILedger private immutable ledger;
    /// @inheritdoc ISealedBook
    uint256 public immutable bond;

    mapping(address trader => uint256) private commitments;

    constructor(address ledger_, uint64 bond_) {
        (ledger, bond) = (ILedger(ledger_), bond_);
    }

    /// @inheritdoc ISealedBook
    function commit(uint256 commitment) external {
        (Account account,) = accountOf(msg.sender);
        if (account.number() == 0) revert NotAdmitted(msg.sender);
        (uint256 hour, uint256 current) = (commitment >> HASH_BITS, currentHour());
        if (hour != current) revert WrongHour(hour, current);
        uint256 closedAt = _begin(hour) + REVEALS_FROM;
        if (block.timestamp >= closedAt) revert CommitmentsClosed(hour, closedAt);
        commitments[msg.sender] = commitment;
        emit OrderCommitted(msg.sender, commitment);
    }

    /// @inheritdoc ISealedBook
    function reveal(uint256 order, uint256 more, uint256 salt) external {
        uint256 hour = currentHour();
        uint256 opensAt = _begin(hour) + REVEALS_FROM;
        if (block.timestamp < opensAt) revert RevealsNotOpen(hour, opensAt);
        uint256 hash = uint256(keccak256(abi.encode(order, more, salt, msg.sender)));
        if (commitments[msg.sender] != (hour << HASH_BITS | hash << 256 - HASH_BITS >> 256 - HASH_BITS)) {
            revert NotCommitted(msg.sender, hour);
        }
        if (Account.wrap(order).count() > Accounts.SEGMENTS_A_WORD) _place(order, more);
        else _place(order);
    }

    /// @inheritdoc ISealedBook
    function forfeit(uint256 hour, address[] calldata traders) external {
        uint256 closesAt = _begin(hour) + GATE;
        if (block.timestamp < closesAt) revert GateOpen(hour, closesAt);
        int256[] memory amounts = new int256[](FIRST_PARTICIPANT + admitted);
        for (uint256 i = 0; i < traders.length; ++i) {
            address trader = traders[i];
            (Account account,) = accountOf(trader);
            uint256 commitment = commitments[trader];
            bool revealed = account.count() > 0 && account.hour() == hour;
            if (commitment == 0 || commitment >> HASH_BITS != hour || revealed) revert NothingForfeited(trader, hour);
            commitments[trader] = 0;
            amounts.add(account.number(), -int256(bond));
            amounts.add(RENT, int256(bond));
            emit BondForfeited(trader, hour, bond);
        }
        ledger.post(amounts);
    }

    /// @inheritdoc ISealedBook
    function commitmentOf(address trader) external view returns (uint256) {
        return commitments[trader];
    }

    /// @dev Block time at which an hour begins.
    function _begin(uint256 hour) private view returns (uint256) {
        return start + hour * 1 hours;
    }

    function _sealed() internal pure virtual override returns (bool) {
        return true;
    }
}
