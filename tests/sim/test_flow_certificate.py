"""The flow certificate: published cases, every law broken once, radial networks, and random ones against a program of voltage angles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_networks import Meshed, meshed, networks
from scipy.optimize import linprog

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.types import Dual, Line, Network, NodalSolution, Rules
from shengdian.sim.solve.book import Book, welfare
from shengdian.sim.solve.branch_flows import branch_flows, whole_flows
from shengdian.sim.solve.certificate import certify
from shengdian.sim.solve.clearing import solve
from shengdian.sim.solve.flow_certificate import FINE, certify_nodal
from shengdian.sim.solve.nodal_clearing import solve_nodal
from shengdian.sim.solve.ptdf import FACTOR, Branch, factors_of, flows_of, islands

PJM = [Branch(0, 1, 0.0281), Branch(0, 3, 0.0304), Branch(0, 4, 0.0064), Branch(1, 2, 0.0108), Branch(2, 3, 0.0297), Branch(3, 4, 0.0297)]
PJM_LIMITS = [400_000, 4_000_000, 4_000_000, 4_000_000, 4_000_000, 240_000]
PJM_BOOK = Book.of(
    [
        (0, True, 1400, 40_000),
        (0, True, 1500, 170_000),
        (2, True, 3000, 520_000),
        (3, True, 4000, 200_000),
        (4, True, 1000, 600_000),
        (1, False, 100_000, 300_000),
        (2, False, 100_000, 300_000),
        (3, False, 100_000, 400_000),
    ]
)
TRIANGLE = [Branch(0, 1, 1.0), Branch(1, 2, 1.0), Branch(0, 2, 1.0)]
ENDS = (0, 333_333, 500_000, 1_000_000)
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def pjm(k: int = 500_000) -> Rules:
    return Rules(5, (), 0, 100_000, k, meshed(PJM, PJM_LIMITS, list(PJM_LIMITS), 5))


def triangle(limit: int, k: int = 500_000, cap: int = 100) -> Rules:
    """Three nodes with equal branches of 10^6 kWh, but for the one from 0 to 2."""
    limits = [10**6, 10**6, limit]
    return Rules(3, (), 0, cap, k, meshed(TRIANGLE, limits, list(limits), 3))


def named(book: Book, rules: Rules, solution: NodalSolution) -> str:
    """The law that a solution breaks; empty for none."""
    try:
        certify_nodal(book, rules, solution)
    except Reverted as refusal:
        return refusal.error
    return ""


# --- published and known cases ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", ENDS)
def test_five_buses_of_pjm_have_the_published_dispatch_prices_and_flow(k: int) -> None:
    """Li and Bo (2010), as case5 of MATPOWER: 17,479.90 $ an hour; D-E carries its 240 MW."""
    rules = pjm(k)
    solution = solve_nodal(PJM_BOOK, rules)
    clearing = certify_nodal(PJM_BOOK, rules, solution)
    assert clearing.fills[:5].tolist() == [40_000, 170_000, 323_495, 0, 466_505]
    assert clearing.prices == (1697, 2638, 3000, 3994, 1000)
    cost = sum(int(price) * int(fill) for price, fill in zip(PJM_BOOK.price[:5], clearing.fills[:5], strict=True))
    assert cost == 1_747_990_000
    assert rules.network is not None
    assert round(flows_of(rules.network, solution.net)[5] / FACTOR) == -240_000
    assert round(-solution.duals[0].low / FINE) == 6232
    assert 308 <= clearing.gap <= 309
    assert clearing.rent == 1_495_640_000


@pytest.mark.parametrize("k", ENDS)
def test_price_of_a_node_may_lie_below_the_floor_where_energy_there_makes_room_on_a_branch(k: int) -> None:
    """The branch from 0 to 2 carries 20 MW; node 1 sells at 20, node 2 at 100, and a bid at node 0 is paid 60."""
    book = Book.of([(0, True, 30, 50_000), (0, False, 0, 1_000), (1, True, 20, 500_000), (2, True, 100, 90_000), (2, False, 100, 90_000)])
    rules = triangle(20_000, k, cap=200)
    book = replace(book, price=np.array([30, 0, 20, 100, 200]))
    clearing = certify_nodal(book, rules, solve_nodal(book, rules))
    assert clearing.prices == (-60, 20, 100)
    assert clearing.fills.tolist()[:2] == [0, 1_000]


def test_limit_of_nothing_lets_whole_energy_pass_only_within_the_tolerance() -> None:
    """The LP trades 900, -1800, 900 kWh at a flow of 0; factors of 1e-9 give a flow of less than nothing. (No contract takes the limit.)"""
    rules = triangle(0)
    book = Book.of([(0, True, 10, 900), (1, False, 90, 5_000), (2, True, 20, 900)])
    assert rules.network is not None
    flow = flows_of(rules.network, (900, -1800, 900))[2]
    assert 0 < abs(flow) < 1_000
    strict = replace(rules, network=replace(rules.network, tolerance=0))
    solution = NodalSolution((900, -1800, 900), (0, 0), (), ((0, 0, 0), (0, 0, 0)))
    assert named(book, strict, solution) in ("FlowAboveLimit", "FlowBelowLimit")
    assert named(book, rules, solution) == "RowNotListed"


P4_BOOK = Book.of([(0, True, 10, 900), (0, True, 20, 100_000), (1, True, 30, 100_000), (2, False, 50, 2_700), (2, False, 40, 100_000)])
"""the book of the smallest set of prices that is no lattice, a hundred times"""


def p4(k: int = 500_000) -> Rules:
    """2/3 of node 0 and 1/3 of node 1 make no more than 1,200 kWh."""
    row = (666_666_667, 333_333_333, 0)
    return Rules(3, (), 0, 100, k, Network((row,), (1_200,), (None,)))


@pytest.mark.parametrize("k", ENDS)
def test_prices_are_the_nearest_where_no_lowest_ones_exist(k: int) -> None:
    """(30 - x, 30, 30 + x) supports for x from 10 to 20; nearest to both ends of the books is x = 15."""
    rules = p4(k)
    solution = solve_nodal(P4_BOOK, rules)
    assert solution.net == (900, 1_800, -2_700)
    assert certify_nodal(P4_BOOK, rules, solution).prices == (15, 30, 45)


@pytest.mark.parametrize("x", [10, 14, 16, 20])
def test_supporting_prices_that_are_not_the_nearest_are_refused(x: int) -> None:
    rules = p4()
    solution = solve_nodal(P4_BOOK, rules)
    worth, level = 3 * x * FINE, (30 + x) * FINE
    other = replace(solution, levels=(level, level), duals=(Dual(0, worth, worth),))
    assert named(P4_BOOK, rules, other) == "NotNearest"


# --- every law broken once --------------------------------------------------------------------------------------------------------


def moved(solution: NodalSolution, *net: int) -> NodalSolution:
    return replace(solution, net=tuple(energy + more for energy, more in zip(solution.net, net, strict=True)))


def worth(solution: NodalSolution, change: Callable[[int], int]) -> NodalSolution:
    return replace(solution, duals=tuple(Dual(dual.row, change(dual.low), change(dual.high)) for dual in solution.duals))


def directed(solution: NodalSolution, *more: int) -> NodalSolution:
    low, high = solution.directions
    return replace(solution, directions=(tuple(one + other for one, other in zip(low, more, strict=True)), high))


BROKEN: list[tuple[str, Callable[[NodalSolution], NodalSolution]]] = [
    ("", lambda right: right),
    ("", lambda right: moved(right, 0, 0, -1, 0, 1)),
    ("NetNotZero", lambda right: moved(right, 1, 0, 0, 0, 0)),
    ("ExportsTooHigh", lambda right: moved(right, 0, 0, 2**32, -(2**32), 0)),
    ("RowNotFull", lambda right: moved(right, 0, 0, 10, 0, -10)),
    ("FlowBelowLimit", lambda right: moved(right, 0, 0, -10, 0, 10)),
    ("RowNotListed", lambda right: replace(right, duals=())),
    ("RowNotListed", lambda right: replace(right, duals=(replace(right.duals[0], row=4),))),
    ("RowNotFull", lambda right: replace(right, duals=(*right.duals, right.duals[0]))),
    ("DualOfWrongSide", lambda right: worth(right, lambda dual: -dual)),
    ("DualTooLarge", lambda right: worth(right, lambda dual: -10_000 * 100_000 * FINE - 1)),
    ("PriceTooFar", lambda right: replace(right, levels=(2**31 * FINE, 2**31 * FINE))),
    ("NetExportTooLow", lambda right: replace(right, levels=tuple(level + FINE for level in right.levels))),  # type: ignore[arg-type]
    ("NetExportTooLow", lambda right: worth(right, lambda dual: dual * 1001 // 1000)),
    ("NetExportTooHigh", lambda right: replace(right, levels=tuple(level - FINE for level in right.levels))),  # type: ignore[arg-type]
    ("PriceOutsideBook", lambda right: replace(right, levels=(right.levels[0] + FINE // 1000, right.levels[1]))),
    ("DirectionNotBalanced", lambda right: directed(right, 1, 0, 0, 0, 0)),
    ("DirectionAgainstRow", lambda right: directed(right, 0, 0, 0, -FINE, FINE)),
    ("NotNearest", lambda right: directed(right, 0, 0, 0, FINE, -FINE)),
    ("NotNearest", lambda right: directed(right, *(-each for each in right.directions[0]))),
]


@pytest.mark.parametrize(("error", "change"), BROKEN, ids=[f"{at}-{error}" for at, (error, _) in enumerate(BROKEN)])
def test_solution_of_the_five_buses_is_refused_by_the_law_that_it_breaks(
    error: str, change: Callable[[NodalSolution], NodalSolution]
) -> None:
    rules = pjm()
    assert named(PJM_BOOK, rules, change(solve_nodal(PJM_BOOK, rules))) == error


def test_without_congestion_there_is_one_price_and_no_rent() -> None:
    rules = triangle(10**6)
    book = Book.of([(0, True, 10, 900), (1, False, 90, 500)])
    clearing = certify_nodal(book, rules, solve_nodal(book, rules))
    assert clearing.prices == (10, 10, 10)
    assert clearing.rent == clearing.gap == 0


def test_nothing_has_a_price_where_nothing_trades() -> None:
    book = Book.of([(0, True, 90, 900), (1, False, 10, 500)])
    assert certify_nodal(book, triangle(10**6), solve_nodal(book, triangle(10**6))).prices == (None,) * 3


# --- laws -------------------------------------------------------------------------------------------------------------------------


def angles(case: Meshed) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cost, balance by node, flow limits with their right side, sizes: orders first, then voltage angles, which are free."""
    book, rules, branches = case
    network = rules.network
    assert network is not None
    orders, zones = len(book), rules.zones
    cost = np.concatenate((np.where(book.sells, book.price, -book.price), np.zeros(zones))).astype(float)
    flow = np.zeros((len(branches), zones))
    balance = np.zeros((zones, orders + zones))
    balance[book.zone, np.arange(orders)] = np.where(book.sells, 1.0, -1.0)
    for row, (source, target, reactance) in enumerate(branches):
        flow[row, source], flow[row, target] = 1 / reactance, -1 / reactance
        balance[source, orders:] -= flow[row]
        balance[target, orders:] += flow[row]
    limited = [(flow[row], up) for row, up in enumerate(network.up)]
    limited += [(-flow[row], down) for row, down in enumerate(network.down) if down is not None]
    limits = np.array([np.concatenate((np.zeros(orders), row)) for row, _ in limited])
    return cost, balance, limits, np.array([float(limit) for _, limit in limited]), book.quantity.astype(float)


