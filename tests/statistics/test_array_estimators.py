"""The estimators over arrays: against lifelines, scipy, statsmodels and numpy, against R's own results, and against the
estimators of the board, which do without numpy."""

from __future__ import annotations

import csv
import json
import math
import os
import random
import subprocess
import sys
import warnings
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statistics import paths
from models.statistics.rules import chains, resampling
from models.statistics.rules import survival as plain
from models.statistics.rules.clock import stretches, worked
from models.statistics.rules.estimates import (
    account,
    incidences,
    quantile,
    reached,
    survival,
    total_by,
    wilson,
)
from models.statistics.rules.resampling import resampled, win_chances, win_intervals
from models.values.clock import normal_day
from models.values.instants import DAY, SECOND, from_datetime, local_datetime

CLOSE = 1e-9
stays = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def curve_of(stays):
    return survival(np.array([length for length, _end in stays], np.int64), np.array([end for _length, end in stays], bool))


def close(found, expected, limit=CLOSE):
    """Equal but for rounding; None and nan are both nothing."""
    nothing = [one is None or math.isnan(one) for one in (found, expected)]
    return all(nothing) if any(nothing) else abs(found - expected) <= limit


# The product-limit curve


@given(stays)
def test_curve_and_band_are_those_of_lifelines(stays):
    from lifelines import KaplanMeierFitter

    found = curve_of(stays)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = KaplanMeierFitter().fit([length for length, _end in stays], [end for _length, end in stays])
    table, band = fitted.survival_function_.iloc[:, 0], fitted.confidence_interval_
    for place, time in enumerate(found.times):
        assert abs(found.share[place] - table.loc[float(time)]) < CLOSE
        if found.share[place] > 0:
            low, high = band.loc[float(time)]
            assert abs(found.low[place] - low) < CLOSE and abs(found.high[place] - high) < CLOSE
        else:
            assert np.isnan(found.low[place]) and np.isnan(found.high[place])


