"""What `shengdian app` says where it cannot serve."""

from __future__ import annotations

import socket

import pytest

from shengdian.app import serve
from shengdian.cli import main


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    assert main(["app"]) == 2
    assert "needs solara and altair and networkx: pip install shengdian[viz]" in capsys.readouterr().err


def test_busy_port_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: object())
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["app", "--port", str(port)]) == 2
    assert f"--port {port} cannot be used" in capsys.readouterr().err


def test_unknown_config_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: object())
    assert main(["app", "no-such-experiment"]) == 2
    assert "no-such-experiment" in capsys.readouterr().err
