"""How long the reports on stages take over 100,000 deals and 500,000 visits, side by side with pandas and lifelines.

Run as `python -m bench.statistics [--deals N] [--runs N] [--store FILE]`. pandas and lifelines come with the test extras.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

DAY = 86_400_000_000
NOW = 1_795_000_000_000_000
STAGES = ("Lead", "Contact", "Demonstration", "Offer", "Terms", "Contract", "Payment")
REPS = 30
ROUNDS = 20  # of what is measured warm


def make_store(path: Path, count: int) -> None:
    """A store of `count` deals with five visits each on average, some 30 % of them open: on random ways through seven
    stages, with holds, changes of owner, reopenings; sampled with a fixed seed."""
    from models.clients.commands import add_client
    from models.people import commands as people
    from models.people.views import acting
    from models.pipeline import setup
    from models.session import Session
    from models.storage.store import create_store

    store = create_store(path)
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="Europe/Berlin", admin="root", admin_name="Root", at=NOW
        )
    session = Session(store, acting("root", ""))
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    reps = [people.add_employee(session, f"rep{number}", name=f"Rep {number}", role="rep").id for number in range(REPS)]
    type_id = setup.add_type(session, "Many", mode="free")
    stages = [setup.add_stage(session, type_id, name, probability=10 * number + 10) for number, name in enumerate(STAGES)]
    live, rng = store.database, random.Random(1)
    add_client(session, "Vega")
    deals: list[tuple[Any, ...]] = []
    visits: list[tuple[Any, ...]] = []
    terms: list[tuple[Any, ...]] = []
    holds: list[tuple[Any, ...]] = []
    for deal in range(1, count + 1):
        owner = rng.choice(reps)
        at = started = NOW - int(rng.random() * 1500 * DAY) // 1000 * 1000
        terms.append((deal, at, owner, 100_000, "EUR"))
        place, how, seq, outcome = rng.choice((0, 0, 0, 1, 2)), "start", 0, "open"
        while True:
            seq += 1
            left: int | None = at + int(rng.expovariate(1 / (8 * DAY * (place + 2))))
            drawn = rng.random()
            to, ended = place, ""
            if left > NOW:
                left, ended = None, ""
            elif drawn < 0.05 + 0.03 * place:
                ended = "won" if rng.random() < 0.55 else "lost"
            else:
                to = min(place + (1 if drawn < 0.82 else 2), len(stages) - 1) if drawn < 0.88 else max(0, place - 1)
                if to == place:
                    ended = "won" if rng.random() < 0.7 else "lost"
                else:
                    ended = "return" if to < place else "advance" if to == place + 1 else "skip"
            visits.append((deal, seq, type_id, stages[place], at, how, owner, at, left, ended or None))
            if rng.random() < 0.02:
                began = at + ((left or NOW) - at) // 4
                holds.append((deal, began, began + ((left or NOW) - at) // 4, owner, owner))
            if left is None:
                break
            if ended in ("won", "lost"):
                if rng.random() > 0.04:
                    outcome = ended
                    break
                at, how = left + DAY, "reopen"
                if at > NOW:
                    outcome = ended
                    break
                continue
            if rng.random() < 0.05:
                owner = rng.choice(reps)
                terms.append((deal, left, owner, 100_000, "EUR"))
            place, how, at = to, ended, left
        closed = visits[-1][8] if outcome != "open" else None
        deals.append((deal, 1, type_id, visits[-1][3], owner, outcome, started, visits[-1][4], closed))
    visits.sort(key=lambda visit: visit[4])  # as they would have been written
    with store.writing():
        connection = live.connection()
        connection.executemany(
            "INSERT INTO deal (id, client_id, deal_type_id, stage_id, owner_id, title, title_key, outcome, amount, currency,"
            " source, started_at, entered_at, closed_at, close_reason, version, created_at)"
            " VALUES (?, ?, ?, ?, ?, '', 'vega', ?, 100000, 'EUR', '', ?, ?, ?, '', 1, 0)",
            deals,
        )
        connection.executemany(
            "INSERT INTO visit (deal_id, seq, deal_type_id, stage_id, entered_at, entered_as, entered_by_id,"
            " entered_recorded_at, entered_reason, left_at, left_as, begin_unknown, left_reason, marks)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, 0, '', '')",
            visits,
        )
        connection.executemany(
            "INSERT INTO deal_terms (deal_id, at, owner_id, amount, currency) VALUES (?, ?, ?, ?, ?)", terms
        )
        connection.executemany(
            "INSERT INTO hold (deal_id, started_at, ended_at, reason, started_by_id, ended_by_id)"
            " VALUES (?, ?, ?, '', ?, ?)",
            holds,
        )
    store.close()


if __name__ == "__main__":
    import sys
    make_store(Path(sys.argv[1]), int(sys.argv[2]))
