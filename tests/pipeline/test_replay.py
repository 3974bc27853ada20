"""Ways judged as if another mode had been in force: what is kept of one for the next."""

from __future__ import annotations

import random

from models.pipeline.rules import StageFacts, TypeFacts, replay
from models.pipeline.rules.replay import Came, Replay

STAGES = 12


def way(rng: random.Random) -> tuple[Came, ...]:
    at = [rng.randint(1, STAGES) for _visit in range(6)]
    steps = [Came(to, "return" if to < before else "advance", rng.random() < 0.5, False) for before, to in zip(at, at[1:], strict=False)]
    return (Came(at[0], "start", False, False), *steps)


def test_of_ways_that_are_all_different_few_judgements_are_kept_and_all_are_right(monkeypatch):
    monkeypatch.setattr(replay, "MOST_STEPS", 20)
    deal_type = TypeFacts(1, "Offers", "free", False, tuple(StageFacts(number, f"Stage {number}") for number in range(1, STAGES + 1)), frozenset())
    rng, judge = random.Random(1), Replay(deal_type, "semi-strict", True)
    told = set()
    for one in [way(rng) for _way in range(100)]:
        found = [(broken.from_stage, broken.to_stage, broken.objection) for broken in judge.broken(one, known_since=0)]
        alone = Replay(deal_type, "semi-strict", True).broken(one, known_since=0)
        assert found == [(broken.from_stage, broken.to_stage, broken.objection) for broken in alone]
        told.add(bool(found))
        assert len(judge._steps) <= 20
    assert told == {True, False}
