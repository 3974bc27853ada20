"""The rules of passage (semantics §2, §3): one pure function judges every attempt, wherever it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.values.errors import Objection
from models.values.instants import Instant
from models.values.language import _
from models.values.text import shown

MODES = ("strict", "semi-strict", "free")
UNDO_WINDOW = 30 * 86_400 * 1_000_000


@dataclass(frozen=True)
class StageFacts:
    """A stage in its type's order. `required_from` is the instant from which a started deal has to pass it."""

    id: int
    name: str
    archived: bool = False
    required_from: Instant = 0
    probability: int | None = None
    norm: int | None = None


@dataclass(frozen=True)
class TypeFacts:
    """A deal type: `stages` in order, the archived among them; pairs of stage ids as exceptions to the mode."""

    id: int
    name: str
    mode: str
    returns: bool
    stages: tuple[StageFacts, ...]
    forbidden: frozenset[tuple[int, int]] = frozenset()
    allowed: frozenset[tuple[int, int]] = frozenset()

    def active(self) -> tuple[StageFacts, ...]:
        return tuple(stage for stage in self.stages if not stage.archived)

    def stage(self, stage_id: int) -> StageFacts:
        return next(stage for stage in self.stages if stage.id == stage_id)


@dataclass(frozen=True)
class LastChange:
    """The newest change of a deal, for who saw an older version: who, when, to what."""

    by: str
    at: str
    what: str


@dataclass(frozen=True)
class DealFacts:
    """A deal as the judge needs it. `visited` are the ids of stages visited in its present type."""

    id: int
    title: str
    version: int
    outcome: str
    stage_id: int | None
    held: bool
    started_at: Instant
    entered_at: Instant
    visited: frozenset[int]
    last_change: LastChange | None = None
    closed_at: Instant | None = None
    held_at: Instant | None = None


@dataclass(frozen=True)
class Attempt:
    """What a person wants: `kind` is start, move, win, lose, hold, resume or reopen. `may` tells whether the actor may
    change this deal at all, `who_may` names those who can; `version` is the one the person saw, None for no check;
    `at` is the instant entered for a late one, None for now.
    """

    kind: str
    target: int | None = None
    reason: str = ""
    at: Instant | None = None
    version: int | None = None
    may: bool = True
    who_may: Sequence[str] = field(default=())


def judge(deal: DealFacts | None, deal_type: TypeFacts, attempt: Attempt, now: Instant) -> list[Objection]:
    """Every objection to `attempt`, none where it is fine. `deal` is None for a start.

    A closed deal has one objection only, unless it is to be reopened.
    """
    if deal is None:
        return _to_start(deal_type, attempt) + _to_instant(attempt, None, now)
    found = _to_version(deal, attempt)
    if deal.outcome != "open" and attempt.kind != "reopen":
        return found or [_objection_closed(deal)]
    if not attempt.may:
        found.append(
            Objection(
                "no_authority",
                _("You may not change this deal."),
                _("ask {people}").format(people=", ".join(map(shown, attempt.who_may))) if attempt.who_may else "",
            )
        )
    match attempt.kind:
        case "move":
            found += _to_hold(deal) + _to_move(deal, deal_type, attempt)
        case "win":
            found += _to_hold(deal) + _to_win(deal, deal_type)
        case "lose":
            found += _to_reason(attempt)
        case "hold":
            found += _to_hold(deal) + _to_reason(attempt)
        case "resume":
            if not deal.held:
                found.append(Objection("not_on_hold", _("The deal is not on hold.")))
        case "reopen":
            found += _to_reopen(deal, deal_type) + _to_reason(attempt)
    return found + _to_instant(attempt, deal, now)


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


def missing_stages(deal: DealFacts, deal_type: TypeFacts) -> list[StageFacts]:
    """Stages that a semi-strict deal has not visited and has to, in order."""
    return [
        stage
        for stage in deal_type.active()
        if stage.id not in deal.visited and stage.required_from <= deal.started_at
    ]


def trail(stages: Sequence[str], names: Iterable[str]) -> str:
    """The visits' stages in order, each by the shortest abbreviation that is unique among all `names` of the type."""
    short = abbreviations(names)
    return "".join(short.get(name, shown(name)[:1]) for name in stages)


