// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {NO_PRICE, Role} from "../../contracts/core/Types.sol";
import {Day, IAllocation, Reading} from "../../contracts/interfaces/IAllocation.sol";
import {IDifferences} from "../../contracts/interfaces/IDifferences.sol";
import {IPriceRecord} from "../../contracts/interfaces/IPriceRecord.sol";
import {Differences} from "../../contracts/trade/Differences.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";
import {Prices} from "./Prices.sol";

/// @notice Plant A (300.00 CNY/MWh) sells 700 kWh an hour, plant B (310.01 CNY/MWh) 300 kWh, the user buys all of it: at the mean, 303.003,
/// rounded down to 303.00 CNY/MWh. The supplier bears 300, 1e-5 CNY.
abstract contract ContractsOfADay is Base {
    uint64 internal constant START = 1_000_000;
    uint256 internal constant A = 2;
    uint256 internal constant B = 3;
    uint256 internal constant USER = 4;
    uint256 internal constant SUPPLIER = 5;

    Registry internal registry = new Registry(address(this), 1);
    Prices public auction = new Prices();
    Ledger public ledger = new Ledger(address(this));
    Differences public differences = new Differences(address(registry), address(ledger), address(auction), clockFrom(START));

    constructor() {
        ledger.grantRole(ledger.POSTER_ROLE(), address(differences));
        address[] memory sellers = new address[](2);
        uint256[] memory terms = new uint256[](2);
        (sellers[0], sellers[1]) = (address(0xA), address(0xB));
        terms[0] = 1000 | 1000 << 64 | 30_000 << 96;
        terms[1] = 1000 | 1000 << 64 | 31_001 << 96;
        registry.enrol(sellers[0], Role.Plant, 0);
        registry.enrol(sellers[1], Role.Plant, 0);
        registry.enrol(address(0xE), Role.User, 0);
        registry.enrol(address(0xF), Role.Supplier, 0);
        address[] memory supplier = new address[](1);
        supplier[0] = address(0xF);
        differences.setSuppliers(supplier);
        differences.setTerms(sellers, terms);
        vm.warp(START);
    }

    /// @dev Every hour of the day is as the first one.
    function allocate(uint32 day, uint256 hours_) internal {
        uint256 width = (hours_ + 7) / 8;
        uint256[] memory load = new uint256[](width);
        uint256[] memory plants = new uint256[](2 * (1 + 2 * width));
        (plants[0], plants[1 + 2 * width]) = (700 * hours_ | 700 << 64, 300 * hours_ | 300 << 64);
        for (uint256 hour = 0; hour < hours_; ++hour) {
            (uint256 word, uint256 shift) = (hour / 8, hour % 8 * 32);
            load[word] |= 1000 << shift;
            plants[1 + word] |= 1000 << shift;
            plants[1 + width + word] |= 700 << shift;
            plants[2 + 2 * width + word] |= 1000 << shift;
            plants[2 + 3 * width + word] |= 300 << shift;
        }
        differences.allocate(Day(0, day, 0, uint8(hours_), Reading.PerPlant, 1e6), load, plants);
    }

    function bought(uint256 energy) internal pure returns (uint256[] memory words) {
        words = new uint256[](1);
        words[0] = energy | USER << 32;
    }
}

