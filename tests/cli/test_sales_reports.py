"""report volumes, funnel, ageing and reps from the command line: the contract's JSON, other forms, bad input, rights."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from models.exchange.demo import fill_demo
from models.storage.store import open_store
from tests.cli.conftest import Program

REPORTS = ("volumes", "funnel", "ageing", "reps")


@pytest.fixture
def sold(program: Program) -> Program:
    """Three deals of Quick Sales, one of them won; anna sells, mark leads her team."""
    program("user", "add", "anna", "--team", "North")
    program("user", "add", "mark", "--role", "manager", "--team", "North")
    program("user", "add", "boris", "--team", "South")
    for client, amount, owner in (("Orion", "1000", "anna"), ("[bold]Vega", "20.5", "boris"), ("=cmd", "7", "anna")):
        program("deal", "new", client, "--amount", amount, "--currency", "EUR", "--owner", owner, "--expected", "2027-03-01")
    program("deal", "win", "3")
    program("target", "set", "anna", "2027-03", "5000", "EUR")
    return program


def test_volumes_print_the_contracts_json(sold: Program) -> None:
    found = sold("report", "volumes", "--json").json
    assert {"stages", "months", "reps", "without_amount", "without_date", "forecast"} <= set(found)
    assert list(found["stages"][0]) == ["stage", "deals", "held", "amounts", "probability", "probability_source", "weighted"]
    assert [list(one) for one in (found["months"][0], found["reps"][0])] == [
        ["month", "planned", "weighted", "won", "target"], ["rep", "planned", "weighted", "won", "target"],
    ]  # fmt: skip
    assert found["stages"][0]["probability"] == 1 and found["stages"][0]["probability_source"] == "observed"
    months = {one["month"]: one for one in found["months"]}
    assert months["2027-03"]["planned"] == [{"amount": "1020.50", "currency": "EUR"}]
    assert months["2027-03"]["target"] == [{"amount": "5000.00", "currency": "EUR"}]
    assert [one["rep"] for one in found["reps"]] == ["anna", "boris"] and found["forecast"] is None


def test_the_funnel_prints_the_contracts_json(sold: Program) -> None:
    found = sold("report", "funnel", "--format", "json").json
    assert list(found) == ["started", "stages", "won", "share"]
    assert list(found["stages"][0]) == ["stage", "actual", "implied", "open_before", "share", "share_implied"]
    assert (found["started"], found["won"], len(found["stages"])) == (3, 1, 3)
    assert sold("report", "funnel", "--type", "all").status == 2


def test_ageing_and_reps_print_json(sold: Program) -> None:
    found = sold("report", "ageing", "--flag", "no-next-step", "--json").json
    assert (found["open"], found["ageing"], found["idle"], found["no_next_step"]) == (2, 0, 0, 2)
    assert {one["client"] for one in found["deals"]} == {"Orion", "[bold]Vega"}
    assert (found["deals"][0]["limit"], found["deals"][0]["limit_source"]) == (7 * 86_400, "norm")
    found = sold("report", "reps", "--type", "all", "--json").json
    [anna, boris] = found["reps"]
    assert (anna["deals"], anna["deals_won"], anna["share"], anna["few"], boris["share"]) == (1, 1, 1, True, None)
    assert found["together"]["planned"] == [{"amount": "1020.50", "currency": "EUR"}]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--as-of", "2199-01-01T00:00:00Z"), (2, "in_future")),
        (("--from", "2026-02-01", "--to", "2026-01-31"), (2, "bad_period")),
        (("--from", "2026-13-01"), (2, "bad_date")),
        (("--type", "Nothing"), (1, "not_found")),
        (("--rep", "nobody"), (1, "not_found")),
        (("--team", "Nowhere"), (1, "not_found")),
        (("--rep", "anna", "--team", "North"), (2, "one_of")),
        (("--clock", "sand"), (2, "usage")),
    ],
)
def test_what_cannot_be_asked_is_refused(sold: Program, report: str, words: tuple[str, ...], expected: tuple[int, str]) -> None:
    said = sold("report", report, *words, "--json")
    assert (said.status, said.json["error"]["code"]) == expected


def test_a_sum_in_one_currency_needs_a_rate(sold: Program) -> None:
    said = sold("report", "volumes", "--currency", "RUB", "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "no_exchange_rate")
    assert [(one["from"], one["to"]) for one in said.json["error"]["details"]] == [("EUR", "RUB")]
    assert sold("report", "volumes", "--currency", "XXQ").status == 1
    sold("currency", "rate", "set", "EUR", "RUB", "90", "--from", "2020-01-01")
    found = sold("report", "volumes", "--currency", "RUB", "--json").json["converted"]
    assert found["planned"] == {"amount": "91845.00", "currency": "RUB"} and found["rates"][0]["day"] == "2020-01-01"
    assert "1 EUR = 90 RUB" in sold("report", "volumes", "--currency", "RUB").out


def test_the_working_clock_needs_hours(sold: Program) -> None:
    for report in ("ageing", "reps"):
        said = sold("report", report, "--clock", "working", "--json")
        assert (said.status, said.json["error"]["code"]) == (1, "no_hours")
    sold("company", "hours", "mon-fri", "9:00-17:30")
    assert sold("report", "ageing", "--clock", "working", "--json").json["clock"] == "working"
    assert "8.5" in sold("report", "reps", "--clock", "working").out


def test_nobody_is_told_of_deals_of_others(sold: Program) -> None:
    for report in REPORTS:
        for login, sees, not_sees in (("anna", "Orion", "Vega"), ("mark", "Orion", "Vega"), ("boris", "Vega", "Orion")):
            said = sold("--as", login, "report", report, "--json", *(("--flag", "no-next-step") if report == "ageing" else ()))
            assert said.status == 0 and not_sees not in said.out
            if report == "ageing":
                assert sees in said.out
    assert '"boris"' not in sold("--as", "mark", "report", "reps", "--json").out
    assert sold("--as", "anna", "report", "volumes", "--rep", "boris", "--json").json["reps"] == []


def test_the_other_forms_of_a_full_store(bare: Program, tmp_path, monkeypatch) -> None:
    fill_demo(tmp_path / "full.db", deals=120, seed=4, admin="root")
    open_store(tmp_path / "full.db").close()
    monkeypatch.setenv("STAGEWATCH_DB", str(tmp_path / "full.db"))
    monkeypatch.setenv("STAGEWATCH_AS", "root")
    for report in REPORTS:
        table = bare("report", report)
        assert table.status == 0 and "Demonstration" in table.out or report == "reps", table.err
        drawn = bare("report", report, "--format", "chart")
        assert drawn.status == 0 and "█" in drawn.out and "\x1b" not in drawn.out
        rows = list(csv.DictReader(io.StringIO(bare("report", report, "--format", "csv").out)))
        assert rows and None not in rows[0] and None not in rows[0].values()
        assert json.loads(bare("report", report, "--type", "Consulting", "--json").out)
        assert bare("--language", "ru", "report", report).status == 0
    whole = bare("report", "volumes", "--format", "csv").out
    stages = [row for row in csv.DictReader(io.StringIO(whole)) if row["by"] == "stage"]
    reps = [row for row in csv.DictReader(io.StringIO(whole)) if row["by"] == "rep"]
    assert sum(float(row["planned"] or 0) for row in stages) == pytest.approx(sum(float(row["planned"] or 0) for row in reps))
    assert any(row["target"] for row in reps)


def test_text_from_outside_is_harmless_in_every_form(sold: Program) -> None:
    sold("deal", "reopen", "3", "--reason", "again")
    rows = list(csv.DictReader(io.StringIO(sold("report", "ageing", "--flag", "no-next-step", "--format", "csv").out)))
    assert {row["client"] for row in rows} == {"Orion", "[bold]Vega", "'=cmd"}
    assert "[bold]Vega" in sold("report", "ageing", "--flag", "no-next-step").out


@pytest.mark.parametrize("report", REPORTS)
def test_an_empty_store_has_empty_reports(program: Program, report: str) -> None:
    for form in ("table", "json", "csv", "chart"):
        assert program("report", report, "--format", form).status == 0


EVERY = ("clients", "durations", "transitions", "volumes", "funnel", "ageing", "reps", "paths", "trend", "time", "margin")


@pytest.mark.parametrize("report", EVERY)
def test_a_team_is_told_as_its_people_are_and_another_ones_does_not_exist(sold: Program, report: str) -> None:
    def told(*words: str) -> str:
        said = sold(*words, "--json")
        assert said.status == 0, said.out
        return said.out

    assert sold("report", report, "--team", "North", "--rep", "anna", "--json").json["error"]["code"] == "one_of"
    south = told("report", report, "--team", "South")
    assert without_instants(south) == without_instants(told("report", report, "--rep", "boris"))
    if report in ("clients", "volumes", "reps"):
        assert south != told("report", report)
    if report == "margin":
        return  # for accountants and administrators alone
    assert told("--as", "mark", "report", report, "--team", "North")
    strange, missing = (sold("--as", "mark", "report", report, "--team", name, "--json") for name in ("South", "Nowhere"))
    assert strange.status == missing.status == 1
    assert strange.out.replace("South", "X") == missing.out.replace("Nowhere", "X")


def without_instants(out: str) -> str:
    return re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', "-", out)


def test_two_teams_stand_beside_each_other_and_none_beside_a_rep(sold: Program) -> None:
    found = sold("report", "compare", "--team", "North", "--with-team", "South", "--json").json
    assert [side["team"] for side in found["sides"]] == ["North", "South"]
    reps = sold("report", "compare", "--rep", "anna", "--with", "boris", "--json").json
    assert found["measures"] == reps["measures"], "the manager has no deals"
    table = sold("report", "compare", "--team", "North", "--with-team", "South")
    assert table.status == 0 and "North" in table.out and "South" in table.out
    assert sold("report", "compare", "--team", "North", "--with", "boris", "--json").json["error"]["code"] == "one_of"
    assert sold("report", "compare", "--with-team", "South", "--json").json["error"]["code"] == "sides_overlap"
    strange, missing = (
        sold("--as", "mark", "report", "compare", "--team", "North", "--with-team", name, "--json") for name in ("South", "Nowhere")
    )
    assert strange.status == missing.status == 1
    assert strange.out.replace("South", "X") == missing.out.replace("Nowhere", "X")


def test_the_forecast_joins_the_months_of_the_volumes_as_table_and_chart(bare: Program, tmp_path, monkeypatch) -> None:
    fill_demo(tmp_path / "full.db", deals=120, seed=4, admin="root")
    open_store(tmp_path / "full.db").close()
    monkeypatch.setenv("STAGEWATCH_DB", str(tmp_path / "full.db"))
    monkeypatch.setenv("STAGEWATCH_AS", "root")
    alone, table = (bare("report", "volumes", *words) for words in ((), ("--forecast",)))
    assert alone.status == table.status == 0 and "P50" not in alone.out
    head = next(line for line in table.out.splitlines() if line.startswith("Month"))
    assert head.split()[-3:] == ["P10", "P50", "P90"] and "Planned" in head and "Target" in head
    assert "New deals are not invented" in table.out and "Together" in table.out
    drawn, with_band = (bare("report", "volumes", "--format", "chart", *words) for words in ((), ("--forecast",)))
    assert "░ planned" in drawn.out and "P90" not in drawn.out
    assert "├●┤ forecast P10–P50–P90" in with_band.out and "░ planned" in with_band.out and "│●│" in with_band.out
    assert bare("report", "volumes", "--forecast", "--format", "csv").out.startswith("month,currency,p10")


@pytest.mark.parametrize("kind", ["clients", "durations", "volumes", "transitions", "funnel", "ageing", "reps", "time", "margin", "paths"])
def test_every_report_takes_what_the_contract_fixes(program, kind):
    said = "--rep", "root", "--from", "2026-01-01", "--to", "2026-01-31", "--as-of", "2026-02-01", "--clock", "calendar"
    assert program("report", kind, "--type", "Quick Sales", *said, "--json").status == 0
    refused = program("report", kind, "--from", "2026-02-01", "--to", "2026-01-01", "--json")
    assert (refused.status, refused.json["error"]["code"]) == (2, "bad_period")


@pytest.mark.parametrize("report", ["ageing", "reps", "margin", "transitions", "volumes", "volumes --backtest"])
def test_csv_has_the_figures_of_json_under_its_names(bare: Program, tmp_path, monkeypatch, report: str) -> None:
    fill_demo(tmp_path / "full.db", deals=60, seed=4, admin="root")
    monkeypatch.setenv("STAGEWATCH_DB", str(tmp_path / "full.db"))
    monkeypatch.setenv("STAGEWATCH_AS", "root")
    said = bare("report", *report.split(), "--json").json
    lists = {"ageing": "deals", "margin": "clients", "reps": "reps", "volumes --backtest": "rows"}
    one = said[lists.get(report, "stages")][0]
    row = next(csv.DictReader(io.StringIO(bare("report", *report.split(), "--format", "csv").out)))
    # sums stand in a row for each currency, lists within a line in rows of their own, `utilisation` follows from the seconds
    elsewhere = {"client", "utilisation", "stage", "amounts", "to", "win_counts_set"}
    assert {name for name in one if name not in elsewhere} <= set(row)
    flat = {name: value for name, value in one.items() if name in row and isinstance(value, (bool, int, str))}
    assert {name: row[name] for name in flat} == {name: str(int(value) if isinstance(value, bool) else value) for name, value in flat.items()}