def distance_to_dual_face(case: Meshed, prices: Sequence[int], optimum: float) -> float:
    """Ticks by which published prices are away at most from the nearest dual optimum of the program of angles."""
    cost, balance, limits, right, size = angles(case)
    zones, rows, orders = len(balance), len(limits), len(size)
    # variables: prices, worth of limits, surplus of orders, distance
    columns = zones + rows + orders + 1
    orders_, angles_ = np.zeros((orders, columns)), np.zeros((zones, columns))
    orders_[:, :zones] = balance[:, :orders].T
    orders_[:, zones + rows : -1] = -np.eye(orders)
    angles_[:, :zones] = -balance[:, orders:].T
    angles_[:, zones : zones + rows] = limits[:, orders:].T
    value = np.concatenate((np.zeros(zones), right, size, [0.0]))
    scale = 1.0 + abs(optimum)
    near = np.zeros((2 * zones, columns))
    near[:zones, :zones], near[zones:, :zones] = np.eye(zones), -np.eye(zones)
    near[:, -1] = -1
    found = linprog(
        np.eye(columns)[-1],
        A_ub=np.vstack((orders_, value[None, :] / scale, near)),
        b_ub=np.concatenate((cost[:orders], [optimum / scale + 1e-8], prices, [-price for price in prices])),
        A_eq=angles_,
        b_eq=np.zeros(zones),
        bounds=[(None, None)] * zones + [(0, None)] * (rows + orders + 1),
        method="highs",
    )
    assert found.status == 0, found.message
    return float(found.fun)


