"""Two of a kind beside each other: the difference of two shares, of two medians, of two win chances, and how sure it is.

Medians and win chances are resampled: within each side, and within what stands on both, as many deals as there are are
drawn with replacement, with all they did at all stages, RESAMPLES times from SEED on (the bootstrap of several samples:
Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 8; Davison and Hinkley, Bootstrap Methods, 1997, 3.2, and
3.8 for what is drawn whole; of censored stays Efron, JASA 76, 1981). The interval goes from the 2.5th to the 97.5th
percentile of the differences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.statistics.rules.estimates import Bools, Floats, Ints, wilson
from models.statistics.rules.resampling import AT_ONCE, RESAMPLES, SEED, win_chances
from models.statistics.rules.survival import TIE

GROUPS = 1_000  # more deals than that are put at random into so many groups of equal size, and groups are drawn
BINS = 200  # more distinct lengths than that are put together in so many, in each of which the curve is a straight line


class Draws(NamedTuple):
    """The `group` of each deal, at its id, and how often each group was drawn: `times` is resamples × groups."""

    group: NDArray[np.int32]
    times: NDArray[np.float32]


class Limits(NamedTuple):
    """An interval; None for a limit that there is not."""

    low: float | None
    high: float | None


NOWHERE = Limits(None, None)


def newcombe(count: int, of: int, other_count: int, other_of: int) -> Limits:
    """The 95 % interval of the difference count/of − other_count/other_of by the hybrid score method (Newcombe, Statistics in
    Medicine 17, 1998, 873–890, method 10): squared distances to Wilson's limits are added. None of nothing."""
    one, other = wilson(count, of), wilson(other_count, other_of)
    if one is None or other is None:
        return NOWHERE
    share, other_share = count / of, other_count / other_of
    difference = share - other_share
    low = difference - float(np.hypot(share - one[0], other[1] - other_share))
    high = difference + float(np.hypot(one[1] - share, other_share - other[0]))
    return Limits(low, high)


def draw(first: Ints, second: Ints) -> Draws:
    """Draws of the deals of two sides (ids, in any order, any number of times). Those that stand on both are drawn among
    themselves, and so for both at once.

    The variance of what is drawn by random groups is that of drawing singly but for the part 1/GROUPS (Wolter,
    Introduction to Variance Estimation, 2007, ch. 2).
    """
    most = max([int(one.max()) for one in (first, second) if len(one)], default=-1)
    side = np.zeros(most + 1, np.int8)
    side[first] = 1
    beside = np.zeros(most + 1, np.int8)
    beside[second] = 2
    side += beside
    group = np.zeros(most + 1, np.int32)
    rng = np.random.default_rng(SEED)
    times: list[NDArray[np.float32]] = []
    begun = 0
    for which in (1, 2, 3):
        members = np.flatnonzero(side == which)
        groups = min(len(members), GROUPS)
        if not groups:
            continue
        group[members] = begun + rng.permutation(len(members)) % groups
        drawn = rng.integers(0, groups, (RESAMPLES, groups)) + np.arange(RESAMPLES)[:, None] * groups
        times.append(np.bincount(drawn.ravel(), minlength=RESAMPLES * groups).reshape(RESAMPLES, groups).astype(np.float32))
        begun += groups
    return Draws(group, np.concatenate(times, axis=1) if times else np.zeros((RESAMPLES, 0), np.float32))


def counts(draws: Draws, deal: Ints, column: Ints, columns: int) -> Floats:
    """How often each column comes in each resample, of rows with a deal and a column each."""
    group = draws.group[deal]
    groups = np.flatnonzero(np.bincount(group, minlength=draws.times.shape[1]))
    found = np.bincount(np.searchsorted(groups, group) * columns + column, minlength=len(groups) * columns)
    # Counts stay exact in 32 bits, and multiply in half the time.
    product = draws.times[:, groups] @ found.reshape(len(groups), columns).astype(np.float32)
    return np.asarray(product, float)


