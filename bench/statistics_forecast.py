"""How long the forecast takes over 100,000 deals, 500,000 visits and 30,000 open deals, and how far drawing groups of deals
is from drawing each of them.

Run as `python -m bench.statistics_forecast [--deals N] [--runs N] [--store FILE]`. A cold figure is a process of its own: of
all of it, of the first query (imports, reading and computing, the store being open), and of computing alone.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.statistics import make_store, open_session

DAYS = 600  # within which the deals begin: some 30 of 100 are open then
OWN = 0.05  # open deals with a percentage of their own
LARGE = ((30, 29), (200, 3))  # stages, and to how many others deals go from each
MONTHS = (6, 37, 68, 96, 127, 157, 188, 218, 249, 280, 310, 341, 365)
KEYS = ("process", "first", "computing", "memory")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.statistics_forecast", description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--store", type=Path, help="a store that is kept between runs")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(options.store)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.store or Path(folder) / "forecast.db"
        if not path.exists():
            make_store(path, options.deals, DAYS)
            spread_amounts(path)
        connection = sqlite3.connect(path)
        for what in ("deal", "visit", "deal WHERE outcome = 'open'"):
            print(f"{connection.execute(f'SELECT count(*) FROM {what}').fetchone()[0]:,} rows of {what}")
        runs = [cold(path) for _run in range(options.runs)]
        process, first, computing, memory = (statistics.median(run[key] for run in runs) for key in KEYS)
        print(f"forecast: process {process:.2f} s, first query {first:.2f} s, of it computing {computing:.2f} s, {memory:.0f} MB")
        against_each(path)
        replayed(path)
    for stages, onward in LARGE:
        large(stages, onward, options.deals)


def spread_amounts(path: Path) -> None:
    """Log-normal amounts, of which the largest hundredth is a tenth of all; some deals with a percentage of their own."""
    connection, rng = sqlite3.connect(path), random.Random(2)
    deals = [row[0] for row in connection.execute("SELECT id FROM deal")]
    amounts = [(int(rng.lognormvariate(11.5, 1)), deal) for deal in deals]
    connection.executemany("UPDATE deal SET amount = ? WHERE id = ?", amounts)
    connection.executemany("UPDATE deal_terms SET amount = ? WHERE deal_id = ?", amounts)
    own = [(rng.randrange(5, 100, 5), deal) for deal in deals if rng.random() < OWN]
    connection.executemany("UPDATE deal SET probability = ? WHERE id = ? AND outcome = 'open'", own)
    connection.execute("UPDATE deal_terms SET probability = (SELECT probability FROM deal WHERE deal.id = deal_id)")
    connection.commit()
    connection.close()


def cold(path: Path) -> dict[str, float]:
    begun = time.perf_counter()
    call = [sys.executable, "-m", "bench.statistics_forecast", "--store", str(path), "--child"]
    run = subprocess.run(call, capture_output=True, text=True, check=True)
    return {"process": time.perf_counter() - begun, **json.loads(run.stdout)}


def child(path: Path) -> dict[str, float]:
    session = open_session(path)
    begun = time.perf_counter()
    from models.statistics.arrays import history
    from models.statistics.forecast import forecast

    known = history(session, 1, deals=True)
    loaded = time.perf_counter()
    forecast(session, 1, history=known)
    ended = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": ended - begun, "computing": ended - loaded, "memory": memory}


def against_each(path: Path) -> None:
    """The same forecast with every deal drawn by itself, at its exact age, by as many resamples as a small type gets."""
    from models.statistics.forecast import forecast
    from models.statistics.rules import forecast as rules

    session = open_session(path)
    grouped = forecast(session, 1).rows
    usual = rules.ALL_SINGLY, rules.LARGE, rules.MOST_CELLS, rules.DAILY
    rules.ALL_SINGLY = rules.LARGE = rules.MOST_CELLS = rules.DAILY = 10**9
    begun = time.perf_counter()
    singly = forecast(session, 1).rows
    print(f"each deal drawn by itself: {time.perf_counter() - begun:.0f} s")
    for ours, theirs in zip(grouped, singly, strict=True):
        parts = [f"{name} {getattr(ours, name) / max(getattr(theirs, name), 1) - 1:+.2%}" for name in ("p10", "p50", "p90", "mean")]
        print(f"  {ours.month or 'later'}: {', '.join(parts)}")
    rules.ALL_SINGLY, rules.LARGE, rules.MOST_CELLS, rules.DAILY = usual


def replayed(path: Path) -> None:
    from models.statistics.forecast import backtest

    session = open_session(path)
    begun = time.perf_counter()
    found = backtest(session, 1)
    print(f"backtest of 12 months: {time.perf_counter() - begun:.1f} s, coverage {found.coverage}, {len(found.rows)} forecasts")
    for error in found.errors:
        missed = error.mean_missed / max(error.won, 1)
        print(f"  {error.ahead} ahead: {error.within} of {error.forecasts} within, the mean missed {missed:.1%} of what was won")


def large(stages: int, onward: int, deals: int) -> None:
    """Types with many ways between stages, at random; and how far the quick way is from that of an ordinary type."""
    import numpy as np

    from models.statistics.rules import forecast as rules

    rng = np.random.default_rng(3)
    targets = np.array([rng.permutation(np.delete(np.arange(stages), stage))[:onward] for stage in range(stages)])
    typical, ends = rng.random(stages) * 40 + 5, rng.random((stages, 2)) * 0.15 + 0.05
    deal, stage, at, columns = np.arange(deals), rng.integers(0, stages, deals), rng.random(deals) * DAYS, []
    while len(deal):
        left = at + rng.weibull(1.2, len(deal)) * typical[stage]
        luck, target = rng.random(len(deal)), targets[stage, rng.integers(0, onward, len(deal))]
        target = np.where(luck < ends[stage].sum(axis=1), np.where(luck < ends[stage, 0], stages, stages + 1), target)
        target, left = np.where(left > DAYS, -1, target), np.minimum(left, DAYS)
        columns.append((deal, stage, (np.floor(left) - np.floor(at)).astype(np.int64), target, ((left - at) * 1e6).astype(np.int64)))
        on = (target >= 0) & (target < stages)
        deal, stage, at = deal[on], target[on], left[on]
    deal, stage, days, target, length = (np.concatenate(column) for column in zip(*columns, strict=True))
    there, lies_ahead = target < 0, np.zeros(len(deal))
    lies_ahead[there] = rules.ahead(stage[there], days[there], length[there], stage[~there], days[~there], length[~there])
    stays = rules.Stays(deals, stages, deal, stage, days, target, lies_ahead)
    amount, none = np.floor(rng.lognormal(11.5, 1, int(there.sum()))), np.full(int(there.sum()), np.nan)
    asked = rules.OpenDeals(stage[there], days[there], lies_ahead[there], amount, none, np.zeros(len(amount), np.int64))
    took, found = [], []
    usual = rules.LARGE, rules.MOST_CELLS, rules.DAILY
    for settings in (usual, (10**9,) * 3):
        rules.LARGE, rules.MOST_CELLS, rules.DAILY = settings
        begun = time.perf_counter()
        drawn = rules.drawn(stays, asked, 1, MONTHS)[0]
        took.append(time.perf_counter() - begun)
        found.append(np.quantile(drawn, (0.1, 0.5, 0.9), axis=0, method="inverted_cdf"))
    rules.LARGE, rules.MOST_CELLS, rules.DAILY = usual
    off = np.abs(found[0] / np.maximum(found[1], 1) - 1).max(axis=0)
    print(
        f"{stages} stages with {len(np.unique(stage * 1000 + target))} ways, {len(deal):,} visits, {len(amount):,} open: {took[0]:.1f} s;"
        f" as of an ordinary type, at exact ages and days {took[1]:.0f} s; apart by month at most {', '.join(f'{one:.2%}' for one in off)}"
    )


if __name__ == "__main__":
    main()
