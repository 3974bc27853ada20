"""A store made by `init`, and calls of the program in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from models.values.language import use_language


@dataclass(frozen=True)
class Said:
    """How a call ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Program = Callable[..., Said]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """The program with a store's path that is still free."""
    monkeypatch.setenv("STAGEWATCH_DB", str(tmp_path / "stagewatch.db"))

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        told = capsys.readouterr()
        use_language("en")
        return Said(status, told.out, told.err)

    return call


@pytest.fixture
def program(bare: Program) -> Program:
    """The program on a store with the administrator `root`."""
    assert bare("init", "--admin", "root", "--timezone", "UTC").status == 0
    return bare
