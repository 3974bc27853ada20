"""How a call ends: exit statuses, errors as JSON, no traceback ever."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli import call as calls
from tests.cli.conftest import Program
from tests.conftest import ROOT


def code(program: Program, *arguments: str) -> tuple[int, str]:
    """Exit status and error code of a call with --json."""
    said = program(*arguments, "--json")
    return said.status, said.json["error"]["code"]


def test_what_is_refused_or_not_found_is_1(program: Program) -> None:
    assert code(program, "deal", "show", "7") == (1, "not_found")
    assert code(program, "deal", "show", "seven") == (1, "not_found")
    assert code(program, "deal", "show", "9" * 30) == (1, "not_found")
    assert code(program, "deal", "new", "Orion", "--stage", "Nowhere") == (1, "not_found")
    assert code(program, "deal", "new", "Orion", "--stage", "9" * 5000) == (1, "not_found")
    assert code(program, "deal", "new", "Orion", "--amount", "abc") == (1, "bad_amount")
    assert code(program, "client", "show", "Nobody") == (1, "not_found")
    assert code(program, "type", "add", "Quick sales", "--mode", "free") == (1, "exists")


@pytest.mark.parametrize(
    "arguments",
    [
        ("deal", "new", "\udcff"), ("deal", "new", "Orion", "--owner", "\udcff"), ("client", "show", "\udcff"),
        ("user", "show", "\udcff"), ("time", "list", "--client", "\udcff"), ("--as", "\udcff", "client", "list"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_name_nothing(program: Program, arguments: tuple[str, ...]) -> None:
    said = program(*arguments, "--json")
    assert said.status in (1, 2) and said.json["error"]["code"] in ("not_found", "bad_text", "unknown_employee")


def test_a_store_may_lie_at_a_path_of_any_bytes(bare: Program, tmp_path: Path) -> None:
    path = str(tmp_path / "\udcff.db")
    assert bare("--db", path, "init").status == 0
    assert bare("--db", path, "backup", str(tmp_path / "\udcfe.db")).status == 0
    assert bare("--db", path, "restore", str(tmp_path / "\udcfe.db"), "--force").status == 0


def test_an_ambiguous_name_is_refused_with_the_candidates(program: Program) -> None:
    for _time in range(2):
        assert program("client", "add", "Orion").status == 0
    said = program("client", "show", "Orion", "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "ambiguous")
    assert [one["name"] for one in said.json["error"]["details"]] == ["Orion", "Orion"]
    said = program("client", "show", "Orion")
    assert said.status == 1 and said.out == "" and said.err.count("Orion") >= 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",), ("deal",), ("deal", "fly"), ("deal", "new"), ("deal", "list", "--limit", "many"),
        ("deal", "show", "1", "--fast"), ("report", "clients", "--format", "picture"), ("--language", "de", "doctor"),
        ("deal", "new", "Orion", "--at", "yesterday"), ("deal", "new", "Orion", "--expected", "31.02.2026"),
        ("deal", "set", "1", "title"), ("agenda", "--date", "2026-02-30"), ("--as", "nobody", "client", "list"),
        ("backup",), ("completion", "tcsh"), ("type", "add", "X", "--mode", "loose"),
    ],
)  # fmt: skip
def test_wrong_usage_is_2_with_one_json_document(program: Program, arguments: tuple[str, ...]) -> None:
    program("deal", "new", "Orion")
    said = program(*arguments, "--json")
    assert said.status == 2
    assert set(said.json["error"]) == {"code", "message", "details"}
    assert said.err == ""


def test_a_deal_that_changed_meanwhile_is_3(program: Program) -> None:
    program("deal", "new", "Orion")
    program("deal", "move", "1", "Demonstration")
    assert code(program, "deal", "move", "1", "Closing the deal", "--version", "1") == (3, "changed_meanwhile")
    assert program("deal", "move", "1", "Closing the deal", "--version", "2").status == 0


def test_a_store_that_cannot_be_used_is_4(bare: Program, tmp_path: Path) -> None:
    assert code(bare, "deal", "list") == (4, "store_missing")
    assert code(bare, "--db", "postgresql://host/base", "deal", "list") == (4, "store_unreadable")
    assert code(bare, "--db", str(tmp_path), "deal", "list") == (4, "store_unreadable")
    (tmp_path / "other.db").write_bytes(b"no store" * 1000)
    assert code(bare, "--db", str(tmp_path / "other.db"), "deal", "list") == (4, "store_damaged")
    assert bare("init").status == 0
    assert code(bare, "init") == (4, "store_exists")


def test_a_crash_is_70_and_tells_no_value(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken() -> str:
        raise RuntimeError("secret of a client")

    monkeypatch.setattr(calls, "unix_user", broken)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    said = program("client", "list")
    assert said.status == 70 and said.out == ""
    assert "Traceback" not in said.err and "secret" not in said.err
    (log,) = (tmp_path / "state").rglob("*.log")
    assert str(log) in said.err
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    written = log.read_text()
    assert "RuntimeError" in written and "broken" in written and "secret" not in written
    assert code(program, "client", "list") == (70, "crash")


def test_a_package_that_is_missing_is_named(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise ModuleNotFoundError("No module named 'peewee'", name="peewee")

    monkeypatch.setattr(calls, "unix_user", missing)
    said = program("client", "list")
    assert said.status == 70 and "peewee" in said.err and "Traceback" not in said.err


def test_ctrl_c_is_130(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(calls, "unix_user", interrupted)
    assert code(program, "client", "list") == (130, "interrupted")


def test_without_a_terminal_the_screens_are_refused_with_a_line(program: Program) -> None:
    said = program()
    assert said.status == 2 and "--help" in said.err and said.out == ""


def test_a_question_without_a_terminal_needs_yes(program: Program) -> None:
    program("user", "add", "anna", "--role", "rep")
    said = program("user", "disable", "anna", "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "confirmation_needed")
    assert said.json["error"]["details"][0]["name"] == "anna"
    assert program("user", "list", "--json").json["users"][0]["disabled"] is False
    assert program("user", "disable", "anna", "--yes", "--json").json["disabled"] is True


def run_process(*arguments: str, path: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "--db", str(path), *arguments], cwd=ROOT, capture_output=True, timeout=60, **options
    )  # type: ignore[call-overload, no-any-return]


def test_as_a_process_it_ends_with_the_status_and_all_output(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert run_process("init", "--name", "Ümläut", path=path).returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown = run_process("company", "show", "--json", path=path, env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert shown.returncode == 0 and "Ümläut".encode() in shown.stdout
    refused = run_process("deal", "show", "1", "--json", path=path)
    assert refused.returncode == 1 and refused.stdout.endswith(b"}\n") and refused.stderr == b""


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    run_process("init", path=path)
    command = f"{sys.executable} -m cli --db {path} doctor --json | head -c 1"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, timeout=60)
    assert done.stdout == b"{" and done.stderr == b""


@pytest.mark.parametrize("arguments", [("company", "show"), ("doctor", "--json"), ("deal", "show", "7", "--json"), ("--help",)])
def test_an_answer_that_finds_no_room_is_told_on_stderr(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = tmp_path / "a.db"
    run_process("init", path=path)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "--db", str(path), *arguments], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 1 and b"No space left" in done.stderr and b"Traceback" not in done.stderr


def test_a_backup_holds_everything_and_so_is_the_administrators(program, tmp_path):
    assert program("user", "add", "anna", "--name", "Anna", "--role", "rep").status == 0
    said = program("--as", "anna", "backup", str(tmp_path / "copy.db"), "--json")
    assert (said.status, said.json["error"]["code"], (tmp_path / "copy.db").exists()) == (1, "not_found", False)


def test_a_demo_of_a_day_is_the_same_whenever_it_is_made_and_tells_nothing_later(bare, tmp_path):
    lists = []
    for name in ("one", "two"):
        bare("--db", str(tmp_path / f"{name}.db"), "demo", "--deals", "30", "--today", "2026-11-20")
        deals = bare("--db", str(tmp_path / f"{name}.db"), "deal", "list", "--json").json["deals"]
        lists.append([(deal["id"], deal["client"], deal["stage"], deal["entered_at"]) for deal in deals])
    assert lists[0] == lists[1] and all(entered <= "2026-11-20T00:00:00Z" for *_rest, entered in lists[0])


def test_init_says_what_opens_the_new_store(bare: Program, tmp_path: Path) -> None:
    said = bare("--db", str(tmp_path / "new.db"), "init")
    assert f"`stagewatch --db {tmp_path / 'new.db'}` opens it." in said.out
