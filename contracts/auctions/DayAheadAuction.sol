// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rules} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {IDayAhead} from "../interfaces/IDayAhead.sol";
import {Account} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {LineWord} from "../libraries/LineWord.sol";
import {Limits} from "../libraries/Limits.sol";
import {LONGEST_DAY} from "../libraries/Timetable.sol";
import {OrderBook} from "./OrderBook.sol";
import {UniformAuction} from "./UniformAuction.sol";

/// @title The uniform auction, with orders for the hours of a day in one transaction.
/// @dev One slot an order-hour, two for four or five segments. Two days alternate, so that orders for tomorrow leave today's alone.
contract DayAheadAuction is UniformAuction, IDayAhead {
    using Accounts for Account;

    uint256 private constant MOST_KEPT = 2 * LONGEST_DAY;

    /// @dev by hour modulo two days: the word as sent; MOST_KEPT places on, its second word
    mapping(address trader => uint256[2 * MOST_KEPT]) private ahead;

    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        UniformAuction(registry, ledger, rules, lines)
    {}

    /// @inheritdoc IDayAhead
    function submitDay(uint256[] calldata words) external {
        Account account = _admitted();
        uint256 day = timetable.day();
        uint256 first = timetable.comingDay(block.timestamp) * day;
        uint256 end = first + day;
        uint256[2 * MOST_KEPT] storage kept = ahead[msg.sender];
        uint256 next = first;
        uint256 length = words.length;
        for (uint256 i = 0; i < length; ++i) {
            uint256 word = words[i];
            Account order = Account.wrap(word);
            uint256 hour = order.hour();
            if (hour < next || hour >= end) revert HourOutsideDay(hour, next, end);
            next = hour + 1;
            uint256 count = order.count();
            if (count > Accounts.MOST_SEGMENTS) revert SegmentCount(count, Accounts.MOST_SEGMENTS);
            uint256 inWord = count < Accounts.SEGMENTS_A_WORD ? count : Accounts.SEGMENTS_A_WORD;
            _requireValid(word, 0, inWord);
            kept[_slotOf(hour)] = word;
            if (count > inWord) {
                if (++i == length) revert WordMissing(i);
                _requireValid(words[i], inWord, count);
                kept[MOST_KEPT + _slotOf(hour)] = words[i];
            }
            if (account.limit() != 0) _requireCovered(account, order, words[i]);
        }
        emit DayOrdersPlaced(account.number(), words);
    }

    /// @inheritdoc IDayAhead
    function dayOrderOf(address trader, uint256 hour) external view returns (uint256 order, uint256 more) {
        (order, more) = (ahead[trader][_slotOf(hour)], ahead[trader][MOST_KEPT + _slotOf(hour)]);
        Account account = Account.wrap(order);
        if (account.hour() != hour || account.count() == 0) return (0, 0);
        if (account.count() <= Accounts.SEGMENTS_A_WORD) more = 0;
    }

    /// @inheritdoc IAuction
    /// @dev In each hour whichever costs more: an order placed in the hour may be taken back, and the one of the day before then stands.
    function atRiskOf(address trader) public view override(IAuction, OrderBook) returns (uint256 worst, uint256 first, address by) {
        (worst, first, by) = super.atRiskOf(trader);
        uint256[2 * MOST_KEPT] storage kept = ahead[trader];
        uint256 inHour = worst;
        for (uint256 hour = first; hour < coveredUntil; ++hour) {
            Account order = Account.wrap(kept[_slotOf(hour)]);
            if (order.hour() != hour) continue;
            uint256 before = Limits.worst(order, kept[MOST_KEPT + _slotOf(hour)]);
            if (hour != first) worst += before;
            else if (before > inHour) worst = worst - inHour + before;
        }
    }

    /// @dev An order placed in the hour itself comes before the one placed the day before.
    function _standing(address trader, uint256 hour) internal view override returns (Account account) {
        account = super._standing(trader, hour);
        if (account.hour() == hour && account.count() > 0) return account;
        uint256 order = ahead[trader][_slotOf(hour)];
        return Account.wrap(order).hour() == hour ? account.stand(order) : account.retire();
    }

    function _more(address trader, uint256 hour) internal view override returns (uint256) {
        Account account = super._standing(trader, hour);
        if (account.hour() == hour && account.count() > 0) return super._more(trader, hour);
        return ahead[trader][MOST_KEPT + _slotOf(hour)];
    }

    /// @dev Where the order for an hour is kept.
    function _slotOf(uint256 hour) private view returns (uint256) {
        return hour % (2 * timetable.day());
    }
}
