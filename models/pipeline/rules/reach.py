"""What about a type's own rules cannot work: ways that lead nowhere."""

from __future__ import annotations

from models.pipeline.rules.known import StageFacts, TypeFacts
from models.values.language import _
from models.values.text import shown


def warnings(deal_type: TypeFacts) -> list[str]:
    """In words, why a deal of this type could never be won from somewhere; nothing where all ways lead on.

    Free types are won from any stage. Strict ones are passed stage by stage: a forbidden step to the next one ends the
    way. Semi-strict ones are won after all stages: of any two, one must be reachable from the other over the
    transitions that are not forbidden, else no walk passes both.
    """
    active = deal_type.active()
    if not active:
        return [_("There are no stages: no deal can start.")]
    if deal_type.mode == "strict":
        return [
            _("No way to win: {start} to {end} is forbidden, and nothing else leads on from {start}.").format(
                start=shown(start.name), end=shown(end.name)
            )
            for start, end in zip(active, active[1:], strict=False)
            if (start.id, end.id) in deal_type.forbidden
        ]
    if deal_type.mode == "semi-strict" and deal_type.forbidden:
        reach = {stage.id: _reachable(stage, active, deal_type.forbidden) for stage in active}
        return [
            _("No way to win: no deal can pass both {one} and {other}, since every way between them is forbidden.").format(
                one=shown(one.name), other=shown(other.name)
            )
            for number, one in enumerate(active)
            for other in active[number + 1 :]
            if other.id not in reach[one.id] and one.id not in reach[other.id]
        ]
    return []


def _reachable(
    start: StageFacts, active: tuple[StageFacts, ...], forbidden: frozenset[tuple[int, int]]
) -> set[int]:
    found, front = {start.id}, [start.id]
    while front:
        here = front.pop()
        for stage in active:
            if stage.id not in found and (here, stage.id) not in forbidden:
                found.add(stage.id)
                front.append(stage.id)
    return found