@some
@given(case=networks())
def test_random_networks_are_certified_and_agree_with_a_program_of_voltage_angles(case: Meshed) -> None:
    book, rules, _ = case
    solution = solve_nodal(book, rules)
    clearing = certify_nodal(book, rules, solution)
    net = np.zeros(rules.zones, np.int64)
    np.add.at(net, book.zone, np.where(book.sells, clearing.fills, -clearing.fills))
    assert tuple(net.tolist()) == solution.net
    assert (clearing.fills >= 0).all()
    assert (clearing.fills <= book.quantity).all()
    if not len(book):
        return
    cost, balance, limits, right, size = angles(case)
    bounds = [(0, most) for most in size] + [(None, None)] * rules.zones
    found = linprog(cost, A_ub=limits, b_ub=right, A_eq=balance, b_eq=np.zeros(len(balance)), bounds=bounds, method="highs-ds")
    assert found.status == 0, found.message
    optimum = -found.fun
    steepest = max((abs(dual.low) + abs(dual.high) for dual in solution.duals), default=0) / FINE
    noise = 1 + 1e-8 * abs(optimum) + 1e-9 * steepest * len(solution.duals) * sum(map(abs, solution.net))
    assert optimum - welfare(book, clearing.fills) <= clearing.gap + noise
    assert clearing.rent >= -sum(map(abs, solution.net)) / 2
    if clearing.prices[0] is not None:
        published = [price for price in clearing.prices if price is not None]
        assert distance_to_dual_face(case, published, optimum) <= 1.01


