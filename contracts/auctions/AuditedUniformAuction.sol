// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rules} from "../core/Types.sol";
import {IAudited} from "../interfaces/IAudited.sol";
import {Account} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {LineWord} from "../libraries/LineWord.sol";
import {PriceRecord} from "./PriceRecord.sol";
import {UniformAuction} from "./UniformAuction.sol";

/// @title The uniform auction with orders held to audited cost, and with a record of its prices.
/// @dev One more slot for a trader who is audited, read with every order.
contract AuditedUniformAuction is UniformAuction, PriceRecord, IAudited {
    using Accounts for Account;

    /// @dev fen/MWh, an int32 as in an order
    struct Cap {
        bool given;
        int32 price;
    }

    mapping(address trader => Cap) private caps;

    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        UniformAuction(registry, ledger, rules, lines)
    {}

    /// @inheritdoc IAudited
    function audit(address[] calldata traders, int256[] calldata prices) external {
        _requireOperator();
        if (block.timestamp >= timetable.start()) revert TooLateToAudit(block.timestamp, timetable.start());
        _requireLength(prices.length, traders.length);
        for (uint256 i = 0; i < traders.length; ++i) {
            (Account account,) = accountOf(traders[i]);
            if (account.number() == 0) revert NotAdmitted(traders[i]);
            if (prices[i] < floor) revert PriceBelowFloor(prices[i], floor);
            if (prices[i] > cap) revert PriceAboveCap(prices[i], cap);
            caps[traders[i]] = Cap(true, int32(prices[i]));
            emit OffersAudited(traders[i], prices[i]);
        }
    }

    /// @inheritdoc IAudited
    function auditedCap(address trader) public view returns (int256) {
        Cap memory found = caps[trader];
        return found.given ? int256(found.price) : type(int256).max;
    }

    function _requireValid(uint256 word, uint256 first, uint256 end) internal view override {
        super._requireValid(word, first, end);
        int256 most = auditedCap(msg.sender);
        for (uint256 place = first; place < end; ++place) {
            (int256 price,) = Accounts.segment(word);
            if (price > most) revert OfferAboveAudited(price, most);
            word >>= 64;
        }
    }

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}
