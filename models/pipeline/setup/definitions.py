"""A deal type taken over from its text, whole: a new one, or what a type of that name becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen
from models.people import views as people
from models.people.commands import must_set_up
from models.people.rules import ROLES
from models.pipeline.fields import find_any_field
from models.pipeline.setup.demands import (
    new_action,
    new_authority,
    new_field,
    new_required_fields,
)
from models.pipeline.setup.stages import change_stage, new_stage, place_stage, role_or_employee
from models.pipeline.setup.typefile.reading import placed, wrong_at
from models.pipeline.setup.typefile.texts import (
    ActionText,
    Difference,
    FieldText,
    StageText,
    TypeText,
    differences,
    people_in_order,
    type_text,
)
from models.pipeline.setup.types import new_type, record_type, type_row
from models.pipeline.tables import CustomField, DealType, Stage, StageAction, Transition
from models.pipeline.views import type_card
from models.values.instants import Instant
from models.values.language import _
from models.values.text import search_key

if TYPE_CHECKING:
    from models.session import Session


def compare_type(session: Session, wanted: TypeText) -> tuple[int, int, list[Difference]] | None:
    """What `import_type` would change of the type of that name: its id, its version, and the differences; None where
    there is none. Raises Refused `bad_file` where the text names somebody who is not known."""
    wanted = _known_people(wanted)
    row = DealType.get_or_none(DealType.name_key == search_key(wanted.name))
    if row is None:
        return None
    return row.id, row.version, differences(type_text(type_card(session, row.id)), wanted)


def import_type(session: Session, wanted: TypeText, *, version: int | None = None) -> tuple[int, list[Difference]]:
    """Make the type of a text, or bring the type of its name to it; returns its id and what changed.

    Fields, stages and actions are matched by name. Fields and stages that only the store has stay as they are and are
    told as `left`; actions that only the store has are archived. Where nothing differs nothing is written. `version` is
    the one that was compared. Raises Refused `bad_file`, NotFound, ChangedMeanwhile.
    """
    must_set_up(session)
    with session.writing():
        wanted, pen, at = _known_people(wanted), Pen(), session.now()
        row = DealType.get_or_none(DealType.name_key == search_key(wanted.name))
        if row is None:
            type_id = placed("name", write_type_whole, pen, wanted, at)
            found = [Difference("type", wanted.name, "added")]
        else:
            type_id = type_row(row.id, version).id
            found = differences(type_text(type_card(session, type_id)), wanted)
            pen.update(row, name=wanted.name, mode=wanted.mode, returns=wanted.returns)
            _write_parts(pen, type_id, wanted, at)
        if pen.images:
            record_type(session, "type.import", type_id, pen, at)
    return type_id, found


def define_stage(
    session: Session,
    type_id: int,
    stage_id: int | None,
    *,
    changes: Mapping[str, Any],
    authority: Mapping[str, Sequence[tuple[str | None, int | None]]],
    asked: Mapping[str, Sequence[str]],
    actions: Sequence[str] = (),
    required: bool = False,
    position: int | None = None,
    version: int | None = None,
) -> int:
    """Add a stage (`stage_id` None; `changes` hold its name) or change one, with what it asks for, at once; returns its id.

    `changes` are those of `set_stage`; `authority` (roles and employees' ids) and `asked` (fields by name) replace what
    stands there for `enter` or `leave`, and leave alone the direction that they do not name; `actions` are added to the
    checklist, all `required` or none. Raises as `add_stage` and `add_action`.
    """
    must_set_up(session)
    with session.writing():
        type_row(type_id, version)
        pen, at = Pen(), session.now()
        row = Stage.get_by_id(new_stage(pen, type_id, changes["name"], at) if stage_id is None else stage_id)
        change_stage(pen, row, **changes)
        for direction, people_named in authority.items():
            new_authority(pen, row.id, direction, people_named)
        for moment, names in asked.items():
            new_required_fields(pen, row.id, moment, [find_any_field(type_id, name) for name in names])
        for text in actions:
            new_action(pen, row.id, text, at, required=required)
        if position is not None:
            place_stage(pen, type_id, row.id, position)
        record_type(session, "stage.add" if stage_id is None else "stage.set", type_id, pen, at)
    return int(row.id)


def write_type_whole(pen: Pen, wanted: TypeText, at: Instant, default: bool = False) -> int:
    """Insert the type of a text within another command's transaction; returns its id."""
    type_id = new_type(pen, wanted.name, wanted.mode, at, returns=wanted.returns, default=default)
    _write_parts(pen, type_id, wanted, at)
    return type_id


def _known_people(wanted: TypeText) -> TypeText:
    """The text with logins where it names people by name. Raises Refused `bad_file` where somebody is not known."""

    def known(who: str | None, place: str) -> str | None:
        return who if who is None or who in ROLES else placed(place, people.find_employee, who).login

    def each_known(named: Sequence[str], place: str) -> tuple[str, ...]:
        return people_in_order(login for who in named if (login := known(who, place)))

    stages = []
    for number, stage in enumerate(wanted.stages):
        place = f"stages[{number}]"
        actions = tuple(
            replace(action, who=known(action.who, f"{place}.actions[{n}].who")) for n, action in enumerate(stage.actions)
        )
        known_stage = replace(
            stage, actions=actions, responsible=known(stage.responsible, f"{place}.responsible"),
            enter=each_known(stage.enter, f"{place}.enter"), leave=each_known(stage.leave, f"{place}.leave"),
        )  # fmt: skip
        stages.append(known_stage)
    return replace(wanted, stages=tuple(stages))


def _write_parts(pen: Pen, type_id: int, wanted: TypeText, at: Instant) -> None:
    for number, one in enumerate(wanted.fields):
        _write_field(pen, type_id, one, at, f"fields[{number}]")
    _place_fields(pen, type_id, wanted)
    stages = {}
    for number, stage in enumerate(wanted.stages):
        stages[stage.name] = _write_stage(pen, type_id, stage, at, f"stages[{number}]")
    _place_stages(pen, type_id, [*stages.values()])
    _write_transitions(pen, type_id, wanted, stages)


def _write_field(pen: Pen, type_id: int, one: FieldText, at: Instant, place: str) -> None:
    row = CustomField.get_or_none(
        (CustomField.deal_type == type_id) & (CustomField.name_key == search_key(one.name)) & CustomField.archived_at.is_null()
    )
    if row is None:
        placed(f"{place}.name", _add_field, pen, type_id, one, at)
    elif row.kind != one.kind:
        raise wrong_at(f"{place}.kind", _("The field is there already, as {kind}; that stays.").format(kind=row.kind))
    else:
        pen.update(row, name=one.name, choices="\n".join(one.choices))


def _add_field(pen: Pen, type_id: int, one: FieldText, at: Instant) -> int:
    return new_field(pen, type_id, one.name, at, kind=one.kind, choices=one.choices)


def _place_fields(pen: Pen, type_id: int, wanted: TypeText) -> None:
    rows = list(
        CustomField.select()
        .where((CustomField.deal_type == type_id) & CustomField.archived_at.is_null())
        .order_by(CustomField.position, CustomField.id)
    )
    ids = {row.name_key: row.id for row in rows}
    order = woven([row.id for row in rows], [ids[search_key(one.name)] for one in wanted.fields])
    for row in rows:
        pen.update(row, position=order.index(row.id) + 1)


def _write_stage(pen: Pen, type_id: int, stage: StageText, at: Instant, place: str) -> int:
    row = Stage.get_or_none(
        (Stage.deal_type == type_id) & (Stage.name_key == search_key(stage.name)) & Stage.archived_at.is_null()
    )
    if row is None:
        row = Stage.get_by_id(placed(f"{place}.name", new_stage, pen, type_id, stage.name, at))
    role, employee = role_or_employee(stage.responsible)
    pen.update(
        row, name=stage.name, norm=stage.norm, probability=stage.probability, required_of_all=stage.required_of_all,
        responsible_role=role, responsible_id=employee,
    )  # fmt: skip
    for direction, people_named, asked in (
        ("enter", stage.enter, stage.requires),
        ("leave", stage.leave, stage.requires_to_leave),
    ):
        new_authority(pen, row.id, direction, [role_or_employee(who) for who in people_named])
        new_required_fields(pen, row.id, direction, [find_any_field(type_id, name) for name in asked])
    _write_actions(pen, row.id, stage.actions, at, place)
    return int(row.id)


def _write_actions(pen: Pen, stage_id: int, wanted: Sequence[ActionText], at: Instant, place: str) -> None:
    rows = StageAction.select().where((StageAction.stage == stage_id) & StageAction.archived_at.is_null())
    there = {search_key(row.text): row for row in rows}
    kept = {search_key(action.text) for action in wanted}
    for key, row in there.items():
        if key not in kept:
            pen.update(row, archived_at=at)
    for number, action in enumerate(wanted):
        row = there.get(search_key(action.text))
        if row is None:
            made = placed(f"{place}.actions[{number}].text", new_action, pen, stage_id, action.text, at)
            row = StageAction.get_by_id(made)
        role, employee = role_or_employee(action.who)
        pen.update(
            row, text=action.text, required=action.required, role=role, employee_id=employee, kind=action.kind,
            due_after=action.due, guidance=action.guidance, position=number + 1,
        )  # fmt: skip


def _place_stages(pen: Pen, type_id: int, wanted: Sequence[int]) -> None:
    rows = list(Stage.select().where(Stage.deal_type == type_id).order_by(Stage.position, Stage.id))
    order = woven([row.id for row in rows], wanted)
    for row in rows:
        pen.update(row, position=order.index(row.id) + 1)


def woven(present: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """The order of `wanted`, in which each of the others still follows the one that it follows at present."""
    order = list(wanted)
    for number, one in enumerate(present):
        if one not in wanted:
            order.insert(order.index(present[number - 1]) + 1 if number else 0, one)
    return order


def _write_transitions(pen: Pen, type_id: int, wanted: TypeText, stages: dict[str, int]) -> None:
    """The exceptions between the stages of the text; those that touch other stages stay."""
    asked = {
        (stages[start], stages[end]): kind
        for kind, pairs in (("forbidden", wanted.forbidden), ("allowed", wanted.allowed))
        for start, end in pairs
    }
    ours = [*stages.values()]
    for row in Transition.select().where(
        (Transition.deal_type == type_id) & Transition.from_stage.in_(ours) & Transition.to_stage.in_(ours)
    ):
        kind = asked.pop((row.from_stage_id, row.to_stage_id), None)
        if kind is None:
            pen.delete(row)
        else:
            pen.update(row, kind=kind)
    for (start, end), kind in asked.items():
        pen.insert(Transition, deal_type=type_id, from_stage=start, to_stage=end, kind=kind)