def medians(draws: Draws, deal: Ints, lengths: Ints, ended: Bools) -> Floats:
    """The product-limit median of the stays in each resample; inf where it is not reached."""
    if not len(lengths):
        return np.full(RESAMPLES, np.inf)
    order = np.argsort(lengths, kind="stable")
    deal, lengths, ended = deal[order], lengths[order], ended[order]
    ends = lengths[np.flatnonzero(np.append(lengths[1:] != lengths[:-1], True))]
    exact = len(ends) <= BINS
    if not exact:
        ends = np.unique(lengths[-(-np.arange(1, BINS + 1) * len(lengths) // BINS) - 1])
    bins = np.repeat(np.arange(len(ends)), np.diff(np.searchsorted(lengths, ends, "right"), prepend=0))
    found = counts(draws, deal, bins * 2 + ended, 2 * len(ends))
    lasting, gone = found[:, ::2], found[:, 1::2]
    at_risk = np.cumsum((lasting + gone)[:, ::-1], axis=1)[:, ::-1]
    if not exact:
        # Of the stays of a bin that last, half its time each (the actuarial estimate).
        at_risk = at_risk - lasting / 2
    share = np.cumprod(1 - np.divide(gone, at_risk, out=np.zeros_like(gone), where=at_risk > 0), axis=1)
    there = share <= 0.5 + TIE
    place = np.argmax(there, axis=1)
    reached = there[np.arange(RESAMPLES), place]
    if exact:
        return np.where(reached, ends[place].astype(float), np.inf)
    rows = np.arange(RESAMPLES)
    before = np.where(place > 0, share[rows, place - 1], 1.0)
    since = np.where(place > 0, ends[place - 1], int(lengths.min())).astype(float)
    part = np.divide(before - 0.5, before - share[rows, place], out=np.ones(RESAMPLES), where=before > share[rows, place])
    return np.where(reached, since + (ends[place] - since) * np.clip(part, 0.0, 1.0), np.inf)


def chances(draws: Draws, deal: Ints, stage: Ints, target: Ints, percentages: Floats) -> Floats:
    """The win chance of each stage in each resample (resamples × stages), of exits from a stage to a target each, as
    `resampling.win_intervals` numbers them; nan where there is none."""
    stages = len(percentages)
    targets = stages + 3
    told = np.full((RESAMPLES, stages), np.nan)
    if not len(deal):
        return told
    cells = stage * targets + target
    codes = np.flatnonzero(np.bincount(cells, minlength=stages * targets))
    drawn = counts(draws, deal, np.searchsorted(codes, cells), len(codes))
    at_once = max(1, AT_ONCE // (stages * targets))
    for begun in range(0, RESAMPLES, at_once):
        some = drawn[begun : begun + at_once]
        chains = np.zeros((len(some), stages * targets))
        chains[:, codes] = some
        told[begun : begun + at_once] = win_chances(chains.reshape(-1, stages, targets), percentages)
    return told


def difference_of_medians(first: Floats, second: Floats) -> Limits:
    """The interval of first − second. A median that is not reached is later than any that is; of two such nothing is known,
    and that counts against the interval. None where it has no bound."""
    with np.errstate(invalid="ignore"):
        difference = first - second
    unknown = np.isnan(difference)
    low = np.quantile(np.where(unknown, -np.inf, difference), 0.025, method="lower")
    high = np.quantile(np.where(unknown, np.inf, difference), 0.975, method="higher")
    return Limits(*(float(one) if np.isfinite(one) else None for one in (low, high)))


def difference_of_chances(first: Floats, second: Floats) -> Limits:
    """The interval of first − second over the resamples in which both have a chance. None where one side is the same in all
    of them: of that drawing again tells nothing (ten wins of ten are no certainty)."""
    known = ~np.isnan(first) & ~np.isnan(second)
    one, other = first[known], second[known]
    if not len(one) or np.ptp(one) == 0 or np.ptp(other) == 0:
        return NOWHERE
    low, high = np.quantile(one - other, (0.025, 0.975))
    return Limits(float(low), float(high))
