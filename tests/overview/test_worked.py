"""The time of a deal and of a client: hours and charge by stage, what is unbilled, the budget; on pane, card, stopwatch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.journal.tables import Lock
from models.overview.board import detail
from models.overview.client_card import client_card
from models.overview.worked import budget_text, charge_text, hours_text, worked
from models.pipeline import commands as deals
from models.timekeeping import commands
from models.timekeeping.tables import Rate
from models.timekeeping.views import watched
from models.timekeeping.views.timesheet import grid
from models.values.instants import MINUTE, parse_instant

HOUR = 60 * MINUTE


@pytest.fixture
def noon(session):
    return replace(session, now=lambda: parse_instant("2026-11-20T12:00", "UTC"))


@pytest.fixture
def deal(noon):
    """A deal that went from the first to the second stage at 10:00, with an hour before and two after, at 60.00 an hour."""
    day = parse_instant("2026-11-19T00:00", "UTC")
    made = deals.new_deal(noon, "Orion", type_id=1, at=day).deal_id
    deals.move_deal(noon, made, 2, at=day + 10 * HOUR)
    with noon.store.writing():
        Rate.create(side="bill", from_day=date(2020, 1, 1), amount=60_00, currency="EUR", created_at=0)
    commands.add_entry(noon, deal_id=made, start=day + 8 * HOUR, end=day + 9 * HOUR)
    commands.add_entry(noon, deal_id=made, start=day + 10 * HOUR, end=day + 12 * HOUR)
    return made


def test_hours_and_charge_stand_by_the_stage_at_which_the_entry_began(noon, deal):
    found = worked(noon, deal_id=deal)
    assert [(one.name, hours_text(one.seconds), one.charged) for one in found.stages] == [
        ("Demonstration", "2:00", {"EUR": 120_00}),
        ("Initiating interest", "1:00", {"EUR": 60_00}),
    ]
    assert (found.total.seconds, found.total.unbilled) == (3 * 3600, {"EUR": 180_00})


def test_a_clients_time_holds_that_of_its_deals_and_its_own(noon, deal):
    at = parse_instant("2026-11-20T08:00", "UTC")
    commands.add_entry(noon, client_id=1, start=at, end=at + HOUR)
    other = deals.new_deal(noon, "Vega", type_id=1).deal_id
    commands.add_entry(noon, deal_id=other, start=at + HOUR, end=at + 2 * HOUR)
    assert worked(noon, client_id=1).total.seconds == 4 * 3600
    assert client_card(noon, 1).worked == worked(noon, client_id=1)


def test_what_has_no_rate_is_told_and_never_taken_for_nothing(noon, deal):
    with noon.store.writing():
        Rate.delete().execute()
    assert charge_text(worked(noon, deal_id=deal).total) == "?"


def test_a_deal_without_time_and_budget_has_nothing_to_show_and_a_budget_alone_is_shown(noon):
    made = deals.new_deal(noon, "Orion", type_id=1).deal_id
    assert detail(noon, made).worked is None and client_card(noon, 1).worked is None
    commands.set_budget(noon, deal_id=made, seconds=40 * 3600)
    state = detail(noon, made).worked.budget
    assert budget_text(state) == "0 % of 40:00"


def test_billed_time_is_no_longer_unbilled_in_the_week(noon, deal):
    with noon.store.writing():
        Lock.create(subject="entry", subject_id=1, use="billing", holder="invoice 1", at=0)
    week = grid(noon, [date(2026, 11, day) for day in range(16, 23)], date(2026, 11, 23))
    assert (week.charges, week.unbilled) == ({"EUR": 180_00}, {"EUR": 120_00})


def test_the_stopwatch_carries_the_warning_of_a_spent_budget(noon, deal):
    commands.set_budget(noon, deal_id=deal, seconds=3 * 3600)
    commands.start_timer(noon, deal_id=deal)
    assert watched(noon).warnings == ("Budget of Orion: 100 % spent.",)
    commands.set_budget(noon, deal_id=deal, seconds=30 * 3600)
    assert watched(noon).warnings == ()
