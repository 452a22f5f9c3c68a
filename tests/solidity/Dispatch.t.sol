// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LeastCostDispatch} from "../../contracts/auctions/LeastCostDispatch.sol";
import {OwnFirstDispatch} from "../../contracts/auctions/OwnFirstDispatch.sol";
import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Bounds, Flow, Role} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IDispatch} from "../../contracts/interfaces/IDispatch.sol";
import {packed} from "./LineWords.sol";
import {Market} from "./Market.sol";

/// @title Hours without orders. Suppliers 2 of A and 3 of B need 7 and 4 kWh; plants 4 and 5 of A ask 2 and 5, plant 6 of B asks 7.
/// @dev A's plants give 5 kWh each, B's gives 5, or 3 where B's own are not enough.
contract DispatchTest is Market {
    IDispatch private dispatcher;

    function test_every_zone_alone_runs_its_cheapest_plants_and_its_supplier_pays_their_cost() public {
        _leastCost();
        dispatcher.dispatch(0, _plan(5), _none(), noFlows(), bounds(5, 7, 5, 7));
        _assertMoney(-20, -28, 10, 10, 28);
    }

    function test_one_company_uses_its_line_and_the_first_supplier_pays_for_all() public {
        line(4, 0, 0);
        _leastCost();
        dispatcher.dispatch(0, _plan(5), _none(), flow(3, 3), tied(bounds(7, 7, 7, 7), -1, 0, -1, 0));
        _assertMoney(-42, 0, 10, 25, 7);
    }

    function test_own_plants_go_first_and_a_deficit_is_bought_at_what_the_last_plant_costs() public {
        line(4, 0, 0);
        _ownFirst();
        Bounds[] memory proof = join(bounds(5, 10, 5, 10), tied(bounds(5, 5, 5, 5), 0, 1, 0, 1));
        dispatcher.dispatch(0, _plan(3), _none(), flow(1, 1), proof);
        _assertMoney(-20, -26, 10, 15, 21);
    }

    function test_cheaper_exchange_is_left_undone_where_nobody_goes_short() public {
        line(4, 0, 0);
        _ownFirst();
        // B's own plant at 7 serves B, though A has some left at 5
        dispatcher.dispatch(0, _plan(5), _none(), flow(0, 0), join(bounds(5, 7, 5, 7), tied(bounds(0, 0, 5, 5), 0, 0, 0, 1)));
        _assertMoney(-20, -28, 10, 10, 28);
    }

    function test_fixed_cost_is_paid_to_plants_by_their_company() public {
        _leastCost();
        uint256[] memory costs = new uint256[](1);
        costs[0] = (6 << 48 | 3) << 64 | 4 << 48 | 100;
        dispatcher.dispatch(0, _plan(5), costs, noFlows(), bounds(5, 7, 5, 7));
        _assertMoney(-120, -31, 110, 10, 31);
        costs[0] = 2 << 48 | 100;
        vm.warp(START + 90 minutes);
        vm.expectRevert(abi.encodeWithSelector(IDispatch.NotItsPart.selector, 2));
        dispatcher.dispatch(1, _plan(5), costs, noFlows(), bounds(5, 7, 5, 7));
    }

    function test_a_dearer_plan_has_no_proof() public {
        _leastCost();
        for (uint256 price = 0; price <= 10; ++price) {
            if (price == 5) continue;
            (bool accepted,) =
                address(dispatcher).call(abi.encodeCall(IDispatch.dispatch, (0, _plan(5), _none(), noFlows(), bounds(price, 7, price, 7))));
            assertTrue(!accepted, "plant 5 alone, or plants that nobody needs");
        }
    }

    function test_only_the_operator_dispatches_once_and_after_the_gate() public {
        _leastCost();
        vm.prank(address(0xA3));
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotOperator.selector, address(0xA3)));
        dispatcher.dispatch(0, _plan(5), _none(), noFlows(), bounds(5, 7, 5, 7));
        vm.warp(START + 30 minutes - 1);
        vm.expectRevert(abi.encodeWithSelector(IAuction.GateOpen.selector, 0, START + 30 minutes));
        dispatcher.dispatch(0, _plan(5), _none(), noFlows(), bounds(5, 7, 5, 7));
        vm.warp(START + 30 minutes);
        dispatcher.dispatch(0, _plan(5), _none(), noFlows(), bounds(5, 7, 5, 7));
        vm.expectRevert(abi.encodeWithSelector(IAuction.AlreadyCleared.selector, 0));
        dispatcher.dispatch(0, _plan(5), _none(), noFlows(), bounds(5, 7, 5, 7));
    }

    function test_a_plan_gives_plants_and_suppliers_their_part_in_the_order_of_numbers() public {
        _leastCost();
        uint256[] memory plan = _plan(5);
        (plan[0], plan[1]) = (plan[1], plan[0]);
        vm.expectRevert(abi.encodeWithSelector(IDispatch.PlanOutOfOrder.selector, 2, 3));
        dispatcher.dispatch(0, plan, _none(), noFlows(), bounds(5, 7, 5, 7));
        plan = _plan(5);
        plan[2] = _word(4, A, false, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(IDispatch.NotItsPart.selector, 4));
        dispatcher.dispatch(0, plan, _none(), noFlows(), bounds(5, 7, 5, 7));
        plan[2] = _word(4, B, true, 5, 2);
        vm.expectRevert(abi.encodeWithSelector(IDispatch.NotItsPart.selector, 4));
        dispatcher.dispatch(0, plan, _none(), noFlows(), bounds(5, 7, 5, 7));
    }

    function test_nobody_orders() public {
        _leastCost();
        vm.warp(START);
        vm.prank(address(0xA3));
        vm.expectRevert(IAuction.OrdersAreSealed.selector);
        IAuction(address(dispatcher)).submit(word(0, true, 1, segment(2, 5)));
    }

    function _leastCost() private {
        _enrol();
        LeastCostDispatch made = new LeastCostDispatch(address(registry), address(ledger), rules(), packed(lines));
        _begin(address(made));
        dispatcher = made;
    }

    function _ownFirst() private {
        _enrol();
        OwnFirstDispatch made = new OwnFirstDispatch(address(registry), address(ledger), rules(), packed(lines));
        _begin(address(made));
        dispatcher = made;
    }

    function _enrol() private {
        registry = new Registry(address(this), zones);
        ledger = new Ledger(address(this));
        registry.enrol(address(0xA2), Role.Supplier, A);
        registry.enrol(address(0xA3), Role.Supplier, B);
        registry.enrol(address(0xA4), Role.Plant, A);
        registry.enrol(address(0xA5), Role.Plant, A);
        registry.enrol(address(0xA6), Role.Plant, B);
    }

    function _begin(address made) private {
        ledger.grantRole(ledger.POSTER_ROLE(), made);
        vm.warp(START + 30 minutes);
    }

    /// @dev What everybody needs or may give, `last` kWh of plant 6.
    function _plan(uint32 last) private pure returns (uint256[] memory plan) {
        plan = new uint256[](5);
        plan[0] = _word(2, A, false, 7, 10);
        plan[1] = _word(3, B, false, 4, 10);
        plan[2] = _word(4, A, true, 5, 2);
        plan[3] = _word(5, A, true, 5, 5);
        plan[4] = _word(6, B, true, last, 7);
    }

    function _word(uint256 number, uint256 zone, bool sells, uint32 quantity, int32 price) private pure returns (uint256) {
        return number << 240 | zone << 232 | word(0, sells, 1, segment(price, quantity));
    }

    function _none() private pure returns (uint256[] memory) {
        return new uint256[](0);
    }

    /// @dev Of suppliers 2 and 3 and plants 4 to 6, 1e-5 CNY; the accounts that are nobody's have nothing.
    function _assertMoney(int256 second, int256 third, int256 fourth, int256 fifth, int256 sixth) private view {
        int256[7] memory due = [int256(0), 0, second, third, fourth, fifth, sixth];
        for (uint256 number = 0; number < due.length; ++number) {
            assertEq(ledger.balanceOf(number), due[number], "money");
        }
    }
}
