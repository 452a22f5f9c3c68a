// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Paths, Route} from "../../contracts/libraries/Paths.sol";
import {Base} from "./Base.sol";

/// @title What a path carries, at the bounds of what energy and shares can be: checked arithmetic never stops it.
contract PathsTest is Base {
    uint256 private constant MOST = 2 ** 51 - 1;

    function testFuzz_what_is_received_is_the_most_that_what_is_sent_allows(uint256 coe, uint256 energy) public pure {
        Route memory route;
        route.coe = bound(coe, 1, Paths.SCALE);
        energy = bound(energy, 0, MOST);
        uint256 received = Paths.received(route, energy);
        assertTrue(Paths.sent(route, received) <= energy, "fits");
        assertTrue(Paths.sent(route, received + 1) > energy, "a kWh more does not");
    }

    function testFuzz_a_leg_is_left_by_its_share_to_the_nearest_kWh(uint256 kept, uint256 energy) public pure {
        Route memory route;
        route.kept = new uint256[](1);
        route.kept[0] = bound(kept, 0, Paths.SCALE);
        energy = bound(energy, 0, MOST);
        uint256 exact = energy * route.kept[0];
        uint256 left = Paths.leaving(route, energy, 0) * Paths.SCALE;
        assertTrue((left > exact ? left - exact : exact - left) <= Paths.SCALE / 2, "half a kWh at most");
    }

    function testFuzz_a_list_of_any_length_is_packed_in_order(uint32[] memory values) public pure {
        uint256[] memory list = new uint256[](values.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = values[i];
        }
        uint256[] memory packed = Lanes.pack(list);
        assertEq(packed.length, Lanes.words(list.length), "words");
        for (uint256 i = 0; i < list.length; ++i) {
            assertEq(Lanes.get(packed[i / 8], i), values[i], "value");
        }
    }
}
