"""A total typed into a cell of the week: it grows in the first gap and shrinks from the end, or nothing changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.clients.commands import add_client
from models.journal.tables import Lock
from models.people import commands as people
from models.people.views import acting
from models.timekeeping import commands, views
from models.timekeeping.tables import Service
from models.timekeeping.views import timesheet
from models.values.errors import NotFound, Refused
from models.values.instants import parse_instant

DAY = date(2026, 11, 20)
HOUR = 3600


def at(clock_time, day=DAY, zone="UTC"):
    return parse_instant(f"{day}T{clock_time:0>5}", zone)


@pytest.fixture
def evening(session):
    add_client(session, "Orion")
    return replace(session, now=lambda: at("20:00") + 7)


def put(session, hours, day=DAY, **more):
    said = {"client_id": 1, "deal_id": None, "service_id": 1, **more}
    commands.set_cell(session, day=day, seconds=int(hours * HOUR), **said)


def spans(session, day=DAY):
    begins = at("0:00", day)
    rows = session.store.database.execute_sql("SELECT started_at, ended_at FROM time_entry ORDER BY started_at, ended_at")
    return [tuple(None if each is None else (each - begins) / 1e6 / HOUR for each in row) for row in rows.fetchall()]


def refused(session, code, *said, **more):
    before = list(session.store.database.connection().iterdump())
    with pytest.raises(Refused) as refusal:
        put(session, *said, **more)
    assert refusal.value.code == code
    assert list(session.store.database.connection().iterdump()) == before


def test_it_grows_in_the_first_gap_from_nine_on_and_shrinks_from_the_end(evening):
    put(evening, 1)
    commands.add_entry(evening, start=at("11:00"), end=at("12:00"))
    put(evening, 2.5)
    put(evening, 4)
    assert spans(evening) == [(9, 10), (11, 12), (12, 13.5), (13.5, 15)]
    put(evening, 1.5)
    assert spans(evening) == [(9, 10), (11, 12), (12, 12.5)]
    put(evening, 0)
    assert spans(evening) == [(11, 12)]
    commands.undo_time(evening)
    assert spans(evening) == [(9, 10), (11, 12), (12, 12.5)]


def test_the_same_total_again_is_no_step(evening):
    put(evening, 1)
    before = list(evening.store.database.connection().iterdump())
    put(evening, 1)
    assert list(evening.store.database.connection().iterdump()) == before


def test_a_full_day_is_filled_from_midnight_where_nothing_fits_after_nine(evening):
    commands.add_entry(evening, start=at("9:00"), end=at("23:00"))
    put(evening, 8)
    assert spans(evening) == [(0, 8), (9, 23)]
    refused(evening, "no_room", 10)


def test_an_entry_of_0_seconds_takes_no_room_and_stays(evening):
    commands.add_entry(evening, start=at("9:30"), end=at("9:30"), client_id=1, service_id=1, note="called")
    put(evening, 2)
    assert spans(evening) == [(9, 11), (9.5, 9.5)]
    put(evening, 0)
    assert spans(evening) == [(9.5, 9.5)]


def test_nothing_is_entered_where_it_would_end_what_runs(evening):
    commands.start_timer(evening, at=at("12:00"))
    put(evening, 3)
    assert spans(evening) == [(9, 12), (12, None)]
    put(evening, 11)
    assert spans(evening) == [(0, 8), (9, 12), (12, None)]
    refused(evening, "no_room", 13)
    put(evening, 2, day=DAY + timedelta(days=1))  # planned ahead
    assert spans(evening)[-1] == (33, 35)


def test_what_runs_and_what_lies_across_midnight_is_not_typed_over(evening):
    commands.start_timer(evening, client_id=1, service_id=1, at=at("19:00"))
    refused(evening, "still_runs", 1)
    commands.stop_timer(evening)
    commands.add_entry(evening, start=at("23:00"), end=at("1:00", date(2026, 11, 21)), client_id=1, service_id=1)
    refused(evening, "crosses_midnight", 1)
    refused(evening, "crosses_midnight", 1, day=date(2026, 11, 21))


def test_totals_that_cannot_be(evening):
    refused(evening, "bad_duration", 25)
    refused(evening, "bad_duration", -1)
    refused(evening, "too_far", 1, day=date(2028, 1, 1))
    Service.update(archived_at=1).execute()
    refused(evening, "service_archived", 1)
    with pytest.raises(NotFound):
        put(evening, 1, service_id=99)
    with pytest.raises(NotFound):
        put(evening, 1, client_id=99)


def test_only_the_entries_that_would_be_cut_must_be_free(evening):
    first = commands.add_entry(evening, start=at("9:00"), end=at("10:00"), client_id=1, service_id=1)
    commands.add_entry(evening, start=at("11:00"), end=at("12:00"), client_id=1, service_id=1)
    Lock.create(subject="entry", subject_id=first, use="billing", holder="x", at=1)
    put(evening, 1.5)
    assert spans(evening) == [(9, 10), (11, 11.5)]
    refused(evening, "locked", 0.5)
    people.set_company(evening, locked_before=date(2026, 11, 21))
    refused(evening, "locked", 3)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 10, 25), 25), ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5), ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),
    ],
)  # fmt: skip
def test_a_day_has_the_hours_that_pass_in_it_and_nine_is_on_the_clock(evening, zone, day, hours):
    people.set_employee(evening, "root", timezone=zone)
    put(evening, 1, day=day)
    assert views.entries(evening)[0].started_at == at("9:00", day, zone)
    refused(evening, "bad_duration", hours + 0.1, day=day)
    put(evening, 0, day=day)
    put(evening, min(hours, 24), day=day)
    assert timesheet.grid(evening, [day], day + timedelta(days=1)).seconds == min(hours, 24) * HOUR


def test_whose_cells_one_may_type_into(evening):
    for login, role, team in (("rep", "rep", "A"), ("boss", "manager", "A"), ("other", "manager", "B")):
        people.add_employee(evening, login, name=login, role=role, team=team)
    who = {login: replace(evening, actor=acting(login, "")) for login in ("rep", "boss", "other")}
    said = {"client_id": None, "employee_id": who["rep"].actor.id}
    put(who["boss"], 2, **said)
    for login, session in (("other", who["other"]), ("rep", who["rep"])):
        before = list(evening.store.database.connection().iterdump())
        with pytest.raises(NotFound):
            put(session, 1, client_id=None, employee_id=who["rep" if login == "other" else "boss"].actor.id)
        assert list(evening.store.database.connection().iterdump()) == before
    put(who["rep"], 1, client_id=None)
    assert spans(evening) == [(9, 10)]
