"""Carries scenarios out on revm with changed contracts in the place of the originals, and says whether anything comes out differently."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyrevm

from evidence.mutation.corpus import Scenario, Step, created
from shengdian.contracts import artifact
from shengdian.sim.chain.port import BALANCE, BLOCK_GAS, CHAIN_ID, TRANSACTION_GAS, Log

CALL_GAS = 200_000_000
"""gas of a call: ends a loop without an end; code without optimiser takes about twice as much as the original"""
MOST = 300
"""scenarios about a contract: of more, each test gives its first, then each its second; those with few other contracts go first"""
NO_LIMIT = 2**31
"""bytes of code: all the mutants of a contract are longer than one contract may be"""

_REVERT = re.compile(r"Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}")


class Judge:
    """The scenarios of one contract. Those that killed a mutant are tried first on the next."""

    def __init__(self, contract: str, scenarios: Sequence[Scenario]) -> None:
        self.contract = contract
        self._original = artifact(contract).bytecode
        self._scenarios = _chosen([scenario for scenario in scenarios if contract in scenario.contracts])

    def kept(self, code: bytes) -> Judge:
        """The same with those scenarios alone that `code`, the original compiled another way, carries out as recorded."""
        self._scenarios = [scenario for scenario in self._scenarios if not self._differs(scenario, code, 0)]
        return self

    @property
    def digests(self) -> frozenset[str]:
        """Of the scenarios."""
        return frozenset(scenario.digest for scenario in self._scenarios)

    def without(self, digests: frozenset[str]) -> Judge:
        """A judge with the other scenarios."""
        if not digests:
            return self
        other = Judge(self.contract, ())
        other._scenarios = [scenario for scenario in self._scenarios if scenario.digest not in digests]
        return other

    def __len__(self) -> int:
        return len(self._scenarios)

    def faithful(self, code: bytes) -> bool:
        """Whether `code` with no mutant chosen does as the original: many mutants together may need more gas than a call has."""
        return not any(self._differs(scenario, code, 0) for scenario in self._scenarios)

    def killed(self, code: bytes, mutant: int) -> str:
        """The first scenario's test in which mutant number `mutant` of `code` is noticed; empty where it survives."""
        for place, scenario in enumerate(self._scenarios):
            if self._differs(scenario, code, mutant):
                self._scenarios.insert(0, self._scenarios.pop(place))
                return scenario.test
        return ""

    def _differs(self, scenario: Scenario, code: bytes, mutant: int) -> bool:
        evm = pyrevm.EVM(
            env=pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=CHAIN_ID, limit_contract_code_size=NO_LIMIT)), gas_limit=BLOCK_GAS, spec_id="PRAGUE"
        )
        nonces: dict[bytes, int] = {}
        number, timestamp = 0, -1
        for step in scenario.steps:
            if step.timestamp != timestamp:
                number, timestamp = number + 1, step.timestamp
                block = pyrevm.BlockEnv(
                    number=number, timestamp=timestamp, gas_limit=BLOCK_GAS, prevrandao=mutant.to_bytes(32, "big")
                )  # fmt: skip
                evm.set_block_env(block)
            if self._outcome(evm, step, code, nonces) != (step.success, step.output, step.logs):
                return True
        return False

    def _outcome(self, evm: pyrevm.EVM, step: Step, code: bytes, nonces: dict[bytes, int]) -> tuple[bool, bytes | None, tuple[Log, ...]]:
        sender, data = "0x" + step.transaction.sender.hex(), step.transaction.data
        if step.transaction.sender not in nonces:  # as the chain does that was recorded: also a contract may send, in whose place tests act
            evm.insert_account_info(sender, pyrevm.AccountInfo(balance=BALANCE))  # type: ignore[call-arg]
        nonce = nonces.setdefault(step.transaction.sender, 0)
        if not step.reads:
            nonces[step.transaction.sender] = nonce + 1
        output = b""
        # a transaction that fails leaves nothing, and a checkpoint that is not reverted counts as a call: revm allows 1,024 of them
        checkpoint = evm.snapshot() if step.reads else None
        try:
            if step.transaction.to:
                output = evm.message_call(sender, "0x" + step.transaction.to.hex(), data, gas=CALL_GAS)
            else:
                if created(data) == self.contract:
                    data = code + data[len(self._original) :]
                evm.insert_account_info(sender, pyrevm.AccountInfo(balance=BALANCE, nonce=nonce))  # type: ignore[call-arg]
                evm.deploy(sender, data, gas=TRANSACTION_GAS)
        except RuntimeError as error:
            found = _REVERT.fullmatch(str(error))
            if checkpoint is not None:
                evm.revert(checkpoint)
            return False, None if step.output is None else bytes.fromhex(found[1]) if found else b"", ()
        if checkpoint is not None:
            evm.revert(checkpoint)
            return True, output, ()
        logs = []
        assert evm.result is not None
        for log in evm.result.logs:
            topics, words = log.data
            logs.append(Log(bytes.fromhex(log.address[2:]), tuple(topics), words))
        return True, output, tuple(logs)


def _chosen(scenarios: Sequence[Scenario]) -> list[Scenario]:
    taken: dict[str, int] = {}
    ranked = []
    for scenario in scenarios:
        taken[scenario.test] = taken.get(scenario.test, 0) + 1
        ranked.append((taken[scenario.test], len(scenario.contracts), scenario))
    return [scenario for *_, scenario in sorted(ranked, key=lambda each: each[:2])[:MOST]]
