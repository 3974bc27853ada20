"""The working clock: how much of a stretch of time lies within the company's working hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.values.instants import DAY, SECOND, Instant, from_datetime, zone

Ints = NDArray[np.int64]
WorkingHours = Mapping[int, tuple[int, int]]  # weekday (0 is Monday) → from, to, in seconds after midnight
NEVER = 2**62


class Stretches(NamedTuple):
    """When the company works, in order: from, to, and how much it has worked before; all in microseconds. The first one is
    empty and lies before all instants."""

    opens: Ints
    closes: Ints
    before: Ints


def stretches(
    first: date, last: date, hours: WorkingHours, holidays: Collection[date], timezone: str
) -> Stretches:
    """The working hours of the days from `first` to `last` in that zone, without the holidays. A day on which the clocks
    change is as long as it really is."""
    opens, closes = [-NEVER], [-NEVER]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() in hours and day not in holidays:
            start, end = hours[day.weekday()]
            opens.append(_instant(day, start, timezone))
            closes.append(_instant(day, end, timezone))
    starts, ends = np.array(opens, np.int64), np.array(closes, np.int64)
    lengths = ends - starts
    return Stretches(starts, ends, np.cumsum(lengths) - lengths)


def worked(instants: Ints, within: Stretches) -> Ints:
    """How much working time lies before each instant, in microseconds since the first stretch began."""
    last = _last_opened(instants, within.opens)
    return within.before[last] + np.minimum(instants, within.closes[last]) - within.opens[last]


def _last_opened(instants: Ints, opens: Ints) -> Ints:
    """The place of the stretch that last began by each instant: looked up by day and then stepped on, which takes a third
    of the time of a search."""
    if len(opens) == 1:
        return np.zeros(len(instants), np.int64)
    first = int(opens[1]) // DAY - 1  # a day on which nothing has begun yet stands for all before
    count = int(opens[-1]) // DAY - first + 1
    by_day = np.searchsorted(opens, (first + np.arange(count)) * DAY, "right") - 1
    place = by_day[np.clip(instants // DAY - first, 0, count - 1)]
    following = np.append(opens[1:], NEVER)
    while True:
        passed = following[place] <= instants
        if not passed.any():
            return place
        place += passed


def normal_day(hours: WorkingHours) -> int:
    """The length of a working day that most weekdays have, of equally frequent ones the longer, in seconds; 0 without
    working hours."""
    lengths = Counter(end - start for start, end in hours.values())
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def norm_on(seconds: int, day: int) -> int:
    """A norm on a clock whose days have `day` seconds: its days are days of the clock, what is left are hours as they are."""
    return seconds // 86_400 * day + seconds % 86_400


def _instant(day: date, seconds: int, timezone: str) -> Instant:
    """That time of the clock on the wall; 86,400 is the next midnight."""
    day, seconds = day + timedelta(days=seconds // 86_400), seconds % 86_400
    local = datetime(day.year, day.month, day.day, seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=zone(timezone))
    return from_datetime(local) // SECOND * SECOND
