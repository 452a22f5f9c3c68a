// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rules} from "../core/Types.sol";
import {LineWord} from "../libraries/LineWord.sol";
import {OnePriceAuction} from "./OnePriceAuction.sol";
import {PriceRecord} from "./PriceRecord.sol";

/// @title The auction of one price for all zones, with a record of it.
contract PricedOnePriceAuction is OnePriceAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        OnePriceAuction(registry, ledger, rules, lines)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}
