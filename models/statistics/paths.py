"""Report paths: the distinct ways of deals through a type, and how many broke a stricter mode (semantics §4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from models.pipeline.rules.replay import Came, Replay
from models.pipeline.ways import mapped_stages
from models.statistics.arrays import CALENDAR, ENTERED_AS, WON, History, Ints, Visits
from models.statistics.rules.estimates import ascending
from models.statistics.selection import select
from models.statistics.standing import started_deals
from models.values.instants import SECOND, Instant

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class Path:
    """Deals that came one way: how many, how many of them are won, and the Kaplan–Meier median of their whole time
    without holds, in seconds, None where it is not reached. `ids` are the deals'."""

    stages: tuple[str, ...]
    deals: int
    won: int
    median_seconds: int | None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class PathsReport:
    """The paths, the most frequent first; `strict` and `semi_strict` count the deals whose way broke that mode."""

    type: str
    as_of: Instant
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
    history: History | None = None,
) -> PathsReport:
    """The ways of the deals that started from `first` to `last` (days of the company, both included) and were of the
    type at `as_of`, as far as they had come by then (what happened at it included). `history`, what was read before, saves
    reading it.

    Strict is judged with the type's own setting for returns. Raises what `select` does.
    """
    asked = select(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, history=history, deals=True
    )
    visits, deal_type = asked.visits, asked.visits.records.type
    deal, outcome = started_deals(asked)
    ways = visits.once("ways", lambda: _ways(visits))
    place = np.searchsorted(ways.deals, deal)
    gone = ways.path[place]
    order = np.argsort(gone, kind="stable")
    lists = [column[order].tolist() for column in (deal, outcome == WON, ways.seconds[place], outcome != 0)]
    starts = np.flatnonzero(np.diff(gone[order], prepend=-1))
    found = []
    for begin, end in zip(starts.tolist(), np.append(starts, len(order))[1:].tolist(), strict=True):
        ids, won, seconds, ended = (column[begin:end] for column in lists)
        stays = [one for one in zip(seconds, ended, strict=True) if one[0] >= 0]
        found.append(Path(ways.paths[gone[order[begin]]], len(ids), sum(won), median(stays), tuple(ids)))
    found.sort(key=attrgetter("stages"))
    found.sort(key=attrgetter("deals"), reverse=True)
    broken = {mode: _broken(visits, mode, deal, ways.way[place], ways.distinct) for mode in ("strict", "semi-strict")}
    return PathsReport(deal_type.name, visits.at, len(deal), tuple(found), broken["strict"], broken["semi-strict"])


def median(times: Sequence[tuple[int, bool]]) -> int | None:
    """The Kaplan–Meier median of times with whether each is complete (an end, else censored): the first with at most
    half surviving, None where there is none."""
    left, survival = len(times), 1.0
    # At equal times ends come before what is censored.
    for time, lasting in sorted([(time, not ended) for time, ended in times]):
        if not lasting:
            survival *= 1 - 1 / left
            if survival <= 0.5 + 1e-9:
                return time
        left -= 1
    return None


@dataclass(frozen=True, eq=False)
class _Ways:
    """Of all deals that ever were of the type by the instant, by number: the place of each one's way among the `distinct`
    ones, and of its stages among the `paths`; its whole seconds in the type without holds, -1 where a beginning is not
    known."""

    deals: Ints
    way: Ints
    path: Ints
    seconds: Ints
    distinct: list[tuple[Came, ...]]
    paths: list[tuple[str, ...]]


def _ways(visits: Visits) -> _Ways:
    columns = visits.stage, visits.entered_as, visits.reasoned, visits.left_as == WON, visits.reach
    code = np.zeros(len(visits.deal), np.int64)
    for column in columns:
        code = code * (int(column.max(initial=0)) + 1) + column
    # Of each code that comes its place among them, and one of the visits that have it.
    code = np.cumsum(np.bincount(code) > 0)[code] - 1 if len(code) else code
    one = np.zeros(int(code.max(initial=-1)) + 1, np.int64)
    one[code] = np.arange(len(code))
    stages = visits.records.type.stages
    cames = [
        Came(stages[stage].id, ENTERED_AS[how], bool(reason), bool(won), number)
        for stage, how, reason, won, number in zip(*(column[one].tolist() for column in columns), strict=True)
    ]
    begins = np.flatnonzero(np.diff(visits.deal, prepend=-1))
    length = np.diff(begins, append=len(code))
    # Deals that came one way so far share a number; each step gives new ones.
    way, given, step, going = np.zeros(len(begins), np.int64), 0, 0, np.arange(len(begins))
    while len(going):
        number = _numbered(way[going] * len(cames) + code[begins[going] + step])
        way[going] = given + number
        given, step = given + int(number.max()) + 1, step + 1
        going = going[length[going] > step]
    way = _numbered(way)
    one = np.zeros(int(way.max(initial=-1)) + 1, np.int64)
    one[way] = np.arange(len(way))
    told = code.tolist()
    spans = zip(begins[one].tolist(), length[one].tolist(), strict=True)
    distinct = [tuple(cames[each] for each in told[begin : begin + many]) for begin, many in spans]
    names = {stage.id: stage.name for stage in stages}
    paths: dict[tuple[str, ...], int] = {}
    path = np.array([paths.setdefault(tuple(names[step.stage_id] for step in one), len(paths)) for one in distinct], np.int64)
    seconds = np.add.reduceat(visits.lasted(CALENDAR), begins) // SECOND if len(begins) else begins
    seconds[np.logical_or.reduceat(visits.begin_unknown, begins) if len(begins) else begins] = -1
    return _Ways(visits.deal[begins], way, path[way], seconds, distinct, list(paths))


def _numbered(values: Ints) -> Ints:
    """The place of each value among the distinct ones in order."""
    order = ascending(values)
    changed = np.zeros(len(order), np.int64)
    changed[1:] = values[order[1:]] != values[order[:-1]]
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(changed)
    return number


def _broken(visits: Visits, mode: str, deal: Ints, way: Ints, distinct: list[tuple[Came, ...]]) -> int:
    """How many of the deals came a way that the mode would have refused."""
    deal_type, deals = visits.records.type, visits.records.deals
    mapped = mapped_stages(deal_type.id)
    known = deals.known[np.searchsorted(deals.id, deal)]
    # Deals entered between the same two additions of stages are judged alike, unless stages of another type count for them.
    added = np.unique(np.array([-1, *(stage.required_from for stage in deal_type.stages)], np.int64))
    since = np.maximum(np.searchsorted(added, known, "right") - 1, 0)
    own = np.isin(deal, list(mapped))
    alike, counts = np.unique(way[~own] * len(added) + since[~own], return_counts=True)
    replay = Replay(deal_type, mode, deal_type.returns)
    judged: dict[int, bool] = visits.once(("judged", mode), dict)
    # Most ways of a past instant are ways of today.
    ever = visits.records.kept.setdefault(("judged", mode), {})
    count = 0
    for one, many in zip(alike.tolist(), counts.tolist(), strict=True):
        if one not in judged:
            came = distinct[one // len(added)], int(added[one % len(added)])
            if came not in ever:
                ever[came] = replay.breaks(came[0], known_since=came[1])
            judged[one] = ever[came]
        count += many * judged[one]
    return count + sum(
        replay.breaks(distinct[place], known_since=since_when, mapped=mapped[number])
        for number, place, since_when in zip(deal[own].tolist(), way[own].tolist(), known[own].tolist(), strict=True)
    )
