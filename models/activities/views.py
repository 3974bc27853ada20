"""What is to be done, when, with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from peewee import JOIN

from models.activities.tables import Activity as Row
from models.clients.tables import Client
from models.people.rules import covers, readable
from models.people.tables import Employee
from models.pipeline.tables import Deal
from models.values.errors import NotFound
from models.values.instants import Instant, day_end
from models.values.language import _
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class Activity:
    """An activity with its client and deal; without `has_time` it is due on the day that ends at `due_at`."""

    id: int
    kind: str
    text: str
    employee: str
    client_id: int
    client: str
    deal_id: int | None
    deal: str | None
    amount: Money | None
    due_at: Instant | None
    has_time: bool
    done_at: Instant | None
    result: str


@dataclass(frozen=True)
class Agenda:
    """The actor's open activities: `overdue` before now, `due` until the end of the day."""

    day: date
    overdue: tuple[Activity, ...]
    due: tuple[Activity, ...]


def agenda(session: Session, day: date) -> Agenda:
    """What the actor has to do by the end of `day` (a day of the actor's zone)."""
    now, end = session.now(), day_end(day, session.actor.timezone)
    query = (
        _activities()
        .where((Row.employee == session.actor.id) & Row.done_at.is_null() & (Row.due_at <= end))
        .order_by(Row.due_at, Row.id)
        .limit(500)
    )
    found = [_activity(row) for row in query]
    return Agenda(
        day,
        tuple(one for one in found if one.due_at is not None and one.due_at <= now),
        tuple(one for one in found if one.due_at is not None and one.due_at > now),
    )


def activities(
    session: Session,
    *,
    client_id: int | None = None,
    deal_id: int | None = None,
    open_only: bool = False,
    limit: int = 50,
) -> list[Activity]:
    """The open activities that the actor may read by due instant, then the done ones, newest first."""
    query = _activities().order_by(Row.done_at.is_null().desc(), Row.done_at.desc(), Row.due_at, Row.id).limit(limit)
    owners = readable(session.actor)
    if owners is not None:
        query = query.where(Row.employee.in_(sorted(owners)))
    if client_id is not None:
        query = query.where(Row.client == client_id)
    if deal_id is not None:
        query = query.where(Row.deal == deal_id)
    if open_only:
        query = query.where(Row.done_at.is_null())
    return [_activity(row) for row in query]


def activity(session: Session, activity_id: int) -> Activity:
    """One activity that the actor may read. Raises NotFound."""
    row = _activities().where(Row.id == activity_id).first()
    if row is None or not covers(readable(session.actor), row.employee_id):
        raise NotFound(_("There is no activity {id}.").format(id=activity_id))
    return _activity(row)


def _activities() -> Any:
    return (
        Row.select(Row, Employee.login, Client.name.alias("client_name"), Deal.title, Deal.amount, Deal.currency)
        .join(Employee, on=Row.employee == Employee.id)
        .switch(Row)
        .join(Client, on=Row.client == Client.id)
        .switch(Row)
        .join(Deal, JOIN.LEFT_OUTER, on=Row.deal == Deal.id)
        .objects()
    )


def _activity(row: Any) -> Activity:
    return Activity(
        row.id,
        row.kind,
        row.text,
        row.login,
        row.client_id,
        row.client_name,
        row.deal_id,
        row.title,
        None if row.amount is None else Money(row.amount, row.currency),
        row.due_at,
        bool(row.has_time),
        row.done_at,
        row.result,
    )
