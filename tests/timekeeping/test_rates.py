"""Rates, rounding and charges: worked cases with rank and charge, and what may never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clients.tables import Client
from models.journal.commands import Pen
from models.journal.tables import Lock
from models.people import commands as people
from models.people.tables import Category, Company, Employee, EmployeeCategory
from models.people.views import acting, category_names
from models.pipeline import commands as deals
from models.pipeline import setup
from models.pipeline.tables import Deal
from models.session import Session
from models.storage.store import create_store
from models.timekeeping import commands, views
from models.timekeeping.commands.prices import fix_prices, free_prices
from models.timekeeping.commands.rates import delete_rate, end_rate, set_rate
from models.timekeeping.commands.rounding import drop_rounding, set_rounding
from models.timekeeping.rules.rates import LADDER, Keys, RateBook, RateLine, rank_of
from models.timekeeping.rules.rounding import DIRECTIONS, INCREMENTS, Policy, charge, rounded, shared_out
from models.timekeeping.tables import FixedPrice, Rate, RoundingPolicy, TimeEntry
from models.timekeeping.views.prices import price, prices
from models.timekeeping.views.rates import explain, rates, roundings
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import SECOND, LocalDays, local_day, now, parse_instant
from models.values.money import Money, parse_amount

NOON = parse_instant("2026-11-24T12:00:00Z", "UTC")


class Place(NamedTuple):
    """A store with one of each thing that a rate may be for, and a second one of some."""

    session: Session
    ids: dict[str, int]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    store = create_store(tmp_path_factory.mktemp("rates") / "stagewatch.db")
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=now()
        )
    session = Session(store, acting("root", ""), lambda: NOON)
    type_id = setup.add_type(session, "Quick Sales", mode="free")
    setup.add_stage(session, type_id, "First")
    people.add_employee(session, "anna", name="Anna", role="rep", category="junior")
    people.set_employee(session, "anna", timezone="Europe/Berlin")
    ids = {
        "deal": deals.new_deal(session, "Orion", type_id=type_id).deal_id,
        "deal2": deals.new_deal(session, "Orion", type_id=type_id).deal_id,
        "client2": Deal.get_by_id(deals.new_deal(session, "Vega", type_id=type_id).deal_id).client_id,
        "employee": Employee.get(Employee.login == "anna").id,
        "employee2": session.actor.id,
        "service": commands.add_service(session, "Design"),
        "service2": commands.add_service(session, "Travel"),
        "category2": people.add_category(session, "senior"),
        "category": Category.get(Category.name == "junior").id,
    }
    ids["client"] = Deal.get_by_id(ids["deal"]).client_id
    EmployeeCategory.update(from_day=date(2026, 1, 1)).execute()
    yield Place(session, ids)
    store.close()


@pytest.fixture
def here(place: Place) -> Iterator[Place]:
    """The store, for one test alone: what it writes is taken back."""
    with place.session.store.database.atomic() as transaction:
        yield place
        transaction.rollback()


def add_entry(here: Place, start: str = "2026-03-10T09:00", seconds: int | None = 3600, **values: Any) -> int:
    """An entry of anna for Orion's deal and the service Design; `start` is local time in Berlin."""
    at = parse_instant(start, "Europe/Berlin")
    known = {key: here.ids[key] for key in ("employee", "client", "deal", "service")}
    known |= {key: here.ids.get(value, value) if isinstance(value, str) else value for key, value in values.items()}
    ended = None if seconds is None else at + seconds * SECOND
    return TimeEntry.create(started_at=at, ended_at=ended, created_at=at, **known).id


def add_rate(here: Place, said: str, entry: int | None = None) -> int:
    """`deal+employee 150.00 EUR 2026-01-01..2026-02-01 pay`: keys (`-` for none), amount, days, side."""
    keys, amount, currency, days, *side = said.split()
    first, _dots, last = days.partition("..")
    ids = {**here.ids, "entry": entry}
    wanted = {name.rstrip("2"): ids[name] for name in keys.split("+") if name != "-"}
    return Rate.create(
        side=(side or ["bill"])[0], from_day=date.fromisoformat(first), to_day=date.fromisoformat(last) if last else None,
        amount=parse_amount(amount, currency), currency=currency, created_at=NOON, **wanted,
    ).id  # fmt: skip


def said(money: Money | None) -> str | None:
    from models.values.money import plain_text

    return None if money is None else f"{plain_text(money)} {money.currency}"


def rate_for(rank: int, amount: str, day: str = "2026-01-01") -> str:
    return f"{'+'.join(LADDER[rank - 1]) or '-'} {amount} EUR {day}"


DAYS = "2026-01-01"

