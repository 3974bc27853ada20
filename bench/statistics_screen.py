"""How soon the screen Statistics stands there, and how quick its keys are while a report is computed.

Run as `python -m bench.statistics_screen [--runs N] [--sizes 100,10000,100000] [--stores FOLDER] [--history FILE]`: the program
in a pseudo-terminal, with a workplace that remembers the screen with its first report, in turn with the hello. `--history` is a
store of `bench.statistics`, which is made where it is missing.
"""

from __future__ import annotations

import argparse
import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.__main__ import HELLO, ROOT, Row, board, make_store, paint, ratio_row, table, told, within
from bench.statistics import make_store as make_history
from bench.terminal import Terminal

LIST, TABLE, CHART = "Margin", "on hold", "┤"  # what only the list, the table and the chart of the first report have
TOLD = "from, to"  # what only the table of Transitions has
KEY_BUDGET = 30  # ms
BETWEEN = 0.03  # seconds without a byte after which a key is answered; keys come sooner than the screen begins to read anew


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.statistics_screen", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--stores", type=Path, help="folder that keeps the stores between runs")
    parser.add_argument("--history", type=Path, help="a store of bench.statistics")
    options = parser.parse_args()
    for folder in ("bench", "cli", "models", "tui"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        stores = {int(size): (options.stores or Path(folder)) / f"{size}.db" for size in options.sizes.split(",")}
        for size, path in stores.items():
            make_store(path, size)
            begin_with(path, "clients")
        history = options.history or Path(folder) / "history.db"
        if not history.exists():
            told("making a history of 100,000 deals")
            make_history(history, 100_000)
        rows = [*first_paint(options.runs, stores), *keys(options.runs, history)]
    print(table(rows))


def begin_with(path: Path, report: str) -> None:
    """Let the program begin with a report. In a process of its own: a process works on one store."""
    subprocess.run([sys.executable, "-c", f"from bench import statistics_screen as s; s._keep({str(path)!r}, {report!r})"], check=True)


def _keep(name: str, report: str) -> None:
    from models.people.commands import keep_workplace
    from models.people.views import acting
    from models.session import Session
    from models.storage.store import open_store

    session = Session(open_store(Path(name)), acting(None, "root"))
    keep_workplace(session, {"screen": "statistics", "statistics": {"report": report}})


def first_paint(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """The list with its cursor, and the first report's table and chart, against the hello's first line."""
    smallest, largest = min(stores), max(stores)
    for size in sorted(stores)[1:]:
        told(f"first paint at {size:,} deals")
        found = [(paint(HELLO), *stood(stores[size])) for _run in range(runs)]
        for place, name in ((1, "list of reports"), (2, "table of the first report"), (3, "its chart")):
            yield ratio_row(f"{name} at {size:,} deals, against the hello", [(one[0], one[place]) for one in found], 1.5)
    pairs = [(stood(stores[smallest])[0], stood(stores[largest])[0]) for _run in range(runs)]
    yield ratio_row(f"list of reports at {largest:,} deals, against {smallest:,}", pairs, 1.15)


def stood(store: Path) -> tuple[float, float, float]:
    """Seconds to the list, the table and the chart."""
    with Terminal(board(store)) as terminal:
        return terminal.until(LIST), terminal.until(TABLE), terminal.until(CHART)


def keys(runs: int, history: Path) -> Iterator[Row]:
    """The cursor in the list while Transitions reads and computes: a second and more, from the start on."""
    told("keys while a report is computed")
    begin_with(history, "transitions")
    took: list[float] = []
    base: list[float] = []
    answered: list[float] = []
    for _run in range(max(1, runs // 3)):
        with Terminal(board(history)) as terminal, Terminal(HELLO) as hello:
            hello.until("Line 1")
            begun = terminal.until(LIST)
            number = 0
            while TOLD.encode() not in terminal.sent and time.perf_counter() - terminal.started < 20:
                took.append(terminal.key("k" if number % 2 else "j", BETWEEN).seconds)
                number += 1
            answered.append(time.perf_counter() - terminal.started - begun)
            hello.settle(0.5)
            base += [hello.key("\x1b[A" if number % 2 else "\x1b[B").seconds for number in range(10)]
    took.sort()
    said = f"{len(took)} keys; the hello's {statistics.median(base) * 1000:.1f} ms; the report stood there after {statistics.median(answered):.1f} s"
    for name, value in (("median", statistics.median(took)), ("19 of 20 keys", took[len(took) * 19 // 20]), ("slowest", took[-1])):
        yield f"cursor key while Transitions is computed, {name}", f"{within(value * 1000, KEY_BUDGET)} ms", f"{KEY_BUDGET} ms", said
        said = ""


if __name__ == "__main__":
    main()
