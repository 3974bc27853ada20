"""How long the reports take over 100,000 deals and 500,000 visits, those on stages side by side with pandas and lifelines.

Run as `python -m bench.statistics [--deals N] [--runs N] [--store FILE]`. A cold figure is a process of its own: of all of
it, and of the first query (imports, reading and computing, the store being open). A warm one is what a screen waits for when
a filter changes, the history being kept. pandas and lifelines, which come with the test extras, do the same work on the same
rows: product-limit curves with their bands and three quantiles, cumulative incidences of each target; they resample nothing.
"""

from __future__ import annotations

import argparse
import inspect
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

DAY = 86_400_000_000
NOW = 1_795_000_000_000_000
STAGES = ("Lead", "Contact", "Demonstration", "Offer", "Terms", "Contract", "Payment")
REPS, CLIENTS = 30, 20_000
HORIZONS = (7, 30, 90, 180, 365)
# Module and arguments of each report; those beside pandas first.
REPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "durations": ("durations", {}),
    "transitions": ("transitions", {}),
    "clients": ("views", {}),
    "clients as of half a year ago": ("views", {"as_of": NOW - 182 * DAY}),
    "volumes": ("volumes", {}),
    "volumes as of half a year ago": ("volumes", {"as_of": NOW - 182 * DAY}),
    "funnel": ("funnel", {}),
    "ageing": ("ageing", {"flag": "no_next_step"}),
    "ageing on the working clock": ("ageing", {"clock": "working"}),
    "reps": ("reps", {}),
    "paths": ("paths", {}),
}
BESIDE = ("durations", "transitions")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.statistics", description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--store", type=Path, help="a store that is kept between runs")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        who, report = options.child
        print(json.dumps(child(who, report, options.store)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.store or Path(folder) / "statistics.db"
        if not path.exists():
            make_store(path, options.deals)
        for report in REPORTS:
            ours, theirs = [], []
            for _run in range(options.runs):  # in turn, so that a busy neighbour slows both
                ours.append(cold("ours", report, path))
                if report in BESIDE:
                    theirs.append(cold("pandas", report, path))
            for name, told in (("Stagewatch", ours), ("pandas + lifelines", theirs)):
                if not told:
                    continue
                process, first, pure, memory = (statistics.median(one[key] for one in told) for key in KEYS)
                print(f"{report}, {name}: process {process:.2f} s, first query {first:.2f} s, of it computing {pure:.2f} s, {memory:.0f} MB")
            for key, said in (("process", "from a cold process"), ("computing", "computing alone")) if theirs else ():
                ratio = statistics.median(b[key] / a[key] for a, b in zip(ours, theirs, strict=True))
                print(f"{report}, {said}: {ratio:.1f} times as fast")
        warm(path, options.runs)


KEYS = ("process", "first", "computing", "memory")


def cold(who: str, report: str, path: Path) -> dict[str, float]:
    begun = time.perf_counter()
    call = [sys.executable, "-m", "bench.statistics", "--store", str(path), "--child", who, report]
    run = subprocess.run(call, capture_output=True, text=True, check=True)
    return {"process": time.perf_counter() - begun, **json.loads(run.stdout)}


def child(who: str, report: str, path: Path) -> dict[str, float]:
    """Seconds of the first query and of the computing in it, and the most memory in MB."""
    if who == "ours":
        session = open_session(path)
        begun = time.perf_counter()
        module, asked = REPORTS[report]
        loaded = begun
        if report in BESIDE:
            from models.statistics.arrays import history

            asked = {"history": history(session, 1)}
            loaded = time.perf_counter()
        function(module)(session, 1, **asked)
    else:
        begun = time.perf_counter()
        visits = pandas_visits(path)
        loaded = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            {"durations": pandas_durations, "transitions": pandas_transitions}[report](visits)
    ended = time.perf_counter()
    return {"first": ended - begun, "computing": ended - loaded, "memory": most_memory()}


def most_memory() -> float:
    """The most memory of this process in MB; `getrusage` would tell that of the process which started it."""
    return next(int(line.split()[1]) / 1024 for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))


def function(module: str) -> Callable[..., Any]:
    """The report of a module."""
    name = {"views": "clients_per_stage"}.get(module, module)
    return getattr(import_module(f"models.statistics.{module}"), name)


def open_session(path: Path) -> Any:
    from models.people.views import acting
    from models.session import Session
    from models.storage.store import open_store

    return Session(open_store(path), acting("root", ""), now=lambda: NOW)


def warm(path: Path, runs: int) -> None:
    """What a screen waits for when a filter changes; the records are read once."""
    from models.statistics.arrays import history

    session = open_session(path)
    filters: dict[str, dict[str, Any]] = {
        "no filter": {},
        "one rep": {"rep_ids": [3]},
        "twenty reps": {"rep_ids": range(2, 22)},
        "a year": {"first": date(2025, 7, 1), "last": date(2026, 6, 30)},
        "working clock": {"clock": "working"},
        "working clock, one rep, a year": {"clock": "working", "rep_ids": [3], "first": date(2025, 7, 1)},
        "as of a year ago": {"as_of": NOW - 365 * DAY},
    }
    reports: dict[str, tuple[str, dict[str, Any]]] = {
        "durations": ("durations", {}),
        "transitions without win intervals": ("transitions", {"intervals": False}),
        "transitions": ("transitions", {}),
        "clients": ("views", {}),
        "volumes": ("volumes", {}),
        "funnel": ("funnel", {}),
        "ageing, 300 listed": ("ageing", {"most": 300}),
        "reps": ("reps", {}),
        "paths": ("paths", {}),
    }
    for name, (module, always) in reports.items():
        report = function(module)
        taken = set(inspect.signature(report).parameters)
        for said, asked in filters.items():
            if not taken.issuperset(asked):
                continue
            times = []
            for _run in range(runs):
                known = None  # as on the screen: the former one goes before another is read
                known = history(session, 1, deals=True)
                # A first answer without filter: what it works out is kept, and the first numpy call of a kind is slow.
                report(session, 1, history=known, **always)
                begun = time.perf_counter()
                report(session, 1, history=known, **always, **asked)
                times.append(time.perf_counter() - begun)
            print(f"{name}, {said}: {statistics.median(times) * 1000:.0f} ms", flush=True)
    print(f"memory of a process that has answered all of them: {most_memory():.0f} MB")


def pandas_visits(path: Path) -> Any:
    """Visits with their next target and their length in days without holds, as anybody would write it with pandas."""
    import sqlite3

    import pandas

    connection = sqlite3.connect(path)
    visits = pandas.read_sql(
        "SELECT id, deal_id, seq, stage_id, entered_at, left_at, left_as FROM visit WHERE deal_type_id = 1"
        " AND NOT begin_unknown ORDER BY deal_id, seq",
        connection,
    )
    holds = pandas.read_sql("SELECT deal_id, started_at, ended_at FROM hold", connection)
    following = visits.groupby("deal_id")["stage_id"].shift(-1)
    visits["target"] = following.where(~visits["left_as"].isin(["won", "lost"]), visits["left_as"])
    visits["end"] = visits["left_at"].fillna(NOW)
    both = visits.merge(holds, on="deal_id")
    held = both[["end", "ended_at"]].min(axis=1) - both[["entered_at", "started_at"]].max(axis=1)
    both["held"] = held.clip(lower=0)
    visits["held"] = visits["id"].map(both.groupby("id")["held"].sum()).fillna(0)
    visits["days"] = (visits["end"] - visits["entered_at"] - visits["held"]) / DAY
    visits["ended"] = visits["left_at"].notna()
    return visits


def pandas_durations(visits: Any) -> None:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import qth_survival_times

    for _stage, group in visits.groupby("stage_id"):
        group.loc[group["ended"], "days"].mean()
        fitted = KaplanMeierFitter().fit(group["days"], group["ended"])
        for p in (0.5, 0.2, 0.1):
            fitted.percentile(p)
            qth_survival_times(p, fitted.confidence_interval_)
        deals = group.groupby("deal_id").agg({"days": "sum", "ended": "min"})
        _median = KaplanMeierFitter().fit(deals["days"], deals["ended"]).median_survival_time_


def pandas_transitions(visits: Any) -> None:
    import numpy
    from lifelines import AalenJohansenFitter
    from statsmodels.stats.proportion import proportion_confint

    stages = sorted(visits["stage_id"].unique())
    shares = {}
    for stage, group in visits.groupby("stage_id"):
        counts = group["target"].value_counts()
        shares[stage] = counts / counts.sum()
        group.loc[group["ended"]].groupby("deal_id").size().gt(1).sum()
        codes = group["target"].map({target: number for number, target in enumerate(counts.index, 1)}).fillna(0)
        for number, count in enumerate(counts, 1):
            proportion_confint(count, counts.sum(), method="wilson")
            fitted = AalenJohansenFitter(calculate_variance=False).fit(group["days"], codes, event_of_interest=number)
            fitted.predict(HORIZONS)
    matrix = numpy.array([[shares[one].get(to, 0.0) for to in stages] for one in stages])
    won = numpy.array([shares[one].get("won", 0.0) for one in stages])
    numpy.linalg.solve(numpy.eye(len(stages)) - matrix, won)


def make_store(path: Path, count: int, days: int = 1500) -> None:
    """A store of `count` deals with five visits each on average, some 30 % of them open: on random ways through seven
    stages, with holds, changes of owner, reopenings, amounts in two currencies, targets; begun within the last `days`;
    sampled with a fixed seed."""
    from models.people import commands as people
    from models.people.setup import set_target
    from models.people.views import acting, find_holder
    from models.pipeline import setup
    from models.session import Session
    from models.storage.store import create_store
    from models.values.money import Money

    store = create_store(path)
    with store.writing():
        people.found_company(
            name="", language="en", currency="EUR", timezone="Europe/Berlin", admin="root", admin_name="Root", at=NOW
        )
    session = Session(store, acting("root", ""))
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    reps = [people.add_employee(session, f"rep{number}", name=f"Rep {number}", role="rep", team=f"Team {number % 3}").id for number in range(REPS)]
    for number in range(REPS):
        set_target(session, find_holder(f"rep{number}"), date(2026, 11, 1), Money(10_000_000, "EUR"))
    type_id = setup.add_type(session, "Many", mode="free")
    stages = [setup.add_stage(session, type_id, name, probability=10 * number + 10) for number, name in enumerate(STAGES)]
    live, rng = store.database, random.Random(1)
    deals: list[tuple[Any, ...]] = []
    visits: list[tuple[Any, ...]] = []
    terms: list[tuple[Any, ...]] = []
    holds: list[tuple[Any, ...]] = []
    for deal in range(1, count + 1):
        owner = rng.choice(reps)
        at = started = NOW - int(rng.random() * days * DAY) // 1000 * 1000
        money = (
            None if rng.random() < 0.05 else rng.randrange(100, 100_000) * 100, "EUR" if rng.random() < 0.8 else "USD",
            None if rng.random() < 0.1 else (date(2026, 11, 18) + timedelta(days=rng.randrange(-30, 360))).isoformat(),
        )  # fmt: skip
        own = 50 if rng.random() < 0.1 else None
        terms.append((deal, at, owner, *money))
        place, how, seq, outcome = rng.choice((0, 0, 0, 1, 2)), "start", 0, "open"
        while True:
            seq += 1
            leaves = at + int(rng.expovariate(1 / (8 * DAY * (place + 2))))
            left = None if leaves > NOW else leaves
            drawn = rng.random()
            to, ended = place, ""
            if left is None:
                pass
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
                terms.append((deal, left, owner, *money))
            place, how, at = to, ended, left
        closed = visits[-1][8] if outcome != "open" else None
        client = rng.randint(1, CLIENTS)
        deals.append((deal, client, type_id, visits[-1][3], owner, outcome, *money, own, started, visits[-1][4], closed))
    visits.sort(key=lambda visit: visit[4])  # as they would have been written
    with store.writing():
        connection = live.connection()
        connection.executemany(
            "INSERT INTO client (id, name, name_key, search, owner_id, street, city, postcode, country, vat_id,"
            " registration_id, phone, mail, version, created_at) VALUES (?, ?, ?, '', ?, '', '', '', '', '', '', '', '', 1, 0)",
            [(number, f"Client {number}", f"client {number}", rng.choice(reps)) for number in range(1, CLIENTS + 1)],
        )
        connection.executemany(
            "INSERT INTO deal (id, client_id, deal_type_id, stage_id, owner_id, title, title_key, outcome, amount, currency,"
            " expected_close, probability, source, started_at, entered_at, closed_at, close_reason, version, created_at)"
            " VALUES (?, ?, ?, ?, ?, '', 'x', ?, ?, ?, ?, ?, '', ?, ?, ?, '', 1, 0)",
            deals,
        )
        connection.executemany(
            "INSERT INTO visit (deal_id, seq, deal_type_id, stage_id, entered_at, entered_as, entered_by_id,"
            " entered_recorded_at, entered_reason, left_at, left_as, begin_unknown, left_reason, marks)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, 0, '', '')",
            visits,
        )
        connection.executemany(
            "INSERT INTO deal_terms (deal_id, at, owner_id, amount, currency, expected_close) VALUES (?, ?, ?, ?, ?, ?)", terms
        )
        connection.executemany(
            "INSERT INTO hold (deal_id, started_at, ended_at, reason, started_by_id, ended_by_id)"
            " VALUES (?, ?, ?, '', ?, ?)",
            holds,
        )
    store.close()


if __name__ == "__main__":
    main()