@some
@given(data=st.data())
def test_radial_networks_have_the_prices_and_fills_of_lines_without_losses(data: st.DataObject) -> None:
    """Prices where energy moves or trades; a node that only looks on has a price here and none there."""
    zones = data.draw(st.integers(2, 9))
    branches = [Branch(zone, data.draw(st.integers(0, zone - 1)), 1.0) for zone in range(1, zones)]
    limits = [data.draw(st.integers(100, 50_000)) for _ in branches]
    price, quantity = st.integers(0, 60), st.integers(1, 60_000)
    rows = data.draw(st.lists(st.tuples(st.integers(0, zones - 1), st.booleans(), price, quantity), min_size=1, max_size=25))
    k = data.draw(st.sampled_from((0, 500_000, 1_000_000)))
    book = Book.of(rows)
    lines = tuple(Line(*ends, limit, 0, 0) for each, limit in zip(branches, limits, strict=True) for ends in (each[:2], each[1::-1]))
    radial = Rules(zones, lines, 0, 60, k)
    nodal = Rules(zones, (), 0, 60, k, meshed(branches, limits, list(limits), zones))
    over_lines = certify(book, radial, solve(book, radial, 0), 0)
    over_rows = certify_nodal(book, nodal, solve_nodal(book, nodal))
    for line_price, node_price in zip(over_lines.prices, over_rows.prices, strict=True):
        assert line_price is None or line_price == node_price
    assert welfare(book, over_lines.fills) == welfare(book, over_rows.fills)


