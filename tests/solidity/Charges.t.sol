// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {GRID, NO_PRICE, RENT, Role} from "../../contracts/core/Types.sol";
import {ITariffs} from "../../contracts/interfaces/ITariffs.sol";
import {Tariffs} from "../../contracts/trade/Tariffs.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @title Charges of the grid: supplier 2, users 3 and 4, plants 5 and 6; no tariffs.
contract ChargesTest is Base {
    uint64 private constant START = 1_000_000;
    int32 private constant RECOVERS = type(int32).max;
    int32 private constant COVERS_RENT = type(int32).max - 1;

    Registry private registry;
    Ledger private ledger;
    Tariffs private tariffs;

    function setUp() public {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        tariffs = new Tariffs(address(registry), address(ledger), clockFrom(START));
        ledger.grantRole(ledger.POSTER_ROLE(), address(tariffs));
        for (uint256 number = 2; number < 7; ++number) {
            registry.enrol(who(number), number == 2 ? Role.Supplier : number < 5 ? Role.User : Role.Plant, 0);
        }
        vm.warp(START + 1 hours);
    }

    function who(uint256 number) private pure returns (address) {
        return address(uint160(0x2000 + number));
    }

    function pair(uint256 first, uint256 second) private pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (who(first), who(second));
    }

    /// @dev A stamp on load, capacity for plants, and what gets that back from load.
    function setCharges(int32 stamp, int32 capacity) private {
        tariffs.setCharge(stamp, pair(3, 4));
        tariffs.setCharge(-capacity, pair(5, 6));
        tariffs.setCharge(RECOVERS, pair(3, 4));
    }

    function quantities(uint64[4] memory each) private pure returns (uint64[] memory list) {
        list = new uint64[](6);
        (list[0], list[1], list[2], list[3], list[4], list[5]) = (each[0], each[1], each[2], each[3], each[0], each[1]);
    }

    function test_users_pay_the_stamp_and_what_plants_get_for_capacity_comes_back_rounded_up() public {
        setCharges(30, 20);
        int256[] memory rates = new int256[](3);
        (rates[0], rates[1], rates[2]) = (int256(30), -20, 29);
        uint64[] memory energy = quantities([uint64(5), 2, 10, 0]);
        vm.expectEmit(true, true, true, true, address(tariffs));
        emit ITariffs.Billed(0, rates, energy);
        tariffs.bill(0, energy);
        int256[7] memory due = [int256(213), 0, 0, -295, -118, 200, 0];
        for (uint256 number = 0; number < 7; ++number) {
            assertEq(ledger.balanceOf(number), due[number], "balance");
        }
    }

    function test_what_nobody_can_recover_by_stays_with_the_grid() public {
        setCharges(30, 20);
        int256[] memory rates = new int256[](3);
        (rates[0], rates[1], rates[2]) = (int256(30), -20, NO_PRICE);
        uint64[] memory energy = quantities([uint64(0), 0, 10, 5]);
        vm.expectEmit(true, true, true, true, address(tariffs));
        emit ITariffs.Billed(0, rates, energy);
        tariffs.bill(0, energy);
        assertEq(ledger.balanceOf(GRID), -300, "grid");
    }

    function test_every_payer_needs_its_energy() public {
        setCharges(30, 20);
        for (uint256 length = 0; length < 8; ++length) {
            if (length == 6) continue;
            uint256 expected = length > 6 ? 6 : (length / 2 + 1) * 2;
            vm.expectRevert(abi.encodeWithSelector(ITariffs.WrongLength.selector, length, expected));
            tariffs.bill(0, new uint64[](length));
        }
    }

    function test_charges_name_users_and_plants_in_order_before_the_first_bill() public {
        vm.expectRevert(abi.encodeWithSelector(ITariffs.NoPayers.selector));
        tariffs.setCharge(1, new address[](0));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.WrongRole.selector, who(2), Role.Supplier));
        tariffs.setCharge(1, pair(2, 3));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.OutOfOrder.selector, 3, 4));
        tariffs.setCharge(1, pair(4, 3));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.OutOfOrder.selector, 3, 3));
        tariffs.setCharge(1, pair(3, 3));
        vm.prank(who(3));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.NotOperator.selector, who(3)));
        tariffs.setCharge(1, pair(3, 4));
        assertEq(tariffs.chargeCount(), 0, "none");
        vm.expectEmit(true, true, true, true, address(tariffs));
        uint256[] memory payers = new uint256[](2);
        (payers[0], payers[1]) = (3, 6);
        emit ITariffs.ChargeSet(0, -7, payers);
        tariffs.setCharge(-7, pair(3, 6));
        (int256 rate, uint256[] memory found) = tariffs.chargeAt(0);
        assertEq(rate, -7, "rate");
        assertEq(found[0] * 10 + found[1], 36, "payers");
        tariffs.bill(0, new uint64[](2));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.TooLateForTariffs.selector));
        tariffs.setCharge(1, pair(3, 4));
    }

    /// @dev The rent lacks `money`, which plant 5 got.
    function owe(int256 money) private {
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        int256[] memory amounts = new int256[](7);
        (amounts[RENT], amounts[5]) = (-money, money);
        ledger.post(amounts);
    }

    function uplift(uint64 first, uint64 second) private pure returns (uint64[] memory energy) {
        energy = new uint64[](2);
        (energy[0], energy[1]) = (first, second);
    }

    function test_users_cover_what_the_rent_lacks_rounded_up_and_what_that_leaves_counts_next_time() public {
        tariffs.setCharge(COVERS_RENT, pair(3, 4));
        owe(100);
        tariffs.bill(0, uplift(5, 2));
        assertEq(ledger.balanceOf(RENT), 5, "15 on 7 kWh, which is 5 too much");
        assertEq(ledger.balanceOf(3), -75, "5 kWh");
        assertEq(ledger.balanceOf(4), -30, "2 kWh");
        assertEq(ledger.balanceOf(GRID), 0, "grid");
        owe(26);
        vm.warp(START + 2 hours);
        tariffs.bill(1, uplift(7, 0));
        assertEq(ledger.balanceOf(RENT), 0, "21 are lacking, 3 on 7 kWh");
        vm.warp(START + 3 hours);
        owe(9);
        tariffs.bill(2, uplift(0, 0));
        assertEq(ledger.balanceOf(RENT), -9, "nobody is there to pay");
    }

    /// @notice The rent keeps less than a tick on the energy, whatever it lacked or had, and what the grid is owed is none of it.
    function testFuzz_the_rent_keeps_less_than_a_tick(int64 lacks, uint16 capacity, uint32[4] memory energy) public {
        owe(int256(lacks));
        tariffs.setCharge(-int32(uint32(capacity)), pair(5, 6));
        tariffs.setCharge(COVERS_RENT, pair(3, 4));
        tariffs.setCharge(RECOVERS, pair(3, 4));
        uint64[] memory each = new uint64[](6);
        (each[0], each[1], each[2], each[3], each[4], each[5]) = (energy[2], energy[3], energy[0], energy[1], energy[0], energy[1]);
        tariffs.bill(0, each);
        int256 load = int256(uint256(energy[0])) + int256(uint256(energy[1]));
        int256 rest = ledger.balanceOf(RENT);
        assertTrue(load > 0 ? rest >= 0 && rest < load : rest == -int256(lacks), "rest of the rent");
        assertTrue(load == 0 || (ledger.balanceOf(GRID) >= 0 && ledger.balanceOf(GRID) < load), "rest of the grid");
    }

    /// @notice Money sums to zero, and of what it recovers the grid keeps less than a tick on the energy billed.
    function testFuzz_the_grid_keeps_less_than_a_tick(uint16 stamp, uint16 capacity, uint32[4] memory energy) public {
        setCharges(int32(uint32(stamp)), int32(uint32(capacity)));
        tariffs.bill(0, quantities([uint64(energy[0]), energy[1], energy[2], energy[3]]));
        int256 load = int256(uint256(energy[0])) + int256(uint256(energy[1]));
        int256 rest = ledger.balanceOf(GRID) - int256(uint256(stamp)) * load;
        if (load > 0) {
            assertTrue(rest >= 0 && rest < load, "rest");
        } else {
            assertEq(rest, -int256(uint256(capacity)) * (int256(uint256(energy[2])) + int256(uint256(energy[3]))), "borne");
        }
        int256 sum = 0;
        for (uint256 number = 0; number < 7; ++number) {
            sum += ledger.balanceOf(number);
        }
        assertEq(sum, 0, "sum");
    }
}
