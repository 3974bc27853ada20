"""Money: read without floats or guesses, written in full and short."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction

import pytest
from babel.core import get_global
from babel.numbers import format_currency, list_currencies
from hypothesis import given
from hypothesis import strategies as st

from models.values.cldr import EXPONENTS
from models.values.errors import Refused
from models.values.language import use_language
from models.values.money import (
    LARGEST,
    Money,
    as_json,
    exponent,
    money_text,
    parse_amount,
    plain_text,
    short_money,
    symbol,
)

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
AMOUNTS = st.integers(-LARGEST, LARGEST)
MONEY = st.builds(Money, AMOUNTS, CURRENCIES)


def plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_exponents_are_those_of_cldr():
    fractions = get_global("currency_fractions")
    for code in list_currencies() - {"XXX", "XTS"}:
        assert exponent(code) == fractions.get(code, fractions["DEFAULT"])[0], code
    assert [exponent(code) for code in ("EUR", "RUB", "JPY", "KWD")] == [2, 2, 0, 3]


@pytest.mark.parametrize("code", ["", "eur", "EU", "XXX", "€", "EURO", "\x1b[2J", "Е" + "UR"])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(Refused) as refusal:
        exponent(code)
    assert refusal.value.code == "bad_currency"


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234.50", 123450), ("1234,50", 123450), ("1 234,50", 123450), ("1,234.50", 123450), ("1.234,50", 123450),
        ("1'234.50", 123450), ("1’234.50", 123450), ("1\u00a0234,50", 123450), ("1\u202f234,50", 123450),
        ("1 234 567", 123456700), ("1,234,567", 123456700), ("1.234.567", 123456700), ("1,234,567.89", 123456789),
        ("1,234", 123400), ("1,000", 100000), ("1234.500", 123450), ("1234.5", 123450), ("0", 0), ("-0", 0), ("-0.00", 0),
        ("007", 700), ("0,5", 50), ("12,34", 1234), ("  12  ", 1200), ("€1,234.50", 123450), ("18 000,00 €", 1800000), ("12 EUR", 1200),
        ("0" * 40 + "1", 100), ("10000000000000", 10**15), ("0.50000000", 50),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text, minor):
    assert parse_amount(text, "EUR") == minor


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "n/a", "1e9", "1E9", "NaN", "Infinity", "-inf", "٤٢", "１２", "1_000", "0x10", "1.2.3", "1,2,3",
        "1,234,5", "1 23", "1 2345", "1,23,456", "1.234.56", "1 234.567,00", "1,234 567", "--5", "5-", "(5)", "+5", ".5",
        "5.", "$5", "5 USD", "5;6", "=1+1", "12.345", "0.123", "1.005", "1 234,5678", "10000000000000.01",
        "99999999999999999999", "9" * 5000, "1\n000", "½", "²", "\x1b[31m5", "1\u200b000",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Refused) as refusal:
        parse_amount(text, "EUR")
    assert refusal.value.code == "bad_amount"
    assert len(refusal.value.message) < 250
    assert "\x1b" not in refusal.value.message


def test_a_negative_amount_is_refused():
    for text in ("-5", "\u22125", "-5.00 €"):
        with pytest.raises(Refused, match="negative"):
            parse_amount(text, "EUR")


@pytest.mark.parametrize(
    ("text", "currency"), [("1.234", "EUR"), ("1.000", "EUR"), ("1.234", "JPY"), ("1,234", "KWD")]
)
def test_what_can_be_read_in_two_ways_is_refused_as_ambiguous(text, currency):
    with pytest.raises(Refused, match="ambiguous"):
        parse_amount(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "decimal", "minor"),
    [
        ("1.234", "EUR", ",", 123400), ("1,234", "EUR", ".", 123400), ("1,234", "KWD", ".", 1234000),
        ("1,234", "KWD", ",", 1234), ("1.234", "KWD", None, 1234), ("0,234", "KWD", None, 234), ("1,500", "EUR", ",", 150),
        ("1.234", "JPY", ",", 1234), ("1,234", "JPY", None, 1234), ("1.00", "JPY", None, 1),
    ],
)  # fmt: skip
def test_the_hint_says_which_mark_sets_decimals_apart(text, currency, decimal, minor):
    assert parse_amount(text, currency, decimal=decimal) == minor


@pytest.mark.parametrize(
    ("text", "decimal"), [("12.50", ","), ("12,50", "."), ("1.234.567", "."), ("1,234.50", ",")]
)
def test_marks_against_the_hint_are_refused(text, decimal):
    with pytest.raises(Refused):
        parse_amount(text, "EUR", decimal=decimal)


def test_decimals_beyond_the_currency_are_refused_with_their_number():
    with pytest.raises(Refused, match=r'"12\.5": JPY has 0 decimals'):
        parse_amount("12.5", "JPY")


def read_back(text, currency, decimal):
    """The amount of a text of our own, which a minus stands before where it is negative."""
    return (-1 if text.startswith("-") else 1) * parse_amount(text.removeprefix("-"), currency, decimal=decimal)


@given(MONEY)
def test_plain_text_reads_back(money):
    assert read_back(plain_text(money), money.currency, ".") == money.amount


@given(MONEY, st.sampled_from(["en", "ru"]))
def test_full_text_reads_back(money, language):
    use_language(language)
    hint = "," if language == "ru" else "."
    text = money_text(money)
    assert read_back(text, money.currency, hint) == money.amount


@given(st.text(max_size=40) | st.from_regex(r"[-]?[0-9.,' ]{1,20}", fullmatch=True), CURRENCIES)
def test_any_text_is_an_amount_in_bounds_or_refused(text, currency):
    try:
        amount = parse_amount(text, currency)
    except Refused as refusal:
        assert refusal.code == "bad_amount"
    else:
        assert 0 <= amount <= LARGEST


@given(MONEY)
def test_json_has_the_exact_amount_as_text(money):
    value = as_json(money)
    assert value is not None
    assert Fraction(value["amount"]) * 10 ** exponent(money.currency) == money.amount
    assert value["currency"] == money.currency


def test_json_and_plain_text():
    assert as_json(None) is None
    assert as_json(Money(123450, "EUR")) == {"amount": "1234.50", "currency": "EUR"}
    assert [plain_text(Money(n, "EUR")) for n in (0, 5, -5, -12345)] == ["0.00", "0.05", "-0.05", "-123.45"]
    assert (plain_text(Money(5, "JPY")), plain_text(Money(5, "KWD"))) == ("5", "0.005")


@given(AMOUNTS, st.sampled_from(["EUR", "USD", "RUB", "JPY", "KWD", "GBP", "UAH", "CHF"]))
def test_russian_money_reads_as_babel_writes_it(amount, currency):
    use_language("ru")
    units = Fraction(amount, 10 ** exponent(currency))
    value = Decimal(units.numerator) / Decimal(units.denominator)
    assert money_text(Money(amount, currency)) == format_currency(value, currency, locale="ru")


def test_money_in_full():
    assert plain_spaces(money_text(Money(1800000, "EUR"))) == "18,000.00 €"
    assert plain_spaces(money_text(Money(-5, "EUR"))) == "-0.05 €"
    assert plain_spaces(money_text(Money(1800000, "JPY"))) == "1,800,000 ¥"
    use_language("ru")
    assert plain_spaces(money_text(Money(1800000, "EUR"))) == "18 000,00 €"
    assert plain_spaces(money_text(Money(1234567890, "RUB"))) == "12 345 678,90 ₽"


@pytest.mark.parametrize(
    ("units", "english", "russian"),
    [
        ("0", "0 €", "0 €"), ("0.49", "0 €", "0 €"), ("0.50", "1 €", "1 €"), ("950", "950 €", "950 €"),
        ("999.49", "999 €", "999 €"), ("999.50", "1.0k €", "1,0к €"), ("8000", "8.0k €", "8,0к €"),
        ("12400", "12.4k €", "12,4к €"), ("12450", "12.5k €", "12,5к €"), ("-12450", "-12.5k €", "-12,5к €"),
        ("99949.99", "99.9k €", "99,9к €"), ("99950", "100k €", "100к €"), ("412000", "412k €", "412к €"),
        ("999499.99", "999k €", "999к €"), ("999500", "1.00M €", "1,00М €"), ("1240000", "1.24M €", "1,24М €"),
        ("12345678", "12.3M €", "12,3М €"), ("1240000000", "1.24B €", "1,24Мд €"), ("10000000000000", "10.0T €", "10,0Тр €"),
    ],
)  # fmt: skip
def test_money_on_cards(units, english, russian):
    money = Money(read_back(units, "EUR", "."), "EUR")
    assert plain_spaces(short_money(money)) == english
    use_language("ru")
    assert plain_spaces(short_money(money)) == russian


def test_where_the_sign_is_long_the_number_gives_way():
    assert [plain_spaces(short_money(Money(n, "CHF"))) for n in (95000, 310000, 1240000, 124000000, -124000000)] == [
        "950 CHF", "3.1k CHF", "12k CHF", "1.2M CHF", "-1.2MCHF",
    ]  # fmt: skip
    assert plain_spaces(short_money(Money(12400, "XOF"))) == "12k XOF"


@given(st.integers(0, 999 * 10**12), CURRENCIES, st.sampled_from(["en", "ru"]))
def test_money_on_cards_takes_at_most_eight_cells(amount, currency, language):
    use_language(language)
    text = short_money(Money(amount, currency))
    assert len(text) <= 8
    assert not any(unicodedata.east_asian_width(character) in "WF" for character in text)


@given(AMOUNTS)
def test_money_on_cards_fits_negative_and_largest_amounts_too(amount):
    assert len(short_money(Money(amount, "EUR"))) <= 8
    use_language("ru")
    assert len(short_money(Money(amount, "RUB"))) <= 8


@given(st.integers(0, 999 * 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_money_on_cards_is_off_by_less_than_one_in_twenty(amount, currency):
    text = short_money(Money(amount, currency)).partition("\u00a0")[0]
    steps = {"k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
    shown = Fraction(text.rstrip("kMBT")) * steps.get(text[-1], 1)
    units = Fraction(amount, 10 ** exponent(currency))
    assert abs(shown - units) <= max(units / 20, Fraction(1, 2))


def test_symbols():
    assert [symbol(code) for code in ("EUR", "USD", "RUB", "CHF", "CNY")] == ["€", "$", "₽", "CHF", "CN¥"]
