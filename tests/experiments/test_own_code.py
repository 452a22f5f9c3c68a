"""Strategies of a user's own are found beside the config file, wherever the command is given, and hide nothing of the package."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from shengdian.agents.strategies import strategy
from shengdian.audit import audit
from shengdian.audit.query import Question, query
from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import resume_all, run_config
from shengdian.experiments.runs.one_run import run_single
from shengdian.experiments.runs.sweep import local, run_sweep
from shengdian.experiments.schema import Config
from shengdian.sim.base.errors import InputError
from shengdian.sim.base.own_code import find, place
from tests.faults.runs import SMALL, stop_after

GREEDY = '''"""Asks the same of every hour."""

from shengdian.sim.base.types import Offer, Segment


class Strategy:
    kind = "plant"
    known = {}

    def propose(self, me, view, rng, room_kwh):
        return Offer(me.spec.id, (Segment(12_300, room_kwh),))
'''


def written(folder: Path, name: str, more: str = "", hours: int = 1, file: str = "greedy.py", code: str = GREEDY) -> Path:
    """`mine.toml` in `folder`, whose plants decide by the strategy `name`, and the strategy's file beside it."""
    folder.joinpath(file).parent.mkdir(parents=True, exist_ok=True)
    folder.joinpath(file).write_text(code, encoding="utf-8")
    path = folder / "mine.toml"
    path.write_text(f'[run]\nchain = "mirror"\nhours = {hours}\n{SMALL}[strategies.plants]\nname = "{name}"\n{more}', encoding="utf-8")
    return path


def asked(run: Path) -> set[float]:
    """CNY/MWh that plants asked."""
    orders = pd.read_parquet(run / "orders.parquet")
    return set(orders[(orders.side == "sell") & ~orders.trader.str.endswith(("_exchange", "_supplier"))].price_per_mwh)


@pytest.mark.parametrize(
    ("name", "file"), [("greedy", "greedy.py"), ("ideas.greedy", "ideas/greedy.py"), ("ideas", "ideas/__init__.py"), ("贪婪", "贪婪.py")]
)
def test_strategy_beside_the_config_file_decides(name: str, file: str, tmp_path: Path) -> None:
    (run,) = run_config(load_config(written(tmp_path, name, file=file)), tmp_path / "runs")
    assert asked(run) == {123.0}


def test_user_files_named_as_rooms_of_the_package_harm_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = written(tmp_path, "agents.greedy", file="agents/greedy.py")
    for name in ("sim.py", "contracts.py", "numpy.py", "experiments/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    (run,) = run_config(load_config(config.name), tmp_path / "runs")
    assert asked(run) == {123.0}
    assert sys.path == before


def test_name_of_the_package_is_the_package_s(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, "markup", file="markup.py"))
    assert config.code_folder is None
    assert strategy("markup", str(tmp_path)).__module__ == "shengdian.agents.strategies.markup"


def test_run_does_not_depend_on_where_the_strategy_stands(tmp_path: Path) -> None:
    runs = [run_config(load_config(written(tmp_path / at, "greedy")), tmp_path / at / "runs")[0] for at in ("here", "there")]
    assert (runs[0] / "orders.parquet").read_bytes() == (runs[1] / "orders.parquet").read_bytes()


def test_code_folder_is_taken_from_the_folder_of_the_config(tmp_path: Path) -> None:
    path = written(tmp_path / "configs", "greedy", file="../mine/greedy.py")
    path.write_text('code_folder = "../mine"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_config(path).code_folder == str(tmp_path / "mine")


def test_strategy_that_a_notebook_names_is_found_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "greedy")
    monkeypatch.chdir(tmp_path)
    config = override(load_config("six-provinces-day"), {"strategies.plants": {"name": "greedy", "parameters": {}}})
    assert config.code_folder == str(tmp_path)


@pytest.mark.long
def test_processes_of_a_sweep_find_the_strategy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(written(tmp_path, "markup", '[sweep.grid]\n"strategies.plants.name" = ["greedy", "marginal_cost"]\n'))
    monkeypatch.chdir("/")
    table, failures = run_sweep(config, tmp_path / "runs", local(2))
    assert not failures
    ids = pd.read_parquet(table).set_index("strategies.plants.name").run_id
    assert asked(tmp_path / "runs" / ids["greedy"]) == {123.0}
    assert asked(tmp_path / "runs" / ids["marginal_cost"]) != {123.0}


def test_stopped_run_goes_on_with_the_strategy_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(written(tmp_path, "greedy", hours=25))
    with pytest.raises(KeyboardInterrupt):
        run_single(config, tmp_path / "runs", stop_after(24))
    monkeypatch.chdir("/")
    (run,) = resume_all(tmp_path / "runs")
    assert asked(run) == {123.0}


def a_run(folder: Path) -> Path:
    (run,) = run_config(load_config(written(folder, "greedy")), folder / "runs")
    return run


def gone(file: Path) -> None:
    file.unlink()


def another(file: Path) -> None:
    file.write_text("raise RuntimeError('an audit carries out no code that a run names')\n", encoding="utf-8")


def there(file: Path) -> None:
    """Nothing happens to it."""


