"""Days, months and counts as the language writes them; Babel is the judge."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from models.locale import generate_cldr
from models.values import cldr
from models.values.dates import (
    day_text,
    day_time_text,
    full_day,
    moment_text,
    month_text,
    time_text,
    weekday_text,
)
from models.values.instants import parse_instant
from models.values.language import use_language
from models.values.numbers import int_text, percent_text

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
LANGUAGES = st.sampled_from(["en", "ru"])
DAY = date(2026, 11, 23)


def test_the_tables_are_those_of_cldr():
    """Generated anew from the installed Babel they are the same; if not: `python -m models.locale.generate_cldr`."""
    assert generate_cldr.TARGET.read_text(encoding="utf-8") == generate_cldr.module()
    assert generate_cldr.exponents() == cldr.EXPONENTS


@given(DAYS, LANGUAGES)
def test_days_and_months_read_as_babel_writes_them(day, language):
    use_language(language)
    assert day_text(day) == format_date(day, "d MMM", language)
    assert day_text(day, date(1850, 1, 1)) == format_date(day, "d MMM y", language)
    pattern = "EEEE d MMMM" if language == "en" else "EEEE, d MMMM"
    assert full_day(day) == format_date(day, pattern, language)
    assert month_text(day) == format_date(day, "LLLL y", language)
    assert weekday_text(day) == format_date(day, "EEE", language)


@given(st.integers(-(10**18), 10**18), LANGUAGES)
def test_counts_read_as_babel_writes_them(number, language):
    use_language(language)
    assert int_text(number) == format_decimal(number, locale=language)


def test_days_in_english():
    assert day_text(date(2026, 12, 15)) == "15 Dec"
    assert day_text(date(2026, 12, 15), today=DAY) == "15 Dec"
    assert day_text(date(2025, 12, 15), today=DAY) == "15 Dec 2025"
    assert full_day(DAY) == "Monday 23 November"


def test_days_in_russian():
    use_language("ru")
    assert day_text(date(2026, 12, 15)) == "15 дек."
    assert full_day(DAY) == "понедельник, 23 ноября"
    assert month_text(DAY) == "ноябрь 2026"


def test_times_of_day_are_local():
    at = parse_instant("2026-11-23T14:00Z", "UTC")
    assert time_text(at, "Europe/Berlin") == "15:00"
    assert day_time_text(at, "Asia/Tokyo", DAY) == "23 Nov 23:00"
    assert day_time_text(at, "Pacific/Kiritimati", date(2027, 1, 1)) == "24 Nov 2026 04:00"
    assert moment_text(at, "Europe/Berlin", DAY) == "15:00"
    assert moment_text(at, "Pacific/Kiritimati", DAY) == "24 Nov"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0, "0 %"),
        (0.6, "60 %"),
        (0.005, "1 %"),
        (0.0049, "0 %"),
        (1, "100 %"),
        (12.5, "1,250 %"),
        (-0.25, "-25 %"),
        (-0.001, "0 %"),
    ],
)
def test_shares_are_whole_percent(fraction, text):
    assert percent_text(fraction) == text.replace(" ", "\u00a0")


def test_no_table_holds_what_steers_a_terminal():
    for code in cldr.EXPONENTS:
        sign = cldr.SYMBOLS.get(code, code)
        assert sign.replace("\u202f", " ").isprintable()
        assert Locale("en").currencies[code]
