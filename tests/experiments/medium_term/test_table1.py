"""The six provinces' year: the laws that every seed keeps, and what becomes of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from shengdian.cli import main
from shengdian.experiments.ahead import table1
from shengdian.experiments.ahead.bilateral import LATE
from shengdian.experiments.ahead.state import STAGES
from shengdian.experiments.ahead.year import Year, trade_year
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.scenario import build_scenario
from shengdian.experiments.world.network import over_hours
from shengdian.experiments.world.profiles import profiles
from shengdian.regions.region import Region
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.units import PPM, ppm
from shengdian.sim.scenario import EXCHANGE
from shengdian.sim.twins.agreements import FIRST_ONES, MOST_A_MONTH, MOST_EACH

SEEDS = (1, 2, 3)
CONFIG = load_config("table1")
SMALL = """question = "Does it run?"
[run]
chain = "mirror"
hours = 2
[region]
zones = ["SC", "SX"]
[medium_term]
trade = true
[[medium_term.provinces]]
province = "SC"
opened = 0.0
annual = 0.4
monthly = 0.2
central = "uniform"
central_share = 0.2
central_months = [1, 2]
listing = 0.2
"""


@cache
def year(seed: int) -> Year:
    return trade_year(CONFIG, seed, "mirror")


@pytest.mark.parametrize("seed", SEEDS)
def test_quota_of_agreements_is_far_from_binding_in_the_papers_year(seed: int) -> None:
    agreed = [deal for deal in year(seed).deals if deal.mechanism == "bilateral"]
    each = Counter((who, deal.month) for deal in agreed for who in (deal.seller, deal.buyer))
    assert 0 < 4 * max(each.values()) < MOST_EACH
    assert 4 * max(Counter(deal.month for deal in agreed).values()) < MOST_A_MONTH - FIRST_ONES


@pytest.mark.parametrize("seed", SEEDS)
def test_no_user_buys_more_than_is_opened_to_it(seed: int) -> None:
    bought: dict[tuple[str, int], int] = defaultdict(int)
    for deal in year(seed).deals:
        if deal.line is None:
            bought[deal.buyer, deal.month] += deal.quantity
    assert bought
    assert all(energy <= year(seed).world.buyers[user].opened[month] for (user, month), energy in bought.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plant_sells_more_than_it_expects_to_have(seed: int) -> None:
    sold: dict[tuple[str, int], int] = defaultdict(int)
    for deal in year(seed).deals:
        sold[deal.seller, deal.month] += deal.quantity
    assert all(energy <= year(seed).world.sellers[plant].capability[month] for (plant, month), energy in sold.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_trades_at_a_loss_against_the_benchmark(seed: int) -> None:
    world = year(seed).world
    for deal in year(seed).deals:
        assert deal.quantity > 0
        assert world.sellers[deal.seller].cost <= deal.price
        if deal.line is None:
            assert deal.price <= world.buyers[deal.buyer].benchmark


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_keep_what_annual_agreements_may_not_reserve(seed: int) -> None:
    world = year(seed).world
    reserved = [0] * len(world.lines)
    for deal in year(seed).deals:
        if deal.stage == "annual" and deal.line is not None and deal.month == 0:
            reserved[deal.line] += deal.quantity // (24 * Region.load().days[0])
    assert any(reserved)
    assert all(power <= line.capacity * 800_000 // PPM for power, line in zip(reserved, world.lines, strict=True))
    assert tuple(reserved) == year(seed).annual


@pytest.mark.parametrize("seed", SEEDS)
def test_what_lines_are_reserved_for_is_what_is_agreed_horizon_after_horizon(seed: int) -> None:
    reserved = [[0] * 12 for _ in year(seed).world.lines]
    for deal in year(seed).deals:
        if deal.line is not None:
            days = Region.load().days[deal.month] - (LATE if deal.stage == "within_month" else 0)
            assert deal.quantity % (24 * days) == 0
            reserved[deal.line][deal.month] += deal.quantity // (24 * days)
    assert tuple(tuple(months) for months in reserved) == year(seed).reserved
    assert {deal.stage for deal in year(seed).deals if deal.line is not None} == {"annual", "monthly", "within_month"}


@pytest.mark.parametrize("seed", SEEDS)
def test_mechanisms_trade_in_their_order_and_where_they_are(seed: int) -> None:
    seen: dict[tuple[str, int], list[int]] = defaultdict(list)
    for deal in year(seed).deals:
        if deal.line is None:
            assert year(seed).world.openings[deal.seller_zone].trades(deal.stage, deal.month)
            assert deal.seller_zone == deal.buyer_zone
            seen[deal.seller_zone, deal.month].append(STAGES.index(deal.stage))
    assert all(stages == sorted(stages) for stages in seen.values())
    begun = set()
    for deal in year(seed).deals:
        turn = ("annual", 0) if deal.stage == "annual" else (deal.stage, deal.month)
        begun |= {turn} if deal.line is None else set()
        assert deal.line is None or turn not in begun, "between provinces first"
    listed = {zone for deal in year(seed).deals if deal.stage == "listing" for zone in (deal.seller_zone,)}
    assert listed == {"SD", "SX"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_listing_has_one_price(seed: int) -> None:
    posted: dict[tuple[str, int], set[int]] = defaultdict(set)
    for deal in year(seed).deals:
        if deal.stage == "listing":
            posted[deal.seller, deal.month].add(deal.price)
    assert all(len(prices) == 1 for prices in posted.values())


def test_uniform_bidding_has_one_price_a_province_and_month_and_matched_pairs_several() -> None:
    prices: dict[tuple[str, int], set[int]] = defaultdict(set)
    for deal in year(1).deals:
        if deal.stage == "central":
            prices[deal.seller_zone, deal.month].add(deal.price)
    assert all(len(found) == 1 for (zone, _), found in prices.items() if zone not in ("GD", "SX"))
    for paired in ("GD", "SX"):
        assert max(len(found) for (zone, _), found in prices.items() if zone == paired) > 1


def test_the_same_seed_trades_the_same_and_another_does_not() -> None:
    assert trade_year(CONFIG, 1, "mirror").deals == year(1).deals
    assert year(1).deals != year(2).deals


def test_provinces_trade_what_table_1_says_within_a_tenth_and_sichuan_nothing() -> None:
    for row in table1.rows(year(1)):
        assert row["simulated_twh"] == pytest.approx(row["paper_twh"], rel=0.1), row["province"]
        assert row["simulated_twh"] < row["opened_twh"] or row["province"] == "SC"
        assert row["simulated_twh"] == pytest.approx(sum(row[f"{name}_twh"] for name in table1.MECHANISMS))
    assert [deal for deal in year(1).deals if deal.line is None and "SC" in (deal.seller_zone, deal.buyer_zone)] == []


def test_the_page_of_table_1_has_volumes_what_is_opened_and_what_is_filled() -> None:
    page = (Path(__file__).parents[3] / "docs/evidence/table1.md").read_text(encoding="utf-8")
    shown = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in page.splitlines() if "%" in line and line.startswith("| ")]
    nodes = Region.load().nodes
    assert [cells[0] for cells in shown] == [nodes[row["province"]].name for row in table1.rows(year(1))]
    for cells, row in zip(shown, table1.rows(year(1)), strict=True):
        paper = f"{row['paper_twh']:.2f} ({100 * row['paper_share']:.2f} %)" if row["paper_twh"] else "-"
        parts = [f"{row[f'{name}_twh']:.2f}" if row[f"{name}_twh"] else "-" for name in table1.MECHANISMS]
        filled = "-" if row["filled_share"] is None else f"{100 * row['filled_share']:.0f} %"
        simulated = f"{row['simulated_twh']:.2f} ({100 * row['simulated_share']:.2f} %)"
        assert cells[2:] == [paper, simulated, *parts, f"{100 * row['opened_share']:.1f} %", filled]


@pytest.mark.parametrize("seed", SEEDS)
def test_guangdong_bids_within_the_prices_of_2016_and_agrees_near_the_benchmark(seed: int) -> None:
    row = next(row for row in table1.rows(year(seed)) if row["province"] == "GD")
    assert -148 <= row["central_price_difference_per_mwh"] <= -37  # lowest and highest month of its exchange
    assert -20 <= row["bilateral_price_difference_per_mwh"] <= -5


def test_planned_energy_makes_up_the_rest_of_the_contract_share_as_far_as_plants_have_it() -> None:
    world, short = year(1).world, set[str]()
    capability = {plant.id: plant.capability for plant in world.plants}
    under_contract: dict[tuple[str, int], int] = defaultdict(int)
    for deal in (*year(1).deals, *year(1).planned):
        under_contract[deal.seller, deal.month] += deal.quantity
    assert all(energy <= capability[plant][month] for (plant, month), energy in under_contract.items())
    for zone in world.zones:
        for month in range(12):
            flows = [deal for deal in year(1).deals if deal.line is not None and deal.month == month]
            sent = sum(deal.quantity for deal in flows if deal.seller_zone == zone)
            received = sum(deal.quantity * (PPM - world.lines[deal.line or 0].loss) // PPM for deal in flows if deal.buyer_zone == zone)
            net = world.load[zone][month] - world.imported[zone][month] + sent - received
            plants = [plant.id for plant in world.plants if plant.zone == zone]
            contracts = sum(under_contract[plant, month] for plant in plants)
            if contracts != net * 800_000 // PPM:
                assert contracts == sum(capability[plant][month] for plant in plants)
                short.add(zone)
    assert short <= {"SC"}, "Sichuan in winter is short of water"


def test_shares_of_table_1_are_the_volumes_over_consumption_but_for_guangdong() -> None:
    for row in Region.load().other("table1.csv"):
        share = int(row["volume_gwh"]) / int(row["consumption_gwh"])
        assert share == pytest.approx(float(row["share"]), abs=0.0025 if row["zone"] == "GD" else 0.0002)


def test_hours_begin_with_what_is_agreed_and_what_it_leaves_of_the_lines() -> None:
    config = override(CONFIG, {"run.hours": 26})
    without = build_scenario(override(config, {"medium_term.trade": False}), "two_stage", 1)
    world = build_scenario(config, "two_stage", 1)
    assert [line.capacity for line in world.lines] == [
        line.capacity - reserved
        for line, reserved in zip(over_hours(config, Region.load(), profiles(config, Region.load()).month)[0], year(1).annual, strict=True)
    ]
    for zone in world.zones:
        arriving = [plant.available for plant in world.plants if plant.zone == zone and plant.tech == EXCHANGE]
        imported = [world.net_import(zone, hour) + sum(energy[hour] for energy in arriving) for hour in range(26)]
        net = [world.load(zone, hour) - imported[hour] for hour in range(26)]
        contracts = [plant.contractible for plant in world.plants if plant.zone == zone and plant.tech != EXCHANGE]
        assert sum(each[0] for each in contracts) == sum(net[:24]) * ppm(0.8) // PPM
        assert sum(each[1] for each in contracts) == sum(net[24:]) * ppm(0.8) // PPM
    sold = {deal.seller: 0 for deal in year(1).deals}
    for deal in year(1).deals:
        if deal.month == 0:
            sold[deal.seller] += deal.quantity
    plants = {plant.id: plant for plant in world.plants}
    assert all(plants[seller].contractible[0] >= energy // 31 for seller, energy in sold.items())
    before = {plant.id: plant.contract_price for plant in without.plants}
    cheaper = [plant.id for plant in world.plants if plant.tech != EXCHANGE and plant.contract_price < before[plant.id]]
    assert cheaper
    assert set(cheaper) <= set(sold)


def config_file(folder: Path, text: str = SMALL) -> Path:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_run_of_a_province_that_sells_nothing_prints_and_keeps_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(config_file(tmp_path)), "--out", str(tmp_path / "runs")]) == 0
    out, err = capsys.readouterr()
    assert "Table 1: paper / simulated (seed 1)" in out
    assert "first trades its year ahead" in err
    (run,) = (tmp_path / "runs").iterdir()
    (row,) = table1.read(run)
    assert (row["province"], row["simulated_twh"], row["bilateral_twh"], row["central_price_difference_per_mwh"]) == ("SC", 0.0, 0.0, None)
    assert row["sent_twh"] == 0
    manifest = json.loads((run / "manifest.json").read_text())
    assert set(manifest["medium_term"]) == {"gas", "transactions"}
    assert manifest["seconds"]["medium_term"] > 0


def test_json_has_the_table_and_the_run_directory_the_agreements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--chain", "mirror", "--hours", "1", "--quiet", "--out", str(tmp_path)]
    assert main(["run", "table1", *options]) == 0
    assert "bilateral 27.98 (-11), central 15.98 (-73)" in " ".join(capsys.readouterr().out.split())
    assert main(["run", "table1", *options, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    (run,) = json.loads(out)["runs"]
    assert [row["province"] for row in run["table1"]] == ["GD", "SD", "SX", "AH", "SC", "JX"]
    assert run["table1"] == table1.rows(year(1))
    agreements = pd.read_parquet(Path(run["directory"]) / table1.AGREEMENTS)
    assert set(agreements["mechanism"]) == {"bilateral", "central", "listing", "planned"}
    inside = agreements[(agreements["seller_zone"] == agreements["buyer_zone"]) & (agreements["mechanism"] != "planned")]
    sums = inside.groupby("seller_zone")["quantity_mwh"].sum() / 1e6
    assert sums.to_dict() == pytest.approx({row["province"]: row["simulated_twh"] for row in run["table1"] if row["simulated_twh"]})


def test_year_without_provinces_trades_over_lines_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SMALL[: SMALL.index("[[")].replace('"SC", "SX"', '"SX", "SD"')
    assert main(["run", str(config_file(tmp_path, text)), "--out", str(tmp_path / "runs"), "--quiet"]) == 0
    assert "Table 1" not in capsys.readouterr().out
    (run,) = (tmp_path / "runs").iterdir()
    agreements = pd.read_parquet(run / table1.AGREEMENTS)
    agreed = agreements[agreements["mechanism"] != "planned"]
    assert set(zip(agreed["seller_zone"], agreed["buyer_zone"], strict=True)) == {("SX", "SD")}


def test_damaged_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / table1.TABLE).write_text("province,paper_twh\nGD,much\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"table1.csv: damaged"):
        table1.read(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "[region]",
            '[contracts]\nreading = "province"\n[region]',
            "contracts.reading is 'province', which does not keep",
        ),
        ("listing = 0.2", "listing = 0.2\nwithin_month = 0.1", "listing and within_month that sum to 1.1; they should sum to 1"),
        ("trade = true", "trade = 1", "medium_term.trade is 1; it should be a valid boolean"),
        ("trade = true", "trade = true\nrounds = 1", "medium_term.rounds is 1; it should be greater than or equal to 2"),
        ("trade = true", "trade = true\npartners = 0", "medium_term.partners is 0; it should be greater than or equal to 1"),
        ("trade = true", "trade = true\nquota = 0.5", "medium_term.quota is 0.5; it should be greater than or equal to 1"),
        ("trade = true", "trade = true\nlines_wanted = 2.0", "medium_term.lines_wanted is 2.0; it should be less than or equal to 1"),
        ("trade = true", "trade = true\nkeeps = [0.9, 0.8]", "medium_term.keeps is [0.9, 0.8]; the first should not be greater"),
        ("trade = true", "trade = true\nsaves = [0.9, 0.8]", "medium_term.saves is [0.9, 0.8]; the first should not be greater"),
        ("trade = true", "trade = true\ncentral_keeps = [0.9, 0.8]", "medium_term.central_keeps is [0.9, 0.8]; the first should"),
        ("trade = true", "trade = true\ncentral_saves = [0.5]", "medium_term.central_saves"),
        ("trade = true", 'trade = true\ntechnologies = ["coal"]', "medium_term.technologies[0] is 'coal'; allowed: nuclear,"),
        ("trade = true", 'trade = true\nline_technologies = ["hydro"]', "medium_term.line_technologies[0] is 'hydro'; allowed:"),
        ("trade = true", "trade = true\nline_opened = {annual = 0.99}", "medium_term.line_opened is 0.99, 0.9 and 0.95 (annual,"),
        ('province = "SC"', 'province = "GD"', "medium_term.provinces[0].province is 'GD'; allowed: SC, SX"),
        ("opened = 0.0", "opened = 1.5", "medium_term.provinces[0].opened is 1.5; it should be less than or equal to 1"),
        (
            "annual = 0.4",
            "annual = 0.5",
            "medium_term.provinces[0] has annual, monthly, central_share, listing and within",
        ),
        (
            'central = "uniform"',
            'central = "none"',
            "medium_term.provinces[0].central_share is 0.2; it should be 0",
        ),
        ('central = "uniform"', 'central = "unifrom"', "medium_term.provinces[0].central is 'unifrom'"),
        ('central = "uniform"', 'central = "price-differences"', "medium_term.provinces[0].rebate is missing"),
        ('central = "uniform"', 'central = "uniform"\nrebate = 0.5', "medium_term.provinces[0].rebate is 0.5; it goes with central ="),
        (
            'central = "uniform"',
            'central = "price-differences"\nrebate = 1.5',
            "medium_term.provinces[0].rebate is 1.5; it should be less than or equal to 1",
        ),
        ("[1, 2]", "[13]", "medium_term.provinces[0].central_months[0] is 13"),
        ("[1, 2]", "[2, 2]", "medium_term.provinces[0].central_months"),
        ("listing = 0.2", "", "medium_term.provinces[0].listing is missing"),
    ],
)
def test_bad_key_is_refused_with_its_name(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    assert old in SMALL
    with pytest.raises(InputError) as refused:
        load_config(config_file(tmp_path, SMALL.replace(old, new, 1)))
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_province_twice_is_refused(tmp_path: Path) -> None:
    table = SMALL[SMALL.index("[[") :]
    with pytest.raises(InputError, match=r"medium_term\.provinces"):
        load_config(config_file(tmp_path, SMALL + table))
