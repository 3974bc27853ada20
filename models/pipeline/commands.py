"""What a person does to a deal: start, move, win, lose, hold, resume, reopen, set, undo, redo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from models.clients.commands import new_client
from models.clients.tables import Client
from models.clients.views import find_client
from models.journal import views as journal
from models.journal.commands import Pen, record, take_back
from models.people import views as people
from models.people.rules import covers, readable, writable
from models.pipeline import facts, rules
from models.pipeline.rules import Attempt, DealFacts, TypeFacts
from models.pipeline.tables import Deal, DealTerms, Hold, Visit
from models.values.errors import ChangedMeanwhile, NotFound, Objection, Refused
from models.values.instants import Instant, never_back
from models.values.language import _
from models.values.money import exponent
from models.values.text import clean_line, clean_text, search_key

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class Done:
    """What a command did: the deal, its new version, and the journal line that undo takes back."""

    deal_id: int
    version: int
    line: int


def new_deal(
    session: Session,
    client: str,
    *,
    type_id: int,
    stage_id: int | None = None,
    title: str = "",
    amount: int | None = None,
    currency: str | None = None,
    expected: date | None = None,
    owner: str | None = None,
    source: str = "",
    at: Instant | None = None,
) -> Done:
    """Start a deal; `amount` in minor units. An unknown client is made. Without `stage_id` it starts at the first
    active stage. Raises Refused `move_refused` with the objections, NotFound, Refused."""
    with session.writing():
        now, pen = session.now(), Pen()
        deal_type = facts.type_facts(type_id)
        owner_id = people.find_employee(owner).id if owner else session.actor.id
        if not covers(writable(session.actor), owner_id):
            raise NotFound(_("You may not start a deal for {who}.").format(who=repr(owner or session.actor.login)))
        attempt = Attempt("start", target=stage_id, at=at)
        _refuse(rules.judge(None, deal_type, attempt, now))
        stage = deal_type.stage(stage_id) if stage_id is not None else deal_type.active()[0]
        currency = currency or people.company().currency
        exponent(currency)
        title = clean_line(title, _("Title"))
        happened = now if at is None else at
        try:
            client_id = find_client(session, client)
        except NotFound:
            client_id = new_client(session, pen, client, now)
        deal_id = pen.insert(
            Deal,
            client=client_id,
            deal_type=type_id,
            stage=stage.id,
            owner=owner_id,
            title=title,
            title_key=title_key(Client.get_by_id(client_id).name, title),
            amount=amount,
            currency=currency,
            expected_close=expected,
            source=clean_line(source, _("Source")),
            started_at=happened,
            entered_at=happened,
            created_at=now,
        )
        _write_terms(pen, deal_id, happened, owner_id, amount, currency, expected)
        _enter(pen, deal_id, 1, type_id, stage.id, happened, "start", session.actor.id, now, "")
        line = _record(session, "deal.new", deal_id, pen, now, stage=stage.name)
    return Done(deal_id, 1, line)


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
    with session.writing():
        step = _Step(session, deal_id, Attempt("move", stage_id, _reason(reason), at, version))
        deal, pen = step.deal, step.pen
        how = rules.way(step.type, deal.stage_id, stage_id)
        seq = _leave(step, how)
        _enter(
            pen, deal.id, seq + 1, deal.deal_type_id, stage_id, step.at, how, session.actor.id, step.now,
            step.attempt.reason, "clock" if step.marked else "",
        )
        pen.update(deal, stage_id=stage_id, entered_at=step.at)
        return step.done("deal.move", stage=step.type.stage(stage_id).name, how=how, reason=step.attempt.reason)


def win_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Close a deal as won. Raises as `move_deal`."""
    return _close(session, deal_id, "won", Attempt("win", None, _reason(reason), at, version))


def lose_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Close a deal as lost, with a reason; a hold ends with it. Raises as `move_deal`."""
    return _close(session, deal_id, "lost", Attempt("lose", None, _reason(reason), at, version))


def hold_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Pause a deal, with a reason. Raises as `move_deal`."""
    with session.writing():
        step = _Step(session, deal_id, Attempt("hold", None, _reason(reason), at, version))
        step.pen.insert(
            Hold, deal=deal_id, started_at=step.at, reason=step.attempt.reason, started_by=session.actor.id
        )
        step.pen.update(step.deal, held_at=step.at)
        return step.done("deal.hold", reason=step.attempt.reason)


