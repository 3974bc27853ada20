"""Weeks are handed in, approved, declined and opened again; what is approved does not change, and the doctor sees to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.clients.commands import add_client
from models.journal.tables import Lock
from models.people import commands as people
from models.people.views import acting
from models.storage.doctor import INVARIANTS, checks
from models.timekeeping import commands, views
from models.timekeeping.commands.rates import set_rate
from models.timekeeping.tables import FixedPrice
from models.timekeeping.views.prices import price
from models.timekeeping.views.weeks import weeks
from models.values.errors import Refused
from models.values.instants import parse_instant
from models.values.money import Money

MONDAY = date(2026, 11, 16)


def at(text, zone="UTC"):
    return parse_instant(text, zone)


def dump(session):
    return list(session.store.database.connection().iterdump())


def broken(session):
    return [check.name for check in checks(session.store) if not check.ok]


def refused(session, code, command, *said, **more):
    before = dump(session)
    with pytest.raises(Refused) as refusal:
        command(session, *said, **more)
    assert refusal.value.code == code and dump(session) == before
    return refusal.value


@pytest.fixture
def who(session):
    """root, and anna (a rep), her manager, another team's manager and an accountant, on the Tuesday after the week."""
    session = replace(session, now=lambda: at("2026-11-24T12:00"))
    people.set_company(session, weeks_approved=True)
    for login, role, team in (("anna", "rep", "A"), ("boss", "manager", "A"), ("other", "manager", "B"), ("acc", "accountant", None)):
        people.add_employee(session, login, name=login, role=role, team=team)
    found = {login: replace(session, actor=acting(login, "")) for login in ("anna", "boss", "other", "acc")}
    add_client(found["anna"], "Orion")
    return {"root": session, **found}


def work(session, start="2026-11-17T09:00", end="2026-11-17T10:00", client_id=1, service_id=1):
    return commands.add_entry(session, start=at(start), end=at(end), client_id=client_id, service_id=service_id)


def approved(who):
    made = work(who["anna"])
    commands.submit_week(who["anna"], MONDAY)
    commands.answer_week(who["boss"], who["anna"].actor.id, MONDAY, approve=True)
    return made


def test_an_approved_week_locks_its_entries_and_fixes_their_prices(who):
    set_rate(who["root"], side="bill", amount=Money(10000, "EUR"), from_day=date(2026, 1, 1))
    made = approved(who)
    state = weeks(who["anna"])[0]
    assert (state.employee, state.monday, state.state, state.answered_by) == ("anna", MONDAY, "approved", "boss")
    anna = who["anna"]
    refused(anna, "locked", commands.edit_entry, made, note="x")
    refused(anna, "locked", commands.delete_entries, [made])
    refused(anna, "locked", commands.duplicate_entry, made, date(2026, 11, 22))
    refused(anna, "locked", work, start="2026-11-20T09:00", end="2026-11-20T10:00")
    refused(anna, "locked", commands.set_cell, day=MONDAY, seconds=60, client_id=None, deal_id=None, service_id=None)
    refused(anna, "locked", commands.undo_time)
    set_rate(who["root"], side="bill", amount=Money(20000, "EUR"), from_day=date(2026, 11, 1), confirmed=True)
    assert price(who["root"], made).charge == Money(10000, "EUR")
    assert broken(who["root"]) == []


def test_opened_again_it_changes_and_is_priced_anew(who):
    made = approved(who)
    boss, anna = who["boss"], who["anna"]
    refused(boss, "reason_required", commands.reopen_week, anna.actor.id, MONDAY, reason=" ")
    commands.reopen_week(boss, anna.actor.id, MONDAY, reason="a day was missing")
    assert weeks(anna)[0].state == "declined" and not Lock.select().exists() and not FixedPrice.select().exists()
    commands.edit_entry(anna, made, note="x")
    commands.submit_week(anna, MONDAY)
    commands.answer_week(boss, anna.actor.id, MONDAY, approve=True)
    assert broken(who["root"]) == []


@pytest.mark.parametrize("use", ["billing", "payroll"])
def test_what_was_billed_or_paid_keeps_the_week_closed(who, use):
    made = approved(who)
    Lock.create(subject="entry", subject_id=made, use=use, holder="x", at=1)
    refused(who["boss"], "locked", commands.reopen_week, who["anna"].actor.id, MONDAY, reason="x")


