"""Weeks of time, where the company asks for it: handed in by who worked, approved or declined by who may.

What is approved does not change any more: its entries are locked and their prices fixed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.journal.tables import Lock
from models.people.rules import covers, may_answer_weeks, readable
from models.people.tables import Company, Employee
from models.timekeeping.commands.prices import fix_prices, free_prices
from models.timekeeping.tables import TimeEntry, TimesheetWeek
from models.values.errors import NotFound, Refused
from models.values.instants import Instant, day_start
from models.values.language import _
from models.values.text import clean_text

if TYPE_CHECKING:
    from models.session import Session

ANSWER_LENGTH = 500


def submit_week(session: Session, monday: date) -> None:
    """Hand in the actor's own week for approval; a declined one again. Raises Refused `weeks_not_used`, `not_monday`,
    `too_early`, `already_submitted`, `still_runs`, `to_be_assigned` (with the entries), `nothing_there`."""
    with session.writing():
        owner, pen = Employee.get_by_id(session.actor.id), Pen()
        _must_be_used(monday)
        row = _week(owner.id, monday)
        if row is not None and row.state != "declined":
            raise Refused("already_submitted", _("That week was handed in already."))
        _must_be_complete(session, _entries(owner, monday))
        if row is None:
            pen.insert(
                TimesheetWeek, employee=owner.id, monday=monday, state="submitted", submitted_at=session.now(), answer=""
            )
        else:
            pen.update(row, state="submitted", submitted_at=session.now(), answered_by_id=None, answered_at=None, answer="")
        _record(session, "week.submit", owner.id, pen, monday)


def withdraw_week(session: Session, monday: date) -> None:
    """Take back the actor's own week before it is answered. Raises Refused `not_submitted`."""
    with session.writing():
        pen, row = Pen(), _week(session.actor.id, monday)
        if row is None or row.state != "submitted":
            raise Refused("not_submitted", _("That week is not waiting for an answer."))
        pen.delete(row)
        _record(session, "week.withdraw", session.actor.id, pen, monday)


def answer_week(session: Session, employee_id: int, monday: date, *, approve: bool, answer: str = "") -> None:
    """Approve or decline a week that was handed in: managers their team's, administrators all; one's own only as an
    administrator. Declining takes a reason. Raises NotFound; Refused `not_permitted`, `not_submitted`, `reason_required`,
    `still_runs`, `to_be_assigned`."""
    with session.writing():
        owner, pen, at = _answerable(session, employee_id), Pen(), session.now()
        row = _week(owner.id, monday)
        if row is None or row.state != "submitted":
            raise Refused("not_submitted", _("That week is not waiting for an answer."))
        answer = clean_text(answer, _("Reason"), ANSWER_LENGTH)
        if not approve and not answer:
            raise Refused("reason_required", _("Say why the week is declined."))
        if approve:
            entries = _entries(owner, monday)
            _must_be_complete(session, entries)
            held = _approved(entry.id for entry in entries)
            for entry in entries:
                if entry.id in held:
                    continue  # with another week, before the employee's time zone changed
                pen.insert(Lock, subject="entry", subject_id=entry.id, use="approval", holder=_holder(monday), at=at)
            fix_prices(session, pen, [entry.id for entry in entries], at)
        pen.update(
            row, state="approved" if approve else "declined", answered_by_id=session.actor.id, answered_at=at, answer=answer
        )
        _record(session, "week.approve" if approve else "week.decline", owner.id, pen, monday)


