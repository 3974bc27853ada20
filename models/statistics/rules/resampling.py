"""How sure a win probability is: the chain of stages solved again for many resamples of the deals it was observed on.

Exits of one deal are not independent of each other, so whole deals are drawn (cluster bootstrap: Efron and Tibshirani,
An Introduction to the Bootstrap, 1993, ch. 8 and 13; Davison and Hinkley, Bootstrap Methods, 1997, 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.statistics.rules.chains import DIGITS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

RESAMPLES = 1_000
SEED = 1
FREQUENT = 20  # deals of a kind from which drawing how often it comes is quicker than drawing each of them
SPARSE = 60  # numbers in a matrix for one that is not 0, above which the matrix is left alone
AT_ONCE = 4_000_000  # numbers in an array that is worked on at a time: 16 or 32 MB


def win_chances(exits: Floats, percentages: Floats) -> Floats:
    """As `chains.win_probabilities`, for a stack of chains at once: `exits` is chains × stages × targets (the stages, won,
    lost, what else), `percentages` the set shares of the stages, nan where there is none. nan where a stage has none."""
    stages = exits.shape[1]
    total = exits.sum(axis=2)
    left = total > 0
    shares = exits / np.where(left, total, 1)[:, :, None]
    onward, taken = shares[:, :, :stages], exits[:, :, :stages] > 0
    worth = np.where(left, 0.0, np.nan_to_num(percentages))
    told = ~left & ~np.isnan(percentages)
    won, lost = exits[:, :, stages] > 0, exits[:, :, stages + 1] > 0
    ending = _leading_to(won | lost | _any(taken, told), taken, left)
    winning = _leading_to(won | _any(taken, worth > 0), taken, left)
    both = winning[:, :, None] & winning[:, None, :]
    system = np.eye(stages) - np.where(both, onward, 0.0)
    gained = shares[:, :, stages] + (onward @ worth[:, :, None])[:, :, 0]
    solved = np.linalg.solve(system, np.where(winning, gained, 0.0)[:, :, None])[:, :, 0]
    return np.where(left & ending, np.clip(solved.round(DIGITS), 0.0, 1.0), np.nan)


def win_intervals(deal: Ints, stage: Ints, target: Ints, percentages: Floats) -> tuple[Floats, Floats]:
    """The 2.5th and 97.5th percentile of the win chance of each stage over RESAMPLES draws of as many deals as there are
    (`deal` has equal ones beside each other), always with the same seed; nan where no draw has one."""
    stages = len(percentages)
    targets = stages + 3
    if not len(deal):
        return np.full(stages, np.nan), np.full(stages, np.nan)
    cells = stage * targets + target
    codes = np.flatnonzero(np.bincount(cells))
    column = np.searchsorted(codes, np.arange(stages * targets))[cells]
    chances = np.empty((RESAMPLES, stages))
    at_once = max(1, AT_ONCE // (stages * targets))
    done = 0
    for counts in resampled(deal, column, len(codes), at_once):
        chains = np.zeros((len(counts), stages * targets))
        chains[:, codes] = counts
        chances[done : done + len(counts)] = win_chances(chains.reshape(-1, stages, targets), percentages)
        done += len(counts)
    told = ~np.isnan(chances).all(axis=0)
    low, high = np.full(stages, np.nan), np.full(stages, np.nan)
    if told.any():
        low[told], high[told] = np.nanquantile(chances[:, told], (0.025, 0.975), axis=0)
    return low, high


def resampled(deal: Ints, column: Ints, columns: int, at_once: int) -> Iterator[NDArray[np.float32]]:
    """How often each column comes in each of RESAMPLES draws, with replacement, of as many deals as there are; some
    draws at a time, at most `at_once`.

    Deals with equal exits are of one kind. How often a frequent kind is drawn, and how often all rare ones together, follows
    the multinomial distribution, which makes this exact and much less work than drawing deals; those of the rare kinds are
    drawn one by one.
    """
    kinds = _kinds(deal, column, columns)
    number, deals = len(kinds.frequency), int(kinds.frequency.sum())
    rare = int(np.searchsorted(kinds.frequency, FREQUENT))
    rare_kind = np.repeat(np.arange(rare, dtype=np.int32), kinds.frequency[:rare])
    chances = np.append(kinds.frequency[rare:], len(rare_kind)) / deals
    at_once = min(at_once, max(1, AT_ONCE // number))
    counted = _counting(kinds, column, columns)
    rng = np.random.default_rng(SEED)
    for begun in range(0, RESAMPLES, at_once):
        draws = min(at_once, RESAMPLES - begun)
        weights = np.empty((draws, number), np.float32)
        drawn = rng.multinomial(deals, chances, size=draws)
        weights[:, rare:] = drawn[:, :-1]
        for draw, times in enumerate(drawn[:, -1].tolist()):
            some = rare_kind[rng.integers(0, max(1, len(rare_kind)), times, dtype=np.int32)]
            weights[draw, :rare] = np.bincount(some, minlength=rare)
        yield counted(weights)


def _counting(kinds: _Kinds, column: Ints, columns: int) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """What makes counts a column of how often each kind of deal was drawn, a row a draw: a product of matrices, or, where
    there would be little but zeros in them, sums over the exits of one deal of each kind."""
    number = len(kinds.frequency)
    row = np.repeat(np.arange(number), kinds.length)
    place = np.arange(len(row)) - np.repeat(np.cumsum(kinds.length) - kinds.length, kinds.length) + kinds.start[row]
    cell = column[place]

    def product(weights: NDArray[np.float32]) -> NDArray[np.float32]:
        counts = np.zeros((len(weights), columns), np.float32)
        rows = max(1, AT_ONCE // columns)
        for first in range(0, number, rows):
            last = min(first + rows, number)
            start, end = np.searchsorted(row, (first, last))
            some = np.bincount((row[start:end] - first) * columns + cell[start:end], minlength=(last - first) * columns)
            counts += weights[:, first:last] @ some.reshape(last - first, columns).astype(np.float32)
        return counts

    def sums(weights: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.array([np.bincount(cell, one[row], minlength=columns) for one in weights], np.float32)

    return sums if number * columns > SPARSE * len(row) else product


class _Kinds(NamedTuple):
    """One deal of each kind, where its exits begin and how many it has; and how many deals are of the kind, fewest first."""

    start: Ints
    length: Ints
    frequency: Ints


def _kinds(deal: Ints, column: Ints, columns: int) -> _Kinds:
    starts = np.flatnonzero(np.concatenate(([True], deal[1:] != deal[:-1])))
    # Sums of random numbers of 64 bits tell vectors apart: that two of 100,000 coincide has a chance of 3 in 10**10.
    marks = np.random.default_rng(0).integers(0, 2**64, columns, dtype=np.uint64)
    sums = np.add.reduceat(marks[column], starts)
    _marks, first, frequency = np.unique(sums, return_index=True, return_counts=True)
    order = np.argsort(frequency, kind="stable")
    first, lengths = first[order], np.diff(starts, append=len(deal))
    return _Kinds(starts[first], lengths[first], frequency[order])


def _any(taken: Bools, stages: Bools) -> Bools:
    """From which stages an exit was taken to one of `stages`."""
    return np.asarray((taken & stages[:, None, :]).any(axis=2))


def _leading_to(directly: Bools, taken: Bools, left: Bools) -> Bools:
    """The stages from which an end can be reached that some reach directly."""
    found = directly & left
    while True:
        more = (directly | _any(taken, found)) & left
        if bool((more == found).all()):
            return found
        found = more
