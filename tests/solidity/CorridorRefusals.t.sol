// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CorridorMatchingAuction} from "../../contracts/auctions/CorridorMatchingAuction.sol";
import {Bounds, Line, SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ICorridorMatching, Path} from "../../contracts/interfaces/ICorridorMatching.sol";
import {Corridors} from "./Corridors.sol";

/// @title What corridor matching refuses: other sequences of rows, and paths that are none.
contract CorridorRefusalsTest is Corridors {
    function refusedCorridors(bytes memory err, uint256[] memory rows) private {
        address[] memory all = traders();
        Bounds[] memory bounds_ = alone();
        uint256[] memory words = packed(rows);
        vm.expectRevert(err);
        corridors.clear(0, all, bounds_, words);
    }

    function test_a_sequence_out_of_order_is_refused() public {
        openPair();
        uint256[] memory rows = sorted();
        (rows[0], rows[1]) = (rows[1], rows[0]);
        refusedCorridors(abi.encodeWithSelector(ICorridorMatching.OutOfOrder.selector, 1), rows);
    }

    function test_a_row_twice_is_refused() public {
        openPair();
        uint256[] memory rows = sorted();
        rows[1] = rows[0];
        refusedCorridors(abi.encodeWithSelector(ICorridorMatching.OutOfOrder.selector, 1), rows);
    }

    function test_a_bid_among_offers_is_refused() public {
        openPair();
        uint256[] memory rows = sorted();
        rows[0] = 2;
        refusedCorridors(abi.encodeWithSelector(ICorridorMatching.NothingToTrade.selector, 0, 2), rows);
    }

    function test_an_unknown_row_is_refused() public {
        openPair();
        uint256[] memory rows = sorted();
        rows[3] = 4;
        refusedCorridors(abi.encodeWithSelector(ICorridorMatching.UnknownRow.selector, 4, 4), rows);
    }

    function test_a_sequence_of_another_length_is_refused() public {
        openPair();
        refusedCorridors(abi.encodeWithSelector(IAuction.WrongLength.selector, 0, 1), new uint256[](0));
    }

    function test_paths_must_be_simple_chains() public {
        openRegistry();
        line(10, 0, 0);
        lines.push(Line(B, A, 10, 0, 0));
        refusedPath(0, abi.encodeWithSelector(ICorridorMatching.PathLength.selector, 0, 0));
        refusedPath(32, abi.encodeWithSelector(ICorridorMatching.PathLength.selector, 0, 32));
        refusedPath(2 << 8 | 1, abi.encodeWithSelector(ICorridorMatching.UnknownLeg.selector, 0, 2, 2));
        refusedPath(2, abi.encodeWithSelector(ICorridorMatching.PathBroken.selector, 0, 1));
        refusedPath(1 << 16 | 2, abi.encodeWithSelector(ICorridorMatching.PassedTwice.selector, 0, A));
    }

    /// @dev A millionth is left on every leg: 1e-18 after three, which is counted, and nothing after four.
    function test_something_must_arrive() public {
        zones = 5;
        openRegistry();
        for (uint8 zone = 0; zone < 4; ++zone) {
            lines.push(Line(zone, zone + 1, 10, 0, 999_999));
        }
        refusedPath(3 << 32 | 2 << 24 | 1 << 16 | 4, abi.encodeWithSelector(ICorridorMatching.NothingArrives.selector, 0));
        Path[] memory three = new Path[](1);
        three[0] = Path.wrap(2 << 24 | 1 << 16 | 3);
        new CorridorMatchingAuction(address(registry), address(ledger), rules(), lines, SurplusDeficit.Economic, three);
    }

    function refusedPath(uint256 word_, bytes memory err) private {
        Path[] memory one = new Path[](1);
        one[0] = Path.wrap(word_);
        vm.expectRevert(err);
        new CorridorMatchingAuction(address(registry), address(ledger), rules(), lines, SurplusDeficit.Economic, one);
    }

    /// @dev Whatever else is submitted, only the one order of rows is taken.
    function testFuzz_any_other_sequence_is_refused(uint256 seed, uint256 place, uint256 row) public {
        openRandom(seed);
        uint256[] memory rows = sorted();
        place = bound(place, 0, rows.length - 1);
        row = bound(row, 0, rows.length);
        vm.assume(rows[place] != row);
        rows[place] = row;
        address[] memory all = traders();
        Bounds[] memory bounds_ = alone();
        uint256[] memory words = packed(rows);
        vm.expectRevert();
        corridors.clear(0, all, bounds_, words);
    }
}
