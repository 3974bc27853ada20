"""One deal whole, and windows of deals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from peewee import fn

from models.clients.tables import Client
from models.people import views as people
from models.people.rules import readable
from models.people.tables import Employee
from models.pipeline import facts, rules
from models.pipeline.fields import custom_text, custom_values
from models.pipeline.rules import Attempt, TypeFacts, seconds_without_holds
from models.pipeline.tables import CustomField, Deal, DealType, Hold, Stage, StageAction, Tick, Visit
from models.pipeline.views.requests import RequestLine, open_requests
from models.pipeline.views.types import who_words
from models.values.errors import Objection
from models.values.instants import Instant
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session


class VisitLine(NamedTuple):
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


class Refusal(NamedTuple):
    """A stage that a move would be refused, with every objection."""

    stage_id: int
    stage: str
    objections: tuple[Objection, ...]


class ActionLine(NamedTuple):
    """An action of the deal's present stage: `who` does it in words, `named` as a role or a login (None: the owner), when and by whom it was done, and whether the actor
    `may` tick it. `guidance` is what the rep reads."""

    id: int
    text: str
    required: bool
    who: str
    guidance: str
    done_at: Instant | None
    done_by: str | None
    may: bool
    named: str | None = None


class FieldLine(NamedTuple):
    """A custom field of the deal's type with what the deal holds in it, as people read and as it is stored (None:
    nothing); `choices` of a choice."""

    id: int
    name: str
    kind: str
    choices: tuple[str, ...]
    text: str
    value: str | None


class DealCard(NamedTuple):
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
    stage_actions: tuple[ActionLine, ...]
    fields: tuple[FieldLine, ...]
    requests: tuple[RequestLine, ...]
    allowed: tuple[tuple[int, str], ...]
    refused: tuple[Refusal, ...]


class DealLine(NamedTuple):
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
    client_id: int


def deal(session: Session, deal_id: int) -> DealCard:
    """One deal with its history and what may be done with it. Raises NotFound."""
    with session.store.reading():
        return _card(session, deal_id)


def _card(session: Session, deal_id: int) -> DealCard:
    row = facts.readable_deal(session, deal_id)
    now = session.now()
    deal_type = facts.type_facts(row.deal_type_id)
    known = facts.deal_facts(session, row, deal_type)
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
        stage_actions=_actions(session, row),
        fields=fields_of_deal(row.deal_type_id, row.id),
        requests=tuple(open_requests(session, deal_id=row.id)),
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
    ids: Sequence[int] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[DealLine]:
    """A window of the deals that the actor may read, newest first; with `ids` (at most some hundred) of these alone."""
    query = (
        Deal.select(Deal, Client.id, Client.name, DealType.name, Stage.id, Stage.name, Employee.login)
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
    if ids is not None:
        query = query.where(Deal.id.in_(ids))
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
            row.client_id,
        )
        for row in query
    ]


def fields_of_deal(type_id: int, deal_id: int | None) -> tuple[FieldLine, ...]:
    """The custom fields of a type in order, with what a deal holds in them."""
    held = {} if deal_id is None else custom_values(deal_id)
    query = CustomField.select().where((CustomField.deal_type == type_id) & CustomField.archived_at.is_null())
    return tuple(
        FieldLine(
            row.id, row.name, row.kind, tuple(row.choices.split("\n")) if row.choices else (),
            custom_text(row.kind, held[row.id]) if row.id in held else "", held.get(row.id),
        )
        for row in query.order_by(CustomField.position, CustomField.id)
    )  # fmt: skip


def actions(session: Session, deal_id: int) -> tuple[ActionLine, ...]:
    """The checklist of a deal's present stage. Raises NotFound."""
    return _actions(session, facts.readable_deal(session, deal_id))


def _actions(session: Session, deal: Deal) -> tuple[ActionLine, ...]:
    if deal.stage_id is None:
        return ()
    ticks = {
        row.stage_action_id: row
        for row in Tick.select()
        .join(Visit, on=Tick.visit == Visit.id)
        .where(
            (Visit.deal == deal.id)
            & (Visit.seq == Visit.select(fn.MAX(Visit.seq)).where(Visit.deal == deal.id))
        )
    }
    rows = StageAction.select().where((StageAction.stage == deal.stage_id) & StageAction.archived_at.is_null())
    rows = list(rows.order_by(StageAction.position, StageAction.id))
    names = people.names() if rows else {}
    logins = people.logins() if rows else {}
    may_change = facts.may_change(session, deal)
    found = []
    for row in rows:
        tick = ticks.get(row.id)
        known = rules.ActionFacts(row.id, row.text, row.required, row.role, row.employee_id)
        may = rules.may_tick(
            known, actor_id=session.actor.id, role=session.actor.role, may_change=may_change
        )
        found.append(
            ActionLine(
                row.id, row.text, row.required, who_words(row.role, row.employee_id, names), row.guidance,
                None if tick is None else tick.at, None if tick is None else logins.get(tick.by_id, "?"),
                may and deal.outcome == "open", row.role or (logins.get(row.employee_id, "?") if row.employee_id else None),
            )  # fmt: skip
        )
    return tuple(found)


def _judged(
    session: Session, row: Deal, deal_type: TypeFacts, known: rules.DealFacts
) -> tuple[tuple[tuple[int, str], ...], tuple[Refusal, ...]]:
    """Every other stage, allowed or refused, as judged for a move without a reason."""
    allowed, refused = [], []
    now = session.now()
    attempt = facts.attempt_by(session, row.owner_id, deal_type, Attempt("move"))
    for stage in deal_type.active():
        if stage.id == row.stage_id:
            continue
        objections = rules.judge(known, deal_type, attempt._replace(target=stage.id), now)
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