@given(stays)
def test_curve_and_band_are_those_of_scipy(stays):
    from scipy.stats import CensoredData, ecdf

    found = curve_of(stays)
    ended = [length for length, end in stays if end]
    lasting = [length for length, end in stays if not end]
    if not ended:
        assert not len(found.times)
        return
    theirs = ecdf(CensoredData(uncensored=ended, right=lasting)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        band = theirs.confidence_interval(method="log-log")
    for place, time in enumerate(found.times):
        there = int(np.searchsorted(theirs.quantiles, time))
        assert abs(found.share[place] - theirs.probabilities[there]) < CLOSE
        if found.share[place] > 0:
            assert abs(found.low[place] - band.low.probabilities[there]) < CLOSE
            assert abs(found.high[place] - band.high.probabilities[there]) < CLOSE


@given(stays, st.sampled_from([0.5, 0.8, 0.9]))
def test_the_boards_curve_and_quantile_and_the_median_of_paths_are_the_same(stays, p):
    found = curve_of(stays)
    theirs = plain.survival_curve([length for length, end in stays if end], [length for length, end in stays if not end])
    assert [time for time, _share in theirs] == found.times.tolist()
    assert np.allclose([share for _time, share in theirs], found.share, rtol=0, atol=CLOSE)
    assert quantile(found, p).value == reached(found, p) == plain.quantile(theirs, p)
    assert reached(found, 0.5) == paths.median(stays)


@given(stays, st.sampled_from([0.5, 0.8, 0.9]))
def test_quantiles_and_limits_are_the_first_times_at_which_curve_and_band_are_low_enough(stays, p):
    found = curve_of(stays)
    value, low, high = quantile(found, p)
    first = lambda line: next((int(t) for t, y in zip(found.times, line, strict=True) if y <= 1 - p), None)  # noqa: E731
    assert value == next((int(t) for t, y in zip(found.times, found.share, strict=True) if y <= 1 - p + 1e-9), None)
    assert (low, high) == (first(found.low), first(found.high))


def test_a_curve_that_rounding_leaves_above_one_half_has_come_to_it():
    # 19/20 · 18/19 · … is by rounding not 1/2, 1/5 and 1/10.
    found = survival(np.arange(1, 21), np.ones(20, bool))
    assert reached(found, 0.5) == 10 and reached(found, 0.8) == 16 and reached(found, 0.9) == 18


def test_where_the_curve_is_0_no_limit_is_reached():
    found = survival(np.array([3, 3, 3]), np.ones(3, bool))
    assert quantile(found, 0.5) == (3, None, None)
    assert quantile(survival(np.array([4]), np.ones(1, bool)), 0.9) == (4, None, None)
    assert quantile(survival(np.array([0, 0, 5]), np.array([True, True, False])), 0.5)[0] == 0


def test_nothing_and_all_censored_have_no_quantile():
    for lengths in ([], [4, 4, 9]):
        found = survival(np.array(lengths, np.int64), np.zeros(len(lengths), bool))
        assert quantile(found, 0.5) == (None, None, None) and not len(found.times)


SETS = [
    ("waltons", "T", lambda row: row["E"] == "1", "group"),
    ("rossi", "week", lambda row: row["arrest"] == "1", "fin"),
    ("aml_leukemia", "time", lambda row: row["status"] == "1", "x"),
    ("lung", "time", lambda row: row["event"] == "1", "sex"),
    ("gehan_leukemia", "t", lambda row: row["status"] == "1", "Rx"),
]


@pytest.mark.parametrize(("name", "time", "ended", "group"), SETS, ids=[one[0] for one in SETS])
def test_classical_sets_have_the_results_of_r(data, name, time, ended, group):
    truth = json.loads((data / "survival" / "survival_truth.json").read_text())[name]
    with (data / "survival" / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    parts = {None: rows, **{key: [row for row in rows if row[group] == key] for key in truth[f"by_{group}"]}}
    for key, part in parts.items():
        expected = truth["overall"] if key is None else truth[f"by_{group}"][key]
        found = curve_of([(int(float(row[time])), ended(row)) for row in part])
        for place, line in enumerate(expected["table_first20"]):
            at = int(np.searchsorted(found.times, line["t"]))
            if line["d"]:
                assert (found.times[at], found.at_risk[at], found.ended[at]) == (line["t"], line["at_risk"], line["d"]), place
                assert close(found.share[at], line["S"], 1e-8) and close(found.low[at], line["lo"], 1e-8)
                assert close(found.high[at], line["hi"], 1e-8)
        for p, called in ((0.5, "median"), (0.8, "p80")):
            assert quantile(found, p) == (expected[called], *expected[f"{called}_ci95_loglog"])


# Cumulative incidences


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(-1, 2)), min_size=1, max_size=40))
def test_incidences_are_the_sum_over_the_times_and_with_the_curve_they_make_one(pairs):
    lengths, targets = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    horizons = np.array([0, 3, 7, 12, 50])
    found = incidences(lengths, targets, 3, horizons)
    naive, left = np.zeros((3, 6)), 1.0
    for time in sorted(set(lengths.tolist())):
        at_risk = int((lengths >= time).sum())
        here = [int(((lengths == time) & (targets == target)).sum()) for target in range(3)]
        for target, count in enumerate(here):
            naive[target, [*(horizons >= time), True]] += left * count / at_risk
        left *= 1 - sum(here) / at_risk
    assert np.allclose(found, naive, rtol=0, atol=CLOSE)
    assert abs(found[:, -1].sum() + left - 1) < CLOSE
    assert (np.diff(found, axis=1)[:, :4] >= 0).all()


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(-1, 1)), min_size=4, max_size=40))
def test_incidences_are_those_of_statsmodels(pairs):
    from statsmodels.duration.survfunc import CumIncidenceRight

    lengths, targets = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    if set(targets) != {-1, 0, 1}:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CumIncidenceRight(lengths, targets + 1)
    for horizon in range(13):
        before = np.searchsorted(theirs.times, horizon, "right") - 1
        found = incidences(lengths, targets, 2, np.array([horizon]))[:, 0]
        for target in range(2):
            assert abs(found[target] - (theirs.cinc[target][before] if before >= 0 else 0)) < CLOSE


