"""What every command with time asks before it writes: whose time it is, what locks it, whether its times and what it is booked
on can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from models.clients.views import card as client_card
from models.journal.tables import Lock
from models.people.rules import covers, readable, writable
from models.people.tables import Company, Employee
from models.pipeline import facts
from models.timekeeping import views
from models.timekeeping.rules.intervals import wrong_with
from models.timekeeping.tables import Service, TimeEntry, TimesheetWeek
from models.values.errors import NotFound, Refused
from models.values.instants import Instant, instant_text, local_day
from models.values.language import _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.session import Session


def whose(session: Session, employee_id: int) -> Employee:
    """The employee whose time is meant. Raises NotFound; Refused `not_permitted` where the actor may read it."""
    row = Employee.get_or_none(Employee.id == employee_id)
    if row is None or not covers(readable(session.actor), row.id):
        raise NotFound(_("There is no employee {name} whose time you may change.").format(name=employee_id))
    if not covers(writable(session.actor), row.id):
        raise Refused("not_permitted", _("You may read this person's time, not change it."))
    return row


def writable_entry(session: Session, entry_id: int) -> TimeEntry:
    """The row, if the actor may change it and nothing stands on it. Raises NotFound, Refused `locked`."""
    row = TimeEntry.get_or_none(TimeEntry.id == entry_id)
    if row is None or not covers(readable(session.actor), row.employee_id):
        raise unknown(entry_id)
    if not covers(writable(session.actor), row.employee_id):
        raise Refused("not_permitted", _("You may read this entry, not change it."))
    must_be_open(Employee.get_by_id(row.employee_id), row.started_at)
    must_be_unlocked([entry_id])
    return row


def must_be_unlocked(ids: Iterable[int]) -> None:
    """Raises Refused `locked` where one of the entries is approved, on an invoice, or in a closed payroll period."""
    words = {
        "approval": _("Entry {id} was approved with its week; reopen the week first."),
        "billing": _("Entry {id} is on an issued invoice; a credit note frees it."),
        "payroll": _("Entry {id} is in a closed payroll period; correct it in the next open one."),
    }
    found = Lock.select().where((Lock.subject == "entry") & Lock.subject_id.in_(list(ids))).order_by(Lock.id).first()
    if found is not None:
        raise Refused("locked", words[found.use].format(id=found.subject_id), [{"id": found.subject_id, "use": found.use}])


def must_be_open(owner: Employee, start: Instant) -> None:
    """Raises Refused `locked` where the day of `start`, for that employee, is closed or in an approved week."""
    day = local_day(start, owner.timezone)
    closed = Company.select(Company.locked_before).scalar()
    if closed is not None and day < closed:
        raise Refused("locked", _("Time before {day} is closed.").format(day=closed.isoformat()))
    week_must_be_open(owner, start)


def week_must_be_open(owner: Employee, start: Instant) -> None:
    """Raises Refused `locked` where the day of `start`, for that employee, is in an approved week."""
    day = local_day(start, owner.timezone)
    monday = day - timedelta(days=day.weekday())
    week = (TimesheetWeek.employee == owner.id) & (TimesheetWeek.monday == monday) & (TimesheetWeek.state == "approved")
    if TimesheetWeek.select().where(week).exists():
        raise Refused("locked", _("The week of {day} was approved; reopen it first.").format(day=monday.isoformat()))


def must_be_sound(session: Session, start: Instant, end: Instant | None) -> None:
    """Raises Refused `end_before_start`, `too_long`, `in_future`, `too_far`."""
    wrong = wrong_with(start, end, session.now())
    if wrong:
        raise unsound(wrong)


def unsound(code: str) -> Refused:
    """The refusal of times that cannot be an entry's."""
    words = {
        "end_before_start": _("The end lies before the start."),
        "too_long": _("An entry has at most 24 hours; enter each day by itself."),
        "in_future": _("What runs cannot begin later than now."),
        "too_far": _("The entry lies too far away: at most a year ahead, and not before 1970."),
    }
    return Refused(code, words[code])


def assigned(session: Session, client_id: int | None, deal_id: int | None) -> tuple[int | None, int | None]:
    """Client and deal of an entry: a deal brings its client. Raises NotFound, Refused `other_client`."""
    if deal_id is not None:
        deal = facts.readable_deal(session, deal_id)
        if client_id is not None and client_id != deal.client_id:
            raise Refused("other_client", _("Deal {id} is another client's.").format(id=deal_id))
        return deal.client_id, deal_id
    if client_id is not None:
        client_card(session, client_id)
    return client_id, None


def must_be_in_use(service_id: int | None) -> None:
    """Raises NotFound, Refused `service_archived`; an entry may have no service yet."""
    if service_id is None:
        return
    row = Service.get_or_none(Service.id == service_id)
    if row is None:
        raise NotFound(_("There is no service {name}.").format(name=service_id))
    if row.archived_at is not None:
        raise Refused("service_archived", _("The service {name} is archived.").format(name=quoted(row.name)))


def overlaps(session: Session, ids: Sequence[int]) -> Refused:
    """The refusal that names the entries in the way."""
    found = [views.entry(session, each) for each in ids]
    return Refused(
        "overlaps",
        _("Another entry lies there."),
        [
            {
                "id": one.id,
                "started_at": instant_text(one.started_at),
                "ended_at": None if one.ended_at is None else instant_text(one.ended_at),
                "client": one.client,
                "note": one.note,
            }
            for one in found
        ],
    )


def unknown(entry_id: int) -> NotFound:
    """What is said of an entry that is not there, or that the actor may not read."""
    return NotFound(_("There is no time entry {id}.").format(id=entry_id))
