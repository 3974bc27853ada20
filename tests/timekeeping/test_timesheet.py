"""The timesheet: days of 23 and 25 hours, midnights, gaps, the week and the month; found by the index at any size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clients.commands import add_client
from models.people import commands as people
from models.people.views import acting
from models.storage.database import database
from models.timekeeping import commands
from models.timekeeping.rules import calendar
from models.timekeeping.tables import Rate, RoundingPolicy
from models.timekeeping.views import timesheet
from models.values.errors import NotFound
from models.values.instants import SECOND, day_end, day_start, local_datetime, parse_instant
from tui.time.bar import day_bar

BERLIN, LORD_HOWE = "Europe/Berlin", "Australia/Lord_Howe"
HOUR = 3600
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Sundays of 23 and 25 hours in Berlin
SOUTHERN_SPRING, SOUTHERN_AUTUMN = date(2026, 10, 4), date(2026, 4, 5)  # of 23½ and 24½ on Lord Howe Island
TUESDAY = date(2026, 11, 17)


def at(text, zone="UTC"):
    return parse_instant(text, zone)


def set_up(session, now="2026-11-20T12:00", zone="UTC"):
    session.store.database.execute_sql("UPDATE employee SET timezone = ?", (zone,))
    return replace(session, now=lambda: at(now), actor=replace(session.actor, timezone=zone))


@pytest.fixture
def later(session):
    return set_up(session)


def rate(session, amount, currency="EUR", **keys):
    with session.store.writing():
        Rate.create(side="bill", from_day="2020-01-01", amount=amount, currency=currency, created_at=0, **keys)


def add(session, start, end, zone="UTC", **more):
    return commands.add_entry(session, start=at(start, zone), end=at(end, zone), **more)


def week(session, day):
    return timesheet.grid(session, *calendar.columns("week", day))


def month(session, day):
    return timesheet.grid(session, *calendar.columns("month", day))


def pieces(sheet):
    return [
        (f"{local_datetime(one.start, sheet.zone):%H:%M}", f"{local_datetime(one.end, sheet.zone):%H:%M}") for one in sheet.pieces
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, SPRING, 23), (BERLIN, AUTUMN, 25), (BERLIN, SPRING - timedelta(days=1), 24),
        (LORD_HOWE, SOUTHERN_SPRING, 23.5), (LORD_HOWE, SOUTHERN_AUTUMN, 24.5), (LORD_HOWE, SOUTHERN_AUTUMN + timedelta(days=1), 24),
    ],
)  # fmt: skip
def test_a_day_on_which_the_clock_changes_holds_as_many_hours_as_it_has(session, zone, day, hours):
    session = set_up(session, zone=zone)
    noon = day_start(day, zone) - 12 * HOUR * SECOND
    for start, end in ((noon, noon + 24 * HOUR * SECOND), (noon + 24 * HOUR * SECOND, day_end(day, zone) + HOUR * SECOND)):
        commands.add_entry(session, start=start, end=end)
    found = timesheet.day_sheet(session, day)
    assert found.seconds == hours * HOUR == (found.ends - found.begins) // SECOND
    assert [piece.start for piece in found.pieces] == [found.begins, noon + 24 * HOUR * SECOND]
    assert found.pieces[-1].end == found.ends
    assert week(session, day).totals[day.weekday()] == hours * HOUR


def test_of_an_hour_that_comes_twice_both_are_counted(session):
    session = set_up(session, zone=BERLIN)
    add(session, "2026-10-25T01:30", "2026-10-25T03:30", BERLIN)
    assert timesheet.day_sheet(session, AUTUMN).seconds == 3 * HOUR
    add(session, "2026-03-29T01:30", "2026-03-29T03:30", BERLIN)
    assert timesheet.day_sheet(session, SPRING).seconds == HOUR


def test_an_entry_over_midnight_counts_for_both_days_and_its_charge_for_the_first(later):
    rate(later, 100_00)
    add(later, "2026-11-16T23:00", "2026-11-17T02:00")
    monday, tuesday = (timesheet.day_sheet(later, TUESDAY - timedelta(days=back)) for back in (1, 0))
    assert (monday.seconds, tuesday.seconds) == (HOUR, 2 * HOUR)
    assert (pieces(monday), pieces(tuesday)) == ([("23:00", "00:00")], [("00:00", "02:00")])
    assert monday.charges == {"EUR": 300_00} and tuesday.charges == {}
    assert tuesday.pieces[0].price is None and tuesday.billable == 2 * HOUR


def test_a_week_has_the_charge_of_what_began_in_it(later):
    rate(later, 100_00)
    add(later, "2026-11-15T23:00", "2026-11-16T02:00")
    before, after = week(later, date(2026, 11, 15)), week(later, date(2026, 11, 16))
    assert (before.seconds, before.charges, after.seconds, after.charges) == (HOUR, {"EUR": 300_00}, 2 * HOUR, {})
    assert after.rows[0].charges == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spans=st.lists(st.tuples(st.integers(0, 30 * HOUR), st.integers(0, 24 * HOUR), st.integers(0, 3)), max_size=12),
    zone=st.sampled_from([BERLIN, "UTC", "America/New_York", "Asia/Kathmandu", LORD_HOWE]),
    monday=st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), date(2026, 3, 2), date(2026, 6, 1), date(2026, 9, 28)]),
)
def test_days_weeks_and_months_add_up_to_the_time_whatever_the_clock_does(session, spans, zone, monday):
    session = set_up(session, "2026-12-31T12:00", zone)
    session.store.database.execute_sql("DELETE FROM time_entry")
    first, last = day_start(monday, zone), day_end(monday + timedelta(days=6), zone)
    end, inside, total = first - 20 * HOUR * SECOND, 0, 0
    for pause, seconds, kind in spans:
        start = end + pause * SECOND
        end = start + seconds * SECOND
        commands.add_entry(session, start=start, end=end, service_id=1 if kind % 2 else None, billable=kind > 1)
        inside += (max(first, min(end, last)) - max(first, min(start, last))) // SECOND
        total += seconds
    found = week(session, monday)
    single = [timesheet.day_sheet(session, monday + timedelta(days=on)) for on in range(7)]
    assert list(found.totals) == [sheet.seconds for sheet in single] and found.seconds == inside == sum(found.totals)
    assert found.billable == sum(sheet.billable for sheet in single)
    assert all(sheet.seconds <= (sheet.ends - sheet.begins) // SECOND for sheet in single)
    for sheet in single:
        bounds = [(piece.start, piece.end) for piece in sheet.pieces]
        assert all(sheet.begins <= start <= stop <= sheet.ends for start, stop in bounds)
        assert all(one[1] <= other[0] for one, other in zip(bounds, bounds[1:], strict=False))
    months = [month(session, date(2026, number, 1)) for number in range(1, 13)]
    assert sum(one.seconds for one in months) == total
    assert all(sum(one.totals) == one.seconds == sum(row.seconds for row in one.rows) for one in months)


def test_gaps_and_what_touches_are_seen_on_the_bar_of_the_day(later):
    add(later, "2026-11-17T08:00", "2026-11-17T10:00")
    add(later, "2026-11-17T10:00", "2026-11-17T12:00", billable=False)
    add(later, "2026-11-17T13:00", "2026-11-17T19:00")
    hours, blocks = day_bar(timesheet.day_sheet(later, TUESDAY), 11)
    assert "".join(text for text, _style in blocks) == "██▄▄·██████"
    assert hours.split()[0] == "8"
    wider, blocks = day_bar(timesheet.day_sheet(later, TUESDAY + timedelta(days=1)), 22)
    assert "".join(text for text, _style in blocks) == "·" * 22


def test_the_bar_of_the_day_reaches_as_far_as_there_is_work_and_stays_within_the_day(session):
    session = set_up(session, zone=BERLIN)
    add(session, "2026-10-24T23:00", "2026-10-25T02:00", BERLIN)
    add(session, "2026-10-25T22:00", "2026-10-26T01:00", BERLIN)
    hours, blocks = day_bar(timesheet.day_sheet(session, AUTUMN), 50)
    line = "".join(text for text, _style in blocks)
    assert line.count("█") + line.count("▓") == 8 and line[:4] == "████" and line[-4:] == "▓▓▓▓" and set(line[4:-4]) == {"·"}
    assert hours.split()[0] == "0" and len(line) == 50


def test_what_runs_counts_up_to_now_and_no_further_than_what_is_planned(later):
    commands.start_timer(later, at=at("2026-11-18T22:00"))
    found = timesheet.day_sheet(later, date(2026, 11, 19))
    assert found.pieces[0].entry.ended_at is None and found.seconds == 24 * HOUR and found.pieces[0].price is None
    assert timesheet.day_sheet(later, date(2026, 11, 20)).seconds == 12 * HOUR
    assert timesheet.day_sheet(later, date(2026, 11, 21)).seconds == 0
    planned = replace(later, now=lambda: at("2026-11-18T23:00"))
    add(planned, "2026-11-19T06:00", "2026-11-19T07:00")
    assert pieces(timesheet.day_sheet(later, date(2026, 11, 19))) == [("00:00", "06:00"), ("06:00", "07:00")]
    assert timesheet.day_sheet(later, date(2026, 11, 20)).seconds == 0
    assert week(later, date(2026, 11, 18)).totals == (0, 0, 2 * HOUR, 7 * HOUR, 0, 0, 0)


def test_what_was_left_running_for_days_is_seen_on_each_of_them(later):
    for begun in ("2026-11-10T09:00", "2026-11-10T10:00", "2026-11-10T10:00", "2026-11-10T10:00", "2026-11-10T10:00"):
        add(later, begun, begun)
    commands.start_timer(later, at=at("2026-11-10T09:00"))
    commands.stop_timer(later, at=at("2026-11-13T09:00"))
    assert week(later, date(2026, 11, 10)).totals == (0, 15 * HOUR, 24 * HOUR, 24 * HOUR, 9 * HOUR, 0, 0)
    days = [timesheet.day_sheet(later, date(2026, 11, day)).seconds // HOUR for day in range(9, 15)]
    assert days == [0, 15, 24, 24, 9, 0]


def test_an_entry_of_no_length_is_shown_on_the_day_of_its_start_alone(later):
    add(later, "2026-11-17T00:00", "2026-11-17T00:00")
    assert len(timesheet.day_sheet(later, TUESDAY).pieces) == 1
    assert timesheet.day_sheet(later, TUESDAY - timedelta(days=1)).pieces == ()


def test_the_week_has_a_row_for_each_client_and_service_with_its_charge(later):
    rate(later, 60_00)
    orion = add_client(later, "Orion").id
    add(later, "2026-11-16T09:00", "2026-11-16T10:00", client_id=orion, service_id=1)
    add(later, "2026-11-18T09:00", "2026-11-18T11:00", client_id=orion, service_id=1)
    add(later, "2026-11-18T11:00", "2026-11-18T12:00", note="whose?")
    found = week(later, date(2026, 11, 16))
    assert [(row.client, row.service) for row in found.rows] == [("Orion", "Work"), (None, None)]
    assert found.rows[0].columns == (HOUR, 0, 2 * HOUR, 0, 0, 0, 0) and found.rows[0].charges == {"EUR": 180_00}
    assert found.totals == (HOUR, 0, 3 * HOUR, 0, 0, 0, 0) and found.state is None


def test_without_a_rate_the_week_says_how_many_and_invents_no_charge(later):
    orion, vega = add_client(later, "Orion").id, add_client(later, "Vega").id
    rate(later, 100_00, client=orion)
    add(later, "2026-11-16T09:00", "2026-11-16T10:00", client_id=orion, service_id=1)
    add(later, "2026-11-16T10:00", "2026-11-16T11:00", client_id=vega, service_id=1)
    add(later, "2026-11-16T11:00", "2026-11-16T12:00", client_id=vega, service_id=1, billable=False)
    found = week(later, date(2026, 11, 16))
    assert (found.unpriced, found.charges, found.billable) == (1, {"EUR": 100_00}, 2 * HOUR)
    assert [(row.client, row.billable, row.charges) for row in found.rows] == [
        ("Orion", True, {"EUR": 100_00}), ("Vega", True, {}), ("Vega", False, {}),
    ]  # fmt: skip


def test_currencies_stand_side_by_side(later):
    orion, vega = add_client(later, "Orion").id, add_client(later, "Vega").id
    rate(later, 100_00, client=orion)
    rate(later, 5000_00, "RUB", client=vega)
    add(later, "2026-11-16T09:00", "2026-11-16T10:00", client_id=orion)
    add(later, "2026-11-16T10:00", "2026-11-16T10:30", client_id=vega)
    assert week(later, date(2026, 11, 16)).charges == {"EUR": 100_00, "RUB": 2500_00}
    assert timesheet.day_sheet(later, date(2026, 11, 16)).charges == {"EUR": 100_00, "RUB": 2500_00}


def test_a_day_that_is_rounded_together_is_so_on_the_sheet_too(later):
    rate(later, 90_00)
    with later.store.writing():
        RoundingPolicy.create(increment=60, direction="up", minimum=0, unit="day")
    for start, end in (("09:00", "09:20"), ("10:00", "10:20"), ("11:00", "11:20")):
        add(later, f"2026-11-17T{start}", f"2026-11-17T{end}")
    assert timesheet.day_sheet(later, TUESDAY).charges == week(later, TUESDAY).charges == {"EUR": 90_00}


def test_a_month_is_cut_at_its_bounds_and_shows_its_weeks(later):
    orion = add_client(later, "Orion").id
    add(later, "2026-10-31T23:00", "2026-11-01T02:00", client_id=orion, service_id=1)
    add(later, "2026-11-03T09:00", "2026-11-03T10:00", client_id=orion, service_id=1, billable=False)
    add(later, "2026-11-30T23:00", "2026-12-01T01:00", client_id=orion, service_id=1)
    later = replace(later, now=lambda: at("2026-12-05T12:00"))
    found = month(later, date(2026, 11, 20))
    assert found.starts == tuple(date(2026, 11, day) for day in (1, 2, 9, 16, 23, 30)) and found.until == date(2026, 12, 1)
    assert found.totals == (2 * HOUR, HOUR, 0, 0, 0, HOUR)
    assert (found.seconds, found.billable) == (4 * HOUR, 3 * HOUR)
    assert month(later, date(2026, 10, 1)).seconds == month(later, date(2026, 12, 1)).seconds == HOUR


@pytest.mark.parametrize(("zone", "day", "hours"), [(BERLIN, SPRING, 743), (BERLIN, AUTUMN, 745), (LORD_HOWE, SOUTHERN_SPRING, 743.5)])
def test_a_month_of_nothing_but_work_has_its_own_hours(session, zone, day, hours):
    session = set_up(session, "2026-12-31T12:00", zone)
    first, until = day.replace(day=1), calendar.next_month(day)
    start, end = day_start(first, zone), day_start(until, zone)
    while start < end:
        commands.add_entry(session, start=start, end=min(end, start + 24 * HOUR * SECOND))
        start += 24 * HOUR * SECOND
    assert month(session, day).seconds == hours * HOUR


def test_the_day_is_the_one_of_who_worked_not_of_who_looks(session):
    session = set_up(session)
    people.add_employee(session, "rita", name="Rita", role="rep")
    database.execute_sql("UPDATE employee SET timezone = 'Asia/Kathmandu' WHERE login = 'rita'")
    rita = replace(session, actor=acting("rita", ""))
    add(session, "2026-11-16T17:15", "2026-11-16T19:15", employee_id=rita.actor.id)
    found = timesheet.day_sheet(session, TUESDAY, rita.actor.id)
    assert pieces(found) == [("00:00", "01:00")] and found.zone == "Asia/Kathmandu"
    assert week(session, TUESDAY).seconds == 0


def test_nobody_reads_the_timesheet_of_who_is_not_theirs(session):
    people.add_employee(session, "rita", name="Rita", role="rep")
    rita = replace(session, actor=acting("rita", ""))
    starts, until = calendar.columns("week", TUESDAY)
    for number in (1, 99):
        with pytest.raises(NotFound):
            timesheet.day_sheet(rita, TUESDAY, number)
        with pytest.raises(NotFound):
            timesheet.grid(rita, starts, until, number)
    assert [name for _id, name in timesheet.members(rita)] == ["Rita"]
    assert [name for _id, name in timesheet.members(session)] == ["Root", "Rita"]


@pytest.mark.parametrize("form", ["day", "week", "month"])
def test_a_window_of_a_large_store_is_found_by_its_index(later, form):
    add(later, "2026-11-16T09:00", "2026-11-16T10:00")
    commands.start_timer(later, at=at("2026-11-18T22:00"))
    asked = []
    later.store.database.query_hooks.append(lambda query: asked.append((query.sql, query.params)))
    try:
        timesheet.day_sheet(later, TUESDAY) if form == "day" else timesheet.grid(later, *calendar.columns(form, TUESDAY))
    finally:
        later.store.database.query_hooks.clear()
    steps = [
        step[3]
        for sql, values in asked
        if "time_entry" in sql
        for step in later.store.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values or ()).fetchall()
    ]
    of_employee = [step.partition("(")[2] for step in steps if "time_entry_of_employee" in step]
    assert of_employee and all("started_at" in step for step in of_employee)
    assert sum("started_at<" in step and "started_at>" not in step for step in of_employee) == 1  # the last one before, a row
    assert any("time_entry_one_running (employee_id=?)" in step for step in steps)
    assert not any(step.startswith(("SCAN t", "SCAN time_entry")) for step in steps)
