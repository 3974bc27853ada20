"""How long it takes to price entries: `python -m bench.time_prices [ENTRIES]`. It prints seconds; the target is 1 s
for 100,000."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from models.clients.tables import Client
from models.people import commands as people
from models.people.tables import Category, Employee, EmployeeCategory
from models.people.views import acting
from models.session import Session
from models.storage.store import create_store
from models.timekeeping.rules.rates import LADDER
from models.timekeeping.tables import Rate, RoundingPolicy, Service, TimeEntry
from models.timekeeping.views.prices import prices
from models.values import instants
from models.values.instants import MINUTE

ENTRIES = 100_000
EMPLOYEES, CLIENTS, SERVICES = 20, 200, 8
ZONES = ("Europe/Berlin", "Europe/Moscow", "America/New_York", "Asia/Kathmandu")
BATCH = 1_000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        session = _store(Path(folder), count)
        for name in ("rounded by entry", "rounded by day"):
            begun = time.perf_counter()
            found = prices(session)
            took = time.perf_counter() - begun
            priced = sum(one.charge is not None for one in found)
            print(f"{name}: {len(found)} entries, {priced} of them with a charge, in {took:.2f} s")
            RoundingPolicy.update(unit="day").execute()
        session.store.close()


def _store(folder: Path, count: int) -> Session:
    """A store with `count` entries over two years, rates of every rank but the deals' and a policy."""
    store = create_store(folder / "stagewatch.db")
    at = instants.now()
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=at
        )
        categories = [Category.create(name=name, name_key=name, created_at=at).id for name in ("junior", "senior")]
        employees = [
            Employee.create(
                login=f"rep{n}", name=f"Rep {n}", name_key=f"rep {n}", role="rep", language="en",
                timezone=ZONES[n % len(ZONES)], created_at=at,
            ).id
            for n in range(EMPLOYEES)
        ]  # fmt: skip
        for n, employee in enumerate(employees):
            for category, day in zip(categories, (date(2024, 1, 1), date(2025, 7, 1 + n)), strict=True):
                EmployeeCategory.create(employee=employee, category=category, from_day=day)
        clients = [
            Client.create(name=f"Client {n}", name_key=f"client {n}", search="", owner=employees[0], created_at=at).id
            for n in range(CLIENTS)
        ]
        services = [Service.create(name=f"S{n}", name_key=f"s{n}", created_at=at).id for n in range(SERVICES)]
        first = {"client": clients, "employee": employees, "service": services, "category": categories}
        for names in LADDER:
            if "deal" in names or "entry" in names:
                continue
            for n in range(10 if names else 1):
                keys = {name: first[name][n % len(first[name])] for name in names}
                for year in (2024, 2025, 2026):
                    if n < len(first[names[0]] if names else [0]):
                        Rate.create(
                            side="bill", from_day=date(year, 1, 1), amount=10_000 + n, currency="EUR", created_at=at, **keys
                        )
        RoundingPolicy.create(increment=6, direction="up", minimum=0, unit="entry")
        start = instants.parse_instant("2025-01-01T08:00:00Z", "UTC")
        rows = [
            {
                "employee": employees[n % EMPLOYEES], "client": clients[n * 7 % CLIENTS],
                "service": services[n * 3 % SERVICES], "started_at": start + n // EMPLOYEES * 200 * MINUTE,
                "ended_at": start + (n // EMPLOYEES * 200 + 47) * MINUTE, "created_at": at,
            }
            for n in range(count)
        ]  # fmt: skip
        for place in range(0, count, BATCH):
            TimeEntry.insert_many(rows[place : place + BATCH]).execute()
    return Session(store, acting("root", ""))


if __name__ == "__main__":
    main()
