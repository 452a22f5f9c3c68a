"""The pages of docs/evidence/questions say what docs/evidence/results hold, and a question goes from its config to its page."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes

from evidence.questions import line_capacity
from evidence.questions.__main__ import QUESTIONS, main
from evidence.questions.answer import answer, as_csv, read
from evidence.questions.chain_cost import Growth, Network, growth, room
from evidence.questions.page import filled
from evidence.questions.question import Column, Question, gain, spread_over_seeds, table
from evidence.questions.room import main as give_room
from shengdian.experiments.config.loading import load_config
from shengdian.experiments.results.figures.sweep import Panel, sweep_lines
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.runs.progress import Quiet
from shengdian.experiments.runs.sweep import runs_of, swept
from shengdian.sim.adapters import revm
from shengdian.sim.base.errors import InputError
from shengdian.sim.record.finished_run import load

DOCS = Path(__file__).parents[2] / "docs" / "evidence"
ROWS = pd.DataFrame(
    {"design": ["coupled"] * 4, "seed": [1, 2, 1, 2], "region.residual_share": [0.1, 0.1, 1.0, 1.0], "welfare": [1.0, 2.0, 4.0, 6.0]}
)

TEN = [float(value) for value in range(1, 11)]
OVER_TEN = pd.DataFrame(
    {
        "design": ["coupled"] * 20,
        "seed": list(range(1, 11)) * 2,
        "region.residual_share": [0.1] * 10 + [1.0] * 10,
        "welfare": [*TEN, *(value + 10 for value in TEN)],
    }
)


def named(question: Question) -> str:
    return question.name


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_page_says_what_the_results_hold(question: Question) -> None:
    page = (DOCS / "questions" / f"{question.name}.md").read_text(encoding="utf-8")
    rows = read(DOCS / "results" / f"{question.name}.csv")
    assert filled(page, question.blocks(rows), question.name) == page
    assert f"({question.name}.png)" in page
    assert (DOCS / "questions" / f"{question.name}.png").is_file()


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_results_have_a_row_for_every_run_of_the_config(question: Question) -> None:
    config, rows = load_config(question.name), read(DOCS / "results" / f"{question.name}.csv")
    assert set(swept(config)) - {"run.design"} < set(rows.columns)
    assert list(zip(rows["design"], rows["seed"], strict=True)) == [(one.run.design, one.run.seeds[0]) for one in runs_of(config)]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not revm.installed(), reason="revm is not installed")
@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_results_are_what_the_program_gives_today(question: Question, place: int, tmp_path: Path) -> None:
    """One run of the sweep anew, to every digit that docs/evidence/results keep."""
    config, rows = load_config(question.name), read(DOCS / "results" / f"{question.name}.csv")
    found = question.measure(load(run_single(runs_of(config)[place], tmp_path)))
    (tmp_path / "row.csv").write_text(as_csv(pd.DataFrame([found])))
    pd.testing.assert_frame_equal(read(tmp_path / "row.csv"), rows.iloc[[place]][list(found)].reset_index(drop=True), check_dtype=False)


def test_readme_names_every_question() -> None:
    page = (DOCS / "questions" / "README.md").read_text(encoding="utf-8")
    assert all(f"({question.name}.md)" in page for question in QUESTIONS)


def test_gain_is_against_the_row_of_the_same_seed() -> None:
    least = ROWS[ROWS["region.residual_share"] == 0.1]
    assert gain(ROWS, "welfare", least, ["design", "seed"]).tolist() == [0, 0, 3, 4]
    assert gain(ROWS, "welfare", least, ["seed"]).tolist() == [0, 0, 3, 4]


def test_table_has_a_row_a_point_with_mean_and_interval() -> None:
    found = table(ROWS, {"region.residual_share": "free"}, [Column(Panel("welfare", "welfare", "CNY"), 1)])
    assert found.splitlines() == [
        "| free | welfare (CNY) |",
        "|---|---:|",
        "| 0.1 | 1.5 |",
        "| 1.0 | 5.0 |",
    ]


def test_cells_over_ten_seeds_have_intervals_but_for_columns_that_have_none() -> None:
    rows = pd.DataFrame({"free": 1, "welfare": TEN})
    both = [Column(Panel("welfare", "welfare", "CNY"), 1, interval=has) for has in (True, False)]
    assert table(rows, {"free": "free"}, both).splitlines()[2:] == ["| 1 | 5.5 [3.3, 7.7] | 5.5 |"]  # 5.5 -+ 2.262 x sqrt(82.5 / 9 / 10)


def test_interval_too_narrow_to_be_read_is_left_out() -> None:
    assert spread_over_seeds(TEN, 10_000, 2) == "0.00"
    assert spread_over_seeds(TEN, 1, 2) == "5.50 [3.33, 7.67]"


def test_block_that_a_page_lacks_is_refused() -> None:
    page = "# A\n<!-- begin table -->\nold\n<!-- end table -->\n"
    assert filled(page, {"table": "new"}, "a.md") == "# A\n<!-- begin table -->\n\nnew\n\n<!-- end table -->\n"
    with pytest.raises(InputError, match=r"a\.md: block 'rest' is there 0 times"):
        filled(page, {"table": "new", "rest": ""}, "a.md")
    with pytest.raises(InputError, match=r"a\.md: block 'table' is there 1 times"):
        filled(page, {}, "a.md")
    with pytest.raises(InputError, match="block 'table' has no line"):
        filled(page.replace("end", "fin"), {"table": "new"}, "a.md")


def test_results_that_are_missing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not readable as a table"):
        read(tmp_path / "none.csv")


def test_results_survive_their_file(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(as_csv(ROWS))
    pd.testing.assert_frame_equal(read(tmp_path / "rows.csv"), ROWS, check_dtype=False)


def drawn(rows: pd.DataFrame, x: str) -> Axes:
    """The panel of a sweep's figure over column `x`."""
    (axis,) = sweep_lines(rows, Panel(x, "x", ""), [Panel("welfare", "welfare", "CNY")], "design").axes
    return axis


