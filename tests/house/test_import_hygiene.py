"""The command line starts fast because it does not import what it does not need."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = {
    "textual", "rich", "numpy", "babel", "plotext", "playhouse.migrations", "openpyxl", "xlsxwriter",
    "pydantic", "msgspec", "tui",
}  # fmt: skip
IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)$", re.M)


def imported_by(*arguments: str) -> set[str]:
    """The modules that a run of Python imports; told by Python itself, so `os._exit` at the end hides none."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stdout + IMPORTED.sub("", run.stderr).strip()
    return set(IMPORTED.findall(run.stderr))


def heavy(modules: set[str]) -> set[str]:
    return {
        name for name in HEAVY if any(module == name or module.startswith(name + ".") for module in modules)
    }


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = str(tmp_path / "stagewatch.db")
    subprocess.run([sys.executable, "-m", "cli", "--db", path, "init"], cwd=ROOT, check=True, timeout=60)
    return path


def test_the_measure_sees_an_import_that_is_made() -> None:
    assert heavy(imported_by("-c", "import textual.content")) >= {"textual"}


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    assert heavy(imported_by("-c", "import cli.main")) == set()


def test_help_imports_nothing_heavy_and_no_store() -> None:
    modules = imported_by("-m", "cli", "--help")
    assert heavy(modules) == set()
    assert "peewee" not in modules


def test_timer_status_imports_nothing_heavy(store: str) -> None:
    modules = imported_by("-m", "cli", "--db", store, "timer", "status")
    assert heavy(modules) == set()
    assert "peewee" in modules


def test_the_board_does_without_numpy() -> None:
    board = "import tui.app, tui.board.screen, models.overview.board, models.statistics.figures"
    modules = imported_by("-c", board)
    assert "tui.board.screen" in modules and heavy(modules) & {"numpy", "plotext"} == set()


def test_a_report_as_a_table_imports_nothing_of_the_screens(store: str) -> None:
    modules = imported_by("-m", "cli", "--db", store, "report", "clients")
    assert heavy(modules) & {"textual", "tui", "plotext", "babel", "numpy"} == set()


@pytest.mark.parametrize("report", ["durations", "transitions"])
def test_a_report_that_counts_in_arrays_imports_numpy_and_nothing_heavier(store: str, report: str) -> None:
    modules = imported_by("-m", "cli", "--db", store, "report", report)
    assert heavy(modules) == {"numpy"} and not any(name.split(".")[0] in ("pandas", "scipy") for name in modules)
