"""report compare and report trend from the command line: every form, bad input, rights, names from outside."""

from __future__ import annotations

import csv
import io

import pytest

from models.exchange.demo import fill_demo
from models.storage.store import open_store
from tests.cli.conftest import Program


@pytest.fixture
def sold(program: Program) -> Program:
    """anna has won six of seven deals, boris one of seven; a stage bears a hostile name."""
    program("user", "add", "anna", "--team", "North")
    program("user", "add", "boris", "--team", "South")
    program("stage", "rename", "Demonstration", "=cmd[bold]", "--type", "Quick Sales")
    deal = 0
    for login, won in (("anna", 6), ("boris", 1)):
        for number in range(7):
            deal += 1
            program("deal", "new", f"Client {deal}", "--amount", "1000", "--currency", "EUR", "--owner", login)
            program("deal", "move", str(deal), "=cmd[bold]")
            program("deal", "win", str(deal)) if number < won else program("deal", "lose", str(deal), "--reason", "price")
    return program


def test_two_reps_in_json(sold: Program) -> None:
    found = sold("report", "compare", "--rep", "anna", "--with", "boris", "--json").json
    assert list(found) == ["type", "as_of", "clock", "resamples", "seed", "sides", "measures"]
    share = next(one for one in found["measures"] if one["measure"] == "won_share")
    assert (share["first"]["count"], share["second"]["count"], share["first"]["of"]) == (6, 1, 7)
    assert share["differs"] and share["few"] and share["low"] > 0 and share["method"] == "newcombe"
    won = next(one for one in found["measures"] if one["measure"] == "won_amount")
    assert won["difference"] == {"amount": "5000.00", "currency": "EUR"} and won["low"] is None


def test_two_reps_as_a_table_csv_and_chart(sold: Program) -> None:
    told = sold("report", "compare", "--rep", "anna", "--with", "boris")
    line = next(line for line in told.out.splitlines() if "won of closed" in line).replace("\xa0", " ")
    assert told.status == 0 and "86 % of 7" in line and "+71 pp" in line and "differs, few" in line
    rows = list(csv.DictReader(io.StringIO(sold("report", "compare", "--rep", "anna", "--with", "boris", "--format", "csv").out)))
    assert {row["stage"] for row in rows} >= {"'=cmd[bold]"}
    assert next(row for row in rows if row["measure"] == "won_share")["differs"] == "1"
    drawn = sold("report", "compare", "--rep", "anna", "--with", "boris", "--format", "chart")
    assert drawn.status == 0 and "anna less boris" in drawn.out and "●" in drawn.out and "├" in drawn.out


def test_two_periods(sold: Program) -> None:
    told = sold("report", "compare", "--from", "2026-01-01", "--with-from", "2025-01-01", "--with-to", "2025-12-31")
    assert told.status == 0 and "1 Jan 2025 – 31 Dec 2025" in told.out and "1 Jan 2026 – …" in told.out
    assert sold("--language", "ru", "report", "compare", "--from", "2026-01-01", "--with-from", "2025-01-01", "--with-to", "2025-12-31").status == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), (2, "nothing_beside")),
        (("--rep", "anna"), (2, "nothing_beside")),
        (("--rep", "anna", "--with", "anna"), (2, "same_sides")),
        (("--with", "anna"), (2, "sides_overlap")),
        (("--from", "2026-01-01", "--with-from", "2026-02-01"), (2, "sides_overlap")),
        (("--rep", "anna", "--with", "zoe"), (1, "not_found")),
        (("--from", "2026-13-01", "--with-from", "2025-01-01"), (2, "bad_date")),
        (("--from", "2026-02-01", "--to", "2026-01-01", "--with-to", "2025-01-01"), (2, "bad_period")),
        (("--rep", "anna", "--with", "boris", "--as-of", "2199-01-01T00:00:00Z"), (2, "in_future")),
        (("--rep", "anna", "--with", "boris", "--type", "all"), (2, "one_type")),
        (("--rep", "anna", "--with", "boris", "--clock", "working"), (1, "no_hours")),
    ],
)
def test_what_cannot_be_compared_is_told(sold: Program, words: tuple[str, ...], expected: tuple[int, str]) -> None:
    told = sold("report", "compare", *words, "--json")
    assert (told.status, told.json["error"]["code"]) == expected


def test_who_may_not_see_a_rep_is_told_that_there_is_none(sold: Program) -> None:
    told = sold("--as", "anna", "report", "compare", "--rep", "anna", "--with", "boris")
    assert told.status == 1 and "no such employee" in told.err


def test_the_trend_in_every_form(sold: Program) -> None:
    found = sold("report", "trend", "--json").json
    assert list(found) == ["type", "as_of", "clock", "months"]
    [month] = found["months"]
    assert list(month) == ["month", "partial", "started", "won", "lost", "share", "low", "high", "few", "won_amount", "open", "medians"]
    assert (month["started"], month["won"], month["lost"], month["open"], month["partial"]) == (14, 7, 7, 0, True)
    assert month["won_amount"] == [{"amount": "7000.00", "currency": "EUR"}]
    told = sold("report", "trend")
    assert told.status == 0 and "50\xa0%" in told.out and "only a part of the month" in told.out
    assert "Started" not in sold("report", "trend", "--measure", "amount").out
    rows = list(csv.DictReader(io.StringIO(sold("report", "trend", "--format", "csv").out)))
    assert {row["measure"] for row in rows} == {"started", "won", "lost", "open", "share", "won_amount", "median"}
    assert any(row["stage"] == "'=cmd[bold]" for row in rows)


@pytest.mark.parametrize("measure", ["deals", "share", "median", "amount", "open"])
def test_the_trend_draws_every_measure(bare: Program, tmp_path, monkeypatch, measure: str) -> None:  # type: ignore[no-untyped-def]
    fill_demo(tmp_path / "demo.db", admin="root", deals=300)
    open_store(tmp_path / "demo.db").close()
    monkeypatch.setenv("STAGEWATCH_DB", str(tmp_path / "demo.db"))
    drawn = bare("report", "trend", "--measure", measure, "--format", "chart")
    assert drawn.status == 0 and "┤" in drawn.out and "●" in drawn.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("--from", "2026-02-01", "--to", "2026-01-31"), (2, "bad_period")), (("--as-of", "2199-01-01T00:00:00Z"), (2, "in_future")), (("--rep", "zoe"), (1, "not_found"))],
)
def test_a_trend_that_cannot_be_told_is_refused(sold: Program, words: tuple[str, ...], expected: tuple[int, str]) -> None:
    told = sold("report", "trend", *words, "--json")
    assert (told.status, told.json["error"]["code"]) == expected
