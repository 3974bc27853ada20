"""What mode, order and exceptions of a deal type say of a step (semantics §2)."""

from __future__ import annotations

from models.pipeline.rules.known import Attempt, DealFacts, StageFacts, TypeFacts
from models.values.errors import Item, Objection
from models.values.language import _
from models.values.text import shown


def way(deal_type: TypeFacts, from_stage: int, to_stage: int) -> str:
    """How a move counts by today's order alone: `advance`, `skip` (over an active stage) or `return`."""
    order = [stage.id for stage in deal_type.stages]
    start, end = order.index(from_stage), order.index(to_stage)
    if end < start:
        return "return"
    between = deal_type.stages[start + 1 : end]
    return "skip" if any(not stage.archived for stage in between) else "advance"


def next_stage(deal_type: TypeFacts, stage_id: int, step: int) -> StageFacts | None:
    """The active stage after (`step` 1) or before (-1) a stage, None at the end."""
    order = [stage.id for stage in deal_type.stages]
    place = order.index(stage_id)
    rest = deal_type.stages[place + 1 :] if step > 0 else deal_type.stages[:place][::-1]
    return next((stage for stage in rest if not stage.archived), None)


def number_of(deal_type: TypeFacts, stage_id: int) -> int:
    """The place of a stage among the active ones, from 1; an archived one has that of the last active one before it."""
    number = 0
    for stage in deal_type.stages:
        number += not stage.archived
        if stage.id == stage_id:
            break
    return max(1, number)


def missing_stages(deal: DealFacts, deal_type: TypeFacts) -> list[StageFacts]:
    """Stages that a semi-strict deal has not visited and has to, in order."""
    return [
        stage
        for stage in deal_type.active()
        if stage.id not in deal.visited and stage.required_from <= deal.known_since
    ]


def to_start(deal_type: TypeFacts, target: StageFacts, attempt: Attempt) -> list[Objection]:
    """Objections to a start at `target`; a retype reaches as far as the deal has come."""
    if target.archived:
        return [objection_archived(target)]
    active = deal_type.active()
    reach = max(1, attempt.number)
    if deal_type.mode == "strict" and target.id not in [stage.id for stage in active[:reach]]:
        return [_objection_not_next(deal_type, active[min(reach, len(active)) - 1])]
    return []


def to_move(deal: DealFacts, deal_type: TypeFacts, target: StageFacts, attempt: Attempt) -> list[Objection]:
    """Objections to a move to another stage than the present one."""
    assert deal.stage_id is not None
    found = []
    if target.archived:
        found.append(objection_archived(target))
    if (deal.stage_id, target.id) in deal_type.forbidden:
        found.append(
            Objection(
                "transition_forbidden",
                _("{type} forbids this transition.").format(type=shown(deal_type.name)),
                _("take another way, or ask an administrator to allow it"),
            )
        )
    back = way(deal_type, deal.stage_id, target.id) == "return"
    if deal_type.mode == "strict":
        found += _to_strict_move(deal.stage_id, target, deal_type, attempt, back)
    elif deal_type.mode == "semi-strict" and back:
        freed = (deal.stage_id, target.id) in deal_type.allowed
        if target.id in deal.visited and not freed:
            found += to_reason(attempt)
    return found


def to_win(deal: DealFacts, deal_type: TypeFacts) -> list[Objection]:
    """Objections of the mode to a win."""
    missing: list[StageFacts] = []
    if deal_type.mode == "strict":
        order = [stage.id for stage in deal_type.stages]
        assert deal.stage_id is not None
        place = order.index(deal.stage_id)
        missing = [stage for stage in deal_type.stages[place + 1 :] if not stage.archived]
    elif deal_type.mode == "semi-strict":
        missing = missing_stages(deal, deal_type)
    if not missing:
        return []
    names = ", ".join(shown(stage.name) for stage in missing)
    return [
        Objection(
            "stages_missing",
            _("{type} is won after these stages: {stages}.").format(type=shown(deal_type.name), stages=names),
            _("move it through {stages}").format(stages=names),
            tuple(Item("stage", stage.id, stage.name) for stage in missing),
        )
    ]


def to_reason(attempt: Attempt) -> list[Objection]:
    """The objection to a missing reason."""
    return [] if attempt.reason else [Objection("reason_required", _("This needs a reason."), _("say why"))]


def objection_archived(stage: StageFacts) -> Objection:
    return Objection("stage_archived", _("{stage} is archived.").format(stage=shown(stage.name)))


def _to_strict_move(
    stage_id: int, target: StageFacts, deal_type: TypeFacts, attempt: Attempt, back: bool
) -> list[Objection]:
    if back:
        if not deal_type.returns:
            return [
                Objection(
                    "returns_not_allowed",
                    _("{type} allows no return.").format(type=shown(deal_type.name)),
                    _("lose the deal, or ask an administrator to allow returns"),
                )
            ]
        return to_reason(attempt)
    following = next_stage(deal_type, stage_id, 1)
    if following is None or target.id != following.id:
        return [_objection_not_next(deal_type, following)]
    return []


def _objection_not_next(deal_type: TypeFacts, following: StageFacts | None) -> Objection:
    lift = _("move to {stage} first").format(stage=shown(following.name)) if following else _("win or lose it")
    return Objection(
        "not_next_stage",
        _("{type} is passed stage by stage.").format(type=shown(deal_type.name)),
        lift,
        (Item("stage", following.id, following.name),) if following else (),
    )
