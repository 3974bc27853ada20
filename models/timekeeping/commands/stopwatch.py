"""The stopwatch. A running entry is a row: no lost connection stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from models.journal.commands import Pen, record
from models.people import commands as people
from models.people.tables import Employee
from models.timekeeping import rules, views
from models.timekeeping.commands.entries import delete_with_own, edit_entry
from models.timekeeping.commands.guards import assigned, must_be_in_use, must_be_open, week_must_be_open
from models.timekeeping.tables import TimeEntry
from models.timekeeping.views.forgotten import last_sign
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import CLOCK_TOLERANCE, Instant, instant_text
from models.values.language import _
from models.values.text import clean_text

if TYPE_CHECKING:
    from models.session import Session

ANSWERS = ("keep", "trim", "end", "discard")


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

    Raises Refused `timer_forgotten` (until `recover_timer`), `in_future`, `before_start`, `overlaps` (with the entries
    in the way), `locked`, `service_archived`; NotFound.
    """
    with session.writing():
        if service_id is None:
            known = views.services(session)
            service_id = known[0].id if len(known) == 1 else None
        what = _what(session, client_id=client_id, deal_id=deal_id, service_id=service_id)
        return _start(session, at, note=clean_text(note, _("Note"), 1000), billable=True, **what)


# A switch with nothing running is a start, and a start while one runs is a switch.
switch_timer = start_timer


def continue_entry(session: Session, entry_id: int | None = None, at: Instant | None = None) -> int:
    """Go on with one of the actor's own entries, the last one that has begun if none is named: a new entry with the same fields; returns
    its id. Raises as `start_timer`, and Refused `nothing_to_continue`."""
    with session.writing():
        own = TimeEntry.select().where(TimeEntry.employee == session.actor.id)
        if entry_id is not None:
            row = own.where(TimeEntry.id == entry_id).first()
            if row is None:
                _no_entry(entry_id)
        else:
            begun = (TimeEntry.started_at <= session.now()) | (TimeEntry.started_at <= TimeEntry.created_at)
            row = own.where(begun).order_by(TimeEntry.started_at.desc(), TimeEntry.id.desc()).first()
            if row is None:
                raise Refused("nothing_to_continue", _("There is no entry to go on with."))
        what = _what(session, client_id=row.client_id, deal_id=row.deal_id, service_id=row.service_id)
        return _start(session, at, note=row.note, billable=row.billable, **what)


def stop_timer(session: Session, *, at: Instant | None = None) -> views.Entry:
    """Stop the stopwatch. It always succeeds where one runs; what looks wrong is marked. Raises Refused `nothing_runs`,
    `in_future`, `before_start`."""
    with session.writing():
        now, pen = session.now(), Pen()
        running = _must_run(session)
        _refuse_end(running, at, now)
        mark = ""
        if at is None and running.started_at - now > CLOCK_TOLERANCE:
            mark = "clock"
        elif at is None and rules.is_forgotten(now, last_sign(session, running.started_at), session.forgotten_after):
            mark = "forgotten"
        _end(pen, running, now if at is None else at, mark)
        _record(session, "timer.stop", running.id, pen, now)
        return views.entry(session, running.id)


def recover_timer(session: Session, answer: str, at: Instant | None = None) -> views.Entry | None:
    """Answer for a forgotten stopwatch: `keep` lets it run on, `trim` ends it at the last sign of life, `end` at the
    instant `at`, `discard` takes the entry away. Returns the entry, None for a discarded one.

    Raises Refused `nothing_runs`, `not_forgotten`, `in_future`, `before_start`; Usage `bad_answer`.
    """
    if answer not in ANSWERS or (answer == "end") != (at is not None):
        raise Usage("bad_answer", _("The answers are keep, trim, discard, and end with an instant."))
    with session.writing():
        now, pen = session.now(), Pen()
        running = _must_run(session)
        sign = last_sign(session, running.started_at)
        if not rules.is_forgotten(now, sign, session.forgotten_after):
            raise Refused("not_forgotten", _("The stopwatch that runs was not forgotten."))
        _refuse_end(running, at, now)
        entry_id = running.id
        if answer == "keep":
            people.sign_of_life(session)
        elif answer == "discard":
            delete_with_own(pen, running)
        else:
            _end(pen, running, sign if at is None else at)
        _record(session, f"timer.{answer}", entry_id, pen, now)
        return None if answer == "discard" else views.entry(session, entry_id)


