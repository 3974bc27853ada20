"""Pure rules of intervals: what may be entered, what lies in the way, how neighbours give room, what can be merged.

An interval is [start, end) in whole seconds (as instants, microseconds); one of 0 seconds overlaps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models.values.instants import SECOND, Instant

LONGEST = 24 * 3600 * SECOND
FARTHEST = 366 * 24 * 3600 * SECOND


class Interval(NamedTuple):
    """`end` is None while it runs."""

    id: int
    start: Instant
    end: Instant | None


class Cut(NamedTuple):
    """What is left of a neighbour that gives room: the parts that are over, and where it runs on (None: it does not)."""

    id: int
    parts: tuple[tuple[Instant, Instant], ...]
    runs_from: Instant | None = None


def wrong_with(start: Instant, end: Instant | None, now: Instant) -> str | None:
    """The code of what is wrong with such an entry by itself, or None.

    `end_before_start`; `too_long` above 24 hours; `in_future` for one that runs and starts later than now;
    `too_far`, planned more than a year ahead or begun before 1970.
    """
    if start < 0 or start > now + FARTHEST:
        return "too_far"
    if end is None:
        return "in_future" if start > now else None
    if end < start:
        return "end_before_start"
    return "too_long" if end - start > LONGEST else None


def overlap(start: Instant, end: Instant | None, other: Interval, now: Instant) -> bool:
    """Whether [start, end) and the other share a second. What runs has the time up to now; what is planned ahead of it
    lies in nobody's way, for it ends there."""
    if end is None:
        return other.end is not None and other.start < other.end and other.start <= now and start < other.end
    other_end = max(now, other.start + SECOND) if other.end is None else other.end
    return start < end and other.start < other_end and start < other_end and other.start < end


def in_the_way(start: Instant, end: Instant | None, others: Iterable[Interval], now: Instant) -> list[Interval]:
    return [other for other in others if overlap(start, end, other, now)]


def make_room(start: Instant, end: Instant, others: Iterable[Interval], now: Instant) -> list[Cut]:
    """What becomes of those in the way so that [start, end) is free; one that runs goes on running from `end`."""
    cuts = []
    for other in in_the_way(start, end, others, now):
        parts = [(other.start, start)]
        if other.end is not None:
            parts.append((end, other.end))
        kept = tuple(part for part in parts if part[0] < part[1])
        cuts.append(Cut(other.id, kept, end if other.end is None else None))
    return cuts


def one_after_the_other(intervals: Sequence[Interval]) -> bool:
    """Whether each begins where the one before has ended: then they can be merged."""
    return all(before.end == after.start for before, after in zip(intervals, intervals[1:], strict=False))


def first_gap(size: int, taken: Iterable[tuple[Instant, Instant]], since: Instant, until: Instant) -> Instant | None:
    """Where the first free time of that size begins in [since, until), or None. `taken` in order of start."""
    at = since
    for start, end in taken:
        if start - at >= size:
            break
        at = max(at, end)
    return at if at + size <= until else None
