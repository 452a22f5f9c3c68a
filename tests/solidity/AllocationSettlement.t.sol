// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAllocation} from "../../contracts/interfaces/IAllocation.sol";
import {AllocatedDay} from "./AllocatedDay.sol";

/// @title An allocated hour is paid: when, by whom, and to the last unit.
contract AllocationSettlementTest is AllocatedDay {
    function test_hour_is_paid_at_the_mean_price_rounded_down() public {
        allocateDay();
        uint256[] memory contracts = one(lanes(300_000, 160_000, 124_835, FLAT));
        uint256[] memory purchases = one(purchase(634_835, NUMBER_USER, 0));
        int256[] memory prices = new int256[](2);
        // (300,000 x 30,000 + 160,000 x 31,000 + 124,835 x 20,000 + 50,000 x 25,000) / 634,835 = 27,891.8...
        (prices[0], prices[1]) = (27_891, type(int32).min);
        vm.expectEmit(true, true, true, true, address(allocation));
        emit IAllocation.AgreementsSettled(0, prices, contracts, purchases);
        allocation.settle(0, purchases);
        assertEq(ledger.balanceOf(NUMBER_A), 9_000_000_000, "A");
        assertEq(ledger.balanceOf(NUMBER_IMPORT), 1_250_000_000, "import");
        assertEq(ledger.balanceOf(NUMBER_USER), -int256(634_835 * 27_891), "user");
        assertEq(ledger.balanceOf(7), int256(634_835 * 27_891) - 17_706_700_000, "supplier");
        assertEq(allocation.nextHour(), 1, "next hour");
    }

    function test_hour_needs_an_allocation() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotAllocated.selector, 0, 0));
        allocation.settle(0, new uint256[](0));
    }

    function test_hours_are_settled_in_order_and_in_their_time() public {
        allocateDay();
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotNextHour.selector, 1, 0));
        allocation.settle(1, new uint256[](0));
        vm.warp(START - 1);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.HourNotBegun.selector, 0, START));
        allocation.settle(0, new uint256[](0));
    }

    function test_settled_hours_stay_as_they_are() public {
        allocateDay();
        allocation.settle(0, one(purchase(634_835, NUMBER_USER, 0)));
        refused(abi.encodeWithSelector(IAllocation.AlreadySettled.selector, 0, 1));
    }

    function test_purchase_of_nothing_is_nobodys() public {
        allocateDay();
        allocation.settle(0, one(purchase(0, 1, 9) << 64 | purchase(634_835, NUMBER_USER, 0)));
        assertEq(ledger.balanceOf(NUMBER_USER), -int256(634_835 * 27_891), "user");
    }

    function test_buyers_take_what_sellers_deliver() public {
        allocateDay();
        vm.expectRevert(abi.encodeWithSelector(IAllocation.PurchasesDiffer.selector, 0, 634_834, 634_835));
        allocation.settle(0, one(purchase(634_834, NUMBER_USER, 0)));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.UnknownZone.selector, 2, 2));
        allocation.settle(0, one(purchase(634_835, NUMBER_USER, 2)));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.UnknownNumber.selector, 1, 9));
        allocation.settle(0, one(purchase(634_835, 1, 0)));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.UnknownNumber.selector, 9, 9));
        allocation.settle(0, one(purchase(634_835, 9, 0)));
    }

    function test_buyers_are_of_the_zone_and_no_plants() public {
        allocateDay();
        vm.expectRevert(abi.encodeWithSelector(IAllocation.PlantBuys.selector, NUMBER_A));
        allocation.settle(0, one(purchase(634_835, NUMBER_A, 0)));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.BuyerElsewhere.selector, 8, 1, 0));
        allocation.settle(0, one(purchase(634_835, 8, 0)));
        allocation.settle(0, one(purchase(34_835, NUMBER_IMPORT, 0) | purchase(600_000, 7, 0) << 64));
        assertEq(ledger.balanceOf(8), 0, "the other zone's supplier");
    }

    function test_reads_name_what_is_missing() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.UnknownZone.selector, 2, 2));
        allocation.sellerCount(2);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.UnknownZone.selector, 2, 2));
        allocation.contractOf(2, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotAllocated.selector, 0, 0));
        allocation.contractOf(0, 0, 0);
    }

    /// @notice However the hour's energy is shared among buyers, the ledger's postings sum to zero (it would refuse others) and nothing is lost.
    function testFuzz_money_sums_to_zero(uint256 energy) public {
        allocateDay();
        energy = bound(energy, 0, 634_835);
        allocation.settle(0, one(purchase(energy, NUMBER_USER, 0) | purchase(634_835 - energy, 7, 0) << 64));
        int256 sum;
        for (uint256 number = 0; number < 9; ++number) {
            sum += ledger.balanceOf(number);
        }
        assertEq(sum, 0, "sum");
    }
}