def test_incidences_of_the_multi_state_sets_are_rs(data):
    truth = json.loads((data / "survival" / "survival_truth.json").read_text())
    with (data / "survival" / "mgus2.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lengths = np.array([int(float(row["etime"])) for row in rows])
    found = incidences(lengths, np.array([int(float(row["code"])) for row in rows]) - 1, 2, np.array([12, 60, 120, 240]))
    for row, name in enumerate(("pcm", "death")):
        assert np.allclose(found[row], list(truth["mgus2"]["cif_months"][name].values()), rtol=0, atol=1e-8)
    with (data / "survival" / "ebmt3.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    first = [
        (float(row["prtime"]), 0) if row["prstat"] == "1" else (float(row["rfstime"]), 1 if row["rfsstat"] == "1" else -1)
        for row in rows
    ]
    lengths, targets = np.array([one[0] for one in first]).astype(np.int64), np.array([one[1] for one in first])
    found = incidences(lengths, targets, 2, np.array([30, 100, 365, 1825]))
    for row, name in enumerate(("PR", "RelDeath")):
        assert np.allclose(found[row], list(truth["ebmt3"]["cif_days_from_Tx"][name].values()), rtol=0, atol=1e-8)


# Shares, sums, the account


@given(st.integers(0, 400), st.integers(1, 400))
def test_intervals_of_shares_are_wilsons(count, more):
    from scipy.stats import binomtest
    from statsmodels.stats.proportion import proportion_confint

    total = count + more
    found = wilson(count, total)
    for theirs in (
        proportion_confint(count, total, method="wilson"),
        binomtest(count, total).proportion_ci(method="wilson"),
    ):
        assert np.allclose(found, tuple(theirs), rtol=0, atol=CLOSE)
    assert found[0] <= count / total <= found[1] and (count or found[0] == 0)
    assert wilson(total, total)[1] == 1 and wilson(0, 0) is None


def test_times_of_a_deal_are_added_up_and_last_while_one_of_them_does():
    groups, lengths = np.array([4, 4, 7, 9, 9]), np.array([1, 2, 3, 4, 5])
    whole, ended = total_by(groups, lengths, np.array([True, True, False, True, False]))
    assert (whole.tolist(), ended.tolist()) == ([3, 3, 9], [True, False, False])
    assert not len(total_by(groups[:0], lengths[:0], np.zeros(0, bool))[0])


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 6), st.booleans()), max_size=30),
    st.integers(-1, 10), st.integers(0, 6),
)  # fmt: skip
def test_the_account_of_a_period_adds_up_and_periods_join(visits, since, length):
    now = 10
    entered = np.array([one[0] for one in visits], np.int64)
    left_as = np.array([one[2] for one in visits], np.int64)
    left = np.where(left_as > 0, np.minimum(entered + np.array([one[1] for one in visits], np.int64), now), now)
    unknown = np.array([one[3] for one in visits], bool)

    def found(since, until):
        return account(entered, left, left_as, unknown, since, until)

    one = found(since, since + length)
    assert one.carried_in + one.entered == sum(one[2:])
    naive = [
        (e, end, how, hidden) for e, end, how, hidden in zip(entered, left, left_as, unknown, strict=True)
        if e < since + length and not (how and end < since)
    ]  # fmt: skip
    assert one.entered == sum(e >= since and not hidden for e, _end, _how, hidden in naive)
    assert one.there == sum(not (how and end < since + length) for _e, end, how, _hidden in naive)
    for place in range(1, 7):
        assert one[1 + place] == sum(how == place and end < since + length for _e, end, how, _hidden in naive)
    # What was there at the end of one period is carried into the next.
    after = found(since + length, since + length + 3)
    new = unknown & (entered >= since + length) & (entered < since + length + 3)
    assert after.carried_in == one.there + new.sum()


# The chain of stages


exit_counts = st.dictionaries(
    st.integers(0, 5),
    st.dictionaries(st.sampled_from([0, 1, 2, 3, 4, 5, "won", "lost", "retyped"]), st.integers(1, 9), max_size=5),
    max_size=6,
)
percentages = st.lists(st.none() | st.integers(0, 100), min_size=6, max_size=6)
ENDS = {"won": 6, "lost": 7, "retyped": 8}


def cube(exits):
    found = np.zeros((6, 9))
    for stage, targets in exits.items():
        for target, count in targets.items():
            found[stage, ENDS.get(target, target)] = count
    return found


@given(st.lists(exit_counts, min_size=1, max_size=4), percentages)
def test_a_stack_of_chains_is_solved_as_the_board_solves_each(many, percentages):
    set_shares = np.array([np.nan if one is None else one / 100 for one in percentages])
    solved = win_chances(np.stack([cube(exits) for exits in many]), set_shares)
    for exits, found in zip(many, solved, strict=True):
        expected = chains.win_probabilities(exits, dict(enumerate(percentages)), range(6))
        assert all(close(one, expected[stage]) for stage, one in enumerate(found))