def reopen_week(session: Session, employee_id: int, monday: date, *, reason: str) -> None:
    """Open an approved week again, so that its time can be changed and handed in anew: it then counts as declined.
    Raises NotFound; Refused `not_permitted`, `not_approved`, `reason_required`, `locked` (billed or paid meanwhile)."""
    with session.writing():
        owner, pen, at = _answerable(session, employee_id), Pen(), session.now()
        row = _week(owner.id, monday)
        if row is None or row.state != "approved":
            raise Refused("not_approved", _("That week is not approved."))
        reason = clean_text(reason, _("Reason"), ANSWER_LENGTH)
        if not reason:
            raise Refused("reason_required", _("Say why the week is opened again."))
        ids = _held_by(owner, monday)
        held = (Lock.subject == "entry") & Lock.subject_id.in_(ids)
        if Lock.select().where(held & (Lock.use != "approval")).exists():
            raise Refused("locked", _("Time of that week is on an invoice or in a closed payroll period."))
        for lock in Lock.select().where(held).order_by(Lock.id):
            pen.delete(lock)
        free_prices(pen, ids)
        pen.update(row, state="declined", answered_by_id=session.actor.id, answered_at=at, answer=reason)
        _record(session, "week.reopen", owner.id, pen, monday)


def _must_be_used(monday: date) -> None:
    if monday.weekday() != 0:
        raise Refused("not_monday", _("{day} is no Monday.").format(day=monday.isoformat()))
    if not Company.select(Company.weeks_approved).scalar():
        raise Refused("weeks_not_used", _("This company does not hand in weeks; `company set weeks_approved=true` asks for it."))


def _must_be_complete(session: Session, entries: list[TimeEntry]) -> None:
    if not entries:
        raise Refused("nothing_there", _("There is no time in that week."))
    if any(entry.ended_at is None for entry in entries):
        raise Refused("still_runs", _("A stopwatch of that week is still running."))
    missing = [entry for entry in entries if entry.client_id is None or entry.service_id is None]
    if missing:
        raise Refused(
            "to_be_assigned",
            _("Entries without a client or a service are to be assigned first."),
            [{"id": entry.id, "note": entry.note} for entry in missing],
        )
    if any(entry.ended_at > session.now() for entry in entries):
        raise Refused("too_early", _("That week holds time that is not over yet."))


def _answerable(session: Session, employee_id: int) -> Employee:
    """The employee whose weeks the actor may answer. Raises NotFound; Refused `not_permitted` where the actor may read
    them."""
    row = Employee.get_or_none(Employee.id == employee_id)
    if row is None or not covers(readable(session.actor), row.id):
        raise NotFound(_("There is no employee {name} whose weeks you may answer.").format(name=employee_id))
    if not may_answer_weeks(session.actor, row.id):
        raise Refused("not_permitted", _("You may read this week, not answer it."))
    return row


def _week(employee_id: int, monday: date) -> TimesheetWeek | None:
    return TimesheetWeek.get_or_none((TimesheetWeek.employee == employee_id) & (TimesheetWeek.monday == monday))


def _entries(owner: Employee, monday: date) -> list[TimeEntry]:
    """The entries that began in the week, on the employee's calendar."""
    first: Instant = day_start(monday, owner.timezone)
    after: Instant = day_start(monday + timedelta(days=7), owner.timezone)
    query = TimeEntry.select().where(
        (TimeEntry.employee == owner.id) & (TimeEntry.started_at >= first) & (TimeEntry.started_at < after)
    )
    return list(query.order_by(TimeEntry.started_at, TimeEntry.id))


def _approved(entry_ids: Iterable[int]) -> set[int]:
    held = (Lock.subject == "entry") & (Lock.use == "approval") & Lock.subject_id.in_(list(entry_ids))
    return {row[0] for row in Lock.select(Lock.subject_id).where(held).tuples()}


def _held_by(owner: Employee, monday: date) -> list[int]:
    """The entries that were approved with the week, wherever its days begin now."""
    query = (
        Lock.select(Lock.subject_id)
        .join(TimeEntry, on=(TimeEntry.id == Lock.subject_id))
        .where((Lock.subject == "entry") & (Lock.holder == _holder(monday)) & (TimeEntry.employee == owner.id))
    )
    return sorted(row[0] for row in query.tuples())


def _holder(monday: date) -> str:
    return f"week:{monday.isoformat()}"


def _record(session: Session, command: str, employee_id: int, pen: Pen, monday: date) -> None:
    record(
        at=session.now(), employee_id=session.actor.id, command=command, subject="week", subject_id=employee_id,
        images=pen.images, monday=monday.isoformat(),
    )  # fmt: skip
