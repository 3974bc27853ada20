"""Planning, doing and postponing what is to be done with a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peewee import fn

from models.activities.tables import Activity
from models.clients.views import card as client_card
from models.journal.commands import Pen, record
from models.people.rules import covers, readable, writable
from models.people.tables import Employee
from models.pipeline import facts
from models.pipeline.commands import note_next_due, tick_with
from models.pipeline.tables import Deal, StageAction
from models.values.errors import NotFound, Refused
from models.values.instants import SECOND, Instant, day_end, local_day
from models.values.language import _
from models.values.text import clean_text

if TYPE_CHECKING:
    from models.session import Session

KINDS = ("call", "meeting", "mail", "task", "note")


def add_activity(
    session: Session,
    *,
    client_id: int | None = None,
    deal_id: int | None = None,
    kind: str,
    text: str,
    due_at: Instant | None = None,
    has_time: bool = False,
    done: bool = False,
) -> int:
    """Plan an activity of the actor, or write down one that is done (a logged call, a note); returns its id.

    Without `has_time`, `due_at` is the end of the day it is due on. Raises Refused `bad_kind`, `empty`, `no_due`,
    `not_permitted`; NotFound.
    """
    if kind not in KINDS:
        raise Refused("bad_kind", _("An activity is one of {kinds}.").format(kinds=", ".join(KINDS)))
    text = clean_text(text, _("Text"))
    if not text and kind in ("note", "task"):
        raise Refused("empty", _("An activity needs a text."))
    done = done or kind == "note"
    if not done and due_at is None:
        raise Refused("no_due", _("Say when it is due."))
    with session.writing():
        now, pen = session.now(), Pen()
        if deal_id is not None:
            client_id = facts.readable_deal(session, deal_id).client_id
        elif client_id is None:
            raise Refused("no_client", _("Say which client or deal it is for."))
        else:
            client_card(session, client_id)
        made = pen.insert(
            Activity,
            client=client_id,
            deal=deal_id,
            employee=session.actor.id,
            kind=kind,
            text=text,
            due_at=None if done else due_at,
            has_time=has_time and not done,
            done_at=now if done else None,
            done_by=session.actor.id if done else None,
            created_at=now,
        )
        _keep_next(deal_id)
        _record(session, "activity.add", made, pen, now)
    return made


def done_activity(session: Session, activity_id: int, result: str = "") -> None:
    """Mark an activity as done, with what came of it; one that a stage asked for ticks its action where the actor may.
    Raises Refused `done_already`, `not_permitted`; NotFound."""
    with session.writing():
        row, now, pen = _open(session, activity_id), session.now(), Pen()
        pen.update(row, done_at=now, done_by_id=session.actor.id, result=clean_text(result, _("Result"), 1000))
        if row.stage_action_id is not None and row.deal_id is not None:
            tick_with(session, pen, row.deal_id, row.stage_action_id, now)
        _keep_next(row.deal_id)
        _record(session, "activity.done", activity_id, pen, now)


def postpone_activity(session: Session, activity_id: int, due_at: Instant, has_time: bool = False) -> None:
    """Give an open activity another instant or day. Raises Refused `done_already`, `not_permitted`; NotFound."""
    with session.writing():
        row, now, pen = _open(session, activity_id), session.now(), Pen()
        pen.update(row, due_at=due_at, has_time=has_time)
        _keep_next(row.deal_id)
        _record(session, "activity.postpone", activity_id, pen, now)


def follow_stage_entered(
    session: Session, *, pen: Pen, deal: Deal, stage_id: int, at: Instant, now: Instant
) -> None:
    """Plan what the stage asks for, for whom it names; what is due on a day is due by that day's end."""
    planned = StageAction.found("stage_id = ? AND archived_at IS NULL AND due_after IS NOT NULL", stage_id)
    for action in planned:
        employee = _who_does(action, deal)
        whole_days = action.due_after % 86_400 == 0
        due_at = at + action.due_after * SECOND
        if whole_days:
            due_at = day_end(local_day(due_at, employee.timezone), employee.timezone)
        pen.insert(
            Activity, client=deal.client_id, deal=deal.id, employee=employee.id, kind=action.kind, text=action.text,
            due_at=due_at, has_time=not whole_days, stage_action=action.id, created_at=now,
        )  # fmt: skip
    if planned:
        _keep_next(deal.id)


def follow_action_ticked(session: Session, *, pen: Pen, deal_id: int, action_id: int, now: Instant) -> None:
    """What a stage asked for is done once its action is ticked."""
    for row in Activity.select().where(
        (Activity.deal == deal_id) & (Activity.stage_action == action_id) & Activity.done_at.is_null()
    ):
        pen.update(row, done_at=now, done_by_id=session.actor.id)
    _keep_next(deal_id)


def follow_steps_taken_back(session: Session, *, deal_id: int) -> None:
    """What was planned came or went with the step."""
    _keep_next(deal_id)


def follow_deal_deleted(session: Session, *, pen: Pen, deal_id: int) -> None:
    """A deal's activities go with it."""
    for row in Activity.select().where(Activity.deal == deal_id):
        pen.delete(row)


def follow_deal_merged(session: Session, *, pen: Pen, deal_id: int, other_id: int) -> None:
    """The other deal's activities go over to the one that stays."""
    for row in Activity.select().where(Activity.deal == other_id):
        pen.update(row, deal_id=deal_id)


def _who_does(action: StageAction, deal: Deal) -> Employee:
    """Whom an action names: the employee, else one of the role (of the owner's team before others), else the owner."""
    owner = Employee.get_by_id(deal.owner_id)
    if action.employee_id is not None:
        named = Employee.get_by_id(action.employee_id)
        return named if named.disabled_at is None else owner
    if action.role in (None, owner.role):
        return owner
    able = Employee.select().where(
        (Employee.role == action.role) & (Employee.can_login == True) & Employee.disabled_at.is_null()  # noqa: E712
    )
    found = sorted(able, key=lambda person: (person.team_id != owner.team_id, person.id))
    if action.role in ("rep", "manager"):  # of another team they could not see the deal
        found = [person for person in found if person.team_id == owner.team_id]
    return found[0] if found else owner


def _open(session: Session, activity_id: int) -> Activity:
    row = Activity.get_or_none(Activity.id == activity_id)
    if row is None or not covers(readable(session.actor), row.employee_id):
        raise NotFound(_("There is no activity {id}.").format(id=activity_id))
    if not covers(writable(session.actor), row.employee_id):
        raise Refused("not_permitted", _("You may read this activity, not change it."))
    if row.done_at is not None:
        raise Refused("done_already", _("This is done already."))
    return row


def _keep_next(deal_id: int | None) -> None:
    if deal_id is None:
        return
    due = (
        Activity.select(fn.MIN(Activity.due_at))
        .where((Activity.deal == deal_id) & Activity.done_at.is_null())
        .scalar()
    )
    note_next_due(deal_id, due)


def _record(session: Session, command: str, activity_id: int, pen: Pen, now: Instant) -> None:
    record(
        at=now, employee_id=session.actor.id, command=command, subject="activity", subject_id=activity_id,
        images=pen.images,
    )
