// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../../contracts/core/Types.sol";
import {Account} from "../../contracts/libraries/Account.sol";
import {Collateral} from "../../contracts/trade/Collateral.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";
import {Crowd} from "./Crowd.sol";

/// @notice The crowd where orders must be covered: it also deposits, withdraws, pays (or not), and accounts are closed every three hours.
contract CoveredCrowd is Crowd {
    uint256 private constant PERIOD = 3;

    Collateral public collateral;
    /// @notice credited less redeemed
    uint256 public arrived;
    uint256 public closes;
    uint256 public defaults;
    uint256 public unbalancedCloses;

    function _bind() internal override {
        collateral = new Collateral(address(registry), address(ledger), address(auction), PERIOD, clockFrom(START));
        ledger.grantRole(ledger.POSTER_ROLE(), address(collateral));
        registry.enrol(address(collateral), Role.Exchange, 0);
        auction.appointCollateral(address(collateral));
    }

    function everybody() public view returns (address[] memory list) {
        list = new address[](PEOPLE + 1);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            list[i] = trader(i);
        }
        list[PEOPLE] = address(collateral);
    }

    function credit(uint256 by, uint256 amount) public {
        address[] memory one = new address[](1);
        uint64[] memory amounts = new uint64[](1);
        (one[0], amounts[0]) = (trader(by % PEOPLE), uint64(amount % 20_000));
        if (amount % 7 == 0) vm.prank(trader(by / PEOPLE % PEOPLE));
        try collateral.credit(one, amounts) {
            if (amount % 7 == 0) ++impostors;
            arrived += amounts[0];
        } catch {}
    }

    /// @notice One trader moves own money in one of five ways; nobody else's book or balance may change, except the collateral's own.
    function move(uint256 by, uint256 way, uint256 amount) public {
        by %= PEOPLE;
        bytes32 before = others(by);
        uint64 some = uint64(amount % 20_000);
        vm.prank(trader(by));
        bool done;
        if (way % 6 < 2) (done,) = address(collateral).call(abi.encodeCall(collateral.deposit, (some)));
        if (way % 6 == 2) (done,) = address(collateral).call(abi.encodeCall(collateral.withdraw, (some)));
        if (way % 6 == 3) (done,) = address(collateral).call(abi.encodeCall(collateral.pay, (some)));
        if (way % 6 == 4) (done,) = address(collateral).call(abi.encodeCall(collateral.contribute, (some % 100)));
        if (way % 6 == 5) {
            (done,) = address(collateral).call(abi.encodeCall(collateral.redeem, (some)));
            if (done) arrived -= some;
        }
        if (others(by) != before) ++impostors;
    }

    /// @notice The operator, or a trader, closes all accounts.
    function close(uint256 by) public {
        if (by % 3 == 0) vm.prank(trader(by / 3 % PEOPLE));
        try collateral.close(everybody()) {
            ++closes;
            for (uint256 number = 0; number < 3 + PEOPLE; ++number) {
                if (ledger.balanceOf(number) != 0) ++unbalancedCloses;
            }
            for (uint256 number = 2; number < 2 + PEOPLE; ++number) {
                (,, bool inDefault) = collateral.bookOf(number);
                if (inDefault) ++defaults;
            }
        } catch {}
    }

    /// @notice What a trader must not change: the books, balances and words of all the others.
    function others(uint256 by) public view returns (bytes32 hash) {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (i == by) continue;
            (uint256 held, uint256 deposited, bool inDefault) = collateral.bookOf(2 + i);
            (Account account,) = auction.accountOf(trader(i));
            hash = keccak256(abi.encode(hash, held, deposited, inDefault, ledger.balanceOf(2 + i), account));
        }
    }

    /// @notice All that the collateral holds.
    function cash() public view returns (int256 sum) {
        for (uint256 number = 0; number < 3 + PEOPLE; ++number) {
            (uint256 held, uint256 deposited,) = collateral.bookOf(number);
            sum += int256(held + deposited);
        }
        return sum + int256(collateral.fund()) - ledger.balanceOf(2 + PEOPLE);
    }
}

contract CollateralInvariant is Base {
    CoveredCrowd private crowd;

    function setUp() public {
        crowd = new CoveredCrowd();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(crowd);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _free_collateral_is_never_negative();
        _no_money_is_made();
        _nobody_acts_for_another();
        _a_close_brings_every_account_to_zero();
    }

    function _free_collateral_is_never_negative() internal view {
        for (uint256 i = 0; i < 4; ++i) {
            assertTrue(crowd.collateral().freeOf(crowd.trader(i)) >= 0, "free");
        }
    }

    function _no_money_is_made() internal view {
        assertEq(crowd.cash(), int256(crowd.arrived()), "cash");
        assertEq(crowd.money(), 0, "ledger");
    }

    function _nobody_acts_for_another() internal view {
        assertEq(crowd.impostors(), 0, "impostors");
        assertTrue(crowd.ordersAreOwn(), "orders are their traders' own");
    }

    function _a_close_brings_every_account_to_zero() internal view {
        assertEq(crowd.unbalancedCloses(), 0, "closes");
    }

    /// @dev The laws above are about something.
    function test_the_crowd_trades_defaults_and_closes() public {
        crowd.credit(0, 10_000);
        crowd.credit(1, 10_000);
        crowd.move(0, 0, 6_000);
        crowd.move(1, 0, 6_000);
        for (uint256 hour = 0; hour < 3; ++hour) {
            crowd.order(0, true, 7, 30, 10);
            crowd.order(1, false, 12, 20, 10);
            crowd.wait(25 minutes - 2);
            crowd.wait(10 minutes);
            crowd.clear(1, 1);
            crowd.wait(25 minutes - 2);
        }
        crowd.wait(1 minutes);
        crowd.close(1);
        assertTrue(crowd.traded() > 0, "traded");
        assertEq(crowd.closes(), 1, "closed");
        assertEq(crowd.defaults(), 1, "the buyer did not pay");
    }
}
