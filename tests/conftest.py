"""What every test stands on: an empty home, no settings from outside, Hypothesis profiles, the real data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

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
