// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rules} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {LineWord} from "../libraries/LineWord.sol";
import {OnePriceAuction} from "./OnePriceAuction.sol";
import {OrderBook} from "./OrderBook.sol";
import {PriceRecord} from "./PriceRecord.sol";
import {SealedBook} from "./SealedBook.sol";

/// @title The auction of one price for all zones with a record of it, with a sealed book, and with both. Each clears as the plain one does.
contract PricedOnePriceAuction is OnePriceAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        OnePriceAuction(registry, ledger, rules, lines)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}

contract SealedOnePriceAuction is OnePriceAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, uint32 bondRate)
        OnePriceAuction(registry, ledger, rules, lines)
        SealedBook(ledger, bondRate)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }

    function atRiskOf(address trader) public view override(IAuction, OrderBook, SealedBook) returns (uint256, uint256, address) {
        return SealedBook.atRiskOf(trader);
    }
}

contract SealedPricedOnePriceAuction is SealedOnePriceAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, uint32 bondRate)
        SealedOnePriceAuction(registry, ledger, rules, lines, bondRate)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}
