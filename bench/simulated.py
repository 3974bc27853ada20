"""How often the intervals hold what is true, on pipelines whose parameters are known.

Run as `python -m bench.simulated [--runs N] [--forecasts N]`. The 95 % intervals of the product-limit median, of Wilson's
shares and of the win probability should hold the truth in 93 to 97 of 100 runs, each of at least 200 deals and chances from
0.1 to 0.9; what was won by month should lie between P10 and P90 of the forecast in 75 to 85 of 100.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from models.statistics.rules import forecast as rules
from models.statistics.rules.estimates import quantile, survival, wilson
from models.statistics.rules.resampling import win_intervals

Truth = tuple[float, float, float]  # low, true, high

# Where deals go from each of three stages: the stages, won, lost; and the Weibull scale (days) and shape of stays.
WAYS = np.array([[0, 0.7, 0, 0.05, 0.25], [0.1, 0, 0.6, 0.1, 0.2], [0, 0.1, 0, 0.6, 0.3]])
SCALES, SHAPES = np.array([15.0, 30.0, 25.0]), np.array([1.3, 1.0, 1.6])
TRUE_CHANCES = np.linalg.solve(np.eye(3) - WAYS[:, :3], WAYS[:, 3])
WON = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulated", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--forecasts", type=int, default=300)
    options = parser.parse_args()
    print("| 95 % interval of | holds the truth | lies below it | lies above it |\n|---|---|---|---|")
    for name, one in INTERVALS.items():
        told(name, [one(np.random.default_rng((seed, 1))) for seed in range(options.runs)])
    for stage, name in enumerate(("first", "second", "third")):
        runs = [win_chance(np.random.default_rng((seed, 2)), stage) for seed in range(options.runs)]
        told(f"win probability of the {name} stage, {TRUE_CHANCES[stage]:.2f}, 500 deals", runs)
    forecasts(options.forecasts)


def told(name: str, runs: list[Truth]) -> None:
    held, below, above = (
        sum(condition(*run) for run in runs) / len(runs)
        for condition in (lambda low, true, high: low <= true <= high, lambda _l, true, high: high < true, lambda low, true, _h: low > true)
    )
    print(f"| {name} | {held:.1%} | {below:.1%} | {above:.1%} |", flush=True)


def median(count: int, follow: float, shape: float) -> Callable[[np.random.Generator], Truth]:
    """Stays of Weibull lengths with median 20 days, entered over `follow` days and watched until their end."""
    scale = 20 / math.log(2) ** (1 / shape)

    def run(rng: np.random.Generator) -> Truth:
        lengths, watched = scale * rng.weibull(shape, count), follow * rng.random(count)
        seen = (np.minimum(lengths, watched) * 86_400).astype(np.int64)
        _value, low, high = quantile(survival(seen, lengths <= watched), 0.5)
        return (0.0 if low is None else float(low)), 20.0 * 86_400, (math.inf if high is None else float(high))

    return run


def share(count: int, true: float) -> Callable[[np.random.Generator], Truth]:
    def run(rng: np.random.Generator) -> Truth:
        found = wilson(int(rng.binomial(count, true)), count)
        assert found is not None
        return found[0], true, found[1]

    return run


INTERVALS = {
    "median stay, 200 visits, few still open": median(200, 400, 1.3),
    "median stay, 200 visits, half of them open": median(200, 40, 1.3),
    "median stay, 500 visits, long tail": median(500, 100, 0.7),
    "share 0.1 of 200 exits": share(200, 0.1),
    "share 0.3 of 250 exits": share(250, 0.3),
    "share 0.5 of 400 exits": share(400, 0.5),
    "share 0.9 of 1,000 exits": share(1000, 0.9),
}


class Lives(NamedTuple):
    """Visits of deals followed to their end: deal, stage, when entered and left (days), where to."""

    deal: np.ndarray
    stage: np.ndarray
    entered: np.ndarray
    left: np.ndarray
    target: np.ndarray


def lives(rng: np.random.Generator, starts: np.ndarray) -> Lives:
    deal, stage, at = np.arange(len(starts)), np.zeros(len(starts), np.int64), starts
    columns: list[tuple[np.ndarray, ...]] = []
    while len(deal):
        left = at + SCALES[stage] * rng.weibull(SHAPES[stage])
        target = (rng.random(len(deal))[:, None] > np.cumsum(WAYS[stage], axis=1)).sum(axis=1)
        columns.append((deal, stage, at, left, target))
        on = target < WON
        deal, stage, at = deal[on], target[on], left[on]
    found = Lives(*(np.concatenate(column) for column in zip(*columns, strict=True)))
    order = np.lexsort((found.entered, found.deal))
    return Lives(*(column[order] for column in found))


def win_chance(rng: np.random.Generator, stage: int) -> Truth:
    found = lives(rng, np.zeros(500))
    low, high = win_intervals(found.deal, found.stage, found.target, np.full(3, np.nan))
    return float(low[stage]), float(TRUE_CHANCES[stage]), float(high[stage])


def forecasts(runs: int) -> None:
    """Two years of deals, three a day on average, as of the morning of a first of the month; then what they really brought."""
    months = np.cumsum([30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31])
    bounds = [int(month) - 1 for month in months]
    inside = np.zeros(len(bounds), np.int64)
    below = np.zeros(len(bounds), np.int64)
    missed = np.zeros(len(bounds))
    brought = np.zeros(len(bounds))
    for run in range(runs):
        rng = np.random.default_rng((run, 3))
        starts = -730 * rng.random(2190)
        found = lives(rng, starts)
        amount = np.round(rng.lognormal(12, 1, len(starts)))
        known = found.entered <= 0
        deal, stage, entered, left, target = (column[known] for column in found)
        there = left > 0
        days = np.floor(np.minimum(left, 0)).astype(np.int64) - np.floor(entered).astype(np.int64)
        length = np.minimum(left, 0) - entered
        part = rules.ahead(
            stage[there], days[there], (length[there] * 10**6).astype(np.int64),
            stage[~there], days[~there], (length[~there] * 10**6).astype(np.int64),
        )  # fmt: skip
        some, lasting = int(there.sum()), np.zeros(len(days))
        lasting[there] = part
        stays = rules.Stays(len(starts), 3, deal, stage, days, np.where(there, -1, target), lasting)
        deals = rules.OpenDeals(
            stage[there], days[there], part, amount[deal[there]], np.full(some, np.nan), np.zeros(some, np.int64)
        )
        draws = rules.drawn(stays, deals, 1, bounds, seed=run)[0, :, :-1]
        low, high = np.quantile(draws, (0.1, 0.9), axis=0, method="inverted_cdf")
        won = (found.target == WON) & np.isin(found.deal, deal[there]) & (found.left > 0)
        month = np.searchsorted(months, found.left[won], "right")
        came = np.bincount(month, amount[found.deal[won]], minlength=len(bounds) + 1)[:-1]
        inside += (came >= low) & (came <= high)
        below += came < low
        missed += draws.mean(axis=0) - came
        brought += came
    print("\n| month ahead | P10–P90 holds what came | below | above | mean against what came in all |\n|---|---|---|---|---|")
    for number in range(6):
        over = runs - inside[number] - below[number]
        print(
            f"| {number + 1} | {inside[number] / runs:.1%} | {below[number] / runs:.1%} | {over / runs:.1%}"
            f" | {missed[number] / brought[number]:+.1%} |"
        )
    print(f"| 1 to 6 | {inside[:6].sum() / runs / 6:.1%} | | | |")


if __name__ == "__main__":
    main()
