"""JSON-RPC over HTTP: one address, requests alone or in batches."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from importlib.util import find_spec
from threading import Event, Thread
from typing import Any

from shengdian.serving.answers import PARSE, REQUEST, Answers
from shengdian.sim.base.errors import InputError, MissingExtra

LOOPBACK = "127.0.0.1"
NEEDED = ("starlette", "uvicorn")
"""of the extra `serve`"""
LARGEST = 5_000_000
"""bytes of a request that are read"""
MOST = 1000
"""requests of a batch"""


def application(answers: Answers, hosts: list[str]) -> Any:
    """The application (ASGI). It answers under the names `hosts` only, so that no web page can ask it by a name of the page's own."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def asked(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return Response(status_code=413)
        said = await run_in_threadpool(respond, answers, body)
        return Response(said, 200 if said else 204, media_type="application/json")

    return Starlette(routes=[Route("/", asked, methods=["POST"])], middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)])


def respond(answers: Answers, body: bytes) -> bytes:
    """What is sent back; nothing to notifications alone."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return _encoded(_refused(PARSE, "not JSON"))
    if not isinstance(asked, list):
        answer = answers.answer(asked)
        return b"" if answer is None else _encoded(answer)
    if not 0 < len(asked) <= MOST:
        return _encoded(_refused(REQUEST, f"a batch should have 1 to {MOST} requests"))
    found = [answer for each in asked if (answer := answers.answer(each)) is not None]
    return _encoded(found) if found else b""


def listen(answers: Answers, host: str, port: int, told: Callable[[str], object], work: Callable[[], object] = lambda: None) -> None:
    """Serves until stopped, and does `work` meanwhile; `told` hears the URL.

    Raises MissingExtra without the extra `serve`, InputError for an address that cannot be used.
    """
    needs_extra()
    import uvicorn

    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as cause:
        listener.close()
        raise InputError(f"{host}, port {port} cannot be used ({cause}); choose another") from cause
    names = ["localhost", "127.0.0.1", "[::1]"] if host in (LOOPBACK, "::1", "localhost") else ["*"]
    server = uvicorn.Server(uvicorn.Config(application(answers, names), log_level="warning", lifespan="off"))
    with listener:
        told(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}")
        over = Event()

        def serve() -> None:
            try:
                server.run(sockets=[listener])
            finally:
                over.set()

        serving = Thread(target=serve)
        serving.start()
        try:
            work()
            over.wait()  # a join that Ctrl-C breaks off would take the thread for ended (CPython 3.11)
        finally:
            server.should_exit = True
            over.wait()
            serving.join()


def needs_extra() -> None:
    """Raises MissingExtra where the extra `serve` is not installed."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise MissingExtra(f"serving a run needs {' and '.join(missing)}: pip install shengdian[serve]")


def _refused(code: int, sentence: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": sentence}}


def _encoded(answer: Any) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()
