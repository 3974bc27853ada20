"""Asking for a move that one may not make: the request, and its answer by who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.journal.commands import Pen
from models.people.rules import covers, readable
from models.pipeline import facts, rules
from models.pipeline.commands.steps import Done, Step, record_line, refuse, take_step
from models.pipeline.rules import Attempt
from models.pipeline.tables import Deal, MoveRequest
from models.values.errors import NotFound, Objection, Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.text import clean_text

if TYPE_CHECKING:
    from models.session import Session


def request_move(session: Session, deal_id: int, stage_id: int | None, *, reason: str = "") -> int:
    """Ask for a deal to be moved to a stage, or to be won (`stage_id` None), which the actor has no authority for;
    returns the request's id. An earlier open request of the actor for this deal is withdrawn with it.

    Raises Refused `not_needed` where the actor may do it, `move_refused` where something else is in the way as well;
    NotFound.
    """
    reason = clean_text(reason, _("Reason"), 1000)
    with session.writing():
        now, pen = session.now(), Pen()
        deal = facts.readable_deal(session, deal_id)
        objections = _objections(session, deal, stage_id, reason)
        if not objections:
            raise Refused("not_needed", _("You may do that yourself."))
        refuse([one for one in objections if one.code != "no_authority"])
        for row in MoveRequest.select().where(
            (MoveRequest.deal == deal_id) & (MoveRequest.asked_by == session.actor.id) & (MoveRequest.state == "open")
        ):
            pen.update(row, state="withdrawn", answered_at=now, answered_by_id=session.actor.id)
        made = pen.insert(
            MoveRequest, deal=deal_id, stage=stage_id, reason=reason, asked_by=session.actor.id, asked_at=now
        )
        record_line(session, "deal.request", deal_id, pen, now, request=made, reason=reason)
    return made


def accept_request(session: Session, request_id: int, *, answer: str = "") -> Done:
    """Make the move that was asked for, as the actor's own: judged like any other. Raises as `move_deal`."""
    answer = clean_text(answer, _("Answer"), 1000)
    with session.writing():
        request = _answerable(session, request_id)
        kind = "win" if request.stage_id is None else "move"
        reason = " · ".join(part for part in (request.reason, answer) if part)
        step = Step(session, request.deal_id, Attempt(kind, request.stage_id, reason))
        step.pen.update(
            request, state="accepted", answered_by_id=session.actor.id, answered_at=step.now, answer=answer
        )
        return take_step(step, request=request.id, asked_by=request.asked_by_id)


def decline_request(session: Session, request_id: int, *, reason: str) -> Done:
    """Decline a move that was asked for, with a word why. Raises Refused `reason_required`, NotFound."""
    reason = clean_text(reason, _("Reason"), 1000)
    if not reason:
        raise Refused("reason_required", _("Say why it is declined."))
    with session.writing():
        request, now, pen = _answerable(session, request_id), session.now(), Pen()
        pen.update(request, state="declined", answered_by_id=session.actor.id, answered_at=now, answer=reason)
        return _told(session, "deal.decline", request, pen, now, reason=reason)


def withdraw_request(session: Session, request_id: int) -> Done:
    """Take back a request of one's own. Raises NotFound."""
    with session.writing():
        now, pen = session.now(), Pen()
        request = MoveRequest.get_or_none((MoveRequest.id == request_id) & (MoveRequest.state == "open"))
        if request is None or request.asked_by_id != session.actor.id:
            raise _unknown(request_id)
        pen.update(request, state="withdrawn", answered_by_id=session.actor.id, answered_at=now)
        return _told(session, "deal.withdraw", request, pen, now)


def may_answer(session: Session, deal: Deal, stage_id: int | None) -> bool:
    """Whether the actor has the authority that the asked move wants, whatever else may be in its way by now."""
    deal_type = facts.type_facts(deal.deal_type_id)
    stages = {stage.id: stage for stage in deal_type.stages}
    if stage_id is not None and stage_id not in stages or deal.stage_id is None:
        return False
    attempt = facts.attempt_by(session, deal.owner_id, deal_type, Attempt("move", stage_id))
    entering = None if stage_id is None else stages[stage_id]
    return attempt.may and not rules.to_authority(attempt, stages[deal.stage_id], entering)


def _objections(session: Session, deal: Deal, stage_id: int | None, reason: str) -> list[Objection]:
    deal_type = facts.type_facts(deal.deal_type_id)
    if stage_id is not None and stage_id not in [stage.id for stage in deal_type.stages]:
        raise NotFound(_("There is no stage {name}.").format(name=stage_id))
    attempt = Attempt("win" if stage_id is None else "move", stage_id, reason)
    attempt = facts.attempt_by(session, deal.owner_id, deal_type, attempt)
    return rules.judge(facts.deal_facts(session, deal, deal_type), deal_type, attempt, session.now())


def _answerable(session: Session, request_id: int) -> MoveRequest:
    """The open request, where the actor may answer it; told alike where there is none."""
    request = MoveRequest.get_or_none((MoveRequest.id == request_id) & (MoveRequest.state == "open"))
    if request is None:
        raise _unknown(request_id)
    deal = Deal.get_by_id(request.deal_id)
    if not covers(readable(session.actor), deal.owner_id) or not may_answer(session, deal, request.stage_id):
        raise _unknown(request_id)
    return request


def _told(session: Session, command: str, request: MoveRequest, pen: Pen, now: Instant, **said: str) -> Done:
    """Record an answer that leaves the deal itself, and so its version, as it is."""
    line = record_line(session, command, request.deal_id, pen, now, request=request.id, **said)
    return Done(request.deal_id, Deal.get_by_id(request.deal_id).version, line)


def _unknown(request_id: int) -> NotFound:
    return NotFound(_("There is no request {id} that you may answer.").format(id=request_id))
