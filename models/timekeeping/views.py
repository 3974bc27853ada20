"""What runs, what was entered, and the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from peewee import JOIN, fn

from models.clients.tables import Client
from models.people.rules import readable
from models.people.tables import Employee
from models.pipeline.tables import Deal, Stage, Visit
from models.timekeeping.tables import Service, TimeEntry
from models.values.errors import NotFound
from models.values.instants import SECOND, Instant
from models.values.language import _
from models.values.text import quoted, search_key

if TYPE_CHECKING:
    from models.session import Session


class Entry(NamedTuple):
    """A time entry; `seconds` up to now while it runs, `stage` the one its deal was at when it began."""

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


class ServiceLine(NamedTuple):
    id: int
    name: str


def running(session: Session) -> Entry | None:
    """The actor's running entry."""
    row = _entries().where((TimeEntry.employee == session.actor.id) & TimeEntry.ended_at.is_null()).first()
    return _entry(row, session.now()) if row else None


def entry(session: Session, entry_id: int) -> Entry:
    """One entry that the actor may read. Raises NotFound."""
    owners = readable(session.actor)
    row = _entries().where(TimeEntry.id == entry_id).first()
    if row is None or (owners is not None and row.employee_id not in owners):
        raise NotFound(_("There is no time entry {id}.").format(id=entry_id))
    return _entry(row, session.now())


def entries(
    session: Session, *, client_id: int | None = None, deal_id: int | None = None, limit: int = 50
) -> list[Entry]:
    """The newest entries that the actor may read."""
    query = _entries().order_by(TimeEntry.started_at.desc(), TimeEntry.id.desc()).limit(limit)
    owners = readable(session.actor)
    if owners is not None:
        query = query.where(TimeEntry.employee.in_(sorted(owners)))
    if client_id is not None:
        query = query.where(TimeEntry.client == client_id)
    if deal_id is not None:
        query = query.where(TimeEntry.deal == deal_id)
    now = session.now()
    return [_entry(row, now) for row in query]


def seconds_on_deal(session: Session, deal_id: int) -> int:
    """Seconds that everybody whose time the actor may read has spent on a deal, up to now."""
    query = TimeEntry.select(
        fn.SUM(fn.COALESCE(TimeEntry.ended_at, session.now()) - TimeEntry.started_at)
    ).where(TimeEntry.deal == deal_id)
    owners = readable(session.actor)
    if owners is not None:
        query = query.where(TimeEntry.employee.in_(sorted(owners)))
    return max(0, int(query.scalar() or 0)) // SECOND


def services(session: Session) -> list[ServiceLine]:
    """The services in use, by name."""
    query = Service.select().where(Service.archived_at.is_null()).order_by(Service.name_key)
    return [ServiceLine(row.id, row.name) for row in query]


def find_service(text: str) -> int:
    """The id of a service by name or id. Raises NotFound."""
    row = Service.get_or_none(Service.name_key == search_key(text))
    if row is None and text.isascii() and text.isdigit() and len(text) < 10:
        row = Service.get_or_none(Service.id == int(text))
    if row is None:
        raise NotFound(_("There is no service {name}.").format(name=quoted(text)))
    return int(row.id)


def _entries() -> Any:
    stage = (
        Visit.select(Stage.name)
        .join(Stage, on=Visit.stage == Stage.id)
        .where(
            (Visit.deal == TimeEntry.deal)
            & (Visit.entered_at < TimeEntry.started_at + SECOND)
            & (Visit.left_at.is_null() | (Visit.left_at > TimeEntry.started_at))
        )
        .order_by(Visit.seq.desc())
        .limit(1)
    )
    return (
        TimeEntry.select(
            TimeEntry,
            Employee.login,
            Client.name.alias("client_name"),
            Deal.title.alias("deal_title"),
            Service.name.alias("service_name"),
            stage.alias("stage_name"),
        )
        .join(Employee, on=TimeEntry.employee == Employee.id)
        .switch(TimeEntry)
        .join(Client, JOIN.LEFT_OUTER, on=TimeEntry.client == Client.id)
        .switch(TimeEntry)
        .join(Deal, JOIN.LEFT_OUTER, on=TimeEntry.deal == Deal.id)
        .switch(TimeEntry)
        .join(Service, JOIN.LEFT_OUTER, on=TimeEntry.service == Service.id)
        .objects()
    )


def _entry(row: Any, now: Instant) -> Entry:
    return Entry(
        row.id,
        row.login,
        row.client_id,
        row.client_name,
        row.deal_id,
        row.deal_title,
        row.stage_name,
        row.service_name,
        row.started_at,
        row.ended_at,
        max(0, (row.ended_at or now) - row.started_at) // SECOND,
        bool(row.billable),
        row.note,
    )
