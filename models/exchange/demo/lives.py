"""What becomes of deals, by the rules of their types."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from models.exchange.demo.hours import WORKDAY
from models.exchange.demo.words import Words
from models.overview.founding import write_type
from models.pipeline import facts, rules, views
from models.pipeline.rules import TypeFacts
from models.pipeline.templates import QUICK_SALES
from models.pipeline.views import FieldLine
from models.values.instants import Instant

LONGEST_TRAIL = 12
TYPES = ((QUICK_SALES, 0.6), ("consulting", 0.2), ("freight", 0.2))


@dataclass(frozen=True)
class Plan:
    """A deal type as deals pass it. `pace` is the mean stay at each stage in working seconds."""

    type_id: int
    mode: str
    known: TypeFacts
    fields: tuple[FieldLine, ...]
    stages: list[int]
    pace: list[float]
    ways: dict[tuple[int, int], str]
    size: float


@dataclass
class Stay:
    """A visit on the axis of working seconds."""

    stage: int
    since: int
    how: str
    reason: str
    until: int | None = None
    left_as: str | None = None
    left_reason: str = ""


@dataclass
class Life:
    """What became of a deal."""

    stays: list[Stay] = field(default_factory=list)
    holds: list[tuple[int, int | None, str]] = field(default_factory=list)
    outcome: str = "open"


def plans_of(language: str, admin_id: int, at: Instant) -> list[tuple[Plan, float]]:
    """The deal types of the demo with the share of the deals that each has; those beside Quick Sales are made."""
    plans = []
    for (key, share), size in zip(TYPES, (1.0, 2.5, 1.6), strict=True):
        type_id = facts.find_type(None) if key == QUICK_SALES else write_type(key, language, admin_id, at)
        known = facts.type_facts(type_id)
        stages = [stage.id for stage in known.stages]
        ways = {
            (start, end): rules.way(known, stages[start], stages[end])
            for start in range(len(stages)) for end in range(len(stages)) if start != end
        }
        pace = [0.95 * ((stage.norm or 0) / 86_400) * 5 / 7 * WORKDAY for stage in known.stages]
        fields = views.fields_of_deal(type_id, None)
        plans.append((Plan(type_id, known.mode, known, fields, stages, pace, ways, size), share))
    return plans


def chosen(rng: Random, plans: list[tuple[Plan, float]]) -> Plan:
    chance = rng.random()
    for plan, share in plans:
        chance -= share
        if chance < 0:
            return plan
    return plans[0][0]


def live(rng: Random, plan: Plan, words: Words, start: int, end: int) -> Life:
    """Draw what becomes of a deal that starts at `start`, up to `end`: by the rules of its type's mode."""
    life, visited = Life(), set[int]()
    stage = 0 if plan.mode == "strict" or rng.random() < 0.85 else rng.randrange(len(plan.stages))
    since, how, reason = start, "start", ""
    while True:
        visited.add(stage)
        stay = Stay(stage, since, how, reason)
        life.stays.append(stay)
        left = since + 900 + int(plan.pace[stage] * rng.lognormvariate(-0.35, 0.85))
        lost_on_hold = False
        if rng.random() < 0.05:
            held = since + (left - since) // 2
            resumed = held + rng.randrange(2 * WORKDAY, 20 * WORKDAY)
            lost_on_hold = rng.random() < 0.2
            left = resumed if lost_on_hold else resumed + left - held
            if held < end:
                life.holds.append((held, resumed if resumed < end else None, rng.choice(words.held)))
        if left >= end:
            return life
        if lost_on_hold or len(life.stays) > LONGEST_TRAIL:
            target: int | str = "lost"
        else:
            target = _next_step(rng, plan, stage, visited)
        stay.until = left
        if isinstance(target, str):
            stay.left_as = target
            stay.left_reason = rng.choice(words.lost) if target == "lost" else ""
            since = left + rng.randrange(WORKDAY, 15 * WORKDAY)
            if since >= end or rng.random() > (0.06 if target == "lost" else 0.02) or len(life.stays) > LONGEST_TRAIL:
                life.outcome = target
                return life
            how, reason = "reopen", rng.choice(words.reopened)
        else:
            how = stay.left_as = plan.ways[stage, target]
            reason = stay.left_reason = rng.choice(words.returned) if how == "return" else ""
            since, stage = left, target


def _next_step(rng: Random, plan: Plan, stage: int, visited: set[int]) -> int | str:
    """The stage a deal goes to next, or `won` or `lost`."""
    last = len(plan.stages) - 1
    chance = rng.random()
    if chance < (0.28 if stage == last else 0.14):
        return "lost"
    if chance > 0.9 and stage:
        return stage - 1 if plan.mode == "strict" else rng.randrange(stage)
    if stage == last:
        missing = [place for place in range(last) if place not in visited]
        return missing[0] if plan.mode == "semi-strict" and missing else "won"
    if plan.mode != "strict" and chance > 0.8 and stage + 2 <= last:
        return rng.randrange(stage + 2, last + 1)
    if plan.mode == "free" and chance > 0.77:
        return "won"
    return stage + 1
