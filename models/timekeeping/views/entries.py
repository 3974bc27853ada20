"""What runs, and what was entered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.rules import Owners, readable
from models.storage.database import database
from models.values.errors import NotFound
from models.values.instants import SECOND, Instant
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

# `timer status` and the first thing on the screen come from here: tables are imported only where they are needed.
ENTRIES = f"""
    SELECT t.id, e.login, t.client_id, c.name, t.deal_id, d.title,
        (SELECT g.name FROM visit v JOIN stage g ON g.id = v.stage_id WHERE v.deal_id = t.deal_id
            AND v.entered_at < t.started_at + {SECOND} AND (v.left_at IS NULL OR v.left_at > t.started_at)
            ORDER BY v.seq DESC LIMIT 1),
        s.name, t.started_at, t.ended_at, t.billable, t.note, t.marks, t.employee_id
    FROM time_entry t JOIN employee e ON e.id = t.employee_id LEFT JOIN client c ON c.id = t.client_id
        LEFT JOIN deal d ON d.id = t.deal_id LEFT JOIN service s ON s.id = t.service_id
"""


class Entry(NamedTuple):
    """A time entry; `seconds` up to now while it runs, `stage` the one its deal was at when it began, `marks` what should be
    looked at (`tables.TimeEntry`)."""

    id: int
    employee: str
    client_id: int | None
    client: str | None
    deal_id: int | None
    deal: str | None
    stage: str | None
    service: str | None
    started_at: Instant
    ended_at: Instant | None
    seconds: int
    billable: bool
    note: str
    marks: tuple[str, ...]


def running(session: Session) -> Entry | None:
    """The actor's running entry."""
    found = _entries(session, "WHERE t.employee_id = ? AND t.ended_at IS NULL", session.actor.id)
    return found[0] if found else None


def entry(session: Session, entry_id: int) -> Entry:
    """One entry that the actor may read. Raises NotFound."""
    found = _entries(session, "WHERE t.id = ?" + _of(readable(session.actor)), entry_id)
    if not found:
        raise NotFound(_("There is no time entry {id}.").format(id=entry_id))
    return found[0]


def entries(
    session: Session,
    *,
    client_id: int | None = None,
    deal_id: int | None = None,
    service_id: int | None = None,
    employee_id: int | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The newest entries that the actor may read, of those that began in [since, until)."""
    where, values = "WHERE TRUE" + _of(readable(session.actor)), []
    wanted = (
        ("client_id = ?", client_id), ("deal_id = ?", deal_id), ("service_id = ?", service_id),
        ("employee_id = ?", employee_id), ("started_at >= ?", since), ("started_at < ?", until),
    )  # fmt: skip
    for condition, value in wanted:
        if value is not None:
            where += f" AND t.{condition}"
            values.append(value)
    order = "ORDER BY t.started_at DESC, t.id DESC"
    # Sorted by their numbers alone: what is said of each, its stage above all, is looked up for the window only.
    window = f"SELECT t.id FROM time_entry t {where} {order} LIMIT ?"
    return _entries(session, f"WHERE t.id IN ({window}) {order}", *values, limit)


def recent(session: Session, limit: int = 9) -> list[Entry]:
    """What the actor spent time on lately, newest first, nothing that is planned ahead and nothing on a service that is
    archived, which could not be begun again: of entries that agree in deal, client, service and note the last one."""
    found: dict[tuple[object, ...], Entry] = {}
    begun = "(t.started_at <= ? OR t.started_at <= t.created_at)"  # the second where the clock went back
    rest = f"WHERE t.employee_id = ? AND {begun} AND s.archived_at IS NULL ORDER BY t.started_at DESC, t.id DESC LIMIT 200"
    for one in _entries(session, rest, session.actor.id, session.now()):
        found.setdefault((one.client_id, one.deal_id, one.service, one.note), one)
    return list(found.values())[:limit]


def _entries(session: Session, rest: str, *values: Any) -> list[Entry]:
    return as_entries(session, session.store.database.execute_sql(ENTRIES + rest, values).fetchall())


def as_entries(session: Session, rows: Iterable[Any]) -> list[Entry]:
    """Rows of `ENTRIES`; what runs has its seconds up to now, or to the next entry planned ahead."""
    now = session.now()
    found = []
    for row in rows:
        end = row[9] if row[9] is not None else min(now, planned_after(row[13], row[8]) or now)
        found.append(Entry._make((*row[:10], max(0, end - row[8]) // SECOND, bool(row[10]), row[11], tuple(row[12].split()))))
    return found


def planned_after(employee_id: int, start: Instant) -> Instant | None:
    """When the next entry begins that an employee has planned after what runs since `start`: that ends there."""
    sql = "SELECT min(started_at) FROM time_entry WHERE employee_id = ? AND started_at >= ? AND ended_at > started_at"
    found: Instant | None = database.execute_sql(sql, (employee_id, start)).fetchone()[0]
    return found


def _of(owners: Owners) -> str:
    if owners is None:
        return ""
    return f" AND t.employee_id IN ({', '.join(str(owner) for owner in sorted(owners)) or 'NULL'})"
