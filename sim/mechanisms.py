"""What auctions there are, each one declaration: its contract, what it is given to clear an hour, and what trades pay.

A mechanism is the config key `market.mechanism`. Whatever depends on it is derived from its declaration; a user's own is one, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from shengdian import contracts
from shengdian.sim.scenario import Scenario

Pays = Literal["zone", "own", "pair", "redispatch", "announced", "cost"]
"""what a trade pays: the price of its zone, of its own order, of its pair (by `k`), one price for its place in the merit order (event
`MeritOrder`) and its own for what differs, what the contract's event `PaymentsMade` says, or nothing: plants get what they cost"""
Given = Literal["proof", "sequence", "nothing", "plan"]
"""what `clear` takes besides the hour and the traders: flows and bounds of a proven optimum, the sorted book, or nothing. With `plan`
nobody orders, and `dispatch` takes the operator's plan with its proof"""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """An auction that clears an hour in one stage."""

    name: str
    """as in the config"""
    contract: str
    """name of its contract; in a file of a user's own, the file of the compiled contract beside it"""
    summary: str
    """what trades pay, in a sentence"""
    pays: Pays = "zone"
    given: Given = "proof"
    uses_lines: bool = True
    """whether it is created with lines, and may let energy flow over them"""
    optimal: bool = True
    """whether no other trades were worth more, equal orders share alike, and prices are where `k` puts them: an audit holds it to that"""
    every_design: bool = False
    """whether two stages and orders a day ahead price as it does, by contracts of their own"""
    priced: bool = False
    """whether there is a contract that keeps its prices, for contracts that are settled against them"""
    own_first: bool = False
    """whether every zone is dispatched alone, and what that leaves afterwards"""
    sealed: bool = True
    """whether there is a contract that takes its orders sealed"""

    def __post_init__(self) -> None:
        """Raises ValueError for a word that there is not."""
        for key, word, allowed in (("pays", self.pays, get_args(Pays)), ("given", self.given, get_args(Given))):
            if word not in allowed:
                raise ValueError(f"{key} is {word!r}; allowed: {', '.join(allowed)}")

    @property
    def known_rule(self) -> bool:
        """Whether it can be foreseen outside of the contract what orders trade and pay."""
        return self.optimal and self.pays not in ("announced", "cost")

    @property
    def dispatches(self) -> bool:
        """Whether nobody orders."""
        return self.given == "plan"


MECHANISMS: Final = (
    Mechanism("uniform", "UniformAuction", "Everyone in a zone pays or gets the zone's one price.", every_design=True, priced=True),
    Mechanism("pay-as-bid", "PayAsBidAuction", "Everyone pays or gets the price of the own order.", pays="own"),
    Mechanism(
        "matched-pairs",
        "MatchedPairsAuction",
        "Highest bid with lowest offer; a pair shares the difference of its prices by k.",
        pays="pair",
        given="sequence",
        uses_lines=False,
    ),
    Mechanism(
        "one-price",
        "OnePriceAuction",
        "Everyone pays or gets one price, as if no line were full; plants redispatched for the lines get or pay their own offer.",
        pays="redispatch",
        priced=True,
    ),
    Mechanism(
        "least-cost",
        "LeastCostDispatch",
        "Nobody orders: companies run their plants at least cost, which is what these get.",
        pays="cost",
        given="plan",
        sealed=False,
    ),
    Mechanism(
        "own-first",
        "OwnFirstDispatch",
        "Nobody orders: a company a zone runs its own plants first, then buys what they leave unserved from what others have left.",
        pays="cost",
        given="plan",
        own_first=True,
        sealed=False,
    ),
)
"""the package's"""
UNIFORM: Final = MECHANISMS[0]


def mechanism_named(name: str) -> Mechanism:
    """One of the package's; KeyError for an unknown one (the config is checked before)."""
    found = next((each for each in MECHANISMS if each.name == name), None)
    if found is None:
        raise KeyError(name)
    return found


def mechanism_of(scenario: Scenario) -> Mechanism:
    """The mechanism of a scenario: the package's, or the user's own that the scenario carries."""
    own = scenario.own_mechanism
    return recorded_mechanism(scenario.mechanism, own) if own else mechanism_named(scenario.mechanism)


def recorded_mechanism(name: str, kept: Mapping[str, Any]) -> Mechanism:
    """A user's own as a run keeps it, by field, with `abi` (JSON) and `bytecode` (hex) of its contract, which is made known."""
    fields = {key: value for key, value in kept.items() if key not in ("abi", "bytecode")}
    fields["contract"] = contracts.add(kept["contract"], kept["abi"], kept["bytecode"])
    return Mechanism(name, **fields, sealed=False)
