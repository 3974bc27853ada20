"""timer … and the company's hours, holidays and closed time, from the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Program

FORGET = "UPDATE journal SET at = at - 7200000000; UPDATE time_entry SET started_at = started_at - 10800000000"


@pytest.fixture
def sql(tmp_path: Path):
    """Runs statements in the program's store."""

    def run(statements: str) -> None:
        with sqlite3.connect(tmp_path / "stagewatch.db") as live:
            live.executescript(statements)
        live.close()

    return run


def code(said) -> tuple[int, str]:
    return said.status, said.json["error"]["code"]


def test_a_forgotten_timer_stands_in_the_way_until_it_is_answered_for(program: Program, sql) -> None:
    entry = program("timer", "start", "--note", "x", "--json").json["id"]
    assert code(program("timer", "recover", "--trim", "--json")) == (1, "not_forgotten")
    sql(FORGET)
    for words in (("start",), ("switch",), ("continue",)):
        said = program("timer", *words, "--json")
        assert code(said) == (1, "timer_forgotten")
        assert said.json["error"]["details"][0]["id"] == entry
    assert "timer recover" in program("timer", "status").out
    left = program("timer", "recover", "--trim", "--json").json
    assert left["id"] == entry and 3595 <= left["seconds"] <= 3605
    assert program("timer", "start").status == 0


def test_the_other_answers(program: Program, sql) -> None:
    program("timer", "start")
    sql(FORGET)
    assert program("timer", "recover", "--keep", "--json").json["ended_at"] is None
    assert program("timer", "stop").status == 0 and program("timer", "start").status == 0
    sql("DELETE FROM time_entry WHERE ended_at IS NOT NULL; DELETE FROM sign_of_life; " + FORGET)
    assert code(program("timer", "recover", "--end", "2199-01-01T10:00", "--json")) == (1, "in_future")
    assert program("timer", "recover", "--discard", "--json").json == {"discarded": True}
    assert program("timer", "status", "--json").json["running"] is None


@pytest.mark.parametrize("answers", [(), ("--keep", "--trim"), ("--end", "soon"), ("--end", "-25:61")])
def test_one_answer_that_can_be_read(program: Program, sql, answers) -> None:
    program("timer", "start")
    sql(FORGET)
    assert program("timer", "recover", *answers).status == 2
    assert program("timer", "status", "--json").json["running"] is not None


def test_a_forgotten_timer_is_stopped_without_a_question(program: Program, sql) -> None:
    program("timer", "start")
    sql(FORGET)
    assert program("timer", "stop", "--json").json["seconds"] >= 10800


@pytest.mark.parametrize(("at", "seconds"), [("-15m", 900), ("-0:20", 1200), ("-1h5m", 3900)])
def test_a_late_start_says_how_long_ago(program: Program, at, seconds) -> None:
    assert 0 <= program("timer", "start", "--at", at, "--json").json["seconds"] - seconds <= 5


def test_going_on_and_the_note_of_what_runs(program: Program) -> None:
    assert code(program("timer", "continue", "--json")) == (1, "nothing_to_continue")
    assert code(program("timer", "note", "x", "--json")) == (1, "nothing_runs")
    program("deal", "new", "Orion")
    first = program("timer", "start", "--deal", "1", "--note", "a", "--json").json
    assert program("timer", "note", "b", "--json").json["note"] == "b"
    program("timer", "switch", "--note", "c")
    again = program("timer", "continue", str(first["id"]), "--json").json
    assert again["id"] != first["id"] and (again["deal"], again["note"]) == (1, "b")
    for wrong in ("99", "x", "-1"):
        assert program("timer", "continue", "--json", "--", wrong).status == 1


