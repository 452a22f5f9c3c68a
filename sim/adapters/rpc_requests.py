"""Requests to a JSON-RPC node, one by one and in batches; what is not answered, or not as JSON-RPC has it, is a NodeError that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from requests.exceptions import RequestException
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from shengdian.sim.base.errors import NodeError

BATCH = 30
"""requests in one HTTP request; anvil takes up more than 30 in any order"""
SECONDS = 120
"""how long an answer may take"""
METHOD_NOT_FOUND = -32601


class Requests:
    """What is asked of the node at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._provider = HTTPProvider(url, request_kwargs={"timeout": SECONDS}, exception_retry_configuration=None)

    def failure(self, what: str) -> NodeError:
        """The error that says so of this node."""
        return NodeError(f"chain {self.url!r}: {what}")

    @contextmanager
    def read(self, method: str) -> Iterator[None]:
        """Inside it, what is told by ValueError of an answer to `method` becomes a NodeError."""
        try:
            yield
        except ValueError as cause:
            raise self.failure(f"{method} is answered with what cannot be ({cause})") from cause

    def answer(self, method: str, parameters: Sequence[Any]) -> dict[str, Any]:
        """An object with an `error` or a `result`; raises NodeError."""
        try:
            answer: Any = self._provider.make_request(RPCEndpoint(method), list(parameters))
        except RequestException as error:
            raise self.failure(f"the node does not answer {method} ({type(error).__name__})") from error
        except ValueError as error:
            raise self.failure(f"{method} is not answered with JSON") from error
        if not isinstance(answer, dict) or not ("error" in answer or "result" in answer):
            raise self.failure(f"{method} is not answered as JSON-RPC has it")
        return answer

    def ask(self, method: str, *parameters: Any) -> Any:
        """The result of one request; raises NodeError."""
        return self._result(method, self.answer(method, parameters))

    def offers(self, method: str, *parameters: Any) -> bool:
        """Whether the node knows `method`; if so it was carried out."""
        error = self.answer(method, parameters).get("error")
        return not (isinstance(error, dict) and error.get("code") == METHOD_NOT_FOUND)

    def ask_all(self, requests: Sequence[tuple[str, list[Any]]]) -> list[Any]:
        """The results of many requests, in their order; raises NodeError."""
        results: list[Any] = []
        for first in range(0, len(requests), BATCH):
            part: list[Any] = list(requests[first : first + BATCH])
            method = part[0][0]
            try:
                answers: Any = self._provider.make_batch_request(part)
            except RequestException as error:
                raise self.failure(f"the node does not answer {method} ({type(error).__name__})") from error
            except (ValueError, TypeError, KeyError, AttributeError) as error:  # web3 sorts what it takes for answers
                raise self.failure(f"{method} is not answered as JSON-RPC has it") from error
            if not isinstance(answers, list) or len(answers) != len(part):
                raise self.failure(f"{len(part)} requests of {method} are answered with {str(answers)[:200]}")
            results += [self._result(method, answer) for answer in answers]
        return results

    def _result(self, method: str, answer: Any) -> Any:
        if not isinstance(answer, dict) or "error" in answer or "result" not in answer:
            raise self.failure(f"{method}: {answer.get('error') if isinstance(answer, dict) else answer}")
        return answer["result"]
