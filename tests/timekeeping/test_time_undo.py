"""Undo and redo of time: one's own steps, the stopwatch's among them, unless somebody changed or locked it since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.clients.commands import add_client
from models.journal.tables import Lock
from models.people import commands as people
from models.people.views import acting
from models.storage.doctor import checks
from models.timekeeping import commands, views
from models.timekeeping.commands.rates import set_rate
from models.timekeeping.tables import Rate
from models.timekeeping.views.prices import price, prices
from models.values.errors import Refused
from models.values.instants import DAY, MINUTE, parse_instant
from models.values.money import Money

NOON = parse_instant("2026-11-20T12:00", "UTC")
HOUR = 60 * MINUTE


class Clock:
    at = NOON

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def root(session, clock):
    return replace(session, now=clock)


@pytest.fixture
def anna(root):
    people.add_employee(root, "anna", name="Anna", role="rep")
    return replace(root, actor=acting("anna", ""))


def spans(session):
    rows = session.store.database.execute_sql("SELECT started_at, ended_at FROM time_entry ORDER BY started_at, ended_at")
    return [tuple(None if each is None else (each - NOON) / HOUR for each in row) for row in rows.fetchall()]


def add(session, start, end, **more):
    return commands.add_entry(session, start=NOON + int(start * HOUR), end=NOON + int(end * HOUR), **more)


def refused(session, code, command=commands.undo_time):
    before = list(session.store.database.connection().iterdump())
    with pytest.raises(Refused) as refusal:
        command(session)
    assert refusal.value.code == code
    assert list(session.store.database.connection().iterdump()) == before


def test_steps_of_the_stopwatch_are_taken_back_and_made_again(anna, clock):
    commands.start_timer(anna)
    clock.at += 15 * MINUTE
    commands.switch_timer(anna, note="b")
    clock.at += 15 * MINUTE
    commands.stop_timer(anna)
    states = [[], [(0, None)], [(0, 0.25), (0.25, None)], [(0, 0.25), (0.25, 0.5)]]
    assert spans(anna) == states[3]
    for state in reversed(states[:3]):
        commands.undo_time(anna)
        assert spans(anna) == state
    refused(anna, "nothing_to_undo")
    for state in states[1:]:
        commands.redo_time(anna)
        assert spans(anna) == state
    refused(anna, "nothing_to_redo", commands.redo_time)
    commands.undo_time(anna)
    assert spans(anna) == states[2]


def test_a_forgotten_stopwatch_that_was_discarded_comes_back(anna, clock):
    commands.start_timer(anna)
    clock.at += 3 * HOUR
    commands.recover_timer(anna, "discard")
    assert spans(anna) == []
    commands.undo_time(anna)
    assert spans(anna) == [(0, None)]


def test_nothing_is_made_again_after_a_new_step_even_when_that_is_taken_back(anna):
    add(anna, -4, -3)
    commands.undo_time(anna)
    add(anna, -2, -1)
    refused(anna, "nothing_to_redo", commands.redo_time)
    commands.undo_time(anna)
    commands.redo_time(anna)
    assert spans(anna) == [(-2, -1)]
    refused(anna, "nothing_to_redo", commands.redo_time)


def test_a_deleted_entry_comes_back_with_its_number_and_its_own_rate(root):
    add_client(root, "Orion")
    made = add(root, -2, -1, client_id=1)
    set_rate(root, side="bill", amount=Money(9900, "EUR"), from_day=date(2026, 11, 1), entry_id=made, confirmed=True)
    commands.delete_entries(root, [made])
    commands.undo_time(root)
    assert views.entry(root, made).seconds == 3600 and Rate.select().where(Rate.entry == made).count() == 1


def test_both_halves_of_a_split_keep_the_rate_of_the_whole(root):
    made = add(root, -4, -2)
    set_rate(root, side="bill", amount=Money(9900, "EUR"), from_day=date(2026, 11, 1), entry_id=made, confirmed=True)
    halves = commands.split_entry(root, made, NOON - 3 * HOUR)
    assert [price(root, each).charge for each in halves] == [Money(9900, "EUR")] * 2
    add(root, -2.75, -2.25, trim=True)
    assert [one.charge.amount if one.charge else None for one in prices(root)] == [9900, 2475, None, 2475]
    commands.undo_time(root)
    assert spans(root) == [(-4, -3), (-3, -2)]
    commands.merge_entries(root, halves)
    assert [one.charge for one in prices(root)] == [Money(19800, "EUR")]


def test_entries_whose_own_rates_differ_are_not_merged(root):
    first, second = add(root, -4, -3), add(root, -3, -2)
    set_rate(root, side="bill", amount=Money(9900, "EUR"), from_day=date(2026, 11, 1), entry_id=first, confirmed=True)
    before = list(root.store.database.connection().iterdump())
    with pytest.raises(Refused) as refusal:
        commands.merge_entries(root, [first, second])
    assert refusal.value.code == "not_alike" and list(root.store.database.connection().iterdump()) == before


def test_what_another_changed_since_stays(anna, root):
    made = add(anna, -2, -1)
    commands.edit_entry(root, made, end=NOON - HOUR // 2)
    refused(anna, "changed_since")
    commands.undo_time(root)
    commands.undo_time(anna)
    assert spans(anna) == []


def test_what_would_lie_on_another_entry_stays(anna, root):
    made = add(anna, -2, -1)
    commands.delete_entries(anna, [made])
    add(root, -2, -1, employee_id=anna.actor.id)
    refused(anna, "changed_since")


def test_no_time_comes_back_under_a_stopwatch(anna, root):
    made = add(anna, -2, -1)
    commands.delete_entries(root, [made])
    commands.start_timer(anna, at=NOON - 3 * HOUR)
    refused(root, "changed_since")


def test_no_stopwatch_runs_again_over_what_was_entered_since(anna, root, clock):
    commands.start_timer(anna, at=NOON - HOUR)
    commands.stop_timer(anna)
    clock.at += 2 * HOUR
    add(root, 0.5, 1, employee_id=anna.actor.id)
    refused(anna, "changed_since")


def test_what_was_locked_since_stays(anna):
    made = add(anna, -2, -1)
    Lock.create(subject="entry", subject_id=made, use="billing", holder="x", at=1)
    refused(anna, "locked")


def test_time_that_was_closed_since_stays(anna, root):
    made = add(anna, -2, -1)
    commands.delete_entries(anna, [made])
    people.set_company(root, locked_before=date(2026, 11, 21))
    refused(anna, "locked")


def test_a_step_is_taken_back_for_30_days(anna, clock):
    add(anna, -2, -1)
    clock.at += 30 * DAY + 1
    refused(anna, "too_old")
    clock.at -= 1
    commands.undo_time(anna)
    assert spans(anna) == []


def test_another_persons_step_is_not_taken_back(anna, root):
    add(anna, -2, -1)
    refused(root, "nothing_to_undo")
    assert [check.name for check in checks(root.store) if not check.ok] == []