def test_what_cannot_be_handed_in(who):
    anna = who["anna"]
    refused(anna, "not_monday", commands.submit_week, date(2026, 11, 17))
    refused(anna, "nothing_there", commands.submit_week, MONDAY)
    first = work(anna, client_id=None)
    second = work(anna, start="2026-11-18T09:00", end="2026-11-18T10:00", service_id=None)
    refusal = refused(anna, "to_be_assigned", commands.submit_week, MONDAY)
    assert [one["id"] for one in refusal.details] == [first, second]
    commands.change_entries(anna, [first, second], client_id=1, service_id=1)
    commands.submit_week(anna, MONDAY)
    refused(anna, "already_submitted", commands.submit_week, MONDAY)
    this_week = date(2026, 11, 23)
    commands.start_timer(anna, client_id=1, service_id=1)
    refused(anna, "still_runs", commands.submit_week, this_week)
    commands.stop_timer(anna)
    work(anna, start="2026-11-27T09:00", end="2026-11-27T10:00")
    refused(anna, "too_early", commands.submit_week, this_week)
    people.set_company(who["root"], weeks_approved=False)
    refused(anna, "weeks_not_used", commands.submit_week, date(2026, 11, 9))


def test_what_became_incomplete_since_is_not_approved(who):
    anna, boss = who["anna"], who["boss"]
    made = work(anna)
    commands.submit_week(anna, MONDAY)
    commands.edit_entry(anna, made, service_id=None)
    refused(boss, "to_be_assigned", commands.answer_week, anna.actor.id, MONDAY, approve=True)
    refused(boss, "reason_required", commands.answer_week, anna.actor.id, MONDAY, approve=False)
    commands.answer_week(boss, anna.actor.id, MONDAY, approve=False, answer="say what it was")
    assert weeks(anna)[0].answer == "say what it was"
    refused(boss, "not_submitted", commands.answer_week, anna.actor.id, MONDAY, approve=True)
    refused(anna, "not_submitted", commands.withdraw_week, MONDAY)


def test_a_week_is_taken_back_before_it_is_answered(who):
    anna = who["anna"]
    work(anna)
    commands.submit_week(anna, MONDAY)
    commands.withdraw_week(anna, MONDAY)
    assert weeks(anna) == []
    refused(who["boss"], "not_submitted", commands.answer_week, anna.actor.id, MONDAY, approve=True)


def test_who_may_answer_for_whom(who):
    for name in ("anna", "boss", "root"):
        work(who[name])
        commands.submit_week(who[name], MONDAY)
    seen, unseen = "not_permitted", "not_found"
    for name, owner, code in (
        ("anna", "anna", seen), ("boss", "boss", seen), ("other", "anna", unseen), ("acc", "anna", seen),
        ("anna", "boss", unseen), ("boss", "root", unseen),
    ):  # fmt: skip
        before = dump(who["root"])
        for command, more in ((commands.answer_week, {"approve": True}), (commands.reopen_week, {"reason": "x"})):
            with pytest.raises(Refused) as refusal:
                command(who[name], who[owner].actor.id, MONDAY, **more)
            assert refusal.value.code == code
        assert dump(who["root"]) == before
    for name, owner in (("boss", "anna"), ("root", "boss"), ("root", "root")):
        commands.answer_week(who[name], who[owner].actor.id, MONDAY, approve=True)
    assert len(weeks(who["acc"])) == 3 and [week.employee for week in weeks(who["anna"])] == ["anna"]
    assert broken(who["root"]) == []


def test_no_stopwatch_begins_in_an_approved_week(who):
    anna = replace(who["anna"], now=lambda: at("2026-11-20T12:00"))
    work(anna)
    commands.submit_week(anna, MONDAY)
    commands.answer_week(who["boss"], anna.actor.id, MONDAY, approve=True)
    refused(anna, "locked", commands.start_timer)
    commands.start_timer(replace(anna, now=lambda: at("2026-11-23T08:00")))


