"""Weighted sums of the board: each deal's amount by its own percentage, else by its stage's chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.overview import board
from models.overview.weights import weighted
from models.pipeline import commands, setup


def worth(session, type_id, win, text=""):
    return weighted(session, board.board_head(session, type_id, text), text, win)


def test_a_deals_own_percentage_wins_over_its_stages_chance(session):
    type_id = setup.add_type(session, "Offers", mode="free")
    a, b = (setup.add_stage(session, type_id, name) for name in "AB")
    for stage, amount, percent in ((a, 10_000, None), (a, 10_000, 90), (b, 10_000, None), (b, None, 50)):
        deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=stage, amount=amount).deal_id
        if percent is not None:
            commands.set_deal(session, deal, probability=percent)
    assert worth(session, type_id, {a: 0.2}) == {a: (board.Money(11_000, "EUR"),)}
    assert worth(session, type_id, {a: 0.2}, "vega") == {}


def test_a_sum_is_exact_and_rounded_once_half_away_from_zero(session):
    type_id = setup.add_type(session, "Offers", mode="free")
    a, b = (setup.add_stage(session, type_id, name) for name in "AB")
    for stage, amount, percent in ((a, 9_007_199_254_740_993, None), (b, 33_333, None), (b, 1, 50)):
        deal = commands.new_deal(session, "Orion", type_id=type_id, stage_id=stage, amount=amount).deal_id
        if percent is not None:
            commands.set_deal(session, deal, probability=percent)
    found = worth(session, type_id, {a: 1.0, b: 0.5})
    assert found == {a: (board.Money(9_007_199_254_740_993, "EUR"),), b: (board.Money(16_667, "EUR"),)}


DEALS = st.lists(
    st.tuples(st.integers(0, 2), st.none() | st.integers(0, 99_999), st.sampled_from(["EUR", "USD"]), st.none() | st.integers(0, 100)),
    max_size=8,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    from tests.conftest import session as fixture

    yield from fixture.__wrapped__(tmp_path_factory.mktemp("weights"))


@given(deals=DEALS, chances=st.lists(st.none() | st.floats(0, 1), min_size=3, max_size=3))
def test_weighted_sums_are_those_of_the_deals_one_by_one(shared, deals, chances):
    number = len(shared.store.database.execute_sql("SELECT id FROM deal_type").fetchall())
    type_id = setup.add_type(shared, f"Type {number}", mode="free")
    stages = [setup.add_stage(shared, type_id, name) for name in "ABC"]
    win = {stage: chance for stage, chance in zip(stages, chances, strict=True) if chance is not None}
    expected: dict[tuple[int, str], float] = {}
    for place, amount, currency, percent in deals:
        deal = commands.new_deal(
            shared, "Orion", type_id=type_id, stage_id=stages[place], amount=amount, currency=currency
        ).deal_id
        if percent is not None:
            commands.set_deal(shared, deal, probability=percent)
        chance = win.get(stages[place]) if percent is None else percent / 100
        if amount and chance is not None:
            key = (stages[place], currency)
            expected[key] = expected.get(key, 0.0) + amount * chance
    told = {
        (stage, money.currency): money.amount for stage, sums in worth(shared, type_id, win).items() for money in sums
    }
    assert {key: amount for key, amount in told.items() if amount} == {
        key: pytest.approx(amount, abs=0.51) for key, amount in expected.items() if amount >= 0.5
    }
