"""The company's clock: all time, or the hours in which the company works."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from models.values.instants import DAY, SECOND, Instant, from_datetime, local_day, zone

WorkingHours = Mapping[int, tuple[int, int]]  # weekday (0 is Monday) → from, to, in seconds after midnight
Stretch = tuple[Instant, Instant, int]  # from, to, and how much was worked before; microseconds
NEVER = 2**62


def stretches(first: date, last: date, hours: WorkingHours, holidays: Collection[date], timezone: str) -> list[Stretch]:
    """The working hours of the days from `first` to `last` in that zone, without the holidays, in order. A day on which the
    clocks change is as long as it really is."""
    found: list[Stretch] = []
    before = 0
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() in hours and day not in holidays:
            opens, closes = (_instant(day, seconds, timezone) for seconds in hours[day.weekday()])
            found.append((opens, closes, before))
            before += closes - opens
    return found


def normal_day(hours: WorkingHours) -> int:
    """The length of a working day that most weekdays have, of equally frequent ones the longer, in seconds; 0 without
    working hours."""
    lengths = Counter(end - start for start, end in hours.values())
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def norm_on(seconds: int, day: int) -> int:
    """A norm on a clock whose days have `day` seconds: its days are days of the clock, what is left are hours as they are."""
    return seconds // 86_400 * day + seconds % 86_400


class Clock(NamedTuple):
    """What a stay is measured on: without `hours` all time, else the working hours, without the holidays, in that zone."""

    hours: tuple[tuple[int, tuple[int, int]], ...] = ()
    holidays: frozenset[date] = frozenset()
    timezone: str = "UTC"

    def lasted(self, start: Instant, end: Instant, holds: Iterable[tuple[Instant, Instant | None]] = ()) -> int:
        """Microseconds on the clock from `start` to `end` outside the holds; a hold without an end lasts to `end`."""
        held = 0
        for begun, ended in holds:
            since, until = max(start, begun), min(end, end if ended is None else ended)
            held += self._between(since, until) if until > since else 0
        return max(0, self._between(start, end) - held)

    def _between(self, start: Instant, end: Instant) -> int:
        if not self.hours or end <= start:
            return max(0, end - start)
        known = _known(self, start // (365 * DAY), end // (365 * DAY))
        return _worked(known, end) - _worked(known, start)

    def norm(self, seconds: int) -> int:
        """A norm in seconds of this clock."""
        return norm_on(seconds, self.day)

    @property
    def day(self) -> int:
        """How many seconds a day has on it."""
        return normal_day(dict(self.hours)) if self.hours else 86_400

    def days(self, seconds: int) -> int:
        """Seconds of this clock as if its days were of 24 hours, as ages are told."""
        return seconds // self.day * 86_400 + seconds % self.day if self.hours else seconds


CALENDAR = Clock()


@lru_cache(maxsize=16)
def _known(clock: Clock, first: int, last: int) -> list[Stretch]:
    """The stretches of years of 365 days since the epoch, and of the days beside them."""
    days = (local_day(first * 365 * DAY, clock.timezone), local_day((last + 1) * 365 * DAY, clock.timezone))
    around = days[0] - timedelta(days=2), days[1] + timedelta(days=2)
    return stretches(*around, dict(clock.hours), clock.holidays, clock.timezone)


def _worked(known: list[Stretch], at: Instant) -> int:
    place = bisect_right(known, (at, NEVER, 0)) - 1
    if place < 0:
        return 0
    opens, closes, before = known[place]
    return before + min(at, closes) - opens


def _instant(day: date, seconds: int, timezone: str) -> Instant:
    """That time of the clock on the wall; 86,400 is the next midnight."""
    day, seconds = day + timedelta(days=seconds // 86_400), seconds % 86_400
    local = datetime(day.year, day.month, day.day, seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=zone(timezone))
    return from_datetime(local) // SECOND * SECOND
