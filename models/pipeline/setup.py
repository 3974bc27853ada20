"""Defining deal types and stages: the administrator's commands. Changing a type never rewrites history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import fn

from models.journal.commands import Pen, record
from models.people.rules import may_set_up
from models.pipeline.rules import MODES
from models.pipeline.tables import Deal, DealType, Stage, Transition, Visit
from models.values.errors import NotFound, Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.text import clean_line, search_key

if TYPE_CHECKING:
    from models.session import Session

LARGEST_TYPE = 200


def add_type(session: Session, name: str, *, mode: str, returns: bool = False, default: bool = False) -> int:
    """Add a deal type without stages; returns its id. Raises Refused `exists`, `bad_mode`, `empty`; NotFound."""
    _must_set_up(session)
    with session.writing():
        pen, at = Pen(), session.now()
        type_id = new_type(pen, name, mode, at, returns=returns, default=default)
        _record(session, "type.add", type_id, pen, at)
    return type_id


def new_type(pen: Pen, name: str, mode: str, at: Instant, *, returns: bool = False, default: bool = False) -> int:
    """Insert a deal type within another command's transaction. The first one becomes the default."""
    name = _name(name, _("Deal type"))
    _check_mode(mode)
    if DealType.get_or_none(DealType.name_key == search_key(name)):
        raise Refused("exists", _("There is a deal type {name} already.").format(name=repr(name)))
    default = default or not DealType.select().exists()
    if default:
        DealType.update(is_default=False).execute()
    return pen.insert(
        DealType,
        name=name,
        name_key=search_key(name),
        mode=mode,
        returns=returns,
        is_default=default,
        created_at=at,
    )


def set_type(session: Session, type_id: int, **changes: Any) -> None:
    """Change name, mode, returns or default of a type; its open deals stay where they are. Raises Refused, NotFound."""
    _must_set_up(session)
    with session.writing():
        row, pen = _type(type_id), Pen()
        if "mode" in changes:
            _check_mode(changes["mode"])
        if "name" in changes:
            changes["name"] = _name(changes["name"], _("Deal type"))
            changes["name_key"] = search_key(changes["name"])
            twin = DealType.get_or_none((DealType.name_key == changes["name_key"]) & (DealType.id != type_id))
            if twin:
                raise Refused("exists", _("There is a deal type {name} already.").format(name=repr(changes["name"])))
        if changes.get("is_default"):
            DealType.update(is_default=False).where(DealType.id != type_id).execute()
        pen.update(row, **changes)
        _record(session, "type.set", type_id, pen, session.now())


def add_stage(
    session: Session,
    type_id: int,
    name: str,
    *,
    position: int | None = None,
    norm: int | None = None,
    probability: int | None = None,
    required_of_all: bool = False,
) -> int:
    """Add a stage at `position` (from 1; at the end without); returns its id. Raises Refused `exists`, `too_many`."""
    _must_set_up(session)
    with session.writing():
        _type(type_id)
        pen, at = Pen(), session.now()
        stage_id = new_stage(pen, type_id, name, at, norm=norm, probability=probability)
        if required_of_all:
            pen.update(Stage.get_by_id(stage_id), required_of_all=True)
        if position is not None:
            _place(pen, type_id, stage_id, position)
        _record(session, "stage.add", type_id, pen, at)
    return stage_id


def new_stage(
    pen: Pen, type_id: int, name: str, at: Instant, *, norm: int | None = None, probability: int | None = None
) -> int:
    """Insert a stage at the end within another command's transaction."""
    name = _name(name, _("Stage"))
    _check_free(type_id, name)
    if Stage.select().where((Stage.deal_type == type_id) & Stage.archived_at.is_null()).count() >= LARGEST_TYPE:
        raise Refused("too_many", _("A deal type has at most {count} stages.").format(count=LARGEST_TYPE))
    _check_probability(probability)
    last = Stage.select(fn.MAX(Stage.position)).where(Stage.deal_type == type_id).scalar() or 0
    return pen.insert(
        Stage,
        deal_type=type_id,
        name=name,
        name_key=search_key(name),
        position=last + 1,
        norm=norm,
        probability=probability,
        created_at=at,
    )


def set_stage(session: Session, stage_id: int, **changes: Any) -> None:
    """Change name, norm, probability or required_of_all of a stage; it keeps its identity. Raises Refused, NotFound."""
    _must_set_up(session)
    with session.writing():
        row, pen = _stage(stage_id), Pen()
        if "name" in changes:
            changes["name"] = _name(changes["name"], _("Stage"))
            changes["name_key"] = search_key(changes["name"])
            _check_free(row.deal_type_id, changes["name"], but=stage_id)
        _check_probability(changes.get("probability"))
        pen.update(row, **changes)
        _record(session, "stage.set", row.deal_type_id, pen, session.now())


def move_stage(session: Session, stage_id: int, position: int) -> None:
    """Bring a stage to `position` (from 1) among the active stages of its type. Raises Refused, NotFound."""
    _must_set_up(session)
    with session.writing():
        row, pen = _stage(stage_id), Pen()
        _place(pen, row.deal_type_id, stage_id, position)
        _record(session, "stage.move", row.deal_type_id, pen, session.now())


