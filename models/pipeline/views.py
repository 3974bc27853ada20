"""Deal types and stages, one deal whole, and windows of deals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from peewee import SQL

from models.clients.tables import Client
from models.people import views as people
from models.people.rules import readable
from models.people.tables import Employee
from models.pipeline import facts, rules
from models.pipeline.commands import attempt_by
from models.pipeline.rules import Attempt, TypeFacts, seconds_without_holds
from models.pipeline.tables import Deal, DealType, Hold, Stage, Visit
from models.values.errors import Objection
from models.values.instants import Instant
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class TypeLine:
    id: int
    name: str
    mode: str
    returns: bool
    is_default: bool
    stages: int


@dataclass(frozen=True)
class StageLine:
    """A stage as `stage list` prints it. `norm` in seconds, `probability` in percent."""

    id: int
    name: str
    position: int
    norm: int | None
    probability: int | None
    archived: bool


@dataclass(frozen=True)
class VisitLine:
    """One stay. `seconds` count without holds, up to now where it lasts; `wall_seconds` with them."""

    stage: str
    entered_at: Instant
    left_at: Instant | None
    entered_as: str
    left_as: str | None
    seconds: int
    wall_seconds: int
    by: str
    reason: str
    begin_unknown: bool


@dataclass(frozen=True)
class Refusal:
    """A stage that a move would be refused, with every objection."""

    stage_id: int
    stage: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True)
class DealCard:
    """One deal whole, as its card, the detail pane and `deal show` need it."""

    id: int
    title: str
    client_id: int
    client: str
    type_id: int
    type: str
    mode: str
    stage_id: int | None
    stage: str | None
    norm: int | None
    outcome: str
    owner: str
    owner_name: str
    amount: Money | None
    expected_close: date | None
    probability: int | None
    source: str
    held_at: Instant | None
    hold_reason: str
    close_reason: str
    closed_at: Instant | None
    next_due_at: Instant | None
    version: int
    external_id: str | None
    visits: tuple[VisitLine, ...]
    trail: str
    covered: tuple[int, int] | None
    allowed: tuple[tuple[int, str], ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class DealLine:
    """One deal in a list."""

    id: int
    title: str
    client: str
    type: str
    stage: str | None
    outcome: str
    owner: str
    amount: Money | None
    expected_close: date | None
    entered_at: Instant
    held: bool


def types(session: Session) -> list[TypeLine]:
    """All deal types, the default first."""
    query = DealType.select(
        DealType.id,
        DealType.name,
        DealType.mode,
        DealType.returns,
        DealType.is_default,
        SQL("(SELECT count(*) FROM stage WHERE stage.deal_type_id = t1.id AND stage.archived_at IS NULL)"),
    ).order_by(DealType.is_default.desc(), DealType.id)
    return [TypeLine(a, b, c, bool(d), bool(e), f) for a, b, c, d, e, f in query.tuples()]


def stages(session: Session, type_id: int) -> list[StageLine]:
    """The stages of a type in order, the archived ones among them."""
    return [
        StageLine(row.id, row.name, row.position, row.norm, row.probability, row.archived_at is not None)
        for row in Stage.select().where(Stage.deal_type == type_id).order_by(Stage.position, Stage.id)
    ]


def deal(session: Session, deal_id: int) -> DealCard:
    """One deal with its history and what may be done with it. Raises NotFound."""
    row = facts.readable_deal(session, deal_id)
    now = session.now()
    deal_type = facts.type_facts(row.deal_type_id)
    known = facts.deal_facts(session, row)
    names = _stage_names(row.id)
    holds = [(h.started_at, h.ended_at) for h in Hold.select().where(Hold.deal == row.id)]
    logins = people.logins()
    visits = tuple(
        VisitLine(
            names[visit.stage_id],
            visit.entered_at,
            visit.left_at,
            visit.entered_as,
            visit.left_as,
            seconds_without_holds(visit.entered_at, visit.left_at or now, holds),
            ((visit.left_at or now) - visit.entered_at) // 1_000_000,
            logins.get(visit.entered_by_id, "?"),
            visit.entered_reason,
            visit.begin_unknown,
        )
        for visit in Visit.select().where(Visit.deal == row.id).order_by(Visit.seq)
    )
    allowed, refused = _judged(session, row, deal_type, known)
    stage = next((s for s in deal_type.stages if s.id == row.stage_id), None)
    open_hold = Hold.get_or_none((Hold.deal == row.id) & Hold.ended_at.is_null())
    owner = Employee.get_by_id(row.owner_id)
    client = Client.get_by_id(row.client_id)
    return DealCard(
        id=row.id,
        title=row.title,
        client_id=client.id,
        client=client.name,
        type_id=deal_type.id,
        type=deal_type.name,
        mode=deal_type.mode,
        stage_id=row.stage_id,
        stage=stage.name if stage else None,
        norm=stage.norm if stage else None,
        outcome=row.outcome,
        owner=owner.login,
        owner_name=owner.name,
        amount=None if row.amount is None else Money(row.amount, row.currency),
        expected_close=row.expected_close,
        probability=row.probability,
        source=row.source,
        held_at=row.held_at,
        hold_reason=open_hold.reason if open_hold else "",
        close_reason=row.close_reason,
        closed_at=row.closed_at,
        next_due_at=row.next_due_at,
        version=row.version,
        external_id=row.external_id,
        visits=visits,
        trail=rules.trail([visit.stage for visit in visits], [s.name for s in deal_type.stages]),
        covered=_covered(known, deal_type),
        allowed=allowed,
        refused=refused,
    )


def deals(
    session: Session,
    *,
    type_id: int | None = None,
    stage_id: int | None = None,
    rep_id: int | None = None,
    client_id: int | None = None,
    outcome: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[DealLine]:
    """A window of the deals that the actor may read, newest first."""
    query = (
        Deal.select(Deal, Client.name, DealType.name, Stage.id, Stage.name, Employee.login)
        .join(Client)
        .switch(Deal)
        .join(DealType, on=Deal.deal_type == DealType.id)
        .switch(Deal)
        .join(Employee, on=Deal.owner == Employee.id)
        .switch(Deal)
        .left_outer_join(Stage, on=Deal.stage == Stage.id)
        .order_by(Deal.id.desc())
        .limit(limit)
        .offset(offset)
    )
    owners = readable(session.actor)
    if owners is not None:
        query = query.where(Deal.owner.in_(sorted(owners)))
    wanted: list[tuple[Any, Any]] = [
        (Deal.deal_type, type_id),
        (Deal.stage, stage_id),
        (Deal.owner, rep_id),
        (Deal.client, client_id),
        (Deal.outcome, outcome),
    ]
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return [
        DealLine(
            row.id,
            row.title,
            row.client.name,
            row.deal_type.name,
            row.stage.name if row.stage_id is not None else None,
            row.outcome,
            row.owner.login,
            None if row.amount is None else Money(row.amount, row.currency),
            row.expected_close,
            row.entered_at,
            row.held_at is not None,
        )
        for row in query
    ]


def _judged(
    session: Session, row: Deal, deal_type: TypeFacts, known: rules.DealFacts
) -> tuple[tuple[tuple[int, str], ...], tuple[Refusal, ...]]:
    """Every other stage, allowed or refused, as judged for a move without a reason."""
    allowed, refused = [], []
    now = session.now()
    for stage in deal_type.active():
        if stage.id == row.stage_id:
            continue
        objections = rules.judge(known, deal_type, attempt_by(session, row, Attempt("move", stage.id)), now)
        if objections:
            refused.append(Refusal(stage.id, stage.name, tuple(objections)))
        else:
            allowed.append((stage.id, stage.name))
    return tuple(allowed), tuple(refused)


def _covered(known: rules.DealFacts, deal_type: TypeFacts) -> tuple[int, int] | None:
    """In semi-strict types how many of the active stages the deal has visited, and how many there are."""
    if deal_type.mode != "semi-strict":
        return None
    active = deal_type.active()
    return sum(stage.id in known.visited for stage in active), len(active)


def _stage_names(deal_id: int) -> dict[int, str]:
    query = Stage.select(Stage.id, Stage.name).join(Visit, on=Visit.stage == Stage.id).where(Visit.deal == deal_id)
    return dict(query.tuples())
