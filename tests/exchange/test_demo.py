"""The demo: the same for the same seed and day, sound, believable, and never over somebody's data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.exchange.demo import fill_demo
from models.people.views import acting, company
from models.pipeline import commands, facts, rules, views
from models.pipeline.rules import DealFacts
from models.session import Session
from models.storage.database import database
from models.storage.doctor import checks
from models.storage.store import create_store, open_store
from models.values import instants
from models.values.errors import Refused, StagewatchError

DAY = date(2026, 11, 24)
UNTIL = instants.day_start(DAY, "Europe/Berlin")
CHOSEN = ("salt", "digest", "chain")  # of the journal: differ on purpose


def rows(sql: str) -> list[tuple[Any, ...]]:
    return list(database.execute_sql(sql).fetchall())


def content(path: Path, **options: Any) -> dict[str, list[Any]]:
    """All rows of a new demo by table, the journal's salts and hashes left out."""
    fill_demo(path, **{"today": DAY, "deals": 80, "admin": "root", **options})
    store = open_store(path)
    held = {}
    names = [name for (name,) in rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    for name in names:
        columns = [row[1] for row in rows(f"PRAGMA table_info({name})") if row[1] not in CHOSEN]
        if name != "schema_migration":  # tells when the schema was made, by the host's clock
            held[name] = rows(f"SELECT {', '.join(columns)} FROM {name} ORDER BY 1")
    store.close()
    return held


@pytest.fixture
def demo(tmp_path: Path) -> dict[str, int]:
    """A demo of 300 deals, opened; what `fill_demo` told of it."""
    told = fill_demo(tmp_path / "demo.db", deals=300, today=DAY, admin="root", admin_name="Root")
    open_store(tmp_path / "demo.db")
    return told


def test_same_seed_and_day_give_the_same_data(tmp_path: Path) -> None:
    assert content(tmp_path / "a.db") == content(tmp_path / "b.db")


def test_the_hour_at_which_it_is_made_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instants, "now", lambda: UNTIL + 3600 * instants.SECOND)
    morning = content(tmp_path / "a.db", today=None)
    monkeypatch.setattr(instants, "now", lambda: UNTIL + 20 * 3600 * instants.SECOND)
    assert content(tmp_path / "b.db", today=None) == morning


def test_another_seed_or_day_gives_other_data(tmp_path: Path) -> None:
    one = content(tmp_path / "a.db")
    assert content(tmp_path / "b.db", seed=2)["client"] != one["client"]
    assert content(tmp_path / "c.db", today=date(2026, 11, 25))["visit"] != one["visit"]


def test_the_demo_passes_every_check_of_the_doctor(demo: dict[str, int], tmp_path: Path) -> None:
    assert [check for check in checks(open_store(tmp_path / "demo.db")) if not check.ok] == []


def test_what_is_told_is_what_is_there(demo: dict[str, int]) -> None:
    tables = {
        "employees": "employee", "clients": "client", "contacts": "contact", "deals": "deal", "visits": "visit",
        "activities": "activity", "entries": "time_entry",
    }
    assert demo == {kind: rows(f"SELECT count(*) FROM {table}")[0][0] for kind, table in tables.items()}
    assert demo["deals"] == 300
    assert demo["clients"] == 100


def test_the_default_type_is_quick_sales_and_holds_at_least_half_of_the_deals(demo: dict[str, int]) -> None:
    counts = rows(
        "SELECT t.name, t.mode, t.is_default, count(*) FROM deal JOIN deal_type AS t ON t.id = deal_type_id GROUP BY t.id"
    )
    assert [name for name, _mode, default, _count in counts if default] == ["Quick Sales"]
    assert {mode for _name, mode, _default, _count in counts} == {"free", "strict", "semi-strict"}
    assert {row[0]: row[3] for row in counts}["Quick Sales"] >= 150


def test_two_teams_with_their_people(demo: dict[str, int]) -> None:
    roles = dict(rows("SELECT role, count(*) FROM employee GROUP BY role"))
    assert roles == {"admin": 1, "manager": 2, "accountant": 1, "rep": 6}
    assert rows("SELECT team_id, count(*) FROM employee WHERE role = 'rep' GROUP BY 1") == [(1, 3), (2, 3)]
    assert {row[0] for row in rows("SELECT DISTINCT e.role FROM deal JOIN employee AS e ON e.id = owner_id")} == {"rep"}


