"""Report 2: how long stays at each stage last, the open ones counted as lasting (semantics §4.2), and the accounting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models.statistics.arrays import History, Ints
from models.statistics.rules.estimates import Account, Curve, account, quantile, reached, survival, total_by
from models.statistics.selection import Selection, select, whole_seconds
from models.values.instants import SECOND, Instant

if TYPE_CHECKING:
    from models.session import Session

PERCENTILES = {"median": 0.5, "p80": 0.8, "p90": 0.9}
CURVE_POINTS = 240  # as many as a wide terminal's charts can show apart


@dataclass(frozen=True)
class Point:
    """The share of stays that last longer than `seconds`, with its 95 % band, which is None where the share is 0."""

    seconds: float
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Percentile:
    """The time by which a share of the stays has ended and the limits of its 95 % interval, in seconds; None where the
    curve, or its band, does not come so far."""

    value: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class StageDuration:
    """Stays at one stage. `mean` is that of the completed ones, `per_deal_median` the median of a deal's whole time at the
    stage; all in seconds."""

    stage_id: int
    stage: str
    visits: int
    completed: int
    open: int
    mean: int | None
    median: Percentile
    p80: Percentile
    p90: Percentile
    per_deal_median: int | None
    account: Account
    curve: tuple[Point, ...]

    def as_json(self) -> dict[str, Any]:
        percentiles: dict[str, int | None] = {}
        for name in PERCENTILES:
            one: Percentile = getattr(self, name)
            percentiles |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
        return {
            "stage": self.stage, "visits": self.visits, "completed": self.completed, "open": self.open,
            "mean": self.mean, **percentiles, "per_deal_median": self.per_deal_median,
            "accounting": self.account.as_json(),
        }  # fmt: skip


@dataclass(frozen=True)
class DurationsReport:
    """`day` is how many seconds a day has on the clock."""

    type: str
    as_of: Instant
    clock: str
    day: int
    stages: tuple[StageDuration, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {"type": self.type, "clock": self.clock, "stages": [stage.as_json() for stage in self.stages]}


def durations(
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
) -> DurationsReport:
    """How long the visits entered from `first` to `last` lasted, or have lasted up to `as_of`, at each stage; the
    accounting is of all visits in the period. Every active stage is listed, an archived one where it had visits.

    `history`, what was read before, saves reading it. Raises what `select` does.
    """
    asked = select(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock, history=history
    )
    deal_type = asked.visits.records.type
    told = [_stage(asked, place) for place in range(len(deal_type.stages))]
    return DurationsReport(
        deal_type.name,
        asked.visits.at,
        asked.clock,
        asked.day // SECOND,
        tuple(
            one
            for one, stage in zip(told, deal_type.stages, strict=True)
            if not stage.archived or one.visits or any(one.account)
        ),
    )


def _stage(asked: Selection, place: int) -> StageDuration:
    visits = asked.visits
    stage = visits.records.type.stages[place]
    places = asked.of_stage(place)
    meant = asked.by_length(place)
    lasted, ended = visits.lasted(asked.clock)[meant], ~visits.there[meant]
    completed = int(ended.sum())
    curve = survival(lasted, ended)
    percentiles = {name: _percentile(curve, p) for name, p in PERCENTILES.items()}
    return StageDuration(
        stage.id,
        stage.name,
        len(meant),
        completed,
        len(meant) - completed,
        whole_seconds(int(lasted[ended].sum()) / completed) if completed else None,
        percentiles["median"],
        percentiles["p80"],
        percentiles["p90"],
        _per_deal_median(asked, places),
        account(
            visits.entered[places], visits.left[places], visits.left_as[places], visits.begin_unknown[places],
            asked.since, asked.until,
        ),
        _drawn(curve, int(lasted[-1]) if len(lasted) else 0),
    )  # fmt: skip


def _percentile(curve: Curve, p: float) -> Percentile:
    return Percentile(*(None if one is None else whole_seconds(one) for one in quantile(curve, p)))


def _per_deal_median(asked: Selection, places: Ints) -> int | None:
    """Over the deals' visits in the selection; a deal with a visit of unknown beginning has no known time at the stage."""
    visits, meant = asked.visits, asked.entered(places)
    unknown = visits.deal[places[visits.begin_unknown[places]]]
    if len(unknown):
        meant = meant[~np.isin(visits.deal[meant], unknown)]
    whole, ended = total_by(visits.deal[meant], visits.lasted(asked.clock)[meant], ~visits.there[meant])
    median = reached(survival(whole, ended), 0.5)
    return None if median is None else whole_seconds(median)


def _drawn(curve: Curve, longest: int) -> tuple[Point, ...]:
    """The curve from 0 to the longest stay, at so many times that a chart loses nothing."""
    times = curve.times
    if len(times) > CURVE_POINTS:
        times = np.linspace(0, longest, CURVE_POINTS).astype(np.int64)
    at = np.searchsorted(curve.times, times, "right") - 1
    points = [Point(0.0, 1.0, 1.0, 1.0)]
    lines = curve.share, curve.low, curve.high
    for time, place in zip(times.tolist(), at.tolist(), strict=True):
        if place >= 0:
            share, low, high = (float(line[place]) for line in lines)
            banded = share > 0
            points.append(Point(time / SECOND, share, low if banded else None, high if banded else None))
    if len(points) > 1 and points[-1].seconds < longest / SECOND:
        points.append(Point(longest / SECOND, points[-1].share, points[-1].low, points[-1].high))
    return tuple(points)
