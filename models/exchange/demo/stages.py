"""What the stages of the demo ask for, and what its deals have of it: ticks, custom values, requests.

Drawn apart from the rest, so that deals and their history do not depend on what stages ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from models.pipeline.views import FieldLine
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.exchange.demo.hours import Hours
    from models.exchange.demo.lives import Life, Plan
    from models.exchange.demo.words import Words

ONWARD = ("advance", "skip", "won")
REQUESTS = 4  # open ones, at most
REQUESTED_WITHIN = 3 * 9 * 3600  # working seconds back


def asked_keys(plan: Plan, life: Life) -> set[str]:
    """The keys of the fields that the deal must have filled to have passed as it did."""
    keys = set()
    for stay in life.stays:
        stage = plan.known.stages[stay.stage]
        keys |= {field.key for field in stage.enter_fields}
        if stay.left_as in ONWARD:
            keys |= {field.key for field in stage.leave_fields}
    return keys


def ticks(
    rng: Random, hours: Hours, plan: Plan, life: Life, first_visit: int, owners: Sequence[int], doers: dict[str, int]
) -> list[tuple[int, int, Instant, int]]:
    """Of every stay the required actions that the step after it asked for; of the last one those done so far, in order.

    `owners` are the owners of the deal by stay, `doers` who acts for a role.
    """
    found = []
    for number, stay in enumerate(life.stays):
        actions = plan.known.stages[stay.stage].actions
        until = hours.length if stay.until is None else stay.until
        share = rng.random() * (len(actions) + 1) if number == len(life.stays) - 1 else 0
        for place, action in enumerate(actions):
            if not (action.required and stay.left_as in ONWARD or place + 1 <= share):
                continue
            at = stay.since + max(0, until - 1 - stay.since) * (place + 1) // (len(actions) + 1)
            by = owners[number] if action.role is None else doers[action.role]
            found.append((first_visit + number, action.id, hours.instant(at), by))
    return found


def custom_values(
    rng: Random, words: Words, hours: Hours, plan: Plan, life: Life, deal: int, asked: set[str]
) -> list[tuple[int, int, str]]:
    """What the deal holds in the fields of its type: all that were asked for, and the more of the others the longer its
    way was."""
    likely = min(0.9, 0.25 * len(life.stays))
    return [
        (deal, field.id, _value(rng, words, hours, life, deal, field))
        for field in plan.fields
        if f"custom:{field.id}" in asked or rng.random() < likely
    ]


def wished_keys(plan: Plan, life: Life) -> set[str] | None:
    """Where only authority keeps an open deal from its next stage: the keys of the fields that both stages want."""
    stay = life.stays[-1]
    held = bool(life.holds) and life.holds[-1][1] is None
    if life.outcome != "open" or held or stay.stage + 1 == len(plan.stages):
        return None
    present, target = plan.known.stages[stay.stage], plan.known.stages[stay.stage + 1]
    if not target.enter.roles or any(action.required for action in present.actions):
        return None
    return {field.key for field in (*present.leave_fields, *target.enter_fields)}


def request(rng: Random, words: Words, hours: Hours, plan: Plan, life: Life, deal: int, owner: int) -> tuple[Any, ...]:
    """The owner's request to bring the deal to the next stage."""
    stay = life.stays[-1]
    asked_at = hours.instant(rng.randrange(max(stay.since, hours.length - REQUESTED_WITHIN), hours.length))
    return deal, plan.stages[stay.stage + 1], rng.choice(words.asked), owner, asked_at, "open", ""


def _value(rng: Random, words: Words, hours: Hours, life: Life, deal: int, field: FieldLine) -> str:
    match field.kind:
        case "choice":
            return rng.choice(field.choices)
        case "date":
            return (hours.day(life.stays[-1].since) + timedelta(days=rng.randrange(1, 20))).isoformat()
        case "yes/no":
            return rng.choice(("yes", "no"))
    return rng.choice(words.custom[field.name]).format(number=1000 + deal)
