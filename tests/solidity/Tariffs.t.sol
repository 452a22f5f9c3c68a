// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {NO_PRICE, Role} from "../../contracts/core/Types.sol";
import {ITariffs} from "../../contracts/interfaces/ITariffs.sol";
import {Tariffs} from "../../contracts/trade/Tariffs.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @title Retail bills: suppliers 2 and 3 in zones 0 and 1, users 4 and 5 of the first, 6 of the second, plant 7; two tariffs.
contract TariffsTest is Base {
    uint64 private constant START = 1_000_000;
    uint256 private constant PEOPLE = 6;

    Registry private registry;
    Ledger private ledger;
    Tariffs private tariffs;

    function setUp() public {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        tariffs = new Tariffs(address(registry), address(ledger), clockFrom(START));
        ledger.grantRole(ledger.POSTER_ROLE(), address(tariffs));
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
        for (uint256 number = 2; number < 2 + PEOPLE; ++number) {
            Role role = number < 4 ? Role.Supplier : number == 7 ? Role.Plant : Role.User;
            registry.enrol(who(number), role, number == 3 || number == 6 ? 1 : 0);
        }
        tariffs.setTariff(who(2), users(4, 5));
        tariffs.setTariff(who(3), users(6, 0));
    }

    function who(uint256 number) private pure returns (address) {
        return address(uint160(0x2000 + number));
    }

    /// @dev One user where the second number is 0.
    function users(uint256 first, uint256 second) private pure returns (address[] memory list) {
        list = new address[](second == 0 ? 1 : 2);
        list[0] = who(first);
        if (second != 0) list[1] = who(second);
    }

    function energies(uint64 first, uint64 second, uint64 third) private pure returns (uint64[] memory list) {
        list = new uint64[](3);
        (list[0], list[1], list[2]) = (first, second, third);
    }

    /// @dev The plant is paid by the suppliers.
    function buy(int256 first, int256 second) private {
        int256[] memory amounts = new int256[](2 + PEOPLE);
        (amounts[2], amounts[3], amounts[7]) = (-first, -second, first + second);
        ledger.post(amounts);
    }

    function bill(uint256 hour, uint64[] memory energy) private {
        vm.warp(START + hour * 1 hours + 59 minutes);
        tariffs.bill(hour, energy);
    }

    function balances(int256[6] memory due) private view {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            assertEq(ledger.balanceOf(2 + i), due[i], "balance");
        }
    }

    function test_users_pay_rate_times_energy_and_the_remainder_lowers_the_next_bill() public {
        buy(1000, 0);
        bill(23, energies(20, 10, 0));
        balances([int256(20), 0, -680, -340, 0, 1000]); // 1000 / 30, rounded up: 34
        buy(1000, 0);
        bill(47, energies(20, 10, 0));
        balances([int256(10), 0, -1340, -670, 0, 2000]); // 980 / 30: 33
    }

    function test_supplier_that_earned_pays_back() public {
        buy(-100, 0);
        bill(23, energies(20, 10, 0));
        balances([int256(10), 0, 60, 30, 0, -100]); // -100 / 30, rounded up: -3
    }

    function test_account_without_energy_waits_for_the_next_bill() public {
        buy(0, 70);
        vm.expectEmit(true, true, true, true, address(tariffs));
        int256[] memory rates = new int256[](2);
        (rates[0], rates[1]) = (NO_PRICE, NO_PRICE);
        emit ITariffs.Billed(23, rates, energies(0, 0, 0));
        bill(23, energies(0, 0, 0));
        balances([int256(0), -70, 0, 0, 0, 70]);
        bill(47, energies(0, 0, 7));
        balances([int256(0), 0, 0, 0, -70, 70]);
    }

    function test_an_hour_is_billed_once_in_its_last_minute_or_later_by_the_operator() public {
        vm.warp(START + 23 hours + 59 minutes - 1);
        vm.expectRevert(abi.encodeWithSelector(ITariffs.TooEarly.selector, block.timestamp, block.timestamp + 1));
        tariffs.bill(23, energies(1, 1, 1));
        bill(23, energies(1, 1, 1));
        for (uint256 hour = 0; hour <= 23; ++hour) {
            vm.expectRevert(abi.encodeWithSelector(ITariffs.AlreadyBilled.selector, hour, 24));
            tariffs.bill(hour, energies(1, 1, 1));
        }
        for (uint256 number = 2; number < 2 + PEOPLE; ++number) {
            vm.prank(who(number));
            vm.expectRevert(abi.encodeWithSelector(ITariffs.NotOperator.selector, who(number)));
            tariffs.bill(24, energies(1, 1, 1));
        }
        assertEq(tariffs.nextHour(), 24, "next");
    }

    function test_every_user_needs_its_energy() public {
        vm.warp(START + 1 hours);
        for (uint256 length = 0; length < 6; ++length) {
            if (length == 3) continue;
            uint256 expected = length < 2 ? 2 : 3;
            vm.expectRevert(abi.encodeWithSelector(ITariffs.WrongLength.selector, length, expected));
            tariffs.bill(0, new uint64[](length));
        }
    }

    function test_tariffs_name_a_supplier_and_users_in_order() public {
        Tariffs other = new Tariffs(address(registry), address(ledger), clockFrom(START));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.NoUsers.selector));
        other.setTariff(who(2), new address[](0));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.WrongRole.selector, who(4), Role.User));
        other.setTariff(who(4), users(5, 0));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.WrongRole.selector, who(7), Role.Plant));
        other.setTariff(who(2), users(4, 7));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.OutOfOrder.selector, 4, 5));
        other.setTariff(who(2), users(5, 4));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.OutOfOrder.selector, 4, 4));
        other.setTariff(who(2), users(4, 4));
        assertEq(other.tariffCount(), 0, "none");
        other.setTariff(who(3), users(6, 0));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.OutOfOrder.selector, 2, 3));
        other.setTariff(who(2), users(4, 0));
        vm.prank(who(2));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.NotOperator.selector, who(2)));
        other.setTariff(who(2), users(4, 0));
        (uint256 supplier, uint256[] memory found) = tariffs.tariffAt(0);
        assertEq(supplier * 1e4 + found[0] * 1e2 + found[1], 20_405, "first tariff");
    }

    function test_tariffs_are_set_before_the_first_bill() public {
        bill(0, energies(1, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(ITariffs.TooLateForTariffs.selector));
        tariffs.setTariff(who(3), users(6, 0));
    }

    /// @notice Whatever was bought and billed: a supplier keeps less than a tick on the energy billed, and owes nothing; money sums to zero.
    function testFuzz_no_account_drifts(int64[8] memory costs, uint32[24] memory bought) public {
        for (uint256 day = 0; day < 8; ++day) {
            int256 cost = int256(costs[day]) / 1000;
            buy(cost, -cost / 2);
            (uint64 first, uint64 second, uint64 third) = (bought[3 * day], bought[3 * day + 1], bought[3 * day + 2]);
            int256[2] memory before = [ledger.balanceOf(2), ledger.balanceOf(3)];
            bill(24 * day + 23, energies(first, second, third));
            int256[2] memory total = [int256(uint256(first + second)), int256(uint256(third))];
            for (uint256 i = 0; i < 2; ++i) {
                int256 rest = ledger.balanceOf(2 + i);
                assertTrue(total[i] == 0 ? rest == before[i] : rest >= 0 && rest < total[i], "rest");
            }
            int256 sum = 0;
            for (uint256 number = 0; number < 2 + PEOPLE; ++number) {
                sum += ledger.balanceOf(number);
            }
            assertEq(sum, 0, "sum");
        }
    }
}