def resume_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """End a deal's hold. Raises as `move_deal`."""
    with session.writing():
        step = _Step(session, deal_id, Attempt("resume", None, _reason(reason), at, version))
        _end_hold(step)
        return step.done("deal.resume", reason=step.attempt.reason)


def reopen_deal(
    session: Session, deal_id: int, *, reason: str = "", at: Instant | None = None, version: int | None = None
) -> Done:
    """Open a closed deal again at the stage it left, with a reason. Raises as `move_deal`."""
    with session.writing():
        step = _Step(session, deal_id, Attempt("reopen", None, _reason(reason), at, version))
        deal = step.deal
        last = Visit.select().where(Visit.deal == deal.id).order_by(Visit.seq.desc()).first()
        _enter(
            step.pen, deal.id, last.seq + 1, deal.deal_type_id, deal.stage_id, step.at, "reopen",
            session.actor.id, step.now, step.attempt.reason,
        )
        step.pen.update(deal, outcome="open", closed_at=None, close_reason="", entered_at=step.at)
        return step.done("deal.reopen", reason=step.attempt.reason)


def set_deal(session: Session, deal_id: int, *, version: int | None = None, **changes: Any) -> Done:
    """Change title, amount (minor units or None), currency, expected_close, owner (a login), probability (0 to 100 or
    None) or source of a deal, open or closed. Raises Refused, ChangedMeanwhile, NotFound."""
    with session.writing():
        now, pen = session.now(), Pen()
        deal = facts.readable_deal(session, deal_id)
        known = facts.deal_facts(session, deal, version)
        if version is not None and version != deal.version:
            _refuse(rules.judge(known, facts.type_facts(deal.deal_type_id), Attempt("set", version=version), now))
        if not facts.may_change(session, deal):
            _refuse([Objection("no_authority", _("You may not change this deal."), ", ".join(facts.who_may(deal)))])
        values = _checked_changes(session, deal, changes)
        pen.update(deal, **values)
        if {"owner_id", "amount", "currency", "expected_close"} & values.keys():
            _write_terms(pen, deal.id, now, deal.owner_id, deal.amount, deal.currency, deal.expected_close)
        line = _record(session, "deal.set", deal.id, pen, now, fields=sorted(values))
        return Done(deal.id, _bump(deal.id), line)


def undo(session: Session, deal_id: int | None = None, *, line: int | None = None) -> Done:
    """Take back the actor's last step (of one deal, if given), or the journal line `line`, as if it had not been made.

    Raises Refused `nothing_to_undo`, `not_yours`, `too_old`, `changed_since`; NotFound.
    """
    with session.writing():
        step = _chosen_step(session, line) if line is not None else _last_step(session, deal_id, redo=False)
        return _take_back(session, step, "deal.undo", _("There is nothing to undo."))


def redo(session: Session, deal_id: int | None = None) -> Done:
    """Make the step again that the actor took back last. Raises as `undo`, with `nothing_to_redo`."""
    with session.writing():
        step = _last_step(session, deal_id, redo=True)
        return _take_back(session, step, "deal.redo", _("There is nothing to redo."))


def note_next_due(deal_id: int, due_at: Instant | None) -> None:
    """Keep beside a deal when its next open activity is due, for lists that sort by it (called by activities)."""
    Deal.update(next_due_at=due_at).where(Deal.id == deal_id).execute()


def follow_client_renamed(session: Session, *, client_id: int, name: str) -> None:
    """The order by name follows the client's new name."""
    for deal in Deal.select(Deal.id, Deal.title).where(Deal.client == client_id):
        Deal.update(title_key=title_key(name, deal.title)).where(Deal.id == deal.id).execute()


def title_key(client: str, title: str) -> str:
    """What a list by name sorts and searches by."""
    return search_key(f"{client} {title}")


class _Step:
    """One judged step of a deal within a transaction: reads and judges on making, records at `done`."""

    def __init__(self, session: Session, deal_id: int, attempt: Attempt) -> None:
        self.session, self.now, self.pen = session, session.now(), Pen()
        self.deal = facts.readable_deal(session, deal_id)
        self.type: TypeFacts = facts.type_facts(self.deal.deal_type_id)
        self.facts: DealFacts = facts.deal_facts(session, self.deal, attempt.version)
        self.attempt = attempt_by(session, self.deal, attempt)
        _refuse(rules.judge(self.facts, self.type, self.attempt, self.now))
        last = max(at for at in (self.deal.entered_at, self.deal.closed_at, self.deal.held_at) if at is not None)
        ended = Hold.select(Hold.ended_at).where(Hold.deal == deal_id).order_by(Hold.id.desc()).limit(1).scalar()
        self.at, self.marked = (
            never_back(self.now, last, ended) if attempt.at is None else (max(attempt.at, ended or attempt.at), False)
        )

    def done(self, command: str, **said: Any) -> Done:
        line = _record(self.session, command, self.deal.id, self.pen, self.now, **said)
        return Done(self.deal.id, _bump(self.deal.id), line)


