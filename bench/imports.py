"""Import of 100,000 shuffled history rows against `executemany` of the same rows: `python -m bench.imports [ROWS [RUNS]]`."""

from __future__ import annotations

import csv
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from models.exchange.history import ImportOptions, import_history
from models.people.commands import found_company
from models.people.views import acting
from models.session import Session
from models.storage.store import create_store
from models.values import instants

FIELDS = ["deal_id", "client", "rep", "deal_type", "stage", "entered_at", "amount", "currency", "outcome"]


def main(count: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "rows.csv"
        # In a process of its own, so that the memory measured here is the import's.
        maker = get_context("spawn").Process(target=write_rows, args=(path, count))
        maker.start()
        maker.join()
        pairs = []
        for run in range(runs):
            taken, memory = imported(path, Path(name) / f"{run}.db")
            pairs.append((taken, inserted(path, Path(name) / f"plain{run}.db"), memory))
    wall, cpu = (statistics.median(taken[kind] / yard[kind] for taken, yard, _memory in pairs) for kind in (0, 1))
    print(
        f"{count} rows, medians of {runs} pairs: {statistics.median(taken[0] for taken, _yard, _memory in pairs):.2f} s,"
        f" {wall:.1f} times executemany; by processor time {cpu:.1f} times; {pairs[0][2]} MB at most"
    )


def write_rows(path: Path, count: int) -> None:
    """A history of `count` shuffled rows, five a deal."""
    order = list(range(count))
    random.Random(1).shuffle(order)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for number in order:
            deal, step = divmod(number, 5)
            writer.writerow(
                [deal, f"Client {deal % 5000}", f"rep{deal % 40}", "Bench", f"Stage {step}",
                 f"2024-{step + 1:02}-{deal % 28 + 1:02}T10:{deal % 60:02}:00Z", deal, "EUR", ""]
            )


def imported(path: Path, store_path: Path) -> tuple[tuple[float, float], int]:
    """The time of an import into a new store, and the most memory until then in MB."""
    store = create_store(store_path)
    with store.writing():
        found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=instants.now()
        )
    session = Session(store, acting("root", ""))
    taken = timed(lambda: import_history(session, path, ImportOptions(create_stages=True)))
    store.close()
    return taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def inserted(path: Path, plain_path: Path) -> tuple[float, float]:
    """The time of the same rows from memory into one plain table."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    plain = sqlite3.connect(plain_path)
    plain.execute(f"CREATE TABLE plain ({', '.join(FIELDS)})")

    def insert() -> None:
        with plain:
            plain.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * 9)})", rows)

    taken = timed(insert)
    plain.close()
    return taken


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor. The second are what other programs disturb less."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
