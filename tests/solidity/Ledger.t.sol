// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {Ledger} from "../../contracts/core/Ledger.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {Base} from "./Base.sol";

contract LedgerTest is Base {
    Ledger private ledger = new Ledger(address(this));

    constructor() {
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
    }

    function amounts(int256 a, int256 b, int256 c) private pure returns (int256[] memory list) {
        list = new int256[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    function test_postings_add_to_balances() public {
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ILedger.Posted(address(this), 3, 7);
        ledger.post(amounts(7, -3, -4));
        ledger.post(amounts(-10, 0, 10));
        assertEq(ledger.balanceOf(0), -3, "0");
        assertEq(ledger.balanceOf(1), -3, "1");
        assertEq(ledger.balanceOf(2), 6, "2");
        assertEq(ledger.balanceOf(3), 0, "3");
    }

    function test_unbalanced_posting_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(ILedger.Unbalanced.selector, 1));
        ledger.post(amounts(7, -3, -3));
    }

    function test_balance_beyond_int64_is_kept_exactly() public {
        int256 most = type(int64).max;
        ledger.post(amounts(most, -most, 0));
        ledger.post(amounts(1, -2, 1));
        assertEq(ledger.balanceOf(0), most + 1, "above");
        assertEq(ledger.balanceOf(1), -most - 2, "below");
        ledger.post(amounts(-1, 2, -1));
        assertEq(ledger.balanceOf(0), most, "back");
        assertEq(ledger.balanceOf(1), -most, "and back");
    }

    function test_amount_beyond_int128_is_refused() public {
        int256 most = type(int128).max;
        ledger.post(amounts(most, -most, 0));
        vm.expectRevert(abi.encodeWithSelector(ILedger.AmountOutOfRange.selector, 0, most + 1));
        ledger.post(amounts(most + 1, -most - 1, 0));
    }

    /// @notice Whatever is posted, and however often: each balance is the sum of its postings.
    function testFuzz_no_balance_is_too_large(int128[6] memory moved) public {
        int256 sum;
        for (uint256 i = 0; i < 6; ++i) {
            if (moved[i] == type(int128).min) continue;
            ledger.post(amounts(moved[i], -int256(moved[i]), 0));
            sum += moved[i];
        }
        assertEq(ledger.balanceOf(0), sum, "first");
        assertEq(ledger.balanceOf(1), -sum, "second");
    }

    function test_balance_may_use_all_of_int64() public {
        ledger.post(amounts(type(int64).min, type(int64).max, 1));
        assertEq(ledger.balanceOf(0), type(int64).min, "lowest");
        assertEq(ledger.balanceOf(1), type(int64).max, "highest");
    }

    function test_stranger_cannot_post() public {
        bytes32 role = ledger.POSTER_ROLE();
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(1), role));
        vm.prank(address(1));
        ledger.post(amounts(0, 0, 0));
    }

    /// @notice Slots hold four balances: whatever is posted, each balance is the sum of its own postings and all sum to zero.
    function testFuzz_balances_are_sums_of_postings(int48[9] memory first, int48[9] memory second) public {
        int256[] memory one = new int256[](10);
        int256[] memory two = new int256[](10);
        for (uint256 i = 0; i < 9; ++i) {
            (one[i], two[i]) = (first[i], second[i]);
            (one[9], two[9]) = (one[9] - first[i], two[9] - second[i]);
        }
        ledger.post(one);
        ledger.post(two);
        int256 sum;
        for (uint256 i = 0; i < 10; ++i) {
            assertEq(ledger.balanceOf(i), one[i] + two[i], "balance");
            sum += ledger.balanceOf(i);
        }
        assertEq(sum, 0, "sum");
    }
}
