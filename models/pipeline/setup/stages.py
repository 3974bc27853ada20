"""Stages: added, renamed, reordered, archived, removed; and the transitions between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peewee import fn

from models.journal.commands import Pen
from models.people import views as people
from models.people.commands import must_set_up
from models.people.rules import ROLES
from models.pipeline.commands.steps import Several, take_several
from models.pipeline.rules import Attempt
from models.pipeline.setup.types import DEALS_NAMED, check_free, named, record_type, type_row
from models.pipeline.tables import (
    Deal,
    MoveRequest,
    Stage,
    StageAction,
    StageAuthority,
    StageField,
    StageMap,
    Transition,
    Visit,
)
from models.values.durations import LONGEST
from models.values.errors import NotFound, Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.text import clean_text, quoted, search_key

if TYPE_CHECKING:
    from models.session import Session

LARGEST_TYPE = 200


def add_stage(
    session: Session,
    type_id: int,
    name: str,
    *,
    position: int | None = None,
    norm: int | None = None,
    probability: int | None = None,
    required_of_all: bool = False,
    version: int | None = None,
) -> int:
    """Add a stage at `position` (from 1; at the end without); returns its id. Raises Refused `exists`, `too_many`;
    NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        type_row(type_id, version)
        pen, at = Pen(), session.now()
        stage_id = new_stage(
            pen, type_id, name, at, norm=norm, probability=probability, required_of_all=required_of_all
        )
        if position is not None:
            place_stage(pen, type_id, stage_id, position)
        record_type(session, "stage.add", type_id, pen, at)
    return stage_id


def new_stage(
    pen: Pen,
    type_id: int,
    name: str,
    at: Instant,
    *,
    norm: int | None = None,
    probability: int | None = None,
    required_of_all: bool = False,
) -> int:
    """Insert a stage at the end within another command's transaction."""
    name = named(name, _("Stage"))
    _check_free(type_id, name)
    _check_room(type_id)
    _check_figures(norm, probability)
    last = Stage.select(fn.MAX(Stage.position)).where(Stage.deal_type == type_id).scalar() or 0
    return pen.insert(
        Stage,
        deal_type=type_id,
        name=name,
        name_key=search_key(name),
        position=last + 1,
        norm=norm,
        probability=probability,
        required_of_all=required_of_all,
        created_at=at,
    )


def set_stage(session: Session, stage_id: int, *, version: int | None = None, **changes: Any) -> None:
    """Change name, norm, probability, required_of_all or responsible (None for the owner, a role, or a login) of a
    stage; it keeps its identity. Raises Refused, NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen = stage_row(stage_id, version), Pen()
        change_stage(pen, row, **changes)
        record_type(session, "stage.set", row.deal_type_id, pen, session.now())


def change_stage(pen: Pen, row: Stage, **changes: Any) -> None:
    """`set_stage` within another command's transaction."""
    if "name" in changes:
        changes["name"] = named(changes["name"], _("Stage"))
        changes["name_key"] = search_key(changes["name"])
        if row.archived_at is None:
            _check_free(row.deal_type_id, changes["name"], but=row.id)
    _check_figures(changes.get("norm"), changes.get("probability"))
    if "responsible" in changes:
        role, employee = role_or_employee(changes.pop("responsible"))
        changes |= {"responsible_role": role, "responsible_id": employee}
    pen.update(row, **changes)


