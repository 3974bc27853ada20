"""The way that a deal has come, judged as if another mode had been in force (semantics §4, what-if)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from models.pipeline.rules.judge import judge
from models.pipeline.rules.known import ANYBODY, Attempt, DealFacts, TypeFacts
from models.values.errors import Objection
from models.values.instants import Instant

# What only the mode and the order of stages say; actions, fields, authority and forbidden ways are the same in each.
MODE_CODES = frozenset({"not_next_stage", "returns_not_allowed", "reason_required", "stages_missing"})


class Came(NamedTuple):
    """One visit on a deal's way through a type: the stage, how it was entered (`visit.entered_as`), whether with a
    reason, whether the deal was won from it, and for a retype the number of the stage that it left in its old type."""

    stage_id: int
    how: str
    reason: bool
    won: bool
    number: int = 0


@dataclass(frozen=True, eq=False)
class Broken:
    """A step that a mode would have refused: from a stage (None for a start) to another (None for a win).

    Equal steps mostly share theirs, so that they are told apart by identity, which is quick.
    """

    from_stage: int | None
    to_stage: int | None
    objection: Objection


class _Stand(NamedTuple):
    """What is known of a deal on its way: its stage, those it visited, and whether a reason was given since it came there."""

    at: int | None
    visited: frozenset[int]
    reason: bool


_BEFORE = _Stand(None, frozenset(), False)
MOST_STEPS = 20_000  # judgements kept, some megabytes: of a type with hundreds of stages nearly every step may be new


class Replay:
    """Judges ways through a type as if it had had `mode` and `returns` all along, by its stages and order of today.

    Equal ways are judged once, and mostly equal steps of different ones. Visits at stages that are archived today are passed
    over: no rule speaks of them now.
    """

    def __init__(self, deal_type: TypeFacts, mode: str, returns: bool) -> None:
        bare = tuple(
            stage._replace(actions=(), enter_fields=(), leave_fields=(), enter=ANYBODY, leave=ANYBODY)
            for stage in deal_type.stages
        )
        self.type = deal_type._replace(mode=mode, returns=returns, stages=bare)
        self._active = {stage.id for stage in bare if not stage.archived}
        self._since = sorted({stage.required_from for stage in bare})
        self._ways: dict[tuple[tuple[Came, ...], Instant, frozenset[int]], tuple[Broken, ...]] = {}
        self._steps: dict[tuple[Came, _Stand, Instant, frozenset[int]], tuple[list[Broken], _Stand]] = {}

    def broken(
        self, way: tuple[Came, ...], *, known_since: Instant, mapped: frozenset[int] = frozenset()
    ) -> tuple[Broken, ...]:
        """What the mode would have refused on `way`, in order. `mapped` are stages that a retype counted as visited."""
        since = self._era(known_since)
        key = (way, since, mapped)
        if key not in self._ways:
            self._ways[key] = tuple(self._judge(way, since, mapped))
        return self._ways[key]

    def breaks(
        self, way: tuple[Came, ...], *, known_since: Instant, mapped: frozenset[int] = frozenset()
    ) -> bool:
        """Whether the mode would have refused anything on `way`: told by the first thing, and not kept."""
        return next(self._judge(way, self._era(known_since), mapped), None) is not None

    def _era(self, known_since: Instant) -> Instant:
        """Deals entered between the same two additions of stages have to pass the same ones."""
        era = bisect_right(self._since, known_since)
        return self._since[era - 1] if era else -1

    def _judge(self, way: tuple[Came, ...], known_since: Instant, mapped: frozenset[int]) -> Iterator[Broken]:
        stand = _BEFORE
        for step in way:
            key = (step, stand, known_since, mapped)
            judged = self._steps.get(key)
            if judged is None:
                if len(self._steps) >= MOST_STEPS:
                    self._steps.clear()
                judged = self._steps[key] = self._step(*key)
            refused, stand = judged
            yield from refused

    def _step(
        self, step: Came, stand: _Stand, known_since: Instant, mapped: frozenset[int]
    ) -> tuple[list[Broken], _Stand]:
        """What the mode would have refused of a step, and how the deal stands after it."""
        at, visited, reason = stand
        reason = reason or step.reason
        refused: list[Broken] = []
        if step.stage_id in self._active:
            attempt = _attempt(step, at, reason)
            if attempt is not None:
                refused += self._refused(at, visited, known_since, attempt)
            if step.how == "retyped":
                visited |= mapped
            at, reason, visited = step.stage_id, False, visited | {step.stage_id}
        if step.won and at is not None:
            refused += self._refused(at, visited, known_since, Attempt("win"))
        return refused, _Stand(at, visited, reason)

    def _refused(self, at: int | None, visited: frozenset[int], known_since: Instant, attempt: Attempt) -> list[Broken]:
        deal = None
        if attempt.kind != "start":
            deal = DealFacts(
                id=0, title="", version=1, outcome="open", stage_id=at, held=False, known_since=known_since,
                entered_at=known_since, visited=visited,
            )  # fmt: skip
        from_stage = at if attempt.kind in ("move", "win") else None
        return [
            Broken(from_stage, attempt.target, objection)
            for objection in judge(deal, self.type, attempt, known_since)
            if objection.code in MODE_CODES
        ]


def _attempt(step: Came, at: int | None, reason: bool) -> Attempt | None:
    """The step as what it would have to be judged as; None for a stay, and for a reopening, which no mode refuses."""
    if step.how == "retyped":
        return Attempt("retype", step.stage_id, number=step.number)
    if at is None:
        return Attempt("start", step.stage_id)
    if step.how == "reopen" or step.stage_id == at:
        return None
    return Attempt("move", step.stage_id, reason="-" if reason else "")
