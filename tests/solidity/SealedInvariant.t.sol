// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SealedUniformAuction} from "../../contracts/auctions/SealedAuctions.sol";
import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Bounds, Flow, Role, Rules} from "../../contracts/core/Types.sol";
import {Account} from "../../contracts/libraries/Account.sol";
import {LineWord} from "../../contracts/libraries/LineWord.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice Three traders and a stranger who commit, reveal, reveal what others committed, and forfeit at any time.
contract Envelopes is Base {
    uint256 internal constant PEOPLE = 3;
    uint64 private constant START = 1_000_000;
    uint32 public constant RATE = 77;
    uint256 private constant IDENTITY = 0xFFFFFFFFF << 220;

    Registry private registry = new Registry(address(this), 1);
    Ledger public immutable ledger = new Ledger(address(this));
    SealedUniformAuction public immutable auction;
    /// @notice what each committed last: the order and its hour, plus one; 0 for nothing
    uint256[PEOPLE + 1] private sealedOrder;
    uint256[PEOPLE + 1] private sealedIn;
    uint256[PEOPLE] public standing;
    uint256[PEOPLE] public forfeited;
    /// @notice kWh committed that bonds were taken for
    uint256[PEOPLE] public lapsed;
    uint256 public opened;
    uint256 public wrong;
    int256 public posted;

    constructor() {
        auction =
            new SealedUniformAuction(address(registry), address(ledger), Rules(1, 0, 100, 500_000, clockFrom(START)), new LineWord[](0), RATE);
        ledger.grantRole(ledger.POSTER_ROLE(), address(auction));
        address[] memory people = new address[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            people[i] = person(i);
            registry.enrol(people[i], Role.Plant, 0);
        }
        auction.admit(people);
        vm.warp(START);
    }

    function person(uint256 i) public pure returns (address) {
        return address(uint160(0x2000 + i));
    }

    function commit(uint256 by, bool sells, uint256 price, uint256 quantity) public {
        by %= PEOPLE + 1;
        uint256 hour = auction.currentHour();
        uint256 energy = 1 + quantity % 50;
        uint256 order = hour << 196 | (sells ? uint256(1) << 195 : 0) | 1 << 192 | price % 101 << 32 | energy;
        // one time in eight too little is committed
        uint256 said = price % 8 == 0 ? energy - 1 : energy + price % 3;
        uint256 word = hour << 232 | said << 200 | uint256(keccak256(abi.encode(order, 0, by, person(by)))) << 56 >> 56;
        uint256 last = auction.commitmentOf(person(by));
        bool unpaid = by < PEOPLE && last >> 232 != hour && last << 24 >> 224 != 0 && !_opened(by, last >> 232);
        vm.prank(person(by));
        try auction.commit(word) {
            if (by == PEOPLE || unpaid || block.timestamp >= START + hour * 1 hours + 15 minutes) ++wrong;
            (sealedOrder[by], sealedIn[by]) = (order, hour + 1);
        } catch {}
    }

    /// @notice Somebody opens an envelope, the own or one that is not the own.
    function reveal(uint256 by, uint256 whose) public {
        (by, whose) = (by % (PEOPLE + 1), whose % 4 == 0 ? whose / 4 % PEOPLE : by % PEOPLE);
        uint256 hour = auction.currentHour();
        vm.prank(person(by));
        try auction.reveal(sealedOrder[whose], 0, whose) {
            if (uint32(sealedOrder[whose]) > auction.commitmentOf(person(by)) << 24 >> 224) ++wrong;
            if (by != whose || sealedIn[by] != hour + 1 || block.timestamp < START + hour * 1 hours + 15 minutes) ++wrong;
            standing[by] = sealedOrder[by];
            ++opened;
        } catch {}
    }

    /// @notice Anyone may say who kept an envelope shut.
    function forfeit(uint256 whose, uint256 by) public {
        whose %= PEOPLE;
        uint256 hour = auction.currentHour();
        address[] memory one = new address[](1);
        one[0] = person(whose);
        uint256 energy = auction.commitmentOf(person(whose)) << 24 >> 224;
        vm.prank(person(by % 5));
        try auction.forfeit(hour, one) {
            if (sealedIn[whose] != hour + 1 || standing[whose] >> 196 == hour && standing[whose] != 0) ++wrong;
            if (block.timestamp < START + hour * 1 hours + 30 minutes) ++wrong;
            sealedIn[whose] = 0;
            ++forfeited[whose];
            lapsed[whose] += energy;
        } catch {}
    }

    /// @notice Nothing is ordered in the open.
    function submit(uint256 by, uint256 order) public {
        vm.prank(person(by % PEOPLE));
        try auction.submit(order) {
            ++wrong;
        } catch {}
        vm.prank(person(by % PEOPLE));
        try auction.withdraw() {
            ++wrong;
        } catch {}
    }

    function wait(uint256 time) public {
        vm.warp(block.timestamp + 1 + time % 12 minutes);
    }

    function _opened(uint256 by, uint256 hour) private view returns (bool) {
        return standing[by] != 0 && standing[by] >> 196 == hour;
    }

    function ordersAreOwn() public view returns (bool) {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (Account account,) = auction.accountOf(person(i));
            if (Account.unwrap(account) & ~IDENTITY != standing[i]) return false;
        }
        return true;
    }
}

contract SealedInvariant is Base {
    Envelopes private envelopes;

    function setUp() public {
        envelopes = new Envelopes();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(envelopes);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _only_own_envelopes_are_opened_and_only_in_time();
        _bonds_are_all_that_moves();
    }

    function _only_own_envelopes_are_opened_and_only_in_time() internal view {
        assertEq(envelopes.wrong(), 0, "wrong");
        assertTrue(envelopes.ordersAreOwn(), "orders are their traders' own");
    }

    function _bonds_are_all_that_moves() internal view {
        int256 sum;
        for (uint256 i = 0; i < 3; ++i) {
            int256 lost = int256(envelopes.lapsed(i) * envelopes.RATE());
            assertEq(envelopes.ledger().balanceOf(2 + i), -lost, "bond");
            sum += lost;
        }
        assertEq(envelopes.ledger().balanceOf(1), sum, "rent");
    }

    /// @dev The laws above are about something.
    function test_envelopes_are_opened_and_forfeited() public {
        envelopes.commit(0, true, 5, 5);
        envelopes.commit(1, false, 9, 5);
        envelopes.wait(10 minutes);
        envelopes.wait(5 minutes);
        envelopes.reveal(0, 1);
        envelopes.wait(11 minutes);
        envelopes.wait(10 minutes);
        envelopes.forfeit(1, 1);
        envelopes.forfeit(0, 1);
        assertEq(envelopes.opened(), 1, "opened");
        assertEq(envelopes.forfeited(1), 1, "forfeited");
        assertEq(envelopes.forfeited(0), 0, "kept");
    }
}
