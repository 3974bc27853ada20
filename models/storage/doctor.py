"""Is the store sound? Each check is one question with its answer; the SQL looks for rows that break an invariant."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.storage.migrate import version
from models.storage.store import SCHEMA_VERSION, Store
from models.values.errors import StagewatchError
from models.values.instants import parse_day, zone
from models.values.language import _
from models.values.money import exponent
from models.values.text import quoted

SPACE_NEEDED = 50 * 2**20
CACHE_KIB = 32_000  # of pages: rows refer to others all over the store, which would be read again and again

# Where money and days stand, and time zones.
CURRENCIES = {
    "company": ("currency",), "deal": ("currency",), "deal_terms": ("currency",), "rate": ("currency",),
    "fixed_price": ("currency",), "budget": ("currency",), "target": ("currency",),
    "exchange_rate": ("from_currency", "to_currency"),
}  # fmt: skip
DAYS = {
    "company": ("locked_before",), "deal": ("expected_close",), "deal_terms": ("expected_close",),
    "employee_category": ("from_day",), "holiday": ("day",), "rate": ("from_day", "to_day"), "target": ("month",),
    "exchange_rate": ("day",), "timesheet_week": ("monday",),
}  # fmt: skip
ZONES = {"company": ("timezone",), "employee": ("timezone",)}

# Name of the check, and a query that finds the ids of what breaks it.
INVARIANTS = {
    "an open deal has exactly one open visit": """
        SELECT deal.id FROM deal WHERE outcome = 'open'
        AND (SELECT count(*) FROM visit WHERE visit.deal_id = deal.id AND visit.left_at IS NULL) <> 1
    """,
    "a closed deal has no open visit": """
        SELECT deal.id FROM deal JOIN visit ON visit.deal_id = deal.id AND visit.left_at IS NULL
        WHERE outcome <> 'open'
    """,
    "a deal stands where its open visit is": """
        SELECT deal.id FROM deal JOIN visit ON visit.deal_id = deal.id AND visit.left_at IS NULL
        WHERE deal.stage_id IS NOT visit.stage_id OR deal.deal_type_id <> visit.deal_type_id
        OR deal.entered_at <> visit.entered_at
    """,
    "visits of a deal follow one another": """
        SELECT deal_id FROM (
            SELECT deal_id, seq, entered_at, left_at, left_as,
                lead(entered_at) OVER each AS next_at, lead(entered_as) OVER each AS next_as,
                lead(seq) OVER each AS next_seq
            FROM visit WINDOW each AS (PARTITION BY deal_id ORDER BY seq)
        ) WHERE next_at IS NOT NULL AND (
            left_at IS NULL OR next_at < left_at OR next_seq <> seq + 1
            OR (left_as NOT IN ('won', 'lost') AND next_at <> left_at)
            OR (left_as IN ('won', 'lost')) <> (next_as = 'reopen')
        )
    """,
    "a stage is of its deal's type": """
        SELECT deal.id FROM deal JOIN stage ON stage.id = deal.stage_id
        WHERE stage.deal_type_id <> deal.deal_type_id
    """,
    "a closed deal ended with its last visit": """
        SELECT deal.id FROM deal JOIN visit ON visit.deal_id = deal.id
        WHERE deal.outcome <> 'open'
        AND visit.seq = (SELECT max(seq) FROM visit AS last WHERE last.deal_id = deal.id)
        AND (visit.left_as <> deal.outcome OR visit.left_at <> deal.closed_at OR visit.stage_id <> deal.stage_id)
    """,
    "holds of a deal do not overlap": """
        SELECT a.deal_id FROM hold AS a JOIN hold AS b ON a.deal_id = b.deal_id AND a.id < b.id
        WHERE a.ended_at IS NULL OR (a.ended_at > b.started_at AND b.started_at >= a.started_at)
    """,
    "a deal is on hold where a hold is open": """
        SELECT deal.id FROM deal LEFT JOIN hold ON hold.deal_id = deal.id AND hold.ended_at IS NULL
        WHERE deal.held_at IS NOT hold.started_at
    """,
    "a deal's terms are the last ones written": """
        SELECT deal.id FROM deal JOIN deal_terms AS t ON t.id = (
            SELECT id FROM deal_terms WHERE deal_id = deal.id ORDER BY at DESC, id DESC LIMIT 1
        ) WHERE t.owner_id <> deal.owner_id OR t.amount IS NOT deal.amount OR t.currency <> deal.currency
        OR t.expected_close IS NOT deal.expected_close OR t.probability IS NOT deal.probability
    """,
    "every deal has terms": """
        SELECT id FROM deal WHERE NOT EXISTS (SELECT 1 FROM deal_terms WHERE deal_id = deal.id)
    """,
    "at most one running entry an employee": """
        SELECT employee_id FROM time_entry WHERE ended_at IS NULL GROUP BY employee_id HAVING count(*) > 1
    """,
    "entries of an employee do not overlap": """
        SELECT a.id FROM time_entry AS a JOIN time_entry AS b
        ON a.employee_id = b.employee_id AND a.id <> b.id AND b.started_at >= a.started_at
        WHERE a.ended_at > b.started_at AND a.ended_at > a.started_at
        AND (b.ended_at IS NULL OR b.ended_at > b.started_at)
    """,
    "an entry's deal is its client's": """
        SELECT e.id FROM time_entry AS e JOIN deal ON deal.id = e.deal_id WHERE deal.client_id <> e.client_id
    """,
    "a locked entry is there": """
        SELECT lock.id FROM lock LEFT JOIN time_entry AS e ON e.id = lock.subject_id
        WHERE lock.subject = 'entry' AND e.id IS NULL
    """,
    "an approved entry is of an approved week of its employee": """
        SELECT e.id FROM lock JOIN time_entry AS e ON e.id = lock.subject_id
        WHERE lock.subject = 'entry' AND lock.use = 'approval' AND NOT EXISTS (
            SELECT 1 FROM timesheet_week AS week WHERE week.employee_id = e.employee_id
            AND week.state = 'approved' AND lock.holder = 'week:' || week.monday
        )
    """,
    "an approved week holds its entries": """
        SELECT id FROM timesheet_week WHERE state = 'approved' AND employee_id || ' week:' || monday NOT IN (
            SELECT e.employee_id || ' ' || lock.holder FROM lock JOIN time_entry AS e ON e.id = lock.subject_id
            WHERE lock.subject = 'entry' AND lock.use = 'approval'
        )
    """,
    "an approved entry is over and assigned": """
        SELECT e.id FROM lock JOIN time_entry AS e ON e.id = lock.subject_id
        WHERE lock.subject = 'entry' AND lock.use = 'approval'
        AND (e.ended_at IS NULL OR e.client_id IS NULL OR e.service_id IS NULL)
    """,
    "an approved entry has its prices fixed": """
        SELECT lock.subject_id FROM lock JOIN time_entry AS e ON e.id = lock.subject_id
        WHERE lock.subject = 'entry' AND lock.use = 'approval'
        AND (SELECT count(*) FROM fixed_price AS price WHERE price.entry_id = e.id) <> 2
    """,
    "a fixed price has a rate, or none, and its charge": """
        SELECT id FROM fixed_price WHERE (rank IS NULL) <> (amount IS NULL) OR (amount IS NULL) <> (currency IS NULL)
        OR (amount IS NULL AND charge IS NOT NULL)
    """,
    "an entry's own rate is for nothing else": """
        SELECT id FROM rate WHERE entry_id IS NOT NULL
        AND coalesce(deal_id, client_id, employee_id, service_id, category_id) IS NOT NULL
    """,
    "a target is of a month": "SELECT id FROM target WHERE CAST(month AS TEXT) NOT LIKE '%-01'",
    "a week that was handed in begins on a Monday": """
        SELECT id FROM timesheet_week WHERE strftime('%w', monday) IS NOT '1'
    """,
    "a budget warns at percentages": "SELECT id FROM budget WHERE warn_at GLOB '*[^0-9,]*'",
    "an activity's deal is its client's": """
        SELECT a.id FROM activity AS a JOIN deal ON deal.id = a.deal_id WHERE deal.client_id <> a.client_id
    """,
    "a deal knows its next activity": """
        SELECT deal.id FROM deal WHERE deal.next_due_at IS NOT (
            SELECT min(due_at) FROM activity WHERE activity.deal_id = deal.id AND done_at IS NULL
        )
    """,
    "a tick is of an action of its visit's stage": """
        SELECT tick.id FROM tick JOIN visit ON visit.id = tick.visit_id
        JOIN stage_action ON stage_action.id = tick.stage_action_id WHERE stage_action.stage_id <> visit.stage_id
    """,
    "a custom value's field is of a type that its deal has or had": """
        SELECT value.id FROM custom_value AS value JOIN custom_field AS field ON field.id = value.custom_field_id
        JOIN deal ON deal.id = value.deal_id WHERE field.deal_type_id <> deal.deal_type_id AND NOT EXISTS (
            SELECT 1 FROM visit WHERE visit.deal_id = deal.id AND visit.deal_type_id = field.deal_type_id
        )
    """,
    "a stage asks for fields of its own type that are in use": """
        SELECT stage.id FROM stage_field AS asked JOIN stage ON stage.id = asked.stage_id
        JOIN custom_field AS field ON field.id = asked.custom_field_id
        WHERE field.deal_type_id <> stage.deal_type_id OR field.archived_at IS NOT NULL
    """,
    "a transition is between stages of its type": """
        SELECT t.id FROM transition AS t JOIN stage AS a ON a.id = t.from_stage_id JOIN stage AS b ON b.id = t.to_stage_id
        WHERE a.deal_type_id <> t.deal_type_id OR b.deal_type_id <> t.deal_type_id OR a.id = b.id
    """,
    "an open request is for a stage of its deal's type": """
        SELECT r.id FROM move_request AS r JOIN deal ON deal.id = r.deal_id JOIN stage ON stage.id = r.stage_id
        WHERE r.state = 'open' AND stage.deal_type_id <> deal.deal_type_id
    """,
    "an answered request says by whom": """
        SELECT id FROM move_request WHERE (state = 'open') <> (answered_by_id IS NULL)
    """,
    "only a lost deal has a loss reason of the list": """
        SELECT id FROM deal WHERE loss_reason_id IS NOT NULL AND outcome <> 'lost'
    """,
    "a stage of a retyped deal stands for one of another type": """
        SELECT m.id FROM stage_map AS m JOIN stage AS a ON a.id = m.from_stage_id JOIN stage AS b ON b.id = m.to_stage_id
        WHERE a.deal_type_id = b.deal_type_id
    """,
    "a deal began with its first visit": """
        SELECT deal.id FROM deal JOIN visit ON visit.deal_id = deal.id AND visit.seq = 1
        WHERE visit.entered_at < deal.started_at
    """,
    "one company": "SELECT 0 WHERE (SELECT count(*) FROM company) <> 1",
    "somebody is administrator": """
        SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM employee WHERE role = 'admin' AND can_login AND disabled_at IS NULL)
    """,
    "one default deal type": """
        SELECT 0 WHERE EXISTS (SELECT 1 FROM deal_type)
        AND (SELECT count(*) FROM deal_type WHERE is_default) <> 1
    """,
}


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str


def checks(store: Store) -> list[Check]:
    """Every check on the store, sound or not. Reads only."""
    store.database.execute_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
    return list(_checks(store))


def _checks(store: Store) -> Iterator[Check]:
    found = [row[0] for row in store.database.execute_sql("PRAGMA integrity_check(10)").fetchall()]
    yield Check("integrity", found == ["ok"], "" if found == ["ok"] else "; ".join(found))
    orphans = store.database.execute_sql("PRAGMA foreign_key_check").fetchall()
    yield Check("foreign keys", not orphans, _("{count} rows refer to nothing").format(count=len(orphans)) if orphans else "")
    schema = version(store)
    yield Check("schema version", schema == SCHEMA_VERSION, str(schema))
    for name, query in INVARIANTS.items():
        ids = [row[0] for row in store.database.execute_sql(f"{query} LIMIT 11").fetchall()]
        shown = ", ".join(map(str, ids[:10])) + (" …" if len(ids) > 10 else "")
        yield Check(name, not ids, shown)
    yield _values(store, "every currency is known", CURRENCIES, exponent)
    yield _values(store, "every day is one of the calendar", DAYS, parse_day)
    yield _values(store, "every time zone is known", ZONES, zone)
    yield _journal(store)
    free = shutil.disk_usage(store.path.parent).free
    yield Check("free space", free > SPACE_NEEDED, f"{free // 2**20} MiB")
    yield _permissions(store)


def _values(store: Store, name: str, where: Mapping[str, Sequence[str]], read: Callable[[str], object]) -> Check:
    """What columns hold can be read, else everything that meets it would fail."""
    wrong = []
    for table, columns in where.items():
        for column in columns:
            found = store.database.execute_sql(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
            for (value,) in found.fetchall():
                try:
                    read(str(value))
                except StagewatchError:
                    wrong.append(f"{table}.{column} {quoted(str(value))}")
    return Check(name, not wrong, ", ".join(wrong[:10]))


def _journal(store: Store) -> Check:
    """The chain of the journal: no line was changed, removed or put in between."""
    last, query = "", (
        "SELECT id, at, employee_id, command, subject, subject_id, undoes_id, digest, chain, salt, content"
        " FROM journal ORDER BY id"
    )
    for line_id, *fields, digest, chain, salt, content in store.database.execute_sql(query):
        told = hashlib.sha256("\n".join([last, *map(str, fields), digest]).encode()).hexdigest()
        if told != chain:
            return Check("journal", False, _("line {id} does not continue the chain").format(id=line_id))
        if content is not None and hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest() != digest:
            return Check("journal", False, _("line {id} was changed").format(id=line_id))
        last = chain
    return Check("journal", True, "")


def _permissions(store: Store) -> Check:
    """Roles hold only for people who cannot read the file itself."""
    open_to_others = []
    for suffix in ("", "-wal", "-shm"):
        path = store.path.with_name(store.path.name + suffix)
        if path.exists() and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            open_to_others.append(path.name)
    return Check("permissions", not open_to_others, ", ".join(open_to_others))
