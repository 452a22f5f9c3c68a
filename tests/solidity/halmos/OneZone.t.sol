// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Certificate, Zone} from "../../../contracts/libraries/Certificate.sol";
import {Fills} from "../../../contracts/libraries/Fills.sol";
import {Row} from "../../../contracts/libraries/Row.sol";
import {Books} from "./Books.sol";

/// @title Whatever bounds the certificate accepts for a book of one zone, the fills that follow are lawful and nothing is left to trade.
/// @dev Two orders with any bounds of 128 bits; three with bounds in whole ticks, as those of two that are accepted are.
contract OneZoneProof is Books {
    /// @notice Two orders on any side, also without a quantity.
    function check_two(bool sells0, uint32 price0, uint32 kwh0, bool sells1, uint32 price1, uint32 kwh1, uint128 low, uint128 high)
        public
        pure
    {
        Row[] memory rows = new Row[](2);
        rows[0] = row(2, 0, sells0, price0, kwh0);
        rows[1] = row(3, 0, sells1, price1, kwh1);
        _hold(rows, low, high, 500_000);
    }

    function check_two_lowest_price(uint32 price0, uint32 kwh0, uint32 price1, uint32 kwh1, uint128 low, uint128 high) public pure {
        _pair(price0, kwh0, price1, kwh1, low, high, 0);
    }

    function check_two_highest_price(uint32 price0, uint32 kwh0, uint32 price1, uint32 kwh1, uint128 low, uint128 high) public pure {
        _pair(price0, kwh0, price1, kwh1, low, high, 1_000_000);
    }

    function check_sell_sell_bid(uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high) public pure {
        _three(true, true, false, prices, kwh, low, high);
    }

    function check_sell_bid_sell(uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high) public pure {
        _three(true, false, true, prices, kwh, low, high);
    }

    function check_bid_sell_sell(uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high) public pure {
        _three(false, true, true, prices, kwh, low, high);
    }

    function check_sell_bid_bid(uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high) public pure {
        _three(true, false, false, prices, kwh, low, high);
    }

    function check_bid_sell_bid(uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high) public pure {
        _three(false, true, false, prices, kwh, low, high);
    }

    function check_bid_bid_sell(uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high) public pure {
        _three(false, false, true, prices, kwh, low, high);
    }

    function _pair(uint32 price0, uint32 kwh0, uint32 price1, uint32 kwh1, uint128 low, uint128 high, uint256 k) private pure {
        Row[] memory rows = new Row[](2);
        rows[0] = row(2, 0, true, price0, kwh0);
        rows[1] = row(3, 0, false, price1, kwh1);
        _hold(rows, low, high, k);
    }

    function _three(bool sells0, bool sells1, bool sells2, uint32[3] calldata prices, uint32[3] calldata kwh, uint32 low, uint32 high)
        private
        pure
    {
        vm.assume(kwh[0] > 0);
        vm.assume(kwh[1] > 0);
        vm.assume(kwh[2] > 0);
        vm.assume(low <= SPAN);
        vm.assume(high <= SPAN);
        Row[] memory rows = new Row[](3);
        rows[0] = row(2, 0, sells0, prices[0], kwh[0]);
        rows[1] = row(3, 0, sells1, prices[1], kwh[1]);
        rows[2] = row(4, 0, sells2, prices[2], kwh[2]);
        _hold(rows, uint128(low) * 1e9, uint128(high) * 1e9, 500_000);
    }

    function _hold(Row[] memory rows, uint128 low, uint128 high, uint256 k) private pure {
        Zone[] memory zones = new Zone[](1);
        (zones[0].low, zones[0].high) = (low, high);
        uint256[] memory fills = new uint256[](rows.length);
        Certificate.proveAlone(rows, zones, SPAN, k);
        Fills.share(rows, zones, fills);

        bool good = true;
        uint256 net = 0;
        unchecked {
            for (uint256 i = 0; i < rows.length; ++i) {
                good = both(good, lawful(rows[i], zones[0].price, fills[i]));
                net += leaving(rows[i], fills[i]);
                for (uint256 j = 0; j < rows.length; ++j) {
                    if (i != j) good = both(good, exhausted(rows[i], fills[i], rows[j], fills[j], 0));
                }
            }
        }
        good = both(good, both(low % 1e6 == 0, high % 1e6 == 0));
        assert(both(good, net == 0));
    }
}
