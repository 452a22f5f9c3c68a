// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Role} from "../../contracts/core/Types.sol";
import {IRetail} from "../../contracts/interfaces/IRetail.sol";
import {Retail} from "../../contracts/trade/Retail.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @title Retailers 2 and 3 of zone 0 and 4 of zone 1, users 5 and 6 of zone 0, who are with 2 at first, and plant 7.
contract RetailTest is Base {
    uint64 private constant START = 1_000_000;
    uint256 private constant PEOPLE = 6;

    Registry private registry;
    Ledger private ledger;
    Retail private retail;

    function setUp() public {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        retail = new Retail(address(registry), address(ledger), clockFrom(START));
        ledger.grantRole(ledger.POSTER_ROLE(), address(retail));
        for (uint256 number = 2; number < 2 + PEOPLE; ++number) {
            Role role = number < 5 ? Role.Supplier : number == 7 ? Role.Plant : Role.User;
            registry.enrol(who(number), role, number == 4 ? 1 : 0);
        }
        address[] memory users = new address[](2);
        (users[0], users[1]) = (who(5), who(6));
        retail.setRetailer(who(2), users);
        retail.setRetailer(who(3), new address[](0));
        retail.setRetailer(who(4), new address[](0));
        vm.warp(START);
    }

    function who(uint256 number) private pure returns (address) {
        return address(uint160(0x2000 + number));
    }

    function bill(uint256 hour, uint64 first, uint64 second) private {
        uint64[] memory energy = new uint64[](2);
        (energy[0], energy[1]) = (first, second);
        vm.warp(START + hour * 1 hours + 59 minutes);
        retail.bill(hour, energy);
    }

    function post(uint256 number, int32 rate) private {
        vm.prank(who(number));
        retail.post(rate);
    }

    function choose(uint256 user, uint256 retailer) private {
        vm.prank(who(user));
        retail.choose(who(retailer));
    }

    function testCustomersPayTheRateOfTheRetailerThatTheyChose() public {
        post(2, 24_600);
        post(3, 23_898);
        choose(6, 3);
        bill(23, 100, 50);
        assertEq(ledger.balanceOf(5), -24_600 * 100, "the first user pays");
        assertEq(ledger.balanceOf(6), -23_898 * 50, "the second user pays");
        assertEq(ledger.balanceOf(2), 24_600 * 100, "the first retailer gets");
        assertEq(ledger.balanceOf(3), 23_898 * 50, "the second retailer gets");
        assertEq(retail.nextHour(), 24, "hours before are billed");
    }

    function testRatesAndChoicesCloseWithTheGateOfTheFirstHourOfABill() public {
        post(2, 100);
        vm.warp(START + 30 minutes);
        vm.expectRevert(abi.encodeWithSelector(IRetail.TooLate.selector, START + 30 minutes, START + 30 minutes));
        post(2, 200);
        vm.expectRevert(abi.encodeWithSelector(IRetail.TooLate.selector, START + 30 minutes, START + 30 minutes));
        choose(5, 3);
        bill(23, 1, 1);
        post(2, 200);
        choose(5, 3);
        assertEq(retail.rateOf(2), 200, "a new rate");
        assertEq(retail.retailerOf(5), 3, "a new retailer");
    }

    function testOnlyRetailersPostAndOnlyThoseWhoMayChooseDoSoInTheirZone() public {
        vm.expectRevert(abi.encodeWithSelector(IRetail.NotRetailer.selector, who(7)));
        post(7, 1);
        vm.expectRevert(abi.encodeWithSelector(IRetail.MayNotChoose.selector, who(7)));
        choose(7, 2);
        vm.expectRevert(abi.encodeWithSelector(IRetail.WrongZone.selector, who(4), 1, 0));
        choose(5, 4);
        vm.expectRevert(abi.encodeWithSelector(IRetail.NotRetailer.selector, who(7)));
        choose(5, 7);
    }

    function testBillsAreTheOperatorsInOrderAndComplete() public {
        uint64[] memory energy = new uint64[](1);
        vm.warp(START + 59 minutes);
        vm.expectRevert(abi.encodeWithSelector(IRetail.WrongLength.selector, 1, 2));
        retail.bill(0, energy);
        bill(0, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IRetail.AlreadyBilled.selector, 0, 1));
        retail.bill(0, energy);
        vm.expectRevert(abi.encodeWithSelector(IRetail.TooEarly.selector, block.timestamp, START + 2 hours - 1 minutes));
        retail.bill(1, energy);
        vm.prank(who(2));
        vm.expectRevert(abi.encodeWithSelector(IRetail.NotOperator.selector, who(2)));
        retail.bill(1, energy);
    }

    function testParticipantsAreNamedOnceWithTheirRole() public {
        vm.expectRevert(abi.encodeWithSelector(IRetail.NamedBefore.selector, 2));
        retail.setRetailer(who(2), new address[](0));
        vm.expectRevert(abi.encodeWithSelector(IRetail.WrongRole.selector, who(7), Role.Plant));
        retail.setRetailer(who(7), new address[](0));
        bill(0, 1, 1);
        vm.expectRevert(IRetail.TooLateForRetailers.selector);
        retail.setRetailer(who(3), new address[](0));
    }
}
