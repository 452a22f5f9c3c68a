"""Mutates sources one after another and notes what became of every mutant; goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.mutation.compiler import CONTRACTS, Compiler, CompilerError
from evidence.mutation.corpus import Scenario
from evidence.mutation.judge import Judge
from evidence.mutation.mutants import Mutant, mutants
from evidence.mutation.schema import alone, together, viewing
from shengdian.contracts import artifact, names

TOGETHER = 200
"""mutants a compilation: most of its time goes into what is not changed"""
USERS = 3
"""contracts that a mutant is tried in at most"""
MOST_USED = (
    "UniformAuction",
    "Collateral",
    "TwoStageAuction",
    "MatchedPairsAuction",
    "DayAheadAuction",
    "CorridorMatchingAuction",
    "Agreements",
    "PayAsBidAuction",
    "Listing",
)
ALSO = {
    "auctions/OrderBook.sol": ("DayAheadAuction", "SealedMatchedPairsAuction"),
    "auctions/SecondStage.sol": ("SealedTwoStageAuction",),
    "libraries/Timetable.sol": ("Agreements", "DayAheadAuction", "SealedUniformAuction", "Tariffs"),
}
"""contracts in which what survives is tried besides, as they alone use some functions of the source"""
SURVIVED, STILLBORN = "survived", "does not compile"
ARGUED = "survived, and is argued to be equivalent"
"""such a mutant is tried in the first contract alone"""
ALIVE = (SURVIVED, ARGUED)
Outcomes = dict[str, dict[str, str]]
"""by source (with the digest of its text), then by mutant: one of these, or the test that noticed"""
Tried = dict[str, list[str]]
"""by source (with its digest) and contract: digests of the scenarios in which all that survived were tried"""


@dataclass(frozen=True, slots=True)
class Target:
    contract: str
    source: str
    """path below contracts/"""
    sources: tuple[str, ...]
    """the repository's own that are compiled with it"""


def targets() -> list[Target]:
    """Every contract that has an artifact, the smallest first."""
    found = []
    for name in names():
        sources = tuple(source for source in artifact(name).sources if not source.startswith("@"))
        source = next(source for source in sources if f"\ncontract {name} " in (CONTRACTS / source).read_text(encoding="utf-8"))
        found.append(Target(name, source, sources))
    return sorted(found, key=lambda target: len(artifact(target.contract).bytecode))


def digest(sources: Sequence[str]) -> str:
    """SHA-256 over the text of `sources`, to see whether kept outcomes are of these."""
    return hashlib.sha256(b"\0".join((CONTRACTS / source).read_bytes() for source in sorted(sources))).hexdigest()


