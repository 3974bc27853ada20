"""What open deals will bring, and when: the stages as a semi-Markov process learned from all stays, followed forward from
where each open deal stands (Howard, Dynamic Probabilistic Systems II, 1971, ch. 10–11; Gill, Scand. J. Statist. 7, 1980).

Time is counted in days of the company: a stay lasts as many days as midnights passed while it did. That is neither too
short nor too long on average, and bounds of months fall between two such days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.statistics.rules.estimates import Floats, Ints

RESAMPLES, DRAWS = 200, 10_000
FEWER, LARGE = 100, 150_000  # resamples where there are more stays, and ways times days, together than that
SEED = 1
SINGLY = 300  # of more than ALL_SINGLY deals in a currency, so many of the largest are drawn one by one
ALL_SINGLY = 1_000
MOST_CELLS = 600  # distinct pairs of stage and age from which close ages are taken together
# Up to how many days each age then stays by itself, and how wide cells beyond are: the first that makes few enough of them.
CLOSE = ((30, 1.08), (10, 1.15), (4, 1.3))
DAILY, WEEK = 28, 7  # the exits of so many days to come are followed day by day, later ones as if spread evenly over a week
AT_ONCE, MOST_AT_ONCE = 3_000_000, 10  # numbers in an array that is worked on at a time, and of how many resamples
NEARLY = 1e-9  # what a stay that leads back to itself for certain may miss 1 by
ALIASED = 1e-8  # how much of what lies beyond the grid falls back into it

Complex = NDArray[np.complex128]


class Stays(NamedTuple):
    """What the process is learned from, a row a visit: the deal's number from 0 (of `deals` in all), stage, days it lasted
    or has lasted, and the target: a stage, then won, lost and another type; -1 where it lasts. `ahead` is for one that lasts
    how much of the exits of its day come at a longer stay than it has had, so that it was not at risk of them; else 0."""

    deals: int
    stages: int
    deal: Ints
    stage: Ints
    days: Ints
    target: Ints
    ahead: Floats


class OpenDeals(NamedTuple):
    """Open deals with an amount: `age` is days at the stage, `ahead` how much of that day's exits lies ahead; `share` is the deal's own chance, nan where it has none; `currency` counts from 0."""

    stage: Ints
    age: Ints
    ahead: Floats
    amount: Floats
    share: Floats
    currency: Ints


class _Cells(NamedTuple):
    """Distinct places of deals: stage, age and `ahead`; and groups of them with a share of their own: of which cell."""

    stage: Ints
    age: Ints
    ahead: Floats
    group_cell: Ints
    group_share: Floats
    group: Ints  # of each deal


class _Kernels(NamedTuple):
    """Of some resamples: the chance of leaving a stage for each target after u days, resamples × ways × days, with the way's
    stage and target; and the chance of staying longer than u, resamples × stages × days. Nothing happens later."""

    chance: Floats
    stage: Ints
    target: Ints
    longer: Floats


def ahead(stage: Ints, age: Ints, length: Ints, ended_stage: Ints, ended_days: Ints, ended_length: Ints) -> Floats:
    """How much of the exits of its very day lie ahead of each open stay: `length` is its exact age, and `ended_…` are the
    stays that ended, by stage, days and exact length. 0 where none ended that day."""
    found = np.zeros(len(stage))
    for one in np.unique(stage).tolist():
        here, ended = stage == one, ended_stage == one
        lengths, ages = np.sort(ended_length[ended]), age[here]
        counts = np.bincount(ended_days[ended], minlength=int(ages.max()) + 1)
        of_day, later = counts[ages], len(lengths) - np.cumsum(counts)[ages]
        longer = len(lengths) - np.searchsorted(lengths, length[here], "right")
        found[here] = np.where(of_day > 0, np.clip((longer - later) / np.maximum(of_day, 1), 0, 1), 0)
    return found


def drawn(stays: Stays, deals: OpenDeals, currencies: int, bounds: Sequence[int], seed: int = SEED) -> Floats:
    """What is won, currencies × DRAWS × periods: up to and including day `bounds[0]` from today (0), after it up to
    `bounds[1]`, …, and in the last column later than all of them.

    The deals that the process is learned from are resampled RESAMPLES times, or FEWER, and each time the open ones are drawn
    as often as makes DRAWS in all. Of many deals the largest are drawn singly, the sum of the others from its distribution: mean and covariance of
    independent deals, normal but for its skewness (Cornish and Fisher, Rev. Inst. Int. Stat. 5, 1938). The same seed gives
    the same draws; the process does not depend on which deals are drawn.
    """
    of_process, of_deals = (np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(2))
    found = np.zeros((currencies, DRAWS, len(bounds) + 1))
    if not len(deals.stage):
        return found
    cells = _cells(deals)
    parts = [_part(deals, cells, currency) for currency in range(currencies)]
    counting = _Counting(stays, int(deals.age.max()))
    resamples = RESAMPLES if counting.work <= LARGE else FEWER
    each, done = DRAWS // resamples, 0
    for kernels in _resampled(counting, resamples, of_process):
        chances = _chances(kernels, stays.stages, cells, np.array(bounds, np.int64))
        for resample in chances:
            for currency, part in enumerate(parts):
                found[currency, done : done + each] = _draw(part, resample, each, of_deals)
            done += each
    return found


# The process


class _Counting:
    """Counts stays by way and days, and in the last rows, by stage, those that were not at risk on their last day; with a
    weight for each deal."""

    def __init__(self, stays: Stays, oldest: int) -> None:
        targets = stays.stages + 4
        code = stays.stage * targets + stays.target + 1
        comes = np.bincount(code, minlength=1) > 0
        ways, way = np.flatnonzero(comes), (np.cumsum(comes) - 1)[code]
        self.stage, self.target = ways // targets, ways % targets - 1
        self.deals, self.deal, self.stages = stays.deals, stays.deal, stays.stages
        self.days = max(int(stays.days.max()) if len(stays.days) else 0, oldest) + 1
        self.size = len(ways) * self.days
        self.work = self.size + len(stays.days)  # numbers that are gone through for a resample
        self._cell = way * self.days + stays.days
        self._lasting = np.flatnonzero(stays.ahead)
        self._ahead = stays.ahead[self._lasting]
        self._lasting_cell = stays.stage[self._lasting] * self.days + stays.days[self._lasting]
        self.rows = len(ways) + stays.stages

    def counts(self, weight: Floats) -> Floats:
        of_visit = weight.take(self.deal)
        counted = np.bincount(self._cell, of_visit, minlength=len(self.stage) * self.days)
        spared = np.bincount(
            self._lasting_cell, of_visit[self._lasting] * self._ahead, minlength=self.stages * self.days
        )
        return np.concatenate([counted, spared]).reshape(self.rows, self.days)

    def kernels(self, counts: Floats) -> _Kernels:
        """h(u) = S(u−)·d(u)/n(u) for each way, S the product-limit estimate: the steps of the incidences of Aalen and
        Johansen (Scand. J. Statist. 5, 1978)."""
        longer = np.ones((len(counts), self.stages, self.days))
        chance = np.zeros((len(counts), len(self.stage), self.days))
        for stage in np.unique(self.stage).tolist():
            ways = np.flatnonzero(self.stage == stage)
            going = ways[self.target[ways] >= 0]
            at_risk = np.cumsum(counts[:, ways].sum(axis=1)[:, ::-1], axis=1)[:, ::-1]
            at_risk = at_risk - counts[:, len(self.stage) + stage]
            safe = np.where(at_risk > NEARLY, at_risk, 1.0)
            gone = counts[:, going].sum(axis=1)
            left = np.cumprod(np.maximum(1 - gone / safe, 0), axis=1)
            before = np.ones_like(left)
            before[:, 1:] = left[:, :-1]
            chance[:, going] = counts[:, going] * (before / safe)[:, None]
            longer[:, stage] = left
        going = np.flatnonzero(self.target >= 0)
        return _Kernels(chance[:, going], self.stage[going], self.target[going], longer)


def _resampled(counting: _Counting, resamples: int, rng: np.random.Generator) -> Iterator[_Kernels]:
    """The kernels of draws, with replacement, of as many deals as there are; some at a time."""
    at_once = min(MOST_AT_ONCE, max(2, AT_ONCE // max(1, counting.size)))
    for begun in range(0, resamples, at_once):
        counts = np.empty((min(at_once, resamples - begun), counting.rows, counting.days))
        for number in range(len(counts)):
            times = rng.integers(0, max(1, counting.deals), counting.deals, dtype=np.int32)
            counts[number] = counting.counts(np.bincount(times, minlength=counting.deals).astype(float))
        yield counting.kernels(counts)


def _chances(kernels: _Kernels, stages: int, cells: _Cells, bounds: Ints) -> Floats:
    """Resamples × groups × periods, the last one later than all bounds."""
    own = ~np.isnan(cells.group_share)
    won, lost = _followed(kernels, stages, int(bounds.max()))
    kinds = [(won, {stages})]
    if own.any():
        kinds.append((won + lost, {stages, stages + 1}))
    by_bound = _by_bound(kernels, kinds, cells, bounds)
    found = by_bound[0][:, cells.group_cell]
    if own.any():
        found[:, own] = by_bound[1][:, cells.group_cell[own]] * cells.group_share[own, None]
    return np.maximum(np.diff(found, axis=2, prepend=0.0), 0.0)


def _followed(kernels: _Kernels, stages: int, horizon: int) -> tuple[Floats, Floats]:
    """The chance of having been won, and lost, by t days after a stage was entered: stages × resamples × (horizon + 2), in
    the last column at any time.

    w = (I − H)⁻¹ h_won holds for the generating functions of the kernels; it is solved at the points of a circle within
    that of 1, and the coefficients come back by the discrete Fourier transform (Abate and Whitt, Queueing Systems 10, 1992).
    Chances of ever going are the same at 1.
    """
    size = _quick_size(horizon + 1)
    damped = ALIASED ** (np.arange(horizon + 1) / size)
    within = kernels.chance[:, :, : horizon + 1]
    points = np.fft.rfft(within * damped[: within.shape[2]], size)
    points = np.concatenate([points, kernels.chance.sum(axis=2, keepdims=True)], axis=2)
    rows: list[dict[int, Complex]] = [{} for _stage in range(stages)]
    for way, (stage, target) in enumerate(zip(kernels.stage.tolist(), kernels.target.tolist(), strict=True)):
        if target <= stages + 1:
            rows[stage][target] = np.ascontiguousarray(points[:, way])
    solved = solve(rows)
    found = np.zeros((2, stages, len(kernels.chance), horizon + 2))
    for end in (0, 1):
        for stage in range(stages):
            if stages + end in solved[stage]:
                led = solved[stage][stages + end]
                steps = np.fft.irfft(led[:, :-1], size)[:, : horizon + 1] / damped
                found[end, stage, :, :-1] = np.cumsum(np.maximum(steps, 0), axis=1)
                found[end, stage, :, -1] = led[:, -1].real
    return found[0], found[1]


def solve(rows: list[dict[int, Complex]]) -> list[dict[int, Complex]]:
    """x = H·x + g for each end: `rows` has for each stage what leads to which stage, and beyond them to which end; every
    entry is an array, taken elementwise. The result leads to ends alone. The least solution: what leads back to itself for
    certain leads nowhere.

    Stages are eliminated one by one, those with the fewest ways first, so that types with many stages stay sparse.
    """
    ends = len(rows)
    left, order = set(range(ends)), []
    into: list[set[int]] = [{one for one in left if stage in rows[one]} for stage in range(ends)]
    while left:
        stage = min(left, key=lambda one: (len(into[one]) * len(rows[one]), one))
        left.remove(stage)
        order.append(stage)
        back = rows[stage].pop(stage, None)
        into[stage].discard(stage)
        if back is not None:
            leaves = 1 - back
            for_ever = np.abs(leaves) < NEARLY
            times = np.where(for_ever, 0, 1 / np.where(for_ever, 1, leaves))
            rows[stage] = {to: points * times for to, points in rows[stage].items()}
        for to in rows[stage]:
            if to < ends:
                into[to].discard(stage)
        for other in sorted(into[stage]):
            through = rows[other].pop(stage)
            for to, points in rows[stage].items():
                known = rows[other].get(to)
                more = through * points
                if known is not None:
                    more += known
                rows[other][to] = more
                if to < ends:
                    into[to].add(other)
    found: list[dict[int, Complex]] = [{} for _row in rows]
    for stage in reversed(order):
        for to, points in rows[stage].items():
            ahead_of_it = {to: points} if to >= ends else {end: points * more for end, more in found[to].items()}
            for end, more in ahead_of_it.items():
                found[stage][end] = found[stage].get(end, 0) + more
    return found


def _by_bound(kernels: _Kernels, kinds: list[tuple[Floats, set[int]]], cells: _Cells, bounds: Ints) -> Floats:
    """The chance, from each cell, of an end by each bound, and at any time: Σ over the days j still to stay and targets k of
    h_k(a + j)·W_k(bound − j) / S(a), W_k being 1 for an end; j = 0 with the part of today's exits that lies ahead, which
    then counts in S(a) too. Later days go together, with the mean of W over them. Each of `kinds` is W and which targets
    are ends of its kind; kinds × resamples × cells × (bounds + 1)."""
    resamples, stages, days = kernels.longer.shape
    found = np.zeros((len(kinds), resamples, len(cells.stage), len(bounds) + 1))
    edges = _edges(int(bounds.max()) + 1)
    following = np.concatenate([_means(reached, edges, bounds) for reached, _ends in kinds], axis=3)
    for stage in np.unique(cells.stage).tolist():
        here = np.flatnonzero(cells.stage == stage)
        ways = np.flatnonzero(kernels.stage == stage)
        age, part, target = cells.age[here], cells.ahead[here], kernels.target[ways]
        chance = kernels.chance[:, ways]
        by_day = np.cumsum(chance, axis=2)
        today, so_far = chance[:, :, age] * part, by_day[:, :, age]
        later = by_day[:, :, -1:] - so_far + today
        on = np.flatnonzero(target < stages)
        gone = np.take(by_day[:, on], np.minimum(age[:, None] + edges[1:] - 1, days - 1), axis=2)
        going = np.empty(gone.shape, np.float32)  # 7 digits are many more than the estimates have
        going[..., 0] = today[:, on]
        np.subtract(gone[..., 1:], gone[..., :-1], out=going[..., 1:], casting="same_kind")
        then = np.split((going @ following[:, target[on]]).sum(axis=1), len(kinds), axis=2)
        for kind, (reached, ends) in enumerate(kinds):
            ended = np.flatnonzero(np.isin(target, list(ends)))
            by_then = np.take(by_day[:, ended], np.minimum(age[:, None] + bounds, days - 1), axis=2)
            by_then += (today[:, ended] - so_far[:, ended])[:, :, :, None]
            found[kind, :, here, :-1] = np.moveaxis(by_then.sum(axis=1) + then[kind], 1, 0)
            ever = later[:, ended].sum(axis=1) + (later[:, on] * reached[target[on], :, -1].T[:, :, None]).sum(axis=1)
            found[kind, :, here, -1] = ever.T
        there = kernels.longer[:, stage][:, age] + today.sum(axis=1)
        found[:, :, here] /= np.where(there > NEARLY, there, np.inf)[:, :, None]
    return np.minimum(found, 1.0)


def _edges(days: int) -> Ints:
    """Where steps of days from today begin: single ones, then weeks; the last is the end, so many days on."""
    single = np.arange(min(DAILY, days))
    return np.concatenate([single, np.arange(len(single), days, WEEK), [days]])


def _means(reached: Floats, edges: Ints, bounds: Ints) -> NDArray[np.float32]:
    """The mean of W(bound − j) over the days j of each step, W being 0 before 0: stages × resamples × steps × bounds."""
    sums = np.cumsum(reached[:, :, :-1], axis=2)
    sums = np.concatenate([np.zeros_like(sums[:, :, :1]), sums], axis=2)
    means = -np.diff(sums[:, :, np.maximum(bounds - edges[:, None] + 1, 0)], axis=2)
    return np.moveaxis(means / np.diff(edges)[:, None], 1, 0).astype(np.float32, order="C")


def _quick_size(least: int) -> int:
    """The first number from there on without other prime factors than 2, 3 and 5: transforms of such sizes are quick."""
    while True:
        rest = least
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return least
        least += 1


# The deals


class _Part(NamedTuple):
    """Deals of one currency: group and amount of those that are drawn singly; sums of amounts, their squares and cubes by
    group of the others."""

    group: Ints
    amount: Floats
    sums: Floats
    squares: Floats
    cubes: Floats


def _cells(deals: OpenDeals) -> _Cells:
    """Deals of one stage, age and share are alike; where there are very many ages, close ones are taken together."""
    age, fraction = deals.age, deals.ahead
    wide = int(age.max()) + 1
    code = deals.stage * wide + age
    for exact, width in CLOSE:
        if len(np.unique(code)) <= MOST_CELLS:
            break
        close = exact + np.floor(np.log(np.maximum(age, exact) / exact) / np.log(width)).astype(np.int64)
        code = deals.stage * wide + np.where(age < exact, age, close)
    _codes, first, cell, count = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    mean_age = np.floor(np.bincount(cell, age) / count + 0.5).astype(np.int64)
    # A share in hundredths, 101 for none.
    percent = np.where(np.isnan(deals.share), 101, np.round(np.nan_to_num(deals.share) * 100)).astype(np.int64)
    groups, group = np.unique(cell * 102 + percent, return_inverse=True)
    own = groups % 102
    return _Cells(
        deals.stage[first], mean_age, np.bincount(cell, fraction) / count,
        groups // 102, np.where(own == 101, np.nan, own / 100), group,
    )  # fmt: skip


def _part(deals: OpenDeals, cells: _Cells, currency: int) -> _Part:
    mine = np.flatnonzero(deals.currency == currency)
    mine = mine[np.argsort(-deals.amount[mine], kind="stable")]
    singly = len(mine) if len(mine) <= ALL_SINGLY else SINGLY
    one, others = mine[:singly], mine[singly:]
    sums, squares, cubes = (
        np.bincount(cells.group[others], deals.amount[others] ** power, minlength=len(cells.group_cell)).astype(float)
        for power in (1, 2, 3)
    )
    return _Part(cells.group[one], deals.amount[one], sums, squares, cubes)


def _draw(part: _Part, chance: Floats, times: int, rng: np.random.Generator) -> Floats:
    """So many draws × periods, by the chances (groups × periods) of one resample."""
    by_then = np.cumsum(chance, axis=1)[part.group]
    luck = rng.random((times, len(part.group)))
    sums = np.stack([(luck < by_then[:, period]) @ part.amount for period in range(chance.shape[1])], axis=1)
    found = np.diff(sums, axis=1, prepend=0.0)
    total = float(part.sums.sum())
    return found + _sum_of_many(part, chance, total, times, rng) if total else found


def _sum_of_many(part: _Part, chance: Floats, total: float, times: int, rng: np.random.Generator) -> Floats:
    mean = part.sums @ chance
    spread = np.diag(part.squares @ chance) - (chance.T * part.squares) @ chance
    values, vectors = np.linalg.eigh(spread)
    normal = rng.standard_normal((times, len(values))) @ (vectors * np.sqrt(np.maximum(values, 0))).T
    deviation = np.sqrt(np.maximum(np.diag(spread), 0))
    some = deviation > 0
    third = part.cubes @ (chance * (1 - chance) * (1 - 2 * chance))
    skewness = np.divide(third, deviation**3, out=np.zeros_like(third), where=some)
    standard = np.divide(normal, deviation, out=np.zeros_like(normal), where=some)
    found = np.maximum(mean + deviation * (standard + skewness / 6 * (standard**2 - 1)), 0)
    # No draw brings more than there is.
    return found * (total / np.maximum(found.sum(axis=1, keepdims=True), total))
