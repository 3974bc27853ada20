"""The target of the month on Today: the actor's own, against what was won while the deal was theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.overview.today import MonthTarget, today
from models.people import commands as people
from models.people import setup
from models.people.views import acting, find_holder
from models.pipeline import commands as deals
from models.values.instants import parse_instant
from models.values.money import Money

DAY = date(2026, 11, 20)


@pytest.fixture
def rita(session):
    """Rita on 20 November, with a target of 1000.00 for the month."""
    people.add_employee(session, "rita", name="Rita", role="rep")
    setup.set_target(session, find_holder("rita"), date(2026, 11, 1), Money(1000_00, "EUR"))
    setup.set_target(session, find_holder("root"), date(2026, 10, 1), Money(5_00, "EUR"))
    return replace(session, actor=acting("rita", ""), now=lambda: parse_instant("2026-11-20T12:00", "UTC"))


def won(rita, amount, at, currency="EUR"):
    made = deals.new_deal(rita, "Orion", type_id=1, amount=amount, currency=currency, at=parse_instant("2026-10-01T09:00", "UTC"))
    deals.win_deal(rita, made.deal_id, at=parse_instant(at, "UTC"))
    return made.deal_id


def test_what_was_won_in_the_month_counts_to_the_first_and_the_last_second_of_it(rita):
    won(rita, 100_00, "2026-10-31T23:59:59")
    won(rita, 200_00, "2026-11-01T00:00:00")
    won(rita, 300_00, "2026-11-19T10:00:00")
    won(rita, 400_00, "2026-11-19T10:00:00", "USD")
    assert today(rita, DAY).targets == (MonthTarget(date(2026, 11, 1), Money(1000_00, "EUR"), Money(500_00, "EUR")),)


def test_a_deal_counts_for_who_owned_it_when_it_was_won(rita, session):
    made = won(rita, 300_00, "2026-11-19T10:00:00")
    deals.set_deal(replace(session, now=rita.now), made, owner="root")
    assert today(rita, DAY).targets[0].won == Money(300_00, "EUR")


def test_without_a_target_of_ones_own_nothing_is_shown(rita, session):
    assert today(replace(session, now=rita.now), DAY).targets == ()
