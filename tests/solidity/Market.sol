// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PayAsBidAuction} from "../../contracts/auctions/PayAsBidAuction.sol";
import {TwoStageAuction} from "../../contracts/auctions/TwoStageAuction.sol";
import {UniformAuction} from "../../contracts/auctions/UniformAuction.sol";
import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Bounds, Flow, Line, Role, Rules, SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {Account} from "../../contracts/libraries/Account.sol";
import {Base, Log} from "./Base.sol";
import {packed} from "./LineWords.sol";
import {clockFrom} from "./Clock.sol";

/// @title A market on paper: `sell` and `bid` note orders, each of a trader of its own, `line` notes lines; `open...` makes all of it real.
/// @dev Zones are called A = 0, B = 1. Prices are whole ticks (fen/MWh), quantities kWh.
abstract contract Market is Base {
    struct Order {
        uint8 zone;
        bool sells;
        int32 price;
        uint32 quantity;
    }

    /// @notice What HourCleared said of a stage.
    struct Cleared {
        int256[] prices;
        Flow[] flows;
        uint256[] fills;
        int256 gap;
    }

    uint8 internal constant A = 0;
    uint8 internal constant B = 1;
    int256 internal constant NO_PRICE = type(int32).min;
    uint256 internal constant NANO = 1e9;
    uint64 internal constant START = 1_000_000;

    Registry internal registry;
    Ledger internal ledger;
    IProvenAuction internal auction;

    uint8 internal zones = 2;
    int32 internal floor = 0;
    int32 internal cap = 10;
    uint32 internal k = 500_000;
    Order[] internal orders;
    Line[] internal lines;

    function sell(uint8 zone, uint32 quantity, int32 price) internal {
        orders.push(Order(zone, true, price, quantity));
    }

    function bid(uint8 zone, uint32 quantity, int32 price) internal {
        orders.push(Order(zone, false, price, quantity));
    }

    /// @notice A line A -> B.
    function line(uint32 capacity, uint32 charge, uint32 loss) internal {
        lines.push(Line(A, B, capacity, charge, loss));
    }

    function rules() internal view returns (Rules memory) {
        return Rules(zones, floor, cap, k, clockFrom(START));
    }

    function openUniform() internal {
        openRegistry();
        open(new UniformAuction(address(registry), address(ledger), rules(), packed(lines)));
    }

    function openPayAsBid() internal {
        openRegistry();
        open(new PayAsBidAuction(address(registry), address(ledger), rules(), packed(lines)));
    }

    function openTwoStage(SurplusDeficit reading) internal {
        openRegistry();
        open(new TwoStageAuction(address(registry), address(ledger), rules(), packed(lines), reading));
    }

    function openRegistry() internal {
        registry = new Registry(address(this), zones);
        ledger = new Ledger(address(this));
        for (uint256 i = 0; i < orders.length; ++i) {
            registry.enrol(trader(i), Role.Plant, orders[i].zone);
        }
    }

    /// @dev Admits everyone, has all orders stand, and moves the clock to the gate of hour 0.
    function open(IProvenAuction auction_) internal {
        auction = auction_;
        ledger.grantRole(ledger.POSTER_ROLE(), address(auction));
        vm.warp(START);
        auction.admit(traders());
        for (uint256 i = 0; i < orders.length; ++i) {
            Order memory order = orders[i];
            vm.prank(trader(i));
            auction.submit(word(0, order.sells, 1, segment(order.price, order.quantity)));
        }
        vm.warp(START + 30 minutes);
    }

    function trader(uint256 i) internal pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function traders() internal view returns (address[] memory list) {
        list = new address[](orders.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = trader(i);
        }
    }

    function segment(int32 price, uint32 quantity) internal pure returns (uint256) {
        return uint256(uint32(price)) << 32 | quantity;
    }

    /// @notice An order as a trader sends it.
    function word(uint256 hour, bool sells, uint256 count, uint256 segments) internal pure returns (uint256) {
        return hour << 196 | (sells ? uint256(1) << 195 : 0) | count << 192 | segments;
    }

    // --- solutions: flows and bounds of at most two lines and zones --------------------------------------------------------

    function noFlows() internal pure returns (Flow[] memory) {
        return new Flow[](0);
    }

    function flow(uint256 sent, uint256 received) internal pure returns (Flow[] memory list) {
        list = new Flow[](1);
        list[0] = Flow.wrap(sent << 128 | received);
    }

    function flows(uint256 sent0, uint256 received0, uint256 sent1, uint256 received1) internal pure returns (Flow[] memory list) {
        list = new Flow[](2);
        (list[0], list[1]) = (Flow.wrap(sent0 << 128 | received0), Flow.wrap(sent1 << 128 | received1));
    }

    /// @notice Bounds of one zone, in ticks above the floor.
    function bounds(uint256 low, uint256 high) internal pure returns (Bounds[] memory list) {
        list = new Bounds[](1);
        list[0] = Bounds.wrap(low * NANO << 128 | high * NANO);
    }

    /// @notice Bounds of two zones, in ticks above the floor.
    function bounds(uint256 lowA, uint256 lowB, uint256 highA, uint256 highB) internal pure returns (Bounds[] memory) {
        return nanoBounds(lowA * NANO, lowB * NANO, highA * NANO, highB * NANO);
    }

    function nanoBounds(uint256 lowA, uint256 lowB, uint256 highA, uint256 highB) internal pure returns (Bounds[] memory list) {
        list = new Bounds[](2);
        (list[0], list[1]) = (Bounds.wrap(lowA << 128 | highA), Bounds.wrap(lowB << 128 | highB));
    }

    /// @notice The tie-breaking cost of the first line in hour 0, nano-ticks.
    function tie() internal view returns (uint256) {
        return 25e6 / (uint256(zones) << 16) * (1 + uint16(uint256(keccak256(abi.encode(uint256(0), uint256(0))))));
    }

    /// @notice Bounds of two zones moved by so many tie-breaking costs of the first line.
    function tied(Bounds[] memory list, int256 lowA, int256 lowB, int256 highA, int256 highB) internal view returns (Bounds[] memory) {
        (list[0], list[1]) = (_tied(list[0], lowA, highA), _tied(list[1], lowB, highB));
        return list;
    }

    function _tied(Bounds bound, int256 low, int256 high) private view returns (Bounds) {
        unchecked {
            uint256 moved = Bounds.unwrap(bound) + (uint256(low) * tie() << 128) + uint256(high) * tie();
            return Bounds.wrap(moved);
        }
    }

    function join(Bounds[] memory first, Bounds[] memory second) internal pure returns (Bounds[] memory list) {
        list = new Bounds[](first.length + second.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = i < first.length ? first[i] : second[i - first.length];
        }
    }

    // --- clearing ------------------------------------------------------------------------------------------------------------

    /// @notice The clearing is refused with exactly this error.
    function refused(bytes memory err, Flow[] memory flows_, Bounds[] memory bounds_) internal {
        address[] memory all = traders();
        vm.expectRevert(err);
        auction.clear(0, all, flows_, bounds_);
    }

    /// @notice Clears hour 0; returns what the events said of the stages, in order.
    function cleared(Flow[] memory flows_, Bounds[] memory bounds_) internal returns (Cleared[] memory stages) {
        vm.recordLogs();
        auction.clear(0, traders(), flows_, bounds_);
        Log[] memory logs = vm.getRecordedLogs();
        stages = new Cleared[](logs.length - 1);
        for (uint256 i = 0; i < stages.length; ++i) {
            assertTrue(logs[i].topics[0] == IAuction.HourCleared.selector, "HourCleared first, Posted last");
            (int256[] memory prices, Flow[] memory carried, uint256[] memory words, int256 gap) =
                abi.decode(logs[i].data, (int256[], Flow[], uint256[], int256));
            uint256[] memory fills = new uint256[](orders.length);
            assertEq(words.length, (fills.length + 7) / 8, "words of fills");
            for (uint256 j = 0; j < fills.length; ++j) {
                fills[j] = uint32(words[j / 8] >> j % 8 * 32);
            }
            stages[i] = Cleared(prices, carried, fills, gap);
        }
    }

    /// @notice Money of a trader, 1e-5 CNY.
    function money(uint256 i) internal view returns (int256) {
        return ledger.balanceOf(2 + i);
    }

    /// @notice The laws of every clearing: nobody trades worse than the limit or more than ordered, energy balances, money sums to zero.
    function assertLaws(Cleared memory stage) internal view {
        int256[] memory net = new int256[](zones);
        int256 sum = ledger.balanceOf(0) + ledger.balanceOf(1);
        for (uint256 i = 0; i < orders.length; ++i) {
            Order memory order = orders[i];
            uint256 fill = stage.fills[i];
            sum += money(i);
            assertTrue(fill <= order.quantity, "no more than ordered");
            net[order.zone] += order.sells ? int256(fill) : -int256(fill);
            if (fill == 0) continue;
            int256 price = stage.prices[order.zone];
            assertTrue(order.sells ? price >= order.price : price <= order.price, "no worse than the limit");
        }
        for (uint256 i = 0; i < lines.length; ++i) {
            uint256 carried = Flow.unwrap(stage.flows[i]);
            net[lines[i].source] -= int256(carried >> 128);
            net[lines[i].target] += int256(uint256(uint128(carried)));
        }
        for (uint256 i = 0; i < zones; ++i) {
            assertEq(net[i], 0, "energy of the zone");
        }
        assertEq(sum, 0, "money");
    }

    /// @notice Value of what is bought less cost of what is sold less line charges, 1e-5 CNY.
    function welfare(Cleared memory stage) internal view returns (int256 total) {
        for (uint256 i = 0; i < orders.length; ++i) {
            int256 worth = int256(stage.fills[i]) * orders[i].price;
            total += orders[i].sells ? -worth : worth;
        }
        for (uint256 i = 0; i < lines.length; ++i) {
            total -= int256((Flow.unwrap(stage.flows[i]) >> 128) * lines[i].charge);
        }
    }
}
