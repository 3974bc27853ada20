"""Runs the benchmarks and writes the figures down: `python -m bench [--runs 15] [--sizes 100,10000,100000]`."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.terminal import Terminal

HELLO = [sys.executable, "-m", "bench.hello"]
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--stores", type=Path, help="folder that keeps the stores between runs")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stores = {int(size): (options.stores or Path(folder)) / f"{size}.db" for size in options.sizes.split(",")}
        for size, path in stores.items():
            make_store(path, size)
        rows = command_line(options.runs, stores[max(stores)])
        rows += first_paint(options.runs, stores)
        rows += keys(stores)
        rows += idle(stores)
    text = table(rows)
    print(text)
    if options.write:
        RESULTS.write_text(heading() + text, encoding="utf-8")


def make_store(path: Path, deals: int) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        told(f"making a store of {deals:,} deals")
        subprocess.run(
            [sys.executable, "-m", "cli", "--db", str(path), "demo", "--deals", str(deals), "--today", "2026-11-20"],
            check=True,
            stdout=subprocess.DEVNULL,
        )


def command_line(runs: int, store: Path) -> list[list[str]]:
    """Whole processes against `python -c pass`, in turn."""
    commands = {
        "CLI --help": ["-m", "cli", "--help"],
        "CLI timer status": ["-m", "cli", "--db", str(store), "timer", "status"],
    }
    budgets = {"CLI --help": 5.5, "CLI timer status": 8.0}
    rows = []
    for name, arguments in commands.items():
        told(name)
        pairs = [(process(["-c", "pass"]), process(arguments)) for _run in range(runs + 1)][1:]
        rows.append(ratio_row(f"{name}, against python -c pass", pairs, budgets[name]))
    return rows


def process(arguments: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begun


def board(store: Path) -> list[str]:
    return [sys.executable, "-m", "cli", "--db", str(store)]


def first_paint(runs: int, stores: dict[int, Path]) -> list[list[str]]:
    """The board's first cards against the hello's first line; and large stores against the smallest."""
    rows = []
    smallest, largest = min(stores), max(stores)
    middle = sorted(stores)[len(stores) // 2]
    told("first paint")
    pairs = [(paint(HELLO, "Line 1"), paint(board(stores[middle]), "Demonstration")) for _run in range(runs)]
    rows.append(ratio_row(f"first paint at {middle:,} deals, against the hello", pairs, 1.5))
    pairs = [
        (paint(board(stores[smallest]), "Demonstration"), paint(board(stores[largest]), "Demonstration"))
        for _run in range(runs)
    ]
    rows.append(ratio_row(f"first paint at {largest:,} deals, against {smallest:,}", pairs, 1.15))
    return rows


def paint(command: list[str], text: str) -> float:
    with Terminal(command) as terminal:
        return terminal.until(text)


def keys(stores: dict[int, Path]) -> list[list[str]]:
    """Time to the last byte and bytes of cursor keys and deal moves; the hello's cursor key is the measure."""
    rows = []
    for size in ((80, 24), (160, 50)):
        told(f"keys at {size[0]}x{size[1]}")
        sessions = {name: Terminal(board(path), size) for name, path in stores.items()}
        hello = Terminal(HELLO, size)
        try:
            hello.until("Line 1")
            hello.settle()
            for session in sessions.values():
                session.until("Demonstration")
                session.settle(1.0)
            cursor: dict[object, list[tuple[float, int]]] = {name: [] for name in ("hello", *sessions)}
            for number in range(30):
                key = b"k" if number % 4 == 3 else b"j"
                cursor["hello"].append(hello.key(b"\x1b[A" if number % 4 == 3 else b"\x1b[B"))
                for name, session in sessions.items():
                    # The pause ends before the detail pane is painted: this is the cards alone.
                    cursor[name].append(session.key(key, quiet=0.06))
                    session.settle()
            measure = statistics.median(seconds for seconds, _bytes in cursor["hello"])
            place = f"at {size[0]}x{size[1]}"
            for name in sessions:
                seconds = statistics.median(s for s, _b in cursor[name])
                sent = max(b for _s, b in cursor[name])
                rows.append([f"cursor key {place}, {name:,} deals, against the hello's", ratio(seconds / measure), "1.00", ""])
                rows.append([f"cursor key {place}, {name:,} deals, most bytes", str(sent), "500", ""])
            first, last = min(stores), max(stores)
            both = [(a[0], b[0]) for a, b in zip(cursor[first], cursor[last], strict=True)]
            rows.append(ratio_row(f"cursor key {place}, {last:,} deals against {first:,}", both, 1.3))
            for name, session in sessions.items():
                moves = []
                for number in range(12):
                    moves.append(session.key(b"L" if number % 2 == 0 else b"H", quiet=0.06))
                    session.settle()
                seconds = statistics.median(s for s, _b in moves)
                sent = max(b for _s, b in moves)
                budget = "6000" if size[0] == 80 else "15000"
                rows.append([f"deal move {place}, {name:,} deals, against the hello's cursor key", ratio(seconds / measure), "2.50", ""])
                rows.append([f"deal move {place}, {name:,} deals, most bytes", str(sent), budget, ""])
            if size[0] == 80:
                used = {name: session.memory() for name, session in sessions.items()}
                base = hello.memory()
                rows += [
                    [f"memory at {name:,} deals, against the hello", ratio(kb / base), "1.40", f"{kb // 1024} MB"]
                    for name, kb in used.items()
                ]
        finally:
            for session in (*sessions.values(), hello):
                session.__exit__(None, None, None)
    return rows


def idle(stores: dict[int, Path]) -> list[list[str]]:
    told("an idle board")
    with Terminal(board(stores[max(stores)])) as terminal:
        terminal.until("Demonstration")
        terminal.settle(2.0)
        time.sleep(5)
        sent = terminal.settle(0.2)
    return [["bytes that an idle board sends in 5 s", str(sent), "0", ""]]


def ratio_row(name: str, pairs: list[tuple[float, float]], budget: float) -> list[str]:
    ratios = [b / a for a, b in pairs]
    base, its = (statistics.median(pair[side] for pair in pairs) * 1000 for side in (0, 1))
    return [name, ratio(statistics.median(ratios)), f"{budget:.2f}", f"{its:.0f} ms to {base:.0f} ms"]


def ratio(value: float) -> str:
    return f"{value:.2f}"


def table(rows: list[list[str]]) -> str:
    lines = ["| what | measured (median) | budget | |", "|---|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def heading() -> str:
    return (
        "# Measured\n\n"
        f"By `make bench`, {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors. Ratios count; milliseconds are this machine's.\n\n"
    )


def told(text: str) -> None:
    print(f"… {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