def archive_stage(session: Session, stage_id: int) -> None:
    """Take a stage out of use; its history stays. Raises Refused `stage_in_use` that names the open deals at it."""
    _must_set_up(session)
    with session.writing():
        row, pen, at = _stage(stage_id), Pen(), session.now()
        _check_empty(row)
        pen.update(row, archived_at=at)
        _record(session, "stage.archive", row.deal_type_id, pen, at)


def remove_stage(session: Session, stage_id: int) -> None:
    """Delete a stage that was never used. Raises Refused `stage_in_use`, `stage_has_history` (archive it)."""
    _must_set_up(session)
    with session.writing():
        row, pen, at = _stage(stage_id), Pen(), session.now()
        _check_empty(row)
        used = Visit.select().where(Visit.stage == stage_id).exists() or Deal.select().where(Deal.stage == stage_id).exists()
        if used:
            raise Refused(
                "stage_has_history",
                _("Deals have been at {stage}; archive it, and their history stays.").format(stage=repr(row.name)),
            )
        for transition in Transition.select().where(
            (Transition.from_stage == stage_id) | (Transition.to_stage == stage_id)
        ):
            pen.delete(transition)
        pen.delete(row)
        _record(session, "stage.remove", row.deal_type_id, pen, at)


def set_transition(session: Session, from_stage: int, to_stage: int, kind: str) -> None:
    """Forbid a transition, or allow it: `allowed` takes a forbid back, and in semi-strict frees a back move of its reason.

    Raises Refused `same_stage`, NotFound.
    """
    _must_set_up(session)
    with session.writing():
        start, end, pen = _stage(from_stage), _stage(to_stage), Pen()
        if start.deal_type_id != end.deal_type_id:
            raise NotFound(_("The stages are of two deal types."))
        if from_stage == to_stage:
            raise Refused("same_stage", _("A transition leads to another stage."))
        row = Transition.get_or_none((Transition.from_stage == from_stage) & (Transition.to_stage == to_stage))
        mode = _type(start.deal_type_id).mode
        if row is None:
            pen.insert(
                Transition, deal_type=start.deal_type_id, from_stage=from_stage, to_stage=to_stage, kind=kind
            )
        elif kind == "allowed" and mode != "semi-strict":
            pen.delete(row)
        else:
            pen.update(row, kind=kind)
        _record(session, f"transition.{kind}", start.deal_type_id, pen, session.now())


def _place(pen: Pen, type_id: int, stage_id: int, position: int) -> None:
    rows = list(Stage.select().where(Stage.deal_type == type_id).order_by(Stage.position, Stage.id))
    moved = next(row for row in rows if row.id == stage_id)
    rest = [row for row in rows if row.id != stage_id]
    active = [place for place, row in enumerate(rest) if row.archived_at is None]
    position = max(1, position)
    index = active[position - 1] if position <= len(active) else len(rest)
    for number, row in enumerate(rest[:index] + [moved] + rest[index:], 1):
        pen.update(row, position=number)


def _check_empty(stage: Stage) -> None:
    held = list(Deal.select(Deal.id, Deal.title).where((Deal.stage == stage.id) & (Deal.outcome == "open")).limit(10))
    if held:
        count = Deal.select().where((Deal.stage == stage.id) & (Deal.outcome == "open")).count()
        raise Refused(
            "stage_in_use",
            _("{count} open deals are at {stage}; move them first.").format(count=count, stage=repr(stage.name)),
            [{"id": deal.id, "title": deal.title} for deal in held],
        )


def _check_free(type_id: int, name: str, but: int | None = None) -> None:
    twin = Stage.get_or_none(
        (Stage.deal_type == type_id) & (Stage.name_key == search_key(name)) & Stage.archived_at.is_null()
    )
    if twin is not None and twin.id != but:
        raise Refused("exists", _("There is a stage {name} already.").format(name=repr(name)))


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise Refused("bad_mode", _("A mode is one of {modes}.").format(modes=", ".join(MODES)))


def _check_probability(percent: int | None) -> None:
    if percent is not None and not 0 <= percent <= 100:
        raise Refused("bad_probability", _("A percentage lies between 0 and 100."))


def _name(name: str, field: str) -> str:
    name = clean_line(name, field, 100)
    if not name:
        raise Refused("empty", _("{field} needs a name.").format(field=field))
    return name


def _type(type_id: int) -> DealType:
    row = DealType.get_or_none(DealType.id == type_id)
    if row is None:
        raise NotFound(_("There is no deal type {name}.").format(name=type_id))
    return row


def _stage(stage_id: int) -> Stage:
    row = Stage.get_or_none(Stage.id == stage_id)
    if row is None:
        raise NotFound(_("There is no stage {name}.").format(name=stage_id))
    return row


def _must_set_up(session: Session) -> None:
    if not may_set_up(session.actor):
        raise NotFound(_("Only an administrator may do that."))


def _record(session: Session, command: str, type_id: int, pen: Pen, at: Instant) -> None:
    record(
        at=at,
        employee_id=session.actor.id,
        command=command,
        subject="type",
        subject_id=type_id,
        images=pen.images,
    )

