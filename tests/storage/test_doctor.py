"""What stages ask for has invariants too: the doctor finds each that is broken, and nothing where none is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.exchange.demo import fill_demo
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, setup, views
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import Store, open_store

BREAKS = {
    "a tick is of an action of its visit's stage":
        "UPDATE tick SET stage_action_id = (SELECT id FROM stage_action WHERE stage_id <> (SELECT stage_id FROM visit"
        " WHERE visit.id = visit_id) LIMIT 1) WHERE id = 1",
    "a custom value's field is of a type that its deal has or had":
        "UPDATE custom_value SET deal_id = (SELECT min(id) FROM deal WHERE deal_type_id = 1) WHERE id = 1",
    "a stage asks for fields of its own type that are in use":
        "UPDATE custom_field SET archived_at = 1 WHERE id = (SELECT min(custom_field_id) FROM stage_field)",
    "a transition is between stages of its type":
        "INSERT INTO transition (deal_type_id, from_stage_id, to_stage_id, kind) VALUES (1, 1, 4, 'forbidden')",
    "an open request is for a stage of its deal's type": "UPDATE move_request SET stage_id = 1 WHERE id = 1",
    "an answered request says by whom": "UPDATE move_request SET state = 'declined', answered_at = 1 WHERE id = 1",
    "a week that was handed in begins on a Monday":
        "INSERT INTO timesheet_week (employee_id, monday, state, submitted_at, answer) VALUES (1, '2026-11-17', 'submitted', 1, '')",
    "a budget warns at percentages":
        "INSERT INTO budget (client_id, seconds, warn_at, created_at) VALUES (1, 3600, '80;100', 1)",
    "a deal began with its first visit": "UPDATE deal SET started_at = started_at + 1 WHERE id = 1",
    "one company": "DELETE FROM company",
    "somebody is administrator": "UPDATE employee SET can_login = FALSE WHERE role = 'admin'",
    "every currency is known": "UPDATE target SET currency = 'EURO' WHERE id = 1",
    "every day is one of the calendar":
        "INSERT INTO exchange_rate (from_currency, to_currency, day, units, places, created_at)"
        " VALUES ('EUR', 'USD', '2026-02-30', 1, 0, 1)",
    "every time zone is known": "UPDATE employee SET timezone = 'Mars/Olympus' WHERE id = 2",
    "only a lost deal has a loss reason of the list": "UPDATE deal SET loss_reason_id = 1 WHERE outcome = 'won'",
    "a stage of a retyped deal stands for one of another type":
        "INSERT INTO stage_map (deal_id, from_stage_id, to_stage_id) VALUES (1, 1, 2)",
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    fill_demo(path, deals=200, today=date(2026, 11, 24), admin="root")
    return path


def broken(store: Store) -> list[str]:
    return [check.name for check in checks(store) if not check.ok]


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found_and_nothing_else(filled: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes(filled.read_bytes())
    path.chmod(0o600)
    store = open_store(path)
    assert broken(store) == []
    with store.writing():
        assert store.database.execute_sql(BREAKS[name]).rowcount > 0
    assert broken(store) == [name]


def test_a_retype_and_a_merge_leave_the_store_sound(session: Session) -> None:
    people.add_employee(session, "anna", name="Anna", role="rep")
    types = []
    for name in ("One", "Two"):
        type_id = setup.add_type(session, name, mode="free")
        types.append((type_id, [setup.add_stage(session, type_id, stage) for stage in "AB"]))
        setup.add_field(session, type_id, "Same", kind="text")
        setup.add_field(session, type_id, f"Of {name}", kind="text")
    (one, (a, b)), (two, (c, _d)) = types
    setup.set_authority(session, b, "enter", ["admin"])
    first, second = (
        commands.new_deal(
            session, "Orion", type_id=type_id, owner="anna", custom={"Same": said, f"Of {name}": said}
        ).deal_id
        for type_id, name, said in ((one, "One", "x"), (two, "Two", "y"))
    )
    commands.request_move(Session(session.store, acting("anna", "")), first, b)
    commands.set_deal(session, first, custom={"Same": ""})
    commands.merge_deals(session, first, second)
    assert [(field.name, field.text) for field in views.deal(session, first).fields] == [("Same", "y"), ("Of One", "x")]
    assert broken(session.store) == []
    commands.retype_deal(session, first, two, {a: c})
    assert broken(session.store) == [] and views.open_requests(session) == []
    commands.undo(session, first)
    assert broken(session.store) == [] and len(views.open_requests(session)) == 1
