"""Import of 100,000 shuffled history rows against `executemany` of the same rows: `python -m bench.imports [ROWS]`."""

from __future__ import annotations

import csv
import random
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from models.exchange.history import ImportOptions, import_history
from models.people.commands import found_company
from models.people.views import acting
from models.session import Session
from models.storage.store import create_store
from models.values import instants

FIELDS = ["deal_id", "client", "rep", "deal_type", "stage", "entered_at", "amount", "currency", "outcome"]


def main(count: int) -> None:
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        order = list(range(count))
        rng.shuffle(order)
        with (folder / "rows.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(FIELDS)
            for number in order:
                deal, step = divmod(number, 5)
                writer.writerow(
                    [deal, f"Client {deal % 5000}", f"rep{deal % 40}", "Bench", f"Stage {step}",
                     f"2024-{step + 1:02}-{deal % 28 + 1:02}T10:{deal % 60:02}:00Z", deal, "EUR", ""]
                )
        del order
        store = create_store(folder / "store.db")
        with store.writing():
            found_company(
                name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root",
                at=instants.now(),
            )
        start = time.perf_counter()
        import_history(Session(store, acting("root", "")), folder / "rows.csv", ImportOptions(create_stages=True))
        taken = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        store.close()
        with (folder / "rows.csv").open(newline="") as file:
            rows = list(csv.reader(file))[1:]
        plain = sqlite3.connect(folder / "plain.db")
        plain.execute(f"CREATE TABLE plain ({', '.join(FIELDS)})")
        start = time.perf_counter()
        with plain:
            plain.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * 9)})", rows)
        yard = time.perf_counter() - start
        plain.close()
    print(f"{count} rows: {taken:.2f} s, executemany {yard:.3f} s, ratio {taken / yard:.1f}, {memory} MB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
