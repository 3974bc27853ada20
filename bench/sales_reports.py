"""How long the reports of sales take: `python -m bench.sales_reports [DEALS]`. It prints seconds of a first call in a fresh
process, imports of the report among them, and the most memory that process took. The target is 1 s for 100,000 deals with
some 500,000 visits."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from models.people import commands as people
from models.people.views import acting
from models.pipeline import setup
from models.pipeline.tables import Deal, DealTerms, Hold, Visit
from models.session import Session
from models.storage.database import Row
from models.storage.store import create_store
from models.values import instants
from models.values.instants import DAY, SECOND

DEALS, REPS, CLIENTS, STAGES = 100_000, 20, 20_000, 7
CALLS = {
    "volumes": "volumes.volumes(session, 1)",
    "volumes as of half a year ago": "volumes.volumes(session, 1, as_of=session.now() - 180 * 86_400_000_000)",
    "funnel": "funnel.funnel(session, 1)",
    "ageing": "ageing.ageing(session, 1)",
    "ageing on the working clock": "ageing.ageing(session, 1, clock='working')",
    "reps": "reps.reps(session, 1)",
}
CALL = """
import sys, time
from importlib import import_module
from pathlib import Path
from models.people.views import acting
from models.session import Session
from models.storage.store import open_store
session = Session(open_store(Path(sys.argv[1])), acting("root", ""))
begun = time.perf_counter()
name = sys.argv[2].partition(".")[0]
eval(sys.argv[2], {name: import_module(f"models.statistics.{name}"), "session": session})
took = time.perf_counter() - begun
most = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(took, int(most) / 1024)
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DEALS
    if len(sys.argv) > 2:
        print(f"{count} deals, {_store(Path(sys.argv[2]), count)} visits", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        # In a process of its own, so that what it takes is given back.
        subprocess.run([sys.executable, "-m", "bench.sales_reports", str(count), str(path)], check=True)
        for name, call in CALLS.items():
            told = [_call(path, call) for _each in range(5)]
            seconds, memory = sorted(told)[len(told) // 2]
            print(f"{name}: {seconds:.2f} s, {memory:.0f} MB")


def _call(path: Path, call: str) -> tuple[float, float]:
    run = subprocess.run([sys.executable, "-c", CALL, str(path), call], capture_output=True, text=True, check=True)
    seconds, memory = run.stdout.split()
    return float(seconds), float(memory)


def _store(path: Path, count: int) -> int:
    """A store with one type of seven stages, three of ten deals open, some on hold, in two currencies."""
    rng, store, now = random.Random(1), create_store(path), instants.now()
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="Europe/Berlin", admin="root", admin_name="Root", at=now
        )
    session = Session(store, acting("root", ""))
    reps = [
        people.add_employee(session, f"rep{number}", name="", role="rep", team=f"Team {number % 3}").id for number in range(REPS)
    ]
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    type_id = setup.add_type(session, "Offers", mode="free")
    stages = [setup.add_stage(session, type_id, f"Stage {number}") for number in range(1, STAGES + 1)]
    rows: dict[type[Row], list[dict[str, Any]]] = {Deal: [], DealTerms: [], Visit: [], Hold: []}
    with store.writing():
        live = store.database.connection()
        live.executemany(
            "INSERT INTO client (id, name, name_key, search, owner_id, street, city, postcode, country, vat_id,"
            " registration_id, phone, mail, version, created_at) VALUES (?, ?, ?, '', ?, '', '', '', '', '', '', '', '', 1, ?)",
            [(number, f"Client {number}", f"client {number}", rng.choice(reps), now) for number in range(1, CLIENTS + 1)],
        )
        for number in range(1, count + 1):
            _deal(rng, rows, number, type_id, stages, reps, now)
        for table, found in rows.items():
            names = list(found[0])
            marks = ", ".join("?" * len(names))
            live.executemany(
                f"INSERT INTO {table._meta.table_name} ({', '.join(names)}) VALUES ({marks})", [tuple(row.values()) for row in found]
            )
    store.close()
    return len(rows[Visit])


def _deal(
    rng: random.Random, rows: dict[type[Row], list[dict[str, Any]]], number: int, type_id: int, stages: list[int],
    reps: list[int], now: int,
) -> None:  # fmt: skip
    start = at = now - rng.randint(1, 1200 * DAY // SECOND) * SECOND
    owner, still_open, place, last = rng.choice(reps), rng.random() < 0.31, 0, rng.randint(2, 8)
    amount = None if rng.random() < 0.05 else rng.randrange(100, 100_000) * 100
    money = {"amount": amount, "currency": "EUR" if rng.random() < 0.8 else "USD"}
    money["expected_close"] = None if rng.random() < 0.1 else f"2026-{rng.randint(1, 12):02}-15"
    rows[DealTerms].append({"deal_id": number, "at": start, "owner_id": owner, **money})
    for seq in range(1, last + 1):
        left = None if seq == last and still_open else min(now, at + int(rng.expovariate(1 / 12) * DAY))
        end = None if left is None else rng.choice(("won", "lost")) if seq == last else "advance"
        rows[Visit].append({
            "deal_id": number, "seq": seq, "deal_type_id": type_id, "stage_id": stages[place], "entered_at": at,
            "entered_as": "start" if seq == 1 else "advance", "entered_by_id": owner, "entered_recorded_at": at,
            "entered_reason": "", "begin_unknown": 0, "left_at": left, "left_as": end, "left_reason": "", "marks": "",
        })  # fmt: skip
        if left is not None and rng.random() < 0.03:
            rows[Hold].append({"deal_id": number, "started_at": at, "ended_at": left, "reason": "x", "started_by_id": owner})
        entered = at
        if seq < last and left is not None:
            at, place = left, rng.choice([other for other in range(STAGES) if other != place])
    if rng.random() < 0.3:
        owner = rng.choice(reps)
        rows[DealTerms].append({"deal_id": number, "at": entered, "owner_id": owner, **money})
    closed = rows[Visit][-1]
    rows[Deal].append({
        "id": number, "client_id": rng.randint(1, CLIENTS), "deal_type_id": type_id, "stage_id": stages[place],
        "owner_id": owner, "title": "", "title_key": "x", "outcome": closed["left_as"] or "open", **money,
        "probability": 50 if rng.random() < 0.1 else None, "source": "", "started_at": start, "entered_at": entered,
        "closed_at": closed["left_at"], "close_reason": "", "version": 1, "created_at": start,
    })  # fmt: skip


if __name__ == "__main__":
    main()
