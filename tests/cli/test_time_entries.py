"""time …: entries and weeks, from the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Program

KEYS = {"id", "employee", "client", "deal", "stage", "service", "started_at", "ended_at", "seconds", "billable", "note", "rate", "charge", "invoice"}


def code(said) -> tuple[int, str]:
    return said.status, said.json["error"]["code"]


@pytest.fixture
def orion(program: Program) -> Program:
    program("client", "add", "Orion")
    return program


def add(program: Program, start: str, *more: str) -> dict:
    said = program("time", "add", "--client", "Orion", "--start", f"2026-03-02T{start}", *more, "--json")
    assert said.status == 0, said.out
    return said.json


def entries(program: Program, *more: str) -> list[tuple[str, str]]:
    found = program("time", "list", *more, "--json").json["entries"]
    return [(one["started_at"][11:16], one["ended_at"][11:16]) for one in reversed(found)]


def test_an_entry_is_told_as_the_contract_says(orion: Program) -> None:
    made = add(orion, "09:00", "--minutes", "90", "--note", "draft", "--not-billable")
    assert set(made) >= KEYS
    assert (made["client"], made["service"], made["seconds"], made["billable"], made["note"]) == ("Orion", "Work", 5400, False, "draft")
    assert (made["started_at"], made["ended_at"]) == ("2026-03-02T09:00:00Z", "2026-03-02T10:30:00Z")
    assert "1:30:00" in orion("time", "list").out


def test_the_list_is_narrowed(orion: Program) -> None:
    add(orion, "09:00", "--minutes", "60")
    orion("time", "add", "--start", "2026-03-04T09:00", "--end", "2026-03-04T11:00")
    assert len(entries(orion)) == 2
    assert entries(orion, "--client", "Orion") == [("09:00", "10:00")]
    assert entries(orion, "--from", "2026-03-03") == [("09:00", "11:00")]
    assert entries(orion, "--to", "2026-03-03") == entries(orion, "--to", "2026-03-02") == [("09:00", "10:00")]
    assert len(entries(orion, "--limit", "1")) == 1 and entries(orion, "--employee", "root", "--service", "Work") == entries(orion)


def test_overlaps_are_told_or_trimmed(orion: Program) -> None:
    first = add(orion, "09:00", "--minutes", "60")
    said = orion("time", "add", "--start", "2026-03-02T09:30", "--minutes", "10", "--json")
    assert code(said) == (1, "overlaps")
    found = said.json["error"]["details"][0]
    assert (found["id"], found["client"], found["started_at"]) == (first["id"], "Orion", "2026-03-02T09:00:00Z")
    assert orion("time", "add", "--start", "2026-03-02T09:30", "--minutes", "10", "--trim").status == 0
    assert entries(orion) == [("09:00", "09:30"), ("09:30", "09:40"), ("09:40", "10:00")]


def test_edit_split_merge_duplicate_delete_undo_and_redo(orion: Program) -> None:
    entry = str(add(orion, "09:00", "--minutes", "120")["id"])
    assert orion("time", "edit", entry, "--end", "2026-03-02T10:00", "--note", "x", "--json").json["seconds"] == 3600
    halves = orion("time", "split", entry, "2026-03-02T09:30", "--json").json["entries"]
    assert [one["seconds"] for one in halves] == [1800, 1800]
    assert orion("time", "merge", *(str(one["id"]) for one in halves), "--json").json["seconds"] == 3600
    copy = orion("time", "duplicate", entry, "2026-03-03", "--json").json
    assert copy["started_at"] == "2026-03-03T09:00:00Z"
    both = orion("time", "edit", entry, str(copy["id"]), "--not-billable", "--json").json["entries"]
    assert [one["billable"] for one in both] == [False, False]
    assert code(orion("time", "delete", entry, "--json")) == (1, "confirmation_needed")
    assert orion("time", "delete", entry, str(copy["id"]), "--yes", "--json").json == {"deleted": [int(entry), copy["id"]]}
    assert entries(orion) == []
    assert orion("time", "undo", "--json").json["id"] == int(entry) and len(entries(orion)) == 2
    assert orion("time", "redo", "--json").json["deleted"] is True and entries(orion) == []


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("add", "--start", "2026-03-02T09:00"), 2),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "5", "--end", "2026-03-02T10:00"), 2),
        (("add", "--start", "soon", "--minutes", "5"), 2),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "-5"), 1),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "1441"), 1),
        (("add", "--start", "2026-03-02T09:00", "--end", "2026-03-02T08:00"), 1),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "5", "--client", "Nobody"), 1),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "5", "--service", "Nothing"), 1),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "5", "--deal", "99"), 1),
        (("add", "--start", "2026-03-02T09:00", "--minutes", "5", "--employee", "nobody"), 1),
        (("edit", "1"), 2),
        (("edit", "99", "--note", "x"), 1),
        (("edit", "x", "--note", "x"), 1),
        (("split", "1", "2026-03-02T07:00"), 1),
        (("merge", "1"), 1),
        (("merge", "1", "99"), 1),
        (("duplicate", "1", "2026-13-01"), 2),
        (("delete", "99999999999999999999", "--yes"), 1),
        (("redo",), 1),
        (("submit", "2026-03-02"), 1),
        (("submit", "monday"), 2),
        (("approve", "nobody", "2026-03-02"), 1),
        (("decline", "root", "2026-03-02"), 2),
    ],
)
def test_what_is_wrong_ends_with_its_status_and_changes_nothing(orion: Program, tmp_path: Path, words, status) -> None:
    add(orion, "08:00", "--minutes", "30")

    def dump() -> list[str]:
        with sqlite3.connect(tmp_path / "stagewatch.db") as live:
            found = list(live.iterdump())
        live.close()
        return found

    before = dump()
    said = orion("time", *words, "--json")
    assert said.status == status and said.json["error"]["message"] and "Traceback" not in said.err
    assert dump() == before


def test_a_week_goes_its_way(orion: Program) -> None:
    orion("company", "set", "weeks_approved=true")
    orion("user", "add", "boss", "--role", "manager", "--team", "A")
    orion("user", "add", "anna", "--team", "A")
    assert orion("--as", "anna", "client", "add", "Vega").status == 0
    assert orion("--as", "anna", "time", "add", "--client", "Vega", "--start", "2026-03-03T09:00", "--minutes", "60").status == 0
    week = "2026-03-02"
    assert orion("--as", "anna", "time", "submit", week, "--json").json["state"] == "submitted"
    assert orion("--as", "anna", "time", "withdraw", week).status == 0
    orion("--as", "anna", "time", "submit", week)
    waiting = orion("--as", "boss", "time", "weeks", "--state", "submitted", "--json").json["weeks"]
    assert [(one["employee"], one["week"]) for one in waiting] == [("anna", week)]
    assert orion("--as", "anna", "time", "approve", "anna", week).status == 1
    declined = orion("--as", "boss", "time", "decline", "anna", week, "--reason", "two days are missing", "--json").json
    assert (declined["state"], declined["answer"], declined["answered_by"]) == ("declined", "two days are missing", "boss")
    orion("--as", "anna", "time", "submit", week)
    assert orion("--as", "boss", "time", "approve", "anna", week, "--json").json["state"] == "approved"
    assert code(orion("--as", "anna", "time", "edit", "1", "--note", "x", "--json")) == (1, "locked")
    assert code(orion("--as", "anna", "time", "undo", "--json")) == (1, "locked")
    assert orion("doctor").status == 0
    assert orion("--as", "boss", "time", "reopen", "anna", week, "--reason", "one more").status == 0
    assert orion("--as", "anna", "time", "edit", "1", "--note", "x").status == 0
    assert "anna" in orion("time", "weeks").out
