"""Taking steps back and making them again (semantics §3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from peewee import IntegrityError

from models.journal import views as journal
from models.journal.commands import Image, Pen, record, take_back
from models.people import views as people
from models.people.rules import covers, readable, writable
from models.pipeline import facts, rules
from models.pipeline.commands.steps import Done, bump
from models.pipeline.commands.terms import follow_taken_back
from models.pipeline.tables import Deal, DealTerms
from models.values.errors import Refused
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

STEPS_LOOKED_AT = 500
UNDOABLE = (
    "deal.move", "deal.win", "deal.lose", "deal.hold", "deal.resume", "deal.reopen", "deal.set", "deal.tick",
    "deal.untick", "deal.retype", "deal.delete",
)  # fmt: skip
# Lines that change no step of a deal, and so bar no way back.
ASIDE = ("deal.undo", "deal.request", "deal.decline", "deal.withdraw")
# Rows that a step set off elsewhere; where they were worked on since, they stay.
SET_OFF = ("activity",)


def undo(session: Session, deal_id: int | None = None, *, line: int | None = None) -> Done:
    """Take back the actor's last step (of one deal, if given), or the journal line `line`, as if it had not been made.
    A step taken with several deals at once is taken back for all of them, a line by its number alone.

    Raises Refused `nothing_to_undo`, `not_yours`, `too_old`, `changed_since`; NotFound.
    """
    nothing = _("There is nothing to undo.")
    with session.writing():
        if line is not None:
            return _take_back(session, _chosen_step(session, line), "deal.undo", nothing)
        step = _last_step(session, deal_id, redo=False)
        return _take_back_together(session, step, deal_id, "deal.undo", nothing)


def redo(session: Session, deal_id: int | None = None) -> Done:
    """Make the step again that the actor took back last. Raises as `undo`, with `nothing_to_redo`."""
    with session.writing():
        step = _last_step(session, deal_id, redo=True)
        return _take_back_together(session, step, deal_id, "deal.redo", _("There is nothing to redo."))


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
        if line.id in taken or line.command in ASIDE and line.command != "deal.undo":
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


def _take_back_together(
    session: Session, step: journal.Line | None, deal_id: int | None, command: str, nothing: str
) -> Done:
    """Take a step back with those of other deals that were made at once with it, all or none."""
    batch = step.facts.get("batch") if step is not None and deal_id is None else None
    if step is None or batch is None:
        return _take_back(session, step, command, nothing)
    lines = _own_lines(session, None)
    taken = {line.undoes for line in lines}
    together = [
        line
        for line in lines
        if line.facts.get("batch") == batch and line.id not in taken and line.command == step.command
    ]
    done = [_take_back(session, line, command, nothing) for line in together]
    return Done(done[-1].deal_id, done[-1].version, done[-1].line, len(done))


def _take_back(session: Session, step: journal.Line | None, command: str, nothing: str) -> Done:
    if step is None or step.subject != "deal":
        raise Refused("nothing_to_undo" if command == "deal.undo" else "nothing_to_redo", nothing)
    if step.employee_id != session.actor.id or not _still_theirs(session, step):
        raise Refused("not_yours", _("Only who made a step can take it back."))
    now = session.now()
    if step.at < now - rules.UNDO_WINDOW:
        raise Refused("too_old", _("A step can be taken back for 30 days; make a return instead."))
    _refuse_if_built_on(step)
    rows = step.facts.get("rows", [])
    if _under_newer_terms(step.subject_id, rows):
        raise _changed_since()
    try:
        images = take_back(rows, lenient=SET_OFF)
    except IntegrityError:  # what a row refers to is gone, or something refers to it that came since
        raise _changed_since() from None
    pen = Pen()
    follow_taken_back(pen, step.subject_id, step.at, now)
    batch = {"batch": step.facts["batch"]} if "batch" in step.facts else {}
    line = record(
        at=now,
        employee_id=session.actor.id,
        command=command,
        subject="deal",
        subject_id=step.subject_id,
        images=[*images, *pen.images],
        undoes=step.id,
        of=_root(step),
        **batch,
    )
    if _root(step) == "deal.delete":  # gone again, or back as it was
        return Done(step.subject_id, 0, line)
    session.follow("steps_taken_back", deal_id=step.subject_id)
    return Done(step.subject_id, bump(step.subject_id), line)


def _under_newer_terms(deal_id: int, rows: Iterable[Image]) -> bool:
    """Whether the step wrote dated terms of the deal that newer ones have taken over from."""
    written = [(after["at"], row_id) for name, row_id, before, after in rows if name == "deal_terms" and before is None]
    if not written:
        return False
    at, last = max(written)
    newer = (DealTerms.at > at) | (DealTerms.at == at) & (DealTerms.id > last)
    return DealTerms.select().where((DealTerms.deal == deal_id) & newer).exists()


def _changed_since() -> Refused:
    return Refused("changed_since", _("This was changed again since; it cannot be taken back."))


def _root(step: journal.Line) -> str:
    """The command at the beginning of a chain of undo and redo."""
    return str(step.facts.get("of", step.command))


def _still_theirs(session: Session, step: journal.Line) -> bool:
    """Whether the actor may (still) see and change the deal; one that was deleted is in the images of its line."""
    deal = Deal.get_or_none(Deal.id == step.subject_id)
    if deal is not None:
        return covers(readable(session.actor), deal.owner_id) and (
            facts.may_change(session, deal) or _root(step) in ("deal.tick", "deal.untick")
        )
    owners = [
        before["owner_id"]
        for name, row, before, _after in step.facts.get("rows", [])
        if name == "deal" and row == step.subject_id and before is not None
    ]
    return any(covers(writable(session.actor), owner) for owner in owners)


def _refuse_if_built_on(step: journal.Line) -> None:
    """Bar the way back where another changed the deal since, or where a later step of its history stands."""
    lines = journal.lines_of("deal", step.subject_id)
    undoes = {line.id: line.undoes for line in lines}
    gone = set(undoes.values())
    for line in lines:
        if line.id <= step.id or line.id in gone or line.command in ASIDE:
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
