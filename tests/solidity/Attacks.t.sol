// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {UniformAuction} from "../../contracts/auctions/UniformAuction.sol";
import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Bounds, Flow, Role, Rules} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IListing} from "../../contracts/interfaces/IListing.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {Listing} from "../../contracts/trade/Listing.sol";
import {packed} from "./LineWords.sol";
import {clockFrom} from "./Clock.sol";
import {Market} from "./Market.sol";

/// @notice A ledger that calls back whoever posts to it, with a call that was left with it.
contract Boomerang {
    bytes private back;
    bytes public answer;
    bool public passed;

    function keep(bytes calldata call) external {
        back = call;
    }

    function post(int256[] calldata) external {
        (passed, answer) = msg.sender.call(back);
    }
}

/// @notice Reservations that try to clear the market while they are asked.
contract Meddler {
    bytes private back;
    bool public tried;

    function keep(bytes calldata call) external {
        back = call;
    }

    function reservedAt(uint256) external returns (uint256[] memory none) {
        if (back.length == 0) return none;
        (bool passed,) = msg.sender.call(back);
        require(passed, "not let in");
        tried = true;
    }
}

/// @notice A trader that refuses whatever it is sent and whoever calls it, except to order.
contract Hermit {
    error Refused();

    function order(IAuction auction, uint256 word) external {
        auction.submit(word);
    }

    receive() external payable {
        revert Refused();
    }

    fallback() external payable {
        revert Refused();
    }
}

