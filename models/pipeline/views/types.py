"""Deal types and their stages: as lists, and whole for whoever defines them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from peewee import SQL, fn

from models.people import views as people
from models.pipeline import facts, rules
from models.pipeline.fields import field_name
from models.pipeline.tables import (
    CustomField,
    Deal,
    DealType,
    LossReason,
    Stage,
    StageAction,
    StageAuthority,
    StageField,
    Transition,
)
from models.values.errors import NotFound
from models.values.language import _
from models.values.text import quoted, search_key

if TYPE_CHECKING:
    from models.session import Session


class TypeLine(NamedTuple):
    id: int
    name: str
    mode: str
    returns: bool
    is_default: bool
    stages: int
    archived: bool = False


class StageLine(NamedTuple):
    """A stage as `stage list` prints it. `norm` in seconds, `probability` in percent."""

    id: int
    name: str
    position: int
    norm: int | None
    probability: int | None
    archived: bool


class ActionCard(NamedTuple):
    """An item of a stage's checklist: `who` is a role, a login, or nothing for the deal's owner; `due_after` seconds."""

    id: int
    text: str
    required: bool
    who: str | None
    kind: str
    due_after: int | None
    guidance: str


class StageCard(NamedTuple):
    """A stage with all it asks for. `enter` and `leave` are roles and logins (nobody: everybody may), the fields are
    names: codes of those of every deal, names of custom ones. `deals` stand there now."""

    id: int
    name: str
    archived: bool
    norm: int | None
    probability: int | None
    required_of_all: bool
    responsible: str | None
    enter: tuple[str, ...]
    leave: tuple[str, ...]
    enter_fields: tuple[str, ...]
    leave_fields: tuple[str, ...]
    actions: tuple[ActionCard, ...]
    deals: int


class FieldCard(NamedTuple):
    id: int
    name: str
    kind: str
    choices: tuple[str, ...]


class TypeCard(NamedTuple):
    """A deal type whole: stages in order, the archived last; transitions as pairs of stage names; `warnings` tell what
    about its rules cannot work."""

    id: int
    version: int
    name: str
    mode: str
    returns: bool
    is_default: bool
    stages: tuple[StageCard, ...]
    fields: tuple[FieldCard, ...]
    forbidden: tuple[tuple[str, str], ...]
    allowed: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


class ReasonLine(NamedTuple):
    id: int
    name: str
    archived: bool


def types(session: Session) -> list[TypeLine]:
    """All deal types, the default first, the archived ones last."""
    query = DealType.select(
        DealType.id,
        DealType.name,
        DealType.mode,
        DealType.returns,
        DealType.is_default,
        SQL("(SELECT count(*) FROM stage WHERE stage.deal_type_id = t1.id AND stage.archived_at IS NULL)"),
        DealType.archived_at.is_null(False),
    ).order_by(DealType.archived_at.is_null(False), DealType.is_default.desc(), DealType.id)
    return [TypeLine(a, b, c, bool(d), bool(e), f, bool(g)) for a, b, c, d, e, f, g in query.tuples()]


def open_deals(session: Session) -> dict[int, int]:
    """How many open deals each type has, by its id; types without any are left out."""
    query = Deal.select(Deal.deal_type, fn.COUNT()).where(Deal.outcome == "open").group_by(Deal.deal_type)
    return dict(query.tuples())


def stages(session: Session, type_id: int) -> list[StageLine]:
    """The stages of a type in order, the archived ones among them."""
    return [
        StageLine(row.id, row.name, row.position, row.norm, row.probability, row.archived_at is not None)
        for row in Stage.select().where(Stage.deal_type == type_id).order_by(Stage.position, Stage.id)
    ]


def reasons(session: Session, *, archived: bool = False) -> list[ReasonLine]:
    """The company's loss reasons in order of their making, with the archived ones if asked for."""
    query = LossReason.select().order_by(LossReason.id)
    if not archived:
        query = query.where(LossReason.archived_at.is_null())
    return [ReasonLine(row.id, row.name, row.archived_at is not None) for row in query]


def find_reason(session: Session, text: str) -> ReasonLine:
    """A loss reason on the list by name or id. Raises NotFound."""
    listed = reasons(session)
    found = [one for one in listed if search_key(one.name) == search_key(text)]
    found = found or [one for one in listed if str(one.id) == text]
    if not found:
        raise NotFound(
            _("There is no loss reason {name}.").format(name=quoted(text)),
            [{"id": one.id, "name": one.name} for one in listed],
        )
    return found[0]


