// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IListing} from "../../contracts/interfaces/IListing.sol";
import {IRegistry} from "../../contracts/interfaces/IRegistry.sol";
import {Listing} from "../../contracts/trade/Listing.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @title Energy at a posted price: first come, first served, and pro rata inside a block.
contract ListingTest is Base {
    uint64 private constant START = 1_000_000;
    uint256 private constant GATE = START + 30 minutes;
    /// @dev participants 2, 3, 4 in zone 0, and 5 in zone 1
    address private constant POSTER = address(0x2002);
    address private constant FIRST = address(0x2003);
    address private constant SECOND = address(0x2004);
    address private constant AWAY = address(0x2005);

    Registry private registry;
    Ledger private ledger;
    Listing private listing;

    constructor() {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        listing = new Listing(address(registry), address(ledger), -10, 100, clockFrom(START));
        ledger.grantRole(ledger.POSTER_ROLE(), address(listing));
        registry.enrol(POSTER, Role.Plant, 0);
        registry.enrol(FIRST, Role.User, 0);
        registry.enrol(SECOND, Role.User, 0);
        registry.enrol(AWAY, Role.User, 1);
        vm.warp(START);
    }

    function offer(uint32 quantity, int32 price) private returns (uint256) {
        vm.prank(POSTER);
        return listing.post(0, true, price, quantity);
    }

    function take(address who, uint256 id, uint32 quantity) private {
        vm.prank(who);
        listing.take(id, quantity);
    }

    /// @dev The next call is `who`'s, and is refused with this error.
    function refuse(address who, bytes memory err) private {
        vm.expectRevert(err);
        vm.prank(who);
    }

    function assertMoney(int256 poster, int256 first, int256 second) private view {
        assertEq(ledger.balanceOf(2), poster, "poster");
        assertEq(ledger.balanceOf(3), first, "first");
        assertEq(ledger.balanceOf(4), second, "second");
        assertEq(poster + first + second, 0, "money");
    }

    function word(uint256 number, uint256 energy) private pure returns (uint256) {
        return number << 32 | energy;
    }

    // --- trading -------------------------------------------------------------------------------------------------------------

    function test_earlier_take_is_served_first() public {
        vm.expectEmit(true, true, true, true, address(listing));
        emit IListing.ListingPosted(0, 0, 2, true, 20, 10);
        uint256 id = offer(10, 20);
        vm.expectEmit(true, true, true, true, address(listing));
        emit IListing.TakeMade(id, 3, 7);
        take(FIRST, id, 7);
        vm.warp(START + 1);
        uint256[] memory fills = new uint256[](1);
        fills[0] = word(3, 7);
        vm.expectEmit(true, true, true, true, address(listing));
        emit IListing.TakesFilled(id, fills);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ILedger.Posted(address(listing), 4, 140);
        take(SECOND, id, 3);
        vm.warp(START + 2);
        listing.share(id);
        assertMoney(200, -140, -60);
        assertEq(listing.leftOf(id), 0, "left");
        assertEq(listing.listings(), 1, "listings");
    }

    function test_takes_of_one_block_share_pro_rata() public {
        uint256 id = offer(10, 20);
        take(FIRST, id, 10);
        take(SECOND, id, 5);
        vm.warp(START + 1);
        uint256[] memory fills = new uint256[](2);
        (fills[0], fills[1]) = (word(3, 7), word(4, 3)); // 6.67 and 3.33: the remainder to the first
        vm.expectEmit(true, true, true, true, address(listing));
        emit IListing.TakesFilled(id, fills);
        listing.share(id);
        assertMoney(200, -140, -60);
    }

    function test_wanted_energy_is_sold_by_those_who_take() public {
        vm.prank(POSTER);
        uint256 id = listing.post(0, false, 30, 8);
        take(FIRST, id, 5);
        vm.warp(START + 1);
        listing.share(id);
        assertMoney(-150, 150, 0);
        assertEq(listing.leftOf(id), 3, "left");
    }

    function test_negative_price_is_paid_by_the_seller() public {
        uint256 id = offer(4, -5);
        take(FIRST, id, 4);
        vm.warp(START + 1);
        listing.share(id);
        assertMoney(-20, 20, 0);
    }

    function test_what_is_taken_is_shared_before_the_rest_is_cancelled() public {
        uint256 id = offer(10, 20);
        take(FIRST, id, 4);
        vm.warp(START + 1);
        vm.expectEmit(true, true, true, true, address(listing));
        emit IListing.ListingCancelled(id, 6);
        vm.prank(POSTER);
        listing.cancel(id);
        assertMoney(80, -80, 0);
        refuse(SECOND, abi.encodeWithSelector(IListing.SoldOut.selector, id));
        listing.take(id, 1);
    }

    function test_pool_can_be_shared_after_the_gate() public {
        uint256 id = offer(10, 20);
        vm.warp(GATE - 1);
        take(FIRST, id, 4);
        vm.warp(GATE + 1 days);
        listing.share(id);
        assertMoney(80, -80, 0);
    }

    function test_hour_to_come_is_listed_ahead() public {
        vm.warp(START - 1 days);
        vm.prank(POSTER);
        uint256 id = listing.post(5, true, 20, 10);
        take(FIRST, id, 10);
        vm.warp(START);
        listing.share(id);
        assertMoney(200, -200, 0);
    }

    // --- refusals ------------------------------------------------------------------------------------------------------------

    function test_listing_is_refused_outside_the_rules() public {
        refuse(address(1), abi.encodeWithSelector(IRegistry.NotEnrolled.selector, address(1)));
        listing.post(0, true, 20, 10);
        refuse(POSTER, abi.encodeWithSelector(IAuction.QuantityZero.selector, 0));
        listing.post(0, true, 20, 0);
        refuse(POSTER, abi.encodeWithSelector(IAuction.PriceBelowFloor.selector, -11, -10));
        listing.post(0, true, -11, 1);
        refuse(POSTER, abi.encodeWithSelector(IAuction.PriceAboveCap.selector, 101, 100));
        listing.post(0, true, 101, 1);
        vm.warp(GATE);
        refuse(POSTER, abi.encodeWithSelector(IAuction.GateClosed.selector, 0, GATE));
        listing.post(0, true, 20, 10);
    }

    function test_floor_above_cap_is_refused() public {
        vm.expectRevert(IAuction.BadRules.selector);
        new Listing(address(registry), address(ledger), 11, 10, clockFrom(START));
    }

    function test_take_is_refused_where_it_cannot_be_met() public {
        uint256 id = offer(10, 20);
        refuse(FIRST, abi.encodeWithSelector(IListing.UnknownListing.selector, 1));
        listing.take(1, 1);
        refuse(address(1), abi.encodeWithSelector(IRegistry.NotEnrolled.selector, address(1)));
        listing.take(id, 1);
        refuse(POSTER, abi.encodeWithSelector(IListing.OwnListing.selector, id));
        listing.take(id, 1);
        refuse(AWAY, abi.encodeWithSelector(IListing.OtherZone.selector, 1, 0));
        listing.take(id, 1);
        refuse(FIRST, abi.encodeWithSelector(IAuction.QuantityZero.selector, 0));
        listing.take(id, 0);
        refuse(FIRST, abi.encodeWithSelector(IListing.QuantityAboveLeft.selector, 11, 10));
        listing.take(id, 11);
        take(FIRST, id, 10);
        vm.warp(START + 1);
        refuse(SECOND, abi.encodeWithSelector(IListing.SoldOut.selector, id));
        listing.take(id, 1);
        vm.warp(GATE);
        refuse(SECOND, abi.encodeWithSelector(IAuction.GateClosed.selector, 0, GATE));
        listing.take(id, 1);
    }

    function test_many_takes_of_one_trader_are_one_share_of_at_most_what_is_left() public {
        uint256 id = offer(1000, 20);
        take(FIRST, id, 1000);
        for (uint256 i = 0; i < 18; ++i) {
            refuse(FIRST, abi.encodeWithSelector(IListing.QuantityAboveLeft.selector, 2000, 1000));
            listing.take(id, 1000);
        }
        take(SECOND, id, 400);
        take(SECOND, id, 600);
        vm.warp(START + 1);
        uint256[] memory fills = new uint256[](2);
        (fills[0], fills[1]) = (word(3, 500), word(4, 500));
        vm.expectEmit(true, true, true, true, address(listing));
        emit IListing.TakesFilled(id, fills);
        listing.share(id);
        assertMoney(20_000, -10_000, -10_000);
    }

    function test_full_pool_takes_no_other_trader_more() public {
        uint256 id = offer(1000, 20);
        uint256 most = listing.MOST_TAKERS();
        for (uint160 i = 0; i < most; ++i) {
            registry.enrol(address(0x3000 + i), Role.User, 0);
            take(address(0x3000 + i), id, 1);
        }
        take(address(0x3000), id, 1);
        refuse(SECOND, abi.encodeWithSelector(IListing.PoolFull.selector, id, most));
        listing.take(id, 1);
        vm.warp(START + 1);
        take(SECOND, id, 1);
        assertEq(ledger.balanceOf(2), 20 * 257, "poster");
    }

    function test_256_takes_of_one_trader_keep_nobody_out() public {
        uint256 id = offer(1000, 20);
        for (uint256 i = 0; i < 256; ++i) {
            take(FIRST, id, 1);
        }
        take(SECOND, id, 1);
        vm.warp(START + 1);
        listing.share(id);
        assertMoney(20 * 257, -20 * 256, -20);
    }

    function test_pool_is_not_shared_before_its_block_is_over() public {
        uint256 id = offer(10, 20);
        vm.expectRevert(abi.encodeWithSelector(IListing.NothingTaken.selector, id));
        listing.share(id);
        take(FIRST, id, 4);
        vm.expectRevert(abi.encodeWithSelector(IListing.BeingTaken.selector, id, START));
        listing.share(id);
        refuse(POSTER, abi.encodeWithSelector(IListing.BeingTaken.selector, id, START));
        listing.cancel(id);
    }

    function test_only_the_poster_cancels_and_only_what_is_left() public {
        uint256 id = offer(10, 20);
        refuse(FIRST, abi.encodeWithSelector(IListing.NotPoster.selector, id, FIRST));
        listing.cancel(id);
        vm.prank(POSTER);
        listing.cancel(id);
        refuse(POSTER, abi.encodeWithSelector(IListing.SoldOut.selector, id));
        listing.cancel(id);
    }

    function test_ledger_that_does_not_know_the_listing_stops_the_payment() public {
        uint256 id = offer(10, 20);
        take(FIRST, id, 4);
        ledger.revokeRole(ledger.POSTER_ROLE(), address(listing));
        vm.warp(START + 1);
        vm.expectRevert();
        listing.share(id);
        assertEq(listing.leftOf(id), 10, "nothing lost");
    }

    // --- laws ----------------------------------------------------------------------------------------------------------------

    function testFuzz_no_more_is_traded_than_posted_and_money_sums_to_zero(uint256 seed, uint32 posted, bool sells) public {
        posted = uint32(bound(posted, 1, 1000));
        vm.prank(POSTER);
        uint256 id = listing.post(0, sells, 7, posted);
        uint256 taken = 0;
        for (uint256 i = 0; i < 12; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            if (drawn % 3 == 0) vm.warp(START + 1 + i);
            uint32 quantity = uint32(1 + drawn / 8 % 400);
            vm.prank(drawn / 4 % 2 == 0 ? FIRST : SECOND);
            (bool stands,) = address(listing).call(abi.encodeCall(listing.take, (id, quantity)));
            if (stands) taken += quantity;
        }
        vm.warp(START + 100);
        // the last pool, if the takes left one
        (bool shared,) = address(listing).call(abi.encodeCall(listing.share, (id)));
        assertTrue(shared || taken == 0, "a pool is left");
        uint256 traded = posted - listing.leftOf(id);
        assertEq(traded, taken < posted ? taken : posted, "what was wanted, at most what was posted");
        int256 money = sells ? int256(7 * traded) : -int256(7 * traded);
        assertEq(ledger.balanceOf(2), money, "poster at the posted price");
        assertEq(ledger.balanceOf(3) + ledger.balanceOf(4), -money, "takers at the posted price");
    }
}
