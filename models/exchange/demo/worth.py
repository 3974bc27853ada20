"""What the time of the demo is worth: services, categories, rates, rounding; which service an entry is for.

Drawn apart from the rest, so that deals and their history do not depend on it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from models.values.instants import Instant
from models.values.text import search_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.storage.store import Store

SERVICES = {
    "en": ("Consulting", "Travel", "Administration"),
    "ru": ("Консультация", "Поездка", "Делопроизводство"),
}
CATEGORIES = {"en": ("Junior", "Senior", "Expert"), "ru": ("Младший", "Старший", "Эксперт")}
SHARES = (5, 8, 2, 1)  # of Work and the other services, in order
BILLED, PAID = (90, 130, 180), (30, 42, 60)  # an hour by category
DEFAULT, FIRST_CLIENT, TRAVEL, PAID_BY_DEFAULT = 110, 150, 70, 35
HOURLY = {"EUR": 100, "RUB": 4_500}  # minor units of one of these
ROUNDED = 6  # minutes, up, for the first client


def write_worth(store: Store, language: str, currency: str, reps: Sequence[int], first: date, at: Instant) -> list[int]:
    """Write services, categories and rates from the day `first` on; returns the ids of the services, Work before all.

    The fourth rep became one category better half a year later.
    """
    live = store.database.connection()
    services = [1] + [
        _insert(live, "service", name=name, name_key=search_key(name), created_at=at) for name in SERVICES[language]
    ]
    categories = [
        _insert(live, "category", name=name, name_key=search_key(name), created_at=at) for name in CATEGORIES[language]
    ]
    for number, rep in enumerate(reps):
        grade = number % len(categories)
        _insert(live, "employee_category", employee_id=rep, category_id=categories[grade], from_day=first.isoformat())
        if number == 3:
            later = (first + timedelta(days=180)).isoformat()
            _insert(live, "employee_category", employee_id=rep, category_id=categories[1], from_day=later)
    unit = HOURLY[currency]

    def rate(side: str, amount: int, **keys: int) -> None:
        _insert(
            live, "rate", side=side, from_day=first.isoformat(), amount=amount * unit, currency=currency, created_at=at,
            **keys,
        )

    rate("bill", DEFAULT)
    rate("pay", PAID_BY_DEFAULT)
    rate("bill", TRAVEL, service_id=services[2])
    for category, billed, paid in zip(categories, BILLED, PAID, strict=True):
        rate("bill", billed, category_id=category)
        rate("pay", paid, category_id=category)
    return services


def write_first_client(store: Store, currency: str, client: int, first: date, at: Instant) -> None:
    """The client's own rate, and its time in steps of six minutes, rounded up."""
    live = store.database.connection()
    _insert(
        live, "rate", side="bill", client_id=client, from_day=first.isoformat(), amount=FIRST_CLIENT * HOURLY[currency],
        currency=currency, created_at=at,
    )
    _insert(live, "rounding_policy", client_id=client, increment=ROUNDED, direction="up", minimum=0, unit="entry")


def service_of(rng: Random, services: Sequence[int]) -> int:
    """The service that an entry is for."""
    return rng.choices(services, SHARES)[0]


def _insert(live: Any, table: str, **values: Any) -> int:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    made = live.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values()))
    return int(made.lastrowid)
