// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CorridorCrowd} from "./CorridorCrowd.sol";
import {CrowdInvariant} from "./CrowdInvariant.sol";

/// @title What must be so where provinces clear alone and the region then trades by the inter-provincial spot rule.
contract CorridorInvariant is CrowdInvariant {
    CorridorCrowd private provinces;

    function setUp() public {
        provinces = new CorridorCrowd();
        crowd = provinces;
    }

    function invariant_laws() public view override {
        super.invariant_laws();
        assertEq(provinces.outOfOrder(), 0, "only the one order of rows is accepted");
        assertEq(provinces.overloaded(), 0, "lines carry what is not reserved");
        assertEq(provinces.unbalanced(), 0, "energy of zones and lines");
        assertEq(provinces.worseThanLimit(), 0, "nobody trades worse than the limit");
        assertEq(provinces.onBothSides(), 0, "nobody is on both sides of the region");
        assertEq(provinces.notLargestFirst(), 0, "largest difference first");
    }

    /// @dev The laws of the region are about something: 30 kWh of A at 2 meet 20 of B at 7, over what is not reserved.
    function test_the_region_trades() public {
        provinces.order(0, true, 7, 29, 10);
        provinces.order(2, false, 12, 19, 10);
        provinces.reserve(1, 39 | 40 << 8 | 25 << 16 | 40 << 24);
        provinces.wait(25 minutes - 2);
        provinces.wait(10 minutes);
        provinces.clearOutOfOrder(0);
        provinces.clear(1, 1);
        assertEq(provinces.cleared(), 1, "cleared");
        assertTrue(provinces.matches() > 0, "matches");
        invariant_laws();
    }
}
