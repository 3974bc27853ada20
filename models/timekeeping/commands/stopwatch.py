"""The stopwatch. A running entry is a row: no lost connection stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.clients.views import card as client_card
from models.journal.commands import Pen, record
from models.pipeline import facts
from models.timekeeping import rules, views
from models.timekeeping.tables import TimeEntry
from models.values.errors import NotFound, Refused
from models.values.instants import CLOCK_TOLERANCE, Instant
from models.values.language import _
from models.values.text import clean_text

if TYPE_CHECKING:
    from models.session import Session


def start_timer(
    session: Session,
    *,
    client_id: int | None = None,
    deal_id: int | None = None,
    service_id: int | None = None,
    note: str = "",
    at: Instant | None = None,
) -> int:
    """Start the stopwatch; returns the entry's id. While one runs this is a switch: the old entry ends and the new one
    begins at the same instant. A deal brings its client along; without a service the only one is taken.

    Raises Refused `in_future`, `overlaps` (with the entries in the way), NotFound.
    """
    with session.writing():
        now, pen = session.now(), Pen()
        if deal_id is not None:
            client_id = facts.readable_deal(session, deal_id).client_id
        elif client_id is not None:
            client_card(session, client_id)
        if service_id is None:
            known = views.services(session)
            service_id = known[0].id if len(known) == 1 else None
        running = _running(session)
        start, marked = _begin(session, at, now, running)
        if running is not None:
            _end(pen, running, start)
        _refuse_overlap(session, start, running)
        entry_id = pen.insert(
            TimeEntry,
            employee=session.actor.id,
            client=client_id,
            deal=deal_id,
            service=service_id,
            started_at=start,
            note=clean_text(note, _("Note"), 1000),
            marks="clock" if marked else "",
            created_at=max(now, start),  # a clock that went back makes no entry one that was planned ahead
        )
        _record(session, "timer.switch" if running is not None else "timer.start", entry_id, pen, now)
    return entry_id


# A switch with nothing running is a start, and a start while one runs is a switch.
switch_timer = start_timer


def stop_timer(session: Session, *, at: Instant | None = None) -> views.Entry:
    """Stop the stopwatch. It always succeeds where one runs; what looks wrong is marked. Raises Refused `nothing_runs`,
    `in_future`, `before_start`."""
    with session.writing():
        now, pen = session.now(), Pen()
        running = _running(session)
        if running is None:
            raise Refused("nothing_runs", _("No stopwatch is running."))
        if at is not None and at > now:
            raise Refused("in_future", _("The instant is in the future."))
        if at is not None and at < running.started_at:
            raise Refused("before_start", _("The stopwatch was started later than that."))
        went_back = at is None and running.started_at - now > CLOCK_TOLERANCE
        _end(pen, running, now if at is None else at, "clock" if went_back else "")
        _record(session, "timer.stop", running.id, pen, now)
        return views.entry(session, running.id)


def set_note(session: Session, entry_id: int, note: str) -> None:
    """Change the note of one of the actor's own entries. Raises NotFound, Refused `bad_text`."""
    with session.writing():
        row = TimeEntry.get_or_none((TimeEntry.id == entry_id) & (TimeEntry.employee == session.actor.id))
        if row is None:
            raise NotFound(_("There is no time entry {id}.").format(id=entry_id))
        pen = Pen()
        pen.update(row, note=clean_text(note, _("Note"), 1000))
        _record(session, "entry.note", entry_id, pen, session.now())


def _running(session: Session) -> TimeEntry | None:
    return TimeEntry.get_or_none((TimeEntry.employee == session.actor.id) & TimeEntry.ended_at.is_null())


def _begin(session: Session, at: Instant | None, now: Instant, running: TimeEntry | None) -> tuple[Instant, bool]:
    """The second at which the new entry begins, and whether the clock went back."""
    if at is not None:
        if at > now:
            raise Refused("in_future", _("The instant is in the future."))
        if running is not None and at < running.started_at:
            raise Refused("before_start", _("The stopwatch was started later than that."))
        return rules.whole_second(at), False
    begun = rules.whole_second(now)
    ends = TimeEntry.select(TimeEntry.ended_at).where(
        (TimeEntry.employee == session.actor.id)
        & (TimeEntry.ended_at > begun)
        & (TimeEntry.started_at <= TimeEntry.created_at)  # what was planned ahead is no event yet
    )
    last = max((row[0] for row in ends.tuples()), default=begun)
    if running is not None:
        last = max(last, running.started_at)
    return max(begun, last), last - begun > CLOCK_TOLERANCE


def _end(pen: Pen, running: TimeEntry, at: Instant, mark: str = "") -> None:
    planned = (
        TimeEntry.select(TimeEntry.started_at)
        .where(
            (TimeEntry.employee == running.employee_id)
            & (TimeEntry.id != running.id)
            & (TimeEntry.started_at >= running.started_at)
            & (TimeEntry.ended_at > TimeEntry.started_at)
        )
        .order_by(TimeEntry.started_at)
        .limit(1)
        .scalar()
    )
    end, cut = rules.end_of(running.started_at, at, planned)
    marks = " ".join(filter(None, [running.marks, mark, "cut" if cut else ""]))
    pen.update(running, ended_at=end, marks=marks)


def _refuse_overlap(session: Session, start: Instant, running: TimeEntry | None) -> None:
    """A late start must not lie within another entry."""
    in_the_way = TimeEntry.select().where(
        (TimeEntry.employee == session.actor.id) & (TimeEntry.started_at <= start) & (TimeEntry.ended_at > start)
    )
    found = [row for row in in_the_way if running is None or row.id != running.id]
    if found:
        raise Refused(
            "overlaps", _("Another entry lies there."), [{"id": row.id} for row in found]
        )


def _record(session: Session, command: str, entry_id: int, pen: Pen, now: Instant) -> None:
    record(
        at=now, employee_id=session.actor.id, command=command, subject="entry", subject_id=entry_id,
        images=pen.images,
    )