@given(st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=4, max_size=4))
def test_chances_are_those_of_the_fundamental_matrix(rows):
    counts = np.array(rows, float) + [0, 0, 0, 0, 1, 1]
    shares = counts / counts.sum(axis=1, keepdims=True)
    absorbed = np.linalg.inv(np.eye(4) - shares[:, :4]) @ shares[:, 4:]
    exits = np.concatenate([counts, np.zeros((4, 1))], axis=1)
    assert np.allclose(win_chances(exits[None], np.full(4, np.nan))[0], absorbed[:, 0], rtol=0, atol=CLOSE)


def random_exits(deals, seed):
    """Deals on random ways through three stages: (deal, stage, target), won is 3, lost 4, another type 5."""
    rng, found = random.Random(seed), []
    for deal in range(deals):
        stage = 0
        while stage < 3 and len(found) < 10**6:
            target = rng.choices([0, 1, 2, 3, 4], [1, 4, 2, 1, 2])[0]
            found.append((deal, stage, target))
            stage = target if target != stage else 4
    return [np.array(column, np.int64) for column in zip(*found, strict=True)]


def test_resampled_intervals_are_those_of_drawing_deals_one_by_one():
    deal, stage, target = random_exits(300, 5)
    low, high = win_intervals(deal, stage, target, np.full(3, np.nan))
    rng, drawn = np.random.default_rng(99), []
    rows = [np.flatnonzero(deal == one) for one in range(300)]
    for _time in range(1000):
        places = np.concatenate([rows[one] for one in rng.integers(0, 300, 300)])
        counts = np.zeros((3, 6))
        np.add.at(counts, (stage[places], target[places]), 1)
        drawn.append(win_chances(counts[None], np.full(3, np.nan))[0])
    assert np.allclose([low, high], np.quantile(drawn, (0.025, 0.975), axis=0), rtol=0, atol=0.012)
    assert (low < high).all()
    assert np.array_equal(win_intervals(deal, stage, target, np.full(3, np.nan)), [low, high])


@pytest.mark.parametrize(("frequent", "sparse"), [(0, 60), (20, 60), (10**6, 60), (20, 0)])
def test_frequent_and_rare_kinds_of_deals_are_drawn_alike(monkeypatch, frequent, sparse):
    monkeypatch.setattr(resampling, "FREQUENT", frequent)
    monkeypatch.setattr(resampling, "SPARSE", sparse)
    deal, stage, target = random_exits(400, 8)
    columns, column = np.unique(stage * 6 + target, return_inverse=True)
    counts = np.concatenate(list(resampled(deal, column, len(columns), 300)))
    assert counts.shape == (1000, len(columns)) and (counts == counts.round()).all()
    observed = np.bincount(column)
    # Each deal adds its exits 0, 1, 2 … times: the mean is the count observed, the variance the sum of squares less N·mean².
    by_deal = np.zeros((400, len(columns)))
    np.add.at(by_deal, (deal, column), 1)
    spread = by_deal.std(axis=0) * 20
    assert (np.abs(counts.mean(axis=0) - observed) < 5 * spread / np.sqrt(1000)).all()
    assert np.allclose(counts.std(axis=0), spread, rtol=0.12)


def test_both_ways_of_counting_count_the_same(monkeypatch):
    deal, stage, target = random_exits(200, 2)
    columns, column = np.unique(stage * 6 + target, return_inverse=True)
    counted = []
    for sparse in (0, 10**6):
        monkeypatch.setattr(resampling, "SPARSE", sparse)
        counted.append(np.concatenate(list(resampled(deal, column, len(columns), 300))))
    assert np.array_equal(*counted)


def test_every_draw_has_as_many_deals_as_there_are(monkeypatch):
    monkeypatch.setattr(resampling, "AT_ONCE", 500)  # a few kinds and draws at a time
    deal = np.arange(50)
    counts = np.concatenate(list(resampled(deal, np.arange(50) % 7, 7, 10**6)))
    assert (counts.sum(axis=1) == 50).all() and len(counts) == 1000


