"""The steps of a deal's life: move, win, lose, hold, resume, reopen. Each is judged, written and recorded in one
transaction; several deals at once go the same way, one after the other."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen, record
from models.pipeline import facts, rules
from models.pipeline.rules import Attempt, DealFacts, TypeFacts
from models.pipeline.tables import Deal, Hold, LossReason, Stage, Visit
from models.storage.database import database
from models.values.errors import ChangedMeanwhile, NotFound, Objection, Refused, StepRefused
from models.values.instants import Instant, never_back
from models.values.language import _
from models.values.text import clean_text, search_key, shown

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class Done:
    """What a command did: the deal, its new version, and the journal line that undo takes back; `together` tells how
    many deals an undo took back at once."""

    deal_id: int
    version: int
    line: int
    together: int = 1


@dataclass(frozen=True)
class Unmoved:
    """A deal that a command for several could not take along, why, and its version now (None where it is not there)."""

    deal_id: int
    title: str
    objections: tuple[Objection, ...]
    version: int | None = None


@dataclass(frozen=True)
class Several:
    """What a command for several deals did, and the deals it left as they were."""

    done: tuple[Done, ...]
    left: tuple[Unmoved, ...]


def move_deal(
    session: Session,
    deal_id: int,
    stage_id: int,
    *,
    reason: str = "",
    at: Instant | None = None,
    version: int | None = None,
) -> Done:
    """Bring a deal to another stage of its type.

    Raises Refused `move_refused` whose details are the objections, ChangedMeanwhile, NotFound.
    """
    return _one(session, deal_id, Attempt("move", stage_id, _reason(reason), at, version))


def win_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Close a deal as won. Raises as `move_deal`."""
    return _one(session, deal_id, Attempt("win", None, _reason(reason), at, version))


