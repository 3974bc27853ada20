"""What the commands print: JSON as the contract fixes it, and lines that do no harm."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from models.pipeline import views
from models.storage.database import database
from models.values.text import width_of as cells
from tests.cli.conftest import Program

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
HOSTILE = "\u202eevil [@click=app.quit]X[/] \u200b" + "e\u0301\u0301\u0301\u0301\u0301"


def test_a_deal_is_shown_as_the_contract_says(program: Program) -> None:
    made = program("deal", "new", "Orion", "--title", "Site", "--amount", "1234.5", "--expected", "2026-12-31", "--json")
    assert made.status == 0
    deal = made.json
    assert deal["amount"] == {"amount": "1234.50", "currency": "EUR"}
    assert (deal["client"], deal["title"], deal["owner"], deal["outcome"]) == ("Orion", "Site", "root", "open")
    assert (deal["expected_close"], deal["version"], deal["fields"], deal["requests"]) == ("2026-12-31", 1, [], [])
    assert [(action["done_at"], action["who"]) for action in deal["stage_actions"]] == [(None, "owner")] * 3
    (visit,) = deal["visits"]
    assert INSTANT.fullmatch(visit["entered_at"]) and visit["left_at"] is None and visit["by"] == "root"
    assert visit["entered_as"] == "start" and visit["left_as"] is None and visit["seconds"] >= 0
    assert program("--json", "deal", "show", "1").json == program("deal", "--json", "show", "1").json
    changed = program("deal", "set", "1", "probability=30", "amount=", "--json").json
    assert changed["probability"] == 0.3 and changed["amount"] is None


def make_type(program: Program, mode: str, *options: str) -> None:
    program("type", "add", "T", "--mode", mode, *options)
    for name in ("A", "B", "C", "D"):
        assert program("stage", "add", "--type", "T", name).status == 0
    assert program("stage", "forbid", "--type", "T", "B", "D").status == 0


@pytest.mark.parametrize("mode", ["strict", "semi-strict", "free"])
@pytest.mark.parametrize("way", [(), ("B",), ("B", "C"), ("B", "C", "D")])
def test_what_show_allows_a_move_does_and_what_it_refuses_is_refused(
    program: Program, mode: str, way: tuple[str, ...]
) -> None:
    make_type(program, mode, "--returns")
    program("deal", "new", "Orion", "--type", "T")
    for stage in way:
        assert program("deal", "move", "1", stage).status == 0
    shown = program("deal", "show", "1", "--json").json
    told = {*shown["allowed"], *(refusal["stage"] for refusal in shown["refused"])}
    assert told == {"A", "B", "C", "D"} - {shown["stage"]}
    for stage in shown["allowed"]:
        assert program("deal", "move", "1", stage).status == 0
        assert program("deal", "undo", "1").status == 0
    for refusal in shown["refused"]:
        said = program("deal", "move", "1", refusal["stage"], "--json")
        assert (said.status, said.json["error"]["code"]) == (1, "move_refused")
        assert said.json["error"]["details"] == refusal["objections"]
        assert all(set(one) == {"code", "message", "lift"} for one in refusal["objections"])


def test_a_deal_is_closed_held_reopened_and_taken_back(program: Program) -> None:
    program("deal", "new", "Orion")
    assert program("deal", "lose", "1", "--json").json["error"]["details"][0]["code"] == "reason_required"
    assert program("deal", "hold", "1", "--reason", "waiting", "--json").json["held"] is True
    assert program("deal", "resume", "1", "--json").json["held"] is False
    lost = program("deal", "lose", "1", "--reason", "price", "--json").json
    assert (lost["outcome"], lost["close_reason"], lost["visits"][-1]["left_as"]) == ("lost", "price", "lost")
    assert program("deal", "reopen", "1", "--reason", "again", "--json").json["outcome"] == "open"
    steps = program("deal", "undo", "--list", "--json").json["steps"]
    assert [step["command"] for step in steps] == ["deal.reopen", "deal.lose", "deal.resume", "deal.hold"]
    assert program("deal", "undo", "--step", str(steps[0]["step"]), "--json").json["outcome"] == "lost"
    assert program("deal", "redo", "1", "--json").json["outcome"] == "open"
    assert program("deal", "win", "1", "--json").json["outcome"] == "won"


def test_a_list_as_of_the_past_shows_deals_where_they_stood(program: Program) -> None:
    program("deal", "new", "Orion", "--at", "2026-01-10T10:00")
    program("deal", "move", "1", "Demonstration", "--at", "2026-02-10T10:00")
    program("deal", "win", "1", "--at", "2026-03-10T10:00")

    def stood(day: str) -> list[tuple[str, str]]:
        return [(d["stage"], d["outcome"]) for d in program("deal", "list", "--as-of", day, "--json").json["deals"]]

    assert stood("2026-01-01") == []
    assert stood("2026-01-11") == [("Initiating interest", "open")]
    assert stood("2026-02-10T10:00:00Z") == [("Demonstration", "open")]
    assert stood("2026-04-01") == [("Demonstration", "won")]
    assert program("deal", "list", "--as-of", "2199-01-01", "--json").json["error"]["code"] == "in_future"


def test_late_entry_reads_local_time_of_the_actor(program: Program) -> None:
    program("user", "set", "root", "--timezone", "Europe/Berlin")
    deal = program("deal", "new", "Orion", "--at", "2026-01-10T10:00", "--json").json
    assert deal["visits"][0]["entered_at"] == "2026-01-10T09:00:00Z"


def test_stages_are_added_renamed_moved_archived_and_removed(program: Program) -> None:
    stage = program("stage", "add", "Trial", "--norm", "5d", "--probability", "30", "--position", "2", "--json").json
    assert (stage["name"], stage["norm"], stage["probability"], stage["position"]) == ("Trial", 432000, 0.3, 2)
    assert program("stage", "rename", "trial", "Pilot", "--json").json["id"] == stage["id"]
    names = [s["name"] for s in program("stage", "move", "Pilot", "1", "--json").json["stages"]]
    assert names[0] == "Pilot"
    program("deal", "new", "Orion", "--stage", "Pilot")
    assert program("stage", "archive", "Pilot", "--json").json["error"]["code"] == "stage_in_use"
    program("deal", "move", "1", "Demonstration")
    assert program("stage", "remove", "Pilot", "--json").json["error"]["code"] == "stage_has_history"
    assert program("stage", "archive", "Pilot", "--json").json["archived"] is True
    program("stage", "add", "Never used")
    left = [s["name"] for s in program("stage", "remove", "Never used", "--json").json["stages"]]
    assert "Never used" not in left
    assert [t["name"] for t in program("type", "list", "--json").json["types"]] == ["Quick Sales"]


def test_activities_are_planned_listed_postponed_and_done(program: Program) -> None:
    program("deal", "new", "Orion")
    made = program("activity", "add", "--deal", "1", "--kind", "call", "--due", "2026-01-05", "Ring", "--json").json
    assert (made["client"], made["due_on"], made["has_time"]) == ("Orion", "2026-01-05", False)
    assert [a["text"] for a in program("agenda", "--json").json["overdue"]] == ["Ring"]
    later = program("activity", "postpone", str(made["id"]), "2199-01-05T10:00", "--json").json
    assert (later["due_at"], later["has_time"]) == ("2199-01-05T10:00:00Z", True)
    assert program("agenda", "--json").json["overdue"] == []
    assert program("activity", "done", str(made["id"]), "--json").json["done_at"] is not None
    assert len(program("activity", "list", "--client", "orion", "--json").json["activities"]) == 1


def test_the_stopwatch_runs_switches_and_stops(program: Program) -> None:
    assert program("timer", "status", "--json").json == {"running": None, "seconds": 0, "charge": None}
    program("deal", "new", "Orion")
    entry = program("timer", "start", "--deal", "1", "--note", "draft", "--json").json
    assert (entry["client"], entry["deal"], entry["service"], entry["note"]) == ("Orion", 1, "Work", "draft")
    running = program("timer", "status", "--json").json["running"]
    assert running["id"] == entry["id"] and running["ended_at"] is None and INSTANT.fullmatch(running["started_at"])
    program("client", "add", "Zeta")
    second = program("timer", "switch", "--client", "Zeta", "--json").json
    assert second["id"] != entry["id"] and second["client"] == "Zeta"
    assert program("timer", "stop", "--json").json["ended_at"] is not None
    assert program("timer", "stop", "--json").json["error"]["code"] == "nothing_runs"
    assert [s["name"] for s in program("service", "list", "--json").json["services"]] == ["Work"]
    assert program("service", "add", "Talks", "--json").json["name"] == "Talks"


def test_the_report_says_the_same_in_all_formats(program: Program) -> None:
    for client in ("Orion", "Zeta", "Orion"):
        program("deal", "new", client)
    program("deal", "move", "3", "Demonstration")
    report = program("report", "clients", "--json").json
    assert report == {**program("report", "clients", "--format", "json").json, "as_of": report["as_of"]}
    assert (report["deals"], report["clients"]) == (3, 2)
    rows = list(csv.DictReader(io.StringIO(program("report", "clients", "--format", "csv").out)))
    whole = {row["stage"]: (int(row["deals"]), int(row["clients"])) for row in rows if not row["rep"]}
    assert whole == {stage["stage"]: (stage["deals"], stage["clients"]) for stage in report["stages"]}
    for form in ("table", "chart"):
        out = program("report", "clients", "--format", form).out
        assert "Demonstration" in out and "\x1b" not in out


def test_clients_are_found_in_any_case_and_changed(program: Program) -> None:
    program("client", "add", "Рога и Копыта", "city=Москва", "--phone", "+7 495")
    (found,) = program("client", "find", "КОПЫТА", "--json").json["clients"]
    assert (found["name"], found["city"], found["open_deals"]) == ("Рога и Копыта", "Москва", 0)
    assert program("client", "set", str(found["id"]), "name=Рога", "mail=a@b.c", "--json").json["mail"] == "a@b.c"
    assert program("client", "set", "Рога", "colour=red", "--json").json["error"]["code"] == "unknown_field"
    assert program("client", "find", "копыта", "--json").json["clients"] == []


def test_hostile_text_is_kept_and_printed_harmlessly(program: Program) -> None:
    name = f"Zeta {HOSTILE}"
    assert program("deal", "new", name, "--title", HOSTILE).status == 0
    for arguments in (("client", "list"), ("deal", "list"), ("deal", "show", "1"), ("client", "show", "1")):
        out = program(*arguments).out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", out), arguments
        raw = program(*arguments, "--json")
        assert not re.search("[\x7f-\x9f\u202e\u200b]", raw.out)
        assert "\u202eevil" in json.dumps(raw.json, ensure_ascii=False), "as data it is whole"
    said = program("deal", "new", "evil\x1b[2Jname", "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "bad_text")
    said = program("client", "show", "no\x1b]52;c;x\x07body")
    assert said.status == 1 and "\x1b" not in said.err and "\x07" not in said.err
    half = program("client", "find", "\ud800", "--json")
    assert half.status == 0 and half.json == {"clients": []}


def test_wide_and_combining_signs_are_counted_in_cells() -> None:
    assert [cells(text) for text in ("abc", "жук", "日本", "e\u0301")] == [3, 3, 4, 1]


def test_a_store_is_backed_up_checked_and_restored(program: Program, tmp_path: Path) -> None:
    program("deal", "new", "Orion")
    assert program("backup", str(tmp_path / "copy.db")).status == 0
    assert program("backup", str(tmp_path / "copy.db"), "--json").json["error"]["code"] == "file_exists"
    program("deal", "new", "Zeta")
    assert program("restore", str(tmp_path / "copy.db"), "--json").json["error"]["code"] == "file_exists"
    kept = program("restore", str(tmp_path / "copy.db"), "--force", "--json").json["kept"]
    assert Path(kept).exists()
    assert len(program("deal", "list", "--json").json["deals"]) == 1
    for _time in range(3):
        assert program("backup", "--keep", "2", str(tmp_path / "kept")).status == 0
    assert len(list((tmp_path / "kept").iterdir())) == 2
    report = program("doctor", "--json")
    assert report.status == 0 and report.json["ok"] is True
    assert all(set(check) == {"name", "ok", "detail"} for check in report.json["checks"])
    assert program("migrate", "--json").json["steps"] == []
    (tmp_path / "stagewatch.db").chmod(0o644)
    broken = program("doctor", "--json")
    assert broken.status == 1 and broken.json["ok"] is False


def test_who_acts_is_asked_for_where_it_is_not_clear(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.call.unix_user", lambda: "nobody-here")
    program("user", "add", "anna", "--role", "rep")
    assert program("client", "list", "--json").json["error"]["code"] == "no_actor"
    assert program("--as", "anna", "type", "add", "X", "--mode", "free", "--json").json["error"]["code"] == "not_found"
    assert program("--as", "anna", "deal", "new", "Orion", "--json").json["owner"] == "anna"
    monkeypatch.setenv("STAGEWATCH_AS", "root")
    assert program("deal", "list", "--rep", "anna", "--json").json["deals"][0]["client"] == "Orion"


def test_the_employees_language_is_spoken_unless_another_is_asked_for(program: Program) -> None:
    program("user", "set", "root", "--language", "ru")
    russian = program("deal", "show", "9").err
    assert russian != "There is no deal 9.\n"
    assert program("--language", "en", "deal", "show", "9").err == "There is no deal 9.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(bare: Program, shell: str) -> None:
    said = bare("completion", shell)
    assert said.status == 0 and "_STAGEWATCH_COMPLETE" in said.out


def test_an_amount_in_another_currency_is_worked_out_in_the_transaction_that_writes_it(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("deal", "new", "Orion", "--amount", "1500")
    read, seen = views.deal, []
    monkeypatch.setattr(views, "deal", lambda *asked: seen.append(database.in_transaction()) or read(*asked))
    said = program("deal", "set", "1", "currency=JPY", "--json").json
    assert said["amount"] == {"amount": "1500", "currency": "JPY"} and seen[0]