class Campaign:
    """Outcomes in a file, mutants from the sources, scenarios from the corpus."""

    def __init__(
        self, folder: Path, scenarios: Sequence[Scenario], argued: Callable[[str], bool], say: Callable[[str], None], date: str
    ) -> None:
        """`argued` says of a mutant's key whether there is a reason why it is equivalent; `date` is today, as the page has it."""
        self._folder, self._argued, self._say, self._date = folder, argued, say, date
        self.outcomes: Outcomes = self._load("outcomes")
        self._tried: Tried = self._load("tried")
        self.dates: dict[str, str] = self._load("dates")
        """when the mutants of a source (with its digest) were tried last"""
        self._scenarios = scenarios
        self._compiler = Compiler(folder / "compiled")
        self._judges: dict[str, Judge] = {}
        self._codes: dict[str, bytes] = {}

    def run(self, source: str) -> None:
        """Every mutant of `source` that has no outcome yet, and those that survived in the scenarios that are new since.

        A source of whose contracts there is no scenario gets no outcomes.
        """
        users = users_of(source)
        name = f"{source} {digest([source])}"
        kept = self._kept(source, name)
        self._forget(kept)
        self._argue(kept)
        never = None
        for target in users:
            texts, found = self._mutants(source, target)
            if never is None:
                never = {each.key for each in found} - kept.keys()
            judge = self._judge(target)
            known = frozenset(self._tried.get(f"{name} {target.contract}", ()))
            alive = ALIVE if target == users[0] else (SURVIVED,)
            for tried, open_ in ((frozenset[str](), never), (known, kept.keys() - never)):
                left = [each for each in found if each.key in open_ and kept.get(each.key, SURVIVED) in alive]
                scenarios = judge.without(tried)
                if left and scenarios:
                    self._say(f"{source} in {target.contract}: {len(left)} mutants on {len(scenarios)} scenarios")
                    self._judge_all(target, texts, left, scenarios, kept)
            self._argue(kept)
            self._tried[f"{name} {target.contract}"] = sorted(known | judge.digests)
            self.dates[name] = self._date
            self._save()
            if not any(kept.get(each.key, SURVIVED) == SURVIVED for each in found):
                break

    def _forget(self, kept: dict[str, str]) -> None:
        """A mutant that was noticed by a test which is gone is tried again."""
        tests = {scenario.test for scenario in self._scenarios}
        for key, outcome in list(kept.items()):
            if outcome not in (*ALIVE, STILLBORN) and outcome not in tests:
                del kept[key]

    def _argue(self, kept: dict[str, str]) -> None:
        """Forgets the outcome where there is no reason any more: the mutant was not tried in every contract."""
        for key, outcome in list(kept.items()):
            if outcome == SURVIVED and self._argued(key):
                kept[key] = ARGUED
            elif outcome == ARGUED and not self._argued(key):
                del kept[key]

    def _judge_all(self, target: Target, texts: dict[str, bytes], left: Sequence[Mutant], judge: Judge, kept: dict[str, str]) -> None:
        switched = [each for each in left if each.switch]
        for first in range(0, len(switched), TOGETHER):
            self._try(target, texts, switched[first : first + TOGETHER], judge, kept)
            self._save()
        for mutant in left:
            if not mutant.switch:
                self._alone(target, texts, mutant, judge, kept)

    def close(self) -> None:
        """Ends the compiler."""
        self._compiler.close()

    def _kept(self, source: str, name: str) -> dict[str, str]:
        for stale in [key for key in self.outcomes if key.startswith(source + " ") and key != name]:
            del self.outcomes[stale]
        return self.outcomes.setdefault(name, {})

    def _load(self, name: str) -> dict[str, Any]:
        path = self._folder / f"{name}.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return found

    def _save(self) -> None:
        for name, values in (("outcomes", self.outcomes), ("tried", self._tried), ("dates", self.dates)):
            (self._folder / f"{name}.json").write_text(json.dumps(values, indent=0, sort_keys=True), encoding="utf-8")

    def _mutants(self, source: str, target: Target) -> tuple[dict[str, bytes], list[Mutant]]:
        trees = self._compiler.trees(target.source)
        texts = texts_of(trees)
        return texts, mutants(source, texts, {path: trees[path] for path in texts})

    def _judge(self, target: Target) -> Judge:
        if target.contract not in self._judges:
            code = self._codes[target.contract] = self._compiler.bytecode(target.source, target.contract, {})
            self._judges[target.contract] = Judge(target.contract, self._scenarios).kept(code)
        return self._judges[target.contract]

    def _try(self, target: Target, texts: dict[str, bytes], chosen: Sequence[Mutant], judge: Judge, kept: dict[str, str]) -> None:
        """Compiles `chosen` together, except for those whose switch does not compile; in halves where the code is not the original's."""
        fit = self._fit(target, texts, chosen)
        for mutant in chosen:
            if mutant not in fit:
                self._alone(target, texts, mutant, judge, kept)
        if not fit:
            return
        numbered = dict(enumerate(fit, 1))
        code = self._compiler.bytecode(target.source, target.contract, changed(texts, numbered))
        if judge.faithful(code):
            noticed = code != self._codes[target.contract]  # else the contract imports the source and uses nothing of it
            for number, mutant in numbered.items():
                kept[mutant.key] = (judge.killed(code, number) if noticed else "") or SURVIVED
        elif len(fit) == 1:
            self._alone(target, texts, fit[0], judge, kept)
        else:
            for part in _halves(fit):
                self._try(target, texts, part, judge, kept)

    def _fit(self, target: Target, texts: dict[str, bytes], chosen: Sequence[Mutant]) -> list[Mutant]:
        """Those of `chosen` that compile together."""
        if self._compiler.check(target.source, changed(texts, dict(enumerate(chosen, 1)))):
            return list(chosen)
        return [] if len(chosen) == 1 else [mutant for part in _halves(chosen) for mutant in self._fit(target, texts, part)]

    def _alone(self, target: Target, texts: dict[str, bytes], mutant: Mutant, judge: Judge, kept: dict[str, str]) -> None:
        try:
            code = self._compiler.bytecode(target.source, target.contract, {mutant.source: alone(texts[mutant.source], mutant)})
        except CompilerError:
            kept[mutant.key] = STILLBORN
        else:
            kept[mutant.key] = judge.killed(code, 0) or SURVIVED


def texts_of(trees: Mapping[str, Any]) -> dict[str, bytes]:
    """The repository's own sources among `trees`, by path."""
    return {path: (CONTRACTS / path).read_bytes() for path in trees if not path.startswith("@")}


def changed(texts: Mapping[str, bytes], numbered: Mapping[int, Mutant]) -> dict[str, str]:
    """The sources by path, with all mutants of one of them in it."""
    source = next(iter(numbered.values())).source
    return {path: viewing(together(text, numbered) if path == source else text.decode()) for path, text in texts.items()}


def _halves(chosen: Sequence[Mutant]) -> Iterator[Sequence[Mutant]]:
    middle = len(chosen) // 2
    yield chosen[:middle]
    yield chosen[middle:]


def users_of(source: str) -> list[Target]:
    """The contracts in which mutants of a source are tried: that of its name, then those that use most of it; any where none does."""
    using = [target for target in targets() if source in target.sources]
    found = [target for target in using if _new(source, target)]
    own = [target for target in found if target.contract == Path(source).stem or "Sealed" in target.contract]
    others = [target for target in found if target.contract in MOST_USED and target not in own]
    first = ([*own, *sorted(others, key=lambda target: MOST_USED.index(target.contract))] or found)[:USERS]
    return [*first, *(target for target in using if target.contract in ALSO.get(source, ()) and target not in first)]


def _new(source: str, target: Target) -> bool:
    """Sealed auctions differ from the open ones in these two sources alone."""
    return "Sealed" not in target.contract or "Sealed" in source
