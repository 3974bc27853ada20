"""A stopwatch that runs while nobody seems to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.timekeeping.rules import is_forgotten
from models.timekeeping.views.entries import Entry, entry
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.session import Session


class Forgotten(NamedTuple):
    """The running entry, and when its employee was last known to be there."""

    entry: Entry
    last_sign: Instant


def forgotten(session: Session) -> Forgotten | None:
    """The actor's running entry, where neither a session nor a command of theirs showed for `session.forgotten_after`."""
    found = session.store.database.execute_sql(
        "SELECT id, started_at FROM time_entry WHERE employee_id = ? AND ended_at IS NULL", (session.actor.id,)
    ).fetchone()
    if found is None:
        return None
    sign = last_sign(session, found[1])
    if not is_forgotten(session.now(), sign, session.forgotten_after):
        return None
    return Forgotten(entry(session, found[0]), sign)


def last_sign(session: Session, started_at: Instant) -> Instant:
    """When the actor, whose entry began at `started_at`, last left a sign of life: a beat of a session or a command."""
    beat, line = session.store.database.execute_sql(
        "SELECT (SELECT at FROM sign_of_life WHERE employee_id = ?),"
        " (SELECT at FROM journal WHERE employee_id = ? ORDER BY id DESC LIMIT 1)",
        (session.actor.id, session.actor.id),
    ).fetchone()
    return max(started_at, beat or started_at, line or started_at)
