"""Differences and their intervals: against statsmodels and scipy, against drawing deals one by one, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.statistics.rules.comparing import (
    BINS,
    GROUPS,
    NOWHERE,
    chances,
    counts,
    difference_of_chances,
    difference_of_medians,
    draw,
    medians,
    newcombe,
)
from models.statistics.rules.estimates import reached, survival
from models.statistics.rules.resampling import RESAMPLES, win_intervals

shares = st.integers(1, 200).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def ints(values):
    return np.array(values, np.int64)


# Newcombe


@given(shares, shares)
def test_the_interval_of_two_shares_is_that_of_statsmodels(one, other):
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = newcombe(*one, *other)
    theirs = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert (low, high) == pytest.approx(theirs, abs=1e-9)


@given(shares, shares)
def test_it_is_the_same_from_the_other_side_and_holds_the_difference(one, other):
    low, high = newcombe(*one, *other)
    back_low, back_high = newcombe(*other, *one)
    assert (low, high) == pytest.approx((-back_high, -back_low), abs=1e-12)
    assert low - 1e-12 <= one[0] / one[1] - other[0] / other[1] <= high + 1e-12 and low >= -1 - 1e-12 and high <= 1 + 1e-12


def test_newcombes_own_example():
    # 56/70 and 48/80: his table II, method 10.
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(0, 0, 3, 4) == NOWHERE == newcombe(3, 4, 0, 0)


# Drawing


@given(st.lists(st.integers(1, 30), max_size=60), st.lists(st.integers(20, 50), max_size=60))
def test_as_many_deals_are_drawn_as_there_are_on_each_side_and_on_both(first, second):
    draws = draw(ints(first), ints(second))
    only, other, both = set(first) - set(second), set(second) - set(first), set(first) & set(second)
    by_deal = {one: int(draws.group[one]) for one in only | other | both}
    assert len(set(by_deal.values())) == len(by_deal), "few deals are groups of their own"
    for members in (only, other, both):
        drawn = draws.times[:, [by_deal[one] for one in sorted(members)]].sum(axis=1)
        assert (drawn == len(members)).all()


def test_many_deals_are_drawn_in_groups_of_equal_size_at_random():
    draws = draw(np.arange(2_500), np.arange(10_000, 10_500))
    many, few = draws.group[:2_500], draws.group[10_000:]
    sizes = np.bincount(np.concatenate([many, few]))
    assert len(sizes) == GROUPS + 500 and set(sizes[:GROUPS]) == {2, 3} and set(sizes[GROUPS:]) == {1}
    assert (np.diff(many) < 0).any()


def test_the_same_draws_come_every_time():
    again = [draw(np.arange(40), np.arange(30, 80)).times for _time in range(2)]
    assert (again[0] == again[1]).all()


def test_counts_are_those_of_the_deals_that_were_drawn():
    draws = draw(ints([1, 2, 3]), ints([9]))
    found = counts(draws, ints([1, 1, 2, 3, 9]), ints([0, 1, 1, 0, 2]), 3)
    one, two, three, nine = draws.times.T
    assert (found == np.stack([one + three, one + two, nine], axis=1)).all()


# Medians


stays = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 20), st.booleans()), min_size=1, max_size=40)


@given(stays)
@settings(max_examples=30, deadline=None)
def test_the_medians_are_those_of_each_draw_repeated_in_full(stays):
    deal, lengths, ended = (np.array(column) for column in zip(*stays, strict=True))
    draws = draw(deal, ints([]))
    found = medians(draws, deal, lengths, ended)
    for row in range(0, RESAMPLES, 83):
        times = draws.times[row, draws.group[deal]].astype(int)
        expected = reached(survival(np.repeat(lengths, times), np.repeat(ended, times)), 0.5)
        assert found[row] == (np.inf if expected is None else expected)


def test_more_lengths_than_bins_give_the_median_within_a_bin():
    rng = np.random.default_rng(7)
    lengths = rng.integers(0, 10**12, 5 * BINS)
    ended = rng.random(len(lengths)) < 0.8
    deal = np.arange(len(lengths))
    draws = draw(deal, ints([]))
    found = medians(draws, deal, lengths, ended)
    for row in range(0, RESAMPLES, 97):
        times = draws.times[row, draws.group].astype(int)
        exact = reached(survival(np.repeat(lengths, times), np.repeat(ended, times)), 0.5)
        assert abs(found[row] - exact) < 10**12 / BINS


def test_the_interval_of_two_medians_is_near_that_of_scipys_bootstrap():
    from scipy.stats import bootstrap

    rng = np.random.default_rng(3)
    one, other = rng.exponential(10**6, 80).astype(np.int64), rng.exponential(2 * 10**6, 120).astype(np.int64)
    deals = np.arange(80), np.arange(100, 220)
    draws = draw(*deals)
    sides = [medians(draws, deal, of, np.ones(len(of), bool)) for deal, of in zip(deals, (one, other), strict=True)]
    low, high = difference_of_medians(*sides)

    def lower_median(values, axis):
        return np.take(np.sort(values, axis=axis), (values.shape[axis] - 1) // 2, axis=axis).astype(float)

    theirs = bootstrap(
        (one, other), lambda a, b, axis: lower_median(a, axis) - lower_median(b, axis), method="percentile",
        n_resamples=20_000, rng=1, vectorized=True,
    ).confidence_interval  # fmt: skip
    width = theirs.high - theirs.low
    assert abs(low - theirs.low) < width * 0.1 and abs(high - theirs.high) < width * 0.1


def test_a_median_that_is_not_reached_leaves_the_interval_open():
    reached_, never = np.full(RESAMPLES, 5.0), np.full(RESAMPLES, np.inf)
    assert difference_of_medians(reached_, reached_) == (0, 0)
    assert difference_of_medians(never, reached_) == (None, None), "later than anything, by nobody knows how much"
    assert difference_of_medians(never, never) == NOWHERE
    some = np.where(np.arange(RESAMPLES) < 100, np.inf, np.arange(RESAMPLES) * 1.0)
    low, high = difference_of_medians(some, reached_)
    assert low is not None and low > 0 and high is None


# Win chances


def test_a_side_drawn_alone_has_the_interval_of_the_report_transitions():
    rng = np.random.default_rng(11)
    deal = np.sort(rng.integers(0, 150, 400))
    stage = rng.integers(0, 2, 400)
    target = np.where(stage == 0, rng.choice([1, 2, 3], 400), rng.choice([2, 3], 400))
    percentages = np.full(2, np.nan)
    draws = draw(deal, ints([]))
    ours = np.quantile(chances(draws, deal, stage, target, percentages), (0.025, 0.975), axis=0)
    theirs = win_intervals(deal, stage, target, percentages)
    assert np.abs(ours - np.array(theirs)).max() < 0.02


def test_the_interval_of_two_chances_is_that_of_two_shares_where_each_deal_has_one_exit():
    # 120 of 200 won and 70 of 160: the same question as Newcombe's.
    deal = np.arange(360)
    target = np.concatenate([np.where(np.arange(200) < 120, 1, 2), np.where(np.arange(160) < 70, 1, 2)])
    draws = draw(deal[:200], deal[200:])
    sides = [chances(draws, deal[of], np.zeros(len(deal[of]), np.int64), target[of], np.full(1, np.nan)) for of in (slice(200), slice(200, None))]
    found = difference_of_chances(sides[0][:, 0], sides[1][:, 0])
    assert found == pytest.approx(newcombe(120, 200, 70, 160), abs=0.015)


def test_a_side_that_is_the_same_in_every_draw_has_no_interval():
    rng = np.random.default_rng(1)
    assert difference_of_chances(np.ones(RESAMPLES), rng.random(RESAMPLES)) == NOWHERE
    assert difference_of_chances(rng.random(RESAMPLES), np.full(RESAMPLES, np.nan)) == NOWHERE