def move_stage(session: Session, stage_id: int, position: int, *, version: int | None = None) -> None:
    """Bring a stage to `position` (from 1) among the active stages of its type. Raises Refused, NotFound,
    ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen = stage_row(stage_id, version), Pen()
        place_stage(pen, row.deal_type_id, stage_id, position)
        record_type(session, "stage.move", row.deal_type_id, pen, session.now())


def archive_stage(
    session: Session,
    stage_id: int,
    *,
    move_to: int | None = None,
    reason: str = "",
    version: int | None = None,
) -> Several:
    """Take a stage out of use; its history stays. With `move_to` its open deals are moved there first, each judged: all
    of it happens or nothing. Returns what was moved.

    Raises Refused `stage_in_use` that names the open deals at it; NotFound, ChangedMeanwhile.
    """
    must_set_up(session)
    reason = clean_text(reason, _("Reason"), 1000)
    with session.writing():
        row, pen, at = stage_row(stage_id, version), Pen(), session.now()
        moved = Several((), ())
        if move_to is not None:
            ids = [r[0] for r in _open_deals(stage_id).select(Deal.id).order_by(Deal.id).tuples()]
            moved = take_several(session, ids, Attempt("move", move_to, reason))
            if moved.left:
                raise _in_use(row, [(one.deal_id, one.title, one.objections[0].message) for one in moved.left], len(moved.left))
        _check_empty(row)
        pen.update(row, archived_at=at)
        record_type(session, "stage.archive", row.deal_type_id, pen, at)
    return moved


def restore_stage(session: Session, stage_id: int, *, version: int | None = None) -> None:
    """Bring an archived stage back into use, at its old place and with all that it asked for. In a semi-strict type it is
    required as one added now: of new deals only, unless it is of all. Raises Refused `not_archived`, `exists` where a
    stage in use has its name, `too_many`; NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen, at = stage_row(stage_id, version), Pen(), session.now()
        if row.archived_at is None:
            raise Refused("not_archived", _("{stage} is in use.").format(stage=quoted(row.name)))
        _check_free(row.deal_type_id, row.name)
        _check_room(row.deal_type_id)
        pen.update(row, archived_at=None, created_at=at)  # from then on it is required
        record_type(session, "stage.restore", row.deal_type_id, pen, at)


def remove_stage(session: Session, stage_id: int, *, version: int | None = None) -> None:
    """Delete a stage that was never used. Raises Refused `stage_in_use`, `stage_has_history` (archive it), both with the
    deals that hold it; NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen, at = stage_row(stage_id, version), Pen(), session.now()
        _check_empty(row)
        _check_unused(row)
        for kind in (StageAction, StageAuthority, StageField):
            for part in kind.select().where(kind.stage == stage_id):
                pen.delete(part)
        for transition in Transition.select().where(
            (Transition.from_stage == stage_id) | (Transition.to_stage == stage_id)
        ):
            pen.delete(transition)
        pen.delete(row)
        record_type(session, "stage.remove", row.deal_type_id, pen, at)


def set_transition(
    session: Session, from_stage: int, to_stage: int, kind: str | None, *, version: int | None = None
) -> None:
    """Forbid a transition, or allow it: `allowed` takes a forbid back, and in semi-strict frees a back move of its
    reason; None leaves it to the mode.

    Raises Refused `same_stage`, NotFound, ChangedMeanwhile.
    """
    must_set_up(session)
    with session.writing():
        start, end, pen = stage_row(from_stage, version), stage_row(to_stage), Pen()
        if start.deal_type_id != end.deal_type_id:
            raise NotFound(_("The stages are of two deal types."))
        if from_stage == to_stage:
            raise Refused("same_stage", _("A transition leads to another stage."))
        row = Transition.get_or_none((Transition.from_stage == from_stage) & (Transition.to_stage == to_stage))
        if kind == "allowed" and (row is not None and type_row(start.deal_type_id).mode != "semi-strict"):
            kind = None
        if row is None and kind is not None:
            pen.insert(
                Transition, deal_type=start.deal_type_id, from_stage=from_stage, to_stage=to_stage, kind=kind
            )
        elif row is not None and kind is None:
            pen.delete(row)
        elif row is not None:
            pen.update(row, kind=kind)
        record_type(session, f"transition.{kind or 'free'}", start.deal_type_id, pen, session.now())


def stage_row(stage_id: int, version: int | None = None) -> Stage:
    """The row, whose type is unchanged since `version`. Raises NotFound, ChangedMeanwhile."""
    row = Stage.get_or_none(Stage.id == stage_id)
    if row is None:
        raise NotFound(_("There is no stage {name}.").format(name=stage_id))
    type_row(row.deal_type_id, version)
    return row


def role_or_employee(text: str | None) -> tuple[str | None, int | None]:
    """A role, or the id of an employee by login or name; nothing for the deal's owner. Raises NotFound."""
    if not text or search_key(text) in ("owner", search_key(_("owner"))):
        return None, None
    if text in ROLES:
        return text, None
    return None, people.find_employee(text).id


