"""Report paths: the distinct ways of deals through a type, and how many broke a stricter mode (semantics §4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.pipeline.rules.replay import Came, Replay
from models.pipeline.ways import mapped_stages
from models.statistics.arrays import ENTERED_AS, WON, Bools, History, Ints, Records, Visits
from models.statistics.rules.estimates import ascending
from models.statistics.selection import select, whole_seconds
from models.statistics.standing import started_deals
from models.values.instants import SECOND, Instant

if TYPE_CHECKING:
    from models.session import Session


class Path(NamedTuple):
    """Deals that came one way: how many, how many of them are won, and the Kaplan–Meier median of their whole time
    without holds, in seconds, None where it is not reached. `ids` are the deals'."""

    stages: tuple[str, ...]
    deals: int
    won: int
    median_seconds: int | None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class PathsReport:
    """The paths, the most frequent first; `stages` are those of the type; `day` is how many seconds a day has on the clock; `strict` and `semi_strict` count the deals whose way broke that mode."""

    type: str
    as_of: Instant
    clock: str
    day: int
    stages: tuple[str, ...]
    deals: int
    paths: tuple[Path, ...]
    strict: int
    semi_strict: int

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {
            "paths": [
                {"stages": list(path.stages), "deals": path.deals, "won": path.won, "median_seconds": path.median_seconds}
                for path in self.paths
            ],
            "violations": {"strict": self.strict, "semi-strict": self.semi_strict},
        }


def paths(
    session: Session,
    type_id: int,
    *,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
) -> PathsReport:
    """The ways of the deals that started from `first` to `last` (days of the company, both included) and were of the
    type at `as_of`, as far as they had come by then (what happened at it included). `clock` is `calendar` or `working`, the
    company's without; `history`, what was read before, saves reading it.

    Strict is judged with the type's own setting for returns. Raises what `select` does.
    """
    asked = select(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock, history=history,
        deals=True,
    )  # fmt: skip
    visits, deal_type = asked.visits, asked.visits.records.type
    deal, outcome = started_deals(asked)
    ways = visits.once(("ways", asked.clock), lambda: _ways(visits, asked.clock))
    place = np.searchsorted(ways.deals, deal)
    way, trails = ways.way[place], _trails(visits.records)
    path, lasted, ended = trails.path[way], ways.lasted[place], outcome != 0
    order = np.argsort(path, kind="stable")
    starts = np.flatnonzero(np.diff(path[order], prepend=-1))
    numbers, won = path[order][starts], np.add.reduceat((outcome == WON)[order], starts, dtype=np.int64) if len(starts) else starts
    medians = _medians(path, lasted, ended)
    ids = deal[order].tolist()
    bounds = zip(numbers.tolist(), won.tolist(), starts.tolist(), np.append(starts, len(order))[1:].tolist(), strict=True)
    found = [
        Path(trails.paths[number], end - begin, wins, medians.get(number), tuple(ids[begin:end]))
        for number, wins, begin, end in bounds
    ]  # fmt: skip
    found.sort(key=attrgetter("stages"))
    found.sort(key=attrgetter("deals"), reverse=True)
    strict, semi_strict = _broken(visits, deal, way)
    stages = tuple(stage.name for stage in deal_type.stages)
    return PathsReport(
        deal_type.name, visits.at, asked.clock, asked.day // SECOND, stages, len(deal), tuple(found), strict, semi_strict
    )


def _medians(path: Ints, lasted: Ints, ended: Bools) -> dict[int, int | None]:
    """The median of each path's times in whole seconds, where one of them is known."""
    known = np.flatnonzero(lasted >= 0)
    # At equal times ends come before what is censored.
    order = known[ascending(lasted[known] * 2 + ~ended[known])]
    order = order[ascending(path[order])]
    starts = np.flatnonzero(np.diff(path[order], prepend=-1))
    times, ends = lasted[order].tolist(), ended[order].tolist()
    bounds = zip(path[order][starts].tolist(), starts.tolist(), np.append(starts, len(order))[1:].tolist(), strict=True)
    medians = ((number, _half(times[begin:end], ends[begin:end])) for number, begin, end in bounds)
    return {number: None if median is None else whole_seconds(median) for number, median in medians}


def median(times: Sequence[tuple[int, bool]]) -> int | None:
    """The Kaplan–Meier median of times with whether each is complete (an end, else censored): the first with at most
    half surviving, None where there is none."""
    lasted = sorted((time, not ended) for time, ended in times)
    return _half([time for time, _censored in lasted], [not censored for _time, censored in lasted])


def _half(times: Sequence[int], ended: Sequence[bool]) -> int | None:
    """The same of times in order, at equal ones ends before what is censored."""
    left, survival = len(times), 1.0
    for time, one in zip(times, ended, strict=True):
        if one:
            survival *= 1 - 1 / left
            if survival <= 0.5 + 1e-9:
                return time
        left -= 1
    return None


@dataclass(frozen=True, eq=False)
class _Ways:
    """Of all deals that ever were of the type by the instant, by number: the number of each one's way, and its
    microseconds in the type without holds, -1 where a beginning is not known."""

    deals: Ints
    way: Ints
    lasted: Ints


def _ways(visits: Visits, clock: str) -> _Ways:
    trails = _trails(visits.records)
    begins = np.flatnonzero(np.diff(visits.deal, prepend=-1))
    last = np.append(begins[1:], len(visits.deal))[: len(begins)] - 1
    way = trails.step[visits.known][last] * 2 + (visits.left_as[last] == WON)
    trails.tell(way)
    lasted = np.add.reduceat(visits.lasted(clock), begins) if len(begins) else begins
    lasted[np.logical_or.reduceat(visits.begin_unknown, begins) if len(begins) else begins] = -1
    return _Ways(visits.deal[begins], way, lasted)


