"""What a stage asks for: its actions, who may pass it, which fields it wants filled; custom fields and loss reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peewee import fn

from models.journal.commands import Pen, record
from models.people.commands import must_set_up
from models.people.rules import ROLES
from models.pipeline.fields import KINDS, find_any_field
from models.pipeline.setup.stages import role_or_employee, stage_row
from models.pipeline.setup.types import check_free, named, record_type, type_row
from models.pipeline.tables import (
    CustomField,
    CustomValue,
    LossReason,
    StageAction,
    StageAuthority,
    StageField,
)
from models.values.errors import NotFound, Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.text import clean_text, quoted, search_key

if TYPE_CHECKING:
    from models.session import Session

DIRECTIONS = ("enter", "leave")
ACTION_KINDS = ("call", "meeting", "mail", "task")
MOST_ACTIONS = 50
MOST_FIELDS = 100
LONGEST_DUE = 3650 * 86_400  # seconds


def add_action(
    session: Session,
    stage_id: int,
    text: str,
    *,
    required: bool = False,
    who: str | None = None,
    kind: str = "task",
    due_after: int | None = None,
    guidance: str = "",
    position: int | None = None,
    version: int | None = None,
) -> int:
    """Add an item to a stage's checklist, at `position` (from 1; at the end without); returns its id. `who` is a role or a login, else the deal's owner does it.
    With `due_after` (seconds from the entering) an activity of `kind` is planned on entering.

    Raises Refused `exists`, `empty`, `too_many`, `bad_kind`, `bad_due`; NotFound, ChangedMeanwhile.
    """
    must_set_up(session)
    with session.writing():
        stage, pen, at = stage_row(stage_id, version), Pen(), session.now()
        role, employee = role_or_employee(who)
        made = new_action(
            pen, stage_id, text, at, required=required, role=role, employee_id=employee, kind=kind,
            due_after=due_after, guidance=guidance,
        )  # fmt: skip
        if position is not None:
            _place_action(pen, StageAction.get_by_id(made), position)
        record_type(session, "action.add", stage.deal_type_id, pen, at)
    return made


def new_action(
    pen: Pen,
    stage_id: int,
    text: str,
    at: Instant,
    *,
    required: bool = False,
    role: str | None = None,
    employee_id: int | None = None,
    kind: str = "task",
    due_after: int | None = None,
    guidance: str = "",
) -> int:
    """Insert an action at the end of a stage's checklist within another command's transaction."""
    text = named(text, _("Stage action"))
    existing = _actions(stage_id)
    check_free(text, existing.select(StageAction.id, StageAction.text).tuples())
    if existing.count() >= MOST_ACTIONS:
        raise Refused("too_many", _("A stage has at most {count} actions.").format(count=MOST_ACTIONS))
    _check_plan(kind, due_after)
    last = StageAction.select(fn.MAX(StageAction.position)).where(StageAction.stage == stage_id).scalar() or 0
    return pen.insert(
        StageAction, stage=stage_id, position=last + 1, text=text, required=required, role=role, employee=employee_id,
        kind=kind, due_after=due_after, guidance=clean_text(guidance, _("Guidance"), 2000), created_at=at,
    )  # fmt: skip


def set_action(session: Session, action_id: int, *, version: int | None = None, **changes: Any) -> None:
    """Change text, required, who, kind, due_after, guidance or position (from 1) of an action. Raises as `add_action`."""
    must_set_up(session)
    with session.writing():
        row, pen = _action(action_id), Pen()
        stage = stage_row(row.stage_id, version)
        if "text" in changes:
            changes["text"] = named(changes["text"], _("Stage action"))
            others = _actions(row.stage_id).select(StageAction.id, StageAction.text)
            check_free(changes["text"], others.tuples(), but=row.id)
        if "who" in changes:
            role, employee = role_or_employee(changes.pop("who"))
            changes |= {"role": role, "employee_id": employee}
        if "guidance" in changes:
            changes["guidance"] = clean_text(changes["guidance"], _("Guidance"), 2000)
        _check_plan(changes.get("kind", row.kind), changes.get("due_after", row.due_after))
        position = changes.pop("position", None)
        pen.update(row, **changes)
        if position is not None:
            _place_action(pen, row, position)
        record_type(session, "action.set", stage.deal_type_id, pen, session.now())


def archive_action(session: Session, action_id: int, *, version: int | None = None) -> None:
    """Take an action off a stage's checklist; the ticks of the past stay. Raises NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen, at = _action(action_id), Pen(), session.now()
        stage = stage_row(row.stage_id, version)
        pen.update(row, archived_at=at)
        record_type(session, "action.archive", stage.deal_type_id, pen, at)


