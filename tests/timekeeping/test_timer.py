"""The stopwatch: one runs, a start is a switch, a stop always succeeds, nothing overlaps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands as deals
from models.pipeline.views import types
from models.storage.doctor import checks
from models.timekeeping import commands, rules, views
from models.timekeeping.views.prices import prices
from models.values.errors import NotFound, Refused
from models.values.instants import SECOND


class Clock:
    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def clock(session):
    return Clock(session.now())


@pytest.fixture
def at(session, clock):
    return replace(session, now=clock)


def rows(session):
    return session.store.database.execute_sql(
        "SELECT started_at, ended_at, marks FROM time_entry ORDER BY id"
    ).fetchall()


def test_a_start_while_one_runs_is_a_switch_at_one_instant(at, clock):
    commands.start_timer(at, note="first")
    clock.at += 90 * SECOND
    commands.start_timer(at, note="second")
    (first_start, first_end, _m), (second_start, second_end, _n) = rows(at)
    assert first_end == second_start and second_end is None
    assert (first_end - first_start) == 90 * SECOND
    assert views.running(at).note == "second"


def test_entries_are_whole_seconds(at, clock):
    clock.at = clock.at // SECOND * SECOND + 987_654
    commands.start_timer(at)
    clock.at += 10 * SECOND + 500_000
    assert commands.stop_timer(at).seconds == 11
    assert all(row[0] % SECOND == row[1] % SECOND == 0 for row in rows(at))


def test_a_deal_brings_its_client_and_stage_and_the_only_service(at, clock):
    deal = deals.new_deal(at, "Orion Legal", type_id=types(at)[0].id).deal_id
    clock.at += SECOND
    commands.start_timer(at, deal_id=deal)
    entry = views.running(at)
    assert (entry.client, entry.stage, entry.service) == ("Orion Legal", "Initiating interest", "Work")


def test_with_two_services_none_is_guessed(at):
    commands.add_service(at, "Travel")
    commands.start_timer(at)
    assert views.running(at).service is None


def test_stopping_what_does_not_run_is_refused(at):
    with pytest.raises(Refused) as refusal:
        commands.stop_timer(at)
    assert refusal.value.code == "nothing_runs"


def test_stopped_after_a_planned_entry_began_it_ends_there_and_is_marked(at, clock):
    commands.start_timer(at)
    planned = clock.at // SECOND * SECOND + 60 * SECOND
    at.store.database.execute_sql(
        "INSERT INTO time_entry (employee_id, started_at, ended_at, billable, note, marks, created_at)"
        " VALUES (1, ?, ?, 1, '', '', 0)",
        (planned, planned + 60 * SECOND),
    )
    clock.at += 90 * SECOND
    entry = commands.stop_timer(at)
    assert entry.ended_at == planned and rows(at)[0][2] == "cut"
    assert all(check.ok for check in checks(at.store))


def test_a_clock_that_went_back_leaves_an_entry_of_no_length_marked(at, clock):
    commands.start_timer(at)
    clock.at -= 3600 * SECOND
    entry = commands.stop_timer(at)
    assert entry.seconds == 0 and rows(at)[0][2] == "clock"


def test_after_the_clock_went_back_a_start_follows_the_last_entry_and_is_marked(at, clock):
    commands.start_timer(at)
    clock.at += 3600 * SECOND
    end = commands.stop_timer(at).ended_at
    clock.at -= 1800 * SECOND
    commands.start_timer(at)
    assert views.running(at).started_at == end and rows(at)[1][2] == "clock"


def test_a_late_start_within_another_entry_is_refused_with_what_is_in_the_way(at, clock):
    begun = clock.at
    commands.start_timer(at)
    clock.at += 600 * SECOND
    commands.stop_timer(at)
    with pytest.raises(Refused) as refusal:
        commands.start_timer(at, at=begun + 60 * SECOND)
    assert refusal.value.code == "overlaps" and refusal.value.details == [{"id": 1}]


def test_a_start_in_the_future_is_refused(at, clock):
    with pytest.raises(Refused) as refusal:
        commands.start_timer(at, at=clock.at + SECOND)
    assert refusal.value.code == "in_future"


def test_nobody_times_a_deal_they_may_not_see(at):
    people.add_employee(at, "anna", name="Anna", role="rep")
    deal = deals.new_deal(at, "Orion Legal", type_id=types(at)[0].id).deal_id
    anna = replace(at, actor=acting("anna", ""))
    with pytest.raises(NotFound):
        commands.start_timer(anna, deal_id=deal)
    assert rows(at) == []


@given(st.lists(st.tuples(st.sampled_from(["start", "stop"]), st.integers(-400, 4000)), max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_clock_does_one_runs_at_most_and_nothing_overlaps(at, clock, steps):
    at.store.database.execute_sql("DELETE FROM time_entry")  # the fixture's store serves every example
    for step, seconds in steps:
        clock.at += seconds * SECOND
        try:
            commands.start_timer(at) if step == "start" else commands.stop_timer(at)
        except Refused as refusal:
            assert (step, refusal.code) in (("stop", "nothing_runs"), ("start", "timer_forgotten"))
    assert all(check.ok for check in checks(at.store) if "entr" in check.name)


@given(st.integers(0, 10**9), st.integers(-(10**9), 10**9), st.none() | st.integers(0, 10**9))
def test_an_entry_ends_in_whole_seconds_never_before_its_start(start, after, planned):
    start *= SECOND
    planned = None if planned is None else start + planned * SECOND
    end, cut = rules.end_of(start, start + after, planned)
    assert end >= start and end % SECOND == 0 and (planned is None or end <= planned)
    assert cut == (planned is not None and planned < max(start, rules.whole_second(start + after)))


def test_what_runs_counts_no_further_than_to_the_next_entry_planned_ahead(at, clock):
    """In the status, in its price, in the header's stopwatch, and when it is stopped at last."""
    begun = clock.at = clock.at // SECOND * SECOND
    commands.add_entry(at, start=begun + 3600 * SECOND, end=begun + 7200 * SECOND)
    commands.start_timer(at)
    clock.at += 5400 * SECOND
    seen = views.watched(at)
    assert views.running(at).seconds == 3600 and seen.until == begun + 3600 * SECOND
    assert [views.elapsed(seen, begun + after * SECOND) for after in (60, 3600, 9999)] == [60, 3600, 3600]
    assert [one.seconds for one in prices(at)] == [3600, 3600]
    assert commands.stop_timer(at).seconds == 3600


def test_what_was_timed_on_an_archived_service_is_not_offered_again(at, clock):
    other, third = (commands.add_service(at, name) for name in ("Audit", "Travel"))
    for service in (other, 1, third):
        commands.start_timer(at, service_id=service)
        clock.at += 60 * SECOND
    commands.archive_service(at, other)
    assert [one.service for one in views.recent(at)] == ["Travel", "Work"]