class _Trails:
    """How far each visit of the records brought its deal. `step` is a number that deals which came one way up to a visit
    share, however that ended: so the ways as of any instant are those numbers at the visits that were then the last. A way
    is 2 · step, and 1 more where it ended with a win; `path` is the place of a way's stages among `paths`, of ways that
    were told."""

    def __init__(self, records: Records) -> None:
        stages, won = records.type.stages, records.left_as == WON
        columns = records.stage, records.entered_as, records.reasoned, records.reach
        code = np.zeros(len(records.deal), np.int64)
        for column in columns:
            code = code * (int(column.max(initial=0)) + 1) + column
        # Of each code that comes its place among them, and one of the visits that have it.
        code = np.cumsum(np.bincount(code) > 0)[code] - 1 if len(code) else code
        one = np.zeros(int(code.max(initial=-1)) + 1, np.int64)
        one[code] = np.arange(len(code))
        told = list(zip(*(column[one].tolist() for column in columns), strict=True))
        self._came = [
            Came(stages[stage].id, ENTERED_AS[how], bool(reason), won, number)
            for stage, how, reason, number in told
            for won in (False, True)
        ]
        self._name = [stages[stage].name for stage, _how, _reason, _number in told for _won in (False, True)]
        begins = np.flatnonzero(np.diff(records.deal, prepend=-1))
        length = np.diff(begins, append=len(code))
        self.step = np.empty(len(code), np.int64)
        before, given, at, going = np.zeros(len(begins), np.int64), 0, 0, np.arange(len(begins))
        while len(going):
            visit = begins[going] + at
            number = _numbered(before[going] * len(told) + code[visit])
            self.step[visit] = given + number
            before[going] = number * 2 + won[visit]
            given, at = given + int(number.max()) + 1, at + 1
            going = going[length[going] > at]
        self._kind = (2 * code + won).astype(np.int32)  # of each visit its place among `_came` and `_name`
        # One visit of each step, and where those of its deal begin.
        self._visit = np.zeros(given, np.int64)
        self._visit[self.step] = np.arange(len(code))
        self._begin = np.repeat(begins, length)[self._visit]
        self.path = np.full(given * 2, -1, np.int64)
        self.paths: list[tuple[str, ...]] = []
        self._places: dict[tuple[str, ...], int] = {}

    def tell(self, ways: Ints) -> None:
        """Put the paths of these ways among `paths`."""
        new = np.flatnonzero(np.bincount(ways, minlength=len(self.path)).astype(bool) & (self.path < 0))
        found = []
        for steps in self._steps(new):
            names = tuple([self._name[step] for step in steps])
            if names not in self._places:
                self._places[names] = len(self.paths)
                self.paths.append(names)
            found.append(self._places[names])
        self.path[new] = found

    def came(self, way: int) -> tuple[Came, ...]:
        """The steps of a way, for those who judge them."""
        visit, begin = int(self._visit[way >> 1]), int(self._begin[way >> 1])
        *before, last = self._kind[begin : visit + 1].tolist()
        return tuple([self._came[one] for one in (*before, last & ~1 | way & 1)])

    def _steps(self, ways: Ints) -> Iterator[list[int]]:
        step = ways >> 1
        for begin, visit in zip(self._begin[step].tolist(), self._visit[step].tolist(), strict=True):
            yield self._kind[begin : visit + 1].tolist()


def _trails(records: Records) -> _Trails:
    """Worked out once for all instants."""
    if "trails" not in records.kept:
        records.kept["trails"] = _Trails(records)
    found: _Trails = records.kept["trails"]
    return found


def _numbered(values: Ints) -> Ints:
    """The place of each value among the distinct ones in order."""
    order = ascending(values)
    changed = np.zeros(len(order), np.int64)
    changed[1:] = values[order[1:]] != values[order[:-1]]
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(changed)
    return number


def _broken(visits: Visits, deal: Ints, way: Ints) -> list[int]:
    """How many of the deals came a way that strict, and that semi-strict, would have refused."""
    records, deals, trails = visits.records, visits.records.deals, _trails(visits.records)
    mapped = mapped_stages(records.type.id)
    known = deals.known[np.searchsorted(deals.id, deal)]
    # Deals entered between the same two additions of stages are judged alike, unless stages of another type count for them.
    added = np.unique(np.array([-1, *(stage.required_from for stage in records.type.stages)], np.int64))
    since = np.maximum(np.searchsorted(added, known, "right") - 1, 0)
    own = np.isin(deal, list(mapped)) if mapped else np.zeros(len(deal), bool)
    times = np.bincount(way[~own] * len(added) + since[~own])
    alike = np.flatnonzero(times)
    replays = [Replay(records.type, mode, records.type.returns) for mode in ("strict", "semi-strict")]
    # Most ways of a past instant are ways of today: they are judged once.
    if "judged" not in records.kept:
        records.kept["judged"] = np.full((len(trails.path) * len(added), len(replays)), -1, np.int8)
    judged = records.kept["judged"]
    for one in alike[judged[alike, 0] < 0].tolist():
        came, entered = trails.came(one // len(added)), int(added[one % len(added)])
        judged[one] = [replay.breaks(came, known_since=entered) for replay in replays]
    counts = times[alike] @ judged[alike]
    for number, one, entered in zip(*(column[own].tolist() for column in (deal, way, known)), strict=True):
        counts += [replay.breaks(trails.came(one), known_since=entered, mapped=mapped[number]) for replay in replays]
    return counts.tolist()