def set_authority(
    session: Session, stage_id: int, direction: str, who: Sequence[str], *, version: int | None = None
) -> None:
    """Say which roles and employees (by login) may bring deals to a stage (`enter`) or take them out (`leave`);
    nobody named means everybody. Raises Refused `bad_direction`, NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        stage, pen, at = stage_row(stage_id, version), Pen(), session.now()
        new_authority(pen, stage_id, direction, [role_or_employee(one) for one in who])
        record_type(session, "authority.set", stage.deal_type_id, pen, at)


def new_authority(
    pen: Pen, stage_id: int, direction: str, wanted: Sequence[tuple[str | None, int | None]]
) -> None:
    """Write who may pass a stage in one direction within another command's transaction."""
    if direction not in DIRECTIONS:
        raise Refused("bad_direction", _("A direction is one of {known}.").format(known=", ".join(DIRECTIONS)))
    if (None, None) in wanted:
        raise Refused("bad_authority", _("Authority goes to roles ({roles}) or employees.").format(roles=", ".join(ROLES)))
    kept = set()
    for row in StageAuthority.select().where(
        (StageAuthority.stage == stage_id) & (StageAuthority.direction == direction)
    ):
        if (row.role, row.employee_id) in wanted:
            kept.add((row.role, row.employee_id))
        else:
            pen.delete(row)
    for role, employee in dict.fromkeys(wanted):
        if (role, employee) not in kept:
            pen.insert(StageAuthority, stage=stage_id, direction=direction, role=role, employee=employee)


def set_required_fields(
    session: Session, stage_id: int, moment: str, names: Sequence[str], *, version: int | None = None
) -> None:
    """Say which fields must be filled to `enter` or to `leave` a stage: of every deal, or custom ones of the type.
    Raises Refused `bad_direction`, NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        stage, pen, at = stage_row(stage_id, version), Pen(), session.now()
        new_required_fields(pen, stage_id, moment, [find_any_field(stage.deal_type_id, name) for name in names])
        record_type(session, "fields.set", stage.deal_type_id, pen, at)


def new_required_fields(
    pen: Pen, stage_id: int, moment: str, wanted: Sequence[tuple[str | None, int | None]]
) -> None:
    """Write which fields a stage asks for within another command's transaction."""
    if moment not in DIRECTIONS:
        raise Refused("bad_direction", _("A direction is one of {known}.").format(known=", ".join(DIRECTIONS)))
    kept = set()
    for row in StageField.select().where((StageField.stage == stage_id) & (StageField.moment == moment)):
        if (row.field, row.custom_field_id) in wanted:
            kept.add((row.field, row.custom_field_id))
        else:
            pen.delete(row)
    for field, custom in dict.fromkeys(wanted):
        if (field, custom) not in kept:
            pen.insert(StageField, stage=stage_id, moment=moment, field=field, custom_field=custom)


def add_field(
    session: Session,
    type_id: int,
    name: str,
    *,
    kind: str,
    choices: Sequence[str] = (),
    version: int | None = None,
) -> int:
    """Add a custom field to the deals of a type; returns its id. Raises Refused `exists`, `bad_kind`, `no_choices`,
    `too_many`; NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        type_row(type_id, version)
        pen, at = Pen(), session.now()
        made = new_field(pen, type_id, name, at, kind=kind, choices=choices)
        record_type(session, "field.add", type_id, pen, at)
    return made


def new_field(pen: Pen, type_id: int, name: str, at: Instant, *, kind: str, choices: Sequence[str] = ()) -> int:
    """Insert a custom field within another command's transaction."""
    name = named(name, _("Field"))
    if kind not in KINDS:
        raise Refused("bad_kind", _("A field is one of {kinds}.").format(kinds=", ".join(KINDS)))
    try:
        find_any_field(type_id, name)
    except NotFound:
        pass
    else:
        raise Refused("exists", _("{name} is there already.").format(name=quoted(name)))
    if "=" in name or ":" in name:
        raise Refused("bad_name", _("A field's name holds no = and no colon."))
    existing = _fields(type_id)
    check_free(name, existing.select(CustomField.id, CustomField.name).tuples())
    if existing.count() >= MOST_FIELDS:
        raise Refused("too_many", _("A deal type has at most {count} fields.").format(count=MOST_FIELDS))
    last = CustomField.select(fn.MAX(CustomField.position)).where(CustomField.deal_type == type_id).scalar() or 0
    return pen.insert(
        CustomField, deal_type=type_id, name=name, name_key=search_key(name), kind=kind,
        choices=_choices(kind, choices), position=last + 1, created_at=at,
    )  # fmt: skip


def set_field(session: Session, field_id: int, *, version: int | None = None, **changes: Any) -> None:
    """Change name or choices of a custom field; values that deals hold stay. Raises as `add_field`."""
    must_set_up(session)
    with session.writing():
        row, pen = _field(field_id), Pen()
        type_row(row.deal_type_id, version)
        if "name" in changes:
            changes["name"] = named(changes["name"], _("Field"))
            others = _fields(row.deal_type_id).select(CustomField.id, CustomField.name)
            check_free(changes["name"], others.tuples(), but=row.id)
            changes["name_key"] = search_key(changes["name"])
        if "choices" in changes:
            changes["choices"] = _choices(row.kind, changes["choices"])
        pen.update(row, **changes)
        record_type(session, "field.set", row.deal_type_id, pen, session.now())


