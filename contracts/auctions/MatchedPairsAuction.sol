// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, Flow, Line, NO_PRICE, Rules} from "../core/Types.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IMatchedPairs} from "../interfaces/IMatchedPairs.sol";
import {Pairing} from "../libraries/Pairing.sol";
import {Row} from "../libraries/Row.sol";
import {Trade} from "../libraries/Trade.sol";
import {Unchecked} from "../libraries/Unchecked.sol";
import {OrderBook} from "./OrderBook.sol";

/// @title In every zone the highest bid trades with the lowest offer, then the next, and each pair has its own price.
/// @notice The price of a pair is offer + k x (bid - offer), rounded down to the tick: inside both limits, and what the buyer pays is what
/// the seller gets, so that nothing goes to the accounts of grid and rent. Who sorts the book does not matter: the order is checked in one
/// pass, and what follows from it is unique. Pairing.sol says how ties are shared.
contract MatchedPairsAuction is OrderBook, IMatchedPairs {
    using Unchecked for Row[];
    using Unchecked for int256[];
    using Unchecked for uint256[];

    ILedger private immutable ledger;

    constructor(address registry, address ledger_, Rules memory rules) OrderBook(registry, rules, new Line[](0)) {
        ledger = ILedger(ledger_);
    }

    /// @inheritdoc IMatchedPairs
    function clear(uint256 hour, address[] calldata traders, uint256[] calldata sequence) external {
        _close(hour);
        Row[] memory rows = _book(hour, traders);
        uint256 words = (rows.length + 7) / 8;
        if (sequence.length != words) revert WrongLength(sequence.length, words);
        (uint256[] memory places, uint256[] memory ends) = Pairing.sorted(rows, sequence, zones);
        uint256[] memory fills = Pairing.fills(rows, places, ends);
        uint256[] memory packed = _packed(places, fills);
        Trade[] memory trades = Pairing.pair(rows, places, ends, fills, floor, k);
        int256[] memory amounts = _money(rows, trades, FIRST_PARTICIPANT + traders.length);

        int256[] memory prices = new int256[](zones);
        for (uint256 i = 0; i < zones; ++i) {
            prices[i] = NO_PRICE;
        }
        emit HourCleared(hour, 1, prices, new Flow[](0), packed, 0);
        emit TradesMade(hour, trades);
        ledger.post(amounts);
    }

    /// @dev What each place of the sorted book trades, as the event has it: by row, eight uint32 a word.
    function _packed(uint256[] memory places, uint256[] memory fills) private pure returns (uint256[] memory words) {
        // Places are below the number of rows, which memory bounds.
        unchecked {
            words = new uint256[]((places.length + 7) / 8);
            for (uint256 i = 0; i < places.length; ++i) {
                uint256 row = places.get(i);
                words.set(row / 8, words.get(row / 8) | fills.get(i) << row % 8 * 32);
            }
        }
    }

    /// @dev What the trades move, 1e-5 CNY by account.
    function _money(Row[] memory rows, Trade[] memory trades, uint256 accounts) private pure returns (int256[] memory amounts) {
        // A trade is at most 2^31 fen/MWh times 2^32 kWh, and memory holds far fewer than 2^190 of them.
        unchecked {
            amounts = new int256[](accounts);
            for (uint256 i = 0; i < trades.length; ++i) {
                Trade trade = trades[i];
                int256 money = trade.price() * int256(trade.energy());
                amounts.add(rows.get(trade.seller()).number(), money);
                amounts.add(rows.get(trade.buyer()).number(), -money);
            }
        }
    }
}
