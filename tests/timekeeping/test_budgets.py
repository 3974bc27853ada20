"""Budgets: how far they are spent by everybody, when they warn, and who may set them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clients.commands import add_client
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands as deals
from models.timekeeping import commands
from models.timekeeping.rules.budgets import are_warnings, parse_budget_hours, passed, spent_percent
from models.timekeeping.tables import Rate
from models.timekeeping.views import budgets as views
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import parse_instant
from models.values.money import Money

HOUR = 3600


@pytest.fixture
def noon(session):
    return replace(session, now=lambda: parse_instant("2026-11-20T12:00", "UTC"))


@pytest.fixture
def deal(noon):
    return deals.new_deal(noon, "Orion", type_id=1).deal_id


def add(session, start, end, **fields):
    return commands.add_entry(
        session, start=parse_instant(f"2026-11-{start}", "UTC"), end=parse_instant(f"2026-11-{end}", "UTC"), **fields
    )


def rate(session, amount, currency="EUR", **keys):
    with session.store.writing():
        Rate.create(side="bill", from_day=date(2020, 1, 1), amount=amount, currency=currency, created_at=0, **keys)


def test_a_clients_budget_holds_the_time_of_its_deals_and_a_deals_only_its_own(noon, deal):
    commands.set_budget(noon, client_id=1, seconds=10 * HOUR)
    commands.set_budget(noon, deal_id=deal, seconds=4 * HOUR)
    add(noon, "19T09:00", "19T12:00", deal_id=deal)
    add(noon, "19T13:00", "19T15:00", client_id=1)
    client, own = views.budget(noon, client_id=1), views.budget(noon, deal_id=deal)
    assert (client.spent, client.percent, client.warning) == (5 * HOUR, 50, None)
    assert (own.spent, own.percent, own.warning) == (3 * HOUR, 75, None)


def test_what_runs_counts_up_to_the_entry_planned_ahead(noon, deal):
    commands.set_budget(noon, deal_id=deal, seconds=4 * HOUR)
    commands.start_timer(noon, deal_id=deal)
    add(noon, "20T13:00", "20T14:00", client_id=1)
    later = replace(noon, now=lambda: parse_instant("2026-11-20T15:00", "UTC"))
    assert views.budget(later, deal_id=deal).spent == 1 * HOUR


def test_time_counts_up_to_now(noon, deal):
    commands.set_budget(noon, deal_id=deal, seconds=4 * HOUR)
    add(noon, "20T11:00", "20T18:00", deal_id=deal)  # an hour of it has passed
    add(noon, "21T09:00", "21T12:00", deal_id=deal)  # planned ahead
    assert views.budget(noon, deal_id=deal).spent == HOUR


def test_money_is_what_entries_come_to_in_its_currency_and_the_rest_is_told(noon, deal):
    rate(noon, 100_00)
    commands.set_budget(noon, deal_id=deal, amount=Money(500_00, "EUR"))
    add(noon, "19T09:00", "19T13:00", deal_id=deal)
    add(noon, "19T13:00", "19T14:00", deal_id=deal, billable=False)
    state = views.budget(noon, deal_id=deal)
    assert (state.spent, state.percent, state.warning, state.aside) == (400_00, 80, 80, 0)
    rate(noon, 90_00, "USD", deal=deal)
    state = views.budget(noon, deal_id=deal)
    assert (state.spent, state.aside) == (0, 1)


def test_what_others_spent_counts_too(noon, deal):
    people.add_employee(noon, "rep", name="Rep", role="rep")
    rep = replace(noon, actor=acting("rep", ""))
    own = deals.new_deal(rep, "Vega", type_id=1).deal_id
    commands.set_budget(rep, deal_id=own, seconds=2 * HOUR)
    add(noon, "19T09:00", "19T11:00", deal_id=own)  # the administrator helped
    assert views.budget(rep, deal_id=own).percent == 100


def test_a_start_is_warned_by_the_deal_and_by_its_client(noon, deal):
    commands.set_budget(noon, client_id=1, seconds=HOUR, warn_at=(50,))
    commands.set_budget(noon, deal_id=deal, seconds=100 * HOUR)
    add(noon, "19T09:00", "19T10:00", deal_id=deal)
    assert [state.client_id for state in views.budget_warnings(noon, None, deal)] == [1]
    assert [state.client_id for state in views.budget_warnings(noon, 1, None)] == [1]


def test_setting_again_takes_the_place_and_dropping_takes_away(noon, deal):
    made = commands.set_budget(noon, deal_id=deal, seconds=HOUR)
    assert commands.set_budget(noon, deal_id=deal, amount=Money(1, "EUR"), warn_at=()) == made
    assert views.budget(noon, deal_id=deal).amount == Money(1, "EUR")
    commands.drop_budget(noon, deal_id=deal)
    assert views.budgets(noon) == []
    with pytest.raises(NotFound):
        commands.drop_budget(noon, deal_id=deal)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"deal_id": 1, "client_id": 1, "seconds": 1}, "one_of"),
        ({"deal_id": 1}, "one_of"),
        ({"deal_id": 1, "seconds": 0}, "bad_budget"),
        ({"deal_id": 1, "amount": Money(-1, "EUR")}, "bad_budget"),
        ({"deal_id": 1, "amount": Money(1, "XXZ")}, "bad_currency"),
        ({"deal_id": 1, "seconds": 1, "warn_at": (90, 80)}, "bad_warning"),
        ({"deal_id": 1, "seconds": 1, "warn_at": (0,)}, "bad_warning"),
        ({"deal_id": 99, "seconds": 1}, "not_found"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_and_nothing_is_written(noon, deal, said, code):
    before = list(noon.store.database.connection().iterdump())
    with pytest.raises((Refused, Usage)) as refused:
        commands.set_budget(noon, **said)
    assert refused.value.code == code and list(noon.store.database.connection().iterdump()) == before


def test_who_may_not_change_a_client_gives_it_no_budget_and_sees_none(noon):
    client = add_client(noon, "Orion").id
    commands.set_budget(noon, client_id=client, seconds=HOUR)
    people.add_employee(noon, "rep", name="Rep", role="rep")
    rep = replace(noon, actor=acting("rep", ""))
    with pytest.raises(Refused):
        commands.set_budget(rep, client_id=client, seconds=HOUR)
    assert views.budgets(rep) == [] and views.budget(rep, client_id=client) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.lists(st.integers(1, 1000), unique=True).map(sorted))
def test_a_warning_is_passed_when_its_share_is_spent_and_not_before(spent, whole, warn_at):
    assert are_warnings(warn_at)
    percent = spent_percent(spent, whole)
    assert passed(percent, warn_at) == max((each for each in warn_at if spent * 100 >= each * whole), default=None)




@pytest.mark.parametrize("said", ["", "x", "-1", "1.2345", "1e3", "9999999", "١"])
def test_hours_of_a_budget_that_are_none_are_refused(said):
    with pytest.raises(Refused, match="hours"):
        parse_budget_hours(said)


def test_hours_of_a_budget_have_at_most_three_decimals():
    assert [parse_budget_hours(said) for said in ("40", "7.5", "0,25", "1.001")] == [144_000, 27_000, 900, 3603]


def budget_rows(session):
    return session.store.database.execute_sql("SELECT id, deal_id, seconds FROM budget ORDER BY id").fetchall()


def test_a_deleted_deal_takes_its_budget_along_and_brings_it_back(noon, deal):
    commands.set_budget(noon, deal_id=deal, seconds=4 * HOUR)
    before = budget_rows(noon)
    deals.delete_deal(noon, deal)
    assert budget_rows(noon) == []
    deals.undo(noon)
    assert budget_rows(noon) == before


def test_a_merged_deals_budget_goes_over_where_the_one_that_stays_has_none(noon, deal):
    others = [deals.new_deal(noon, "Orion", type_id=1).deal_id for _time in range(2)]
    for other, hours in zip(others, (4, 7), strict=True):
        commands.set_budget(noon, deal_id=other, seconds=hours * HOUR)
    deals.merge_deals(noon, deal, others[0])
    deals.merge_deals(noon, deal, others[1])
    assert [row[1:] for row in budget_rows(noon)] == [(deal, 4 * HOUR)]
