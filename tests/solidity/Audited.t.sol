// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AuditedUniformAuction} from "../../contracts/auctions/AuditedUniformAuction.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IAudited} from "../../contracts/interfaces/IAudited.sol";
import {Market} from "./Market.sol";
import {packed} from "./LineWords.sol";

/// @title An audited plant asks no more than its cap; who is not named is free.
contract AuditedTest is Market {
    AuditedUniformAuction private audited;

    function setUp() public {
        zones = 1;
        sell(A, 5, 3);
        sell(A, 5, 4);
        bid(A, 7, 6);
        openRegistry();
        audited = new AuditedUniformAuction(address(registry), address(ledger), rules(), packed(lines));
        ledger.grantRole(ledger.POSTER_ROLE(), address(audited));
        vm.warp(START - 1 minutes);
        audited.admit(traders());
    }

    function say(uint256 i, int256 price) private {
        address[] memory who = new address[](1);
        int256[] memory prices = new int256[](1);
        (who[0], prices[0]) = (trader(i), price);
        audited.audit(who, prices);
    }

    function order(uint256 i, int32 price) private {
        vm.prank(trader(i));
        audited.submit(word(0, true, 1, segment(price, 1)));
    }

    function testFuzz_an_order_stands_exactly_where_its_price_is_not_above_the_cap(uint256 most, uint256 price) public {
        most = bound(most, 0, 10);
        price = bound(price, 0, 10);
        say(0, int256(most));
        vm.warp(START);
        if (price > most) vm.expectRevert(abi.encodeWithSelector(IAudited.OfferAboveAudited.selector, int256(price), int256(most)));
        order(0, int32(int256(price)));
        order(1, int32(int256(price)));
    }

    function test_a_cap_of_zero_is_a_cap() public {
        say(0, 0);
        assertEq(audited.auditedCap(trader(0)), 0, "named");
        assertEq(audited.auditedCap(trader(1)), type(int256).max, "not named");
        vm.warp(START);
        vm.expectRevert(abi.encodeWithSelector(IAudited.OfferAboveAudited.selector, int256(1), int256(0)));
        order(0, 1);
    }

    function test_from_hour_0_on_caps_stand() public {
        vm.warp(START);
        vm.expectRevert(abi.encodeWithSelector(IAudited.TooLateToAudit.selector, uint256(START), uint256(START)));
        say(0, 3);
    }

    function test_only_the_operator_says_caps() public {
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotOperator.selector, trader(1)));
        vm.prank(trader(1));
        audited.audit(new address[](0), new int256[](0));
    }
}
