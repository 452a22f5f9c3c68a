// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {ICollateral} from "../../contracts/interfaces/ICollateral.sol";
import {Collateral} from "../../contracts/trade/Collateral.sol";
import {clockFrom} from "./Clock.sol";
import {CoveredCrowd} from "./CollateralInvariant.t.sol";

contract CollateralTest is CoveredCrowd {
    /// @dev Trader 1 has so much money and deposits `amount` of it.
    function fund(uint256 money_, uint256 amount) private {
        credit(1, money_);
        move(1, 0, amount);
    }

    /// @dev Trader 1, account 3, owes accounts 2 and 4 this much.
    function owe(int256 first, int256 second) private {
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        int256[] memory owed = new int256[](5);
        (owed[2], owed[3], owed[4]) = (first, -first - second, second);
        ledger.post(owed);
    }

    function word(int32 price, uint32 quantity) private pure returns (uint256) {
        return uint256(1) << 192 | uint256(uint32(price)) << 32 | quantity;
    }

    function refuse(bytes memory err) private {
        vm.expectRevert(err);
        vm.prank(trader(1));
    }

    function test_order_within_the_limit_stands_and_above_it_is_refused() public {
        fund(600, 600); // 200 an hour
        refuse(abi.encodeWithSelector(IAuction.OrderAboveCollateral.selector, 210, 200));
        auction.submit(word(10, 21));
        vm.prank(trader(1));
        auction.submit(word(10, 20));
        assertEq(collateral.freeOf(trader(1)), 400, "free");
    }

    function test_withdrawal_leaves_what_stands() public {
        fund(600, 600);
        vm.prank(trader(1));
        auction.submit(word(10, 20));
        refuse(abi.encodeWithSelector(ICollateral.NotEnoughFree.selector, 401, int256(400)));
        collateral.withdraw(401);
        vm.prank(trader(1));
        collateral.withdraw(400);
    }

    function test_only_the_collateral_sets_limits_and_only_the_operator_names_it() public {
        uint256[] memory codes = new uint256[](PEOPLE);
        refuse(abi.encodeWithSelector(IAuction.NotCollateral.selector, trader(1)));
        auction.coverUntil(traders(), codes, 99);
        refuse(abi.encodeWithSelector(IAuction.NotOperator.selector, trader(1)));
        auction.appointCollateral(trader(1));
        vm.expectRevert(abi.encodeWithSelector(IAuction.TooLateForCollateral.selector));
        auction.appointCollateral(trader(1));
    }

    function test_default_is_covered_by_deposit_then_fund_then_those_who_are_owed() public {
        fund(701, 600);
        vm.prank(trader(1));
        collateral.contribute(100);
        owe(600, 400); // 300 are missing: 180 and 120
        vm.warp(START + 3 hours - 1 minutes);
        vm.expectEmit(true, true, true, true, address(collateral));
        emit ICollateral.Defaulted(2, 3, 1000, 600, 100, 300);
        collateral.close(everybody());
        (uint256 first,,) = collateral.bookOf(2);
        (uint256 second,,) = collateral.bookOf(4);
        assertEq(first, 420, "paid of 600");
        assertEq(second, 280, "paid of 400");
        assertEq(ledger.balanceOf(2 + PEOPLE), 0, "own account");
    }

    function test_what_is_missing_is_taken_from_the_rent_first() public {
        fund(600, 600);
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        int256[] memory owed = new int256[](5);
        (owed[1], owed[2], owed[3], owed[4]) = (23_000, 600, -600, -23_000);
        ledger.post(owed);
        vm.warp(START + 3 hours - 1 minutes);
        collateral.close(everybody());
        (uint256 rent,,) = collateral.bookOf(1);
        (uint256 seller,,) = collateral.bookOf(2);
        assertEq(rent, 0, "nobody's");
        assertEq(seller, 600, "paid in full");
    }

    function test_what_the_rent_cannot_bear_is_shared() public {
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        int256[] memory owed = new int256[](5);
        (owed[0], owed[1], owed[2], owed[3]) = (299, 100, 101, -500);
        fund(150, 150);
        ledger.post(owed);
        vm.warp(START + 3 hours - 1 minutes);
        collateral.close(everybody());
        (uint256 grid,,) = collateral.bookOf(0);
        (uint256 seller,,) = collateral.bookOf(2);
        assertEq(grid, 299 - 187, "250 are missing besides 100 of the rent: 186.9");
        assertEq(seller, 101 - 63, "and 63.1");
    }

    function test_shares_of_what_is_missing_are_rounded_down_and_the_rest_goes_by_number() public {
        fund(699, 600);
        vm.prank(trader(1));
        collateral.contribute(99);
        owe(700, 300); // 301 are missing: 210.7 and 90.3
        vm.warp(START + 3 hours - 1 minutes);
        collateral.close(everybody());
        (uint256 first,,) = collateral.bookOf(2);
        (uint256 second,,) = collateral.bookOf(4);
        assertEq(first, 700 - 211, "the one left over is the lower number's");
        assertEq(second, 300 - 90, "rounded down");
    }

    function test_anyone_closes_an_hour_late() public {
        vm.warp(START + 4 hours - 1 minutes - 1);
        refuse(abi.encodeWithSelector(ICollateral.TooEarly.selector, block.timestamp, START + 4 hours - 1 minutes));
        collateral.close(everybody());
        vm.warp(START + 4 hours - 1 minutes);
        vm.prank(trader(1));
        collateral.close(everybody());
        assertEq(collateral.nextClose(), 6, "next");
    }

    function test_enrolling_ahead_of_a_close_does_not_stop_it() public {
        vm.warp(START + 4 hours - 1 minutes);
        registry.enrol(address(0x9999), Role.Plant, 0);
        vm.prank(trader(1));
        collateral.close(everybody());
        assertEq(collateral.nextClose(), 6, "closed");
    }

    function test_who_is_enrolled_after_the_bank_has_no_deposit() public {
        registry.enrol(address(0x9999), Role.Plant, 0);
        vm.expectRevert(abi.encodeWithSelector(ICollateral.NotEnoughMoney.selector, 1, 0));
        vm.prank(address(0x9999));
        collateral.deposit(1);
        (address[] memory one, uint64[] memory amount) = (new address[](1), new uint64[](1));
        (one[0], amount[0]) = (address(0x9999), 1);
        collateral.credit(one, amount);
        vm.expectRevert(abi.encodeWithSelector(ICollateral.NotMember.selector, 3 + PEOPLE, 2 + PEOPLE));
        vm.prank(address(0x9999));
        collateral.deposit(1);
    }

    function test_what_the_grid_lacks_is_no_default_and_takes_from_nobody() public {
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        int256[] memory amounts = new int256[](3);
        (amounts[0], amounts[2]) = (-5, 5);
        ledger.post(amounts);
        vm.warp(START + 3 hours - 1 minutes);
        collateral.close(everybody());
        (uint256 paid,,) = collateral.bookOf(2);
        assertEq(paid, 5, "paid in full");
        assertEq(ledger.balanceOf(0), -5, "waits");
        assertEq(ledger.balanceOf(2 + PEOPLE), 5, "owed to the bank");
    }

    function test_amounts_are_above_zero_and_not_above_what_there_is() public {
        fund(600, 100);
        refuse(abi.encodeWithSelector(ICollateral.AmountZero.selector));
        collateral.deposit(0);
        refuse(abi.encodeWithSelector(ICollateral.AmountZero.selector));
        collateral.withdraw(0);
        refuse(abi.encodeWithSelector(ICollateral.NotEnoughMoney.selector, 501, 500));
        collateral.redeem(501);
        vm.prank(trader(1));
        collateral.redeem(500);
        (uint256 money,,) = collateral.bookOf(3);
        assertEq(money, 0, "all of it");
    }

    function test_a_debt_is_paid_and_no_more_than_it() public {
        fund(600, 100);
        owe(300, 0);
        refuse(abi.encodeWithSelector(ICollateral.MoreThanOwed.selector, 301, 300));
        collateral.pay(301);
        vm.prank(trader(1));
        collateral.pay(300);
        assertEq(ledger.balanceOf(3), 0, "paid");
        assertEq(ledger.balanceOf(2 + PEOPLE), -300, "owed by the collateral to who is owed");
    }

    function test_only_the_operator_credits_an_amount_each() public {
        refuse(abi.encodeWithSelector(ICollateral.NotOperator.selector, trader(1)));
        collateral.credit(new address[](1), new uint64[](1));
        vm.expectRevert(abi.encodeWithSelector(ICollateral.WrongLength.selector, 2, 1));
        collateral.credit(new address[](1), new uint64[](2));
    }

    function test_close_is_given_everybody_in_order_of_number() public {
        vm.warp(START + 3 hours - 1 minutes);
        vm.expectRevert(abi.encodeWithSelector(ICollateral.WrongLength.selector, PEOPLE, PEOPLE + 1));
        collateral.close(traders());
        address[] memory all = everybody();
        (all[0], all[1]) = (all[1], all[0]);
        vm.expectRevert(abi.encodeWithSelector(ICollateral.WrongNumber.selector, 3, 2));
        collateral.close(all);
    }

    function test_order_beyond_the_covered_hours_is_refused() public {
        fund(600, 600);
        vm.warp(START + 3 hours);
        refuse(abi.encodeWithSelector(IAuction.HourNotCovered.selector, 3, 3));
        auction.submit(uint256(3) << 196 | word(10, 20));
    }

    function test_period_is_one_hour_to_31_days() public {
        (address registry_, address ledger_, address auction_) = (address(registry), address(ledger), address(auction));
        vm.expectRevert(abi.encodeWithSelector(ICollateral.BadPeriod.selector, 0));
        new Collateral(registry_, ledger_, auction_, 0, clockFrom(START));
        vm.expectRevert(abi.encodeWithSelector(ICollateral.BadPeriod.selector, 745));
        new Collateral(registry_, ledger_, auction_, 745, clockFrom(START));
    }

    function test_segments_of_the_second_word_are_covered_too() public {
        fund(600, 600); // 200 an hour
        uint256 segment = uint256(10) << 32 | 5;
        uint256 four = uint256(4) << 192 | segment << 128 | segment << 64 | segment;
        refuse(abi.encodeWithSelector(IAuction.OrderAboveCollateral.selector, 210, 200));
        auction.submit(four, uint256(10) << 32 | 6);
        vm.prank(trader(1));
        auction.submit(four, segment);
        assertEq(collateral.freeOf(trader(1)), 400, "free");
    }
}
