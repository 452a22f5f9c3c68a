// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../interfaces/IAuction.sol";
import {ICollateral} from "../interfaces/ICollateral.sol";
import {CoveredCrowd} from "./CollateralInvariant.t.sol";

contract CollateralTest is CoveredCrowd {
    /// @dev Trader 1 has so much money and deposits `amount` of it.
    function fund(uint256 money_, uint256 amount) private {
        credit(1, money_);
        move(1, 0, amount);
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
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        int256[] memory owed = new int256[](5);
        (owed[2], owed[3], owed[4]) = (600, -1000, 400); // 300 are missing: 180 and 120
        ledger.post(owed);
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

    function test_anyone_closes_an_hour_late() public {
        vm.warp(START + 4 hours - 1 minutes - 1);
        refuse(abi.encodeWithSelector(ICollateral.TooEarly.selector, block.timestamp, START + 4 hours - 1 minutes));
        collateral.close(everybody());
        vm.warp(START + 4 hours - 1 minutes);
        vm.prank(trader(1));
        collateral.close(everybody());
        assertEq(collateral.nextClose(), 6, "next");
    }
}
