"""The forecast: its process against deals followed one by one in exact time, its draws, and what it says of small and odd
pipelines; the backtest."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.people import commands as people
from models.people.views import acting, find_employee
from models.pipeline import commands, setup
from models.statistics.arrays import history
from models.statistics.forecast import backtest, calendar_months, forecast
from models.statistics.rules import forecast as rules
from models.statistics.rules.forecast import DRAWS, RESAMPLES, OpenDeals, Stays, ahead, drawn
from models.statistics.rules.resampling import win_chances
from models.values.errors import NotFound, Usage
from models.values.instants import SECOND

HOUR_OF_DAY = 15 / 24  # at which the instant of these pipelines lies


class Pipeline:
    """Visits in exact days: (deal, stage, entered, left or None, target); today is 0, which began 15 hours before."""

    def __init__(self, stages, visits):
        self.stages, self.visits = stages, sorted(visits, key=lambda one: one[:1] + one[2:3])
        deals = sorted({one[0] for one in visits})
        entered = np.array([one[2] for one in self.visits])
        left = np.array([0.0 if one[3] is None else one[3] for one in self.visits])
        self.length = np.round((left - entered) * 10**6).astype(np.int64)
        days = np.floor(left + HOUR_OF_DAY).astype(np.int64) - np.floor(entered + HOUR_OF_DAY).astype(np.int64)
        stage = np.array([one[1] for one in self.visits], np.int64)
        target = np.array([-1 if one[3] is None else one[4] for one in self.visits], np.int64)
        self.open = np.flatnonzero(target < 0)
        number = np.array([deals.index(one[0]) for one in self.visits], np.int64)
        gone = target >= 0
        self.ahead = ahead(
            stage[self.open], days[self.open], self.length[self.open], stage[gone], days[gone], self.length[gone]
        )
        lasting = np.zeros(len(stage))
        lasting[self.open] = self.ahead
        self.stays = Stays(len(deals), stages, number, stage, days, target, lasting)

    def deals(self, amount, share=None, currency=None):
        count = len(self.open)
        return OpenDeals(
            self.stays.stage[self.open], self.stays.days[self.open], self.ahead, np.array(amount, float),
            np.full(count, np.nan) if share is None else np.array(share, float),
            np.zeros(count, np.int64) if currency is None else np.array(currency),
        )  # fmt: skip


def lived(seed, deals, stages=3, whole=False):
    """A pipeline that has been running for a year: stays of random length, going on, back, won, lost."""
    rng, visits = random.Random(seed), []
    for deal in range(deals):
        at, stage = -rng.random() * 365, 0
        if whole:
            at = float(round(at))
        while True:
            length = rng.weibullvariate(12 * (stage + 1), 1.4)
            if whole:
                length = float(round(length))
            target = rng.choices([stage + 1, max(stage - 1, 0), stages, stages + 1], [10, 2, 3, 3])[0]
            target = target if target != stage else stages + 1
            left = at + length
            visits.append((deal, stage, at, None if left > 0 else left, target))
            if left > 0 or target >= stages:
                break
            at, stage = left, target
    return Pipeline(stages, visits)


def followed(pipeline, bounds, draws, seed, weights=None):
    """Each open deal drawn one by one, in exact time: periods in which it is won (-1: never), draws × deals. Nothing of
    grids, kernels or sums."""
    rng = random.Random(seed)
    curves = {}
    for stage in range(pipeline.stages):
        places = np.flatnonzero(pipeline.stays.stage == stage)
        weight = np.ones(len(places)) if weights is None else weights[pipeline.stays.deal[places]]
        ended = sorted(set(pipeline.length[places[pipeline.stays.target[places] >= 0]].tolist()))
        left, times, targets, sums = 1.0, [], [], []
        for time in ended:
            lengths, there = pipeline.length[places], pipeline.stays.target[places]
            at_risk = weight[lengths >= time].sum()
            for target in sorted(set(there[(lengths == time) & (there >= 0)].tolist())):
                gone = weight[(lengths == time) & (there == target)].sum()
                if gone:
                    times.append(time / 10**6)
                    targets.append(target)
                    sums.append((sums[-1] if sums else 0.0) + left * gone / at_risk)
            gone = weight[(lengths == time) & (there >= 0)].sum()
            left *= 1 - gone / at_risk if at_risk else 1
        curves[stage] = times, targets, sums
    edges = [bound + 1 - HOUR_OF_DAY for bound in bounds]
    found = np.full((draws, len(pipeline.open)), -1)
    for column, place in enumerate(pipeline.open.tolist()):
        first = int(pipeline.stays.stage[place]), pipeline.length[place] / 10**6
        for draw in range(draws):
            stage, age = first
            at = 0.0
            while True:
                times, targets, sums = curves[stage]
                before = bisect_right(times, age + 1e-9) if age else 0
                low = sums[before - 1] if before else 0.0
                luck = low + rng.random() * (1 - low)
                step = bisect_right(sums, luck)
                if step >= len(times):
                    break  # it stays
                at += times[step] - age
                if targets[step] == pipeline.stages:
                    found[draw, column] = bisect_right(edges, at)
                if targets[step] >= pipeline.stages:
                    break
                stage, age = targets[step], 0.0
    return found


def sums_of(periods, amounts, count):
    return np.stack([((periods == period) * amounts).sum(axis=1) for period in range(count)], axis=1)


BOUNDS = (5, 36, 67, 95, 126, 156, 187, 217, 248, 279, 309, 340, 365)


def chances(stays, deals, bounds):
    """The chance that each deal is won in each period, by the stays as they are, without resampling."""
    cells = rules._cells(deals)
    counting = rules._Counting(stays, int(deals.age.max()))
    kernels = counting.kernels(counting.counts(np.ones(stays.deals))[None])
    return rules._chances(kernels, stays.stages, cells, np.array(bounds))[0, cells.group]


def close(found, expected, relative):
    return bool((np.abs(found - expected) <= relative * expected).all())


@pytest.mark.parametrize("whole", [False, True])
def test_the_chances_of_deals_are_those_of_following_them_in_exact_time(whole):
    pipeline = lived(3, 400, whole=whole)
    found = chances(pipeline.stays, pipeline.deals([1] * len(pipeline.open)), BOUNDS)
    drawn_out = followed(pipeline, BOUNDS, 2000, 1)
    expected = np.stack([(drawn_out == period).mean(axis=0) for period in range(len(BOUNDS) + 1)], axis=1)
    assert close(found.sum(axis=0)[:5], expected.sum(axis=0)[:5], 0.05) and np.allclose(found, expected, rtol=0, atol=0.07)
    assert close(found.sum(), expected.sum(), 0.01)


@pytest.fixture(scope="module")
def followed_through():
    """A pipeline whose 82 open deals were drawn one by one 10,000 times, over the same resamples as in the rules."""
    pipeline, rng = lived(5, 900), random.Random(6)
    amount = np.array([round(rng.lognormvariate(12, 0.7)) for _deal in pipeline.open])
    weights = np.random.default_rng(np.random.SeedSequence(rules.SEED).spawn(2)[0])
    sums = []
    for resample in range(RESAMPLES):
        deals = pipeline.stays.deals
        weight = np.bincount(weights.integers(0, deals, deals, dtype=np.int32), minlength=deals).astype(float)
        sums.append(sums_of(followed(pipeline, BOUNDS, 50, resample, weight), amount, len(BOUNDS) + 1))
    return pipeline, amount, np.concatenate(sums)


@pytest.mark.parametrize("singly", [20, 1000])
def test_draws_are_within_two_percent_of_following_each_deal_by_itself(monkeypatch, followed_through, singly):
    monkeypatch.setattr(rules, "ALL_SINGLY", singly)
    monkeypatch.setattr(rules, "SINGLY", singly)
    pipeline, amount, expected = followed_through
    found = drawn(pipeline.stays, pipeline.deals(amount), 1, BOUNDS)[0]
    for p in (0.1, 0.5, 0.9):
        assert close(np.quantile(found, p, axis=0)[:4], np.quantile(expected, p, axis=0)[:4], 0.02)
    assert close(found.mean(axis=0)[:4], expected.mean(axis=0)[:4], 0.02)


def test_many_deals_are_drawn_as_groups_as_if_singly(monkeypatch):
    pipeline, rng = lived(7, 12_000), random.Random(8)
    deals = pipeline.deals([round(rng.lognormvariate(12, 1)) for _deal in pipeline.open])
    assert len(pipeline.open) > rules.ALL_SINGLY
    grouped = drawn(pipeline.stays, deals, 1, BOUNDS)[0]
    monkeypatch.setattr(rules, "ALL_SINGLY", 10**6)
    singly = drawn(pipeline.stays, deals, 1, BOUNDS)[0]
    for p in (0.1, 0.5, 0.9):
        assert close(np.quantile(grouped, p, axis=0)[:6], np.quantile(singly, p, axis=0)[:6], 0.02)


def test_close_ages_are_taken_together_where_there_are_many(monkeypatch):
    pipeline = lived(9, 3_000)
    deals = pipeline.deals([1] * len(pipeline.open))
    each = chances(pipeline.stays, deals, BOUNDS).sum(axis=0)
    monkeypatch.setattr(rules, "MOST_CELLS", 0)
    for exact, width, off in ((15, 1.08, 0.01), (4, 1.3, 0.02)):
        monkeypatch.setattr(rules, "CLOSE", ((exact, width),))
        assert close(chances(pipeline.stays, deals, BOUNDS).sum(axis=0)[:6], each[:6], off)


def test_days_far_ahead_are_taken_together_by_weeks(monkeypatch):
    pipeline = lived(9, 3_000)
    deals = pipeline.deals([1] * len(pipeline.open))
    by_week = chances(pipeline.stays, deals, BOUNDS).sum(axis=0)
    monkeypatch.setattr(rules, "DAILY", 1_000)
    by_day = chances(pipeline.stays, deals, BOUNDS).sum(axis=0)
    assert not np.array_equal(by_week, by_day) and close(by_week[:9], by_day[:9], 0.005)
    assert np.isclose(by_week.sum(), by_day.sum(), rtol=1e-6)


def test_large_types_are_resampled_less_often_and_drawn_as_often(monkeypatch):
    pipeline, rng = lived(7, 2_000), random.Random(8)
    deals = pipeline.deals([round(rng.lognormvariate(12, 1)) for _deal in pipeline.open])
    often = drawn(pipeline.stays, deals, 1, BOUNDS)[0]
    monkeypatch.setattr(rules, "LARGE", 0)
    fewer = drawn(pipeline.stays, deals, 1, BOUNDS)[0]
    assert often.shape == fewer.shape and not np.array_equal(often, fewer) and (fewer[-1] > 0).any()
    for p in (0.1, 0.5, 0.9):
        assert close(np.quantile(fewer, p, axis=0)[:4], np.quantile(often, p, axis=0)[:4], 0.05)


pipelines = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(0, 2), st.integers(0, 40), st.integers(-1, 5), st.integers(0, 10**12),
        st.none() | st.integers(0, 100), st.integers(0, 1),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(max_examples=40)
@given(pipelines, st.integers(0, 1000))
def test_no_draw_brings_less_than_nothing_or_more_than_there_is(rows, singly):
    deal, stage, days, target, amount, percent, currency = (np.array(one) for one in zip(*rows, strict=True))
    stays = Stays(7, 3, deal, stage, days, target, np.where(target < 0, 0.5, 0.0))
    there = target < 0
    share = np.array([np.nan if one is None else one / 100 for one in percent], float)
    deals = OpenDeals(
        stage[there], days[there], np.full(there.sum(), 0.5), amount[there].astype(float), share[there], currency[there]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "RESAMPLES", 4)
        patch.setattr(rules, "DRAWS", 200)
        patch.setattr(rules, "ALL_SINGLY", singly % 5)
        patch.setattr(rules, "SINGLY", singly % 3)
        found = drawn(stays, deals, 2, BOUNDS)
        again = drawn(stays, deals, 2, BOUNDS)
        other = drawn(stays, deals, 2, BOUNDS, seed=2)
    assert np.array_equal(found, again) and found.shape == other.shape
    assert (found >= 0).all()
    for one in (0, 1):
        assert (found[one].sum(axis=1) <= amount[there & (currency == one)].sum() * (1 + 1e-9)).all()


def test_no_sum_of_a_group_brings_more_than_there_is(monkeypatch):
    monkeypatch.setattr(rules, "ALL_SINGLY", 0)
    monkeypatch.setattr(rules, "SINGLY", 0)
    one = np.zeros(10, np.int64)
    stays = Stays(10, 1, np.arange(10), one, np.array([3] * 2 + [40] * 8), one + 1, one + 0.0)
    five = np.zeros(5, np.int64)
    found = drawn(stays, OpenDeals(five, five, five + 0.0, five + 100.0, five * np.nan, five), 1, BOUNDS)[0]
    assert found.sum(axis=1).max() <= 500 * (1 + 1e-9) and abs(found.sum(axis=1).mean() - 500) < 10


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 900), st.integers(0, 5)), min_size=1, max_size=30))
def test_what_is_won_at_any_time_is_where_the_exits_lead(rows):
    stage, days, target = (np.array(one, np.int64) for one in zip(*rows, strict=True))
    stays = Stays(1, 3, np.zeros(len(stage), np.int64), stage, days, target, np.zeros(len(stage)))
    new = OpenDeals(np.arange(3), np.zeros(3, np.int64), np.ones(3), np.ones(3), np.full(3, np.nan), np.zeros(3, np.int64))
    exits = np.zeros((3, 6))
    np.add.at(exits, (stage, target), 1)
    expected = np.nan_to_num(win_chances(exits[None], np.full(3, np.nan))[0])
    assert np.allclose(chances(stays, new, BOUNDS).sum(axis=1), expected, rtol=0, atol=1e-6)


@given(st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=4, max_size=4))
def test_eliminating_stages_solves_the_system(counts):
    counts = np.array(counts, float) + [0, 0, 0, 0, 1, 0]
    shares = counts / counts.sum(axis=1, keepdims=True)
    rows = [{to: np.array([share]) for to, share in enumerate(row) if share} for row in shares.tolist()]
    expected = np.linalg.solve(np.eye(4) - shares[:, :4], shares[:, 4:])
    for stage, found in enumerate(rules.solve(rows)):
        assert np.allclose([found.get(end, np.zeros(1))[0] for end in (4, 5)], expected[stage], rtol=0, atol=1e-9)


def test_what_leads_only_back_to_itself_leads_nowhere():
    one = np.ones(1)
    # The way from 1 to the end was not taken in this resample.
    found = rules.solve([{1: one}, {0: one, 3: 0 * one}, {0: 0.5 * one, 3: 0.5 * one}])
    assert [row.get(3, np.zeros(1))[0] for row in found] == [0, 0, 0.5]


def test_what_leaves_today_and_wins_late_is_won_later():
    one = np.array([0, 1])
    stays = Stays(1, 2, 0 * one, one, 400 * one, one + 1, 0.0 * one)
    nought = np.zeros(1, np.int64)
    today = OpenDeals(nought, nought, nought + 1.0, nought + 1.0, nought * np.nan, nought)
    assert chances(stays, today, BOUNDS).tolist() == [[0.0] * 13 + [1.0]]
    beyond = today._replace(ahead=nought + 0.0)
    assert chances(stays, beyond, BOUNDS).tolist() == [[0.0] * 14]


# Of a store


HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
START = int(datetime(2026, 9, 21, 8, tzinfo=UTC).timestamp()) * SECOND


@pytest.fixture
def clock():
    return [START]


@pytest.fixture
def at(session, clock):
    return replace(session, now=lambda: clock[0])


@pytest.fixture
def works(at, clock):
    """A type of two stages: thirty deals were each ten days at the first and won from there; none was ever at the second."""
    type_id = setup.add_type(at, "Works", mode="free")
    stages = [setup.add_stage(at, type_id, name) for name in ("Work", "Wait")]
    begun = [(START + number * DAY, 0, number) for number in range(30)]
    deals = {}
    for moment, ends, number in sorted(begun + [(when + 10 * DAY, 1, number) for when, _end, number in begun]):
        clock[0] = moment
        if ends:
            commands.win_deal(at, deals[number])
        else:
            deals[number] = commands.new_deal(at, "Orion", type_id=type_id, amount=5, currency="EUR").deal_id
    clock[0] = START + 40 * DAY  # 31 October, 8:00
    return type_id, stages


def told(at, type_id, **asked):
    """What is not nothing, by month."""
    found = forecast(at, type_id, **asked)
    for row in found.rows:
        assert 0 <= row.p10 <= row.p50 <= row.p90 and (row.draws, row.seed) == (DRAWS, asked.get("seed", 1))
    return {
        (row.as_json()["month"], row.currency): (row.p10, row.p50, row.p90, row.mean) for row in found.rows if row.mean
    }


def test_a_deal_that_surely_wins_is_won_when_its_stay_ends(at, works, clock):
    type_id, (work, _wait) = works
    deal = commands.new_deal(at, "Orion", type_id=type_id, amount=1000, currency="EUR").deal_id
    assert told(at, type_id) == {("2026-11", "EUR"): (1000, 1000, 1000, 1000)}  # on 10 November
    found = forecast(at, type_id)
    assert [row.month for row in found.rows] == [
        *(date(2026, month, 1) for month in (10, 11, 12)), *(date(2027, month, 1) for month in range(1, 11)), None,
    ]  # fmt: skip
    assert found.as_json()[1] == {
        "month": "2026-11", "currency": "EUR", "p10": "10.00", "p50": "10.00", "p90": "10.00", "mean": "10.00",
        "draws": 10_000, "seed": 1,
    }  # fmt: skip
    assert found.as_json()[-1]["month"] is None
    clock[0] += 11 * DAY
    assert told(at, type_id) == {}  # beyond the longest observed age it stays
    assert told(at, type_id, as_of=clock[0] - 2 * DAY) == {("2026-11", "EUR"): (1000,) * 4}
    commands.lose_deal(at, deal, reason="price")
    assert forecast(at, type_id).rows == () and forecast(at, type_id).deals == 0


def test_months_are_those_of_the_company(session, at, works, clock):
    type_id, _stages = works
    clock[0] = int(datetime(2026, 11, 20, 16, tzinfo=UTC).timestamp()) * SECOND
    commands.new_deal(at, "Orion", type_id=type_id, amount=7, currency="EUR")
    assert set(told(at, type_id)) == {("2026-11", "EUR")}
    people.set_company(session, timezone="Asia/Tokyo")  # there it is the 21st, 1:00
    assert set(told(at, type_id)) == {("2026-12", "EUR")}


def test_a_stay_lasts_as_many_days_as_midnights_pass(at, clock):
    type_id = setup.add_type(at, "Nights", mode="free")
    setup.add_stage(at, type_id, "Only")
    moments = [START + number * DAY for number in range(20)]
    length = 9 * DAY + 20 * HOUR  # from 8:00 to 4:00: ten midnights
    deals = {}
    for moment, ends, number in sorted(
        [(when, 0, number) for number, when in enumerate(moments)]
        + [(when + length, 1, number) for number, when in enumerate(moments)]
    ):
        clock[0] = moment
        if ends:
            commands.win_deal(at, deals[number])
        else:
            deals[number] = commands.new_deal(at, "Orion", type_id=type_id, amount=1).deal_id
    clock[0] = int(datetime(2026, 10, 22, 8, tzinfo=UTC).timestamp()) * SECOND
    commands.new_deal(at, "Orion", type_id=type_id, amount=1000)
    assert told(at, type_id) == {("2026-11", "EUR"): (1000,) * 4}  # on the 1st, 4:00
    clock[0] += 9 * DAY + 3 * HOUR
    assert told(at, type_id) == {("2026-11", "EUR"): (1000,) * 4}
    clock[0] += 13 * HOUR  # the 1st, 0:00: still ahead
    assert told(at, type_id) == {("2026-11", "EUR"): (1000,) * 4}
    clock[0] += 5 * HOUR
    assert told(at, type_id) == {}


def test_what_is_won_later_than_twelve_months_on_stands_apart(at, clock):
    type_id = setup.add_type(at, "Slow", mode="free")
    setup.add_stage(at, type_id, "Only")
    deals = [commands.new_deal(at, "Orion", type_id=type_id, amount=1).deal_id for _each in range(20)]
    clock[0] += 400 * DAY
    for deal in deals:
        commands.win_deal(at, deal)
    commands.new_deal(at, "Orion", type_id=type_id, amount=1000)
    assert told(at, type_id) == {(None, "EUR"): (1000,) * 4}
    clock[0] += 33 * DAY
    assert told(at, type_id) == {(None, "EUR"): (1000,) * 4}
    clock[0] += DAY  # 366 days are left, of a year of 366
    assert list(told(at, type_id)) == [("2028-11", "EUR")]


def test_a_stage_from_which_nothing_went_keeps_its_deals(at, works):
    type_id, (_work, wait) = works
    commands.new_deal(at, "Orion", type_id=type_id, stage_id=wait, amount=1000, currency="EUR")
    found = forecast(at, type_id)
    assert (found.deals, len(found.rows)) == (1, 14) and {row.p90 for row in found.rows} == {0}


@pytest.mark.parametrize("percent", [0, 40, 100])
def test_a_percentage_of_its_own_decides_how_a_deal_ends_not_when(at, works, percent):
    type_id, _stages = works
    deal = commands.new_deal(at, "Orion", type_id=type_id, amount=10_000, currency="EUR").deal_id
    commands.set_deal(at, deal, probability=percent)
    found = told(at, type_id)
    if percent in (0, 100):
        assert found == ({("2026-11", "EUR"): (10_000,) * 4} if percent else {})
    else:
        [(month, (low, middle, high, mean))] = found.items()
        assert month == ("2026-11", "EUR") and (low, middle, high) == (0, 0, 10_000) and abs(mean - 4000) < 150


def test_all_lost_bring_nothing_but_where_a_deal_has_its_own_percentage(at, clock):
    type_id = setup.add_type(at, "Losses", mode="free")
    setup.add_stage(at, type_id, "Only")
    lost = [commands.new_deal(at, "Orion", type_id=type_id, amount=5).deal_id for _each in range(20)]
    clock[0] += 10 * DAY
    for deal in lost:
        commands.lose_deal(at, deal, reason="price")
    deal = commands.new_deal(at, "Orion", type_id=type_id, amount=900).deal_id
    assert told(at, type_id) == {}
    commands.set_deal(at, deal, probability=100)
    assert told(at, type_id) == {("2026-10", "EUR"): (900,) * 4}


def test_held_deals_count_and_time_on_hold_does_not(at, works, clock):
    type_id, _stages = works
    deal = commands.new_deal(at, "Orion", type_id=type_id, amount=1000, currency="EUR").deal_id
    clock[0] += 2 * DAY
    commands.hold_deal(at, deal, reason="wait")
    clock[0] += 25 * DAY  # 27 November; two of ten days are over
    assert told(at, type_id) == {("2026-12", "EUR"): (1000,) * 4}


def test_currencies_stand_apart_and_deals_without_amount_are_counted(at, works):
    type_id, _stages = works
    for amount, currency in ((1000, "EUR"), (10**15, "JPY"), (1, "JPY"), (None, "EUR"), (None, "USD")):
        commands.new_deal(at, "Orion", type_id=type_id, amount=amount, currency=currency)
    found = forecast(at, type_id)
    assert (found.deals, found.without_amount) == (3, 2)
    assert told(at, type_id) == {("2026-11", "EUR"): (1000,) * 4, ("2026-11", "JPY"): (10**15 + 1,) * 4}


def test_a_type_without_deals_has_no_rows_and_an_unknown_one_is_not_found(at, clock):
    type_id = setup.add_type(at, "Empty", mode="free")
    assert forecast(at, type_id).rows == () and backtest(at, type_id).as_json()["coverage"] is None
    setup.add_stage(at, type_id, "Only")
    commands.new_deal(at, "Orion", type_id=type_id, amount=5)
    assert told(at, type_id) == {}
    with pytest.raises(NotFound):
        forecast(at, 999)
    with pytest.raises(Usage, match="past"):
        forecast(at, type_id, as_of=clock[0] + DAY)


def test_reps_choose_the_deals_and_all_stays_are_learned_from(at, works, clock):
    type_id, _stages = works
    for login in ("anna", "boris"):
        people.add_employee(at, login, name=login.title(), role="rep")
    deals = {
        login: commands.new_deal(at, "Orion", type_id=type_id, amount=amount, currency="EUR", owner=login).deal_id
        for login, amount in (("anna", 100), ("boris", 20))
    }
    ids = {login: find_employee(login).id for login in deals}
    month = ("2026-11", "EUR")
    assert told(at, type_id)[month] == (120,) * 4
    assert told(at, type_id, rep_ids=[ids["anna"]])[month] == (100,) * 4
    assert told(at, type_id, rep_ids=[]) == {}
    seen_by_boris = replace(at, actor=acting("boris", ""))
    assert told(seen_by_boris, type_id)[month] == (20,) * 4
    assert told(seen_by_boris, type_id, rep_ids=[ids["anna"]]) == {}
    # The owner and the amount are those of the instant.
    before = clock[0]
    clock[0] += DAY
    commands.set_deal(at, deals["anna"], owner="boris", amount=7000)
    assert told(at, type_id, rep_ids=[ids["boris"]])[month] == (7020,) * 4
    assert told(at, type_id, rep_ids=[ids["boris"]], as_of=before)[month] == (20,) * 4


def test_the_same_seed_gives_the_same_forecast_whatever_was_read_before(at, works):
    type_id, _stages = works
    for _each in range(5):
        deal = commands.new_deal(at, "Orion", type_id=type_id, amount=1000, currency="EUR").deal_id
        commands.set_deal(at, deal, probability=50)
    known = history(at, type_id)
    assert forecast(at, type_id) == forecast(at, type_id, history=known)
    assert forecast(at, type_id, seed=2) == forecast(at, type_id, seed=2, history=known)
    assert forecast(at, type_id, seed=2).rows[1].mean != forecast(at, type_id).rows[1].mean


def test_the_example_keeps_both_deals_beyond_the_longest_stays(at, clock):
    type_id = setup.add_type(at, "Offers", mode="free")
    _a, b, c = [setup.add_stage(at, type_id, name) for name in "ABC"]
    deals = [commands.new_deal(at, "Orion", type_id=type_id, amount=100).deal_id for _each in range(4)]
    for day, number, what in ((1, 2, c), (2, 0, b), (3, 2, b), (4, 1, None), (5, 0, c), (6, 2, c), (9, 0, "won")):
        clock[0] = START + day * DAY
        if what == "won":
            commands.win_deal(at, deals[number])
        elif what is None:
            commands.lose_deal(at, deals[number], reason="price")
        else:
            commands.move_deal(at, deals[number], what)
    clock[0] = START + 10 * DAY
    assert told(at, type_id) == {}
    # One day after deal 3 came back to C, not resampled: half the stays there go on to the win on their fourth day.
    # S is 2/3 at 2 (to B) and 1/3 at 4 (won); from B it takes 3 days to C, all of it within two months.
    stays = Pipeline(3, [
        (1, 0, -10, -8, 1), (1, 1, -8, -5, 2), (1, 2, -5, -1, 3), (2, 0, -10, -6, 4), (3, 0, -10, -9, 2),
        (3, 2, -9, -7, 1), (3, 1, -7, -4, 2), (3, 2, -4, None, -1), (4, 0, -10, None, -1),
    ])  # fmt: skip
    assert chances(stays.stays, stays.deals([1, 1]), BOUNDS).tolist() == [[0.0] * 14] * 2
    young = OpenDeals(
        np.array([2]), np.array([1]), np.zeros(1), np.ones(1), np.full(1, np.nan), np.zeros(1, np.int64)
    )
    # p = 1/3 to B and back to C at once certain, 1/3 won, 1/3 stays: p = 1/3 + 1/3·p.
    assert chances(stays.stays, young, BOUNDS).sum() == pytest.approx(1 / 2)


# The backtest


def test_past_forecasts_are_made_of_what_had_happened_and_held_against_what_came(at, works, clock):
    type_id, (work, _wait) = works
    # Open on 1 November: one that is won in November at another amount, one that is lost, one still open.
    clock[0] = int(datetime(2026, 10, 30, 8, tzinfo=UTC).timestamp()) * SECOND
    deals = [
        commands.new_deal(at, "Orion", type_id=type_id, amount=1000, currency="EUR", expected=date(2026, month, 5)).deal_id
        for month in (11, 11, 12)
    ]
    clock[0] += 10 * DAY
    commands.set_deal(at, deals[0], amount=1500)
    commands.win_deal(at, deals[0])
    commands.lose_deal(at, deals[1], reason="price")
    commands.new_deal(at, "Orion", type_id=type_id, amount=99, currency="EUR")  # not known on 1 November
    clock[0] = int(datetime(2027, 1, 15, 8, tzinfo=UTC).timestamp()) * SECOND
    commands.win_deal(at, deals[2])
    found = backtest(at, type_id, 3, ahead=3)
    rows = {(row.made.month, row.month.month): row for row in found.rows}
    assert set(rows) == {(10, 10), (10, 11), (10, 12), (11, 11), (11, 12), (12, 12)}
    november = rows[11, 11]
    # Every deal so far was won on its tenth day: 3,000 are forecast; half was expected to close in November.
    assert (november.p10, november.p50, november.p90, november.mean, november.weighted) == (3000, 3000, 3000, 3000, 2000)
    assert (november.won, november.within) == (1500, False)
    assert (rows[11, 12].p90, rows[11, 12].weighted, rows[11, 12].won, rows[11, 12].within) == (0, 1000, 0, True)
    # On 1 October ten deals were open, all won in October; until then none had ended.
    assert (rows[10, 10].mean, rows[10, 10].won, rows[10, 10].weighted, rows[10, 10].within) == (0, 50, 0, False)
    errors = {error.ahead: error for error in found.errors}
    assert [errors[1].forecasts, errors[1].within, errors[1].won, errors[1].mean_missed] == [3, 1, 1550, 1550]
    assert found.coverage == sum(row.within for row in found.rows) / 6
    document = found.as_json()
    assert document["rows"][3]["made"] == "2026-11" and document["errors"][0]["coverage"] == pytest.approx(1 / 3)
    # A percentage counts from when it was set: of the two deals of November one was held for certain of not coming.
    commands.set_deal(at, deals[1], probability=100)
    assert backtest(at, type_id, 3, ahead=3).rows == found.rows
    # As of an earlier instant nothing is known of what came later.
    early = backtest(at, type_id, 3, ahead=3, as_of=int(datetime(2026, 11, 5, tzinfo=UTC).timestamp()) * SECOND)
    assert {(row.made.month, row.month.month) for row in early.rows} == {(10, 10)}
    assert early.rows == backtest(at, type_id, 1, as_of=early.as_of).rows
    for months, ahead_ in ((0, 3), (61, 3), (12, 0), (12, 13)):
        with pytest.raises(Usage, match="backtest"):
            backtest(at, type_id, months, ahead=ahead_)


def test_a_past_forecast_takes_the_percentages_of_then(at, works, clock):
    type_id, _stages = works
    clock[0] = int(datetime(2026, 10, 30, 8, tzinfo=UTC).timestamp()) * SECOND
    deal = commands.new_deal(at, "Orion", type_id=type_id, amount=1000, currency="EUR", expected=date(2026, 11, 5)).deal_id
    commands.set_deal(at, deal, probability=0)
    clock[0] += 5 * DAY
    commands.set_deal(at, deal, probability=100)
    then = clock[0]
    clock[0] = int(datetime(2026, 12, 15, 8, tzinfo=UTC).timestamp()) * SECOND
    [november] = backtest(at, type_id, 1).rows[:1]
    assert (november.made.month, november.mean, november.p90, november.weighted) == (11, 0, 0, 0)
    assert told(at, type_id, as_of=then - DAY) == {}
    assert told(at, type_id, as_of=then)["2026-11", "EUR"] == (1000,) * 4


@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2026, 11, 24), date(2027, 11, 24)), (date(2028, 2, 29), date(2029, 2, 28)), (date(2026, 12, 31), date(2027, 12, 31))],
)  # fmt: skip
def test_the_last_month_ends_twelve_months_on(today, last):
    months, bounds = calendar_months(today)
    assert months[0] == today.replace(day=1) and len(months) == len(bounds) == 13
    assert today + timedelta(days=bounds[-1]) == last
    assert all((today + timedelta(days=bound + 1)).day == 1 for bound in bounds[:-1])