def place_stage(pen: Pen, type_id: int, stage_id: int, position: int) -> None:
    """Bring a stage to a place among the active ones within another command's transaction."""
    rows = list(Stage.select().where(Stage.deal_type == type_id).order_by(Stage.position, Stage.id))
    moved = next(row for row in rows if row.id == stage_id)
    rest = [row for row in rows if row.id != stage_id]
    active = [place for place, row in enumerate(rest) if row.archived_at is None]
    position = max(1, position)
    index = active[position - 1] if position <= len(active) else len(rest)
    for number, row in enumerate(rest[:index] + [moved] + rest[index:], 1):
        pen.update(row, position=number)


def _open_deals(stage_id: int) -> Any:
    return Deal.select().where((Deal.stage == stage_id) & (Deal.outcome == "open"))


def _check_empty(stage: Stage) -> None:
    query = _open_deals(stage.id)
    held = [(deal.id, deal.title, "") for deal in query.order_by(Deal.id).limit(DEALS_NAMED)]
    if held:
        raise _in_use(stage, held, query.count())


def _in_use(stage: Stage, deals: list[tuple[int, str, str]], count: int) -> Refused:
    return Refused(
        "stage_in_use",
        _("{count} open deals are at {stage}; move them first.").format(count=count, stage=quoted(stage.name)),
        [
            {"id": deal, "title": title, **({"message": why} if why else {})}
            for deal, title, why in deals[:DEALS_NAMED]
        ],
    )


def _check_unused(stage: Stage) -> None:
    """Refuse while visits, closed deals, requests or retypes speak of the stage."""
    visited = Visit.select(Visit.deal).where(Visit.stage == stage.id)
    asked = MoveRequest.select(MoveRequest.deal).where(MoveRequest.stage == stage.id)
    mapped = StageMap.select(StageMap.deal).where((StageMap.from_stage == stage.id) | (StageMap.to_stage == stage.id))
    held = Deal.select(Deal.id, Deal.title).where(
        (Deal.stage == stage.id) | Deal.id.in_(visited) | Deal.id.in_(asked) | Deal.id.in_(mapped)
    )
    named_deals = [{"id": deal.id, "title": deal.title} for deal in held.order_by(Deal.id).limit(DEALS_NAMED)]
    if named_deals:
        raise Refused(
            "stage_has_history",
            _("Deals have been at {stage}; archive it, and their history stays.").format(stage=quoted(stage.name)),
            named_deals,
        )


def _check_free(type_id: int, name: str, but: int | None = None) -> None:
    query = Stage.select(Stage.id, Stage.name).where((Stage.deal_type == type_id) & Stage.archived_at.is_null())
    check_free(name, query.tuples(), but)


def _check_room(type_id: int) -> None:
    if Stage.select().where((Stage.deal_type == type_id) & Stage.archived_at.is_null()).count() >= LARGEST_TYPE:
        raise Refused("too_many", _("A deal type has at most {count} stages.").format(count=LARGEST_TYPE))


def _check_figures(norm: int | None, percent: int | None) -> None:
    if percent is not None and not 0 <= percent <= 100:
        raise Refused("bad_probability", _("A percentage lies between 0 and 100."))
    if norm is not None and not 0 < norm <= LONGEST:
        raise Refused("bad_norm", _("A norm is longer than nothing, and at most a hundred years."))
