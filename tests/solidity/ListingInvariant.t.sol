// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {IListing} from "../../contracts/interfaces/IListing.sol";
import {Listing} from "../../contracts/trade/Listing.sol";
import {Base, Log} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice Three traders of zone 0 and one of zone 1 who post, take, share and cancel at any time; keeps its own books from the logs.
contract Stalls is Base {
    uint256 internal constant PEOPLE = 4;
    uint64 private constant START = 1_000_000;

    Registry private registry = new Registry(address(this), 2);
    Ledger public immutable ledger = new Ledger(address(this));
    Listing public immutable listing = new Listing(address(registry), address(ledger), -10, 100, clockFrom(START));
    /// @notice kWh by listing
    uint256[] public posted;
    uint256[] public filled;
    uint256[] public cancelled;
    int256[] private money;
    int256[] private price;
    uint256[] private poster;
    /// @notice takes of a listing's pool, and the most that one taker may get of it
    mapping(uint256 id => mapping(uint256 number => uint256)) private asked;
    uint256 public overfilled;
    uint256 public impostors;

    constructor() {
        ledger.grantRole(ledger.POSTER_ROLE(), address(listing));
        money = new int256[](2 + PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            registry.enrol(person(i), Role.Plant, i < 3 ? 0 : 1);
        }
        vm.warp(START);
    }

    function person(uint256 i) public pure returns (address) {
        return address(uint160(0x2000 + i));
    }

    function moneyOf(uint256 number) public view returns (int256) {
        return money[number];
    }

    function post(uint256 by, uint256 hour, bool sells, uint256 tick, uint256 quantity) public {
        by %= PEOPLE + 1;
        int32 each = int32(int256(tick % 113)) - 11;
        uint32 some = uint32(quantity % 100);
        vm.prank(person(by));
        try listing.post(uint24(hour % 4), sells, each, some) returns (uint256) {
            if (by == PEOPLE) ++impostors;
            posted.push(some);
            filled.push(0);
            cancelled.push(0);
            price.push(sells ? each : -each);
            poster.push(2 + by);
        } catch {}
    }

    function take(uint256 by, uint256 id, uint256 quantity) public {
        by %= PEOPLE + 1;
        if (posted.length > 0) id %= posted.length;
        uint32 some = uint32(quantity % 100);
        vm.recordLogs();
        vm.prank(person(by));
        try listing.take(id, some) {
            if (by == PEOPLE || by == 3 != (poster[id] == 5) || poster[id] == 2 + by) ++impostors;
            _note(vm.getRecordedLogs());
            asked[id][2 + by] += some;
        } catch {}
    }

    function share(uint256 id) public {
        if (posted.length > 0) id %= posted.length;
        vm.recordLogs();
        try listing.share(id) {
            _note(vm.getRecordedLogs());
        } catch {}
    }

    function cancel(uint256 by, uint256 id) public {
        by %= PEOPLE + 1;
        if (posted.length > 0) id %= posted.length;
        vm.recordLogs();
        vm.prank(person(by));
        try listing.cancel(id) {
            if (poster[id] != 2 + by) ++impostors;
            _note(vm.getRecordedLogs());
        } catch {}
    }

    function wait(uint256 time) public {
        vm.warp(block.timestamp + 1 + time % 20 minutes);
    }

    function _note(Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(listing)) continue;
            uint256 id = uint256(logs[i].topics[1]);
            if (logs[i].topics[0] == IListing.ListingCancelled.selector) cancelled[id] += abi.decode(logs[i].data, (uint256));
            if (logs[i].topics[0] != IListing.TakesFilled.selector) continue;
            uint256[] memory fills = abi.decode(logs[i].data, (uint256[]));
            uint256[] memory got = new uint256[](2 + PEOPLE);
            for (uint256 j = 0; j < fills.length; ++j) {
                got[fills[j] >> 32] += uint32(fills[j]);
            }
            for (uint256 number = 2; number < 2 + PEOPLE; ++number) {
                if (got[number] > asked[id][number]) ++overfilled;
                asked[id][number] = 0;
                filled[id] += got[number];
                money[number] -= price[id] * int256(got[number]);
                money[poster[id]] += price[id] * int256(got[number]);
            }
        }
    }

    function count() public view returns (uint256) {
        return posted.length;
    }
}

contract ListingInvariant is Base {
    Stalls private stalls;

    function setUp() public {
        stalls = new Stalls();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(stalls);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _what_was_posted_is_filled_or_cancelled_or_left();
        _everybody_pays_the_posted_price();
        _nobody_gets_more_than_asked_or_acts_for_another();
    }

    function _what_was_posted_is_filled_or_cancelled_or_left() internal view {
        assertEq(stalls.listing().listings(), stalls.count(), "listings");
        for (uint256 id = 0; id < stalls.count(); ++id) {
            uint256 left = stalls.listing().leftOf(id);
            assertEq(stalls.filled(id) + stalls.cancelled(id) + left, stalls.posted(id), "kWh");
        }
    }

    function _everybody_pays_the_posted_price() internal view {
        int256 sum;
        for (uint256 number = 0; number < 6; ++number) {
            int256 balance = stalls.ledger().balanceOf(number);
            assertEq(balance, stalls.moneyOf(number), "money");
            sum += balance;
        }
        assertEq(sum, 0, "sum");
    }

    function _nobody_gets_more_than_asked_or_acts_for_another() internal view {
        assertEq(stalls.overfilled(), 0, "overfilled");
        assertEq(stalls.impostors(), 0, "impostors");
    }

    /// @dev The laws above are about something.
    function test_the_stalls_trade() public {
        stalls.post(0, 0, true, 31, 50);
        stalls.take(1, 0, 30);
        stalls.take(2, 0, 40);
        stalls.wait(1);
        stalls.share(0);
        assertEq(stalls.filled(0), 50, "filled");
        assertEq(stalls.moneyOf(2), 1000, "50 kWh at 20");
    }
}
