// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Line, Role} from "../../contracts/core/Types.sol";
import {Horizon, Terms} from "../../contracts/interfaces/IAgreements.sol";
import {Agreements} from "../../contracts/trade/Agreements.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @title Agreements between a plant, a user and a trader of zone 0 and a user of zone 1; month 0 has two days, month 1 one.
abstract contract Desk is Base {
    uint64 internal constant START = 10_000_000;
    uint16 internal constant INSIDE = type(uint16).max;
    /// @dev participants 2, 3, 4 in zone 0, and 5 in zone 1
    address internal constant PLANT = address(0x2002);
    address internal constant USER = address(0x2003);
    address internal constant TRADER = address(0x2004);
    address internal constant AWAY = address(0x2005);

    Registry internal registry;
    Ledger internal ledger;
    Agreements internal desk;

    constructor() {
        registry = new Registry(address(this), 2);
        ledger = new Ledger(address(this));
        Line[] memory lines = new Line[](1);
        lines[0] = Line(0, 1, 100, 50, 25_000);
        desk = new Agreements(address(registry), address(ledger), -10, 1000, clockFrom(START), lines, shares(800_000, 900_000, 950_000));
        ledger.grantRole(ledger.POSTER_ROLE(), address(desk));
        registry.enrol(PLANT, Role.Plant, 0);
        registry.enrol(USER, Role.User, 0);
        registry.enrol(TRADER, Role.Supplier, 0);
        registry.enrol(AWAY, Role.User, 1);
        uint32[] memory load = new uint32[](2);
        (load[0], load[1]) = (1, 3);
        desk.addMonth(load);
        desk.addMonth(one());
        desk.setCapability(PLANT, 0, 4800);
        desk.setCapability(PLANT, 1, 4800);
        vm.warp(START - 10 days);
    }

    function shares(uint32 annual, uint32 monthly, uint32 within) internal pure returns (uint32[3] memory) {
        return [annual, monthly, within];
    }

    function one() internal pure returns (uint32[] memory load) {
        load = new uint32[](1);
        load[0] = 5;
    }

    /// @dev A flat monthly sale of month 0.
    function sale(address to, uint64 quantity) internal pure returns (Terms memory terms) {
        (terms.counterparty, terms.sells, terms.horizon, terms.line) = (to, true, Horizon.Monthly, INSIDE);
        (terms.price, terms.expires, terms.quantities) = (300, START, new uint64[](1));
        terms.quantities[0] = quantity;
    }

    function propose(address who, Terms memory terms) internal returns (uint256) {
        vm.prank(who);
        return desk.propose(terms);
    }

    function accept(address who, uint256 id) internal {
        vm.prank(who);
        desk.accept(id);
    }

    function open(Horizon horizon) internal {
        desk.openWindow(horizon, 0, 1, START);
    }

    /// @dev The next call is `who`'s, and is refused with this error.
    function refuse(address who, bytes memory err) internal {
        vm.expectRevert(err);
        vm.prank(who);
    }

    function position(uint256 number) internal view returns (int256 net) {
        (net,) = desk.positionOf(number, 0);
    }
}