def lose_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Close a deal as lost, with a reason (best one of the company's list); a hold ends with it. Raises as `move_deal`."""
    return _one(session, deal_id, Attempt("lose", None, _reason(reason), at, version))


def hold_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Pause a deal, with a reason. Raises as `move_deal`."""
    return _one(session, deal_id, Attempt("hold", None, _reason(reason), at, version))


def resume_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """End a deal's hold. Raises as `move_deal`."""
    return _one(session, deal_id, Attempt("resume", None, _reason(reason), at, version))


def reopen_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Open a closed deal again at the stage it left, with a reason. Raises as `move_deal`."""
    return _one(session, deal_id, Attempt("reopen", None, _reason(reason), at, version))


def step_deals(
    session: Session,
    deal_ids: Sequence[int],
    kind: str,
    *,
    stage_id: int | None = None,
    reason: str = "",
    at: Instant | None = None,
    versions: Mapping[int, int] | None = None,
) -> Several:
    """Take the step `kind` (move, win, lose, hold, resume, reopen) with several deals in one transaction. Each is judged
    alone, where `versions` (by deal) names it as the person saw it; those that are refused, or that somebody changed
    meanwhile, stay as they are and are told. One undo takes the others back together."""
    attempt = Attempt(kind, stage_id, _reason(reason), at)
    with session.writing():
        return take_several(session, deal_ids, attempt, versions)


def take_several(
    session: Session, deal_ids: Sequence[int], attempt: Attempt, versions: Mapping[int, int] | None = None
) -> Several:
    """`step_deals` within another command's transaction."""
    batch = secrets.token_hex(8)
    done: list[Done] = []
    left: list[Unmoved] = []
    types: dict[int, TypeFacts] = {}
    for deal_id in dict.fromkeys(deal_ids):
        try:
            step = Step(session, deal_id, attempt._replace(version=(versions or {}).get(deal_id)), types)
        except (Refused, ChangedMeanwhile) as error:
            left.append(_unmoved(session, deal_id, error))
        else:
            done.append(take_step(step, batch=batch))
    return Several(tuple(done), tuple(left))


class Step:
    """One judged step of a deal within a transaction: reads and judges on making, records at `done`.

    `types` keeps what was read of deal types, for several steps in one transaction.
    """

    def __init__(
        self, session: Session, deal_id: int, attempt: Attempt, types: dict[int, TypeFacts] | None = None
    ) -> None:
        self.session, self.now, self.pen = session, session.now(), Pen()
        self.deal = facts.readable_deal(session, deal_id)
        types = {} if types is None else types
        if self.deal.deal_type_id not in types:
            types[self.deal.deal_type_id] = facts.type_facts(self.deal.deal_type_id)
        self.type: TypeFacts = types[self.deal.deal_type_id]
        self.facts: DealFacts = facts.deal_facts(session, self.deal, self.type, attempt.version)
        if attempt.target is not None and attempt.target not in [stage.id for stage in self.type.stages]:
            refuse([*rules.to_version(self.facts, attempt), _objection_elsewhere(self.type, attempt.target)])
        self.attempt = facts.attempt_by(session, self.deal.owner_id, self.type, attempt)
        refuse(rules.judge(self.facts, self.type, self.attempt, self.now))
        self.at, self.marked = instant_of_step(self.facts, attempt.at, self.now)

    def done(self, command: str, **said: Any) -> Done:
        return record_step(self.session, command, self.deal.id, self.pen, self.now, **said)


def instant_of_step(deal: DealFacts, at: Instant | None, now: Instant) -> tuple[Instant, bool]:
    """When a step happens: never before the deal's last one; whether the clock had gone back by more than it may."""
    if at is not None:
        return at, False
    last = max(at for at in (deal.entered_at, deal.closed_at, deal.held_at) if at is not None)
    return never_back(now, last, deal.resumed_at)


def refuse(objections: Sequence[Objection]) -> None:
    """Raise StepRefused or ChangedMeanwhile where there are objections."""
    if not objections:
        return
    for objection in objections:
        if objection.code == "changed_meanwhile":
            raise ChangedMeanwhile(objection.message, [one.as_json() for one in objections])
    raise StepRefused(objections)


def leave_visit(
    session: Session, pen: Pen, deal_id: int, at: Instant, how: str, now: Instant, reason: str
) -> int:
    """End the open visit of a deal; returns its number."""
    (visit,) = Visit.found("deal_id = ? AND left_at IS NULL", deal_id)
    pen.update(
        visit, left_at=at, left_as=how, left_by_id=session.actor.id, left_recorded_at=now, left_reason=reason
    )
    return int(visit.seq)


def enter(
    session: Session,
    pen: Pen,
    deal: Deal,
    *,
    seq: int,
    stage_id: int,
    at: Instant,
    how: str,
    now: Instant,
    reason: str = "",
    marks: str = "",
) -> None:
    """Begin a visit of `deal`, whose row stands at the stage already, and set off what the stage asks for."""
    pen.insert(
        Visit,
        deal=deal.id,
        seq=seq,
        deal_type=deal.deal_type_id,
        stage=stage_id,
        entered_at=at,
        entered_as=how,
        entered_by=session.actor.id,
        entered_recorded_at=now,
        entered_reason=reason,
        marks=marks,
    )
    session.follow("stage_entered", pen=pen, deal=deal, stage_id=stage_id, at=at, now=now)


def bump(deal_id: int) -> int:
    """Count a deal's version up; returns the new one."""
    counted = database.execute_sql("UPDATE deal SET version = version + 1 WHERE id = ? RETURNING version", (deal_id,))
    return int(counted.fetchone()[0])


def record_line(session: Session, command: str, deal_id: int, pen: Pen, now: Instant, **said: Any) -> int:
    """Write the journal line of a deal's change; returns its id."""
    return record(
        at=now, employee_id=session.actor.id, command=command, subject="deal", subject_id=deal_id,
        images=pen.images, **said,
    )  # fmt: skip


def record_step(session: Session, command: str, deal_id: int, pen: Pen, now: Instant, **said: Any) -> Done:
    """Write the journal line and count the version up."""
    line = record_line(session, command, deal_id, pen, now, **said)
    return Done(deal_id, bump(deal_id), line)


def _one(session: Session, deal_id: int, attempt: Attempt) -> Done:
    with session.writing():
        return take_step(Step(session, deal_id, attempt))


def take_step(step: Step, **said: Any) -> Done:
    """Write a judged step; `said` goes into its journal line."""
    return _STEPS[step.attempt.kind](step, **said)


def _move(step: Step, **said: Any) -> Done:
    deal, stage_id = step.deal, step.attempt.target
    assert stage_id is not None
    how = rules.way(step.type, deal.stage_id, stage_id)
    seq = _leave(step, how)
    step.pen.update(deal, stage_id=stage_id, entered_at=step.at)
    enter(
        step.session, step.pen, deal, seq=seq + 1, stage_id=stage_id, at=step.at, how=how, now=step.now,
        reason=step.attempt.reason, marks="clock" if step.marked else "",
    )  # fmt: skip
    name = step.type.stage(stage_id).name
    return step.done("deal.move", stage=name, how=how, reason=step.attempt.reason, **said)


def _leave(step: Step, how: str) -> int:
    return leave_visit(step.session, step.pen, step.deal.id, step.at, how, step.now, step.attempt.reason)


def _win(step: Step, **said: Any) -> Done:
    return _close(step, "won", "deal.win", None, said)


def _lose(step: Step, **said: Any) -> Done:
    key = search_key(step.attempt.reason)
    listed = LossReason.get_or_none((LossReason.name_key == key) & LossReason.archived_at.is_null())
    return _close(step, "lost", "deal.lose", listed.id if listed else None, said)


def _close(step: Step, outcome: str, command: str, loss_reason: int | None, said: dict[str, Any]) -> Done:
    if step.deal.held_at is not None:
        _end_hold(step)
    _leave(step, outcome)
    step.pen.update(
        step.deal, outcome=outcome, closed_at=step.at, close_reason=step.attempt.reason, loss_reason_id=loss_reason
    )
    name = step.type.stage(step.deal.stage_id).name
    return step.done(command, reason=step.attempt.reason, stage=name, **said)


def _hold(step: Step, **said: Any) -> Done:
    step.pen.insert(
        Hold, deal=step.deal.id, started_at=step.at, reason=step.attempt.reason, started_by=step.session.actor.id
    )
    step.pen.update(step.deal, held_at=step.at)
    return step.done("deal.hold", reason=step.attempt.reason, **said)


def _resume(step: Step, **said: Any) -> Done:
    _end_hold(step)
    return step.done("deal.resume", reason=step.attempt.reason, **said)


def _end_hold(step: Step) -> None:
    hold = Hold.get((Hold.deal == step.deal.id) & Hold.ended_at.is_null())
    step.pen.update(hold, ended_at=step.at, ended_by_id=step.session.actor.id)
    step.pen.update(step.deal, held_at=None)


def _reopen(step: Step, **said: Any) -> Done:
    deal = step.deal
    last = Visit.select().where(Visit.deal == deal.id).order_by(Visit.seq.desc()).first()
    step.pen.update(
        deal, outcome="open", closed_at=None, close_reason="", loss_reason_id=None, entered_at=step.at
    )
    enter(
        step.session, step.pen, deal, seq=last.seq + 1, stage_id=deal.stage_id, at=step.at, how="reopen",
        now=step.now, reason=step.attempt.reason,
    )  # fmt: skip
    return step.done("deal.reopen", reason=step.attempt.reason, **said)


_STEPS = {"move": _move, "win": _win, "lose": _lose, "hold": _hold, "resume": _resume, "reopen": _reopen}


def _unmoved(session: Session, deal_id: int, error: Refused | ChangedMeanwhile) -> Unmoved:
    objections = error.objections if isinstance(error, StepRefused) else (Objection(error.code, error.message),)
    try:
        deal = facts.readable_deal(session, deal_id)
    except NotFound:
        return Unmoved(deal_id, "", objections)
    return Unmoved(deal_id, deal.title, objections, deal.version)


def _objection_elsewhere(deal_type: TypeFacts, stage_id: int) -> Objection:
    """The stage is of another type, or was removed meanwhile."""
    stage = Stage.get_or_none(Stage.id == stage_id)
    words = _("{type} has no stage {name}.")
    name = shown(stage.name) if stage else str(stage_id)
    return Objection("unknown_stage", words.format(type=shown(deal_type.name), name=name))


def _reason(text: str) -> str:
    return clean_text(text or "", _("Reason"), 1000)