def attempt_by(session: Session, deal: Deal, attempt: Attempt) -> Attempt:
    """The attempt with what the actor may do to this deal."""
    if facts.may_change(session, deal):
        return attempt
    return Attempt(
        attempt.kind, attempt.target, attempt.reason, attempt.at, attempt.version, False, facts.who_may(deal)
    )


def _refuse(objections: list[Objection]) -> None:
    if not objections:
        return
    details = [objection.as_json() for objection in objections]
    for objection in objections:
        if objection.code == "changed_meanwhile":
            raise ChangedMeanwhile(objection.message, details)
    raise Refused("move_refused", " ".join(objection.message for objection in objections), details)


def _close(session: Session, deal_id: int, outcome: str, attempt: Attempt) -> Done:
    with session.writing():
        step = _Step(session, deal_id, attempt)
        if step.deal.held_at is not None:
            _end_hold(step)
        _leave(step, outcome)
        step.pen.update(step.deal, outcome=outcome, closed_at=step.at, close_reason=step.attempt.reason)
        command = "deal.win" if outcome == "won" else "deal.lose"
        return step.done(command, reason=step.attempt.reason, stage=step.type.stage(step.deal.stage_id).name)


def _leave(step: _Step, how: str) -> int:
    """End the open visit; returns its number."""
    visit = Visit.get((Visit.deal == step.deal.id) & Visit.left_at.is_null())
    step.pen.update(
        visit,
        left_at=step.at,
        left_as=how,
        left_by_id=step.session.actor.id,
        left_recorded_at=step.now,
        left_reason=step.attempt.reason,
    )
    return int(visit.seq)


def _enter(
    pen: Pen,
    deal_id: int,
    seq: int,
    type_id: int,
    stage_id: int,
    at: Instant,
    how: str,
    by: int,
    now: Instant,
    reason: str,
    marks: str = "",
) -> None:
    pen.insert(
        Visit,
        deal=deal_id,
        seq=seq,
        deal_type=type_id,
        stage=stage_id,
        entered_at=at,
        entered_as=how,
        entered_by=by,
        entered_recorded_at=now,
        entered_reason=reason,
        marks=marks,
    )


def _end_hold(step: _Step) -> None:
    hold = Hold.get((Hold.deal == step.deal.id) & Hold.ended_at.is_null())
    step.pen.update(hold, ended_at=step.at, ended_by_id=step.session.actor.id)
    step.pen.update(step.deal, held_at=None)


def _write_terms(
    pen: Pen, deal_id: int, at: Instant, owner_id: int, amount: int | None, currency: str, expected: date | None
) -> None:
    pen.insert(
        DealTerms, deal=deal_id, at=at, owner=owner_id, amount=amount, currency=currency, expected_close=expected
    )