def test_lines_of_a_sweep_over_ten_seeds_have_a_band_for_every_variant() -> None:
    axis = drawn(OVER_TEN, "region.residual_share")
    assert [line.get_xydata().tolist() for line in axis.lines] == [[[0.1, 5.5], [1.0, 15.5]]]
    assert len(axis.collections) == 1


def test_points_of_a_sweep_over_words_have_whiskers_where_there_are_ten_seeds() -> None:
    ten = OVER_TEN.assign(word=["a"] * 10 + ["b"] * 10)
    axis = drawn(pd.concat([ten, ROWS[:1].assign(word="c")]), "word")
    assert [label.get_text() for label in axis.get_xticklabels()] == ["a", "b", "c"]
    assert axis.lines[0].get_ydata().tolist() == [5.5, 15.5, 1.0]
    assert [len(bars.get_segments()) for bars in axis.collections] == [2]


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_sweep_over_fewer_seeds_draws_no_band_and_no_whiskers(seeds: int) -> None:
    rows = ROWS[ROWS["seed"] <= seeds]
    for axis in (drawn(rows, "region.residual_share"), drawn(rows.assign(word=rows["region.residual_share"].astype(str)), "word")):
        assert len(axis.collections) == 0
        assert len(axis.lines) == 1


def test_growth_of_gas_is_found_where_it_is_a_sum() -> None:
    found = pd.DataFrame({"traders": [10, 20, 10, 20], "provinces": [3, 3, 6, 6]})
    grown = growth(found.assign(clear=1000 + 7 * found["traders"] + 50 * found["provinces"]), "clear")
    assert (grown.fixed, grown.trader, grown.province) == pytest.approx((1000, 7, 50))
    assert grown.off < 1e-9


def test_what_binds_first_bounds_the_traders_of_an_hour() -> None:
    network = Network("small", 1_000_000, 60, 500_000, 1.0)  # 30 million gas before the gate, 60 million an hour
    orders, everything = Growth(0, 30_000, 0, 0), Growth(0, 31_000, 0, 0)
    assert room(network, orders, Growth(100_000, 1_000, 10_000, 0), everything, 6) == (340, "clear")
    assert room(network, orders, Growth(0, 100, 0, 0), everything, 6) == (1000, "orders")


def test_room_under_limits_that_a_user_gives(capsys: pytest.CaptureFixture[str]) -> None:
    """Twice the gas of a transaction is room for about twice the traders, as `clear` binds; a block that is full of orders binds first."""

    def asked(*limits: str) -> dict[str, tuple[int, str]]:
        assert give_room(["--seconds", "12", *limits]) == 0
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in capsys.readouterr().out.splitlines()[2:]]
        return {design: (int(said.partition(" (")[0].replace(",", "")), said.partition(" (")[2].rstrip(")")) for design, said in rows}

    one, two = asked("--gas-limit", "60", "--transaction", "10"), asked("--gas-limit", "60", "--transaction", "20")
    assert list(one) == ["provincial", "two-stage", "corridors", "coupled", "day-ahead"]
    for design, (most, binding) in one.items():
        assert binding == two[design][1] == "clear"
        assert 1.8 < two[design][0] / most < 2.3
    slow = {design: binding for design, (_, binding) in asked("--gas-limit", "1000", "--seconds", "3600").items()}
    assert slow["coupled"] == "orders"


def test_room_without_results_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert give_room(["--gas-limit", "60", "--seconds", "12", "--results", str(tmp_path / "none.csv")]) == 2
    assert "none.csv: not readable as a table" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.skipif(not revm.installed(), reason="revm is not installed")
def test_a_question_goes_from_its_config_to_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not revm.installed():
        pytest.skip("revm is not installed")
    from evidence.questions import answer as answering
    from shengdian.experiments.config.loading import override

    changes = {"run.hours": 1, "run.seeds": [1], "run.compare": [], "run.design": "coupled", "region.zones": ["GD", "SC"]}
    changes["sweep.grid"] = {"region.residual_share": [0.1, 1.0]}
    monkeypatch.setattr(answering, "load_config", lambda name: override(load_config(name), changes))
    for name in ("questions", "results"):
        (tmp_path / name).mkdir()
    (tmp_path / "questions" / "line-capacity.md").write_text("<!-- begin table -->\n<!-- end table -->\n")
    answer(line_capacity.QUESTION, tmp_path / "runs", tmp_path, 1, Quiet())
    rows = read(tmp_path / "results" / "line-capacity.csv")
    assert list(rows["region.residual_share"]) == [0.1, 1.0]
    assert "| 100% | coupled |" in (tmp_path / "questions" / "line-capacity.md").read_text()
    assert (tmp_path / "questions" / "line-capacity.png").stat().st_size > 1000


def test_command_refuses_a_question_that_is_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["questions", "designes"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "'designes' is no question; known: designs" in capsys.readouterr().err
