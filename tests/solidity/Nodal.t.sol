// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodalAuction} from "../../contracts/auctions/NodalAuction.sol";
import {Flow} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {Grid, INodalAuction} from "../../contracts/interfaces/INodalAuction.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {Dual} from "../../contracts/libraries/Dual.sol";
import {Levels} from "../../contracts/libraries/Levels.sol";
import {Position} from "../../contracts/libraries/Position.sol";
import {Log} from "./Base.sol";
import {Market} from "./Market.sol";

/// @title Nodal prices on three nodes and one row, 0.6 of node A's exports and 0.3 of B's: at most 1,080 kWh.
/// @dev A sells 900 at 10 and 100,000 at 20, B sells 100,000 at 30, C bids for 2,700 at 50 and for 100,000 at 40. Prices 30 - x, 30, 30 + x
/// support 900, 1,800 and -2,700 kWh for x from 10 to 20; of these x = 15 is nearest to both ends of the books.
contract NodalTest is Market {
    int256 private constant FINE = 1e18;
    uint8 private constant C = 2;

    INodalAuction private nodal;

    function setUp() public {
        (zones, cap) = (3, 100);
        sell(A, 900, 10);
        sell(A, 100_000, 20);
        sell(B, 100_000, 30);
        bid(C, 2_700, 50);
        bid(C, 100_000, 40);
        openRegistry();
        nodal = new NodalAuction(address(registry), address(ledger), rules(), row(1_080, type(uint128).max, 1));
        open(IProvenAuction(address(nodal)));
    }

    function row(uint128 up, uint128 down, uint64 tolerance) private pure returns (Grid memory grid) {
        grid = Grid(new uint256[](1), new uint256[](3), tolerance);
        grid.limits[0] = uint256(up) << 128 | down;
        (grid.factors[0], grid.factors[1]) = (6e8, 3e8);
    }

    function position(int256 net, int256 low, int256 high) private pure returns (Position) {
        unchecked {
            return Position.wrap(uint256(net) << 192 | uint256(uint96(int96(low * FINE))) << 96 | uint96(int96(high * FINE)));
        }
    }

    function positions() private pure returns (Position[] memory list) {
        list = new Position[](3);
        (list[0], list[1], list[2]) = (position(900, 5, -5), position(1_800, -10, 10), position(-2_700, 5, -5));
    }

    /// @dev Prices 30 - x, 30, 30 + x at both ends, x in 1e-18 tick.
    function supporting(int256 x) private pure returns (Levels levels, Dual[] memory duals) {
        int256 level = 30 * FINE + x;
        levels = Levels.wrap(uint256(level) << 128 | uint256(level));
        duals = new Dual[](1);
        uint256 worth = uint256(x * 10 / 3);
        duals[0] = Dual.wrap(worth << 120 | worth);
    }

    function refused(bytes memory err, Position[] memory list, Levels levels, Dual[] memory duals) private {
        address[] memory all = traders();
        vm.expectRevert(err);
        nodal.clear(0, all, list, levels, duals);
    }

    function test_nearest_prices_clear_and_every_unit_of_money_is_somebodys() public {
        (Levels levels, Dual[] memory duals) = supporting(15 * FINE);
        vm.recordLogs();
        nodal.clear(0, traders(), positions(), levels, duals);
        Log[] memory logs = vm.getRecordedLogs();
        (int256[] memory prices, Flow[] memory flows, uint256[] memory words, int256 gap) =
            abi.decode(logs[0].data, (int256[], Flow[], uint256[], int256));
        (int256[] memory net,) = abi.decode(logs[1].data, (int256[], Dual[]));
        assertTrue(logs[1].topics[0] == INodalAuction.NetworkCleared.selector, "NetworkCleared second");
        assertEq(prices[A], 15, "A");
        assertEq(prices[B], 30, "B");
        assertEq(prices[C], 45, "C");
        assertEq(flows.length + uint256(gap), 0, "no lines, no gap");
        assertEq(words[0], uint256(900) | uint256(1_800) << 64 | uint256(2_700) << 96, "fills");
        assertEq(net[C], -2_700, "net");
        assertEq(money(0) + money(2) + money(3), -54_000, "traders");
        assertEq(ledger.balanceOf(1), 54_000, "rent");
    }

    function testFuzz_other_supporting_prices_are_not_the_nearest(uint256 by) public {
        int256 x = int256(bound(by, 10, 20)) * FINE;
        if (x == 15 * FINE) x += FINE / 50;
        (Levels levels, Dual[] memory duals) = supporting(x);
        refused(abi.encodeWithSelector(INodalAuction.NotNearest.selector, 0), positions(), levels, duals);
    }

    function test_every_law_is_refused_by_name() public {
        (Levels levels, Dual[] memory duals) = supporting(15 * FINE);
        Position[] memory list = positions();
        list[0] = position(901, 5, -5);
        refused(abi.encodeWithSelector(INodalAuction.NetNotZero.selector, int256(1)), list, levels, duals);
        (list[0], list[2]) = (position(903, 5, -5), position(-2_703, 5, -5));
        refused(abi.encodeWithSelector(INodalAuction.FlowAboveLimit.selector, 0, int256(1_081_800_000_000)), list, levels, duals);
        (list[0], list[2]) = (position(890, 5, -5), position(-2_690, 5, -5));
        refused(abi.encodeWithSelector(INodalAuction.RowNotFull.selector, 0), list, levels, duals);
        list = positions();
        refused(abi.encodeWithSelector(INodalAuction.RowNotListed.selector, 0), list, levels, new Dual[](0));
        duals[0] = Dual.wrap(Dual.unwrap(duals[0]) | uint256(1) << 240);
        refused(abi.encodeWithSelector(INodalAuction.RowNotListed.selector, 0), list, levels, duals);
        (levels, duals) = supporting(-15 * FINE);
        duals[0] = Dual.wrap(uint256(uint120(int120(-1))) << 120);
        refused(abi.encodeWithSelector(INodalAuction.DualOfWrongSide.selector, 0), list, levels, duals);
        duals[0] = Dual.wrap(uint256(1_000_000 * FINE + 1));
        refused(abi.encodeWithSelector(INodalAuction.DualTooLarge.selector, 0), list, levels, duals);
        (levels, duals) = supporting(21 * FINE);
        refused(abi.encodeWithSelector(IAuction.NetExportTooHigh.selector, 0, int256(900), int256(0)), list, levels, duals);
        (levels, duals) = supporting(15 * FINE);
        list[1] = position(1_800, -9, 10);
        refused(abi.encodeWithSelector(INodalAuction.DirectionNotBalanced.selector, 0, FINE), list, levels, duals);
        (list[0], list[2]) = (position(900, 6, -5), position(-2_700, 3, -5));
        refused(abi.encodeWithSelector(INodalAuction.DirectionAgainstRow.selector, 0, 0), list, levels, duals);
    }

    function test_limits_below_a_hundred_tolerances_are_refused() public {
        bytes memory err = abi.encodeWithSelector(INodalAuction.LimitTooSmall.selector, 0, 1_080, 1_100);
        vm.expectRevert(err);
        new NodalAuction(address(registry), address(ledger), rules(), row(1_080, 5_000, 11));
        err = abi.encodeWithSelector(INodalAuction.LimitTooSmall.selector, 0, 99, 100);
        vm.expectRevert(err);
        new NodalAuction(address(registry), address(ledger), rules(), row(1_080, 99, 1));
    }

    function test_network_is_read_as_it_was_written() public view {
        Grid memory grid = nodal.grid();
        assertEq(grid.limits.length, 1, "rows");
        assertEq(grid.limits[0], uint256(1_080) << 128 | type(uint128).max, "limits");
        assertEq(grid.factors[0] + grid.factors[1] + grid.factors[2], 9e8, "factors");
        assertEq(uint256(grid.tolerance), 1, "tolerance");
    }
}