/// @title Attacks that are known from elsewhere, tried here.
contract AttacksTest is Market {
    constructor() {
        zones = 1;
    }

    // --- reentrancy -----------------------------------------------------------------------------------------------------------

    function openWith(Boomerang evil) private {
        openRegistry();
        auction = new UniformAuction(address(registry), address(evil), rules(), packed(lines));
        auction.admit(traders());
        vm.warp(START);
        for (uint256 i = 0; i < orders.length; ++i) {
            vm.prank(trader(i));
            auction.submit(word(0, orders[i].sells, 1, segment(orders[i].price, orders[i].quantity)));
        }
        vm.warp(START + 45 minutes);
    }

    function test_clearing_inside_a_clearing_finds_the_hour_cleared() public {
        sell(A, 10, 2);
        bid(A, 10, 6);
        Boomerang evil = new Boomerang();
        openWith(evil);
        bytes memory clearing = abi.encodeCall(IProvenAuction.clear, (0, traders(), noFlows(), bounds(2, 6)));
        evil.keep(clearing);
        auction.clear(0, traders(), noFlows(), bounds(2, 6));
        assertTrue(!evil.passed(), "the second clearing is refused");
        assertTrue(
            keccak256(evil.answer()) == keccak256(abi.encodeWithSelector(IAuction.AlreadyCleared.selector, 0)), "because it is cleared"
        );
    }

    function test_sharing_inside_a_sharing_finds_nothing_taken() public {
        registry = new Registry(address(this), 1);
        Boomerang evil = new Boomerang();
        Listing listing = new Listing(address(registry), address(evil), 0, 100, clockFrom(START));
        registry.enrol(trader(0), Role.Plant, 0);
        registry.enrol(trader(1), Role.User, 0);
        vm.warp(START);
        vm.prank(trader(0));
        listing.post(0, true, 10, 5);
        vm.prank(trader(1));
        listing.take(0, 5);
        vm.warp(START + 1);
        evil.keep(abi.encodeCall(IListing.share, (0)));
        listing.share(0);
        assertTrue(!evil.passed(), "the second sharing is refused");
        assertTrue(keccak256(evil.answer()) == keccak256(abi.encodeWithSelector(IListing.NothingTaken.selector, 0)), "because it is shared");
        assertEq(listing.leftOf(0), 0, "taken once");
    }

    function test_reservations_cannot_act_while_they_are_asked() public {
        sell(A, 10, 2);
        bid(A, 10, 6);
        openRegistry();
        UniformAuction fresh = new UniformAuction(address(registry), address(ledger), rules(), packed(lines));
        Meddler meddler = new Meddler();
        fresh.honour(address(meddler));
        open(fresh);
        bytes memory clearing = abi.encodeCall(IProvenAuction.clear, (0, traders(), noFlows(), bounds(2, 6)));
        meddler.keep(clearing);
        (bool passed,) = address(auction).call(clearing);
        assertTrue(!passed && !meddler.tried(), "asked without leave to write");
    }

    // --- a receiver that reverts ----------------------------------------------------------------------------------------------

    function test_trader_that_refuses_every_call_stops_no_clearing() public {
        Hermit hermit = new Hermit();
        registry = new Registry(address(this), 1);
        ledger = new Ledger(address(this));
        registry.enrol(address(hermit), Role.Plant, 0);
        registry.enrol(trader(1), Role.User, 0);
        auction = new UniformAuction(address(registry), address(ledger), rules(), packed(lines));
        ledger.grantRole(ledger.POSTER_ROLE(), address(auction));
        address[] memory both = new address[](2);
        (both[0], both[1]) = (address(hermit), trader(1));
        auction.admit(both);
        vm.warp(START);
        hermit.order(auction, word(0, true, 1, segment(2, 10)));
        vm.prank(trader(1));
        auction.submit(word(0, false, 1, segment(6, 10)));
        vm.warp(START + 30 minutes);
        auction.clear(0, both, noFlows(), bounds(2, 6));
        assertEq(ledger.balanceOf(2), 40, "is paid all the same");
    }

    // --- an operator who is silent --------------------------------------------------------------------------------------------

    function test_anyone_clears_from_minute_45_and_nobody_else_before() public {
        sell(A, 10, 2);
        bid(A, 10, 6);
        openUniform();
        address[] memory all = traders();
        vm.warp(START + 45 minutes - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotOperator.selector, address(0xBEEF)));
        vm.prank(address(0xBEEF));
        auction.clear(0, all, noFlows(), bounds(2, 6));
        vm.warp(START + 45 minutes);
        vm.prank(address(0xBEEF));
        auction.clear(0, all, noFlows(), bounds(2, 6));
        assertEq(money(0), 40, "cleared");
    }

    function test_hour_that_nobody_cleared_lapses_and_the_next_one_works() public {
        sell(A, 10, 2);
        bid(A, 10, 6);
        openUniform();
        address[] memory all = traders();
        vm.warp(START + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongHour.selector, 0, 1));
        auction.clear(0, all, noFlows(), bounds(2, 6));
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(trader(i));
            auction.submit(word(1, orders[i].sells, 1, segment(orders[i].price, orders[i].quantity)));
        }
        vm.warp(START + 1 hours + 30 minutes);
        auction.clear(1, all, noFlows(), bounds(2, 6));
        assertEq(money(0), 40, "cleared");
    }

    // --- figures at the bounds of their types ---------------------------------------------------------------------------------

    function test_highest_price_times_highest_quantity_is_paid_to_the_last_unit() public {
        (floor, cap, k) = (type(int32).max, type(int32).max, 0);
        sell(A, type(uint32).max, type(int32).max);
        bid(A, type(uint32).max, type(int32).max);
        openUniform();
        cleared(noFlows(), bounds(0, 0));
        assertEq(money(0), int256(uint256(type(uint32).max)) * type(int32).max, "2^63 - 2^32 - 2^31 + 1");
        assertEq(money(0) + money(1), 0, "sum");
    }

    function test_lowest_price_over_the_widest_span_is_paid_to_the_last_unit() public {
        (floor, cap, k) = (type(int32).min, type(int32).max, 0);
        sell(A, type(uint32).max, type(int32).min);
        bid(A, type(uint32).max, type(int32).max);
        openUniform();
        cleared(noFlows(), bounds(0, type(uint32).max));
        assertEq(money(0), int256(uint256(type(uint32).max)) * type(int32).min, "the seller pays");
        assertEq(money(0) + money(1), 0, "sum");
    }

    /// @dev Two traders fill their accounts up to the last unit and beyond; the hour is cleared all the same.
    function test_balance_beyond_int64_stops_no_clearing_and_is_not_wrapped() public {
        (floor, cap, k) = (type(int32).max, type(int32).max, 0);
        sell(A, type(uint32).max, type(int32).max);
        bid(A, type(uint32).max, type(int32).max);
        openUniform();
        int256[] memory amounts = new int256[](4);
        (amounts[2], amounts[3]) = (int256(1) << 34, -(int256(1) << 34));
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        ledger.post(amounts);
        int256 beyond = int256(uint256(type(uint32).max)) * type(int32).max + (int256(1) << 34);
        cleared(noFlows(), bounds(0, 0));
        assertTrue(beyond > type(int64).max, "beyond");
        assertEq(money(0), beyond, "seller");
        assertEq(money(1), -beyond, "buyer");
    }

    // --- gas -------------------------------------------------------------------------------------------------------------------

    /// @dev Five segments of 1 kWh are the most that a trader can have the market carry; cost a trader, whatever is ordered.
    function test_many_tiny_orders_cost_no_more_than_their_number() public {
        uint256 few = costOf(10);
        uint256 twice = costOf(20);
        uint256 many = costOf(40);
        assertTrue(many - twice < 2 * (twice - few) * 11 / 10, "cost rises in step with traders");
    }

    /// @dev Gas of clearing a book of `count` traders with five segments of 1 kWh each, all tied.
    function costOf(uint256 count) private returns (uint256) {
        delete orders;
        for (uint256 i = 0; i < count; ++i) {
            if (i % 2 == 0) sell(A, 1, 5);
            else bid(A, 1, 5);
        }
        openRegistry();
        auction = new UniformAuction(address(registry), address(ledger), rules(), packed(lines));
        ledger.grantRole(ledger.POSTER_ROLE(), address(auction));
        vm.warp(START);
        auction.admit(traders());
        uint256 one = segment(5, 1);
        for (uint256 i = 0; i < count; ++i) {
            vm.prank(trader(i));
            auction.submit(word(0, orders[i].sells, 5, one << 128 | one << 64 | one), one << 64 | one);
        }
        vm.warp(START + 30 minutes);
        address[] memory all = traders();
        Bounds[] memory bounds_ = bounds(5, 5);
        Flow[] memory none = noFlows();
        uint256 gas = gasleft();
        auction.clear(0, all, none, bounds_);
        return gas - gasleft();
    }
}
