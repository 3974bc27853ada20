"""What usually comes next from a stage, and when, for a deal that has been there so long. Without numpy, for the board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from models.statistics.rules.chains import Target
from models.statistics.rules.shares import score_interval
from models.values.durations import DAY, HOUR

# How many stays lasted so long (`coarse` seconds) and then led to a target; None: they last.
Stays = Mapping[tuple[int, Target | None], int]

ENOUGH = 10  # exits of stays that lasted longer than the deal's, from which it is told by those alone
# Lengths of at least so many seconds are told apart to so many.
GRID = ((60 * DAY, DAY), (14 * DAY, 6 * HOUR), (2 * DAY, HOUR), (2 * HOUR, 600), (0, 60))
TOO_FEW = 5  # exits below which there are only counts


class Coming(NamedTuple):
    """The most likely `target`: in the end `share` of the stays lead there, with a 95 % interval; half of those that do have
    done so `after` seconds from the age on. `exits` are how many stays that ended it rests on, `went` how many of them went
    there. `aged` says that they are those that lasted longer than the deal's present stay, else they are all, and few."""

    target: Target
    share: float
    low: float
    high: float
    after: int
    exits: int
    went: int
    aged: bool


def coarse(seconds: int) -> int:
    """A length to a unit of GRID: so many stays come to few different lengths, not far from the true one."""
    unit = next(unit for least, unit in GRID if seconds >= least)
    return seconds // unit * unit


def what_comes(stays: Stays, age: int) -> Coming | None:
    """What comes next for a deal that has been at the stage for `age` seconds: the cumulative incidences (Aalen and Johansen,
    Scand. J. Statist. 5, 1978) among the stays that lasted longer, where ENOUGH of them ended, else among all. None where
    none has ended."""
    aged = {key: many for key, many in stays.items() if key[0] > coarse(age)}
    enough = _exits(aged) >= ENOUGH
    meant = aged if enough else dict(stays)
    exits = _exits(meant)
    if not exits:
        return None
    steps, counts = _steps(meant)
    reached: dict[Target, float] = defaultdict(float)
    for step in steps:
        for target, many in step.gone.items():
            reached[target] += step.before * many / step.at_risk
    target = max(reached, key=lambda one: (reached[one], counts[one], str(one)))
    share = min(1.0, reached[target])
    low, high = _interval(share, _variance(steps, target, share), exits)
    so_far = 0.0
    after = 0
    for step in steps:
        so_far += step.before * step.gone.get(target, 0) / step.at_risk
        if so_far >= share / 2 - 1e-9:
            after = step.time
            break
    return Coming(target, share, low, high, max(0, after - age) if enough else after, exits, counts[target], enough)


class _Step(NamedTuple):
    """A length at which stays ended: how many lasted so long at least, the share still there just before, where they went."""

    time: int
    at_risk: int
    before: float
    gone: dict[Target, int]


def _exits(stays: Stays) -> int:
    return sum(many for (_length, target), many in stays.items() if target is not None)


def _steps(stays: Stays) -> tuple[list[_Step], dict[Target, int]]:
    """The lengths at which stays ended, in order; and how many went to each target."""
    ended: dict[int, dict[Target, int]] = {}
    lasting: dict[int, int] = {}
    counts: dict[Target, int] = defaultdict(int)
    for (length, target), many in stays.items():
        if target is None:
            lasting[length] = lasting.get(length, 0) + many
        else:
            ended.setdefault(length, {})[target] = many
            counts[target] += many
    at_risk, share, steps = sum(stays.values()), 1.0, []
    for length in sorted({*ended, *lasting}):
        gone = ended.get(length)
        left = 0
        if gone is not None:
            left = sum(gone.values())
            steps.append(_Step(length, at_risk, share, gone))
            share *= 1 - left / at_risk
        at_risk -= left + lasting.get(length, 0)
    return steps, counts


def _variance(steps: list[_Step], target: Target, share: float) -> float:
    """Of the cumulative incidence, by the delta method (Marubini and Valsecchi, Analysing Survival Data from Clinical Trials,
    1995, 10.2): Σ (F−F(s))²·d/(n(n−d)) + S(s−)²·d_k(n−d_k)/n³ − 2(F−F(s))·S(s−)·d_k/n²."""
    found = so_far = 0.0
    for step in steps:
        n, d, k = step.at_risk, sum(step.gone.values()), step.gone.get(target, 0)
        so_far += step.before * k / n
        rest = share - so_far
        if n > d:
            found += rest * rest * d / (n * (n - d))
        found += step.before**2 * k * (n - k) / n**3 - 2 * rest * step.before * k / n**2
    return found


def _interval(share: float, variance: float, exits: int) -> tuple[float, float]:
    """Wilson's 95 % interval with as many exits as would have this variance, were none of the stays lasting (an effective
    sample size: Korn and Graubard, Survey Methodology 24, 1998); so it is that of the share where none is."""
    of = share * (1 - share) / variance if 0 < share < 1 and variance > 0 else float(exits)
    low, high = score_interval(share, of)
    return max(0.0, low), 1.0 if share == 1 else min(1.0, high)
