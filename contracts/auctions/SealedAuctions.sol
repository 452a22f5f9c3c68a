// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line, Rules, SurplusDeficit} from "../core/Types.sol";
import {MatchedPairsAuction} from "./MatchedPairsAuction.sol";
import {OrderBook} from "./OrderBook.sol";
import {PayAsBidAuction} from "./PayAsBidAuction.sol";
import {SealedBook} from "./SealedBook.sol";
import {TwoStageAuction} from "./TwoStageAuction.sol";
import {UniformAuction} from "./UniformAuction.sol";

/// @title The auctions with a sealed book. Each clears as the open one does; only how orders come in differs.
contract SealedUniformAuction is UniformAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, Line[] memory lines, uint64 bond)
        UniformAuction(registry, ledger, rules, lines)
        SealedBook(ledger, bond)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }
}

contract SealedPayAsBidAuction is PayAsBidAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, Line[] memory lines, uint64 bond)
        PayAsBidAuction(registry, ledger, rules, lines)
        SealedBook(ledger, bond)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }
}

contract SealedTwoStageAuction is TwoStageAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, Line[] memory lines, SurplusDeficit reading, uint64 bond)
        TwoStageAuction(registry, ledger, rules, lines, reading)
        SealedBook(ledger, bond)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }
}

contract SealedMatchedPairsAuction is MatchedPairsAuction, SealedBook {
    constructor(address registry, address ledger, Rules memory rules, uint64 bond)
        MatchedPairsAuction(registry, ledger, rules)
        SealedBook(ledger, bond)
    {}

    function _sealed() internal pure override(OrderBook, SealedBook) returns (bool) {
        return SealedBook._sealed();
    }
}
