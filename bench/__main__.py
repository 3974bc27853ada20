"""Runs the benchmarks and writes the figures down: `python -m bench [--runs 15] [--sizes 100,10000,100000] [--only keys]`."""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.terminal import Answer, Terminal

HELLO = [sys.executable, "-m", "bench.hello"]
ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "RESULTS.md"
LATENCY, BANDWIDTH = 0.1, 256_000  # of the simulated link: seconds each way, bits a second
PANE = 0.3  # seconds after which the detail pane has been painted
SAID = 8  # seconds after which the line of keys says no more what was done
SESSIONS = 20
STARTED = 5  # seconds after which sessions that began together have nothing left to do
Row = tuple[str, str, str, str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--stores", type=Path, help="folder that keeps the stores between runs")
    parser.add_argument("--only", choices=PARTS, nargs="*", help="only these parts")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    # As an installed program is, whether or not this environment keeps what it compiles.
    for folder in ("bench", "cli", "models", "tui"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        stores = {int(size): (options.stores or Path(folder)) / f"{size}.db" for size in options.sizes.split(",")}
        for size, path in stores.items():
            make_store(path, size)
        rows = [row for part in options.only or PARTS for row in PARTS[part](options.runs, stores)]
    text = table(rows)
    print(text)
    if options.write:
        RESULTS.write_text(heading(options.runs) + text, encoding="utf-8")


def make_store(path: Path, deals: int) -> None:
    """A demo store whose board opens on a deal that may be moved on and back."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        told(f"making a store of {deals:,} deals")
        subprocess.run(
            [sys.executable, "-m", "cli", "--db", str(path), "demo", "--deals", str(deals), "--today", "2026-11-20"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    begin_on_a_movable_deal(path)


def begin_on_a_movable_deal(path: Path) -> None:
    from models.overview import board
    from models.people.commands import keep_workplace
    from models.people.views import acting
    from models.pipeline.commands import move_deal, undo
    from models.session import Session
    from models.storage.store import open_store
    from models.values.errors import StagewatchError

    store = open_store(path)
    try:
        session = Session(store, acting(None, "root"))
        seen = board.window(session, board.Look(), wanted=(), columns=1)
        assert seen is not None
        first, second = (column.stage_id for column in seen.head.columns[:2])
        for card in seen.cards[(first, 0)]:
            try:
                move_deal(session, card.deal_id, second)
            except StagewatchError:
                continue
            try:
                move_deal(session, card.deal_id, first)
                undo(session)
            except StagewatchError:
                continue
            finally:
                undo(session)
            keep_workplace(session, {"screen": "board", "board": {"type": seen.head.type_id, "deal": card.deal_id}})
            return
        raise SystemExit(f"{path} has no deal that may be moved on and back")
    finally:
        store.close()


def command_line(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """Whole processes against `python -c pass`, in turn."""
    store = str(stores[max(stores)])
    for name, arguments, budget in (
        ("--help", ["--help"], 5.5),
        ("timer status", ["--db", store, "timer", "status"], 8.0),
    ):
        told(name)
        pairs = [(process(["-c", "pass"]), process(["-m", "cli", *arguments])) for _run in range(2 * runs + 1)][1:]
        yield ratio_row(f"CLI {name}, against python -c pass", pairs, budget)


def process(arguments: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - begun


def board(store: Path) -> list[str]:
    return [sys.executable, "-m", "cli", "--db", str(store)]


def first_paint(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """The board's first cards against the hello's first line; and large stores against the smallest."""
    smallest, largest = min(stores), max(stores)
    middle = sorted(stores)[len(stores) // 2]
    told("first paint")
    pairs = [(paint(HELLO), paint(board(stores[middle]))) for _run in range(runs)]
    yield ratio_row(f"first paint at {middle:,} deals, against the hello", pairs, 1.5)
    pairs = [(paint(board(stores[smallest])), paint(board(stores[largest]))) for _run in range(runs)]
    yield ratio_row(f"first paint at {largest:,} deals, against {smallest:,}", pairs, 1.15)


def paint(command: list[str]) -> float:
    """Seconds to the cursor: in both programs it is painted with the rows."""
    with Terminal(command) as terminal:
        return terminal.until("Line 1" if command == HELLO else "▌")


def started(stack: ExitStack, command: list[str], size: tuple[int, int]) -> Terminal:
    terminal = stack.enter_context(Terminal(command, size))
    terminal.until("Line 1" if command == HELLO else "▌")
    terminal.settle(0.5)
    return terminal


def keys(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """Time to the last byte and bytes of cursor keys and deal moves; the hello's cursor key is the measure."""
    for size, budgets in (((80, 24), (500, 1200, 2500, 6000)), ((160, 50), (500, 5000, 5000, 15000))):
        place = f"at {size[0]}x{size[1]}"
        told(f"keys {place}")
        with ExitStack() as stack:
            hello = started(stack, HELLO, size)
            sessions = {name: started(stack, board(path), size) for name, path in stores.items()}
            cursor: dict[int, list[Answer]] = {name: [] for name in sessions}
            moves: dict[int, list[Answer]] = {name: [] for name in sessions}
            panes: dict[int, int] = dict.fromkeys(sessions, 0)
            measure: list[float] = []
            for session in sessions.values():  # off the deal that will be moved, to a row in the middle of the view
                session.key("j")
                session.settle(PANE)
            for number in range(2 * runs):
                measure.append(hello.key("\x1b[A" if number % 2 else "\x1b[B").seconds)
                for name, session in sessions.items():
                    # The pause ends before the detail pane is painted: this is the cards alone.
                    cursor[name].append(session.key("k" if number % 2 else "j"))
                    panes[name] = max(panes[name], session.settle(PANE))
            for session in sessions.values():
                session.key("k")
                session.settle(PANE)
            for number in range(2 * runs):
                measure.append(hello.key("\x1b[A" if number % 2 else "\x1b[B").seconds)
                for name, session in sessions.items():
                    session.sent = b""
                    moves[name].append(session.key("H" if number % 2 else "L"))
                    session.settle(PANE)
                    if b"u: undo" not in session.sent:
                        raise SystemExit(f"a move {place} at {name:,} deals was refused")
            scrolls = {name: scroll(session, 10) for name, session in sessions.items()}
            base = statistics.median(measure)
            for name in sessions:
                where = f"{place}, {name:,} deals"
                yield against(f"cursor key {where}, against the hello's", cursor[name], base, 1.0)
                yield most(f"cursor key {where}, most bytes", max(a.bytes for a in cursor[name]), budgets[0])
                yield most(f"detail pane {where}, most bytes", panes[name], budgets[1])
                yield most(f"column scroll {where}, most bytes", scrolls[name], budgets[2])
                yield against(f"deal move {where}, against the hello's cursor key", moves[name], base, 2.5)
                yield most(f"deal move {where}, most bytes", max(a.bytes for a in moves[name]), budgets[3])
                if size[0] == 80:
                    yield over_link(f"cursor key {where}, over the link", cursor[name], 0.04)
                    yield over_link(f"deal move {where}, over the link", moves[name], 0.25)
                    yield (
                        f"memory at {name:,} deals, against the hello",
                        f"{sessions[name].memory() / hello.memory():.2f}", "1.40", f"{sessions[name].memory() // 1024} MB",
                    )


def scroll(session: Terminal, times: int) -> int:
    """The most bytes of a key that scrolls the column: the cursor stands at the lower edge of the view."""
    session.key("\x1b[H")
    session.key("\x1b[6~")
    session.settle(PANE)
    most_bytes = 0
    for _time in range(times):
        most_bytes = max(most_bytes, session.key("j").bytes)
        session.settle(PANE)
    return most_bytes


def idle(_runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """What a board sends by itself, without a stopwatch and with one."""
    told("an idle board, and a stopwatch")
    with ExitStack() as stack:
        terminal = started(stack, board(stores[max(stores)]), (80, 24))
        terminal.settle(1.0)
        time.sleep(5)
        yield most("bytes that an idle board sends in 5 s", terminal.settle(0.1), 0)
        terminal.key("s")
        terminal.settle(PANE)
        terminal.key("1")  # the first service
        time.sleep(SAID)
        terminal.settle(0)
        seconds = []
        for _second in range(8):
            time.sleep(1)
            seconds.append(terminal.settle(0))
        terminal.key("s")
        terminal.settle(0.5)
        if not any(seconds):
            raise SystemExit("no stopwatch ran")
        yield most("bytes of a second of the stopwatch (average of 8)", round(statistics.mean(seconds)), 100)


def together(_runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """Many sessions on one store: how soon each sees another's move, and what they use while nobody does anything."""
    told(f"{SESSIONS} sessions")
    path = stores[sorted(stores)[len(stores) // 2]]
    seconds = 10
    used = []
    for command in (HELLO, board(path)):
        with ExitStack() as stack:
            sessions = [started(stack, command, (80, 24)) for _number in range(SESSIONS)]
            time.sleep(STARTED)
            used.append(used_by(sessions, seconds))
            if command != HELLO:
                seen = []
                for number in range(4):
                    for session in sessions:
                        session.settle(0.1)
                    seen.append(seen_by_all(sessions[0], sessions[1:], "H" if number % 2 else "L"))
                sessions[0].key("s")  # a stopwatch of their employee, which all of them show
                sessions[0].settle(PANE)
                sessions[0].key("1")
                time.sleep(SAID)
                used.append(used_by(sessions, seconds))
                sessions[0].key("s")
                sessions[0].settle(0.5)
    share = [each / seconds / SESSIONS * 100 for each in used]
    yield (
        f"{SESSIONS} idle sessions, processor time against as many hellos", f"{used[1] / max(used[0], 0.01):.2f}", "2.00",
        f"{share[1]:.2f} % to {share[0]:.2f} % of a core each",
    )
    yield (
        f"{SESSIONS} sessions that show a stopwatch, processor time against as many hellos", f"{used[2] / max(used[0], 0.01):.2f}", "",
        f"{share[2]:.2f} % of a core each",
    )
    yield (f"{SESSIONS} sessions: the last one sees another's move after", f"{max(seen):.2f} s", "1.00 s", "")


def used_by(sessions: list[Terminal], seconds: float) -> float:
    """Seconds of processor time that they use together meanwhile."""
    before = sum(session.used() for session in sessions)
    time.sleep(seconds)
    return sum(session.used() for session in sessions) - before


def seen_by_all(mover: Terminal, others: list[Terminal], key: str) -> float:
    """Seconds from the key to the last of the others that has painted something."""
    begun = time.perf_counter()
    os.write(mover.handle, key.encode())
    waiting = {session.handle: session for session in others}
    while waiting:
        if time.perf_counter() - begun > 10:
            raise SystemExit(f"{len(waiting)} sessions did not see a move")
        for handle in select.select([*waiting, mover.handle], [], [], 1)[0]:
            if handle == mover.handle:
                mover.read(0)
            else:
                waiting.pop(handle).read(0)
    return time.perf_counter() - begun


PARTS = {"command_line": command_line, "first_paint": first_paint, "keys": keys, "idle": idle, "together": together}


def ratio_row(name: str, pairs: list[tuple[float, float]], budget: float) -> Row:
    ratios = [b / a for a, b in pairs]
    base, its = (statistics.median(pair[side] for pair in pairs) * 1000 for side in (0, 1))
    return name, within(statistics.median(ratios), budget), f"{budget:.2f}", f"{its:.0f} ms to {base:.0f} ms"


def against(name: str, answers: list[Answer], base: float, budget: float) -> Row:
    seconds = statistics.median(answer.seconds for answer in answers)
    return name, within(seconds / base, budget), f"{budget:.2f}", f"{seconds * 1000:.1f} ms to {base * 1000:.1f} ms"


def over_link(name: str, answers: list[Answer], budget: float) -> Row:
    """Beyond the round trip of the simulated link."""
    beyond = statistics.median(answer.over(LATENCY, BANDWIDTH) for answer in answers) - 2 * LATENCY
    said = f"{beyond * 1000:.0f}" if beyond <= budget else f"**{beyond * 1000:.0f}**"
    return f"{name}, ms beyond the round trip", said, f"{budget * 1000:.0f}", ""


def most(name: str, count: int, budget: int) -> Row:
    return name, f"{count:,}" if count <= budget else f"**{count:,}**", f"{budget:,}", ""


def within(value: float, budget: float) -> str:
    return f"{value:.2f}" if value <= budget else f"**{value:.2f}**"


def table(rows: list[Row]) -> str:
    lines = ["| what | measured (median) | budget | |", "|---|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def heading(runs: int) -> str:
    return (
        "# Measured\n\n"
        f"By `make bench` ({runs} runs), {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors. Ratios count; milliseconds are this machine's.\n\n"
    )


def told(text: str) -> None:
    print(f"… {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
