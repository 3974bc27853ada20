"""What holds for the files of the repository themselves."""

from __future__ import annotations

import re
import tomllib
import warnings
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

SOURCES = ("models", "cli", "tui")
# Split, so that this file does not find itself.
HOSTS = re.compile(
    "|".join(["py" + r"pi\.", "python" + "hosted", "index" + "-url", "find" + "-links", "trusted" + "-host"])
)
PIN = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+_-]+)")
KINDS = {".py", ".toml", ".txt", ".cfg", ".ini", ".md", ".sh", ".yml", ".yaml", ".po", ""}
LONG = 600


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [PIN.fullmatch(line) for line in lines if line and not line.startswith("#")]
    assert all(found), "a line of constraints.txt is not NAME==VERSION"
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def test_constraints_are_names_and_exact_versions() -> None:
    assert len(pins()) > 20


def test_all_that_is_installed_for_the_project_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [
        Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["test"])
    ]
    seen: set[str] = set()
    pinned = pins()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in (*requirement.extras, "")
        )
        if name in seen or not applies:
            continue
        seen.add(name)
        assert name in pinned, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(pinned[name]), (
            f"{name}: {pinned[name]} is not {requirement.specifier}"
        )
        try:
            waiting += [Requirement(text) for text in requires(name) or () if "extra ==" not in text]
        except PackageNotFoundError:
            pytest.fail(f"{name} is asked for by pyproject.toml and is not installed")


def test_no_file_names_where_packages_come_from() -> None:
    skipped = {".git", ".venv", ".demo", "build", "dist", "__pycache__"}
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in ROOT.rglob("*")
        if path.suffix in KINDS and path.is_file()
        if not any(
            part in skipped or part.endswith(("_cache", ".egg-info")) for part in path.relative_to(ROOT).parts
        )
        if (match := HOSTS.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []


def test_rooms_stay_short_enough_to_read() -> None:
    """Only a warning: a long file may be right, and should be looked at."""
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*.py"):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONG:
                warnings.warn(f"{path.relative_to(ROOT)} has {lines} lines: a folder of rooms?", stacklevel=1)


def test_what_each_store_says_its_own_way_is_said_in_the_storage_room() -> None:
    for path in (ROOT / "models").rglob("*.py"):
        if path.parent.name != "storage":
            assert not re.search("group_concat|string_agg|LIMIT -1|limit=-1|INDEXED BY", path.read_text("utf-8")), path
