"""Reading rows into the plain facts that `rules` judge, and finding deals, types and stages by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.journal.tables import Journal
from models.people import views as people
from models.people.rules import covers, may_move, readable, writable
from models.people.tables import Employee
from models.pipeline.fields import custom_key, custom_values, field_name, filled_fields
from models.pipeline.rules import (
    ActionFacts,
    Attempt,
    Authority,
    DealFacts,
    FieldFacts,
    LastChange,
    PersonFacts,
    StageFacts,
    TypeFacts,
)
from models.pipeline.rules.known import ANYBODY
from models.pipeline.tables import (
    CustomField,
    Deal,
    DealType,
    Stage,
    StageAction,
    StageAuthority,
    StageField,
    StageMap,
    Transition,
)
from models.storage.database import database
from models.values.dates import moment_text
from models.values.errors import NotFound, Refused
from models.values.instants import local_day
from models.values.language import _
from models.values.text import search_key

if TYPE_CHECKING:
    from models.session import Session

MOVES = frozenset({"move", "win", "lose", "reopen", "retype"})  # attempts that take a deal to another stage or to its end


def type_facts(type_id: int) -> TypeFacts:
    """A deal type with its stages in order, what they ask for, and its exceptions. Raises NotFound.

    Read once a version: the store counts a type's version up whenever anything of it changes.
    """
    found = database.execute_sql("SELECT version FROM deal_type WHERE id = ?", (type_id,)).fetchone()
    if found is None:
        raise NotFound(_("There is no deal type {name}.").format(name=type_id))
    version, known = database.kept.get(("type", type_id), (0, None))
    if known is None or version != found[0]:
        known = _read_type(DealType.get_by_id(type_id))
        database.kept["type", type_id] = found[0], known
    return known


def _read_type(row: DealType) -> TypeFacts:
    asked = _Asked(row.id)
    stages = tuple(
        StageFacts(
            stage.id,
            stage.name,
            stage.archived_at is not None,
            0 if stage.required_of_all else stage.created_at,
            stage.probability,
            stage.norm,
            tuple(asked.actions.get(stage.id, ())),
            tuple(asked.fields.get((stage.id, "enter"), ())),
            tuple(asked.fields.get((stage.id, "leave"), ())),
            asked.authority(stage.id, "enter"),
            asked.authority(stage.id, "leave"),
        )
        for stage in Stage.select().where(Stage.deal_type == row.id).order_by(Stage.position, Stage.id)
    )
    pairs = list(
        Transition.select(Transition.from_stage, Transition.to_stage, Transition.kind)
        .where(Transition.deal_type == row.id)
        .tuples()
    )
    return TypeFacts(
        row.id,
        row.name,
        row.mode,
        row.returns,
        stages,
        frozenset((a, b) for a, b, kind in pairs if kind == "forbidden"),
        frozenset((a, b) for a, b, kind in pairs if kind == "allowed"),
        row.archived_at is not None,
    )


class _Asked:
    """What the stages of a type ask for, by stage: one query a kind."""

    def __init__(self, type_id: int) -> None:
        stages = Stage.select(Stage.id).where(Stage.deal_type == type_id)
        self.actions: dict[int, list[ActionFacts]] = {}
        self.fields: dict[tuple[int, str], list[FieldFacts]] = {}
        self.rights: dict[tuple[int, str], list[tuple[str | None, int | None]]] = {}
        wanted = StageAction.stage.in_(stages) & StageAction.archived_at.is_null()
        for action in StageAction.select().where(wanted).order_by(StageAction.position, StageAction.id):
            self.actions.setdefault(action.stage_id, []).append(
                ActionFacts(action.id, action.text, action.required, action.role, action.employee_id)
            )
        for stage, moment, field, custom, name in (
            StageField.select(
                StageField.stage, StageField.moment, StageField.field, StageField.custom_field, CustomField.name
            )
            .left_outer_join(CustomField)
            .where(StageField.stage.in_(stages) & CustomField.archived_at.is_null())
            .order_by(StageField.id)
            .tuples()
        ):
            one = FieldFacts(field, field_name(field)) if custom is None else FieldFacts(custom_key(custom), name)
            self.fields.setdefault((stage, moment), []).append(one)
        for stage, direction, role, employee in (
            StageAuthority.select(
                StageAuthority.stage, StageAuthority.direction, StageAuthority.role, StageAuthority.employee
            )
            .where(StageAuthority.stage.in_(stages))
            .tuples()
        ):
            self.rights.setdefault((stage, direction), []).append((role, employee))

    def authority(self, stage_id: int, direction: str) -> Authority:
        rights = self.rights.get((stage_id, direction), ())
        return Authority(
            frozenset(role for role, _employee in rights if role is not None),
            frozenset(employee for _role, employee in rights if employee is not None),
        )


def deal_facts(
    session: Session, deal: Deal, deal_type: TypeFacts, seen_version: int | None = None
) -> DealFacts:
    """What the judge needs of a deal whose type is `deal_type`: ticks and filled fields only where the type asks for any,
    the last change only where `seen_version` is not the present one."""
    run = database.execute_sql
    visits = set(run("SELECT deal_type_id, stage_id FROM visit WHERE deal_id = ?", (deal.id,)))
    visited = {stage for type_id, stage in visits if type_id == deal.deal_type_id}
    if any(type_id != deal.deal_type_id for type_id, _stage in visits):
        visited |= _mapped(deal)
    last = None if seen_version in (None, deal.version) else _last_change(session, deal)
    asked = any(stage.enter_fields or stage.leave_fields for stage in deal_type.stages)
    return DealFacts(
        id=deal.id,
        title=deal.title,
        version=deal.version,
        outcome=deal.outcome,
        stage_id=deal.stage_id,
        held=deal.held_at is not None,
        known_since=deal.created_at,
        entered_at=deal.entered_at,
        visited=frozenset(visited),
        last_change=last,
        closed_at=deal.closed_at,
        held_at=deal.held_at,
        resumed_at=run("SELECT max(ended_at) FROM hold WHERE deal_id = ?", (deal.id,)).fetchone()[0],
        ticked=_ticked(deal) if any(stage.actions for stage in deal_type.stages) else frozenset(),
        filled=filled_fields(deal, custom_values(deal.id)) if asked else frozenset(),
    )


def _mapped(deal: Deal) -> set[int]:
    """Stages of the deal's type that count as visited, as who retyped it said."""
    query = (
        StageMap.select(StageMap.to_stage)
        .join(Stage, on=StageMap.to_stage == Stage.id)
        .where((StageMap.deal == deal.id) & (Stage.deal_type == deal.deal_type_id))
    )
    return {row[0] for row in query.tuples()}


