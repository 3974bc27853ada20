"""Durations: read as people write them, shown short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.durations import (
    LONGEST,
    clock_text,
    duration_text,
    parse_duration,
    parse_hours,
    short_age,
    words,
)
from models.values.errors import Usage
from models.values.language import use_language

MIN, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5d", 5 * DAY), ("90m", 90 * MIN), ("1:30", 90 * MIN), ("0:42:17", 42 * MIN + 17), ("2h30m", 150 * MIN),
        ("3w", 21 * DAY), ("1.5h", 90 * MIN), ("1,5h", 90 * MIN), ("2 H 30 min", 150 * MIN), ("45s", 45), ("0m", 0),
        (" 1d 2h ", 26 * HOUR), ("2ч 30м", 150 * MIN), ("5 дн", 5 * DAY), ("1 нед", 7 * DAY), ("0.333m", 20),
        ("100:00", 100 * HOUR),
    ],
)  # fmt: skip
def test_durations_as_people_write_them(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "d", "-5d", "1e3h", "1:60", "1:2", "30m2h", "2h2h", "2h m", "5x", "5d!", "1.5.5h", "nan h", "inf d",
        "٥d", "1_0d", "101w" * 3, "36601d", "9" * 5000 + "d",
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(Usage) as refusal:
        parse_duration(text)
    assert refusal.value.code == "bad_duration"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00:00"), (2537, "0:42:17"), (3600, "1:00:00"), (360_000, "100:00:00"), (-61, "-0:01:01")],
)
def test_a_stopwatch_shows_hours_minutes_seconds(seconds, text):
    assert clock_text(seconds) == text


@given(st.integers(0, 999_999 * HOUR))
def test_what_the_stopwatch_shows_reads_back(seconds):
    assert seconds > LONGEST or parse_duration(clock_text(seconds)) == seconds


@given(st.integers(0, LONGEST))
def test_a_duration_written_reads_back_exactly(seconds):
    assert parse_duration(duration_text(seconds)) == seconds


@pytest.mark.parametrize(("seconds", "text"), [(0, "0d"), (604_800, "7d"), (9_000, "2h30m"), (90_061, "1d1h1m1s")])
def test_a_duration_is_written_in_days_and_smaller_units(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (-5, "0 min", "0 мин"), (59, "0 min", "0 мин"), (5 * MIN, "5 min", "5 мин"), (HOUR - 1, "59 min", "59 мин"),
        (HOUR, "1 h", "1 ч"), (DAY - 1, "23 h", "23 ч"), (DAY, "1 d", "1 д"), (9 * DAY + 1, "9 d", "9 д"),
        (1000 * DAY, "1000 d", "1000 д"),
    ],
)  # fmt: skip
def test_an_age_is_its_largest_whole_unit(seconds, english, russian):
    assert short_age(seconds) == english
    use_language("ru")
    assert short_age(seconds) == russian


@given(st.integers(-DAY, 9999 * DAY), st.sampled_from(["en", "ru"]))
def test_an_age_takes_at_most_six_cells(seconds, language):
    use_language(language)
    assert len(short_age(seconds)) <= 6


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (30, "0 min"), (5 * MIN, "5 min"), (2 * HOUR, "2 h"), (2 * HOUR + 5 * MIN, "2 h 5 min"), (3 * DAY, "3 d"),
        (3 * DAY + 4 * HOUR + 59, "3 d 4 h"), (3 * DAY + 59 * MIN, "3 d"),
    ],
)  # fmt: skip
def test_words_name_the_two_largest_units(seconds, text):
    assert words(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:30", 5400), ("1.5", 5400), ("1,5", 5400), ("90m", 5400), ("8", 8 * HOUR), ("0", 0), (" 0:20 ", 1200),
        ("7h30m", 27000), ("1ч 30м", 5400), ("0.25", 900), ("25", 25 * HOUR),
    ],
)  # fmt: skip
def test_a_number_alone_is_hours_in_a_cell(text, seconds):
    assert parse_hours(text) == seconds


@pytest.mark.parametrize("text", ["", "25:61", "26", "25:01", "-1", "1.5.5", "1:5", "x", "1e1", "٨", "2d", "1.", "9999"])
def test_what_a_day_cannot_hold_is_refused_in_a_cell(text):
    with pytest.raises(Usage) as refusal:
        parse_hours(text)
    assert refusal.value.code == "bad_duration"
