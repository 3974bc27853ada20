"""Which rate an entry has: nineteen combinations of keys, most specific first. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

# The keys that a rate of rank 1 to 19 has; another combination is none.
LADDER: tuple[tuple[str, ...], ...] = (
    ("entry",),
    ("deal", "employee", "service"),
    ("deal", "employee"),
    ("deal", "service", "category"),
    ("deal", "service"),
    ("deal", "category"),
    ("deal",),
    ("client", "employee", "service"),
    ("client", "employee"),
    ("client", "service", "category"),
    ("client", "service"),
    ("client", "category"),
    ("client",),
    ("employee", "service"),
    ("service", "category"),
    ("service",),
    ("employee",),
    ("category",),
    (),
)


class Keys(NamedTuple):
    """The ids that rates are found by; an entry has all that are known of it, a rate those that it is for."""

    entry: int | None = None
    deal: int | None = None
    client: int | None = None
    employee: int | None = None
    service: int | None = None
    category: int | None = None


class RateLine(NamedTuple):
    """A rate: `amount` in minor units of `currency` an hour, from `from_day` to `to_day` (both included) at the latest."""

    id: int
    keys: Keys
    from_day: date
    to_day: date | None
    amount: int
    currency: str


class Rung(NamedTuple):
    """A rank of the ladder, and the rate that it holds for an entry, if any."""

    rank: int
    line: RateLine | None


def rank_of(keys: Keys) -> int | None:
    """The rank of a rate with these keys; None where they are no combination of the ladder."""
    return _RANKS.get(tuple(value is not None for value in keys))


def category_on(history: tuple[list[date], list[int]] | None, day: date) -> int | None:
    """The category on `day` of a history (first days in order, categories); the first one holds for all time before."""
    if history is None:
        return None
    days, categories = history
    return categories[max(0, bisect_right(days, day) - 1)]


class RateBook:
    """The rates of one side, ready to be asked."""

    def __init__(self, lines: Iterable[RateLine]) -> None:
        self.lines = tuple(sorted(lines, key=lambda line: line.from_day))
        ranks: dict[int, dict[tuple[int | None, ...], tuple[list[date], list[RateLine]]]] = {}
        for line in self.lines:
            rank = rank_of(line.keys)
            if rank is None:
                raise ValueError(line)
            days, held = ranks.setdefault(rank, {}).setdefault(_PICK[rank - 1](line.keys), ([], []))
            days.append(line.from_day)
            held.append(line)
        self._ranks = [(rank, _PICK[rank - 1], ranks[rank]) for rank in sorted(ranks)]

    def find(self, keys: Keys, day: date) -> tuple[int, RateLine] | None:
        """The rank and rate of an entry with these keys that began on `day`; None where no rank holds one."""
        for rank, pick, known in self._ranks:
            held = known.get(pick(keys))
            if held is not None:
                line = _valid(held, day)
                if line is not None:
                    return rank, line
        return None

    def ladder(self, keys: Keys, day: date) -> list[Rung]:
        """All nineteen ranks, each with the rate that it holds for such an entry."""
        held = {rank: known.get(pick(keys)) for rank, pick, known in self._ranks}
        rungs = []
        for rank in range(1, len(LADDER) + 1):
            dated = held.get(rank)
            rungs.append(Rung(rank, None if dated is None else _valid(dated, day)))
        return rungs


def _valid(held: tuple[list[date], list[RateLine]], day: date) -> RateLine | None:
    """The last to begin on or before the day; after its own last day there is none, whatever came before it."""
    days, lines = held
    place = bisect_right(days, day)
    if not place:
        return None
    line = lines[place - 1]
    return None if line.to_day is not None and line.to_day < day else line


def _picker(names: tuple[str, ...]) -> Callable[[Keys], tuple[int | None, ...]]:
    places = tuple(Keys._fields.index(name) for name in names)
    if len(places) == 3:
        a, b, c = places
        return lambda keys: (keys[a], keys[b], keys[c])
    if len(places) == 2:
        a, b = places
        return lambda keys: (keys[a], keys[b])
    if places:
        a = places[0]
        return lambda keys: (keys[a],)
    return lambda _keys: ()


_PICK = tuple(_picker(names) for names in LADDER)
_RANKS = {tuple(name in names for name in Keys._fields): rank for rank, names in enumerate(LADDER, 1)}
