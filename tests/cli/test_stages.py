"""The stage engine on the command line: what stages ask for, requests, several deals, type files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.exchange.demo import fill_demo
from models.people.views import acting, people
from models.pipeline import commands, views
from models.session import Session
from models.storage.database import database
from models.storage.store import open_store
from models.values.errors import StepRefused
from tests.cli.conftest import Program
from tests.conftest import ROOT


def sales(program: Program) -> None:
    """A strict type A, B, C with a rep and a manager of one team."""
    program("user", "add", "anna", "--team", "North")
    program("user", "add", "max", "--role", "manager", "--team", "North")
    program("type", "add", "T", "--mode", "strict", "--default")
    for name in "ABC":
        assert program("stage", "add", name).status == 0


def test_a_stage_is_added_with_all_that_it_asks_for_at_once(program: Program) -> None:
    sales(program)
    program("field", "add", "Contract no")
    made = program(
        "stage", "add", "D", "--norm", "5d", "--probability", "30", "--enter-role", "manager", "--enter-employee", "root",
        "--leave-role", "admin", "--leave-employee", "anna", "--requires", "amount", "--requires", "contract no",
        "--requires-to-leave", "expected", "--action", "Sign", "--action", "File", "--required", "--responsible", "anna",
        "--required-of-all", "--json",
    )  # fmt: skip
    stage = made.json
    assert made.status == 0 and stage["warnings"] == []
    assert (stage["norm"], stage["probability"], stage["responsible"], stage["required_of_all"]) == (432000, 0.3, "anna", True)
    assert (sorted(stage["enter"]), sorted(stage["leave"])) == (["manager", "root"], ["admin", "anna"])
    assert (stage["requires"], stage["requires_to_leave"]) == (["amount", "Contract no"], ["expected"])
    assert [(a["text"], a["required"], a["who"], a["due"]) for a in stage["actions"]] == [
        ("Sign", True, "owner", None), ("File", True, "owner", None),
    ]  # fmt: skip
    [listed] = [one for one in program("stage", "list", "--json").json["stages"] if one["name"] == "D"]
    assert listed == program("stage", "show", "D", "--json").json == {k: v for k, v in stage.items() if k != "warnings"}
    out = program("stage", "show", "D").out
    assert all(word in out for word in ("Sign", "File", "required", "5 d", "manager", "Contract no"))


def test_what_is_not_said_stays_and_an_empty_value_clears(program: Program) -> None:
    sales(program)
    program("stage", "set", "B", "--enter-role", "manager", "--requires", "amount", "--norm", "2d", "--leave-employee", "anna")
    kept = program("stage", "rename", "B", "Offer", "--probability", "40", "--json").json
    assert (kept["name"], kept["enter"], kept["leave"], kept["requires"], kept["norm"]) == ("Offer", ["manager"], ["anna"], ["amount"], 172800)
    gone = program("stage", "set", "Offer", "--name", "B", "--enter-role", "", "--requires", "", "--norm", "", "--json").json
    assert (gone["name"], gone["enter"], gone["leave"], gone["requires"], gone["norm"]) == ("B", [], ["anna"], [], None)


def test_a_refused_part_leaves_the_whole_stage_undone(program: Program) -> None:
    sales(program)
    before = program("stage", "list", "--json").json
    for wrong in (
        ("add", "D", "--action", "X", "--action", "x"), ("add", "D", "--requires", "nothing"), ("set", "B", "--norm", "9d", "--action", ""),
        ("add", "D", "--enter-employee", "bob"), ("set", "B", "--probability", "10", "--enter-role", "boss"),
    ):  # fmt: skip
        assert program("stage", *wrong).status in (1, 2), wrong
    assert program("stage", "list", "--json").json == before
    assert program("stage", "set", "B").status == 2


def test_actions_are_added_changed_placed_and_removed(program: Program) -> None:
    sales(program)
    program("stage", "action", "add", "B", "Send the offer", "--required", "--kind", "mail", "--due", "2d", "--guidance", "One page.")
    program("stage", "action", "add", "B", "Call", "--position", "1", "--who", "manager")
    program("stage", "action", "set", "B", "send", "--optional", "--due", "", "--text", "Mail the offer")
    stage = program("stage", "action", "set", "B", "1", "--kind", "call", "--who", "owner", "--json").json
    assert [(a["text"], a["required"], a["who"], a["kind"], a["due"], a["guidance"]) for a in stage["actions"]] == [
        ("Call", False, "owner", "call", None, ""), ("Mail the offer", False, "owner", "mail", None, "One page."),
    ]  # fmt: skip
    stage = program("stage", "action", "set", "B", "Call", "--position", "2", "--json").json
    assert [a["text"] for a in stage["actions"]] == ["Mail the offer", "Call"]
    assert [a["text"] for a in program("stage", "action", "remove", "B", "Call", "--json").json["actions"]] == ["Mail the offer"]
    assert program("stage", "action", "remove", "B", "Call", "--json").json["error"]["code"] == "not_found"
    assert program("stage", "action", "set", "B", "mail").status == 2


def test_an_archived_stage_hands_its_deals_on_or_nothing_happens(program: Program) -> None:
    sales(program)
    for client in ("Orion", "Zeta"):
        program("deal", "new", client)
    program("stage", "set", "B", "--requires", "amount")
    program("deal", "set", "1", "amount=5")
    refused = program("stage", "archive", "A", "--move-to", "B", "--json").json["error"]
    assert refused["code"] == "stage_in_use" and [d["id"] for d in refused["details"]] == [2]
    assert "amount" in program("stage", "archive", "A", "--move-to", "B").err
    assert program("deal", "show", "1", "--json").json["stage"] == "A"
    program("deal", "set", "2", "amount=5")
    done = program("stage", "archive", "A", "--move-to", "B", "--json")
    assert (done.status, done.json["archived"], done.json["moved"]) == (0, True, [1, 2])
    assert "2" in done.err and "B" in done.err
    assert [deal["stage"] for deal in program("deal", "list", "--json").json["deals"]] == ["B", "B"]


def test_a_change_that_bars_the_way_to_win_is_warned_of(program: Program) -> None:
    sales(program)
    said = program("stage", "forbid", "A", "B", "--json")
    assert said.status == 0 and len(said.json["warnings"]) == 1
    assert said.json["warnings"][0] in said.err
    assert "No way to win" in program("stage", "set", "A", "--norm", "5d").err
    assert program("stage", "allow", "A", "B", "--json").json["warnings"] == []


def test_actions_of_a_deal_are_ticked_and_shown(program: Program) -> None:
    sales(program)
    program("stage", "action", "add", "A", "Call them", "--required", "--guidance", "Early.")
    program("stage", "action", "add", "A", "Write", "--who", "manager")
    program("deal", "new", "Orion")
    assert program("deal", "move", "1", "B", "--json").json["error"]["details"][0]["code"] == "actions_missing"
    card = program("deal", "tick", "1", "call", "--json").json
    first, second = card["stage_actions"]
    assert (first["text"], first["required"], first["who"], first["done_by"]) == ("Call them", True, "owner", "root")
    assert first["done_at"].endswith("Z") and (second["who"], second["done_at"], second["done_by"]) == ("manager", None, None)
    assert "[x]" in program("deal", "show", "1").out
    assert program("deal", "tick", "1", "Write", "--json").json["error"]["details"][0]["code"] == "no_authority"
    assert program("deal", "untick", "1", "1", "--json").json["stage_actions"][0]["done_at"] is None
    program("deal", "tick", "1", "Call them")
    assert program("deal", "move", "1", "B").status == 0


def test_custom_fields_are_set_shown_and_asked_for(program: Program) -> None:
    sales(program)
    for kind in ("text", "number", "money", "date", "yes/no"):
        assert program("field", "add", f"F {kind}", "--kind", kind).status == 0
    choice = program("field", "add", "Size", "--kind", "choice", "--choice", "S", "--choice", "L", "--json").json
    assert (choice["kind"], choice["choices"]) == ("choice", ["S", "L"])
    deal = program("deal", "new", "Orion", "--set", "f text=a=b", "--set", "size=l", "--json").json
    assert {f["name"]: f["value"] for f in deal["fields"]}["Size"] == "L"
    deal = program(
        "deal", "set", "1", "F number=12,5", "F money=10 USD", "F date=2026-12-31", "f yes/no=no", "title=T", "Size=", "--json"
    ).json  # fmt: skip
    assert deal["title"] == "T" and {f["name"]: f["value"] for f in deal["fields"]} == {
        "F text": "a=b", "F number": "12.5", "F money": {"amount": "10.00", "currency": "USD"}, "F date": "2026-12-31",
        "F yes/no": False, "Size": None,
    }  # fmt: skip
    assert program("deal", "set", "1", "Size=XL", "--json").json["error"]["code"] == "bad_value"
    wrong = program("deal", "set", "1", "Colour=red")
    assert wrong.status == 1 and "Size" in wrong.err
    program("stage", "set", "B", "--requires", "Size")
    assert program("deal", "show", "1", "--json").json["refused"][0]["objections"][0]["code"] == "fields_missing"
    program("field", "set", "Size", "--name", "Width", "--choice", "M")
    assert "Width" in [f["name"] for f in program("field", "list", "--json").json["fields"]]
    assert program("field", "archive", "Width", "--json").json["archived"] is True
    assert program("deal", "show", "1", "--json").json["allowed"] == ["B"]


def test_loss_reasons_are_listed_added_and_taken_off(program: Program) -> None:
    before = [one["name"] for one in program("reason", "list", "--json").json["reasons"]]
    assert "Too expensive" in before
    assert program("reason", "add", "Moved away", "--json").json["archived"] is False
    assert program("reason", "add", "moved AWAY", "--json").json["error"]["code"] == "exists"
    assert program("reason", "archive", "moved away", "--json").json["archived"] is True
    assert program("reason", "archive", "moved away", "--json").json["error"]["code"] == "not_found"


def test_a_move_is_asked_for_accepted_declined_and_withdrawn(program: Program) -> None:
    sales(program)
    program("stage", "set", "B", "--enter-role", "manager")
    program("deal", "new", "Orion", "--owner", "anna")
    asked = program("--as", "anna", "deal", "request", "1", "B", "--reason", "Signed", "--json").json
    assert (asked["deal"], asked["from"], asked["stage"], asked["asked_by"], asked["own"], asked["may"]) == (1, "A", "B", "anna", True, False)
    assert [one["id"] for one in program("--as", "max", "deal", "requests", "--json").json["requests"]] == [asked["id"]]
    assert program("deal", "requests", "--json").json["requests"] == [], "the administrator has no authority here"
    number = str(asked["id"])
    assert program("--as", "anna", "deal", "accept", number, "--json").json["error"]["code"] == "not_found"
    assert program("--as", "max", "deal", "decline", number, "--json").json["error"]["code"] == "reason_required"
    assert program("--as", "max", "deal", "decline", number, "--reason", "Early", "--json").json["requests"] == []
    again = str(program("--as", "anna", "deal", "request", "1", "B", "--json").json["id"])
    assert program("deal", "show", "1", "--json").json["requests"][0]["id"] == int(again)
    assert program("--as", "anna", "deal", "withdraw", again, "--json").json["requests"] == []
    last = str(program("--as", "anna", "deal", "request", "1", "B", "--json").json["id"])
    accepted = program("--as", "max", "deal", "accept", last, "--answer", "Good", "--json").json
    assert (accepted["stage"], accepted["visits"][-1]["by"], accepted["visits"][-1]["reason"]) == ("B", "max", "Good")
    assert program("--as", "anna", "deal", "request", "1", "C", "--json").json["error"]["code"] == "not_needed"
    program("deal", "set", "1", "owner=anna")
    program("stage", "set", "B", "--leave-role", "manager")
    program("type", "set", "T", "--mode", "free")
    assert program("--as", "anna", "deal", "request", "1", "won", "--json").json["stage"] is None


def test_several_deals_are_moved_and_those_refused_are_told(program: Program) -> None:
    sales(program)
    for client in ("Orion", "Zeta", "Nova"):
        program("deal", "new", client)
    program("deal", "lose", "3", "--reason", "price")
    said = program("deal", "move", "1", "2", "2", "3", "9", "B", "--json")
    assert said.status == 0
    assert [deal["id"] for deal in said.json["deals"]] == [1, 2] and {d["stage"] for d in said.json["deals"]} == {"B"}
    assert [(one["id"], one["objections"][0]["code"]) for one in said.json["refused"]] == [(3, "deal_closed"), (9, "not_found")]
    out = program("deal", "move", "1", "3", "C").out
    assert "Orion" in out and "3" in out and "lost" in out
    undone = program("deal", "undo")
    assert undone.status == 0
    none = program("deal", "win", "1", "3", "--json")
    assert none.status == 1 and none.json["error"]["code"] == "move_refused"
    assert [one["id"] for one in none.json["error"]["details"]] == [1, 3]
    both = program("deal", "lose", "1", "2", "--reason", "price", "--json")
    assert [deal["outcome"] for deal in both.json["deals"]] == ["lost", "lost"]
    together = program("deal", "undo", "--json")
    assert together.json["outcome"] == "open" and "1" in together.err
    assert program("deal", "move", "1", "2", "C", "--version", "1").status == 2
    assert program("deal", "move", "1", "1", "C", "--json").json["stage"] == "C", "one deal is told as one"


def test_a_deal_is_retyped_as_the_person_maps_it(program: Program) -> None:
    sales(program)
    program("deal", "new", "Orion")
    assert program("deal", "retype", "1", "Quick Sales", "--json").json["error"]["code"] == "stage_unmapped"
    card = program("deal", "retype", "1", "Quick Sales", "--map", "a=Demonstration", "--reason", "smaller", "--json").json
    assert (card["type"], card["stage"], card["visits"][-1]["entered_as"]) == ("Quick Sales", "Demonstration", "retyped")
    assert program("deal", "undo", "1", "--json").json["type"] == "T"
    assert program("deal", "retype", "1", "Quick Sales", "--map", "A", "--json").status == 2


def test_deleting_and_merging_ask_first_and_a_deleted_deal_comes_back(program: Program) -> None:
    sales(program)
    program("deal", "new", "Orion", "--title", "One")
    program("deal", "new", "Orion", "--amount", "70")
    asked = program("deal", "merge", "1", "2", "--json")
    assert (asked.status, asked.json["error"]["code"]) == (1, "confirmation_needed")
    assert [one["change"] for one in asked.json["error"]["details"]] == ["changed", "deleted"]
    merged = program("deal", "merge", "1", "2", "--yes", "--json").json
    assert merged["amount"]["amount"] == "70.00" and program("deal", "show", "2").status == 1
    program("deal", "new", "Orion")
    assert program("deal", "delete", "3", "--json").json["error"]["code"] == "confirmation_needed"
    assert program("deal", "delete", "3", "--yes", "--version", "9", "--json").status == 3
    assert program("deal", "delete", "3", "--yes", "--json").json["deleted"] is True
    assert program("deal", "show", "3").status == 1
    assert program("deal", "undo", "3", "--json").json["id"] == 3
    assert program("deal", "redo", "3", "--json").json == {"id": 3, "deleted": True}


def test_a_new_process_undoes_what_planned_an_activity(program: Program, tmp_path: Path) -> None:
    """The journal's lines name tables of flats that the process had no need of so far."""
    sales(program)
    program("stage", "action", "add", "B", "Call", "--due", "1d")
    program("deal", "new", "Orion")
    program("deal", "move", "1", "B")
    ran = subprocess.run(
        [sys.executable, "-m", "cli", "--as", "root", "deal", "undo", "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["stage"] == "A"
    assert program("activity", "list", "--deal", "1", "--json").json["activities"] == []


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_type_goes_to_a_file_and_comes_back(program: Program, tmp_path: Path, form: str) -> None:
    sales(program)
    program("stage", "set", "B", "--action", "Sign", "--required", "--enter-employee", "anna")
    file = tmp_path / f"t.{form}"
    told = program("type", "export", "T", "-o", str(file), "--json").json if form == "toml" else None
    program("type", "export", "T", "-o", str(file))
    assert told is None or (told["format"], told["stages"]) == ("toml", 3)
    assert program("type", "export", "T", "--format", form).out == file.read_text(encoding="utf-8")
    same = program("type", "import", str(file), "--json").json
    assert (same["changes"], same["name"]) == ([], "T")
    program("stage", "set", "B", "--probability", "50")
    asked = program("type", "import", str(file), "--json")
    assert (asked.status, asked.json["error"]["code"]) == (1, "confirmation_needed")
    assert asked.json["error"]["details"] == [{"kind": "stage", "name": "B", "change": "changed"}]
    assert program("stage", "show", "B", "--json").json["probability"] == 0.5
    done = program("type", "import", str(file), "--yes", "--json")
    assert done.json["changes"] == asked.json["error"]["details"]
    assert program("stage", "show", "B", "--json").json["probability"] is None
    other = program("type", "import", str(file), "--name", "Other", "--json").json
    assert (other["name"], other["stages"], other["changes"]) == ("Other", 3, [{"kind": "type", "name": "Other", "change": "added"}])
    assert json.loads(program("type", "export", "T", "--json").out)["name"] == "T"


def test_a_type_file_that_cannot_be_taken_changes_nothing(program: Program, tmp_path: Path) -> None:
    before = program("type", "list", "--json").json
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "X"\nmode = "free"\n[[stages]]\nname = "A"\n[[stages.actions]]\ntext = "Do"\nwho = "bob"\n')
    said = program("type", "import", str(wrong), "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "bad_file")
    assert said.json["error"]["details"][0]["place"] == "stages[0].actions[0].who"
    for path in (tmp_path / "none.toml", tmp_path):
        assert program("type", "import", str(path), "--json").json["error"]["code"] == "bad_file"
    assert program("type", "list", "--json").json == before
    assert program("type", "export", "Quick Sales", "-o", str(tmp_path / "no" / "t.toml"), "--json").json["error"]["code"] == "file_unwritable"


DAY = date(2026, 11, 24)


@pytest.mark.parametrize("login", ["root", "owner", "manager"])
def test_what_a_card_says_and_what_a_move_does_agree_for_every_deal_and_stage(tmp_path: Path, login: str) -> None:
    path = tmp_path / "demo.db"
    fill_demo(path, deals=60, today=DAY, admin="root")
    store = open_store(path)
    root = Session(store, acting("root", ""))
    managers = {person.team: person.login for person in people() if person.role == "manager"}
    teams = {person.login: person.team for person in people()}
    moved = refused = 0
    for (deal,) in database.execute_sql("SELECT id FROM deal ORDER BY id").fetchall():
        card = views.deal(root, deal)
        who = {"root": "root", "owner": card.owner, "manager": managers[teams[card.owner]]}[login]
        session = replace(root, actor=acting(who, ""))
        card = views.deal(session, deal)
        told = {stage_id: () for stage_id, _name in card.allowed} | {one.stage_id: one.objections for one in card.refused}
        stages = {stage.id for stage in views.stages(session, card.type_id) if not stage.archived}
        assert set(told) == stages - {card.stage_id}
        for stage_id, objections in told.items():
            before = views.deal(session, deal)
            try:
                commands.move_deal(session, deal, stage_id)
            except StepRefused as error:
                assert error.objections == objections != (), (deal, stage_id)
                refused += 1
            else:
                assert objections == (), (deal, stage_id)
                assert views.deal(session, deal).stage_id == stage_id
                commands.undo(session, deal)
                moved += 1
            after = views.deal(session, deal)
            assert (after.visits[-1].entered_at, after.stage_id, after.stage_actions) == (
                before.visits[-1].entered_at, before.stage_id, before.stage_actions,
            )  # fmt: skip
    assert moved > 20 and refused > 20
    store.close()


def test_the_same_holds_through_the_program(bare: Program) -> None:
    assert bare("demo", "--deals", "60", "--admin", "root", "--today", "2026-11-24").status == 0
    some = [deal["id"] for name in ("Quick Sales", "Consulting", "Freight") for deal in bare("deal", "list", "--type", name, "--limit", "2", "--json").json["deals"]]
    for deal in map(str, some):
        card = bare("deal", "show", deal, "--json").json
        for stage in card["allowed"]:
            assert bare("deal", "move", deal, stage, "--json").json["stage"] == stage
            assert bare("deal", "undo", deal, "--json").json["stage"] == card["stage"]
        for one in card["refused"]:
            said = bare("deal", "move", deal, one["stage"], "--json")
            assert (said.status, said.json["error"]["details"]) == (1, one["objections"])


def test_types_stages_and_reasons_come_back_and_take_other_names(program: Program) -> None:
    sales(program)
    made = program("type", "add", "Tenders", "--mode", "free", "--json").json
    assert made["archived"] is False
    assert program("type", "archive", "T", "--json").json["error"]["code"] == "type_is_default"
    assert program("type", "archive", "Tenders", "--json").json["archived"] is True
    assert program("deal", "new", "Orion", "--type", "Tenders", "--json").json["error"]["details"][0]["code"] == "type_archived"
    assert program("type", "restore", "Tenders", "--json").json["archived"] is False
    assert program("stage", "archive", "B", "--json").json["archived"] is True
    assert program("stage", "restore", "B", "--json").json["archived"] is False
    assert program("stage", "restore", "B", "--json").json["error"]["code"] == "not_archived"
    program("reason", "add", "Too dear")
    assert program("reason", "rename", "too dear", "Price", "--json").json["name"] == "Price"
    assert program("reason", "rename", "too dear", "x").status == 1