def test_history_has_everything_that_happens_to_deals(demo: dict[str, int]) -> None:
    entered = {row[0] for row in rows("SELECT DISTINCT entered_as FROM visit")}
    left = {row[0] for row in rows("SELECT DISTINCT left_as FROM visit WHERE left_as IS NOT NULL")}
    assert entered == {"start", "advance", "skip", "return", "reopen"}
    assert left == {"advance", "skip", "return", "won", "lost"}
    assert rows("SELECT count(*) FROM visit WHERE left_as = 'lost' AND left_reason = ''") == [(0,)]
    assert rows("SELECT count(*) FROM visit WHERE entered_as IN ('return', 'reopen') AND entered_reason = ''") == [(0,)]
    assert rows("SELECT count(*) > 0 FROM hold WHERE ended_at IS NULL") == [(1,)]
    assert rows("SELECT count(*) > 0 FROM hold WHERE ended_at IS NOT NULL") == [(1,)]
    assert rows("SELECT count(*) > 0 FROM (SELECT deal_id FROM deal_terms GROUP BY 1 HAVING count(DISTINCT owner_id) > 1)") == [(1,)]
    late = f"""
        SELECT count(*) > 3 FROM deal JOIN stage ON stage.id = stage_id
        WHERE outcome = 'open' AND held_at IS NULL AND {UNTIL} - entered_at > norm * 1000000
    """
    assert rows(late) == [(1,)]


def test_every_passage_of_the_demo_keeps_the_rules_of_its_type(demo: dict[str, int]) -> None:
    """Each visit and win is judged again as an attempt at its instant, by who made it, with what was ticked by then and
    what the deal holds."""
    types = {row[0]: facts.type_facts(row[0]) for row in rows("SELECT id FROM deal_type")}
    roles = dict(rows("SELECT id, role FROM employee"))
    ticked: dict[int, set[int]] = {}
    for visit, action, at, left in rows(
        "SELECT v.id, t.stage_action_id, t.at, v.left_at FROM tick AS t JOIN visit AS v ON v.id = visit_id"
    ):
        ticked.setdefault(visit, set()).add(action)
        assert left is None or at <= left
    filled: dict[int, set[str]] = {row[0]: {"amount"} for row in rows("SELECT id FROM deal WHERE amount IS NOT NULL")}
    for deal, field in rows("SELECT deal_id, custom_field_id FROM custom_value"):
        filled.setdefault(deal, set()).add(f"custom:{field}")
    visited: dict[int, frozenset[int]] = {}
    before: dict[int, tuple[int, int]] = {}
    for visit, deal, type_id, stage, how, reason, at, left_as, by, left_by in rows(
        "SELECT id, deal_id, deal_type_id, stage_id, entered_as, entered_reason, entered_at, left_as, entered_by_id,"
        " left_by_id FROM visit ORDER BY deal_id, seq"
    ):
        kind, holds = types[type_id], frozenset(filled.get(deal, ()))

        def known(stage: int, visit: int, deal: int = deal, at: int = at, holds: frozenset[str] = holds) -> DealFacts:
            return DealFacts(
                deal, "", 1, "open", stage, False, at, at, visited.get(deal, frozenset()),
                ticked=frozenset(ticked.get(visit, ())), filled=holds,
            )  # fmt: skip

        if how == "start":
            attempt = rules.Attempt("start", stage, actor_id=by, role=roles[by], filled=holds)
            found = rules.judge(None, kind, attempt, at)
        elif how == "reopen":
            found = [] if before[deal][0] == stage else [rules.Objection("elsewhere", "")]
        else:
            attempt = rules.Attempt("move", stage, reason, actor_id=by, role=roles[by])
            found = rules.judge(known(*before[deal]), kind, attempt, at)
            assert how == rules.way(kind, before[deal][0], stage)
        visited[deal] = visited.get(deal, frozenset()) | {stage}
        before[deal] = (stage, visit)
        if left_as == "won":
            win = rules.Attempt("win", actor_id=left_by, role=roles[left_by])
            found += rules.judge(known(stage, visit), kind, win, at)
        assert found == [], (deal, found)


def test_open_deals_have_some_actions_ticked_and_some_left(demo: dict[str, int]) -> None:
    done, asked = rows("""
        SELECT count(t.id), count(*) FROM deal JOIN stage_action AS a ON a.stage_id = deal.stage_id
        JOIN visit AS v ON v.deal_id = deal.id AND v.left_at IS NULL
        LEFT JOIN tick AS t ON t.visit_id = v.id AND t.stage_action_id = a.id WHERE outcome = 'open'
    """)[0]
    assert 0.2 < done / asked < 0.8
    assert rows("SELECT count(DISTINCT f.kind) FROM custom_value JOIN custom_field AS f ON f.id = custom_field_id") == [(4,)]


def test_a_few_requests_wait_and_each_can_be_accepted(demo: dict[str, int], tmp_path: Path) -> None:
    session = Session(open_store(tmp_path / "demo.db"), acting("root", ""))
    waiting = views.open_requests(session)
    assert 1 <= len(waiting) <= 4
    for line in waiting:
        assert line.may and line.asked_by != "root"
        commands.accept_request(session, line.id)
        assert views.deal(session, line.deal_id).stage == line.stage


def test_nothing_has_happened_after_the_eve_of_the_day(demo: dict[str, int]) -> None:
    instants_of = {
        "visit": "max(entered_at), max(left_at)", "hold": "max(started_at), max(ended_at)", "deal_terms": "max(at), 0",
        "activity": "max(done_at), max(created_at)", "time_entry": "max(started_at), max(ended_at)",
        "client": "max(created_at), 0", "journal": "max(at), 0",
    }
    for table, latest in instants_of.items():
        assert max(rows(f"SELECT {latest} FROM {table}")[0]) <= UNTIL, table


