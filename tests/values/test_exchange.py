"""Exchange rates: the last on or before the day, in the direction entered, rounded once."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.errors import Refused
from models.values.exchange import Rate, converted, parse_rate, rate_on, rate_text, summed
from models.values.money import Money

DAY = date(2026, 11, 1)
RATES = [
    Rate("EUR", "RUB", date(2026, 10, 1), 9, 0),
    Rate("EUR", "RUB", DAY, 925, 1),
    Rate("EUR", "RUB", date(2026, 12, 1), 100, 0),
    Rate("USD", "EUR", DAY, 5, 1),
    Rate("EUR", "JPY", DAY, 165, 0),
    Rate("JPY", "KWD", DAY, 2, 3),
]


def refused(*asked):
    with pytest.raises(Refused) as refusal:
        converted(*asked)
    return refusal.value


def test_the_last_rate_on_or_before_the_day_counts_and_is_named():
    for day, rate in ((DAY, "92.5"), (date(2026, 11, 30), "92.5"), (date(2026, 12, 1), "100"), (date(2026, 10, 31), "9")):
        told = converted(Money(100, "EUR"), "RUB", day, RATES)
        assert [rate_text(one.units, one.places) for one in told.rates] == [rate]
    told = converted(Money(10_000, "EUR"), "RUB", date(2026, 11, 24), RATES)
    assert (told.money, told.rates[0].day) == (Money(925_000, "RUB"), DAY)


def test_no_inverse_and_no_detour_and_nothing_before_the_first_day():
    assert refused(Money(100, "RUB"), "EUR", DAY, RATES).code == "no_exchange_rate"
    missing = refused(Money(100, "USD"), "RUB", DAY, RATES)
    assert missing.details == [{"from": "USD", "to": "RUB", "day": "2026-11-01"}] and "USD → RUB" in missing.message
    assert refused(Money(100, "EUR"), "RUB", date(2026, 9, 30), RATES).code == "no_exchange_rate"
    assert refused(Money(100, "EUR"), "XXQ", DAY, RATES).code == "bad_currency"


def test_money_in_the_currency_itself_needs_no_rate():
    assert converted(Money(-105, "EUR"), "EUR", DAY, []) == (Money(-105, "EUR"), ())


def test_decimals_of_both_currencies_count():
    assert converted(Money(1_00, "EUR"), "JPY", DAY, RATES).money == Money(165, "JPY")
    assert converted(Money(1_000, "JPY"), "KWD", DAY, RATES).money == Money(2_000, "KWD")  # 1000 yen, 2 dinars


@pytest.mark.parametrize(("amount", "wanted"), [(1, 1), (-1, -1), (3, 2), (-3, -2), (5, 3), (2, 1), (0, 0)])
def test_half_is_rounded_away_from_zero(amount, wanted):
    assert converted(Money(amount, "USD"), "EUR", DAY, RATES).money == Money(wanted, "EUR")


def test_a_sum_is_rounded_once_and_names_all_that_is_missing():
    assert summed([Money(1, "USD"), Money(1, "USD"), Money(7, "EUR")], "EUR", DAY, RATES).money == Money(8, "EUR")
    with pytest.raises(Refused) as refusal:
        summed([Money(1, "USD"), Money(1, "GBP"), Money(1, "CHF")], "EUR", DAY, RATES)
    assert [one["from"] for one in refusal.value.details] == ["GBP", "CHF"]


@given(
    st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 10**15 - 1), st.integers(0, 12)), min_size=1, max_size=5),
)
def test_a_sum_is_the_exact_one_rounded(lines):
    sources = ["USD", "GBP", "CHF", "JPY", "KWD"][: len(lines)]
    places = {"JPY": 0, "KWD": 3}
    rates = [Rate(source, "EUR", DAY, line[1], line[2]) for source, line in zip(sources, lines, strict=True)]
    exact = sum(
        Fraction(line[0], 10 ** places.get(source, 2)) * Fraction(line[1], 10 ** line[2]) * 100
        for source, line in zip(sources, lines, strict=True)
    )
    told = summed([Money(line[0], source) for source, line in zip(sources, lines, strict=True)], "EUR", DAY, rates)
    assert abs(told.money.amount - exact) <= Fraction(1, 2)
    assert abs(told.money.amount) >= abs(exact) - Fraction(1, 2)
    if abs(told.money.amount - exact) == Fraction(1, 2):
        assert abs(told.money.amount) > abs(exact)


@given(st.lists(st.integers(0, 400), unique=True), st.integers(0, 400))
def test_the_rate_of_a_day_is_the_last_before_it(days, asked):
    rates = [Rate("USD", "EUR", DAY + timedelta(days=one), one + 1, 0) for one in days]
    told = rate_on("USD", "EUR", DAY + timedelta(days=asked), rates)
    earlier = [one for one in days if one <= asked]
    assert (told.units if told else None) == (max(earlier) + 1 if earlier else None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("92.5", (925, 1)), ("92,5", (925, 1)), ("1", (1, 0)), ("0.00012", (12, 5)), ("1.10", (11, 1)), ("0,125", (125, 3))],
)
def test_a_rate_is_read_exactly(text, wanted):
    assert parse_rate(text) == wanted


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "", "abc", "1e3", "nan", "1,234", "1 000", "٣", "1.", "9" * 16, "0." + "0" * 12 + "1"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(Refused) as refusal:
        parse_rate(text)
    assert refusal.value.code == "bad_rate"