def test_one_deal_and_no_deal():
    one = win_intervals(np.array([7]), np.array([0]), np.array([2]), np.full(2, np.nan))
    assert one[0][0] == one[1][0] == 1 and np.isnan(one[0][1])
    assert np.isnan(win_intervals(*[np.zeros(0, np.int64)] * 3, np.full(2, np.nan))).all()


# The working clock

WEEK = dict.fromkeys(range(5), (9 * 3600, 18 * 3600))


@given(
    st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 12), st.integers(13, 24)), max_size=7),
    st.sets(st.integers(0, 20), max_size=4),
    st.lists(st.integers(0, 20 * 24 * 60), min_size=2, max_size=2),
    st.sampled_from([("Europe/Berlin", date(2026, 3, 20)), ("Europe/Berlin", date(2026, 10, 15)), ("Asia/Tokyo", date(2026, 3, 20))]),
)  # fmt: skip
def test_working_time_is_what_counting_the_minutes_gives(weekdays, off, minutes, place):
    zone, first = place
    hours = {day: (start * 3600, end * 3600) for day, (start, end) in weekdays.items()}
    holidays = {first + timedelta(days=one) for one in off}
    within = stretches(first, first + timedelta(days=22), hours, holidays, zone)
    midnight = from_datetime(local_datetime(0, zone).replace(year=first.year, month=first.month, day=first.day, hour=0))
    start, end = (midnight + minute * 60 * SECOND for minute in sorted(minutes))
    exact = sum(
        max(0, min(end, int(closes)) - max(start, int(opens)))
        for opens, closes in zip(within.opens[1:], within.closes[1:], strict=True)
    )
    counted = 0
    for at in range(start, end, 15 * 60 * SECOND):
        local = local_datetime(at, zone)
        opens, closes = hours.get(local.weekday(), (0, 0))
        if local.date() not in holidays and opens <= local.hour * 3600 + local.minute * 60 + local.second < closes:
            counted += min(15 * 60 * SECOND, end - at)
    found = worked(np.array([start, end]), within)
    assert int(found[1] - found[0]) == exact
    # Where a stretch begins or ends within a step of counting, the count is off by less than a step at either end.
    assert abs(exact - counted) <= 2 * 15 * 60 * SECOND


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is():
    whole = dict.fromkeys(range(7), (0, 86400))
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)):
        within = stretches(day, day, whole, (), "Europe/Berlin")
        assert int(within.closes[1] - within.opens[1]) == hours * 3600 * SECOND
    within = stretches(date(2026, 3, 1), date(2026, 4, 30), whole, (), "Europe/Berlin")
    assert (within.closes[1:-1] == within.opens[2:]).all()


def test_before_the_first_and_without_any_working_hour_nothing_was_worked():
    within = stretches(date(2026, 3, 2), date(2026, 3, 6), WEEK, (), "UTC")
    opened = int(within.opens[1])
    assert worked(np.array([opened - 1, opened, opened + 5, int(within.closes[1]) + 5]), within).tolist() == [0, 0, 5, 9 * 3600 * SECOND]
    assert worked(np.array([5, 6]), stretches(date(2026, 3, 7), date(2026, 3, 8), WEEK, (), "UTC")).tolist() == [0, 0]


def test_what_lies_before_a_stretch_that_begins_with_a_day_of_utc_is_before_it():
    within = stretches(date(2026, 3, 1), date(2026, 3, 6), {0: (0, 3600)}, (), "UTC")
    opened = int(within.opens[1])
    assert opened % DAY == 0
    assert worked(np.array([opened - 9 * DAY, opened - 1, opened, opened + 1]), within).tolist() == [0, 0, 0, 1]


def test_the_normal_day_is_the_most_frequent_length_the_longer_of_two():
    assert normal_day(WEEK) == 9 * 3600 and normal_day({}) == 0
    assert normal_day({0: (0, 8), 1: (0, 8), 2: (0, 9)}) == 8 and normal_day({0: (0, 8), 1: (0, 9)}) == 9


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no list of threads here")
def test_what_is_computed_takes_no_threads_of_its_own():
    said = "import os, models.statistics.rules.resampling; print(len(os.listdir('/proc/self/task')))"
    alone = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    assert subprocess.run([sys.executable, "-c", said], env=alone, capture_output=True, text=True, check=True).stdout == "1\n"