def type_card(session: Session, type_id: int) -> TypeCard:
    """A deal type whole. Raises NotFound."""
    row = DealType.get_or_none(DealType.id == type_id)
    if row is None:
        raise NotFound(_("There is no deal type {name}.").format(name=type_id))
    stage_rows = list(
        Stage.select(Stage, SQL("(SELECT count(*) FROM deal WHERE stage_id = t1.id AND outcome = 'open') AS deals"))
        .where(Stage.deal_type == type_id)
        .order_by(Stage.archived_at.is_null(False), Stage.position, Stage.id)
    )
    names = {stage.id: stage.name for stage in stage_rows}
    logins = people.logins()
    actions: dict[int, list[ActionCard]] = {}
    for action in StageAction.select().where(
        StageAction.stage.in_([*names]) & StageAction.archived_at.is_null()
    ).order_by(StageAction.position, StageAction.id):  # fmt: skip
        who = action.role or (logins[action.employee_id] if action.employee_id else None)
        actions.setdefault(action.stage_id, []).append(
            ActionCard(action.id, action.text, action.required, who, action.kind, action.due_after, action.guidance)
        )
    rights: dict[tuple[int, str], list[str]] = {}
    for one in StageAuthority.select().where(StageAuthority.stage.in_([*names])).order_by(StageAuthority.id):
        rights.setdefault((one.stage_id, one.direction), []).append(one.role or logins[one.employee_id])
    asked: dict[tuple[int, str], list[str]] = {}
    for stage_id, moment, field, custom in (
        StageField.select(StageField.stage, StageField.moment, StageField.field, CustomField.name)
        .left_outer_join(CustomField)
        .where(StageField.stage.in_([*names]))
        .order_by(StageField.id)
        .tuples()
    ):
        asked.setdefault((stage_id, moment), []).append(field or custom)
    pairs: dict[str, list[tuple[str, str]]] = {"forbidden": [], "allowed": []}
    for pair in Transition.select().where(Transition.deal_type == type_id).order_by(Transition.id):
        pairs[pair.kind].append((names[pair.from_stage_id], names[pair.to_stage_id]))
    fields = CustomField.select().where((CustomField.deal_type == type_id) & CustomField.archived_at.is_null())
    return TypeCard(
        row.id, row.version, row.name, row.mode, row.returns, row.is_default,
        tuple(
            StageCard(
                stage.id, stage.name, stage.archived_at is not None, stage.norm, stage.probability,
                stage.required_of_all,
                stage.responsible_role or (logins[stage.responsible_id] if stage.responsible_id else None),
                tuple(rights.get((stage.id, "enter"), ())), tuple(rights.get((stage.id, "leave"), ())),
                tuple(asked.get((stage.id, "enter"), ())), tuple(asked.get((stage.id, "leave"), ())),
                tuple(actions.get(stage.id, ())), stage.deals,
            )
            for stage in stage_rows
        ),
        tuple(
            FieldCard(field.id, field.name, field.kind, tuple(field.choices.split("\n")) if field.choices else ())
            for field in fields.order_by(CustomField.position, CustomField.id)
        ),
        tuple(pairs["forbidden"]), tuple(pairs["allowed"]),
        tuple(rules.warnings(facts.type_facts(type_id))),
    )  # fmt: skip


def who_words(role: str | None, employee_id: int | None, names: Mapping[int, str]) -> str:
    """Whom a stage or an action names, in words: the owner, a role, or a person."""
    if employee_id is not None:
        return names.get(employee_id, "?")
    return role_word(role) if role else _("the owner")


def mode_word(mode: str) -> str:
    """A mode as people call it."""
    return {"strict": _("strict"), "semi-strict": _("semi-strict"), "free": _("free")}[mode]


def role_word(role: str) -> str:
    """A role in words."""
    return {
        "rep": _("rep"), "manager": _("manager"), "accountant": _("accountant"), "admin": _("administrator"),
    }[role]  # fmt: skip


def field_word(name: str) -> str:
    """A field that a stage asks for in words, from its code or name."""
    try:
        return field_name(name)
    except KeyError:
        return name
