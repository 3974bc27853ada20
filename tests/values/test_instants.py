"""Instants are UTC microseconds; days and local times belong to a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.values.errors import Usage
from models.values.instants import (
    DAY,
    MINUTE,
    SECOND,
    day_end,
    day_start,
    from_datetime,
    instant_text,
    local_datetime,
    local_day,
    never_back,
    now,
    parse_day,
    parse_instant,
    typed,
    zone,
)

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/Moscow",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Apia",
]
INSTANTS = st.integers(
    from_datetime(datetime(1900, 1, 1, tzinfo=UTC)), from_datetime(datetime(2200, 1, 1, tzinfo=UTC)) - 1
)
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z"),
        ("2026-11-24T09:30:00z", "2026-11-24T09:30:00Z"),
        ("2026-11-24T09:30", "2026-11-24T08:30:00Z"),
        ("2026-11-24 09:30", "2026-11-24T08:30:00Z"),
        ("  2026-11-24 09:30:15 ", "2026-11-24T08:30:15Z"),
        ("2026-11-24", "2026-11-23T23:00:00Z"),
        ("2026-07-24T09:30", "2026-07-24T07:30:00Z"),
        ("2026-11-24T09:30:00+03:00", "2026-11-24T06:30:00Z"),
        ("2026-11-24 09:30:00 +0300", "2026-11-24T06:30:00Z"),
        ("2026-11-24T09:30:00-05", "2026-11-24T14:30:00Z"),
        ("2026-11-24T09:30:00.5Z", "2026-11-24T09:30:00.500000Z"),
        ("2026-11-24T09:30:00,123456Z", "2026-11-24T09:30:00.123456Z"),
        ("20261124T093000Z", "2026-11-24T09:30:00Z"),
    ],
)
def test_points_in_time_as_people_and_programs_write_them(text, expected):
    assert instant_text(parse_instant(text, BERLIN)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "24.11.2026", "2026-13-01", "2026-02-30", "2026-11-24T24:30", "2026-11-24T09", "2026-W48-2",
        "2026-11-24x09:30", "2026-11-24T09:30+25:00", "1899-12-31T00:00Z", "2200-01-01T00:00Z", "0001-01-01",
        "9999-12-31T23:59:59-12:00", "2026-11-24T09:30:00Z; drop", "٢٠٢٦-11-24", "２０２６-11-24", "\x1b[2J", "1" * 9999,
    ],
)  # fmt: skip
def test_what_is_no_point_in_time_is_refused(text):
    with pytest.raises(Usage) as refusal:
        parse_instant(text, BERLIN)
    assert refusal.value.code == "bad_instant"
    assert len(refusal.value.message) < 250
    assert "\x1b" not in refusal.value.message


def test_an_hour_that_comes_twice_means_the_first():
    assert instant_text(parse_instant("2026-10-25T02:30", BERLIN)) == "2026-10-25T00:30:00Z"


def test_an_hour_that_is_left_out_is_read_with_the_offset_before():
    assert instant_text(parse_instant("2026-03-29T02:30", BERLIN)) == "2026-03-29T01:30:00Z"


@given(INSTANTS)
def test_text_of_an_instant_reads_back(instant):
    assert parse_instant(instant_text(instant), BERLIN) == instant


@given(INSTANTS, st.sampled_from(ZONES))
def test_local_time_is_the_same_instant(instant, name):
    local = local_datetime(instant, name)
    assert from_datetime(local) == instant
    assert local_day(instant, name) == local.date()


@given(st.dates(date(1970, 1, 2), date(2199, 12, 30)), st.sampled_from(ZONES))
def test_a_day_begins_where_the_one_before_ends(day, name):
    start = day_start(day, name)
    assert day_end(day - timedelta(days=1), name) == start
    assume(start < day_end(day, name))  # Apia left out 30 December 2011 as a whole
    assert local_day(start, name) == day
    assert local_day(start - 1, name) < day


def test_a_day_of_clock_change_has_23_or_25_hours():
    assert day_end(date(2026, 3, 29), BERLIN) - day_start(date(2026, 3, 29), BERLIN) == DAY - 60 * MINUTE
    assert day_end(date(2026, 10, 25), BERLIN) - day_start(date(2026, 10, 25), BERLIN) == DAY + 60 * MINUTE


def test_a_day_whose_midnight_is_left_out_begins_with_the_change():
    start = day_start(date(2018, 11, 4), "America/Sao_Paulo")
    assert f"{local_datetime(start, 'America/Sao_Paulo'):%d %H:%M}" == "04 01:00"


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "a\x00b", "x" * 5000]
)
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(Usage) as refusal:
        zone(name)
    assert refusal.value.code == "bad_timezone"
    assert len(refusal.value.message) < 200


def test_days_are_written_year_month_day():
    assert parse_day(" 2026-11-24 ") == date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["", "2026-11-31", "24.11.2026", "20261124", "2026-W48-2", "1899-12-31", "2200-01-01"]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(Usage) as refusal:
        parse_day(text)
    assert refusal.value.code == "bad_date"


def test_an_event_is_never_before_the_previous_one():
    at = parse_instant("2026-11-24T12:00Z", "UTC")
    assert never_back(at) == (at, False)
    assert never_back(at, None, at - SECOND) == (at, False)
    assert never_back(at, at + 5 * MINUTE) == (at + 5 * MINUTE, False)
    assert never_back(at, at - DAY, at + 5 * MINUTE + 1, None) == (at + 5 * MINUTE + 1, True)


def test_now_is_the_clock_of_the_host():
    before = from_datetime(datetime.now(UTC))
    assert before <= now() <= from_datetime(datetime.now(UTC))


@pytest.mark.parametrize("text", ["24.11.2026", " 24.11.2026 ", "2026-11-24"])
def test_a_day_may_be_typed_with_dots(text):
    assert parse_day(typed(text)) == date(2026, 11, 24)
    assert parse_instant(typed(f"{text.strip()} 15:00"), "UTC") == parse_instant("2026-11-24T15:00", "UTC")
    assert parse_day(typed("1.2.2026")) == date(2026, 2, 1)


@pytest.mark.parametrize("text", ["31.02.2026", "31.02.", "2.2.26", "24.11.2026x", "24.11.20261", "11/24/2026", "0.1.2026", "1.13.2026"])
def test_what_is_no_day_with_dots_is_refused(text):
    with pytest.raises(Usage):
        parse_day(typed(text))
    with pytest.raises(Usage):
        parse_instant(typed(f"{text} 15:00"), "UTC")
