"""The wheel and the sdist hold the package, all of it, under one name; and the wheel works beside a user's files of any name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.packaging.test_layout import ROOMS
from tests.test_imports import INSTALLED, ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(900), pytest.mark.xdist_group("wheel")]
DATA = (
    "contracts/artifacts/*.json",
    "experiments/configs/*.toml",
    "experiments/regions/*/*.csv",
    "experiments/regions/*/*.md",
    "experiments/regions/*/*.toml",
)
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"
GREEDY = '''"""Asks the same of every hour."""

from shengdian.sim.base.types import Offer, Segment


class Strategy:
    kind = "plant"
    known = {}

    def propose(self, me, view, rng, room_kwh):
        return Offer(me.spec.id, (Segment(12_300, room_kwh),))
'''
CONFIG = """
[run]
hours = 1
chain = "mirror"
compare = ["provincial", "coupled"]
[strategies.plants]
name = "greedy"
"""


def environment() -> Mapping[str, str]:
    """As of a user who has set nothing."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def done(command: Sequence[str | Path], folder: Path) -> str:
    """What a command says that ends well."""
    ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def fresh_environment(folder: Path, *packages: str | Path) -> Path:
    """Its Python; skips where packages cannot be had."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    installed = subprocess.run(command, env=environment(), cwd=folder, capture_output=True, text=True)
    if installed.returncode and any(sign in installed.stderr for sign in ("No matching distribution", "Retrying", "ConnectionError")):
        pytest.skip(f"no packages can be had: {installed.stderr.strip().splitlines()[-1]}")
    assert installed.returncode == 0, installed.stderr
    return python


def checkout(folder: Path) -> Path:
    """The files of this checkout that are not ignored, links as links."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def content(wheel: Path) -> dict[str, bytes]:
    """Bytes by name of what a wheel installs, but for the list of it."""
    with zipfile.ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist() if not name.endswith("/RECORD")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("built")
    builder = fresh_environment(folder / "builder", "setuptools>=77")
    source = checkout(folder / "source")
    names = [done([builder, "-c", BUILD, f"build_{kind}", folder], source) for kind in ("wheel", "sdist")]
    assert all(names)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with tarfile.open(sdist) as file:
        file.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    (folder / "again").mkdir()
    done([builder, "-c", BUILD, "build_wheel", folder / "again"], unpacked)
    return wheel, sdist


def installed_files() -> set[str]:
    """What a wheel should hold below its one name."""
    data = {path for pattern in DATA for path in ROOT.glob(pattern)}
    names = {path.relative_to(ROOT).as_posix() for path in (*INSTALLED, *data)}
    return {name if name.startswith("shengdian/") else f"shengdian/{name}" for name in names}


def test_wheel_holds_the_code_and_data_of_the_rooms_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = set(content(built[0]))
    about = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    assert names - about == installed_files()
    assert {name.split("/")[0] for name in names - about} == {"shengdian"}
    (top,) = [text for name, text in content(built[0]).items() if name.endswith("top_level.txt")]
    assert top.decode().split() == ["shengdian"]


def test_sdist_holds_files_instead_of_links_and_makes_the_same_wheel(built: tuple[Path, Path]) -> None:
    wheel, sdist = built
    with tarfile.open(sdist) as file:
        members = file.getmembers()
    assert not [member.name for member in members if member.issym() or member.islnk()]
    folders = {member.name.split("/")[1] for member in members if member.isdir() and "/" in member.name}
    assert folders == {"shengdian", "shengdian.egg-info"}
    (again,) = (wheel.parent / "again").glob("*.whl")
    assert content(again) == content(wheel)


@pytest.fixture(scope="module")
def python(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an environment that holds the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    exact = folder / "constraints.txt"
    lines = [line.split(" \\")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if line[:1].isalpha()]
    exact.write_text("\n".join(lines) + "\n")
    return fresh_environment(folder / "venv", "--constraint", exact, built[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's, with files that are called as the package's rooms are."""
    folder = tmp_path_factory.mktemp("user")
    for name in (*ROOMS, "tests", "notebooks"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise RuntimeError('the package imported a file of the user')\n")
    shutil.rmtree(folder / "sim")
    (folder / "sim.py").write_text("MINE = True\n")
    (folder / "greedy.py").write_text(GREEDY)
    (folder / "mine.toml").write_text(CONFIG)
    return folder


def test_run_of_an_installed_wheel_works_beside_a_user_s_own_sim_and_agents(python: Path, folder: Path) -> None:
    command = [python.with_name("shengdian"), "run", "six-provinces-day", "--hours", "2", "--chain", "mirror", "--json", "--quiet"]
    runs = json.loads(done(command, folder))["runs"]
    assert [run["design"] for run in runs] == ["provincial", "two_stage", "two_stage", "two_stage", "coupled"]
    said = done([python, "-m", "shengdian", "audit", runs[1]["directory"], "--json"], folder)
    assert json.loads(said)["clean"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_own_strategy_beside_the_config_works_in_an_installed_wheel(workers: str, python: Path, folder: Path) -> None:
    command = [python, "-m", "shengdian", "run", "mine.toml", "--json", "--quiet", "--out", f"runs-{workers}", "--workers", workers]
    runs = json.loads(done(command, folder))["runs"]
    orders = f"import pandas; print(*set(pandas.read_parquet({str(Path(runs[1]['directory']) / 'orders.parquet')!r}).price_per_mwh))"
    assert "123.0" in done([python, "-c", orders], folder).split()


def test_only_the_user_s_own_sim_is_found(python: Path, folder: Path, tmp_path: Path) -> None:
    assert done([python, "-c", "import sim; print(sim.MINE, sim.__file__)"], folder).split() == ["True", str(folder / "sim.py")]
    here = "import shengdian.sim.model, sim; print(sim.__file__)"
    assert done([python, "-c", here], folder).strip() == str(folder / "sim.py")
    for name in ROOMS:
        absent = subprocess.run([python, "-c", f"import {name}"], cwd=tmp_path, env=environment(), capture_output=True, text=True)
        assert f"No module named {name!r}" in absent.stderr


def test_editable_installation_sees_new_files(built: tuple[Path, Path], tmp_path: Path) -> None:
    source = checkout(tmp_path / "source")
    python = fresh_environment(tmp_path / "venv", "--no-deps", "--editable", source)
    (source / "sim" / "base" / "brand_new.py").write_text("NEW = 1\n")
    assert done([python, "-c", "from shengdian.sim.base.brand_new import NEW; print(NEW)"], tmp_path).strip() == "1"
