"""Reports time and margin: sums by hand, stages at the start of an entry, who sees what, and that all of it adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.journal.tables import Lock
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands as deals
from models.statistics.time import GROUPS, time_report
from models.timekeeping import commands
from models.timekeeping.commands.rounding import set_rounding
from models.timekeeping.rules.rounding import Policy
from models.timekeeping.tables import Rate
from models.values.errors import NotFound, Usage
from models.values.instants import SECOND, parse_instant

HOUR = 3600


def at(text):
    return parse_instant(f"2026-11-{text}", "UTC")


@pytest.fixture
def noon(session):
    return replace(session, now=lambda: at("20T12:00"))


@pytest.fixture
def deal(noon):
    return deals.new_deal(noon, "Orion", type_id=1, title="Contract", at=at("01T08:00")).deal_id


def add(session, start, end, **fields):
    return commands.add_entry(session, start=at(start), end=at(end), **fields)


def rate(session, amount, currency="EUR", side="bill", **keys):
    with session.store.writing():
        Rate.create(side=side, from_day=date(2020, 1, 1), amount=amount, currency=currency, created_at=0, **keys)


def sums(report, group):
    return {one.name: (one.seconds, one.billable, one.charged) for one in report.groups[group]}


def test_hours_and_charge_by_client_deal_service_and_rep(noon, deal):
    rate(noon, 100_00)
    add(noon, "18T09:00", "18T11:00", deal_id=deal, service_id=1)
    add(noon, "18T11:00", "18T12:00", deal_id=deal, service_id=1, billable=False)
    add(noon, "18T12:00", "18T12:30")
    found = time_report(noon)
    assert sums(found, "clients") == {"Orion": (3 * HOUR, 2 * HOUR, {"EUR": 200_00}), None: (HOUR // 2, HOUR // 2, {"EUR": 50_00})}
    assert sums(found, "deals")["Contract"] == (3 * HOUR, 2 * HOUR, {"EUR": 200_00})
    assert sums(found, "services")["Work"] == (3 * HOUR, 2 * HOUR, {"EUR": 200_00})
    assert sums(found, "reps") == {"root": (12600, 9000, {"EUR": 250_00})}
    assert found.total.share() == 9000 / 12600


def test_the_stage_is_the_one_at_which_an_entry_began(noon, deal):
    add(noon, "05T09:00", "05T11:00", deal_id=deal)
    deals.move_deal(noon, deal, 2, at=at("05T10:00"))  # in the middle of it
    add(noon, "05T12:00", "05T13:00", deal_id=deal)
    deals.win_deal(noon, deal, at=at("06T09:00"))
    add(noon, "06T09:00", "06T10:00", deal_id=deal)  # after the end: at none
    stages = {name: found[0] for name, found in sums(time_report(noon), "stages").items()}
    assert stages == {"Initiating interest": 2 * HOUR, "Demonstration": HOUR, None: HOUR}


def test_currencies_stand_side_by_side_and_what_has_no_rate_is_counted(noon, deal):
    rate(noon, 100_00, deal=deal)
    add(noon, "18T09:00", "18T10:00", deal_id=deal)
    other = deals.new_deal(noon, "Vega", type_id=1).deal_id
    rate(noon, 1_000, "JPY", deal=other)
    add(noon, "18T10:00", "18T11:00", deal_id=other)
    add(noon, "18T11:00", "18T12:00")
    add(noon, "18T12:00", "18T13:00", billable=False)
    total = time_report(noon).total
    assert total.charged == {"EUR": 100_00, "JPY": 1_000} and total.unpriced == 1


def test_what_is_on_an_invoice_is_not_unbilled(noon, deal):
    rate(noon, 100_00)
    billed = add(noon, "18T09:00", "18T10:00", deal_id=deal)
    add(noon, "18T10:00", "18T12:00", deal_id=deal)
    Lock.create(subject="entry", subject_id=billed, use="billing", holder="x", at=1)
    total = time_report(noon).total
    assert (total.charged, total.unbilled) == ({"EUR": 300_00}, {"EUR": 200_00})


def test_a_period_holds_what_began_in_its_days_both_included(noon):
    for day in (16, 17, 18, 19):
        add(noon, f"{day}T23:00", f"{day + 1}T01:00")
    assert time_report(noon, first=date(2026, 11, 17), last=date(2026, 11, 18)).total.seconds == 4 * HOUR
    assert time_report(noon, as_of=at("17T23:00")).total.entries == 2
    with pytest.raises(Usage) as wrong:
        time_report(noon, first=date(2026, 11, 18), last=date(2026, 11, 17))
    assert wrong.value.code == "bad_period"
    with pytest.raises(Usage) as wrong:
        time_report(noon, as_of=at("20T12:01"))
    assert wrong.value.code == "in_future"


def test_what_is_planned_ahead_is_not_worked(noon):
    add(noon, "21T09:00", "21T10:00")
    assert time_report(noon).total.entries == 0


def test_what_was_under_way_counts_as_far_as_it_had_come(noon, deal):
    rate(noon, 100_00)
    add(noon, "18T09:00", "18T11:00", deal_id=deal, service_id=1)
    add(noon, "18T13:00", "18T17:00", deal_id=deal, service_id=1)
    add(noon, "20T11:00", "20T14:00", deal_id=deal, service_id=1)  # at noon it lasts still
    for as_of, hours in (("18T10:30", 1.5), ("18T12:00", 2), ("18T14:00", 3), ("18T17:00", 6), ("20T11:30", 6.5)):
        found = time_report(noon, as_of=at(as_of)).total
        assert (found.seconds, found.charged) == (hours * HOUR, {"EUR": hours * 100_00}), as_of
    assert time_report(noon).total.seconds == 7 * HOUR
    people.add_employee(noon, "anna", name="Anna", role="rep")
    earlier = replace(noon, now=lambda: at("19T09:00"), actor=acting("anna", ""))
    commands.start_timer(earlier, service_id=1)
    assert time_report(noon, as_of=at("19T10:00"), rep_ids=[earlier.actor.id]).total.seconds == HOUR
    set_rounding(noon, policy=Policy(60, "up", 0, "day"), confirmed=True)
    assert time_report(noon, as_of=at("18T10:30")).total.charged == {"EUR": 200_00}


def test_only_deals_of_a_type(noon, deal, make_type):
    other = make_type("free", ["A"])
    elsewhere = deals.new_deal(noon, "Vega", type_id=other).deal_id
    add(noon, "18T09:00", "18T10:00", deal_id=deal)
    add(noon, "18T10:00", "18T12:00", deal_id=elsewhere)
    add(noon, "18T12:00", "18T13:00")
    assert time_report(noon, type_id=other).total.seconds == 2 * HOUR


def test_margin_is_charge_less_pay_also_of_what_is_not_billed(noon, deal):
    rate(noon, 100_00)
    rate(noon, 40_00, side="pay")
    add(noon, "18T09:00", "18T11:00", deal_id=deal)
    add(noon, "18T11:00", "18T12:00", deal_id=deal, billable=False)
    total = time_report(noon, margin=True).total
    assert (total.charged, total.paid, total.margin(), total.unpaid) == ({"EUR": 200_00}, {"EUR": 120_00}, {"EUR": 80_00}, 0)


def test_who_sees_whose_time_and_who_sees_margin(noon, deal):
    people.add_employee(noon, "rep", name="Rep", role="rep", team="A")
    people.add_employee(noon, "boss", name="Boss", role="manager", team="A")
    people.add_employee(noon, "acc", name="Acc", role="accountant")
    who = {login: replace(noon, actor=acting(login, "")) for login in ("rep", "boss", "acc")}
    add(noon, "18T09:00", "18T10:00")
    add(who["rep"], "18T09:00", "18T11:00")
    assert {login: time_report(one).total.seconds // HOUR for login, one in who.items()} == {"rep": 2, "boss": 2, "acc": 3}
    assert time_report(who["acc"], margin=True).total.entries == 2
    for login in ("rep", "boss"):
        with pytest.raises(NotFound):
            time_report(who[login], margin=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 7200), st.booleans()), max_size=12))
def test_every_group_adds_up_to_the_total(noon, deal, entries):
    noon.store.database.execute_sql("DELETE FROM time_entry")
    if not noon.store.database.execute_sql("SELECT 1 FROM rate").fetchone():
        rate(noon, 100_00)
    start = at("10T00:00")
    for kind, seconds, billable in entries:
        fields = ({}, {"client_id": 1}, {"deal_id": deal}, {"deal_id": deal, "service_id": 1})[kind]
        commands.add_entry(noon, start=start, end=start + seconds * SECOND, billable=billable, **fields)
        start += seconds * SECOND
    found = time_report(noon)
    assert found.total.seconds == sum(seconds for _kind, seconds, _billable in entries)
    for group in GROUPS:
        ones = found.groups[group]
        for name in ("seconds", "billable", "entries", "unpriced"):
            assert sum(getattr(one, name) for one in ones) == getattr(found.total, name)
        assert sum(one.charged.get("EUR", 0) for one in ones) == found.total.charged.get("EUR", 0)