def test_the_part_that_a_cut_leaves_does_not_begin_in_an_approved_week(who):
    anna = who["anna"]
    long = work(anna, start="2026-11-15T20:00", end="2026-11-16T04:00")
    approved(who)
    refused(anna, "locked", commands.split_entry, long, at("2026-11-16T01:00"))
    refused(anna, "locked", work, start="2026-11-16T01:00", end="2026-11-16T02:00")
    refused(anna, "locked", commands.add_entry, start=at("2026-11-15T23:00"), end=at("2026-11-16T02:00"), trim=True)
    commands.split_entry(anna, long, at("2026-11-15T22:00"))


def test_another_time_zone_moves_no_entry_and_leaves_no_lock_behind(who):
    anna, boss, root = who["anna"], who["boss"], who["root"]
    late = work(anna, start="2026-11-22T23:30", end="2026-11-22T23:45")
    approved(who)
    before = [(one.id, one.started_at, one.ended_at) for one in views.entries(anna)]
    people.set_employee(root, "anna", timezone="Europe/Moscow")  # there it was Monday already
    anna = replace(anna, actor=acting("anna", ""))
    assert [(one.id, one.started_at, one.ended_at) for one in views.entries(anna)] == before and broken(root) == []
    refused(anna, "locked", commands.edit_entry, late, note="x")
    next_one = work(anna, start="2026-11-23T09:00", end="2026-11-23T10:00")
    commands.submit_week(anna, date(2026, 11, 23))
    commands.answer_week(boss, anna.actor.id, date(2026, 11, 23), approve=True)
    assert broken(root) == []
    commands.reopen_week(boss, anna.actor.id, MONDAY, reason="x")
    assert [lock.subject_id for lock in Lock.select()] == [next_one] and broken(root) == []


BREAKS = {
    "a locked entry is there":
        "INSERT INTO lock (subject, subject_id, use, holder, at) VALUES ('entry', 99, 'billing', 'x', 1)",
    "an approved entry is of an approved week of its employee": "UPDATE lock SET holder = 'week:2026-11-09'",
    "an approved week holds its entries": "DELETE FROM lock",
    "an approved entry is over and assigned": "UPDATE time_entry SET service_id = NULL",
    "an approved entry has its prices fixed": "DELETE FROM fixed_price WHERE side = 'pay'",
    "a fixed price has a rate, or none, and its charge": "UPDATE fixed_price SET rank = NULL WHERE amount IS NOT NULL",
    "an entry's own rate is for nothing else":
        "INSERT INTO rate (side, entry_id, service_id, from_day, amount, currency, created_at)"
        " VALUES ('bill', 1, 1, '2026-01-01', 1, 'EUR', 1)",
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_the_doctor_finds_what_is_broken(who, name):
    set_rate(who["root"], side="bill", amount=Money(10000, "EUR"), from_day=date(2026, 1, 1))
    approved(who)
    assert name in INVARIANTS and broken(who["root"]) == []
    with who["root"].store.writing():
        assert who["root"].store.database.execute_sql(BREAKS[name]).rowcount > 0
    assert name in broken(who["root"])


def test_time_that_is_no_longer_closed_is_priced_anew_and_what_is_approved_stays(who):
    root, anna = who["root"], replace(who["anna"], now=lambda: at("2026-11-24T12:00"))
    set_rate(root, side="bill", amount=Money(10000, "EUR"), from_day=date(2026, 1, 1))
    held = approved(who)
    before, after = (work(anna, start=f"2026-11-{day}T09:00", end=f"2026-11-{day}T10:00") for day in (10, 13))
    people.set_company(root, locked_before=date(2026, 11, 30))
    set_rate(root, side="bill", amount=Money(20000, "EUR"), from_day=date(2026, 11, 1), confirmed=True)
    assert [price(root, each).charge for each in (held, before, after)] == [Money(10000, "EUR")] * 3
    people.set_company(root, locked_before=date(2026, 11, 12))
    assert [price(root, each).charge for each in (held, before, after)] == [Money(10000, "EUR"), Money(10000, "EUR"), Money(20000, "EUR")]
    people.set_company(root, locked_before=None)
    commands.edit_entry(anna, before, end=at("2026-11-10T12:00"))
    assert [price(root, each).charge for each in (held, before)] == [Money(10000, "EUR"), Money(60000, "EUR")]
    assert broken(root) == []
