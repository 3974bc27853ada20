"""What every test stands on: an empty home, no settings from outside, Hypothesis profiles, the real data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from models.journal.commands import Pen
from models.people import commands as people
from models.people.views import acting
from models.pipeline import setup
from models.session import Session
from models.storage.store import create_store
from models.timekeeping.tables import Service
from models.values import instants

# tui.app clears TEXTUAL_… from the environment, where the snapshot plugin keeps a variable of its own.
_SNAPSHOTS = {name: value for name, value in os.environ.items() if name.startswith("TEXTUAL_SNAPSHOT_")}
import tui.app  # noqa: E402, F401

os.environ.update(_SNAPSHOTS)

# What tests write stands in memory, where there is room for it: a store waits for the disk at each command.
MEMORY = Path("/dev/shm")
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("STAGEWATCH_TEST_DATA") or ROOT.parent / "shared" / "data").resolve()

# No deadline: a busy machine is no failure. `pytest --hypothesis-profile=deep` searches longer.
settings.register_profile("short", max_examples=60, deadline=None)
settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("deep", max_examples=3000, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "short")

FOLDERS = {
    "HOME": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}


@pytest.fixture(autouse=True)
def clean_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the settings, language or files of whoever runs it, nor leaves any there."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("STAGEWATCH_", "LC_")) or name in ("LANGUAGE", "NO_COLOR", "XDG_RUNTIME_DIR"):
                patch.delenv(name)
        patch.setenv("LANG", "C.UTF-8")
        for name, folder in FOLDERS.items():
            patch.setenv(name, str(home / folder))
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; tests that ask for it are skipped where it is not there."""
    if not DATA.is_dir():
        pytest.skip(f"no real data: {DATA} is not there (STAGEWATCH_TEST_DATA names another folder)")
    return DATA


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A fresh store with the administrator `root`, the type Quick Sales (free, three stages) and the service Work."""
    store = create_store(tmp_path / "stagewatch.db")
    at = instants.now()
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=at
        )
    made = Session(store, acting("root", ""))
    type_id = setup.add_type(made, "Quick Sales", mode="free")
    for name in ("Initiating interest", "Demonstration", "Closing the deal"):
        setup.add_stage(made, type_id, name)
    with store.writing():
        Pen().insert(Service, name="Work", name_key="work", created_at=at)
    yield made
    store.close()


@pytest.fixture
def make_type(session: Session) -> Callable[..., int]:
    """Makes a deal type with the named stages in the session's store; returns its id."""

    def make(mode: str, names: Sequence[str], returns: bool = False) -> int:
        type_id = setup.add_type(session, f"{mode} type", mode=mode, returns=returns)
        for name in names:
            setup.add_stage(session, type_id, name)
        return type_id

    return make
