"""Time as the calendar counts it, or only the seconds within the company's working hours (semantics §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from models.values.instants import SECOND, Instant, day_start, local_day

Instants = NDArray[np.int64]
A_DAY = 86_400


@dataclass(frozen=True)
class Clock:
    """`day` is how many seconds a day on it has. The working clock has the spans in which it runs, `opens` to `closes`,
    and how many microseconds it has run `before` each."""

    name: str
    day: int
    opens: Instants | None = None
    closes: Instants | None = None
    before: Instants | None = None

    def read(self, instants: Instants) -> Instants:
        """The microseconds that the clock shows at instants: the difference of two of them is what passed on it."""
        if self.opens is None or self.closes is None or self.before is None:
            return instants
        if not len(self.opens):
            return np.zeros_like(instants)
        place = np.maximum(np.searchsorted(self.opens, instants, side="right") - 1, 0)
        within = np.clip(instants, self.opens[place], self.closes[place]) - self.opens[place]
        return self.before[place] + within

    def norm(self, seconds: int) -> int:
        """A norm on this clock: its days are days of this clock, what is left are hours as they are."""
        return seconds // A_DAY * self.day + seconds % A_DAY


CALENDAR = Clock("calendar", A_DAY)


def working_clock(
    hours: Mapping[int, tuple[int, int]], holidays: Collection[date], zone: str, first: Instant, last: Instant
) -> Clock:
    """The clock that runs in `hours` (by weekday, 0 is Monday; seconds after midnight) of days that are no holidays, from
    `first` to `last`. Its day is the most frequent length of a working day, of several the longest."""
    lengths = Counter(closes - opens for opens, closes in hours.values())
    day, until = local_day(first, zone), local_day(last, zone)
    spans = []
    while day <= until:
        times = None if day in holidays else hours.get(day.weekday())
        if times is not None:
            spans.append((_instant(day, times[0], zone), _instant(day, times[1], zone)))
        day += timedelta(days=1)
    opens, closes = (np.array([span[end] for span in spans], np.int64) for end in (0, 1))
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(closes - opens)])[:-1] if spans else opens
    return Clock("working", max(lengths, key=lambda length: (lengths[length], length)), opens, closes, before)


def _instant(day: date, seconds: int, zone: str) -> Instant:
    """The instant at which the clocks of the zone show so many seconds after midnight; of a time that a change of clocks
    leaves out, that change."""
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    if end - start == A_DAY * SECOND:
        return start + seconds * SECOND
    from datetime import datetime, time

    from models.values import instants

    if seconds >= A_DAY:
        return end
    moment = datetime.combine(day, time(seconds // 3600, seconds // 60 % 60, seconds % 60), tzinfo=instants.zone(zone))
    return min(max(instants.from_datetime(moment), start), end)
