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
        measured = []
        for run in range(runs):
            taken = imported(path, Path(name) / f"{run}.db")
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            measured.append((taken, memory))
        with path.open(newline="") as file:
            rows = list(csv.reader(file))[1:]
        yards = [inserted(rows, Path(name) / f"plain{run}.db") for run in range(runs)]
    taken, yard = (statistics.median(times) for times in ([taken for taken, _memory in measured], yards))
    print(
        f"{count} rows: {taken:.2f} s, executemany {yard:.3f} s, ratio {taken / yard:.1f} (medians of {runs}),"
        f" {measured[0][1]} MB at most"
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


def imported(path: Path, store_path: Path) -> float:
    """The seconds of an import into a new store."""
    store = create_store(store_path)
    with store.writing():
        found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=instants.now()
        )
    start = time.perf_counter()
    import_history(Session(store, acting("root", "")), path, ImportOptions(create_stages=True))
    taken = time.perf_counter() - start
    store.close()
    return taken


def inserted(rows: list[list[str]], path: Path) -> float:
    """The seconds of the same rows from memory into one plain table."""
    plain = sqlite3.connect(path)
    plain.execute(f"CREATE TABLE plain ({', '.join(FIELDS)})")
    start = time.perf_counter()
    with plain:
        plain.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * 9)})", rows)
    taken = time.perf_counter() - start
    plain.close()
    return taken


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