def _ticked(deal: Deal) -> frozenset[int]:
    query = (
        "SELECT t.stage_action_id FROM tick t JOIN visit v ON v.id = t.visit_id WHERE v.deal_id = ? AND v.left_at IS NULL"
    )
    return frozenset(row[0] for row in database.execute_sql(query, (deal.id,)))


def readable_deal(session: Session, deal_id: int) -> Deal:
    """The row, if the actor may see it. Raises NotFound."""
    for row in Deal.found("id = ?", deal_id):
        if covers(readable(session.actor), row.owner_id):
            return row
    raise NotFound(_("There is no deal {id}.").format(id=deal_id))


def may_change(session: Session, deal: Deal) -> bool:
    return covers(writable(session.actor), deal.owner_id)


def who_may(owner_id: int) -> tuple[PersonFacts, ...]:
    """Those who may change a deal of that owner: the owner, the managers of the owner's team, administrators."""
    owner = Employee.get_by_id(owner_id)
    able = (Employee.role == "admin") | ((Employee.id == owner.id) & (Employee.role != "accountant"))
    if owner.team_id is not None:
        able |= (Employee.role == "manager") & (Employee.team == owner.team_id)
    query = Employee.select(Employee.id, Employee.login, Employee.name, Employee.role).where(
        able & (Employee.can_login == True) & Employee.disabled_at.is_null()  # noqa: E712
    )
    return tuple(PersonFacts(*row) for row in query.order_by(Employee.role == "admin", Employee.login).tuples())


def attempt_by(session: Session, owner_id: int, deal_type: TypeFacts, attempt: Attempt) -> Attempt:
    """The attempt with who acts, what the actor may do to a deal of that owner, and, where anybody may be asked for,
    who else may."""
    may = covers(writable(session.actor), owner_id) and (attempt.kind not in MOVES or may_move(session.actor))
    narrowed = any(stage.enter != ANYBODY or stage.leave != ANYBODY for stage in deal_type.stages)
    return attempt._replace(
        may=may,
        actor_id=session.actor.id,
        role=session.actor.role,
        people=who_may(owner_id) if narrowed or not may else (),
    )


def find_type(text: str | None) -> int:
    """The id of a deal type by name or id; without `text` the only one, else the company's default.

    Raises NotFound, Refused `type_needed`.
    """
    if text is None:
        in_use = DealType.select(DealType.id, DealType.is_default).where(DealType.archived_at.is_null())
        rows = list(in_use.order_by(DealType.id).tuples())
        chosen = [type_id for type_id, is_default in rows if is_default or len(rows) == 1]
        if not chosen:
            raise Refused("type_needed", _("Say which deal type is meant."))
        return int(chosen[0])
    row = DealType.get_or_none(DealType.name_key == search_key(text))
    if row is None and text.isascii() and text.isdigit() and len(text) < 10:
        row = DealType.get_or_none(DealType.id == int(text))
    if row is None:
        raise NotFound(_("There is no deal type {name}.").format(name=repr(text)))
    return int(row.id)


def find_stage(deal_type: TypeFacts, text: str) -> StageFacts:
    """A stage of the type by name (an active one first) or id. Raises NotFound."""
    key = search_key(text)
    named = [stage for stage in deal_type.stages if search_key(stage.name) == key]
    named.sort(key=lambda stage: stage.archived)
    if not named and text.isascii() and text.isdigit() and len(text) < 10:
        named = [stage for stage in deal_type.stages if stage.id == int(text)]
    if not named:
        raise NotFound(
            _("{type} has no stage {name}.").format(type=repr(deal_type.name), name=repr(text)),
            [{"id": stage.id, "name": stage.name} for stage in deal_type.active()],
        )
    return named[0]


def _last_change(session: Session, deal: Deal) -> LastChange | None:
    line = (
        Journal.select()
        .where((Journal.subject == "deal") & (Journal.subject_id == deal.id))
        .order_by(Journal.id.desc())
        .first()
    )
    if line is None:
        return None
    zone = session.actor.timezone
    when = moment_text(line.at, zone, local_day(session.now(), zone))
    stage = Stage.get_or_none(Stage.id == deal.stage_id)
    what = {"won": _("won"), "lost": _("lost")}.get(deal.outcome) or (stage.name if stage else "")
    return LastChange(people.names().get(line.employee_id or 0, "?"), when, what)
