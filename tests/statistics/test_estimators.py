"""Estimators: the worked example of the definitions, ties, censoring, chains with loops and dead ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pipeline import commands, setup
from models.statistics import figures
from models.statistics.rules.chains import win_probabilities
from models.statistics.rules.survival import quantile, survival_curve

A, B, C, D = 1, 2, 3, 4
NONE = dict.fromkeys((A, B, C, D))


def test_the_worked_example_of_stays_at_a():
    curve = survival_curve([2, 4, 1], [10])
    assert curve == [(1, pytest.approx(3 / 4)), (2, pytest.approx(1 / 2)), (4, pytest.approx(1 / 4))]
    assert (quantile(curve, 0.5), quantile(curve, 0.8)) == (2, None)


def test_the_worked_example_of_win_probabilities():
    exits = {A: {B: 1, C: 1, "lost": 1}, B: {C: 2}, C: {"won": 1, B: 1}}
    told = win_probabilities(exits, NONE, (A, B, C))
    assert told == {A: pytest.approx(2 / 3), B: pytest.approx(1), C: pytest.approx(1)}


def test_a_stay_that_lasts_as_long_as_another_that_ended_was_at_risk():
    assert survival_curve([5], [5]) == [(5, pytest.approx(0.5))]
    assert survival_curve([], [5, 6]) == [] and survival_curve([0, 0], []) == [(0, 0.0)]


@given(st.lists(st.integers(0, 20), max_size=30), st.lists(st.integers(0, 20), max_size=30))
def test_the_curve_is_the_product_over_the_times_at_which_stays_ended(completed, lasting):
    share = 1.0
    for time, told in survival_curve(completed, lasting):
        at_risk = sum(one >= time for one in completed + lasting)
        share *= 1 - completed.count(time) / at_risk
        assert told == pytest.approx(share)
    assert [time for time, _share in survival_curve(completed, lasting)] == sorted(set(completed))


def test_a_stage_without_exits_has_no_probability_and_counts_its_percentage_as_a_target():
    told = win_probabilities({A: {B: 1, "lost": 1}}, {A: None, B: 60}, (A, B))
    assert told == {A: pytest.approx(0.3), B: None}
    assert win_probabilities({A: {B: 1}}, NONE, (A, B)) == {A: None, B: None}
    assert win_probabilities({A: {B: 1}}, {A: None, B: 0}, (A, B)) == {A: 0.0, B: None}


def test_a_chance_of_one_half_is_one_half():
    # A leads to B; from there one came back, one was won, one lost: solving left 0.49999999999999994 at A.
    assert win_probabilities({A: {B: 1}, B: {A: 1, "won": 1, "lost": 1}}, NONE, (A, B)) == {A: 0.5, B: 0.5}


def test_a_loop_that_never_ends_has_no_probability_and_counts_nothing():
    exits = {A: {B: 3}, B: {A: 3}, C: {A: 1, "won": 1}, D: {"lost": 2}}
    assert win_probabilities(exits, NONE, (A, B, C, D)) == {A: None, B: None, C: pytest.approx(0.5), D: 0.0}


@given(
    st.dictionaries(
        st.integers(1, 6),
        st.dictionaries(st.sampled_from([1, 2, 3, 4, 5, 6, "won", "lost", "retyped"]), st.integers(1, 9), max_size=5),
        max_size=6,
    )
)
def test_the_probabilities_are_what_following_the_exits_comes_to(exits):
    stages = range(1, 7)
    told = win_probabilities(exits, {}, stages)
    values = dict.fromkeys(stages, 0.0)
    for _round in range(4000):
        values = {
            stage: sum(
                count * (1.0 if to == "won" else values.get(to, 0.0)) for to, count in exits.get(stage, {}).items()
            )
            / max(1, sum(exits.get(stage, {}).values()))
            for stage in stages
        }
    for stage in stages:
        assert (told[stage] or 0.0) == pytest.approx(values[stage], abs=1e-4)


def test_the_figures_of_a_type_come_from_all_its_visits_piece_by_piece(session, monkeypatch):
    monkeypatch.setattr(figures, "PIECE", 2)
    type_id = setup.add_type(session, "Offers", mode="free")
    a, b = (setup.add_stage(session, type_id, name) for name in "AB")
    for number in range(7):
        deal = commands.new_deal(session, f"Client {number}", type_id=type_id, stage_id=a).deal_id
        if number < 6:
            commands.move_deal(session, deal, b)
        if number < 3:
            commands.win_deal(session, deal)
        elif number == 3:
            commands.lose_deal(session, deal, reason="x")
    stays = figures.Stays()
    pieces = 1
    while figures.gather(session, type_id, stays):
        pieces += 1
    told = figures.figures(session, type_id, stays)
    assert pieces >= 4 and told.win == {a: pytest.approx(3 / 4), b: pytest.approx(3 / 4)}
    assert (len(stays.completed[a]), len(stays.lasting[a]), told.long_after) == (6, 1, {})


def test_a_stay_is_long_after_the_time_in_which_four_of_five_end_where_twenty_did_and_no_norm_is_set(session):
    type_id = setup.add_type(session, "Offers", mode="free")
    a = setup.add_stage(session, type_id, "A")
    stays = figures.Stays()
    stays.completed[a] = figures.array("q", range(1, 20))
    assert figures.figures(session, type_id, stays).long_after == {}
    stays.completed[a].append(20)
    assert figures.figures(session, type_id, stays).long_after == {a: 16}
    setup.set_stage(session, a, norm=100)
    assert figures.figures(session, type_id, stays).long_after == {}
