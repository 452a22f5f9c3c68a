// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, SurplusDeficit} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {ISecondStage} from "../interfaces/ISecondStage.sol";
import {Account} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Row} from "../libraries/Row.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title What auctions of two stages know besides the book: who gives wind, sun or water, and what traders ask on top in the region.
abstract contract SecondStage is ProvenAuction, ISecondStage {
    using Accounts for Account;
    using Unchecked for Row[];

    /// @inheritdoc ISecondStage
    SurplusDeficit public immutable surplusDeficitReading;

    /// @dev a bit a trader's number, 256 a word
    mapping(uint256 word => uint256) private renewables;
    /// @dev one more than the hour that the markup is for, above it in the lowest 64 bits
    mapping(address trader => uint256) private markups;
    /// @dev one more than the last hour for which anybody gave a markup: other hours read none
    uint256 private lastMarked;

    constructor(SurplusDeficit reading) {
        surplusDeficitReading = reading;
    }

    /// @inheritdoc ISecondStage
    function noteRenewables(address[] calldata traders) external {
        _requireOperator();
        if (block.timestamp >= timetable.gate(0)) revert TooLateForRenewables();
        for (uint256 i = 0; i < traders.length; ++i) {
            (Account account,) = accountOf(traders[i]);
            uint256 number = account.number();
            if (number == 0) revert NotAdmitted(traders[i]);
            renewables[number >> 8] |= 1 << (number & 0xFF);
        }
        emit RenewablesDeclared(traders);
    }

    /// @inheritdoc ISecondStage
    function amendRegional(uint256 hour, int256 markup) external {
        if (_sealed()) revert OrdersAreSealed();
        Account account = _admitted();
        if (account.limit() != 0) revert MarkupNotCovered();
        _requireCurrent(hour);
        _requireOpen(hour);
        if (markup > cap - floor || markup < floor - cap) revert MarkupTooLarge(markup, cap - floor);
        markups[msg.sender] = (hour + 1) << 64 | uint64(int64(markup));
        lastMarked = hour + 1;
        emit RegionalMarkup(account.number(), hour, markup);
    }

    /// @inheritdoc ISecondStage
    function regionalMarkupOf(address trader, uint256 hour) public view returns (int256 markup) {
        if (_sealed()) return 0;
        uint256 word = markups[trader];
        if (word >> 64 == hour + 1) markup = int64(uint64(word));
    }

    /// @dev Notes in the rows what only the second stage asks: who gives wind, sun or water, and prices with their markups.
    function _enterRegion(uint256 hour, address[] calldata traders, Row[] memory rows) internal view {
        bool asked = surplusDeficitReading == SurplusDeficit.Renewable;
        bool marked = !_sealed() && lastMarked == hour + 1;
        if (!asked && !marked) return;
        int256 highest = cap - floor;
        for (uint256 i = 0; i < rows.length; ++i) {
            Row row = rows.get(i);
            uint256 number = row.number();
            if (asked && renewables[number >> 8] >> (number & 0xFF) & 1 == 1) row = row.asRenewable();
            if (marked) {
                int256 ticks = int256(row.ticks()) + regionalMarkupOf(traders[number - FIRST_PARTICIPANT], hour);
                row = row.repriced(ticks < 0 ? 0 : uint256(ticks > highest ? highest : ticks));
            }
            rows.set(i, row);
        }
    }

    /// @dev The fills of home as the second stage counts with them. Where only wind, sun and water are surplus, their rows keep what is left and
    /// count as unfilled, so that nothing replaces them; rows of other plants keep what they sold, so that they have nothing left for sale.
    function _open(Row[] memory rows, uint256[] memory fills) internal view returns (uint256[] memory open) {
        if (surplusDeficitReading != SurplusDeficit.Renewable) return fills;
        open = new uint256[](fills.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row row = rows.get(i);
            uint256 fill = fills[i];
            open[i] = row.sells() && row.renewable() ? 0 : fill;
            if (row.sells()) rows.set(i, row.afterFill(0, row.renewable() ? fill : row.quantity() - fill));
        }
    }
}
