// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rules, SurplusDeficit} from "../core/Types.sol";
import {LineWord} from "../libraries/LineWord.sol";
import {DayAheadAuction} from "./DayAheadAuction.sol";
import {PriceRecord} from "./PriceRecord.sol";
import {SealedTwoStageAuction, SealedUniformAuction} from "./SealedAuctions.sol";
import {TwoStageAuction} from "./TwoStageAuction.sol";
import {UniformAuction} from "./UniformAuction.sol";

/// @title The auctions of one price a zone, with a record of it. Each clears as the auction without one does.
contract PricedUniformAuction is UniformAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        UniformAuction(registry, ledger, rules, lines)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}

contract PricedTwoStageAuction is TwoStageAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, SurplusDeficit reading)
        TwoStageAuction(registry, ledger, rules, lines, reading)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}

contract PricedDayAheadAuction is DayAheadAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines)
        DayAheadAuction(registry, ledger, rules, lines)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}

contract SealedPricedUniformAuction is SealedUniformAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, uint32 bondRate)
        SealedUniformAuction(registry, ledger, rules, lines, bondRate)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}

contract SealedPricedTwoStageAuction is SealedTwoStageAuction, PriceRecord {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, SurplusDeficit reading, uint32 bondRate)
        SealedTwoStageAuction(registry, ledger, rules, lines, reading, bondRate)
    {}

    function _keep(uint256 hour, int256[] memory prices) internal override {
        _record(hour, prices);
    }
}
