"""Report trend: each measure by month, all of them worked out from columns that are read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from models.statistics.arrays import ENTERED_AS, NONE, RETYPED, WON, Bools, History, Ints, Visits
from models.statistics.rules.estimates import reached, survival, wilson
from models.statistics.selection import FIRST, Selection, select, whole_seconds
from models.statistics.standing import added_up, closed_by_those_meant, currencies_of, only
from models.values.clock import NEVER
from models.values.instants import SECOND, Instant, day_start, instant_text, local_day
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

MEASURES = ("deals", "share", "median", "amount", "open")
FEW, TOO_FEW = 10, 5  # closed deals, or stays that ended
MONTHS = 240  # at most; the last ones


@dataclass(frozen=True)
class StageMedian:
    """The median stay in seconds of visits entered in a month (None where it is not reached), and how many of them ended."""

    stage_id: int
    stage: str
    median: int | None
    visits: int
    completed: int

    @property
    def told(self) -> bool:
        return self.completed >= TOO_FEW


@dataclass(frozen=True)
class Month:
    """A month of the company. `partial` says that the period or the instant lets in only a part of it. `open` is how many deals
    stood open at its end, or at the instant."""

    month: date
    partial: bool
    started: int
    won: int
    lost: int
    low: float | None
    high: float | None
    amounts: tuple[Money, ...]
    open: int
    medians: tuple[StageMedian, ...]

    @property
    def share(self) -> float | None:
        return self.won / (self.won + self.lost) if self.won + self.lost else None

    @property
    def few(self) -> bool:
        return self.won + self.lost < FEW

    @property
    def told(self) -> bool:
        """Whether enough was closed to show a share."""
        return self.won + self.lost >= TOO_FEW

    def as_json(self) -> dict[str, Any]:
        return {
            "month": self.month.isoformat()[:7], "partial": self.partial, "started": self.started, "won": self.won,
            "lost": self.lost, "share": self.share, "low": self.low, "high": self.high, "few": self.few,
            "won_amount": [as_json(money) for money in self.amounts], "open": self.open,
            "medians": [
                {"stage": one.stage, "median": one.median, "visits": one.visits, "completed": one.completed} for one in self.medians
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class TrendReport:
    """`day` is how many seconds a day has on the clock."""

    type: str
    as_of: Instant
    clock: str
    day: int
    months: tuple[Month, ...]

    @property
    def stages(self) -> tuple[tuple[int, str], ...]:
        return tuple((one.stage_id, one.stage) for one in self.months[0].medians) if self.months else ()

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(sorted({money.currency for month in self.months for money in month.amounts}))

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type, "as_of": instant_text(self.as_of), "clock": self.clock,
            "months": [month.as_json() for month in self.months],
        }  # fmt: skip


def trend(
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
) -> TrendReport:
    """Month by month from `first`, or the first thing that is known, to `last` or `as_of`: deals started, won and lost (those
    that stand so at `as_of`, as reps count them), the share won, the amounts won, the median stay of the visits entered,
    followed up to `as_of`, and how many deals were open at the month's end.

    Raises what `select` does.
    """
    asked = select(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock, history=history,
        deals=True,
    )  # fmt: skip
    visits = asked.visits
    zone = visits.records.timezone
    closed = closed_by_those_meant(asked)
    started = _started(asked)
    meant = np.concatenate([*(asked.by_length(place) for place in range(visits.records.stages)), np.zeros(0, np.int64)])
    since, until = _open(visits, asked.question.owners)
    known = [int(one.min()) for one in (started, visits.entered[meant], closed.at, since) if len(one)]
    begins, days = _months(known, first, last, visits.at, zone)
    if not days:
        return TrendReport(visits.records.type.name, visits.at, asked.clock, asked.day // SECOND, ())
    bounds = np.array([*(day_start(day, zone) for day in days), day_start(begins, zone)], np.int64)
    count = len(days)
    by_month = _count(started, bounds)
    month = np.searchsorted(bounds, closed.at, "right") - 1
    shown = (month >= 0) & (month < count)
    won, lost = (
        np.bincount(month[shown & ((closed.outcome == WON) == is_won)], minlength=count).tolist() for is_won in (True, False)
    )
    paid = shown & (closed.outcome == WON) & (closed.amount != NONE)
    sold, codes = only(closed, paid), currencies_of([asked])
    amounts: list[list[Money]] = [[] for _month in days]
    for place, code, amount in added_up(sold.amount, month[paid], sold.currency):
        amounts[place].append(Money(amount, codes[code]))
    ends = np.minimum(bounds[1:], min(visits.at + 1, asked.until))
    open_ = np.searchsorted(since, ends, "left") - np.searchsorted(until, ends, "left")
    medians = _medians(asked, bounds)
    told = []
    for place, day in enumerate(days):
        low, high = wilson(won[place], won[place] + lost[place]) or (None, None)
        partial = bool(bounds[place] < asked.since or bounds[place + 1] > min(visits.at + 1, asked.until))
        sums = tuple(sorted(amounts[place], key=lambda money: money.currency))
        told.append(Month(day, partial, int(by_month[place]), won[place], lost[place], low, high, sums, int(open_[place]), medians[place]))
    return TrendReport(visits.records.type.name, visits.at, asked.clock, asked.day // SECOND, tuple(told))


def _months(
    known: Sequence[Instant], first: date | None, last: date | None, at: Instant, zone: str
) -> tuple[date, list[date]]:
    """The first days of the months that are shown, and that of the month after them."""
    today = local_day(at, zone)
    end = today if last is None else min(last, today)
    begin = first if first is not None else local_day(min(known), zone) if known else end
    days: list[date] = []
    month = end.replace(day=1)
    while month >= begin.replace(day=1) and len(days) < MONTHS:
        days.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    after = (end.replace(day=1) + timedelta(days=32)).replace(day=1)
    return after, days[::-1] if known else []


def _started(asked: Selection) -> Ints:
    """When the deals started whose first visit of the type was a start, of known time, in the period; each the rep's who had
    it last."""
    visits = asked.visits
    if not len(visits.deal):
        return np.zeros(0, np.int64)
    new = np.concatenate(([True], visits.deal[1:] != visits.deal[:-1]))
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], len(visits.deal)) - 1
    at = visits.entered[begins]
    chosen = (visits.entered_as[begins] == ENTERED_AS.index("start")) & ~visits.begin_unknown[begins] & (visits.left_as[ends] != RETYPED)
    chosen &= (at >= asked.since) & (at < asked.until)
    if asked.mine is not None:
        chosen &= asked.mine[ends]
    return np.asarray(at[chosen])


def _count(instants: Ints, bounds: Ints) -> Ints:
    """How many of the instants lie between each bound and the next."""
    return np.diff(np.searchsorted(np.sort(instants), bounds, "left"))


def _open(visits: Visits, owners: frozenset[int] | None) -> tuple[Ints, Ints]:
    """When deals of one of `owners` (None: of anybody) began to be open at a stage, and when they ended to be, each in order."""
    left = np.where(visits.there, NEVER, visits.left)
    since, until = (visits.entered, left) if owners is None else _owned(visits, left, owners)
    some = until > since
    return np.sort(since[some]), np.sort(until[some])


def _owned(visits: Visits, left: Ints, owners: frozenset[int]) -> tuple[Ints, Ints]:
    """The parts of visits during which they belonged to one of the owners: from, to. Before its first owner that is known
    a deal was that one's."""
    known = visits.records
    deal, owner = known.owner_deal, known.owner_id
    if not len(deal):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    new = np.concatenate(([True], deal[1:] != deal[:-1]))
    since = np.where(new, FIRST, known.owner_at)
    until = np.where(np.append(new[1:], True), NEVER, np.append(known.owner_at[1:], 0))
    meant: Bools = np.isin(owner, np.fromiter(owners, np.int64, len(owners)))
    deal, since, until = deal[meant], since[meant], until[meant]
    first = np.searchsorted(visits.deal, deal, "left")
    many = np.searchsorted(visits.deal, deal, "right") - first
    term = np.repeat(np.arange(len(deal)), many)
    visit = np.arange(len(term)) - np.repeat(np.cumsum(many) - many, many) + first[term]
    return np.maximum(since[term], visits.entered[visit]), np.minimum(until[term], left[visit])


def _medians(asked: Selection, bounds: Ints) -> list[tuple[StageMedian, ...]]:
    """By month the median stay at each stage that is active or was visited."""
    visits = asked.visits
    lasted, months = visits.lasted(asked.clock), len(bounds) - 1
    found: list[list[StageMedian]] = [[] for _month in range(months)]
    for place, stage in enumerate(visits.records.type.stages):
        places = asked.by_length(place)
        if stage.archived and not len(places):
            continue
        # Sorted by month and, in each, still by length.
        month = np.searchsorted(bounds, visits.entered[places], "right") - 1
        order = np.argsort(month, kind="stable")
        cuts = np.searchsorted(month[order], np.arange(months + 1))
        for number in range(months):
            some = places[order[cuts[number] : cuts[number + 1]]]
            ended = ~visits.there[some]
            median = reached(survival(lasted[some], ended), 0.5) if len(some) else None
            seconds = None if median is None else whole_seconds(median)
            found[number].append(StageMedian(stage.id, stage.name, seconds, len(some), int(ended.sum())))
    return [tuple(one) for one in found]