def archive_field(session: Session, field_id: int, *, version: int | None = None) -> None:
    """Take a custom field out of use; no stage asks for it any more, what deals hold in it is kept. One that no deal
    holds is removed. Raises NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen, at = _field(field_id), Pen(), session.now()
        type_row(row.deal_type_id, version)
        for asked in StageField.select().where(StageField.custom_field == field_id):
            pen.delete(asked)
        if CustomValue.select().where(CustomValue.custom_field == field_id).exists():
            pen.update(row, archived_at=at)
        else:
            pen.delete(row)
        record_type(session, "field.archive", row.deal_type_id, pen, at)


def add_reason(session: Session, name: str) -> int:
    """Add a loss reason to the company's list; returns its id. Raises Refused `exists`, `empty`; NotFound."""
    must_set_up(session)
    with session.writing():
        pen, at = Pen(), session.now()
        made = new_reason(pen, name, at)
        _record_reason(session, "reason.add", made, pen, at)
    return made


def new_reason(pen: Pen, name: str, at: Instant) -> int:
    """Insert a loss reason within another command's transaction."""
    name = _reason_named(name)
    return pen.insert(LossReason, name=name, name_key=search_key(name), created_at=at)


def rename_reason(session: Session, reason_id: int, name: str) -> None:
    """Give a loss reason another name. Deals that were lost for it stay counted with it, and keep the words they were
    lost with. Raises Refused `exists`, `empty`; NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen, at = _reason(reason_id), Pen(), session.now()
        name = _reason_named(name, but=row.id)
        pen.update(row, name=name, name_key=search_key(name))
        if pen.images:
            _record_reason(session, "reason.rename", row.id, pen, at)


def archive_reason(session: Session, reason_id: int) -> None:
    """Take a loss reason off the list; deals that were lost for it keep it. Raises NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen, at = _reason(reason_id), Pen(), session.now()
        pen.update(row, archived_at=at)
        _record_reason(session, "reason.archive", row.id, pen, at)


def _reason(reason_id: int) -> LossReason:
    row = LossReason.get_or_none((LossReason.id == reason_id) & LossReason.archived_at.is_null())
    if row is None:
        raise NotFound(_("There is no loss reason {name}.").format(name=reason_id))
    return row


def _reason_named(name: str, but: int | None = None) -> str:
    """The name as it is kept, where no other reason on the list has it."""
    name = named(name, _("Loss reason"))
    query = LossReason.select(LossReason.id, LossReason.name).where(LossReason.archived_at.is_null())
    check_free(name, query.tuples(), but)
    return name


def _record_reason(session: Session, command: str, reason_id: int, pen: Pen, at: Instant) -> None:
    record(
        at=at, employee_id=session.actor.id, command=command, subject="reason", subject_id=reason_id, images=pen.images,
    )  # fmt: skip


def _actions(stage_id: int) -> Any:
    return StageAction.select().where((StageAction.stage == stage_id) & StageAction.archived_at.is_null())


def _action(action_id: int) -> StageAction:
    row = StageAction.get_or_none((StageAction.id == action_id) & StageAction.archived_at.is_null())
    if row is None:
        raise NotFound(_("There is no stage action {name}.").format(name=action_id))
    return row


def _place_action(pen: Pen, moved: StageAction, position: int) -> None:
    rest = [row for row in _actions(moved.stage_id).order_by(StageAction.position, StageAction.id) if row.id != moved.id]
    index = min(max(1, position), len(rest) + 1) - 1
    for number, row in enumerate([*rest[:index], moved, *rest[index:]], 1):
        pen.update(row, position=number)


def _check_plan(kind: str, due_after: int | None) -> None:
    if kind not in ACTION_KINDS:
        raise Refused("bad_kind", _("A stage action is one of {kinds}.").format(kinds=", ".join(ACTION_KINDS)))
    if due_after is not None and not 0 <= due_after <= LONGEST_DUE:
        raise Refused("bad_due", _("An action is due at most ten years after the entering."))


def _fields(type_id: int) -> Any:
    return CustomField.select().where((CustomField.deal_type == type_id) & CustomField.archived_at.is_null())


def _field(field_id: int) -> CustomField:
    row = CustomField.get_or_none((CustomField.id == field_id) & CustomField.archived_at.is_null())
    if row is None:
        raise NotFound(_("There is no field {name}.").format(name=field_id))
    return row


def _choices(kind: str, choices: Sequence[str]) -> str:
    found = {search_key(choice): named(choice, _("Choice")) for choice in choices if choice.strip()}
    if kind == "choice" and not found:
        raise Refused("no_choices", _("Say what there is to choose from."))
    if kind != "choice" and found:
        raise Refused("no_choices", _("Only a choice has choices."))
    return "\n".join(found.values())
