// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Rules, SurplusDeficit} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {LineWord} from "../libraries/LineWord.sol";
import {MatchedPairsAuction} from "./MatchedPairsAuction.sol";
import {OrderBook} from "./OrderBook.sol";
import {PayAsBidAuction} from "./PayAsBidAuction.sol";
import {SealedBook} from "./SealedBook.sol";
import {TwoStageAuction} from "./TwoStageAuction.sol";
import {UniformAuction} from "./UniformAuction.sol";

/// @title The auctions with a sealed book. Each clears as the open one does; only how orders come in differs.
contract SealedUniformAuction is UniformAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, uint32 bondRate)
        UniformAuction(registry, ledger, rules, lines)
        SealedBook(ledger, bondRate)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }

    function atRiskOf(address trader) public view override(IAuction, OrderBook, SealedBook) returns (uint256, uint256, address) {
        return SealedBook.atRiskOf(trader);
    }
}

contract SealedPayAsBidAuction is PayAsBidAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, uint32 bondRate)
        PayAsBidAuction(registry, ledger, rules, lines)
        SealedBook(ledger, bondRate)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }

    function atRiskOf(address trader) public view override(IAuction, OrderBook, SealedBook) returns (uint256, uint256, address) {
        return SealedBook.atRiskOf(trader);
    }
}

contract SealedTwoStageAuction is TwoStageAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, LineWord[] memory lines, SurplusDeficit reading, uint32 bondRate)
        TwoStageAuction(registry, ledger, rules, lines, reading)
        SealedBook(ledger, bondRate)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }

    function atRiskOf(address trader) public view override(IAuction, OrderBook, SealedBook) returns (uint256, uint256, address) {
        return SealedBook.atRiskOf(trader);
    }
}

contract SealedMatchedPairsAuction is MatchedPairsAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, uint32 bondRate)
        MatchedPairsAuction(registry, ledger, rules)
        SealedBook(ledger, bondRate)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }

    function atRiskOf(address trader) public view override(IAuction, OrderBook, SealedBook) returns (uint256, uint256, address) {
        return SealedBook.atRiskOf(trader);
    }
}