def test_nothing_happens_to_a_client_before_it_is_known(demo: dict[str, int]) -> None:
    assert rows("SELECT count(*) FROM deal JOIN client ON client.id = client_id WHERE started_at < client.created_at") == [(0,)]
    assert rows("SELECT count(*) FROM deal JOIN employee AS e ON e.id = owner_id WHERE started_at < e.created_at") == [(0,)]
    assert rows("SELECT count(*) FROM time_entry AS e JOIN deal ON deal.id = deal_id WHERE e.started_at < deal.started_at") == [(0,)]


def test_activities_are_done_overdue_due_today_and_to_come(demo: dict[str, int]) -> None:
    end = instants.day_end(DAY, "Europe/Berlin")
    due = [row[0] for row in rows("SELECT due_at FROM activity WHERE done_at IS NULL")]
    assert min(due) < UNTIL
    assert any(UNTIL < at <= end for at in due)
    assert max(due) > end
    assert rows("SELECT count(DISTINCT kind) FROM activity WHERE done_at IS NOT NULL") == [(5,)]
    assert rows("SELECT count(*) > 0 FROM activity WHERE employee_id = 1 AND done_at IS NULL") == [(1,)]


def test_two_reps_timers_run_and_none_of_the_administrator(demo: dict[str, int]) -> None:
    roles = rows("SELECT e.role FROM time_entry JOIN employee AS e ON e.id = employee_id WHERE ended_at IS NULL")
    assert roles == [("rep",), ("rep",)]
    assert rows("SELECT count(*) > 100 FROM time_entry WHERE note <> ''") == [(1,)]


def test_one_line_of_the_journal_tells_of_the_filling(demo: dict[str, int]) -> None:
    lines = [row[0] for row in rows("SELECT command FROM journal ORDER BY id")]
    assert lines[0] == "company.found"
    assert lines[-1] == "demo.fill"
    assert lines.count("demo.fill") == 1


def test_the_administrator_can_work_on_a_demo_deal(demo: dict[str, int], tmp_path: Path) -> None:
    session = Session(open_store(tmp_path / "demo.db"), acting("root", ""))
    (deal,) = rows("SELECT id FROM deal WHERE outcome = 'open' ORDER BY id LIMIT 1")[0]
    shown = views.deal(session, deal)
    assert shown.trail
    assert shown.visits[-1].left_at is None


def test_a_russian_demo_is_russian(tmp_path: Path) -> None:
    fill_demo(tmp_path / "demo.db", deals=60, today=DAY, language="ru", admin="root")
    open_store(tmp_path / "demo.db")
    assert (company().currency, company().language) == ("RUB", "ru")
    for query in ("SELECT name FROM stage", "SELECT name FROM contact", "SELECT title FROM deal", "SELECT name FROM client"):
        assert all(any("а" <= letter <= "я" for letter in name.lower()) for (name,) in rows(query)), query


@pytest.mark.parametrize("deals, reps", [(0, 1), (1, 1), (2, 1), (5, 40)])
def test_small_demos_are_sound_too(tmp_path: Path, deals: int, reps: int) -> None:
    told = fill_demo(tmp_path / "demo.db", deals=deals, reps=reps, today=DAY, admin="root")
    assert told["deals"] == deals
    assert [check for check in checks(open_store(tmp_path / "demo.db")) if not check.ok] == []


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 23), date(2024, 2, 29), date(2026, 3, 30)])
def test_any_day_will_do(tmp_path: Path, day: date) -> None:
    fill_demo(tmp_path / "demo.db", deals=60, today=day, admin="root")
    assert [check for check in checks(open_store(tmp_path / "demo.db")) if not check.ok] == []


@pytest.mark.parametrize("seed", range(5))
def test_any_seed_will_do(tmp_path: Path, seed: int) -> None:
    fill_demo(tmp_path / "demo.db", deals=150, seed=seed, today=DAY, admin="anna.keller")
    assert [check for check in checks(open_store(tmp_path / "demo.db")) if not check.ok] == []


def test_a_store_that_holds_anything_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    create_store(path).close()
    before = path.read_bytes()
    with pytest.raises(Refused) as refusal:
        fill_demo(path, admin="root")
    assert refusal.value.code == "store_not_empty"
    assert path.read_bytes() == before


def test_an_empty_file_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    assert fill_demo(path, deals=3, today=DAY, admin="root")["deals"] == 3


@pytest.mark.parametrize("wrong", [{"deals": -1}, {"reps": 0}, {"language": "de"}, {"admin": "two words"}])
def test_after_an_error_nothing_is_left(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(StagewatchError):
        fill_demo(tmp_path / "demo.db", **{"today": DAY, "admin": "root", **wrong})
    assert list(tmp_path.iterdir()) == []


def test_a_filling_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("models.exchange.demo.write_entries", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fill_demo(tmp_path / "demo.db", deals=2_500, today=DAY, admin="root")
    assert list(tmp_path.iterdir()) == []
