"""The store: opened in one place, refused in words, guarded by itself, backed up while it is written."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import textwrap

import peewee
import pytest

import models.activities.tables
import models.clients.tables
import models.timekeeping.tables  # noqa: F401  (each declares its tables)
from models.pipeline import commands, views
from models.storage import backup, migrate, store
from models.storage.database import Row
from models.storage.doctor import checks
from models.storage.store import open_store
from models.values.errors import Refused, StoreUnusable


def failing(session):
    return [check.name for check in checks(session.store) if not check.ok]


def test_a_new_store_is_sound_private_and_safe(session):
    pragma = lambda name: session.store.database.execute_sql(f"PRAGMA {name}").fetchone()[0]  # noqa: E731
    assert (pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")) == ("wal", 2, 1)
    assert stat.S_IMODE(os.stat(session.store.path).st_mode) == 0o600
    assert failing(session) == []


def test_the_migrated_schema_is_the_one_the_tables_declare(session):
    """The frozen first step and the tables agree on every column, key and index."""

    def shape(database):
        found = {}
        for (name,) in database.execute_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " AND name <> 'schema_migration'"
        ).fetchall():
            columns = {
                (row[1], bool(row[3]), row[5])
                for row in database.execute_sql(f"PRAGMA table_info({name})").fetchall()
            }
            keys = {
                (row[3], row[2], row[6]) for row in database.execute_sql(f"PRAGMA foreign_key_list({name})")
            }
            indexes = set()
            for row in database.execute_sql(f"PRAGMA index_list({name})").fetchall():
                members = tuple(r[2] for r in database.execute_sql(f"PRAGMA index_info({row[1]})").fetchall())
                indexes.add((members, row[2], row[4]))
            found[name] = (columns, keys, indexes)
        return found

    declared = peewee.SqliteDatabase(":memory:")
    with declared.bind_ctx(Row.__subclasses__()):
        declared.create_tables(Row.__subclasses__())
        assert shape(session.store.database) == shape(declared)


def test_a_missing_store_says_what_to_type(tmp_path):
    with pytest.raises(StoreUnusable) as refusal:
        store.open_store(tmp_path / "none.db")
    assert refusal.value.code == "store_missing" and "init" in refusal.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"hello world, no database here", b"SQLite format 3\0" + b"\xff" * 200]
)
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(StoreUnusable) as refusal:
        store.open_store(path)
    assert refusal.value.code == "store_damaged" and path.read_bytes() == content


def test_a_store_from_a_newer_version_is_refused(session):
    session.store.database.execute_sql("PRAGMA user_version = 999")
    with pytest.raises(StoreUnusable) as refusal:
        store.open_store(session.store.path)
    assert refusal.value.code == "store_newer"


def test_a_step_that_fails_leaves_the_store_as_it_was_with_a_backup(session, monkeypatch, tmp_path):
    steps = tmp_path / "steps"
    steps.mkdir()
    for step in migrate.STEPS.glob("0*.py"):
        (steps / step.name).write_text(step.read_text())
    (steps / "9999_broken.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('CREATE TABLE half (id INTEGER)')\n    raise RuntimeError('no')\n"
    )
    monkeypatch.setattr(migrate, "STEPS", steps)
    with pytest.raises(StoreUnusable) as refusal:
        migrate.migrate(session.store)
    assert refusal.value.code == "migration_failed"
    assert "half" not in session.store.database.get_tables()
    [kept] = session.store.path.parent.glob("*.before-schema-*")
    backup.check_backup(kept)


def two_visits(session):
    type_id = views.types(session)[0].id
    deal = commands.new_deal(session, "Orion", type_id=type_id).deal_id
    commands.move_deal(session, deal, views.stages(session, type_id)[1].id)
    return deal


BREAKS = [
    ("UPDATE visit SET left_at = NULL, left_as = NULL WHERE seq = 1", "visit_one_open"),
    ("UPDATE visit SET left_at = left_at + 99 WHERE seq = 1", "overlap"),
    ("UPDATE visit SET entered_at = entered_at - 99 WHERE seq = 2", "overlap"),
    ("UPDATE visit SET left_at = 5 WHERE seq = 1", "CHECK"),
    ("UPDATE visit SET stage_id = 999 WHERE seq = 1", "FOREIGN KEY"),
    ("UPDATE deal SET outcome = 'won'", "CHECK"),
    ("UPDATE deal SET outcome = 'maybe'", "CHECK"),
    ("UPDATE deal SET amount = -1", "CHECK"),
    ("DELETE FROM client", "FOREIGN KEY"),
    ("INSERT INTO hold (deal_id, started_at, reason, started_by_id) VALUES (1, 1, 'a', 1), (1, 2, 'b', 1)", "UNIQUE"),
    ("INSERT INTO deal_type (name, name_key, mode, returns, is_default, created_at)"
     " VALUES ('x', 'x', 'free', 0, 1, 0)", "UNIQUE"),
    ("INSERT INTO time_entry (employee_id, started_at, billable, note, marks, created_at)"
     " VALUES (1, 1000000, 1, '', '', 0), (1, 2000000, 1, '', '', 0)", "UNIQUE"),
    ("INSERT INTO time_entry (employee_id, started_at, ended_at, billable, note, marks, created_at)"
     " VALUES (1, 1000000, 9000000, 1, '', '', 0), (1, 8000000, 10000000, 1, '', '', 0)", "overlap"),
    ("INSERT INTO time_entry (employee_id, started_at, ended_at, billable, note, marks, created_at)"
     " VALUES (1, 1500000, 9000000, 1, '', '', 0)", "CHECK"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "guard"), BREAKS)
def test_the_store_itself_refuses_what_breaks_an_invariant(session, sql, guard):
    two_visits(session)
    with pytest.raises(peewee.IntegrityError) as refusal:
        session.store.database.execute_sql(sql)
    assert guard.lower().replace("visit_one_open", "unique") in str(refusal.value).lower()


def test_entries_that_touch_and_entries_of_no_length_do_not_overlap(session):
    session.store.database.execute_sql(
        "INSERT INTO time_entry (employee_id, started_at, ended_at, billable, note, marks, created_at) VALUES"
        " (1, 1000000, 5000000, 1, '', '', 0), (1, 5000000, 9000000, 1, '', '', 0),"
        " (1, 3000000, 3000000, 1, '', '', 0), (1, 9000000, NULL, 1, '', '', 0)"
    )
    assert failing(session) == []


HARM = [
    ("UPDATE deal SET stage_id = stage_id - 1", "a deal stands where its open visit is"),
    ("UPDATE deal SET held_at = 5", "a deal is on hold where a hold is open"),
    ("UPDATE deal SET amount = 77", "a deal's terms are the last ones written"),
    ("UPDATE deal SET next_due_at = 77", "a deal knows its next activity"),
    ("DELETE FROM visit WHERE seq = 2", "an open deal has exactly one open visit"),
    ("UPDATE visit SET seq = 7 WHERE seq = 2", "visits of a deal follow one another"),
    ("DELETE FROM deal_terms", "every deal has terms"),
    ("UPDATE journal SET content = replace(content, 'Orion', 'Sirius')", "journal"),
    ("DELETE FROM journal WHERE id = 2", "journal"),
]


@pytest.mark.parametrize(("sql", "check"), HARM)
def test_doctor_finds_what_was_changed_behind_its_back(session, sql, check):
    two_visits(session)
    assert failing(session) == []
    session.store.database.execute_sql(sql)
    assert check in failing(session)


def test_doctor_finds_a_store_that_others_can_read(session):
    os.chmod(session.store.path, 0o644)
    assert failing(session) == ["permissions"]


def test_the_journal_stays_checkable_after_values_are_erased(session):
    two_visits(session)
    session.store.database.execute_sql("UPDATE journal SET content = NULL, salt = NULL WHERE id = 3")
    assert failing(session) == []


def test_a_backup_made_while_a_transaction_is_open_is_sound_and_restores(session, tmp_path):
    deal = two_visits(session)
    copy = tmp_path / "copy.db"
    other = sqlite3.connect(session.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE deal SET title = 'unfinished'")
    backup.back_up(session.store, copy)
    other.execute("ROLLBACK")
    other.close()
    commands.set_deal(session, deal, title="later")
    with pytest.raises(Refused):
        backup.restore(copy, session.store.path)
    kept = backup.restore(copy, session.store.path, force=True)
    assert views.deal(session, deal).title == "" and failing(session) == []
    assert sqlite3.connect(kept).execute("SELECT title FROM deal").fetchone() == ("later",)


def test_a_backup_overwrites_nothing(session, tmp_path):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(Refused):
        backup.back_up(session.store, tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_damaged_backup_is_not_restored(session, tmp_path):
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"x" * 9000)
    with pytest.raises(StoreUnusable):
        backup.restore(bad, session.store.path, force=True)
    assert failing(session) == []


def test_a_store_that_can_be_read_no_more_is_put_aside_and_restored(session, tmp_path):
    copy, path = tmp_path / "copy.db", session.store.path
    backup.back_up(session.store, copy)
    session.store.close()
    path.write_bytes(b"x" * 9000)
    kept = backup.restore(copy, path, force=True)
    assert kept.read_bytes() == b"x" * 9000
    again = open_store(path)
    assert [check.name for check in checks(again) if not check.ok] == []
    again.close()


@pytest.mark.storm
def test_what_was_acknowledged_is_there_after_random_kills(session, tmp_path):
    """Processes write titles and say so; they are killed at random; each title said is in the store."""
    type_id = views.types(session)[0].id
    for number in range(4):
        commands.new_deal(session, f"Client {number}", type_id=type_id)
    work = textwrap.dedent("""
        import sys
        import time
        from pathlib import Path
        from models.people.views import acting
        from models.pipeline import commands
        from models.session import Session
        from models.storage.store import open_store
        deal, said = int(sys.argv[2]), open(sys.argv[3], "a", buffering=1)
        session = Session(open_store(Path(sys.argv[1])), acting(None, ""))
        for number in range(100_000):
            commands.set_deal(session, deal, title=f"title {number}")
            said.write(f"{number}\\n")
            time.sleep(0.002)  # as people do: a loop without a pause starves the others
    """)
    for round_number in range(2):
        running = []
        for deal in range(1, 5):
            said = tmp_path / f"said-{round_number}-{deal}"
            argv = [sys.executable, "-c", work, str(session.store.path), str(deal), str(said)]
            running.append((deal, said, subprocess.Popen(argv, cwd=os.getcwd())))
        import time

        try:
            limit = time.monotonic() + 60
            while not all(said.exists() and said.stat().st_size > 20 for _d, said, _p in running):
                assert time.monotonic() < limit
                time.sleep(0.02)
        finally:
            for _deal, _said, process in running:
                process.kill()
                process.wait()
        for deal, said, _process in running:
            last = int(said.read_text().split("\n")[-2])
            stored = int(views.deal(session, deal).title.split()[1])
            assert stored in (last, last + 1)
    assert failing(session) == []
