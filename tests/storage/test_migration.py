"""A store of schema 1, full of rows, comes to today's schema without loss."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from models.exchange import demo
from models.people.views import acting
from models.pipeline import commands, views
from models.session import Session
from models.storage import backup, migrate, store
from models.storage.doctor import checks
from models.values import instants

DAY = 86_400_000_000


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A store that the first step alone has made, with the rows of the sample company."""
    full = tmp_path / "full.db"
    demo.fill_demo(full, deals=60, reps=4, seed=3, today=date(2026, 11, 20), admin="root")
    steps = tmp_path / "steps"
    steps.mkdir()
    (steps / "0001_first.py").write_text((migrate.STEPS / "0001_first.py").read_text())
    path = tmp_path / "old.db"
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "STEPS", steps)
        patch.setattr(migrate, "SCHEMA_VERSION", 1)
        store.create_store(path).close()
    live = sqlite3.connect(path, isolation_level=None)
    live.execute("PRAGMA foreign_keys = 0")
    live.execute("ATTACH ? AS full", (str(full),))
    for table in tables(live):
        columns = ", ".join(columns_of(live, table))
        live.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM full.{table}")
    live.execute("DETACH full")
    assert live.execute("PRAGMA foreign_key_check").fetchall() == []
    yield path, live
    live.close()


def tables(live):
    names = live.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted({row[0] for row in names} - {"schema_migration"})


def columns_of(live, table):
    return [row[1] for row in live.execute(f"PRAGMA main.table_info({table})")]


def dump(live, shape):
    return {table: live.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1").fetchall() for table, columns in shape.items()}


def test_every_row_of_an_old_store_is_found_again(old, tmp_path):
    path, live = old
    shape = {table: columns_of(live, table) for table in tables(live)}
    before = dump(live, shape)
    assert {"activity", "deal", "visit", "journal", "time_entry"} <= {table for table, rows in before.items() if rows}
    live.close()
    opened = store.open_store(path)
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA user_version").fetchone() == (store.SCHEMA_VERSION,)
    assert dump(raw, shape) == before
    assert raw.execute("SELECT count(*) FROM deal WHERE loss_reason_id IS NOT NULL").fetchone() == (0,)
    assert {row[0] for row in raw.execute("SELECT version FROM deal_type")} == {1}
    assert [check.name for check in checks(opened) if not check.ok] == []
    [kept] = tmp_path.glob("old.db.before-schema-*-from-1")
    with sqlite3.connect(kept) as saved:
        assert dump(saved, shape) == before and saved.execute("PRAGMA user_version").fetchone() == (1,)
    fresh = store.create_store(tmp_path / "fresh.db")
    assert schema(raw) == schema(sqlite3.connect(fresh.path))
    fresh.close()
    raw.close()


def test_nobody_writes_between_the_backup_and_the_steps(old, tmp_path, monkeypatch):
    path, live = old
    copy, barred = backup.back_up, []

    def with_another_at_work(opened, target):
        made = copy(opened, target)
        try:
            live.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            barred.append(str(error))
        return made

    monkeypatch.setattr(backup, "back_up", with_another_at_work)
    live.execute("PRAGMA busy_timeout = 10")
    store.open_store(path).close()
    assert barred == ["database is locked"]
    [kept] = tmp_path.glob("old.db.before-schema-*")
    with sqlite3.connect(kept) as saved:
        assert saved.execute("PRAGMA user_version").fetchone() == (1,)


def schema(live):
    """Columns, indexes and triggers by table."""
    made = [row[0] for row in live.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    parts = live.execute("SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' ORDER BY type, name").fetchall()
    return {name: live.execute(f"PRAGMA table_info({name})").fetchall() for name in made}, parts


def test_work_goes_on_in_a_migrated_store(old):
    path, live = old
    live.close()
    session = Session(store.open_store(path), acting("root", ""))
    [deal, *_rest] = [one.id for one in views.deals(session, outcome="open")]
    commands.lose_deal(session, deal, reason="price")
    assert commands.undo(session, deal).deal_id == deal and views.deal(session, deal).outcome == "open"
    assert [check.name for check in checks(session.store) if not check.ok] == []
    session.store.close()


@pytest.fixture
def undated(session, monkeypatch):
    """The session of a store of schema 4, in whose deals percentages were changed day by day, and the days."""
    now = [instants.now() - 10 * DAY]
    at = replace(session, now=lambda: now[0])
    changed = commands.new_deal(at, "Orion", type_id=1, amount=100).deal_id
    steady = commands.new_deal(at, "Vega", type_id=1, amount=100).deal_id
    undone = commands.new_deal(at, "Sirius", type_id=1, amount=100).deal_id
    begun = now[0]
    for deal, changes in (
        (changed, {"probability": 20}), (changed, {"amount": 200}), (changed, {"probability": 90, "amount": 300}),
        (undone, {"probability": 10}), (undone, {"probability": 70}), (undone, None), (changed, {"probability": 80}),
    ):  # fmt: skip
        now[0] += DAY
        commands.set_deal(at, deal, **changes) if changes else commands.undo(at, deal)
    path = session.store.path
    session.store.close()
    live = sqlite3.connect(path)
    live.execute("UPDATE deal SET probability = 50 WHERE id = ?", (steady,))
    for line, content in live.execute("SELECT id, content FROM journal WHERE command = 'deal.set'").fetchall():
        said = json.loads(content)
        said["rows"] = [image for image in said["rows"] if image[0] == "deal" or "amount" in said["fields"]]
        for image in said["rows"]:
            if image[0] == "deal_terms":
                del image[3]["probability"]
        live.execute("UPDATE journal SET content = ? WHERE id = ?", (json.dumps(said), line))
    live.execute("DELETE FROM deal_terms WHERE at NOT IN (?, ?, ?)", (begun, begun + 2 * DAY, begun + 3 * DAY))
    live.execute("ALTER TABLE deal_terms DROP COLUMN probability")
    live.execute("DELETE FROM schema_migration WHERE name LIKE '0005%'")
    live.execute("PRAGMA user_version = 4")
    live.commit()
    live.close()
    return replace(at, store=store.open_store(path)), begun, (changed, steady, undone)


def test_percentages_of_the_past_are_taken_from_the_journal(undated):
    at, begun, (changed, steady, undone) = undated
    rows = at.store.database.execute_sql("SELECT deal_id, (at - ?) / ?, amount, probability FROM deal_terms ORDER BY 1, at", (begun, DAY))
    told = {}
    for deal, *row in rows.fetchall():
        told.setdefault(deal, []).append(tuple(row))
    assert told[changed] == [(0, 100, None), (1, 100, 20), (2, 200, 20), (3, 300, 90), (7, 300, 80)]
    assert told[steady] == [(0, 100, 50)]  # the journal tells of no change
    assert told[undone] == [(0, 100, None), (4, 100, 10)]  # what was taken back has not been
    # But for the journal, which the test wrote anew.
    assert [check.name for check in checks(at.store) if not check.ok and "journal" not in check.name] == []


def test_steps_from_before_percentages_were_dated_are_taken_back(undated):
    at, begun, (changed, _steady, _undone) = undated
    commands.undo(at, changed)
    assert views.deal(at, changed).probability == 90
    commands.undo(at, changed)
    assert (views.deal(at, changed).probability, views.deal(at, changed).amount.amount) == (20, 200)
    commands.redo(at, changed)
    assert (views.deal(at, changed).probability, views.deal(at, changed).amount.amount) == (90, 300)
    assert [check.name for check in checks(at.store) if not check.ok and "journal" not in check.name] == []
