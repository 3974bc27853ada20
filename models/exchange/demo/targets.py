"""What the reps of the demo are to win by month, and an exchange rate; both follow from its deals, nothing is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.values.instants import Instant

if TYPE_CHECKING:
    from models.storage.store import Store

AHEAD = 2  # months
STRETCH = 1.15  # of what is won in a month and by a rep
STEP = {"EUR": 50_000, "RUB": 5_000_000}  # minor units that targets are rounded to
RATES = {"EUR": ("USD", "EUR", 92, 2), "RUB": ("EUR", "RUB", 925, 1)}


def write_targets(store: Store, currency: str, reps: Sequence[int], first: date, last: date, at: Instant) -> None:
    """A target for each rep in each month from that of `first` to two after that of `last`: what a rep wins in a month on
    the average of all, and some more."""
    live: Any = store.database.connection()
    won = live.execute("SELECT coalesce(sum(amount), 0) FROM deal WHERE outcome = 'won'").fetchone()[0]
    past = (last.year - first.year) * 12 + last.month - first.month + 1
    step = STEP[currency]
    target = max(1, round(won * STRETCH / (past * len(reps)) / step)) * step
    months = [first.year * 12 + first.month - 1 + number for number in range(past + AHEAD)]
    live.executemany(
        "INSERT INTO target (employee_id, month, amount, currency, created_at) VALUES (?, ?, ?, ?, ?)",
        [(rep, date(month // 12, month % 12 + 1, 1).isoformat(), target, currency, at) for rep in reps for month in months],
    )
    live.execute(
        "INSERT INTO exchange_rate (from_currency, to_currency, day, units, places, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        (*RATES[currency][:2], first.isoformat(), *RATES[currency][2:], at),
    )