@pytest.mark.parametrize(("change", "now"), [(gone, "is gone"), (another, "is another one now"), (there, "is there")])
def test_audit_says_what_it_cannot_make_again_and_never_carries_it_out(change: Callable[[Path], None], now: str, tmp_path: Path) -> None:
    run = a_run(tmp_path)
    change(tmp_path / "greedy.py")
    verdict = audit(run)
    assert verdict.clean
    (note,) = [note for note in verdict.notes if "greedy" in note]
    assert "orders of strategy 'greedy' are checked as recorded" in note
    assert note.endswith(f", which {now}")
    assert query(run, Question(hour=0)).records


def test_run_without_own_code_says_nothing_of_it(tmp_path: Path) -> None:
    (run,) = run_config(load_config(written(tmp_path, "marginal_cost")), tmp_path / "runs")
    assert not [note for note in audit(run).notes if "strategy" in note]
    assert "own_code" not in (run / "manifest.json").read_text(encoding="utf-8")


def test_changed_file_is_imported_again(tmp_path: Path) -> None:
    written(tmp_path, "greedy")
    first = strategy("greedy", str(tmp_path))
    assert strategy("greedy", str(tmp_path)) is first
    (tmp_path / "greedy.py").write_text(GREEDY.replace("plant", "either"), encoding="utf-8")
    assert strategy("greedy", str(tmp_path)).kind == "either"


def test_files_of_one_folder_import_each_other_and_no_others(tmp_path: Path) -> None:
    for at in ("here", "there"):
        written(tmp_path / at, "greedy", code=f"from .price import PLACE\n{GREEDY}    place = PLACE\n")
        (tmp_path / at / "price.py").write_text(f"PLACE = {at!r}\n", encoding="utf-8")
    assert [vars(strategy("greedy", str(tmp_path / at)))["place"] for at in ("here", "there")] == ["here", "there"]


def test_strategy_class_can_be_pickled(tmp_path: Path) -> None:
    written(tmp_path, "greedy")
    found = strategy("greedy", str(tmp_path))
    assert pickle.loads(pickle.dumps(found)) is found


@pytest.mark.parametrize("name", ["", ".", "..", "a..b", ".greedy", "../greedy", "greedy.py", "a b", "greedy\0", "a" * 5000])
def test_what_is_no_name_stands_for_no_file(name: str, tmp_path: Path) -> None:
    written(tmp_path, "greedy")
    assert place(name, tmp_path) is None
    with pytest.raises(InputError):
        find(name, "Strategy", tmp_path)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("def", r"greedy\.py cannot be imported \(line 1: "),
        ("x = 1\nx / 0\n", r"greedy\.py cannot be imported \(line 2: ZeroDivisionError: division by zero\)"),
        ("from mine import x\n", r"No module named 'mine'; for a file of your own write `from \.mine import \.\.\.`\)"),
        ("x = 1\n", r"greedy\.py has no Strategy"),
        ("Strategy = 1\n", "should be a class with a kind"),
        ("class Strategy:\n    pass\n", "should be a class with a kind"),
        ('class Strategy:\n    kind = "plant"\n', "should have `known`"),
        ('class Strategy:\n    kind = "plant"\n    known = {"share": 0.5}\n', "should have `known`"),
        ('class Strategy:\n    kind = "plant"\n    known = {}\n', "should have propose"),
        (GREEDY.replace("plant", "user"), r"strategies\.plants\.name is 'greedy', a strategy for users; one for plants is needed here"),
    ],
)
def test_file_that_is_no_strategy_is_refused_in_a_sentence(code: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=sentence) as refused:
        load_config(written(tmp_path, "greedy", code=code))
    assert str(refused.value).startswith(f"{tmp_path / 'mine.toml'}: strategies.plants.name")


def test_parameter_that_an_own_strategy_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"strategies\.plants\.parameters: unknown key share; parameters of greedy: none"):
        load_config(written(tmp_path, "greedy", "parameters = {share = 0.5}\n"))


def test_owners_may_learn_by_an_own_strategy(tmp_path: Path) -> None:
    able = GREEDY.replace("    known = {}", "    known = {}\n    owners = True")
    more = "[strategies]\nowners = 2\n"

    def load(code: str) -> Config:
        path = written(tmp_path, "greedy", code=code)
        path.write_text(path.read_text(encoding="utf-8").replace("[strategies.plants]", f"{more}[strategies.plants]"), encoding="utf-8")
        return load_config(path)

    assert load(able).strategies.owners == 2
    with pytest.raises(InputError, match=r"for which strategies\.plants\.name should be"):
        load(GREEDY)


@pytest.mark.parametrize("name", ["..", ".greedy", ".a.b", "a..b", "a.", "ideas/greedy.py", "a.b c"])
def test_config_with_what_is_no_name_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mine\.toml: strategies\.plants\.name"):
        load_config(written(tmp_path, name))


@pytest.mark.parametrize("name", ["broken.greedy", "broken.inner.greedy"])
def test_module_on_the_path_that_cannot_be_imported_is_refused_in_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "path")
    with pytest.raises(InputError, match=r"cannot be imported \(ZeroDivisionError: division by zero\)"):
        load_config(written(tmp_path, name))
