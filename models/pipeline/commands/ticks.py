"""Ticking the actions of the stage at which a deal stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.journal.commands import Pen
from models.people import views as people
from models.pipeline import facts, rules
from models.pipeline.commands.steps import Done, record_step, refuse
from models.pipeline.rules import ActionFacts
from models.pipeline.tables import Deal, StageAction, Tick, Visit
from models.values.errors import NotFound, Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.text import quoted, search_key

if TYPE_CHECKING:
    from models.session import Session


def tick_action(session: Session, deal_id: int, action_id: int) -> Done:
    """Mark an action of the deal's present stage as done, by the actor and now; the activity it asked for is done too.

    Raises Refused `ticked_already`, `deal_closed`, `move_refused` (`no_authority`); NotFound.
    """
    with session.writing():
        deal, action, visit = _actionable(session, deal_id, action_id)
        if Tick.get_or_none((Tick.visit == visit) & (Tick.stage_action == action_id)):
            raise Refused("ticked_already", _("{action} is done already.").format(action=quoted(action.text)))
        now, pen = session.now(), Pen()
        write_tick(session, pen, visit, action_id, now)
        session.follow("action_ticked", pen=pen, deal_id=deal.id, action_id=action_id, now=now)
        return record_step(session, "deal.tick", deal.id, pen, now, action=action.text)


def untick_action(session: Session, deal_id: int, action_id: int) -> Done:
    """Take the tick of an action away again. Raises Refused `not_ticked`, `deal_closed`, `move_refused`; NotFound."""
    with session.writing():
        deal, action, visit = _actionable(session, deal_id, action_id)
        row = Tick.get_or_none((Tick.visit == visit) & (Tick.stage_action == action_id))
        if row is None:
            raise Refused("not_ticked", _("{action} is not done yet.").format(action=quoted(action.text)))
        now, pen = session.now(), Pen()
        pen.delete(row)
        return record_step(session, "deal.untick", deal.id, pen, now, action=action.text)


def tick_with(session: Session, pen: Pen, deal_id: int, action_id: int, now: Instant) -> None:
    """Tick an action because the activity it asked for was done: only while the deal is at its stage, and only where
    the actor may. Within that command's transaction."""
    deal = Deal.get_by_id(deal_id)
    action = StageAction.get_by_id(action_id)
    visit = Visit.get_or_none((Visit.deal == deal_id) & Visit.left_at.is_null())
    if visit is None or visit.stage_id != action.stage_id or action.archived_at is not None:
        return
    if Tick.get_or_none((Tick.visit == visit.id) & (Tick.stage_action == action_id)) or not _may(session, deal, action):
        return
    write_tick(session, pen, visit.id, action_id, now)


def write_tick(session: Session, pen: Pen, visit_id: int, action_id: int, now: Instant) -> None:
    pen.insert(Tick, visit=visit_id, stage_action=action_id, at=now, by=session.actor.id)


def find_action(session: Session, deal_id: int, text: str) -> int:
    """The id of an action of the deal's present stage by text, its unique beginning, number in the list (from 1), or
    id. Raises NotFound with the actions, Refused `ambiguous`."""
    deal = facts.readable_deal(session, deal_id)
    stages = {stage.id: stage for stage in facts.type_facts(deal.deal_type_id).stages}
    return action_named(stages[deal.stage_id].actions if deal.stage_id is not None else (), text)


def action_named(actions: Sequence[ActionFacts], text: str) -> int:
    """The same among the actions of a stage."""
    key = search_key(text)
    found = [action for action in actions if search_key(action.text) == key]
    found = found or [action for action in actions if key and search_key(action.text).startswith(key)]
    if not found and text.isascii() and text.isdigit() and 0 < int(text[:9]) <= len(actions):
        found = [actions[int(text) - 1]]
    listed = [{"id": action.id, "name": action.text} for action in actions]
    if not found:
        raise NotFound(_("The stage asks for no {action}.").format(action=quoted(text)), listed)
    if len(found) > 1:
        raise Refused("ambiguous", _("Several actions begin with {text}.").format(text=quoted(text)), listed)
    return found[0].id


def _actionable(session: Session, deal_id: int, action_id: int) -> tuple[Deal, StageAction, int]:
    """The deal, the action of its present stage, and its open visit, where the actor may tick it."""
    deal = facts.readable_deal(session, deal_id)
    action = StageAction.get_or_none((StageAction.id == action_id) & StageAction.archived_at.is_null())
    if action is None or action.stage_id != deal.stage_id:
        raise NotFound(_("The deal's stage asks for no such action."))
    if deal.outcome != "open":
        raise Refused("deal_closed", _("The deal is closed."))
    if not _may(session, deal, action):
        refuse([rules.objection_authority(_("You may not tick {action}.").format(action=quoted(action.text)), _able(deal, action))])
    visit = Visit.get((Visit.deal == deal_id) & Visit.left_at.is_null())
    return deal, action, int(visit.id)


def _may(session: Session, deal: Deal, action: StageAction) -> bool:
    known = ActionFacts(action.id, action.text, action.required, action.role, action.employee_id)
    return rules.may_tick(
        known, actor_id=session.actor.id, role=session.actor.role, may_change=facts.may_change(session, deal)
    )


def _able(deal: Deal, action: StageAction) -> list[rules.PersonFacts]:
    if action.role is None and action.employee_id is None:
        return list(facts.who_may(deal.owner_id))
    return [
        rules.PersonFacts(person.id, person.login, person.name, person.role)
        for person in people.people()
        if person.can_login and not person.disabled and (person.role == action.role or person.id == action.employee_id)
    ]
