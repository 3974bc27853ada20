"""Taking back what was done with time, and doing it again: a person's own steps of the last 30 days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import IntegrityError

from models.journal import views as journal
from models.journal.commands import record, take_back
from models.people.rules import covers, writable
from models.people.tables import Employee
from models.pipeline.rules import UNDO_WINDOW
from models.timekeeping.commands.guards import must_be_open, must_be_unlocked
from models.timekeeping.rules import whole_second
from models.timekeeping.rules.intervals import Interval, in_the_way
from models.timekeeping.tables import TimeEntry
from models.values.errors import Refused
from models.values.instants import Instant
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

STEPS_LOOKED_AT = 200
UNDO, REDO = "entry.undo", "entry.redo"


def undo_time(session: Session) -> int:
    """Take back the actor's last step with time, the stopwatch's among them; returns the id of the entry it was about.

    Raises Refused `nothing_to_undo`, `too_old`, `changed_since`, `locked`.
    """
    with session.writing():
        return _take_back(session, _last_step(session, redo=False), UNDO)


def redo_time(session: Session) -> int:
    """Do again what the actor took back last. Raises as `undo_time`, with `nothing_to_redo`."""
    with session.writing():
        return _take_back(session, _last_step(session, redo=True), REDO)


def _last_step(session: Session, *, redo: bool) -> journal.Line | None:
    """The line that undo (or redo) takes back next; a new step after an undo leaves nothing to do again."""
    done: list[journal.Line] = []
    undone: list[journal.Line] = []
    for line in reversed(journal.lines_by(session.actor.id, "entry", STEPS_LOOKED_AT)):
        if not line.facts.get("rows"):
            continue
        if line.command == UNDO:
            del done[-1:]
            undone.append(line)
        else:
            done.append(line)
            if line.command == REDO:
                del undone[-1:]
            else:
                undone.clear()
    left = undone if redo else done
    return left[-1] if left else None


def _take_back(session: Session, step: journal.Line | None, command: str) -> int:
    if step is None:
        if command == UNDO:
            raise Refused("nothing_to_undo", _("There is nothing to undo."))
        raise Refused("nothing_to_redo", _("There is nothing to redo."))
    now = session.now()
    if step.at < now - UNDO_WINDOW:
        raise Refused("too_old", _("A step can be taken back for 30 days."))
    _must_be_free(session, step.facts["rows"])
    changed = Refused("changed_since", _("This was changed again since; it cannot be taken back."))
    try:
        images = take_back(step.facts["rows"])
    except IntegrityError:  # another entry lies there now, or what it refers to is gone
        raise changed from None
    record(
        at=now, employee_id=session.actor.id, command=command, subject="entry", subject_id=step.subject_id,
        images=images, undoes=step.id,
    )  # fmt: skip
    _must_be_free(session, images)
    if _overlaps_what_runs(images, now):
        raise changed
    return step.subject_id


def _overlaps_what_runs(images: list[Any], now: Instant) -> bool:
    """Whether time that came back lies in what runs, or what runs again in time that was entered since."""
    ids = [
        row_id
        for name, row_id, before, after in images
        if name == "time_entry" and after is not None and (before is None or "started_at" in after or "ended_at" in after)
    ]
    for row in TimeEntry.select().where(TimeEntry.id.in_(ids)):
        running = row.ended_at is None
        others = TimeEntry.select().where(
            (TimeEntry.employee == row.employee_id)
            & (TimeEntry.ended_at > row.started_at if running else TimeEntry.ended_at.is_null())
        )
        near = [Interval(other.id, other.started_at, other.ended_at) for other in others]
        if in_the_way(row.started_at, row.ended_at, near, whole_second(now)):
            return True
    return False


def _must_be_free(session: Session, images: list[Any]) -> None:
    """Raises Refused `locked` where an entry among the rows may not be changed (any more)."""
    ids = [row_id for name, row_id, *_rest in images if name == "time_entry"]
    must_be_unlocked(ids)
    for row in TimeEntry.select().where(TimeEntry.id.in_(ids)):
        if not covers(writable(session.actor), row.employee_id):
            raise Refused("not_permitted", _("You may not change this entry any more."))
        must_be_open(Employee.get_by_id(row.employee_id), row.started_at)
