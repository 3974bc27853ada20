"""Time that the reps booked on the last working days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from models.exchange.demo import worth
from models.exchange.demo.hours import WORKDAY, Hours
from models.exchange.demo.lives import Life
from models.exchange.demo.rows import COLUMNS, Rows
from models.exchange.demo.words import Words
from models.values.instants import SECOND

ENTRY_DAYS = 25  # working days back for which there are time entries


def remember(kept: list[tuple[int, int | None, int, int]], life: Life, end: int, deal: int, client: int) -> None:
    """Keep a deal that its owner may have booked time on lately: since when, until when (open: None), ids."""
    since, until = life.stays[0].since, life.stays[-1].until
    if until is not None and until < end - ENTRY_DAYS * WORKDAY:
        return
    if life.holds and life.holds[-1][1] is None:
        until = life.holds[-1][0]
    kept.append((since, until, deal, client))


def write_entries(
    rows: Rows, rng: Random, words: Words, hours: Hours, recent: dict[int, list[tuple[int, int | None, int, int]]]
) -> None:
    """Time of the reps on the last working days, one entry after the other; the timers of two of them run."""
    running = 0
    for rep, deals in recent.items():
        end = hours.length
        still_open = [memory for memory in deals if memory[1] is None and memory[0] < end - 1]
        timer = None
        if running < 2 and still_open:
            running += 1
            since, _until, deal, client = rng.choice(still_open)
            end = max(since, end - rng.randrange(600, 2400))
            timer = _entry(rng, words, hours, rep, client, deal, end, None)
        for memory, begin, until in _booked(rng, deals, end):
            rows["time_entry"].append(_entry(rng, words, hours, rep, memory[3], memory[2], begin, until))
        if timer:
            rows["time_entry"].append(timer)


def _booked(
    rng: Random, deals: list[tuple[int, int | None, int, int]], end: int
) -> Iterator[tuple[tuple[int, int | None, int, int], int, int]]:
    """Stretches of working time up to `end` on deals that were alive then, in order and apart."""
    first = max(0, end // WORKDAY - ENTRY_DAYS)
    for day in range(first, end // WORKDAY + 1):
        second, stop = day * WORKDAY + rng.randrange(3600), min(end, (day + 1) * WORKDAY - 600)
        while deals and second < stop:
            until = min(second + rng.randrange(480, 5700), stop)
            drawn = rng.choices(deals, k=6)
            for memory in drawn:
                if memory[0] <= second and (memory[1] is None or until <= memory[1]):
                    yield memory, second, until
                    break
            second = until + rng.choice((0, 0, 420, 1260, 2700))


def _entry(
    rng: Random, words: Words, hours: Hours, rep: int, client: int, deal: int, begin: int, until: int | None
) -> tuple[Any, ...]:
    start = hours.instant(begin)
    end = None if until is None else hours.instant(until - 1) + SECOND
    return (rep, client, deal, 1, start, end, int(rng.random() < 0.85), rng.choice(words.entries), "", start)


def name_services(rows: Rows, rng: Random, services: list[int]) -> None:
    """Give each entry the service that it was for."""
    at = COLUMNS["time_entry"].split().index("service_id")
    rows["time_entry"] = [
        (*row[:at], worth.service_of(rng, services), *row[at + 1 :]) for row in rows["time_entry"]
    ]


def most_timed(rows: Rows) -> int | None:
    """The client with the most entries."""
    at = COLUMNS["time_entry"].split().index("client_id")
    counts = Counter(row[at] for row in rows["time_entry"])
    return min(counts, key=lambda client: (-counts[client], client), default=None)