contract DifferencesTest is ContractsOfADay {
    function settleAt(int256 price) private {
        allocate(0, 1);
        auction.clear(1, price);
        differences.settle(0, bought(1000));
    }

    function balances(int256 a, int256 b, int256 user, int256 supplier) private view {
        assertEq(ledger.balanceOf(A), a, "plant A");
        assertEq(ledger.balanceOf(B), b, "plant B");
        assertEq(ledger.balanceOf(USER), user, "user");
        assertEq(ledger.balanceOf(SUPPLIER), supplier, "supplier");
    }

    function test_a_price_below_the_agreed_one_is_made_up_for_by_the_buyer() public {
        settleAt(25_000);
        balances(3_500_000, 1_800_300, -5_300_000, -300);
    }

    function test_a_price_above_the_agreed_one_is_handed_on_by_the_plants() public {
        settleAt(32_000);
        balances(-1_400_000, -299_700, 1_700_000, -300);
    }

    function test_a_negative_price_is_made_up_for_in_full() public {
        settleAt(-1_000);
        balances(21_700_000, 9_600_300, -31_300_000, -300);
    }

    function test_where_nothing_was_traded_nobody_pays() public {
        settleAt(NO_PRICE);
        balances(0, 0, 0, 0);
    }

    function test_the_log_says_at_which_prices() public {
        allocate(0, 1);
        auction.clear(1, 25_000);
        int256[] memory prices = new int256[](2);
        (prices[0], prices[1]) = (25_000, 77);
        vm.expectEmit(true, true, true, true, address(differences));
        emit IDifferences.DifferencesSettled(0, prices);
        differences.settle(0, bought(1000));
    }

    function test_an_hour_is_settled_after_it_is_cleared_and_once() public {
        allocate(0, 2);
        vm.expectRevert(abi.encodeWithSelector(IPriceRecord.NotPriced.selector, 0));
        differences.settle(0, bought(1000));
        auction.clear(1, 25_000);
        differences.settle(0, bought(1000));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotNextHour.selector, 0, 1));
        differences.settle(0, bought(1000));
        vm.warp(START + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IPriceRecord.NotPriced.selector, 1));
        differences.settle(1, bought(1000));
    }

    function test_buyers_have_what_sellers_have() public {
        allocate(0, 1);
        auction.clear(1, 25_000);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.PurchasesDiffer.selector, 0, 999, 1000));
        differences.settle(0, bought(999));
    }

    function test_only_the_operator_settles() public {
        allocate(0, 1);
        auction.clear(1, 25_000);
        vm.prank(address(0xA));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotOperator.selector, address(0xA)));
        differences.settle(0, bought(1000));
    }

    function test_any_price_moves_money_that_sums_to_nothing(int32 price) public {
        settleAt(price);
        int256 sum = ledger.balanceOf(A) + ledger.balanceOf(B) + ledger.balanceOf(USER) + ledger.balanceOf(SUPPLIER);
        assertEq(sum, 0, "sum");
        assertEq(ledger.balanceOf(A), price == NO_PRICE ? int256(0) : (30_000 - int256(price)) * 700, "plant A");
    }
}

/// @notice Clears and settles hours in any order and keeps its own books.
contract Settler is ContractsOfADay {
    uint256 public settled;
    uint256 public wrong;
    int256 public ofA;
    int256 public ofUser;

    function allocateNext() public {
        uint256 hour = differences.nextHour();
        if (hour % 24 == 0) allocate(uint32(hour / 24), 24);
    }

    function clear(uint256 ahead, int32 price) public {
        auction.clear(differences.nextHour() + ahead % 3, price);
    }

    function settle(uint256 back, uint256 energy, uint256 by) public {
        uint256 next = differences.nextHour();
        uint256 hour = back % 4 == 0 && next > 0 ? next - 1 : next;
        uint256 taken = energy % 4 == 0 ? 999 : 1000;
        vm.warp(START + next * 1 hours);
        bool may = hour == next && taken == 1000 && by % 5 != 0 && auction.cleared() == hour + 1;
        if (by % 5 == 0) vm.prank(address(0xA));
        try differences.settle(hour, bought(taken)) {
            if (!may) ++wrong;
            ++settled;
            if (auction.price() == NO_PRICE) return;
            ofA += (30_000 - auction.price()) * 700;
            ofUser -= (30_300 - auction.price()) * 1000;
        } catch {}
    }

    function balance(uint256 number) public view returns (int256) {
        return ledger.balanceOf(number);
    }
}

contract DifferencesInvariant is Base {
    Settler private settler;

    function setUp() public {
        settler = new Settler();
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(settler);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_payments_sum_to_nothing_and_no_hour_is_paid_twice() public view {
        int256 sum;
        for (uint256 number = 0; number < 6; ++number) {
            sum += settler.balance(number);
        }
        assertEq(sum, 0, "sum");
        assertEq(settler.wrong(), 0, "before clearing, twice, of other energy, or by a stranger");
        assertEq(settler.differences().nextHour(), settler.settled(), "hours");
        assertEq(settler.balance(2), settler.ofA(), "plant A");
        assertEq(settler.balance(4), settler.ofUser(), "user");
    }

    /// @dev The laws above are about something.
    function test_the_settler_settles() public {
        settler.allocateNext();
        settler.clear(1, 25_000);
        settler.settle(1, 1, 1);
        assertEq(settler.settled(), 1, "settled");
        assertEq(settler.balance(2), 3_500_000, "plant A");
    }
}
