"""The axis of working seconds on which events are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.storage.store import Store
from models.values import instants
from models.values.instants import SECOND, Instant

HISTORY_DAYS = 300
OPENS, WORKDAY = 9 * 3600, 9 * 3600  # seconds


@dataclass(frozen=True)
class Hours:
    """The axis of working seconds: `starts` are the beginnings of past working days, `length` its end; `coming` are
    the beginnings of today and the working days after it.
    """

    starts: list[Instant]
    days: list[date]
    length: int
    coming: list[Instant]
    coming_days: list[date]
    zone: str

    def instant(self, second: int) -> Instant:
        return self.starts[second // WORKDAY] + second % WORKDAY * SECOND

    def day(self, second: int) -> date:
        return self.days[second // WORKDAY]


def working_time(until: Instant, today: date, zone: str) -> Hours:
    def nine(day: date) -> Instant:
        return instants.from_datetime(datetime(day.year, day.month, day.day, 9, tzinfo=instants.zone(zone)))

    last = instants.local_day(until, zone)
    past = [last - timedelta(days=back) for back in range(HISTORY_DAYS, -1, -1)]
    days = [day for day in past if day.weekday() < 5 and nine(day) < until]
    starts = [nine(day) for day in days]
    length = (len(days) - 1) * WORKDAY + min(WORKDAY, (until - starts[-1]) // SECOND)
    ahead = [today + timedelta(days=on) for on in range(45)]
    coming = [day for day in ahead if day == today or day.weekday() < 5]
    return Hours(starts, days, length, [nine(day) for day in coming], coming, zone)


def write_hours(store: Store) -> None:
    """The company's working hours are those in which its people work."""
    store.database.connection().executemany(
        "INSERT INTO working_hours (weekday, opens, closes) VALUES (?, ?, ?)",
        [(day, OPENS, OPENS + WORKDAY) for day in range(5)],
    )