def abbreviations(names: Iterable[str]) -> dict[str, str]:
    """The shortest beginning of each name, first letter upper, that no other name begins with (the whole name if none)."""
    all_names = list(dict.fromkeys(names))
    short: dict[str, str] = {}
    for name in all_names:
        others = [other.casefold() for other in all_names if other != name]
        for length in range(1, len(name) + 1):
            head = name[:length]
            if not any(other.startswith(head.casefold()) for other in others):
                break
        short[name] = shown(head[:1].upper() + head[1:])
    return short


def seconds_without_holds(
    start: Instant, end: Instant, holds: Iterable[tuple[Instant, Instant | None]]
) -> int:
    """Whole seconds of [start, end) outside the holds; a hold without an end lasts to `end`."""
    held = 0
    for begun, ended in holds:
        held += max(0, min(end, end if ended is None else ended) - max(start, begun))
    return max(0, end - start - held) // 1_000_000


def _to_start(deal_type: TypeFacts, attempt: Attempt) -> list[Objection]:
    active = deal_type.active()
    if not active:
        return [Objection("no_stages", _("{type} has no stages.").format(type=shown(deal_type.name)))]
    target = deal_type.stage(attempt.target) if attempt.target is not None else active[0]
    if target.archived:
        return [_objection_archived(target)]
    if deal_type.mode == "strict" and target.id != active[0].id:
        return [_objection_not_next(deal_type, active[0])]
    return []


def _to_move(deal: DealFacts, deal_type: TypeFacts, attempt: Attempt) -> list[Objection]:
    assert deal.stage_id is not None and attempt.target is not None
    target = deal_type.stage(attempt.target)
    if target.id == deal.stage_id:
        return [Objection("same_stage", _("The deal is at {stage} already.").format(stage=shown(target.name)))]
    found = []
    if target.archived:
        found.append(_objection_archived(target))
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
            found += _to_reason(attempt)
    return found


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
        return _to_reason(attempt)
    following = next_stage(deal_type, stage_id, 1)
    if following is None or target.id != following.id:
        return [_objection_not_next(deal_type, following)]
    return []


def _to_win(deal: DealFacts, deal_type: TypeFacts) -> list[Objection]:
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
        )
    ]


def _to_reopen(deal: DealFacts, deal_type: TypeFacts) -> list[Objection]:
    if deal.outcome == "open":
        return [Objection("deal_open", _("The deal is open."))]
    if deal.stage_id is None:
        return [Objection("stage_unknown", _("It is not known at which stage the deal was closed."))]
    stage = deal_type.stage(deal.stage_id)
    return [_objection_archived(stage)] if stage.archived else []


def _to_hold(deal: DealFacts) -> list[Objection]:
    return [Objection("deal_on_hold", _("The deal is on hold."), _("resume it"))] if deal.held else []


def _to_reason(attempt: Attempt) -> list[Objection]:
    return [] if attempt.reason else [Objection("reason_required", _("This needs a reason."), _("say why"))]


def _to_version(deal: DealFacts, attempt: Attempt) -> list[Objection]:
    if attempt.version is None or attempt.version == deal.version:
        return []
    last = deal.last_change
    words = (
        _("{who} changed the deal meanwhile ({when}: {what}).").format(
            who=shown(last.by), when=last.at, what=shown(last.what)
        )
        if last
        else _("The deal was changed meanwhile.")
    )
    return [Objection("changed_meanwhile", words, _("look at it again"))]


def _to_instant(attempt: Attempt, deal: DealFacts | None, now: Instant) -> list[Objection]:
    if attempt.at is None:
        return []
    if attempt.at > now:
        return [Objection("in_future", _("The instant is in the future."))]
    if deal is None:
        return []
    since = max(at for at in (deal.entered_at, deal.closed_at, deal.held_at) if at is not None)
    if attempt.at < since:
        return [Objection("before_visit", _("The instant is before the deal's last step."))]
    return []


def _objection_closed(deal: DealFacts) -> Objection:
    words = _("The deal is won.") if deal.outcome == "won" else _("The deal is lost.")
    return Objection("deal_closed", words, _("reopen it"))


def _objection_archived(stage: StageFacts) -> Objection:
    return Objection("stage_archived", _("{stage} is archived.").format(stage=shown(stage.name)))


def _objection_not_next(deal_type: TypeFacts, following: StageFacts | None) -> Objection:
    lift = _("move to {stage} first").format(stage=shown(following.name)) if following else _("win or lose it")
    return Objection(
        "not_next_stage", _("{type} is passed stage by stage.").format(type=shown(deal_type.name)), lift
    )
