"""Bad input about time, from the command line: each is told clearly, and nothing is written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Program, Said

TOGGL = "User,Email,Client,Project,Description,Billable,Start date,Start time,End date,End time,Duration\n"


def code(said: Said) -> tuple[int, str]:
    return said.status, said.json["error"]["code"]


def dump(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "stagewatch.db") as live:
        found = list(live.iterdump())
    live.close()
    return found


@pytest.fixture
def store(program: Program) -> Program:
    """Orion, an entry 1 of it, a category that is somebody's, one that a rate names and one that is free."""
    program("client", "add", "Orion")
    program("time", "add", "--client", "Orion", "--start", "2026-03-02T09:00", "--minutes", "60")
    program("user", "set", "root", "--category", "Junior", "--from", "2026-01-01")
    for name in ("Partner", "Free"):
        program("category", "add", name)
    program("rate", "set", "--category", "Partner", "--from", "2026-01-01", "50", "EUR")
    return program


@pytest.mark.parametrize(
    ("words", "expected", "said"),
    [
        (("time", "add", "--start", "2026-03-05T10:00", "--end", "2026-03-05T09:00"), (1, "end_before_start"), "before the start"),
        (("time", "add", "--start", "2026-03-05T10:00", "--end", "2026-03-07T02:00"), (1, "too_long"), "24 hours"),
        (("time", "add", "--start", "2026-03-05T10:00", "--minutes", "2400"), (1, "bad_duration"), "24 hours"),
        (("time", "add", "--start", "2026-03-05T10:00", "--minutes", "-5"), (1, "end_before_start"), "before the start"),
        (("time", "add", "--start", "2025-12-31T10:00", "--end", "2026-12-31T10:00"), (1, "too_long"), "24 hours"),
        (("time", "add", "--start", "2029-03-05T10:00", "--minutes", "5"), (1, "too_far"), "a year ahead"),
        (("time", "add", "--start", "1969-03-05T10:00", "--minutes", "5"), (1, "too_far"), "1970"),
        (("time", "add", "--start", "2026-03-05T10:00", "--minutes", "25:61"), (2, "usage"), "25:61"),
        (("time", "add", "--start", "2026-03-05T25:61", "--minutes", "5"), (2, "bad_instant"), '"2026-03-05T25:61"'),
        (("time", "edit", "1", "--end", "2026-03-02T08:00"), (1, "end_before_start"), "before the start"),
        (("time", "edit", "1", "--start", "2026-02-28T08:00"), (1, "too_long"), "24 hours"),
        (("time", "edit", "1", "--end", "2026-03-04T08:00"), (1, "too_long"), "24 hours"),
        (("timer", "start", "--at", "25:61"), (2, "bad_instant"), '"25:61" is no time of day'),
        (("timer", "start", "--at", "-25:61"), (2, "bad_duration"), '"25:61" is no duration'),
        (("timer", "start", "--at", "2199-01-01T00:00"), (1, "in_future"), "in the future"),
        (("rate", "set", "--from", "2026-01-01", "-5", "EUR"), (1, "bad_amount"), "negative"),
        (("rate", "set", "--from", "2026-01-01", "1.0050", "EUR"), (1, "bad_amount"), "2 decimals"),
        (("rate", "set", "--from", "2026-01-01", "10.5", "JPY"), (1, "bad_amount"), "JPY has 0 decimals"),
        (("rate", "set", "--from", "2026-01-01", "1.2345", "KWD"), (1, "bad_amount"), "KWD has 3 decimals"),
        (("rate", "set", "--from", "2026-01-01", "10", "XXQ"), (1, "bad_currency"), "no currency"),
        (("rate", "set", "--from", "2026-02-30", "10", "EUR"), (2, "bad_date"), "no date"),
        (("category", "delete", "Junior"), (1, "category_used"), "in use"),
        (("category", "delete", "Partner"), (1, "category_used"), "in use"),
        (("category", "delete", "Nobody"), (1, "not_found"), "no category"),
        (("service", "rename", "Work", ""), (1, "empty"), "name"),
        (("service", "rename", "Nothing", "Other"), (1, "not_found"), "no service"),
    ],
)
def test_it_is_told_and_nothing_is_written(store: Program, tmp_path: Path, words, expected, said) -> None:
    before = dump(tmp_path)
    answer = store(*words, "--json")
    assert code(answer) == expected and said in answer.json["error"]["message"]
    assert dump(tmp_path) == before


def test_a_free_category_is_deleted(store: Program) -> None:
    assert store("category", "delete", "Free").status == 0


def test_an_entry_over_new_year_is_taken_whole(store: Program) -> None:
    made = store("time", "add", "--start", "2025-12-31T23:30", "--end", "2026-01-01T00:30", "--json").json
    assert made["seconds"] == 3600
    assert len(store("time", "list", "--from", "2025-12-31", "--to", "2025-12-31", "--json").json["entries"]) == 1


def test_a_service_that_is_renamed_or_archived_while_it_runs_stays_that_of_the_entry(store: Program) -> None:
    store("service", "add", "Advice")
    store("timer", "start", "--service", "Advice")
    store("service", "rename", "Advice", "Counsel")
    assert store("timer", "status", "--json").json["running"]["service"] == "Counsel"
    assert code(store("service", "rename", "Counsel", "Work", "--json")) == (1, "exists")
    store("service", "archive", "Counsel")
    assert store("timer", "stop", "--json").json["service"] == "Counsel"
    assert code(store("timer", "continue", "--json")) == (1, "service_archived")
    assert store("timer", "status", "--json").json["running"] is None


