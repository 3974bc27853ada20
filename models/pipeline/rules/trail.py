"""A deal's way in short, and time without holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.values.clock import CALENDAR
from models.values.instants import SECOND, Instant
from models.values.text import shown


def trail(stages: Sequence[str], names: Iterable[str]) -> str:
    """The visits' stages in order, each by the shortest abbreviation that is unique among all `names` of the type."""
    short = abbreviations(names)
    return "".join(short.get(name, shown(name)[:1]) for name in stages)


def abbreviations(names: Iterable[str]) -> dict[str, str]:
    """The shortest beginning of each name, first letter upper, that no other name begins with (the whole name if none)."""
    all_names = list(dict.fromkeys(names))
    short: dict[str, str] = {}
    for name in all_names:
        others = [other.casefold() for other in all_names if other != name]
        for length in range(1, len(name) + 1):
            head = name[:length]
            if not any(other.startswith(head.casefold()) for other in others):
                break
        short[name] = shown(head[:1].upper() + head[1:])
    return short


def seconds_without_holds(
    start: Instant, end: Instant, holds: Iterable[tuple[Instant, Instant | None]]
) -> int:
    """Whole seconds of [start, end) outside the holds; a hold without an end lasts to `end`."""
    return CALENDAR.lasted(start, end, holds) // SECOND