# --- factors ----------------------------------------------------------------------------------------------------------------------


def test_factors_of_a_triangle_are_thirds_from_the_least_of_each_row() -> None:
    assert factors_of(TRIANGLE, 3) == (
        (666_666_667, 0, 333_333_333),
        (333_333_333, 666_666_667, 0),
        (666_666_667, 333_333_333, 0),
    )


def test_factors_of_a_chain_are_whole() -> None:
    assert factors_of([Branch(0, 1, 0.3), Branch(1, 2, 7.0)], 3) == ((FACTOR, 0, 0), (FACTOR, FACTOR, 0))


def test_nodes_that_do_not_hang_together_have_no_factors() -> None:
    assert islands([Branch(0, 1, 1.0)], 3) == 2
    with pytest.raises(ValueError, match="do not join"):
        factors_of([Branch(0, 1, 1.0)], 3)


@some
@given(case=networks())
def test_factors_give_flows_that_keep_both_of_kirchhoffs_laws(case: Meshed) -> None:
    _, rules, branches = case
    assert rules.network is not None
    net = [1_000 * (zone + 1) for zone in range(rules.zones - 1)]
    net.append(-sum(net))
    flows = [flow / FACTOR for flow in flows_of(rules.network, net)]
    noise = 1e-9 * sum(map(abs, net)) * len(branches)
    for zone in range(rules.zones):
        out = sum(flow * ((branch.source == zone) - (branch.target == zone)) for flow, branch in zip(flows, branches, strict=True))
        assert abs(out - net[zone]) <= noise
    drops = [flow * branch.reactance for flow, branch in zip(flows, branches, strict=True)]
    ends = np.zeros((len(branches), rules.zones))
    for row, branch in enumerate(branches):
        ends[row, branch.source], ends[row, branch.target] = 1.0, -1.0
    angles_ = np.linalg.lstsq(ends, np.array(drops), rcond=None)[0]
    assert np.abs(ends @ angles_ - drops).max() <= noise * 2


@some
@given(case=networks())
def test_whole_flows_balance_every_node_and_lie_near_the_exact_ones(case: Meshed) -> None:
    """By half a kWh a branch at most, or what those that are rounded leave to a branch of the tree."""
    _, rules, branches = case
    assert rules.network is not None
    net = [777 * (zone + 1) ** 2 for zone in range(rules.zones - 1)]
    net.append(-sum(net))
    lines = [Line(branch.source, branch.target, 0, 0, 0) for branch in branches]
    whole = whole_flows(lines, rules.network, net)
    for zone in range(rules.zones):
        assert sum(flow * ((line.source == zone) - (line.target == zone)) for line, flow in zip(lines, whole, strict=True)) == net[zone]
    loops = len(branches) - rules.zones + 1
    for flow, exact in zip(whole, flows_of(rules.network, net), strict=True):
        assert abs(flow - exact / FACTOR) <= (loops + 1) / 2 + 1e-3


def test_a_full_limit_has_a_shadow_price_in_its_own_direction() -> None:
    rules = pjm()
    assert rules.network is not None
    solution = solve_nodal(PJM_BOOK, rules)
    lines = [way for branch in PJM for way in (Line(*branch[:2], 0, 0, 0), Line(branch.target, branch.source, 0, 0, 0))]
    found = branch_flows(lines, rules.network, rules.k, solution.net, solution.duals)
    assert [flow.shadow_price for flow in found] == [None] * 11 + [6232]
    assert found[11].sent == 240_000