def test_a_stopwatch_of_more_than_a_day_stops_and_is_marked_for_a_look(store: Program) -> None:
    store("timer", "start", "--at", "-40h")
    made = store("timer", "stop", "--json").json
    assert made["seconds"] >= 40 * 3600 and made["marks"] == ["long"]
    assert "long" in store("time", "list").out and "To look at" in store("time", "list").out
    changed = store("time", "edit", str(made["id"]), "--start", made["ended_at"], "--json").json
    assert changed["marks"] == [] and "To look at" not in store("time", "list").out


def test_what_is_continued_is_the_last_thing_begun_not_what_is_planned(store: Program) -> None:
    store("service", "add", "Advice")
    store("timer", "start", "--service", "Advice")
    store("timer", "stop")
    planned = store("time", "add", "--start", "2199-01-01T00:00", "--minutes", "5", "--json")
    assert planned.status == 1
    from datetime import UTC, datetime, timedelta

    ahead = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")
    assert store("time", "add", "--service", "Work", "--start", ahead, "--minutes", "5").status == 0
    assert store("timer", "continue", "--json").json["service"] == "Advice"


def test_entries_tell_their_rate_and_charge(store: Program) -> None:
    store("rate", "set", "--client", "Orion", "--from", "2026-01-01", "150", "EUR", "--yes")
    one = store("time", "list", "--json").json["entries"][0]
    assert (one["rate"]["amount"], one["charge"]) == ("150.00", {"amount": "150.00", "currency": "EUR"})
    assert store("time", "edit", "1", "--note", "x", "--json").json["charge"]["amount"] == "150.00"


ROWS = {
    "one,Yes,2026-02-02,09:00:00,2026-02-02,11:00:00,02:00:00": None,
    "two,Yes,2026-02-02,10:00:00,2026-02-02,12:00:00,02:00:00": "It overlaps row 1.",
    "three,Yes,2026-02-03,10:00:00,2026-02-03,09:00:00,01:00:00": "The end lies before the beginning.",
    "four,Yes,2026-02-04,10:00:00,2026-02-06,02:00:00,40:00:00": "An entry of more than 24 hours is too long.",
    "five,Yes,2198-02-04,10:00:00,2198-02-04,11:00:00,01:00:00": "The instant is in the future.",
    "six,Yes,2026-03-02,09:30:00,2026-03-02,09:40:00,00:10:00": "It overlaps the entry 1.",
    "seven,Yes,2026-02-07,25:61:00,2026-02-07,26:00:00,01:00:00": '"25:61:00" is no time of day.',
    "eight,Yes,2026-02-08,10:00:00,2026-02-08,11:00:00,25:61": '"25:61" is no duration.',
    "nine,Yes,2025-12-31,23:00:00,2026-01-01,01:00:00,02:00:00": None,
}


def test_of_an_import_each_bad_row_is_told_by_its_number(store: Program, tmp_path: Path) -> None:
    path = tmp_path / "toggl.csv"
    path.write_text(TOGGL + "".join(f"root,r@example.org,Orion,P,{row}\n" for row in ROWS))
    wanted = [(row, reason) for row, reason in enumerate(ROWS.values(), 1) if reason]
    before = dump(tmp_path)
    said = store("import", "time", str(path), "--json")
    assert code(said) == (1, "rows_rejected") and dump(tmp_path) == before
    assert [(one["row"], one["reason"]) for one in said.json["error"]["details"]] == wanted
    taken = store("import", "time", str(path), "--partial", "--json").json
    assert taken["created"] == {"entries": 2} and [(one["row"], one["reason"]) for one in taken["rejected"]] == wanted
    again = store("import", "time", str(path), "--partial", "--json").json
    assert (again["created"], again["unchanged"]) == ({}, 2)


def test_two_time_zones_in_one_file_are_each_read_as_said(store: Program, tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text(
        "start,end,timezone,user,client,description\n"
        "2026-05-01 09:00,2026-05-01 10:00,Europe/Berlin,root,Orion,a\n"
        "2026-05-01 18:00,2026-05-01 19:00,Asia/Kathmandu,root,Orion,b\n"
        "2026-05-02T09:00:00+02:00,2026-05-02T10:00:00Z,,root,Orion,c\n"
        "2026-05-01 18:00,2026-05-01 19:00,Mars/Base,root,Orion,d\n"
    )
    taken = store("import", "time", str(path), "--partial", "--json").json
    assert [(one["row"], one["column"]) for one in taken["rejected"]] == [(4, "timezone")]
    entries = store("time", "list", "--from", "2026-05-01", "--json").json["entries"]
    assert [(one["note"], one["started_at"], one["seconds"]) for one in reversed(entries)] == [
        ("a", "2026-05-01T07:00:00Z", 3600), ("b", "2026-05-01T12:15:00Z", 3600), ("c", "2026-05-02T07:00:00Z", 10800),
    ]  # fmt: skip
    assert store("doctor").status == 0
