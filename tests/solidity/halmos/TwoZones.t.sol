// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Arc, Certificate, Zone} from "../../../contracts/libraries/Certificate.sol";
import {Fills} from "../../../contracts/libraries/Fills.sol";
import {Row} from "../../../contracts/libraries/Row.sol";
import {Books} from "./Books.sol";

/// @title Whatever flow and bounds the certificate accepts for two zones and a line without losses: what it carries is what is traded, nothing
/// is left that the line could carry, and the price rises along it by its charge where it has room and carries something.
contract TwoZonesProof is Books {
    struct Solution {
        uint128 sent;
        uint128 received;
        uint128 lowA;
        uint128 highA;
        uint128 lowB;
        uint128 highB;
    }

    /// @notice An offer in A, a bid in B, any line of at most MOST kWh from A to B.
    function check_line(uint32[2] calldata prices, uint32[2] calldata kwh, uint32 capacity, uint32 charge, Solution calldata given)
        public
        pure
    {
        vm.assume(kwh[0] > 0);
        vm.assume(kwh[1] > 0);
        vm.assume(capacity <= MOST);
        vm.assume(charge <= SPAN);
        Row[] memory rows = new Row[](2);
        rows[0] = row(2, 0, true, prices[0], kwh[0]);
        rows[1] = row(3, 1, false, prices[1], kwh[1]);
        Zone[] memory zones = new Zone[](2);
        (zones[0].low, zones[0].high, zones[1].low, zones[1].high) = (given.lowA, given.highA, given.lowB, given.highB);
        Arc[] memory arcs = new Arc[](1);
        arcs[0] = Arc(0, 1, capacity, charge, 1e6, uint256(charge) * 1e15, capacity, given.sent, given.received);
        uint256[] memory fills = new uint256[](2);
        Certificate.prove(rows, zones, arcs, SPAN, 500_000, true);
        Fills.share(rows, zones, fills);

        (uint256 a, uint256 b, uint256 sent) = (zones[0].price, zones[1].price, given.sent);
        bool good = both(lawful(rows[0], a, fills[0]), lawful(rows[1], b, fills[1]));
        good = both(good, both(fills[0] == sent, fills[1] == sent));
        good = both(good, both(sent == given.received, sent <= capacity));
        good = both(good, either(sent == capacity, exhausted(rows[0], fills[0], rows[1], fills[1], charge + 1)));
        good = both(good, either(sent == capacity, b <= a + charge));
        good = both(good, either(sent == 0, b >= a + charge));
        assert(good);
    }
}