def assign_timer(session: Session, **changes: Any) -> views.Entry:
    """Give what runs another `client_id`, `deal_id` (which brings its client along), `service_id` or `note`.

    Raises Refused `nothing_runs`, and as `edit_entry`; NotFound.
    """
    with session.writing():
        return edit_entry(session, _must_run(session).id, **changes)


def still_there(session: Session) -> bool:
    """Leave a sign of life while a stopwatch runs; False where it was forgotten: then its employee is to be asked first."""
    if views.running(session) is None:
        return True
    if views.forgotten(session) is not None:
        return False
    people.sign_of_life(session)
    return True


def _what(
    session: Session, *, client_id: int | None = None, deal_id: int | None = None, service_id: int | None = None
) -> dict[str, int | None]:
    """What an entry is for, checked: what the actor may read, and a service in use."""
    client_id, deal_id = assigned(session, None if deal_id is not None else client_id, deal_id)
    must_be_in_use(service_id)
    return {"client_id": client_id, "deal_id": deal_id, "service_id": service_id}


def _start(session: Session, at: Instant | None, **fields: Any) -> int:
    now, pen = session.now(), Pen()
    running = _running(session)
    if running is not None:
        _refuse_forgotten(session, running, now)
    start, marked = _begin(session, at, now, running)
    owner = Employee.get_by_id(session.actor.id)
    if at is None:
        week_must_be_open(owner, start)
    else:
        must_be_open(owner, start)
    if running is not None:
        _end(pen, running, start)
    _refuse_overlap(session, start, start if at is None else now, running)
    entry_id = pen.insert(
        TimeEntry,
        employee=session.actor.id,
        started_at=start,
        marks="clock" if marked else "",
        created_at=max(now, start),  # a clock that went back makes no entry one that was planned ahead
        **fields,
    )
    _record(session, "timer.switch" if running is not None else "timer.start", entry_id, pen, now)
    return entry_id


def _running(session: Session) -> TimeEntry | None:
    return TimeEntry.get_or_none((TimeEntry.employee == session.actor.id) & TimeEntry.ended_at.is_null())


def _must_run(session: Session) -> TimeEntry:
    running = _running(session)
    if running is None:
        raise Refused("nothing_runs", _("No stopwatch is running."))
    return running


def _no_entry(entry_id: int) -> NoReturn:
    raise NotFound(_("There is no time entry {id}.").format(id=entry_id))


def _refuse_forgotten(session: Session, running: TimeEntry, now: Instant) -> None:
    sign = last_sign(session, running.started_at)
    if rules.is_forgotten(now, sign, session.forgotten_after):
        raise Refused(
            "timer_forgotten",
            _("A stopwatch was left running. Say first what becomes of it: keep it, end it at the last sign of life or at another time, or discard it."),
            [{"id": running.id, "started_at": instant_text(running.started_at), "last_sign": instant_text(sign)}],
        )


def _refuse_end(running: TimeEntry, at: Instant | None, now: Instant) -> None:
    if at is not None and at > now:
        raise Refused("in_future", _("The instant is in the future."))
    if at is not None and at < running.started_at:
        raise Refused("before_start", _("The stopwatch was started later than that."))


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
    end, cut = rules.end_of(running.started_at, at, views.planned_after(running.employee_id, running.started_at))
    long = end - running.started_at > rules.intervals.LONGEST
    marks = " ".join(filter(None, [running.marks, mark, "cut" if cut else "", "long" if long else ""]))
    pen.update(running, ended_at=end, marks=marks)


def _refuse_overlap(session: Session, start: Instant, now: Instant, running: TimeEntry | None) -> None:
    """A late start must not lie within another entry, nor before one that has begun by now."""
    in_the_way = TimeEntry.select().where(
        (TimeEntry.employee == session.actor.id)
        & (TimeEntry.ended_at > start)
        & (TimeEntry.ended_at > TimeEntry.started_at)
        & ((TimeEntry.started_at <= max(start, now)) | (TimeEntry.started_at <= TimeEntry.created_at))  # not planned ahead
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
