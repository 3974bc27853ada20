"""import time and export time on the command line."""

from __future__ import annotations

import json
import resource
import stat
from pathlib import Path

import pytest

from cli.output import write_new
from tests.cli.conftest import Program


def test_time_goes_in_and_out_and_in_again(program: Program, tmp_path: Path) -> None:
    example, clock = tmp_path / "time.csv", tmp_path / "out.timeclock"
    assert program("import", "time", "--example", str(example)).status == 0
    said = program("import", "time", str(example), "--json")
    assert said.json["created"] == {"clients": 2, "entries": 2, "services": 1, "users": 1} and said.json["rows"] == 2
    assert program("import", "time", str(example), "--json").json["unchanged"] == 2
    said = program("export", "time", "-o", str(clock), "--json")
    assert said.json == {"file": str(clock), "format": "timeclock", "entries": 2}
    assert stat.S_IMODE(clock.stat().st_mode) == 0o600
    text = clock.read_text()
    assert text.startswith("; employee: anna\ni 2026-01-12 09:30:00+0000 Smith and Sons:-:Consulting  Catalogue: First talk\n")


def test_a_file_that_is_there_is_replaced_only_when_told(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("mine")
    said = program("export", "time", "-o", str(out), "--json")
    assert (said.status, said.json["error"]["code"], out.read_text()) == (1, "file_exists", "mine")
    assert program("export", "time", "-o", str(out), "--force").status == 0
    assert out.read_text().startswith("id,employee,") and stat.S_IMODE(out.stat().st_mode) == 0o600
    said = program("export", "time", "-o", str(tmp_path / "no" / "out.csv"), "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "file_unwritable")


def test_without_a_file_it_goes_to_stdout_but_a_sheet_needs_one(program: Program) -> None:
    assert program("export", "time").out.startswith("id,employee,")
    assert program("export", "time", "--json").json == {"entries": []}
    assert program("export", "time", "--format", "xlsx").status == 2
    assert program("export", "time", "--format", "csv", "--json").status == 2


def test_it_is_narrowed_by_day_client_and_employee(program: Program, tmp_path: Path) -> None:
    program("import", "time", "--example", str(tmp_path / "t.csv"))
    program("import", "time", str(tmp_path / "t.csv"))

    def count(*options: str) -> int:
        return len(json.loads(program("export", "time", "--format", "json", *options).out)["entries"])

    assert (count(), count("--client", "Weaver Ltd"), count("--employee", "root"), count("--employee", "anna")) == (2, 1, 0, 2)
    assert (count("--from", "2026-01-12"), count("--from", "2026-01-13"), count("--to", "2026-01-12"), count("--to", "2026-01-11")) == (2, 0, 2, 0)
    assert program("export", "time", "--client", "Ghost").status == 1
    assert program("export", "time", "--deal", "7").status == 1
    assert program("export", "time", "--from", "soon").status == 2


def test_rejected_rows_are_told_and_end_with_1(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("user,client,start,end\n,a,2024-03-04 10:00,2024-03-04 09:00\n,a,2024-03-05 10:00,2024-03-05 11:00\n")
    said = program("import", "time", str(file), "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "rows_rejected")
    assert said.json["error"]["details"][0]["column"] == "end"
    said = program("import", "time", str(file), "--partial", "--default-client", "x", "--timezone", "Europe/Berlin", "--json")
    assert said.status == 0 and said.json["created"]["entries"] == 1 and said.json["rejected_rows"] == 1


def test_a_file_that_finds_no_room_is_not_left_behind_in_part(tmp_path: Path) -> None:
    target, before = tmp_path / "time.csv", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
    try:
        with pytest.raises(OSError):
            write_new(target, b"x" * 1000, 0o600)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not target.exists()
