// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OpenCrowd} from "./Crowd.sol";
import {CrowdInvariant} from "./CrowdInvariant.sol";
import {DayAheadCrowd, PairsCrowd, PayAsBidCrowd, TwoStageCrowd} from "./Crowds.sol";

/// @title The laws of CrowdInvariant.sol in every auction of one zone.
contract AuctionInvariant is CrowdInvariant {
    function setUp() public {
        crowd = new OpenCrowd();
    }
}

contract PayAsBidInvariant is CrowdInvariant {
    function setUp() public {
        crowd = new PayAsBidCrowd();
    }

    function invariant_laws() public view override {
        super.invariant_laws();
        assertTrue(crowd.ledger().balanceOf(1) >= 0, "rent");
    }
}

contract TwoStageInvariant is CrowdInvariant {
    function setUp() public {
        crowd = new TwoStageCrowd();
    }
}

contract DayAheadInvariant is CrowdInvariant {
    function setUp() public {
        crowd = new DayAheadCrowd();
    }

    /// @dev Orders of the day before are cleared where none is placed in the hour.
    function test_orders_of_the_day_before_trade() public {
        DayAheadCrowd early = new DayAheadCrowd();
        vm.warp(block.timestamp - 1);
        early.orderDay(0, true, 7, 30, 10);
        early.orderDay(1, false, 12, 20, 10);
        vm.warp(block.timestamp + 1 + 30 minutes);
        early.clear(1, 1);
        assertEq(early.cleared(), 1, "cleared");
        assertTrue(early.traded() > 0, "traded");
    }
}

contract MatchedPairsInvariant is CrowdInvariant {
    function setUp() public {
        crowd = new PairsCrowd();
    }
}