def _checked_changes(session: Session, deal: Deal, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, value in changes.items():
        match field:
            case "title":
                values["title"] = clean_line(value, _("Title"))
                client = Client.get_by_id(deal.client_id)
                values["title_key"] = title_key(client.name, values["title"])
            case "source":
                values["source"] = clean_line(value, _("Source"))
            case "owner":
                owner = people.find_employee(value).id
                if not covers(writable(session.actor), owner) and session.actor.role != "admin":
                    raise NotFound(_("You may not give a deal to {who}.").format(who=repr(value)))
                values["owner_id"] = owner
            case "currency":
                exponent(value)
                values["currency"] = value
            case "amount" | "expected_close" | "probability":
                values[field] = value
            case _:
                raise Refused("unknown_field", _("A deal has no {field}.").format(field=repr(field)))
    return values


def _bump(deal_id: int) -> int:
    Deal.update(version=Deal.version + 1).where(Deal.id == deal_id).execute()
    return int(Deal.select(Deal.version).where(Deal.id == deal_id).scalar())


def _record(session: Session, command: str, deal_id: int, pen: Pen, now: Instant, **said: Any) -> int:
    return record(
        at=now,
        employee_id=session.actor.id,
        command=command,
        subject="deal",
        subject_id=deal_id,
        images=pen.images,
        **said,
    )


STEPS_LOOKED_AT = 500
UNDOABLE = ("deal.move", "deal.win", "deal.lose", "deal.hold", "deal.resume", "deal.reopen", "deal.set")


def undoable(session: Session, deal_id: int | None = None) -> list[journal.Line]:
    """The actor's steps that undo could take back, newest first: made within 30 days and standing.

    Whether others built on them is found out when it is tried.
    """
    lines = _own_lines(session, deal_id)
    since = session.now() - rules.UNDO_WINDOW
    taken = {line.undoes: line.id for line in lines}
    return [
        line for line in lines if line.command in UNDOABLE and line.at >= since and _chain(line.id, taken) % 2 == 0
    ]


def _own_lines(session: Session, deal_id: int | None) -> list[journal.Line]:
    lines = journal.lines_by(session.actor.id, "deal", STEPS_LOOKED_AT)
    return [line for line in lines if deal_id is None or line.subject_id == deal_id]


def _chain(line_id: int, taken: dict[int | None, int]) -> int:
    """How often a line was taken back and made again in turn; it stands where that is even."""
    length = 0
    while line_id in taken:
        line_id, length = taken[line_id], length + 1
    return length


def _last_step(session: Session, deal_id: int | None, *, redo: bool) -> journal.Line | None:
    """The line that undo (or redo) takes back next."""
    lines = _own_lines(session, deal_id)
    taken = {line.undoes for line in lines}
    for line in lines:
        if line.id in taken:
            continue
        if redo and line.command != "deal.redo":
            # A new step after an undo leaves nothing to make again.
            return line if line.command == "deal.undo" else None
        if not redo and line.command in (*UNDOABLE, "deal.redo"):
            return line
    return None


def _chosen_step(session: Session, line_id: int) -> journal.Line | None:
    """The line `line_id`, or the redo that made it again."""
    lines = {line.id: line for line in _own_lines(session, None)}
    taken = {line.undoes: line.id for line in lines.values()}
    while line_id in taken:
        line_id = taken[line_id]
    line = lines.get(line_id) or journal.line(line_id)
    return line if line is not None and line.command in (*UNDOABLE, "deal.redo") else None


def _take_back(session: Session, step: journal.Line | None, command: str, nothing: str) -> Done:
    if step is None or step.subject != "deal":
        raise Refused("nothing_to_undo" if command == "deal.undo" else "nothing_to_redo", nothing)
    deal = Deal.get_or_none(Deal.id == step.subject_id)
    if deal is None or not covers(readable(session.actor), deal.owner_id) or step.employee_id != session.actor.id:
        raise Refused("not_yours", _("Only who made a step can take it back."))
    if not facts.may_change(session, deal):
        raise Refused("not_yours", _("Only who made a step can take it back."))
    now = session.now()
    if step.at < now - rules.UNDO_WINDOW:
        raise Refused("too_old", _("A step can be taken back for 30 days; make a return instead."))
    _refuse_if_built_on(step)
    images = take_back(step.facts.get("rows", []))
    line = record(
        at=now,
        employee_id=session.actor.id,
        command=command,
        subject="deal",
        subject_id=deal.id,
        images=images,
        undoes=step.id,
        of=step.command,
    )
    return Done(deal.id, _bump(deal.id), line)


def _refuse_if_built_on(step: journal.Line) -> None:
    """Bar the way back where another changed the deal since, or where a later step of its history stands."""
    lines = journal.lines_of("deal", step.subject_id)
    undoes = {line.id: line.undoes for line in lines}
    gone = set(undoes.values())
    for line in lines:
        if line.id <= step.id or line.id in gone or line.command == "deal.undo":
            continue
        # A step made again counts as when it was first made.
        if line.employee_id == step.employee_id and (
            line.command == "deal.set" or _first_made(line.id, undoes) < _first_made(step.id, undoes)
        ):
            continue
        raise Refused(
            "changed_since",
            _("{who} changed the deal since; it cannot be taken back. Make a return instead.").format(
                who=people.names().get(line.employee_id or 0, "?")
            ),
        )


def _first_made(line_id: int, undoes: dict[int, int | None]) -> int:
    """The step at the beginning of a chain of undo and redo."""
    before = undoes.get(line_id)
    while before is not None:
        line_id, before = before, undoes.get(before)
    return line_id


def _reason(text: str) -> str:
    return clean_text(text or "", _("Reason"), 1000)
