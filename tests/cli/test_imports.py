"""import and demo from the command line."""

from __future__ import annotations

import json
import os
import pty
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import Program

EVENTS = """\
deal_id,client,deal_type,stage,entered_at,outcome
1,Orion,Quick Sales,Initiating interest,2026-01-12T09:30,
1,Orion,Quick Sales,Demonstration,soon,
1,Orion,Quick Sales,,2026-02-03T11:15,won
"""


def test_the_example_is_taken_and_the_second_time_changes_nothing(program: Program, tmp_path: Path) -> None:
    file = str(tmp_path / "events.csv")
    assert program("import", "history", "--example", file).status == 0
    assert program("import", "history", "--example", file, "--json").json["error"]["code"] == "bad_file"
    first = program("import", "history", file, "--create-stages", "--json")
    assert first.status == 0 and first.json["rows"] > 2 and first.json["created"]["deals"] > 0
    second = program("import", "history", file, "--create-stages", "--json").json
    assert (second["created"], second["updated"], second["unchanged"]) == ({}, {}, first.json["rows"])
    assert len(program("deal", "list", "--json").json["deals"]) == first.json["created"]["deals"]
    assert program("doctor").status == 0


def test_a_snapshot_of_deals_is_taken(program: Program, tmp_path: Path) -> None:
    file = str(tmp_path / "deals.csv")
    assert program("import", "deals", "--example", file).status == 0
    first = program("import", "deals", file, "--create-stages", "--json")
    assert first.status == 0 and first.json["created"]["deals"] == first.json["rows"] > 0
    assert program("import", "deals", file, "--create-stages", "--json").json["unchanged"] == first.json["rows"]


def test_a_rejected_row_stops_all_unless_partial(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(EVENTS)
    said = program("import", "history", str(file), "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "rows_rejected")
    assert [row["row"] for row in said.json["error"]["details"]] == [2]
    assert program("deal", "list", "--json").json["deals"] == []
    dry = program("import", "history", str(file), "--partial", "--dry-run", "--json")
    assert dry.status == 0 and program("deal", "list", "--json").json["deals"] == []
    part = program("import", "history", str(file), "--partial", "--json")
    assert part.status == 0 and [row["row"] for row in part.json["rejected"]] == [2]
    human = program("import", "history", str(file))
    assert human.status == 1 and "2" in human.err and "soon" in human.err and "\r" not in human.err


def test_a_file_that_cannot_be_taken_is_1(program: Program, tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    for name in ("none.csv", "binary.csv"):
        for kind in ("history", "deals"):
            said = program("import", kind, str(tmp_path / name), "--json")
            assert (said.status, said.json["error"]["code"]) == (1, "bad_file"), (kind, name)


def test_the_demo_is_the_same_for_seed_and_day(bare: Program, tmp_path: Path) -> None:
    arguments = ("demo", "--deals", "30", "--reps", "2", "--today", "2026-11-24", "--admin", "root", "--language", "en")
    clients = []
    for name in ("a.db", "b.db"):
        path = str(tmp_path / name)
        assert bare("--db", path, *arguments, "--json").json["store"] == path
        clients.append(bare("--db", path, "--as", "root", "client", "list", "--json").json)
    assert clients[0] == clients[1] and clients[0]["clients"]
    assert bare("--db", path, *arguments, "--json").status in (1, 4)


ROOT = Path(__file__).resolve().parent.parent.parent
HISTORY = "deal_id,client,deal_type,stage,entered_at\n"


def many_rows(path: Path, count: int) -> str:
    path.write_text(HISTORY + "".join(f"{n},Client {n % 99},Many,Stage {n % 3},2024-01-02\n" for n in range(count)))
    return str(path)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as store:
        return list(store.iterdump())


@pytest.mark.parametrize("kind", ["history", "deals"])
def test_a_bar_is_drawn_on_stderr_where_that_is_a_terminal_and_nowhere_else(
    program: Program, tmp_path: Path, kind: str
) -> None:
    file = many_rows(tmp_path / "many.csv", 3000)
    terminal, ours = pty.openpty()
    command = [sys.executable, "-m", "cli", "import", kind, file, "--create-stages", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=ours) as process:
        os.close(ours)
        drawn = b""
        with suppress(OSError):
            while chunk := os.read(terminal, 4096):
                drawn += chunk
        out, _err = process.communicate()
    os.close(terminal)
    assert process.returncode == 0 and json.loads(out)["rows"] == 3000
    assert b"%" in drawn and b"#" in drawn and b"\x1b[?25h\r\n\x1b[A\r\x1b[K" in drawn
    quiet = subprocess.run([*command, "--dry-run"], cwd=ROOT, capture_output=True, check=True)
    assert b"\x1b" not in quiet.stderr and b"%" not in quiet.stderr


@pytest.mark.parametrize("kind", ["history", "deals"])
def test_an_interrupted_import_leaves_the_store_as_it_was(program: Program, tmp_path: Path, kind: str) -> None:
    store = tmp_path / "stagewatch.db"
    file, before = many_rows(tmp_path / "many.csv", 60_000), dump(store)
    terminal, ours = pty.openpty()
    command = [sys.executable, "-m", "cli", "import", kind, file, "--create-stages"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what a shell runs in the background hears no interrupt
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=ours, preexec_fn=heard) as process:
        os.close(ours)
        while b"%" not in os.read(terminal, 4096):
            pass
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):
            while os.read(terminal, 4096):
                pass
        process.communicate()
    os.close(terminal)
    assert process.returncode == 130
    assert dump(store) == before
    assert program("doctor").status == 0


@pytest.mark.parametrize("kind", ["history", "deals"])
def test_a_full_disk_is_4_and_leaves_the_store_as_it_was(program: Program, tmp_path: Path, kind: str) -> None:
    store = tmp_path / "stagewatch.db"
    file, before = many_rows(tmp_path / "many.csv", 20_000), dump(store)
    done = subprocess.run(
        [sys.executable, "-m", "cli", "import", kind, file, "--create-stages", "--json"],
        cwd=ROOT, capture_output=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000)),
    )
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (4, "store_full"), done.stderr
    assert dump(store) == before
    assert program("import", kind, file, "--create-stages", "--json").json["created"]["deals"] == 20_000


def test_a_preset_and_map_name_the_columns(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Record ID,Deal Name,Deal Stage,Phase,Associated Company,Amount\n1,Roof,x,Demonstration,Orion,5\n")
    said = program("import", "deals", str(file), "--preset", "hubspot", "--map", "stage=Phase", "--json")
    assert said.status == 0 and said.json["created"]["deals"] == 1
    assert program("deal", "list", "--json").json["deals"][0]["stage"] == "Demonstration"
    assert program("import", "deals", str(file), "--preset", "ghost").status == 2


def test_the_presets_are_those_of_the_import() -> None:
    from cli.commands.imports import PRESETS
    from models.exchange import presets

    assert set(PRESETS) == set(presets.PRESETS)
