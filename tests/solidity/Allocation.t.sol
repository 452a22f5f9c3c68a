// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../../contracts/core/Types.sol";
import {Day, IAllocation, Reading, Status} from "../../contracts/interfaces/IAllocation.sol";
import {Allocation} from "../../contracts/trade/Allocation.sol";
import {AllocatedDay} from "./AllocatedDay.sol";
import {clockFrom} from "./Clock.sol";

/// @title Who sells and on what terms, and the allocations of a day that are taken or refused.
contract AllocationTest is AllocatedDay {
    // --- who sells and who bears the rest

    function test_suppliers_are_on_record() public {
        Allocation fresh = new Allocation(address(registry), address(ledger), clockFrom(START));
        uint256[] memory numbers = new uint256[](2);
        (numbers[0], numbers[1]) = (7, 8);
        vm.expectEmit(true, true, true, true, address(fresh));
        emit IAllocation.SuppliersSet(numbers);
        fresh.setSuppliers(pair(SUPPLIER, OTHER_SUPPLIER));
    }

    function test_suppliers_are_set_once() public {
        vm.expectRevert(IAllocation.SuppliersAlreadySet.selector);
        allocation.setSuppliers(one(SUPPLIER));
    }

    function test_supplier_needs_the_role_and_the_zone() public {
        Allocation fresh = new Allocation(address(registry), address(ledger), clockFrom(START));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.WrongRole.selector, A, Role.Plant));
        fresh.setSuppliers(one(A));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.WrongZone.selector, OTHER_SUPPLIER, 1, 0));
        fresh.setSuppliers(one(OTHER_SUPPLIER));
    }

    function test_terms_are_on_record() public {
        registry.enrol(address(1), Role.Plant, 1);
        uint256 word = terms(10, 5, 2, -3);
        vm.expectEmit(true, true, true, true, address(allocation));
        emit IAllocation.TermsSet(1, 9, word | 9 << 128 | 1 << 144);
        allocation.setTerms(one(address(1)), one(word));
        assertEq(allocation.termsOf(1, 0), word | 9 << 128 | 1 << 144, "word");
        assertEq(allocation.termsOf(0, 3) >> 152, 1, "an exchange is fixed");
        assertEq(allocation.sellerCount(0), 4, "sellers");
    }

    function test_only_plants_and_exchanges_sell() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.WrongRole.selector, USER, Role.User));
        allocation.setTerms(one(USER), one(terms(10, 5, 2, 0)));
    }

    function test_seller_needs_a_known_zone() public {
        Allocation fresh = new Allocation(address(registry), address(ledger), clockFrom(START));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.UnknownZone.selector, 0, 0));
        fresh.setTerms(one(A), one(terms(10, 5, 2, 0)));
    }

    function test_sellers_are_named_in_order_and_once() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.TermsOutOfOrder.selector, NUMBER_A, NUMBER_IMPORT));
        allocation.setTerms(one(A), one(terms(10, 5, 2, 0)));
    }

    function test_impossible_terms_are_refused() public {
        registry.enrol(address(1), Role.Plant, 1);
        registry.enrol(address(2), Role.Exchange, 1);
        uint256[4] memory wrong = [terms(5, 10, 1, 0), terms(10, 5, 0, 0), terms(10, 5, 2, 0) | 1 << 128, terms(10, 5, 2, 0)];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAllocation.BadTerms.selector, i == 3 ? 10 : 9, wrong[i]));
            allocation.setTerms(one(i == 3 ? address(2) : address(1)), one(wrong[i]));
        }
    }

    function test_every_seller_has_terms() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.WrongLength.selector, 0, 1));
        allocation.setTerms(one(A), new uint256[](0));
    }

    function test_sellers_are_final_after_the_first_day() public {
        allocateDay();
        registry.enrol(address(1), Role.Plant, 0);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.TermsClosed.selector, 0));
        allocation.setTerms(one(address(1)), one(terms(10, 5, 2, 0)));
    }

    function test_strangers_may_only_read() public {
        vm.startPrank(USER);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotOperator.selector, USER));
        allocation.setSuppliers(one(SUPPLIER));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotOperator.selector, USER));
        allocation.setTerms(one(A), one(0));
        refused(abi.encodeWithSelector(IAllocation.NotOperator.selector, USER));
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotOperator.selector, USER));
        allocation.settle(0, new uint256[](0));
    }

    // --- the day

    function test_worked_example_is_recorded_with_the_import() public {
        uint256[] memory contracts = new uint256[](4);
        contracts[0] = lanes(300_000, 160_000, 124_835, FLAT);
        contracts[1] = lanes(364_785, 212_239, 134_614, FLAT);
        contracts[2] = lanes(425_927, 247_812, 117_883, FLAT);
        contracts[3] = lanes(309_288, 179_949, 142_668, FLAT);
        vm.expectEmit(true, true, true, true, address(allocation));
        emit IAllocation.DayAllocated(0, 0, 0, contracts, new bytes(3), 680_000);
        allocateDay();
        assertEq(allocation.contractOf(0, 0, 2), 425_927, "A in hour 2");
        assertEq(allocation.contractOf(0, 3, 3), FLAT, "import in hour 3");
    }

    function test_province_reading_of_the_worked_example_is_accepted() public {
        plants[2] = lanes(300_000, 340_964, 398_113, 300_000);
        plants[5] = lanes(168_636, 227_309, 265_408, 192_727);
        plants[8] = lanes(126_477, 136_386, 119_434, 144_546);
        allocation.allocate(day(Reading.Province), load, plants);
        plants[8] += 1;
        vm.expectRevert(abi.encodeWithSelector(IAllocation.ShareNotMet.selector, 2_720_001, 2_720_000));
        allocation.allocate(day(Reading.Province), load, plants);
    }

    function test_literal_reading_of_the_worked_example_is_accepted() public {
        plants[5] = lanes(180_418, 243_190, 283_951, 206_192);
        plants[8] = lanes(135_314, 145_914, 127_778, 154_644);
        allocation.allocate(day(Reading.Literal), load, plants);
        plants[2] -= 1 << 32;
        vm.expectRevert(abi.encodeWithSelector(IAllocation.ContractNotMet.selector, NUMBER_A, Status.Ok, 1_399_999, 1_400_000));
        allocation.allocate(day(Reading.Literal), load, plants);
    }

    function test_contract_below_the_lowest_output_gets_the_lowest_output() public {
        plants[0] = 1_000_000 | 360_000 << 64;
        plants[2] = lanes(300_000, 300_000, 300_000, 300_000);
        mark(0, Status.BelowMin);
        allocateDay();
        plants[2] += 1;
        refused(abi.encodeWithSelector(IAllocation.NotLowestOutput.selector, NUMBER_A, 0, 300_001, 300_000));
        plants[2] -= 1;
        plants[0] += 200_000;
        refused(abi.encodeWithSelector(IAllocation.ContractNotMet.selector, NUMBER_A, Status.BelowMin, 1_200_000, 1_200_000));
    }

    function test_contract_above_what_ramps_allow_gets_the_highest_output() public {
        load[0] = lanes(900_000, 900_000, 1_000_000, 900_000);
        plants[3] = 1_700_000 | 200_000 << 64;
        plants[5] = lanes(300_000, 400_000, 400_000, 400_000);
        mark(1, Status.AboveMax);
        allocateDay();
        plants[5] -= 1 << 96;
        refused(abi.encodeWithSelector(IAllocation.NotHighestOutput.selector, 3, 3, 399_999, 400_000));
        plants[5] += 1 << 96;
        plants[3] -= 200_000;
        refused(abi.encodeWithSelector(IAllocation.ContractNotMet.selector, 3, Status.AboveMax, 1_500_000, 1_500_000));
    }

    function test_province_below_all_minima_must_say_so_of_every_plant() public {
        plants[2] = lanes(300_000, 300_000, 300_000, 300_000);
        plants[5] = lanes(160_000, 160_000, 160_000, 160_000);
        plants[8] = 0;
        Day memory little = Day(0, 0, 0, 4, Reading.Province, 400_000);
        mark(0, Status.BelowMin);
        mark(1, Status.BelowMin);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.ShareNotMet.selector, 1_840_000, 1_360_000));
        allocation.allocate(little, load, plants);
        mark(2, Status.BelowMin);
        allocation.allocate(little, load, plants);
    }

    function test_empty_band_delivers_nothing() public {
        plants[0] = 1_200_000 | 100_000 << 64;
        plants[2] = lanes(300_000, 300_000, 300_000, 300_000);
        refused(abi.encodeWithSelector(IAllocation.BandIsEmpty.selector, NUMBER_A));
        mark(0, Status.BandEmpty);
        refused(abi.encodeWithSelector(IAllocation.OutsideBand.selector, NUMBER_A, 3, 300_000, 0, 0));
        plants[2] = 0;
        allocateDay();
    }

    function test_band_that_is_not_empty_must_be_used() public {
        plants[2] = 0;
        mark(0, Status.BandEmpty);
        refused(abi.encodeWithSelector(IAllocation.BandNotEmpty.selector, NUMBER_A));
    }

    function test_output_stays_inside_the_band() public {
        plants[2] -= 1;
        refused(abi.encodeWithSelector(IAllocation.OutsideBand.selector, NUMBER_A, 0, 299_999, 300_000, 480_000));
        plants[2] += 180_002;
        refused(abi.encodeWithSelector(IAllocation.OutsideBand.selector, NUMBER_A, 0, 480_001, 300_000, 480_000));
    }

    function test_output_keeps_ramps() public {
        plants[2] = lanes(300_000, 420_001, 420_000, 309_288);
        refused(abi.encodeWithSelector(IAllocation.RampExceeded.selector, NUMBER_A, 1, 300_000, 420_001));
    }

    function test_outage_overrides_ramps() public {
        plants[0] = 600_000 | 360_000 << 64;
        plants[1] = lanes(600_000, 0, 0, 600_000);
        plants[2] = lanes(300_000, 0, 0, 300_000);
        allocateDay();
        plants[0] = 650_000 | 600_000 << 64;
        plants[1] = lanes(350_000, 0, 0, 600_000);
        plants[2] = lanes(350_000, 0, 0, 300_000);
        allocateDay();
    }

    function test_nothing_beyond_capacity_is_available() public {
        plants[1] += 1;
        refused(abi.encodeWithSelector(IAllocation.AvailableAboveCapacity.selector, NUMBER_A, 0, 600_001, 600_000));
    }

    function test_status_is_one_that_exists() public {
        plants[3] |= 5 << 96;
        refused(abi.encodeWithSelector(IAllocation.UnknownStatus.selector, 3, 5));
    }

    function test_contracts_above_the_load_must_be_marked() public {
        load[0] = lanes(500_000, 900_000, 1_000_000, 800_000);
        refused(abi.encodeWithSelector(IAllocation.HourAboveLoad.selector, 0, 584_835, 500_000));
        mark(2, Status.Oversupply); // A and B are at their lowest output
        allocateDay();
    }

    function test_day_has_bounds() public {
        Day[5] memory wrong = [
            Day(0, 0, 4, 4, Reading.PerPlant, SHARE),
            Day(0, 0, 0, 0, Reading.PerPlant, SHARE),
            Day(0, 0, 0, 25, Reading.PerPlant, SHARE),
            Day(0, 0, 0, 4, Reading.PerPlant, 1_000_001),
            Day(2, 0, 0, 4, Reading.PerPlant, SHARE)
        ];
        bytes[5] memory errors = [
            abi.encodeWithSelector(IAllocation.BadHours.selector, 4, 4),
            abi.encodeWithSelector(IAllocation.BadHours.selector, 0, 0),
            abi.encodeWithSelector(IAllocation.BadHours.selector, 0, 25),
            abi.encodeWithSelector(IAllocation.BadShare.selector, 1_000_001),
            abi.encodeWithSelector(IAllocation.UnknownZone.selector, 2, 2)
        ];
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(errors[i]);
            allocation.allocate(wrong[i], load, plants);
        }
    }

    function test_words_are_as_many_as_hours_and_plants_need() public {
        plants.pop();
        refused(abi.encodeWithSelector(IAllocation.WrongLength.selector, 8, 9));
        load.push(0);
        refused(abi.encodeWithSelector(IAllocation.WrongLength.selector, 2, 1));
    }

    function test_days_follow_each_other() public {
        vm.expectRevert(abi.encodeWithSelector(IAllocation.EarlierHoursOpen.selector, 1, 0));
        allocation.allocate(Day(0, 1, 0, 4, Reading.PerPlant, SHARE), load, plants);
    }

    function test_rolling_needs_a_day_and_keeps_its_record() public {
        Day memory rest = Day(0, 0, 1, 4, Reading.PerPlant, SHARE);
        vm.expectRevert(abi.encodeWithSelector(IAllocation.NotAllocated.selector, 0, 0));
        allocation.allocate(rest, load, plants);
        allocateDay();
        allocation.allocate(rest, load, plants);
        plants[2] += 1;
        vm.expectRevert(abi.encodeWithSelector(IAllocation.RecordChanged.selector, NUMBER_A, 0, 300_001, 300_000));
        allocation.allocate(rest, load, plants);
    }

    /// @notice Any other energy in any hour is refused: contracts are met to the kWh.
    function testFuzz_tampered_hour_is_refused(uint256 plant, uint256 hour, uint32 energy) public {
        plant = bound(plant, 0, 2);
        uint256 shift = bound(hour, 0, 3) * 32;
        uint256 word = plants[3 * plant + 2];
        vm.assume(uint32(word >> shift) != energy);
        plants[3 * plant + 2] = word & ~(uint256(type(uint32).max) << shift) | uint256(energy) << shift;
        vm.expectRevert();
        allocateDay();
    }

    /// @notice Energy moved between two hours is accepted exactly where band and ramps let it.
    function testFuzz_moved_energy_is_accepted_inside_band_and_ramps(uint256 from, uint256 to, uint256 energy) public {
        (from, to, energy) = (bound(from, 0, 3), bound(to, 0, 3), bound(energy, 0, 60_000));
        uint256[4] memory b = [uint256(160_000), 212_239, 247_812, 179_949];
        b[from] -= energy;
        b[to] += energy;
        bool fits = b[0] <= 300_000;
        for (uint256 hour = 0; hour < 4; ++hour) {
            if (b[hour] < 160_000) fits = false;
            if (hour != 0 && (b[hour] > b[hour - 1] + 100_000 || b[hour] + 100_000 < b[hour - 1])) fits = false;
        }
        plants[5] = lanes(b[0], b[1], b[2], b[3]);
        if (!fits) vm.expectRevert();
        allocateDay();
    }
}
