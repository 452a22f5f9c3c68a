// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, RENT} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {ISealedBook} from "../interfaces/ISealedBook.sol";
import {Account, SEGMENT_WIDTH} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {OrderBook} from "./OrderBook.sol";

/// @title An order book by commit and reveal.
/// @dev One more storage slot a trader, overwritten every hour. An order stands only by `reveal`, so the account's hour says who revealed.
abstract contract SealedBook is OrderBook, ISealedBook {
    using Accounts for Account;
    using Unchecked for int256[];

    uint256 private constant HOUR_FROM = 232;
    uint256 private constant ENERGY_FROM = 200;

    ILedger private immutable ledger;
    /// @inheritdoc ISealedBook
    uint256 public immutable bondRate;

    mapping(address trader => uint256) private commitments;

    constructor(address ledger_, uint32 bondRate_) {
        (ledger, bondRate) = (ILedger(ledger_), bondRate_);
    }

    /// @inheritdoc ISealedBook
    function commit(uint256 commitment) external {
        Account account = _admitted();
        uint256 hour = commitment >> HOUR_FROM;
        _requireCurrent(hour);
        uint256 closedAt = timetable.reveals(hour);
        if (block.timestamp >= closedAt) revert CommitmentsClosed(hour, closedAt);
        uint256 last = commitments[msg.sender];
        if (last >> HOUR_FROM != hour && _bondDue(account, last) != 0) revert BondUnpaid(msg.sender, last >> HOUR_FROM);
        // as the order is when it is revealed: its price is not known before
        if (account.limit() != 0) _requireWithinLimit(account, _bondOf(commitment), hour);
        commitments[msg.sender] = commitment;
        emit OrderCommitted(msg.sender, commitment);
    }

    /// @inheritdoc ISealedBook
    function reveal(uint256 order, uint256 more, uint256 salt) external {
        uint256 hour = currentHour();
        uint256 opensAt = timetable.reveals(hour);
        if (block.timestamp < opensAt) revert RevealsNotOpen(hour, opensAt);
        uint256 hash = uint256(keccak256(abi.encode(order, more, salt, msg.sender)));
        uint256 commitment = commitments[msg.sender];
        if (commitment >> HOUR_FROM != hour || uint200(commitment) != uint200(hash)) revert NotCommitted(msg.sender, hour);
        (uint256 energy, uint256 committed) = (_energyOf(order, more), uint32(commitment >> ENERGY_FROM));
        if (energy > committed) revert MoreThanCommitted(energy, committed);
        if (Account.wrap(order).count() > Accounts.SEGMENTS_A_WORD) _place(order, more);
        else _place(order);
    }

    /// @inheritdoc ISealedBook
    function forfeit(uint256 hour, address[] calldata traders) external {
        _requireClosed(hour);
        int256[] memory amounts = new int256[](FIRST_PARTICIPANT + admitted);
        for (uint256 i = 0; i < traders.length; ++i) {
            address trader = traders[i];
            Account account = _standing(trader, hour);
            uint256 commitment = commitments[trader];
            if (commitment == 0 || commitment >> HOUR_FROM != hour || _revealed(account, commitment)) {
                revert NothingForfeited(trader, hour);
            }
            uint256 bond = _bondOf(commitment);
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

    /// @inheritdoc IAuction
    function atRiskOf(address trader) public view virtual override(IAuction, OrderBook) returns (uint256 worst, uint256 first, address by) {
        (worst, first, by) = super.atRiskOf(trader);
        worst += _bondDue(_standing(trader, first), commitments[trader]);
    }

    /// @dev 1e-5 CNY that a trader owes for its last commitment unless it still reveals it; 0 where it did, or has paid.
    function _bondDue(Account account, uint256 commitment) private view returns (uint256) {
        return _revealed(account, commitment) ? 0 : _bondOf(commitment);
    }

    /// @dev 1e-5 CNY.
    function _bondOf(uint256 commitment) private view returns (uint256) {
        return bondRate * uint32(commitment >> ENERGY_FROM);
    }

    /// @dev Whether an order stands that the commitment is to.
    function _revealed(Account account, uint256 commitment) private pure returns (bool) {
        return account.count() > 0 && account.hour() == commitment >> HOUR_FROM;
    }

    /// @dev kWh of all segments of an order.
    function _energyOf(uint256 order, uint256 more) private pure returns (uint256 energy) {
        uint256 count = Account.wrap(order).count();
        for (uint256 i = 0; i < count; ++i) {
            if (i == Accounts.SEGMENTS_A_WORD) order = more;
            energy += uint32(order);
            order >>= SEGMENT_WIDTH;
        }
    }

    function _sealed() internal pure virtual override returns (bool) {
        return true;
    }
}