def test_rate_and_charge_of_what_runs(program: Program, sql) -> None:
    sql("INSERT INTO rate (side, from_day, amount, currency, created_at) VALUES ('bill', '2020-01-01', 15000, 'EUR', 0)")
    entry = program("timer", "start", "--at", "-1h", "--json").json
    assert entry["rate"] == {"amount": "150.00", "currency": "EUR"}
    status = program("timer", "status", "--json").json
    assert status["charge"]["amount"].startswith("150.") and status["running"]["charge"] == status["charge"]
    assert "150.00" in program("timer", "status").out
    assert program("timer", "stop", "--json").json["charge"]["amount"].startswith("150.")


def test_hours_are_said_for_days_and_shown(program: Program) -> None:
    program("company", "hours", "mon-fri", "9:00-18:00")
    program("company", "hours", "fri,sat", "10:00-24:00")
    program("company", "hours", "wed", "closed")
    found = {line["day"]: (line["opens"], line["closes"]) for line in program("company", "hours", "--json").json["hours"]}
    assert found["mon"] == ("09:00", "18:00") and found["fri"] == found["sat"] == ("10:00", "24:00")
    assert found["wed"] == found["sun"] == (None, None)


@pytest.mark.parametrize(
    ("words", "status"),
    [(("mon",), 2), (("foo", "9:00-18:00"), 2), (("mon", "9-18"), 2), (("mon", "18:00-9:00"), 1), (("mon", "9:00-25:00"), 1),
     (("mon", "9:00-9:00"), 1)],
)  # fmt: skip
def test_hours_that_cannot_be_change_nothing(program: Program, words, status) -> None:
    before = program("company", "hours").out
    assert program("company", "hours", *words).status == status
    assert program("company", "hours").out == before


def test_holidays_are_added_removed_and_taken_from_a_country(program: Program) -> None:
    def days() -> dict[str, str]:
        return {one["day"]: one["name"] for one in program("company", "holidays", "list", "--json").json["holidays"]}

    assert program("company", "holidays", "DE-BY", "--year", "2026").status == 0
    assert "2026-01-06" in days() and "2026-12-25" in days()
    program("company", "holidays", "add", "2026-12-24", "Christmas Eve")
    assert days()["2026-12-24"] == "Christmas Eve"
    assert code(program("company", "holidays", "add", "2026-12-24", "--json")) == (1, "exists")
    program("company", "holidays", "remove", "2026-12-24")
    assert "2026-12-24" not in days()
    assert program("company", "holidays", "remove", "2026-12-24").status == 1
    before = days()
    for country in ("XX", "DE-XX", "Germany", "../x"):
        assert code(program("company", "holidays", country, "--json")) == (1, "unknown_country")
    assert program("company", "holidays", "add", "2026-13-24").status == 2
    assert days() == before


def test_the_company_closes_time_and_asks_for_approval(program: Program) -> None:
    found = program("company", "set", "weeks_approved=true", "locked_before=2199-01-01", "--json").json
    assert (found["weeks_approved"], found["locked_before"]) == (True, "2199-01-01")
    assert code(program("timer", "start", "--at", "-15m", "--json")) == (1, "locked")
    assert program("company", "set", "locked_before=", "--json").json["locked_before"] is None
    assert program("timer", "start", "--at", "-15m").status == 0
    assert program("company", "set", "locked_before=soon").status == 2
    assert program("company", "set", "weeks_approved=maybe").status == 1


def test_only_administrators_set_hours_and_holidays(program: Program) -> None:
    program("user", "add", "anna")
    for words in (("hours", "mon", "9:00-18:00"), ("holidays", "add", "2026-12-24"), ("holidays", "DE")):
        assert program("--as", "anna", "company", *words).status == 1


def test_a_start_tells_on_stderr_that_a_budget_is_spent(program: Program) -> None:
    program("client", "add", "Orion")
    program("time", "add", "--client", "Orion", "--start", "2026-01-05T09:00Z", "--minutes", "60")
    program("budget", "set", "--client", "Orion", "--hours", "1")
    said = program("timer", "start", "--client", "Orion", "--json")
    assert said.status == 0 and "Orion" in said.err and "100 %" in said.err and said.json["client"] == "Orion"
