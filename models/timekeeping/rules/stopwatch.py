"""Pure rules of the stopwatch: whole seconds, and where an entry ends."""

from __future__ import annotations

from models.values.instants import SECOND, Instant


def whole_second(instant: Instant) -> Instant:
    """The second in which the instant lies; entries are [start, end) in whole seconds."""
    return instant - instant % SECOND


def is_forgotten(now: Instant, last_sign: Instant, seconds: int) -> bool:
    """Whether nobody was there for longer than that many seconds. A clock that went back forgets nothing."""
    return now - last_sign > seconds * SECOND


def end_of(started_at: Instant, stopped_at: Instant, planned_at: Instant | None) -> tuple[Instant, bool]:
    """Where an entry ends that is stopped at `stopped_at`: at the entry planned ahead, if that began meanwhile (and
    then it is marked), else there, never before its start."""
    wanted = max(started_at, whole_second(stopped_at))
    if planned_at is not None and planned_at < wanted:
        return planned_at, True
    return wanted, False
