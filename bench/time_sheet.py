"""The screen Time, the stopwatch and `timer …` over many entries: `python -m bench.time_sheet [--runs 15]
[--sizes 1000,1000000] [--stores FOLDER] [--only views keys second command_line]`."""

from __future__ import annotations

import argparse
import asyncio
import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from bench.__main__ import (
    HELLO,
    PANE,
    ROOT,
    SAID,
    Row,
    board,
    most,
    process,
    ratio_row,
    started,
    table,
    told,
)
from bench.terminal import Answer

SIZES = "1000,1000000"
EMPLOYEES, EACH_AT_LEAST = 50, 500  # of a small store fewer employees, so that their weeks are as full
A_DAY, MINUTES = 10, 40  # entries of a working day, minutes of each
CLIENTS, SERVICES, KINDS = 40, 5, 12  # kinds: what one employee works on
BATCH = 10_000
SECONDS = 8


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.time_sheet", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--stores", type=Path, help="folder that keeps the stores between runs")
    parser.add_argument("--only", choices=PARTS, nargs="*", help="only these parts")
    options = parser.parse_args()
    for folder in ("bench", "cli", "models", "tui"):
        compileall.compile_dir(ROOT / folder, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        stores = {int(size): (options.stores or Path(folder)) / f"time{size}.db" for size in options.sizes.split(",")}
        for size, path in stores.items():
            make_store(path, size)
            stop_what_runs(path)
        for part in options.only or PARTS:
            print(table(list(PARTS[part](options.runs, stores))), flush=True)


def make_store(path: Path, count: int) -> None:
    """`count` entries of working days up to yesterday, ten a day and employee: 50 employees have 1,000,000 over 8 years."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    told(f"making a store of {count:,} entries")
    # In a process of its own: a process works on one store.
    subprocess.run([sys.executable, "-c", f"from bench import time_sheet as t; t._write({str(path)!r}, {count})"], check=True)


def stop_what_runs(path: Path) -> None:
    """A run that was cut off may have left a stopwatch."""
    process(["-m", "cli", "--db", str(path), "timer", "stop"])


def _write(name: str, count: int) -> None:
    from models.people import commands as people
    from models.people.tables import Employee
    from models.people.views import acting
    from models.pipeline import setup
    from models.pipeline.commands import new_deal
    from models.session import Session
    from models.storage.store import create_store
    from models.timekeeping.tables import Rate, Service
    from models.values import instants
    from models.values.instants import MINUTE, day_start

    store = create_store(Path(name))
    at = instants.now()
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="Europe/Berlin", admin="root", admin_name="Root", at=at
        )
    session = Session(store, acting("root", ""))
    type_id = setup.add_type(session, "Quick Sales", mode="free")
    for stage in ("Initiating interest", "Demonstration", "Closing the deal"):
        setup.add_stage(session, type_id, stage)
    deals = [new_deal(session, f"Client {n}", type_id=type_id, amount=n * 1000).deal_id for n in range(CLIENTS)]
    people_count = max(1, min(EMPLOYEES, count // EACH_AT_LEAST))
    with store.writing():
        services = [Service.create(name=f"Service {n}", name_key=f"service {n}", created_at=at).id for n in range(SERVICES)]
        employees = [1] + [
            Employee.create(
                login=f"rep{n}", name=f"Rep {n}", name_key=f"rep {n}", role="rep", language="en",
                timezone="Europe/Berlin", created_at=at,
            ).id
            for n in range(1, people_count)
        ]  # fmt: skip
        for keys in ({}, {"service": services[0]}, {"service": services[1]}, {"deal": deals[3]}):
            Rate.create(side="bill", from_day=date(2015, 1, 1), amount=120_00, currency="EUR", created_at=at, **keys)
    live = store.database.connection()
    clients = dict(live.execute("SELECT id, client_id FROM deal").fetchall())
    days = -(-count // (people_count * A_DAY))
    day, wanted = instants.local_day(at, "Europe/Berlin"), count
    # Added in the order in which people would have: the days one after the other.
    found: list[date] = []
    while len(found) < days:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            found.append(day)
    rows = []
    with store.writing():
        for day in reversed(found):
            begins = day_start(day, "Europe/Berlin") + 8 * 60 * MINUTE
            for employee in employees:
                for place in range(A_DAY):
                    kind = (day.toordinal() * A_DAY + place) * 7 % KINDS + employee
                    deal, start = deals[kind * 5 % CLIENTS], begins + place * 55 * MINUTE
                    rows.append(
                        (employee, clients[deal], deal if place % 2 else None, services[kind % SERVICES], start,
                         start + MINUTES * MINUTE, place % 5 > 0, "a line of what was done", "", at)
                    )  # fmt: skip
            if len(rows) >= BATCH or day == found[0]:
                live.executemany(
                    "INSERT INTO time_entry (employee_id, client_id, deal_id, service_id, started_at, ended_at, billable, note,"
                    " marks, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    rows[:wanted],
                )
                wanted -= len(rows)
                rows.clear()
    store.close()


def views(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """What the screen asks of models, in a process of its own for each store, and by which index it is found."""
    told("views")
    said: dict[int, list[tuple[str, float]]] = {}
    for size, path in stores.items():
        code = f"from bench import time_sheet as t; t._ask({str(path)!r}, {runs})"
        out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        said[size] = [(name, float(seconds)) for name, _tab, seconds in (line.partition("\t") for line in out.splitlines())]
    for size, lines in said.items():
        for (name, seconds), (_name, least) in zip(lines, said[min(said)], strict=True):
            yield f"{name}, {size:,} entries", f"{seconds / least:.2f}", "", f"{seconds * 1000:.1f} ms"


def _ask(name: str, runs: int) -> None:
    from models.people.views import acting
    from models.session import Session
    from models.storage.store import open_store
    from models.timekeeping.rules import calendar
    from models.timekeeping.views import timesheet
    from models.values.instants import local_day

    store = open_store(Path(name))
    session = Session(store, acting("root", ""))
    today = local_day(session.now(), session.actor.timezone)
    asked: list[tuple[str, tuple[object, ...]]] = []
    live = store.database

    def kept(sql: str, params: object = None) -> object:
        asked.append((sql, tuple(params or ())))  # type: ignore[arg-type]
        return run(sql, params)

    run, live.execute_sql = live.execute_sql, kept
    for form in ("day", "week", "month"):
        took = []
        for number in range(2 * runs):
            asked.clear()
            day = today - timedelta(days=7 * (number % 3 + 1))
            begun = time.perf_counter()
            if form == "day":
                timesheet.day_sheet(session, day)
            else:
                timesheet.grid(session, *calendar.columns(form, day))
            took.append(time.perf_counter() - begun)
        print(f"view of the {form}\t{statistics.median(took)}")
        for sql, values in asked:
            for step in run(f"EXPLAIN QUERY PLAN {sql}", values).fetchall():
                if step[3].startswith("SCAN") and "last" not in step[3]:
                    print(f"{form}: {step[3]} of {' '.join(sql.split())[:60]}", file=sys.stderr)
    store.close()


def keys(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """Cursor keys and turns of the week and the month in a terminal, in turn with the hello's cursor key."""
    for size in ((80, 24), (160, 50)):
        place = f"at {size[0]}x{size[1]}"
        told(f"keys {place}")
        with ExitStack() as stack:
            hello = started(stack, HELLO, size)
            sessions = {name: started(stack, board(path), size) for name, path in stores.items()}
            bytes_of = {1.0: 500, 2.5: 6000 if size[0] == 80 else 15000}
            for form in ("day", "week", "month"):
                for session in sessions.values():
                    session.key("4" if form == "day" else "v")
                    session.settle(PANE)
                    session.key("[")
                    session.settle(PANE)
                for what, there, back, budget in (
                    ("cursor up and down", "j", "k", 1.0), ("cursor across", "l", "h", 1.0), ("turn", "[", "]", 2.5),
                ):  # fmt: skip
                    if form == "day" and what == "cursor across":
                        continue
                    answers: dict[int, list[Answer]] = {name: [] for name in sessions}
                    pairs: dict[int, list[tuple[float, float]]] = {name: [] for name in sessions}
                    for number in range(2 * runs):
                        yard = hello.key("\x1b[A" if number % 2 else "\x1b[B").seconds
                        for name, session in sessions.items():
                            answers[name].append(session.key(back if number % 2 else there))
                            pairs[name].append((yard, answers[name][-1].seconds))
                            session.settle(0.05)
                    for name in sessions:
                        where = f"{form}, {what} {place}, {name:,} entries"
                        yield ratio_row(f"{where}, against the hello's cursor key", pairs[name], budget)
                        yield most(f"{where}, most bytes", max(one.bytes for one in answers[name]), bytes_of[budget])


def second(_runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """What a second of the stopwatch with money sends, and what it asks of the store."""
    told("seconds of the stopwatch")
    path = stores[max(stores)]
    for size in ((80, 24), (160, 50)):
        with ExitStack() as stack:
            terminal = started(stack, board(path), size)
            terminal.settle(1.0)
            terminal.key("s")
            terminal.settle(PANE)
            terminal.sent = b""
            terminal.key("1")  # the first service
            time.sleep(SAID)
            terminal.settle(0)
            head = terminal.sent.decode(errors="replace").partition("◷")[2][:200]
            if "€" not in head:
                raise SystemExit(f"the stopwatch shows no money: {head!r}")
            sent = []
            for _second in range(SECONDS):
                time.sleep(1)
                sent.append(terminal.settle(0))
            terminal.key("s")
            terminal.settle(0.5)
        yield most(f"bytes of a second of the stopwatch with money at {size[0]}x{size[1]} (average of {SECONDS})", round(statistics.mean(sent)), 100)
    asked = {runs: asyncio.run(_statements(path, runs)) for runs in (False, True)}
    quiet, busy = (sum(sql != "PRAGMA data_version" for sql in asked[runs]) for runs in (False, True))
    looks = len(asked[True]) / SECONDS
    yield most(f"queries in {SECONDS} s of the stopwatch beside the look at the change feed", busy, 0)
    yield f"the same while nothing runs ({looks:.0f} looks a second)", f"{quiet}", "0", ""


async def _statements(path: Path, running: bool) -> list[str]:
    """Every statement that SQLite is given in those seconds, by its own trace."""
    from models.config import Config
    from models.people.views import acting
    from models.session import Session
    from models.storage.store import open_store
    from models.timekeeping import commands
    from tui.app import StagewatchApp
    from tui.desk import Desk

    desk = Desk(lambda: Session(open_store(path), acting("root", "")))
    app = StagewatchApp(desk, Config(symbols="unicode"))
    found: list[str] = []
    try:
        desk.session()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause(2)
            if running:
                await desk.do(commands.start_timer)
                await pilot.pause(2)
            await desk.do(lambda session: session.store.database.connection().set_trace_callback(found.append))
            await pilot.pause(SECONDS)
            await desk.do(lambda session: session.store.database.connection().set_trace_callback(None))
            if running:
                await desk.do(commands.stop_timer)
    finally:
        desk.close()
    return [sql for sql in found if sql.strip()]


def command_line(runs: int, stores: dict[int, Path]) -> Iterator[Row]:
    """`timer start`, `status` and `stop` against `python -c pass`, in turn."""
    told("timer")
    for size, path in stores.items():
        pairs: dict[str, list[tuple[float, float]]] = {word: [] for word in ("start", "status", "stop")}
        for _run in range(runs + 1):
            for word, taken in pairs.items():
                taken.append((process(["-c", "pass"]), process(["-m", "cli", "--db", str(path), "timer", word])))
        for word, taken in pairs.items():
            yield ratio_row(f"timer {word}, {size:,} entries, against python -c pass", taken[1:], 8.0)


PARTS = {"views": views, "keys": keys, "second": second, "command_line": command_line}


if __name__ == "__main__":
    main()
