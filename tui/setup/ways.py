"""Where deals may go from a stage, in a word each, as the one judge says of a deal that has visited every stage."""

from __future__ import annotations

from models.pipeline.rules import Attempt, DealFacts, TypeFacts, judge
from models.values.language import _, pgettext


def from_stage(facts: TypeFacts, stage_id: int) -> list[tuple[int, str, str | None, str]]:
    """(id, name, exception, word) of every other stage in use; the exception is `forbidden`, `allowed` or None."""
    visited = frozenset(stage.id for stage in facts.stages)
    deal = DealFacts(0, "", 1, "open", stage_id, False, 0, 0, visited)
    return [
        (target.id, target.name, exception(facts, stage_id, target.id), _word(facts, deal, target.id))
        for target in facts.active()
        if target.id != stage_id
    ]


def exception(facts: TypeFacts, start: int, end: int) -> str | None:
    """What the type says of this pair beside its mode."""
    if (start, end) in facts.forbidden:
        return "forbidden"
    return "allowed" if (start, end) in facts.allowed else None


def following(facts: TypeFacts, start: int, end: int) -> str | None:
    """The exception that comes after the present one when a person goes through them: none, forbidden, and for a way
    back in a semi-strict type, where it means something, allowed."""
    order = [stage.id for stage in facts.stages]
    now = exception(facts, start, end)
    if now is None:
        return "forbidden"
    frees = facts.mode == "semi-strict" and order.index(end) < order.index(start)
    return "allowed" if now == "forbidden" and frees else None


def _word(facts: TypeFacts, deal: DealFacts, target: int) -> str:
    said = {objection.code for objection in judge(deal, facts, Attempt("move", target), 0)}
    for code, word in (
        ("transition_forbidden", _("forbidden")),
        ("not_next_stage", _("not next")),
        ("returns_not_allowed", _("no returns")),
        ("reason_required", _("with a reason")),
    ):
        if code in said:
            return word
    assert deal.stage_id is not None
    return _("allowed") if exception(facts, deal.stage_id, target) else pgettext("way", "open")
