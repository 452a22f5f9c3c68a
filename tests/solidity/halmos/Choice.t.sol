// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../../contracts/interfaces/IAuction.sol";
import {Arc, Certificate, Zone} from "../../../contracts/libraries/Certificate.sol";
import {Row} from "../../../contracts/libraries/Row.sol";
import {Books} from "./Books.sol";

/// @title What the certificate leaves no choice in, on books of two zones and one line from A to B.
/// @dev A book is fixed; the flow is any of 8 bits, and the bounds are any of 40, of which the cap has 34. The price is the lowest (k = 0).
contract ChoiceProof is Books {
    /// @dev nano-ticks: of the only line between two zones, if its draw is 0
    uint256 private constant TIE = 190;

    struct Solution {
        uint8 sent;
        uint8 received;
        uint40 lowA;
        uint40 highA;
        uint40 lowB;
        uint40 highB;
    }

    /// @notice A and B both offer at 2, B bids for 4 kWh at 4 and has 3 of its own: one comes over the line, also by the loose rule.
    function check_home_first(Solution calldata given) public pure {
        Row[] memory rows = new Row[](3);
        rows[0] = row(2, 0, true, 2, 5);
        rows[1] = row(3, 1, true, 2, 3);
        rows[2] = row(4, 1, false, 4, 4);
        _prove(rows, _line(7, 1e6, given), given, false);
        assert(both(given.sent == 1, given.received == 1));
    }

    /// @notice A offers 5 kWh at 2, B bids for 2 at 8, of what is sent half arrives: 4 are sent, not 5, which A can use.
    function check_waste(Solution calldata given) public pure {
        _half(5, 2, given);
        assert(both(given.sent == 4, given.received == 2));
    }

    /// @notice The same where A has no more than 3: all are sent, and one arrives, as of 2, because A cannot use the third.
    function check_exhausted(Solution calldata given) public pure {
        _half(3, 2, given);
        assert(both(given.sent == 3, given.received == 1));
    }

    function _half(uint32 offered, uint32 wanted, Solution calldata given) private pure {
        Row[] memory rows = new Row[](2);
        rows[0] = row(2, 0, true, 2, offered);
        rows[1] = row(3, 1, false, 8, wanted);
        _prove(rows, _line(7, 500_000, given), given, true);
    }

    function _line(uint256 capacity, uint256 keep, Solution calldata given) private pure returns (Arc[] memory arcs) {
        arcs = new Arc[](1);
        arcs[0] = Arc(0, 1, capacity, 0, keep, 1e6 * TIE, Certificate.full(capacity, keep), _one(given.sent), _one(given.received));
    }

    /// @dev The value, known on each path: else every sum and comparison of it is one more question. Above MOST is above the capacity.
    function _one(uint256 value) private pure returns (uint256) {
        for (uint256 known = 0; known <= MOST; ++known) {
            if (value == known) return known;
        }
        revert IAuction.FlowAboveCapacity(0, value, MOST);
    }

    function _prove(Row[] memory rows, Arc[] memory arcs, Solution calldata given, bool strict) private pure {
        Zone[] memory zones = new Zone[](2);
        (zones[0].low, zones[0].high, zones[1].low, zones[1].high) = (given.lowA, given.highA, given.lowB, given.highB);
        Certificate.prove(rows, zones, arcs, 10, 0, strict);
    }
}