# What is set, how the entry differs from an hour on 2026-03-10, and the expected rank and charge.
ALONE = [([rate_for(rank, f"{100 + rank}.00")], {}, rank, f"{100 + rank}.00 EUR") for rank in range(1, 20)]
ABOVE = [
    ([rate_for(rank + 1, "10.00"), rate_for(rank, "20.00")], {}, rank, "20.00 EUR") for rank in range(1, 19)
]
OTHERS = [  # of another deal, client, employee, service or category
    (["deal2 90.00 EUR 2026-01-01"], {}, None, None),
    (["deal2 90.00 EUR 2026-01-01", "client 80.00 EUR 2026-01-01"], {}, 13, "80.00 EUR"),
    (["client2 90.00 EUR 2026-01-01", "- 50.00 EUR 2026-01-01"], {}, 19, "50.00 EUR"),
    (["service2 90.00 EUR 2026-01-01", "- 50.00 EUR 2026-01-01"], {}, 19, "50.00 EUR"),
    (["employee2 90.00 EUR 2026-01-01", "- 50.00 EUR 2026-01-01"], {}, 19, "50.00 EUR"),
    (["category2 90.00 EUR 2026-01-01", "- 50.00 EUR 2026-01-01"], {}, 19, "50.00 EUR"),
    (["deal+employee2 90.00 EUR 2026-01-01", "deal 70.00 EUR 2026-01-01"], {}, 7, "70.00 EUR"),
    (["deal+service2 90.00 EUR 2026-01-01", "deal+category 70.00 EUR 2026-01-01"], {}, 6, "70.00 EUR"),
    (["client+service2 90.00 EUR 2026-01-01", "client 70.00 EUR 2026-01-01"], {}, 13, "70.00 EUR"),
    (["service2 90.00 EUR 2026-01-01", "- 50.00 EUR 2026-01-01"], {"service": "service2"}, 16, "90.00 EUR"),
    (["employee2 90.00 EUR 2026-01-01"], {"employee": "employee2"}, 17, "90.00 EUR"),
    (["client2 90.00 EUR 2026-01-01"], {"client": "client2", "deal": None}, 13, "90.00 EUR"),
    (["deal 90.00 EUR 2026-01-01", "client 60.00 EUR 2026-01-01"], {"deal": None}, 13, "60.00 EUR"),
    (["client+service 90.00 EUR 2026-01-01", "service 60.00 EUR 2026-01-01"], {"client": None, "deal": None}, 16, "60.00 EUR"),
    (["service 90.00 EUR 2026-01-01", "employee 60.00 EUR 2026-01-01"], {"service": None}, 17, "60.00 EUR"),
    (["category 90.00 EUR 2026-01-01"], {"employee": "employee2"}, None, None),
    ([], {}, None, None),
    (["- 0 EUR 2026-01-01"], {}, 19, "0.00 EUR"),
]
VALID = [
    (["- 50.00 EUR 2026-03-10"], {}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-03-11"], {}, None, None),
    (["- 50.00 EUR 2026-01-01..2026-03-10"], {}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-01-01..2026-03-09"], {}, None, None),
    (["- 50.00 EUR 2026-03-10..2026-03-10"], {}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-01-01", "- 60.00 EUR 2026-03-10"], {}, 19, "60.00 EUR"),
    (["- 50.00 EUR 2026-01-01", "- 60.00 EUR 2026-03-11"], {}, 19, "50.00 EUR"),
    (["- 60.00 EUR 2026-03-01", "- 50.00 EUR 2026-01-01"], {}, 19, "60.00 EUR"),
    (["- 50.00 EUR 2026-01-01", "- 60.00 EUR 2026-02-01..2026-02-28"], {}, None, None),
    (["client 50.00 EUR 2026-01-01", "client 60.00 EUR 2026-02-01..2026-02-28", "- 40.00 EUR 2026-01-01"], {}, 19, "40.00 EUR"),
    (["deal 90.00 EUR 2026-04-01", "client 80.00 EUR 2026-01-01"], {}, 13, "80.00 EUR"),
    (["deal 90.00 EUR 2026-01-01..2026-01-31", "- 40.00 EUR 2026-01-01"], {}, 19, "40.00 EUR"),
    # The employee's day counts, on which the entry began: in Berlin it is the 11th already, or still the 10th.
    (["- 50.00 EUR 2026-03-11"], {"start": "2026-03-11T00:00"}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-03-11"], {"start": "2026-03-11T00:30"}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-03-11"], {"start": "2026-03-10T23:59:59"}, None, None),
    (["- 50.00 EUR 2026-01-01", "- 60.00 EUR 2026-03-11"], {"start": "2026-03-10T23:30", "seconds": 7200}, 19, "100.00 EUR"),
    (["- 50.00 EUR 2026-03-29"], {"start": "2026-03-29T00:30"}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-10-25"], {"start": "2026-10-25T00:10"}, 19, "50.00 EUR"),
    (["- 50.00 EUR 2026-10-26"], {"start": "2026-10-25T23:50"}, None, None),
    # Two hours on the clock, one of them left out by the change to summer time: an hour is charged.
    (["- 50.00 EUR 2026-01-01"], {"start": "2026-03-29T01:30"}, 19, "50.00 EUR"),
]
CATEGORIES = [  # anna is junior from 2026-01-01, senior from 2026-06-01
    (["category 50.00 EUR 2020-01-01"], {"start": "2025-06-01T09:00"}, 18, "50.00 EUR"),
    (["category 50.00 EUR 2020-01-01"], {"start": "2026-05-31T23:30"}, 18, "50.00 EUR"),
    (["category 50.00 EUR 2020-01-01"], {"start": "2026-06-01T00:00"}, None, None),
    (["category2 80.00 EUR 2020-01-01"], {"start": "2026-06-01T00:00"}, 18, "80.00 EUR"),
    (["category2 80.00 EUR 2020-01-01"], {"start": "2026-05-31T23:59"}, None, None),
    (["service+category 50.00 EUR 2020-01-01", "service 40.00 EUR 2020-01-01"], {"start": "2026-07-01T09:00"}, 16, "40.00 EUR"),
    (["client+category2 90.00 EUR 2020-01-01", "client 40.00 EUR 2020-01-01"], {"start": "2026-07-01T09:00"}, 12, "90.00 EUR"),
    (["deal+service+category2 95.00 EUR 2020-01-01", "deal+service 40.00 EUR 2020-01-01"], {"start": "2026-07-01T09:00"}, 4, "95.00 EUR"),
    (["deal+category 95.00 EUR 2020-01-01", "deal 40.00 EUR 2020-01-01"], {"start": "2026-07-01T09:00"}, 7, "40.00 EUR"),
    (["client+service+category 60.00 EUR 2020-01-01"], {"start": "2024-02-29T09:00"}, 10, "60.00 EUR"),
]
CURRENCIES = [
    (["- 15000 JPY 2026-01-01"], {"seconds": 3600}, 19, "15000 JPY"),
    (["- 15000 JPY 2026-01-01"], {"seconds": 1}, 19, "4 JPY"),
    (["- 9000 JPY 2026-01-01"], {"seconds": 1}, 19, "3 JPY"),
    (["- 1000 JPY 2026-01-01"], {"seconds": 2830}, 19, "786 JPY"),
    (["- 1800 JPY 2026-01-01"], {"seconds": 1}, 19, "1 JPY"),
    (["- 1799 JPY 2026-01-01"], {"seconds": 1}, 19, "0 JPY"),
    (["- 12.345 KWD 2026-01-01"], {"seconds": 3600}, 19, "12.345 KWD"),
    (["- 12.345 KWD 2026-01-01"], {"seconds": 1800}, 19, "6.173 KWD"),
    (["- 10.000 KWD 2026-01-01"], {"seconds": 1200}, 19, "3.333 KWD"),
    (["- 0.001 KWD 2026-01-01"], {"seconds": 1800}, 19, "0.001 KWD"),
    (["- 0.001 KWD 2026-01-01"], {"seconds": 1799}, 19, "0.000 KWD"),
    (["- 100.00 EUR 2026-01-01"], {"seconds": 1200}, 19, "33.33 EUR"),
    (["- 100.00 EUR 2026-01-01"], {"seconds": 2400}, 19, "66.67 EUR"),
    (["- 99.99 EUR 2026-01-01"], {"seconds": 1800}, 19, "50.00 EUR"),
    (["- 150.00 EUR 2026-01-01"], {"seconds": 0}, 19, "0.00 EUR"),
    (["- 150.00 EUR 2026-01-01"], {"seconds": 40 * 3600}, 19, "6000.00 EUR"),
    (["- 5000.00 RUB 2026-01-01"], {"seconds": 2830}, 19, "3930.56 RUB"),
]
CASES = ALONE + ABOVE + OTHERS + VALID + CATEGORIES + CURRENCIES


@pytest.mark.parametrize(("set_rates", "differs", "rank", "expected"), CASES)
def test_a_worked_case_has_that_rank_and_charge(
    here: Place, set_rates: list[str], differs: dict[str, Any], rank: int | None, expected: str | None
) -> None:
    EmployeeCategory.create(employee=here.ids["employee"], category=here.ids["category2"], from_day=date(2026, 6, 1))
    entry = add_entry(here, **differs)
    for one in set_rates:
        add_rate(here, one, entry)
    found = price(here.session, entry)
    assert (found.rank, said(found.charge)) == (rank, expected)
    assert explain(here.session, entry).won == rank
    assert (found.rate is None) == (rank is None)
    pay = price(here.session, entry, "pay")
    assert (pay.rank, pay.rate, pay.charge) == (None, None, None)


PAID = [
    (["- 30.00 EUR 2026-01-01 pay"], {}, 19, "30.00 EUR"),
    (["- 30.00 EUR 2026-01-01 pay", "- 99.00 EUR 2026-01-01 bill"], {}, 19, "30.00 EUR"),
    (["employee 35.00 EUR 2026-01-01 pay", "category 30.00 EUR 2026-01-01 pay"], {}, 17, "35.00 EUR"),
    (["category 30.00 EUR 2026-01-01 pay"], {}, 18, "30.00 EUR"),
    (["- 99.00 EUR 2026-01-01 bill"], {}, None, None),
    (["- 30.00 EUR 2026-01-01 pay"], {"billable": False}, 19, "30.00 EUR"),
    (["- 30.00 EUR 2026-01-01 pay"], {"seconds": 2830}, 19, "23.58 EUR"),  # as it is, though billed time is rounded
    (["service 25.00 EUR 2026-01-01 pay", "- 30.00 EUR 2026-01-01 pay"], {}, 16, "25.00 EUR"),
]


@pytest.mark.parametrize(("set_rates", "differs", "rank", "expected"), PAID)
def test_pay_has_rates_of_its_own_and_unrounded_time(
    here: Place, set_rates: list[str], differs: dict[str, Any], rank: int | None, expected: str | None
) -> None:
    RoundingPolicy.create(increment=15, direction="up", minimum=30, unit="entry")
    entry = add_entry(here, **differs)
    for one in set_rates:
        add_rate(here, one)
    found = price(here.session, entry, "pay")
    assert (found.rank, said(found.charge), found.rounded_seconds) == (rank, expected, found.seconds)


ROUNDED = [  # seconds, increment, direction, minimum, billed minutes, charge at 150.00 an hour
    (2830, 6, "up", 0, 48, "120.00"),
    (2830, 15, "nearest", 0, 45, "112.50"),
    (2830, 6, "down", 0, 42, "105.00"),
    (2830, 6, "nearest", 0, 48, "120.00"),
    (2830, 15, "up", 0, 60, "150.00"),
    (2830, 15, "down", 0, 45, "112.50"),
    (2830, 1, "up", 0, 48, "120.00"),
    (2830, 1, "nearest", 0, 47, "117.50"),
    (2830, 5, "up", 0, 50, "125.00"),
    (2830, 10, "down", 0, 40, "100.00"),
    (2830, 30, "nearest", 0, 60, "150.00"),
    (2830, 60, "down", 0, 0, "0.00"),
    (2830, 60, "up", 0, 60, "150.00"),
    (1, 6, "up", 0, 6, "15.00"),
    (0, 6, "up", 0, 0, "0.00"),
    (0, 6, "up", 30, 0, "0.00"),
    (0, None, "up", 30, 0, "0.00"),
    (60, None, "up", 30, 30, "75.00"),
    (60, 15, "up", 20, 30, "75.00"),
    (60, 15, "down", 20, 15, "37.50"),
    (60, 15, "nearest", 20, 15, "37.50"),
    (450, 15, "nearest", 0, 15, "37.50"),
    (449, 15, "nearest", 0, 0, "0.00"),
    (1350, 15, "nearest", 0, 30, "75.00"),
    (900, 15, "up", 0, 15, "37.50"),
    (901, 15, "up", 0, 30, "75.00"),
    (899, 15, "down", 0, 0, "0.00"),
    (3600, 60, "up", 0, 60, "150.00"),
    (3601, 60, "up", 0, 120, "300.00"),
    (2400, None, "up", 0, 40, "100.00"),
]


@pytest.mark.parametrize(("seconds", "increment", "direction", "minimum", "minutes", "expected"), ROUNDED)
def test_a_policy_bills_so_many_minutes(
    here: Place, seconds: int, increment: int | None, direction: str, minimum: int, minutes: int, expected: str
) -> None:
    RoundingPolicy.create(increment=increment, direction=direction, minimum=minimum, unit="entry")
    add_rate(here, "- 150.00 EUR 2026-01-01")
    found = price(here.session, add_entry(here, seconds=seconds))
    assert (found.seconds, found.rounded_seconds, said(found.charge)) == (seconds, minutes * 60, f"{expected} EUR")


DAY_SHARED = [  # seconds of each, increment, direction, minimum, billed seconds of each
    ([1200, 1200, 1200], 15, "up", 0, [1200, 1200, 1200]),
    ([600, 600], 15, "up", 0, [600, 1200]),
    ([300, 300, 300], 15, "up", 0, [300, 300, 300]),
    ([301, 300, 300], 15, "up", 0, [301, 300, 1199]),
    ([1000, 1000], 15, "down", 0, [1000, 800]),
    ([1700, 60], 15, "down", 0, [900, 0]),
    ([800, 60, 60], 30, "down", 0, [0, 0, 0]),
    ([60, 0], 15, "up", 0, [900, 0]),
    ([0, 60], 15, "up", 0, [0, 900]),
    ([0, 0], 15, "up", 30, [0, 0]),
    ([60, 60], None, "up", 30, [60, 1740]),
    ([450, 449], 15, "nearest", 0, [450, 450]),
    ([200, 200], 15, "nearest", 0, [0, 0]),
    ([100], 6, "up", 0, [360]),
    ([2000, 1000, 100], 60, "down", 0, [0, 0, 0]),
    ([2000, 1000, 1000], 60, "down", 0, [2000, 1000, 600]),
]


@pytest.mark.parametrize(("seconds", "increment", "direction", "minimum", "billed"), DAY_SHARED)
def test_a_day_is_rounded_together_and_shared_out(
    here: Place, seconds: list[int], increment: int | None, direction: str, minimum: int, billed: list[int]
) -> None:
    RoundingPolicy.create(increment=increment, direction=direction, minimum=minimum, unit="day")
    add_rate(here, "- 60.00 EUR 2026-01-01")
    made = [add_entry(here, f"2026-03-10T{9 + hour:02}:00", one) for hour, one in enumerate(seconds)]
    found = prices(here.session)
    assert [one.rounded_seconds for one in found] == billed
    assert [one.charge for one in found] == [Money(charge(one, 6000), "EUR") for one in billed]
    for entry, one in zip(made, found, strict=True):
        assert price(here.session, entry) == one, "asked for alone, its day is read all the same"


def test_the_worked_cases_are_enough() -> None:
    assert len(CASES) + len(PAID) + len(ROUNDED) + len(DAY_SHARED) >= 120


def test_three_times_twenty_minutes_are_three_lines_of_33_33(here: Place) -> None:
    add_rate(here, "- 100.00 EUR 2026-01-01")
    for hour in (9, 10, 11):
        add_entry(here, f"2026-03-10T{hour:02}:00", 1200)
    assert [said(one.charge) for one in prices(here.session)] == ["33.33 EUR"] * 3


def test_a_day_is_of_one_employee_client_deal_service_and_rate(here: Place) -> None:
    RoundingPolicy.create(increment=60, direction="up", minimum=0, unit="day")
    add_rate(here, "- 60.00 EUR 2026-01-01")
    add_entry(here, "2026-03-10T09:00", 600)
    add_entry(here, "2026-03-10T10:00", 600, employee="employee2")
    add_entry(here, "2026-03-10T11:00", 600, deal="deal2")
    add_entry(here, "2026-03-10T12:00", 600, deal=None)
    add_entry(here, "2026-03-10T13:00", 600, service="service2")
    other = add_entry(here, "2026-03-10T14:00", 600)
    add_rate(here, "entry 90.00 EUR 2026-01-01", other)
    add_entry(here, "2026-03-11T00:00", 600)
    add_entry(here, "2026-03-10T15:00", 600, billable=False)
    found = prices(here.session)
    assert [one.rounded_seconds for one in found if one.billable] == [3600] * 7
    assert [one.rounded_seconds for one in found if not one.billable] == [600]


def test_a_window_of_time_gives_a_day_that_it_cuts_its_whole_price(here: Place) -> None:
    RoundingPolicy.create(increment=60, direction="up", minimum=0, unit="day")
    add_rate(here, "- 60.00 EUR 2026-01-01")
    add_entry(here, "2026-03-10T09:00", 600)
    second = add_entry(here, "2026-03-10T11:00", 600)
    since = parse_instant("2026-03-10T10:00", "Europe/Berlin")
    (found,) = prices(here.session, since=since)
    assert (found.id, found.rounded_seconds) == (second, 3000)
    (found,) = prices(here.session, until=since)
    assert found.rounded_seconds == 600


@pytest.mark.parametrize("shared", [False, True])
def test_entries_priced_together_have_the_prices_that_each_has_alone(here: Place, shared: bool) -> None:
    """Around each day on which a rate begins or ends, or the category changes."""
    if shared:
        RoundingPolicy.create(increment=15, direction="up", minimum=0, unit="day")
    EmployeeCategory.create(employee=here.ids["employee"], category=here.ids["category2"], from_day=date(2026, 3, 9))
    add_rate(here, "- 40.00 EUR 2026-03-03..2026-03-12")
    add_rate(here, "category2 50.00 EUR 2026-01-01..2026-03-10")
    add_rate(here, "client 60.00 EUR 2026-03-05..2026-03-06")
    for day in range(1, 15):
        for hour in (9, 15):
            add_entry(here, f"2026-03-{day:02}T{hour:02}:00", 600)
    found = prices(here.session)
    assert [one.rank for one in found[::2]] == [None, None, 19, 19, 13, 13, 19, 19, 18, 18, 19, 19, None, None]
    assert found == [price(here.session, one.id) for one in found]


def test_the_policy_is_the_clients_else_the_services_else_the_companys_and_whole(here: Place) -> None:
    add_rate(here, "- 60.00 EUR 2026-01-01")
    entry = add_entry(here, seconds=61)
    assert price(here.session, entry).rounded_seconds == 61
    RoundingPolicy.create(increment=60, direction="up", minimum=0, unit="entry")
    assert price(here.session, entry).rounded_seconds == 3600
    RoundingPolicy.create(service=here.ids["service"], increment=15, direction="up", minimum=30, unit="entry")
    assert price(here.session, entry).rounded_seconds == 1800
    RoundingPolicy.create(client=here.ids["client"], increment=None, direction="up", minimum=0, unit="entry")
    assert price(here.session, entry).rounded_seconds == 61
    assert explain(here.session, entry).policy_of == "client"


def test_what_is_not_billable_is_charged_nothing_and_what_has_no_rate_is_not_priced_0(here: Place) -> None:
    free, bare = add_entry(here, billable=False), add_entry(here, "2026-03-11T09:00")
    assert price(here.session, bare).charge is None and price(here.session, bare).rate is None
    add_rate(here, "- 60.00 EUR 2026-01-01")
    found = price(here.session, free)
    assert found.charge is None and said(found.rate) == "60.00 EUR"


def test_a_running_entry_is_priced_up_to_now(here: Place) -> None:
    add_rate(here, "- 60.00 EUR 2026-01-01")
    entry = add_entry(here, "2026-11-24T12:00", None)  # an hour before noon in UTC
    assert said(price(here.session, entry).charge) == "60.00 EUR"


def test_all_other_combinations_are_refused(here: Place) -> None:
    names = Keys._fields
    known = {frozenset(keys) for keys in LADDER}
    refused = 0
    for count in range(len(names) + 1):
        for keys in combinations(names, count):
            if frozenset(keys) in known:
                continue
            refused += 1
            with pytest.raises(Usage) as caught:
                set_rate(
                    here.session, side="bill", amount=Money(1, "EUR"), from_day=date(2026, 1, 1),
                    **{f"{key}_id": 1 for key in keys},
                )  # fmt: skip
            assert (caught.value.code, caught.value.exit_status) == ("bad_combination", 2)
    assert refused == 64 - 19 and not Rate.select().count()


def test_each_combination_of_the_ladder_is_set_once_a_day(here: Place) -> None:
    entry = add_entry(here, "2030-01-01T09:00")
    for rank, keys in enumerate(LADDER, 1):
        wanted = {f"{key}_id": entry if key == "entry" else here.ids[key] for key in keys}
        for side in ("bill", "pay"):
            made = set_rate(here.session, side=side, amount=Money(1, "EUR"), from_day=date(2028, 1, 1), **wanted)
            assert next(one for one in rates(here.session) if one.id == made).rank == rank
            with pytest.raises(Refused) as caught:
                set_rate(here.session, side=side, amount=Money(2, "EUR"), from_day=date(2028, 1, 1), **wanted)
            assert caught.value.code == "exists"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": Money(-1, "EUR")}, "bad_amount"),
        ({"amount": Money(10**15 + 1, "EUR")}, "bad_amount"),
        ({"amount": Money(1, "XXQ")}, "bad_currency"),
        ({"to_day": date(2025, 12, 31)}, "bad_period"),
        ({"from_day": date(1, 1, 1)}, "bad_period"),
        ({"to_day": date.max}, "bad_period"),
        ({"client_id": 10**6}, "not_found"),
        ({"side": "tip"}, "bad_side"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(here: Place, values: dict[str, Any], code: str) -> None:
    right = {"side": "bill", "amount": Money(1, "EUR"), "from_day": date(2026, 1, 1)}
    with pytest.raises((Refused, Usage)) as caught:
        set_rate(here.session, **{**right, **values})
    assert caught.value.code == code and not Rate.select().count()


def test_a_rate_for_a_past_day_first_shows_what_it_would_change(here: Place) -> None:
    entry = add_entry(here)
    add_entry(here, "2026-02-10T09:00")
    add_rate(here, "- 50.00 EUR 2026-01-01")
    ask = {"side": "bill", "amount": Money(7000, "EUR"), "from_day": date(2026, 3, 1)}
    with pytest.raises(Refused) as caught:
        set_rate(here.session, **ask)
    assert caught.value.code == "confirmation_needed" and "+20.00" in caught.value.message
    assert caught.value.details == [
        {
            "id": entry, "employee": "anna", "day": "2026-03-10", "old": {"amount": "50.00", "currency": "EUR"},
            "new": {"amount": "70.00", "currency": "EUR"}, "message": "50.00\xa0€ → 70.00\xa0€",
        }
    ]  # fmt: skip
    assert Rate.select().count() == 1 and said(price(here.session, entry).charge) == "50.00 EUR"
    set_rate(here.session, **ask, confirmed=True)
    assert said(price(here.session, entry).charge) == "70.00 EUR"


def test_a_rate_that_changes_nothing_is_set_at_once(here: Place) -> None:
    add_entry(here)
    add_rate(here, "deal 50.00 EUR 2026-01-01")
    set_rate(here.session, side="bill", amount=Money(1, "EUR"), from_day=date(2026, 1, 1))  # a lower rank
    set_rate(here.session, side="bill", amount=Money(1, "EUR"), from_day=date(2026, 4, 1), deal_id=here.ids["deal"])
    set_rate(
        here.session, side="bill", amount=Money(1, "EUR"), from_day=date(2026, 1, 1), employee_id=here.ids["employee2"]
    )


def locked(here: Place, entry: int, use: str) -> None:
    Lock.create(subject="entry", subject_id=entry, use=use, holder="it", at=NOON)


LOCKED = [("bill", "approval"), ("bill", "billing"), ("pay", "approval"), ("pay", "payroll")]


@pytest.mark.parametrize(("side", "use"), LOCKED)
def test_what_is_approved_invoiced_or_paid_keeps_its_price(here: Place, side: str, use: str) -> None:
    entry, free = add_entry(here), add_entry(here, "2026-03-11T09:00")
    old = add_rate(here, f"- 50.00 EUR 2026-01-01 {side}")
    locked(here, entry, use)
    before = price(here.session, entry, side)
    made = set_rate(
        here.session, side=side, amount=Money(7000, "EUR"), from_day=date(2026, 3, 1), confirmed=True
    )
    delete_rate(here.session, old, confirmed=True)
    end_rate(here.session, made, date(2026, 3, 2), confirmed=True)
    assert price(here.session, entry, side) == before._replace(fixed=True)
    assert price(here.session, free, side).rate is None


@pytest.mark.parametrize(("side", "use"), [("bill", "payroll"), ("pay", "billing")])
def test_a_lock_is_for_its_use_alone(here: Place, side: str, use: str) -> None:
    entry = add_entry(here)
    add_rate(here, f"- 50.00 EUR 2026-01-01 {side}")
    locked(here, entry, use)
    with pytest.raises(Refused):
        set_rate(here.session, side=side, amount=Money(7000, "EUR"), from_day=date(2026, 3, 1))


def test_what_began_before_the_company_is_closed_keeps_its_price(here: Place) -> None:
    entry, free = add_entry(here), add_entry(here, "2026-03-11T00:10")
    Company.update(locked_before=date(2026, 3, 11)).execute()
    set_rate(here.session, side="bill", amount=Money(7000, "EUR"), from_day=date(2026, 1, 1), confirmed=True)
    assert price(here.session, entry).charge is None and price(here.session, entry).fixed
    assert said(price(here.session, free).charge) == "70.00 EUR"


def test_what_is_closed_keeps_its_price_when_the_employees_days_begin_elsewhere(here: Place) -> None:
    add_rate(here, rate_for(19, "100.00"))
    add_rate(here, rate_for(19, "150.00", "2026-03-11"))
    closed, free = add_entry(here, "2026-03-11T00:30"), add_entry(here, "2026-03-12T09:00")
    assert said(price(here.session, closed).charge) == "150.00 EUR"  # it is the tenth still in UTC
    Company.update(locked_before=date(2026, 3, 12)).execute()
    people.set_employee(here.session, "anna", timezone="UTC")
    assert [said(price(here.session, one).charge) for one in (closed, free)] == ["150.00 EUR", "150.00 EUR"]
    assert price(here.session, closed).fixed and not price(here.session, free).fixed


def test_rounding_and_categories_ask_and_leave_what_is_locked(here: Place) -> None:
    entry, free = add_entry(here, seconds=61), add_entry(here, "2026-03-11T09:00", 61)
    add_rate(here, "category 60.00 EUR 2026-01-01")
    locked(here, entry, "billing")
    before = price(here.session, entry)
    with pytest.raises(Refused) as caught:
        set_rounding(here.session, policy=Policy(6))
    assert [one["id"] for one in caught.value.details] == [free] and not roundings(here.session)
    set_rounding(here.session, policy=Policy(6), confirmed=True)
    assert price(here.session, free).rounded_seconds == 360
    assert price(here.session, entry) == before._replace(fixed=True)
    with pytest.raises(Refused):
        drop_rounding(here.session)
    drop_rounding(here.session, confirmed=True)
    with pytest.raises(Refused) as caught:
        people.set_category(here.session, "anna", "senior", date(2026, 3, 1))
    assert caught.value.code == "confirmation_needed" and [one["id"] for one in caught.value.details] == [free]
    people.set_category(here.session, "anna", "senior", date(2026, 3, 1), confirmed=True)
    assert price(here.session, free).rate is None
    assert price(here.session, entry) == before._replace(fixed=True)


def test_a_category_that_is_changed_where_no_charge_is_asks_nothing(here: Place) -> None:
    add_entry(here)
    people.set_category(here.session, "anna", "partner", date(2026, 2, 1))
    anna = here.ids["employee"]
    assert category_names(date(2026, 1, 31))[anna] == category_names(date(1999, 1, 1))[anna] == "junior"
    assert category_names(date(2026, 2, 1))[anna] == "partner"


def test_a_fixed_price_stays_until_it_is_freed(here: Place) -> None:
    entry = add_entry(here)
    add_rate(here, "- 50.00 EUR 2026-01-01")
    with here.session.writing():
        fix_prices(here.session, Pen(), [entry], NOON)
    add_rate(here, "deal 90.00 EUR 2026-01-01")
    assert said(price(here.session, entry).charge) == "50.00 EUR"
    assert explain(here.session, entry).fixed and explain(here.session, entry).won == 19
    locked(here, entry, "payroll")
    free_prices(Pen(), [entry])
    assert said(price(here.session, entry).charge) == "90.00 EUR"
    assert [row.side for row in FixedPrice.select()] == ["pay"], "payroll holds it still"


def test_time_added_to_a_billed_day_is_billed_only_beyond_it(here: Place) -> None:
    RoundingPolicy.create(increment=15, direction="up", minimum=0, unit="day")
    add_rate(here, "- 60.00 EUR 2026-01-01")
    first = add_entry(here, "2026-03-10T09:00", 420)
    with here.session.writing():
        fix_prices(here.session, Pen(), [first], NOON)
    second = add_entry(here, "2026-03-10T11:00", 300)
    assert price(here.session, second).rounded_seconds == 0
    third = add_entry(here, "2026-03-10T12:00", 300)
    assert [one.rounded_seconds for one in prices(here.session)] == [900, 300, 600]
    assert price(here.session, third).rounded_seconds == 600


def as_role(here: Place, role: str) -> Session:
    people.add_employee(here.session, role, name=role, role=role)
    return replace(here.session, actor=acting(role, ""))


@pytest.mark.parametrize(("role", "may"), [("rep", False), ("manager", False), ("accountant", True)])
def test_rates_are_the_accountants_and_administrators(here: Place, role: str, may: bool) -> None:
    session, ask = as_role(here, role), {"side": "bill", "amount": Money(1, "EUR"), "from_day": date(2026, 1, 1)}
    if may:
        set_rate(session, **ask)
        assert len(rates(session)) == 1
    else:
        with pytest.raises(NotFound):
            set_rate(session, **ask)
        with pytest.raises(NotFound):
            rates(session)
        with pytest.raises(NotFound):
            delete_rate(session, 1)
    with pytest.raises(NotFound):
        set_rounding(session, policy=Policy(6))
    with pytest.raises(NotFound):
        people.add_category(session, "x")
    with pytest.raises(NotFound):
        commands.rename_service(session, here.ids["service"], "x")


def test_a_rep_sees_the_price_of_their_own_time_and_clients_only(here: Place) -> None:
    add_rate(here, "- 60.00 EUR 2026-01-01")
    add_rate(here, "- 30.00 EUR 2026-01-01 pay")
    own, others = add_entry(here), add_entry(here, "2026-03-11T09:00", employee="employee2")
    mine = add_entry(here, "2026-03-12T09:00", employee="employee2", client="client2", deal=None)
    anna = replace(here.session, actor=acting("anna", ""))
    assert [one.id for one in prices(anna)] == [own]
    with pytest.raises(NotFound):
        price(anna, others)
    team = frozenset({here.ids["employee"], here.ids["employee2"]})
    anna = replace(anna, actor=replace(anna.actor, team=team, team_read=True))
    Client.update(owner=here.ids["employee"]).where(Client.id == here.ids["client2"]).execute()
    seen = {one.id: (one.rate is not None, one.hidden) for one in prices(anna)}
    assert seen == {own: (True, False), others: (False, True), mine: (True, False)}
    with pytest.raises(NotFound):
        explain(anna, others)
    paid = {one.id: one.rate is not None for one in prices(anna, side="pay")}
    assert paid == {own: True, others: False, mine: False}
    manager = replace(anna, actor=replace(anna.actor, role="manager", id=here.ids["employee"]))
    assert not any(one.hidden for one in prices(manager))
    assert [one.id for one in prices(manager, side="pay") if not one.hidden] == [own]


def test_a_category_in_use_is_archived_not_deleted(here: Place) -> None:
    for name in ("category", "category2"):
        add_rate(here, f"{name} 60.00 EUR 2026-01-01")
        with pytest.raises(Refused) as caught:
            people.delete_category(here.session, here.ids[name])
        assert caught.value.code == "category_used"
    people.archive_category(here.session, here.ids["category2"])
    with pytest.raises(Refused) as caught:
        people.set_category(here.session, "anna", "senior", date(2026, 3, 1))
    assert caught.value.code == "category_archived"
    people.delete_category(here.session, people.add_category(here.session, "once"))


def test_a_renamed_service_keeps_its_entries_and_rates(here: Place) -> None:
    entry = add_entry(here)
    add_rate(here, "service 60.00 EUR 2026-01-01")
    commands.rename_service(here.session, here.ids["service"], "Drawing")
    with pytest.raises(Refused):
        commands.rename_service(here.session, here.ids["service"], "travel")
    commands.archive_service(here.session, here.ids["service"])
    assert said(price(here.session, entry).charge) == "60.00 EUR"
    assert views.entry(here.session, entry).service == "Drawing"
    assert [one.name for one in views.services(here.session)] == ["Travel"]


def test_a_merged_deal_brings_its_rates_and_keeps_locked_prices(here: Place) -> None:
    entry = add_entry(here, deal="deal2")
    locked(here, entry, "billing")
    add_rate(here, "deal2 60.00 EUR 2026-01-01")
    add_rate(here, "deal2 65.00 EUR 2026-02-01")
    add_rate(here, "deal 90.00 EUR 2026-02-01")
    before = said(price(here.session, entry).charge)
    pen = Pen()
    commands.follow_deal_merged(here.session, pen=pen, deal_id=here.ids["deal"], other_id=here.ids["deal2"])
    assert said(price(here.session, entry).charge) == before == "65.00 EUR"
    assert {(row.deal_id, row.amount) for row in Rate.select()} == {(here.ids["deal"], 6000), (here.ids["deal"], 9000)}


def test_time_that_is_closed_keeps_its_price_when_its_deal_is_merged(here: Place) -> None:
    entry, free = add_entry(here, deal="deal2"), add_entry(here, "2026-03-11T00:10", deal="deal2")
    add_rate(here, "deal2 65.00 EUR 2026-02-01")
    add_rate(here, "deal 90.00 EUR 2026-02-01")
    Company.update(locked_before=date(2026, 3, 11)).execute()
    commands.follow_deal_merged(here.session, pen=Pen(), deal_id=here.ids["deal"], other_id=here.ids["deal2"])
    assert [said(price(here.session, one).charge) for one in (entry, free)] == ["65.00 EUR", "90.00 EUR"]


@pytest.mark.parametrize(("use", "bill", "pay"), [("billing", "65.00 EUR", "40.00 EUR"), ("payroll", "90.00 EUR", "30.00 EUR"), ("approval", "65.00 EUR", "30.00 EUR")])
def test_a_merge_prices_the_side_anew_that_nothing_locks(here: Place, use: str, bill: str, pay: str) -> None:
    entry = add_entry(here, deal="deal2")
    for rate in ("deal2 65.00 EUR 2026-02-01", "deal 90.00 EUR 2026-02-01", "deal2 30.00 EUR 2026-02-01 pay", "deal 40.00 EUR 2026-02-01 pay"):
        add_rate(here, rate)
    locked(here, entry, use)
    commands.follow_deal_merged(here.session, pen=Pen(), deal_id=here.ids["deal"], other_id=here.ids["deal2"])
    assert [said(price(here.session, entry, side).charge) for side in ("bill", "pay")] == [bill, pay]


# Properties

KEYS = st.sampled_from(LADDER).flatmap(
    lambda names: st.fixed_dictionaries({name: st.integers(1, 2) for name in names}).map(lambda ids: Keys(**ids))
)
FULL = st.builds(Keys, *[st.integers(1, 2)] * 6)
SOME_DAY = st.dates(date(2026, 1, 1), date(2026, 1, 20))
LINES = st.lists(
    st.tuples(KEYS, SOME_DAY, st.none() | st.integers(0, 10), st.integers(0, 10**6)),
    max_size=25,
    unique_by=lambda line: (line[0], line[1]),
).map(
    lambda found: [
        RateLine(number, keys, day, None if length is None else day + timedelta(days=length), amount, "EUR")
        for number, (keys, day, length, amount) in enumerate(found)
    ]
)


@given(LINES, KEYS, st.integers(0, 10**6), SOME_DAY, FULL, st.dates(date(2025, 12, 20), date(2026, 2, 20)))
def test_a_rate_from_a_later_day_changes_no_earlier_charge(
    lines: list[RateLine], keys: Keys, amount: int, first: date, entry: Keys, day: date
) -> None:
    lines = [line for line in lines if (line.keys, line.from_day) != (keys, first)]
    before = RateBook(lines).find(entry, day)
    after = RateBook([*lines, RateLine(99, keys, first, None, amount, "EUR")]).find(entry, day)
    assert day >= first or before == after


@given(LINES, FULL, SOME_DAY)
def test_the_ladder_is_won_by_its_first_rank_that_holds_a_rate(lines: list[RateLine], entry: Keys, day: date) -> None:
    book = RateBook(lines)
    held = [(rung.rank, rung.line) for rung in book.ladder(entry, day) if rung.line is not None]
    assert book.find(entry, day) == (held[0] if held else None)

    def fits(line: RateLine) -> bool:
        return all(want in (None, has) for want, has in zip(line.keys, entry, strict=True))

    for rank, line in held:  # as the sentence has it, told by looking at all lines
        latest = max(
            (one for one in lines if one.keys == line.keys and one.from_day <= day), key=lambda one: one.from_day
        )
        assert latest == line and fits(line) and rank_of(line.keys) == rank
        assert line.to_day is None or day <= line.to_day


POLICIES = st.builds(
    Policy, st.none() | st.sampled_from(INCREMENTS), st.sampled_from(DIRECTIONS), st.integers(0, 1440),
    st.sampled_from(("entry", "day")),
)  # fmt: skip


@given(st.integers(0, 200_000), st.integers(0, 10_000), POLICIES)
def test_rounding_is_never_negative_and_monotone(seconds: int, more: int, policy: Policy) -> None:
    assert 0 <= rounded(seconds, policy) <= rounded(seconds + more, policy)
    assert rounded(0, policy) == 0
    if policy.increment is not None:
        assert rounded(seconds, policy) % (policy.increment * 60) == 0


@given(st.lists(st.integers(0, 20_000), max_size=8), POLICIES)
def test_what_is_shared_out_is_the_days_total(seconds: list[int], policy: Policy) -> None:
    billed = shared_out(seconds, policy)
    assert sum(billed) == rounded(sum(seconds), policy)
    assert all(one >= 0 for one in billed)
    assert all(new == 0 for old, new in zip(seconds, billed, strict=True) if old == 0)


@given(st.integers(0, 10**6), st.integers(0, 10**9))
def test_a_charge_is_rounded_once_half_away_from_zero(seconds: int, amount: int) -> None:
    exact_times_3600 = seconds * amount
    found = charge(seconds, amount)
    assert abs(found * 3600 - exact_times_3600) <= 1800
    assert found * 3600 - exact_times_3600 != -1800, "a half goes up"


@given(
    st.integers(0, 4 * 10**15),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Moscow"]),
)
def test_days_of_many_instants_are_those_of_each(instant: int, zone: str) -> None:
    assert LocalDays(zone).day(instant) == local_day(instant, zone)


def test_days_around_a_clock_change_are_those_of_each() -> None:
    days, start = LocalDays("America/New_York"), parse_instant("2026-03-07T00:00Z", "UTC")
    for quarter in range(4 * 24 * 4):
        instant = start + quarter * 900 * SECOND
        assert days.day(instant) == local_day(instant, "America/New_York")


