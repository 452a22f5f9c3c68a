// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {DayAheadAuction} from "../../contracts/auctions/DayAheadAuction.sol";
import {MatchedPairsAuction} from "../../contracts/auctions/MatchedPairsAuction.sol";
import {PayAsBidAuction} from "../../contracts/auctions/PayAsBidAuction.sol";
import {TwoStageAuction} from "../../contracts/auctions/TwoStageAuction.sol";
import {Bounds, Flow, Rules, SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IMatchedPairs, Trade} from "../../contracts/interfaces/IMatchedPairs.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {LineWord} from "../../contracts/libraries/LineWord.sol";
import {Log} from "./Base.sol";
import {Crowd} from "./Crowd.sol";

/// @notice The crowd where everybody pays or gets the own price.
contract PayAsBidCrowd is Crowd {
    function _create(address registry_, address ledger_, Rules memory rules) internal override returns (IAuction) {
        return new PayAsBidAuction(registry_, ledger_, rules, new LineWord[](0));
    }
}

/// @notice The crowd in two stages: without lines the second finds everything traded, and its bounds lie where the rest of the book begins.
contract TwoStageCrowd is Crowd {
    function _create(address registry_, address ledger_, Rules memory rules) internal override returns (IAuction) {
        return new TwoStageAuction(registry_, ledger_, rules, new LineWord[](0), SurplusDeficit.Physical);
    }

    function _clearing(uint256 hour, uint256 low, uint256 high, bool) internal view override returns (bytes memory) {
        Bounds[] memory bounds = new Bounds[](2);
        bounds[0] = _bounds(low, high);
        Segment[] memory book = _book(hour, 0);
        uint256 volume;
        for (int256 price = FLOOR; price <= CAP; ++price) {
            (, uint256 sold,, uint256 bought) = _meet(book, price);
            uint256 met = sold < bought ? sold : bought;
            if (met > volume) volume = met;
        }
        (int256 unserved, int256 unsold) = (FLOOR, CAP);
        for (int256 price = FLOOR; price <= CAP; ++price) {
            (, uint256 sold,, uint256 bought) = _meet(book, price);
            if (bought > volume) unserved = price;
            if (sold > volume && unsold == CAP) unsold = price;
        }
        bounds[1] = _bounds(uint256(unserved - FLOOR), uint256(unsold - FLOOR));
        return abi.encodeCall(IProvenAuction.clear, (hour, traders(), new Flow[](0), bounds));
    }
}

/// @notice The crowd where orders can also be placed the day before: they stand where none is placed in the hour.
contract DayAheadCrowd is Crowd {
    mapping(uint256 by => mapping(uint256 hour => uint256)) private placedAhead;

    function _create(address registry_, address ledger_, Rules memory rules) internal override returns (IAuction) {
        return new DayAheadAuction(registry_, ledger_, rules, new LineWord[](0));
    }

    /// @notice A trader, or one time in nine a stranger, orders two segments for one to three hours of the coming day.
    function orderDay(uint256 by, bool sells, uint256 price, uint256 quantity, uint256 drawn) public {
        by = drawn % 9 == 0 ? PEOPLE : by % PEOPLE;
        uint256 first = block.timestamp < START ? 0 : 24 * ((block.timestamp - START) / 1 days + 1);
        uint256[] memory words = new uint256[](1 + drawn / 9 % 3);
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 segments = _segment(price >> i, quantity >> i) | _segment(price >> 64 + i, quantity >> 64 + i) << 64;
            words[i] = first + drawn / 27 % 22 + i << 196 | (sells ? uint256(1) << 195 : 0) | uint256(2) << 192 | segments;
        }
        vm.prank(trader(by));
        try DayAheadAuction(address(auction)).submitDay(words) {
            if (by == PEOPLE) ++impostors;
            for (uint256 i = 0; i < words.length; ++i) {
                placedAhead[by][words[i] >> 196] = words[i];
            }
        } catch {}
    }

    /// @notice A night passes, so that a coming day comes.
    function sleep(uint256 time) public {
        vm.warp(block.timestamp + time % 20 hours);
    }

    function _word(uint256 hour, uint256 by) internal view override returns (uint256) {
        return placed[by] != 0 && placed[by] >> 196 == hour ? placed[by] : placedAhead[by][hour];
    }
}

/// @notice The crowd in pairs: who clears gives the book sorted, or with two places exchanged.
contract PairsCrowd is Crowd {
    function _create(address registry_, address ledger_, Rules memory rules) internal override returns (IAuction) {
        return new MatchedPairsAuction(registry_, ledger_, rules);
    }

    function _clearing(uint256 hour, uint256, uint256, bool right) internal view override returns (bytes memory) {
        uint256[] memory rows = _rows(hour);
        uint256[] memory order = new uint256[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 place = i;
            for (; place > 0 && _key(hour, rows[i]) < _key(hour, rows[order[place - 1]]); --place) {
                order[place] = order[place - 1];
            }
            order[place] = i;
        }
        if (!right && rows.length > 1) (order[0], order[1]) = (order[1], order[0]);
        // a book of one order has no other sequence: then it is a word too long
        uint256[] memory sequence = new uint256[]((rows.length + 7) / 8 + (right || rows.length > 1 ? 0 : 1));
        for (uint256 i = 0; i < rows.length; ++i) {
            sequence[i / 8] |= order[i] << i % 8 * 32;
        }
        return abi.encodeCall(IMatchedPairs.clear, (hour, traders(), sequence));
    }

    /// @dev Offers by rising price, then bids by falling price; equal ones keep their order.
    function _key(uint256 hour, uint256 i) private view returns (int256) {
        (, bool sells, int256 price,) = _placed(hour, i);
        return sells ? price - FLOOR : 2 * int256(CAP - FLOOR) + 1 - (price - FLOOR);
    }

    /// @dev The segments that stand, row after row.
    function _rows(uint256 hour) private view returns (uint256[] memory rows) {
        rows = new uint256[](2 * PEOPLE);
        uint256 count;
        for (uint256 i = 0; i < 2 * PEOPLE; ++i) {
            (bool stands,,,) = _placed(hour, i);
            if (stands) rows[count++] = i;
        }
        assembly ("memory-safe") {
            mstore(rows, count)
        }
    }

    /// @dev A pair's price is between its two limits, and nobody trades more than was ordered.
    function _check(uint256 hour, Log[] memory logs) internal override {
        Trade[] memory trades = abi.decode(logs[1].data, (Trade[]));
        uint256[] memory rows = _rows(hour);
        uint256[] memory energy = new uint256[](rows.length);
        for (uint256 i = 0; i < trades.length; ++i) {
            uint256 trade = Trade.unwrap(trades[i]);
            (uint256 seller, uint256 buyer) = (uint32(trade >> 64), uint32(trade >> 32));
            (, bool sells, int256 ask,) = _placed(hour, rows[seller]);
            (, bool alsoSells, int256 wish,) = _placed(hour, rows[buyer]);
            int256 price = int32(uint32(trade >> 96));
            if (!sells || alsoSells || price < ask || price > wish) ++outOfTheMoney;
            energy[seller] += uint32(trade);
            energy[buyer] += uint32(trade);
            traded += uint32(trade);
        }
        for (uint256 row = 0; row < rows.length; ++row) {
            (,,, uint256 quantity) = _placed(hour, rows[row]);
            if (energy[row] > quantity) ++outOfTheMoney;
        }
    }
}
