"""A stopwatch that nobody watches: when it counts as forgotten, and the four answers; late starts, going on, assigning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.clients import commands as clients
from models.journal.commands import take_back
from models.journal.views import lines_of
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands as deals
from models.pipeline.views import types
from models.timekeeping import commands, views
from models.timekeeping.commands.rates import set_rate
from models.timekeeping.tables import FixedPrice, Service, TimesheetWeek
from models.timekeeping.views.prices import price
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import DAY, MINUTE, SECOND, local_day
from models.values.money import Money

HOUR = 60 * MINUTE


class Clock:
    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def clock(session):
    return Clock(session.now() // SECOND * SECOND)


@pytest.fixture
def at(session, clock):
    return replace(session, now=clock)


def marks(session, entry_id):
    return session.store.database.execute_sql("SELECT marks FROM time_entry WHERE id = ?", (entry_id,)).fetchone()[0]


def refused(command, *arguments, **named):
    with pytest.raises(Refused) as refusal:
        command(*arguments, **named)
    return refusal.value.code


def signs(session):
    return [row[0] for row in session.store.database.execute_sql("SELECT at FROM sign_of_life").fetchall()]


def test_it_is_forgotten_only_after_longer_than_the_limit_without_a_sign(at, clock):
    commands.start_timer(at)
    clock.at += 30 * MINUTE
    assert views.forgotten(at) is None
    clock.at += SECOND
    found = views.forgotten(at)
    assert found is not None and found.last_sign == found.entry.started_at


def test_the_limit_is_the_sessions(at, clock):
    commands.start_timer(at)
    clock.at += 10 * MINUTE
    assert views.forgotten(at) is None
    assert views.forgotten(replace(at, forgotten_after=540)) is not None


def test_a_beat_and_a_command_are_signs_of_life_and_those_of_others_are_none(at, clock):
    people.add_employee(at, "anna", name="Anna", role="rep")
    anna = replace(at, actor=acting("anna", ""))
    started = clock.at
    commands.start_timer(at)
    clock.at += 20 * MINUTE
    assert commands.still_there(at)
    clock.at += 20 * MINUTE
    assert views.forgotten(at) is None
    deals.new_deal(at, "Orion", type_id=types(at)[0].id)
    clock.at += 20 * MINUTE
    commands.start_timer(anna)
    assert views.forgotten(at) is None
    clock.at += 20 * MINUTE
    found = views.forgotten(at)
    assert found is not None and found.last_sign == started + 40 * MINUTE


def test_a_beat_is_written_once_a_minute_only_while_something_runs_and_leaves_no_line(at, clock):
    commands.still_there(at)
    assert signs(at) == []
    entry = commands.start_timer(at)
    begun, lines = clock.at, len(lines_of("entry", entry))
    for _second in range(120):
        commands.still_there(at)
        clock.at += SECOND
    assert signs(at) == [begun + MINUTE]
    assert len(lines_of("entry", entry)) == lines


def test_a_beat_of_a_clock_that_went_wrong_is_replaced(at, clock):
    commands.start_timer(at)
    clock.at += DAY
    people.sign_of_life(at)
    clock.at -= DAY - HOUR
    people.sign_of_life(at)
    assert signs(at) == [clock.at]


def test_a_forgotten_one_gets_no_beat_before_it_was_asked_about(at, clock):
    commands.start_timer(at)
    clock.at += HOUR
    assert not commands.still_there(at) and signs(at) == []
    assert views.forgotten(at) is not None


def test_start_switch_and_going_on_wait_for_the_answer_and_write_nothing(at, clock):
    first = commands.start_timer(at)
    begun = clock.at
    clock.at += HOUR
    for command in (commands.start_timer, commands.switch_timer, commands.continue_entry):
        with pytest.raises(Refused) as refusal:
            command(at)
        assert refusal.value.code == "timer_forgotten"
        assert refusal.value.details[0]["id"] == first and "last_sign" in refusal.value.details[0]
    assert [one.id for one in views.entries(at)] == [first]
    assert views.running(at).started_at == begun


def test_a_forgotten_one_is_stopped_at_once_and_marked(at, clock):
    entry = commands.start_timer(at)
    clock.at += HOUR
    assert commands.stop_timer(at).seconds == 3600
    assert marks(at, entry) == "forgotten"


def test_one_stopped_in_time_has_no_mark(at, clock):
    entry = commands.start_timer(at)
    clock.at += 29 * MINUTE
    commands.stop_timer(at)
    assert marks(at, entry) == ""


def test_keep_lets_it_run_on_as_if_nothing_had_been(at, clock):
    entry = commands.start_timer(at)
    clock.at += HOUR
    assert commands.recover_timer(at, "keep").ended_at is None
    assert views.forgotten(at) is None and views.running(at).id == entry
    commands.start_timer(at)
    assert views.entry(at, entry).seconds == 3600


def test_trim_ends_it_at_the_last_sign_of_life(at, clock):
    commands.start_timer(at)
    clock.at += 12 * MINUTE
    commands.still_there(at)
    clock.at += 9 * HOUR
    assert commands.recover_timer(at, "trim").seconds == 12 * 60
    assert views.running(at) is None


def test_end_ends_it_at_the_time_that_was_said(at, clock):
    commands.start_timer(at)
    begun = clock.at
    clock.at += 9 * HOUR
    assert refused(commands.recover_timer, at, "end", clock.at + SECOND) == "in_future"
    assert refused(commands.recover_timer, at, "end", begun - SECOND) == "before_start"
    assert commands.recover_timer(at, "end", begun + 2 * HOUR).seconds == 7200


def test_discard_takes_it_away_and_its_line_can_be_taken_back(at, clock):
    entry = commands.start_timer(at, note="kept")
    clock.at += HOUR
    assert commands.recover_timer(at, "discard") is None
    assert views.running(at) is None and views.entries(at) == []
    with at.store.writing():
        take_back(lines_of("entry", entry)[-1].facts["rows"])
    assert views.running(at).note == "kept"


def test_only_a_forgotten_one_is_answered_for(at, clock):
    assert refused(commands.recover_timer, at, "keep") == "nothing_runs"
    commands.start_timer(at)
    for answer in ("keep", "trim", "discard"):
        assert refused(commands.recover_timer, at, answer) == "not_forgotten"
    with pytest.raises(Usage):
        commands.recover_timer(at, "end")
    with pytest.raises(Usage):
        commands.recover_timer(at, "forget")
    assert views.running(at) is not None


def test_a_late_start_before_an_entry_that_has_been_is_refused_with_it(at, clock):
    begun = clock.at
    commands.start_timer(at)
    clock.at += 10 * MINUTE
    commands.stop_timer(at)
    clock.at += 10 * MINUTE
    with pytest.raises(Refused) as refusal:
        commands.start_timer(at, at=begun - MINUTE)
    assert refusal.value.code == "overlaps" and [one["id"] for one in refusal.value.details] == [1]
    commands.start_timer(at, at=begun + 10 * MINUTE)


def test_a_late_start_on_a_closed_day_is_refused(at, clock):
    people.set_company(at, locked_before=date(2100, 1, 1))
    assert refused(commands.start_timer, at, at=clock.at - MINUTE) == "locked"
    people.set_company(at, locked_before=None)
    commands.start_timer(at, at=clock.at - MINUTE)


def test_a_late_start_in_an_approved_week_is_refused(at, clock):
    day = local_day(clock.at, "UTC")
    with at.store.writing():
        TimesheetWeek.create(
            employee=1, monday=day - timedelta(days=day.weekday()), state="approved", submitted_at=0, answered_at=0, answer=""
        )
    assert refused(commands.start_timer, at, at=clock.at) == "locked"
    assert views.running(at) is None


def test_going_on_makes_a_new_entry_with_the_same_fields(at, clock):
    assert refused(commands.continue_entry, at) == "nothing_to_continue"
    deal = deals.new_deal(at, "Orion", type_id=types(at)[0].id).deal_id
    first = commands.start_timer(at, deal_id=deal, note="letter")
    clock.at += MINUTE
    commands.start_timer(at, note="else")
    clock.at += MINUTE
    made = commands.continue_entry(at, first)
    entry = views.entry(at, made)
    assert made != first and (entry.deal_id, entry.client, entry.service, entry.note) == (deal, "Orion", "Work", "letter")
    clock.at += MINUTE
    commands.stop_timer(at)
    clock.at += MINUTE
    assert views.entry(at, commands.continue_entry(at)).note == "letter"


def test_one_goes_on_with_ones_own_entries_only(at):
    people.add_employee(at, "anna", name="Anna", role="rep")
    entry = commands.start_timer(at)
    with pytest.raises(NotFound):
        commands.continue_entry(replace(at, actor=acting("anna", "")), entry)


def test_an_archived_service_takes_no_more_time(at, clock):
    entry = commands.start_timer(at, service_id=1)
    with at.store.writing():
        Service.update(archived_at=clock.at).execute()
    assert refused(commands.start_timer, at, service_id=1) == "service_archived"
    assert refused(commands.continue_entry, at, entry) == "service_archived"
    assert commands.stop_timer(at).id == entry


def test_what_runs_is_assigned_and_a_client_of_nobodys_concern_is_not(at):
    people.add_employee(at, "anna", name="Anna", role="rep")
    anna = replace(at, actor=acting("anna", ""))
    hidden = clients.add_client(at, "Secret").id
    deal = deals.new_deal(anna, "Orion", type_id=types(at)[0].id).deal_id
    commands.start_timer(anna)
    with pytest.raises(NotFound):
        commands.assign_timer(anna, client_id=hidden)
    with pytest.raises(NotFound):
        commands.start_timer(anna, client_id=hidden)
    assert commands.assign_timer(anna, deal_id=deal, note="late").client == "Orion"
    other = clients.add_client(anna, "Vega").id
    entry = commands.assign_timer(anna, client_id=other)
    assert (entry.client, entry.deal_id, entry.note, entry.service) == ("Vega", None, "late", "Work")
    assert commands.assign_timer(anna, note="more").note == "more"


def test_what_runs_over_a_closed_midnight_is_priced_whole_when_it_ends(at, clock):
    begun = clock.at
    entry = commands.start_timer(at)
    people.set_company(at, locked_before=local_day(begun, "UTC") + timedelta(days=2))
    clock.at += 20 * MINUTE
    set_rate(at, side="bill", amount=Money(6000, "EUR"), from_day=date(2020, 1, 1), confirmed=True)
    clock.at = begun + HOUR
    commands.stop_timer(at)
    assert price(at, entry).charge == Money(6000, "EUR")


def test_what_is_discarded_takes_a_fixed_price_along(at, clock):
    entry = commands.start_timer(at)
    with at.store.writing():
        FixedPrice.create(entry=entry, side="bill", rounded_seconds=0, at=clock.at)
    clock.at += HOUR
    assert commands.recover_timer(at, "discard") is None
    assert at.store.database.execute_sql("SELECT count(*) FROM fixed_price").fetchone() == (0,)
