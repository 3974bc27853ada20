"""Report reps: what a head of sales compares of the people who sell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median_low
from typing import TYPE_CHECKING, Any

import numpy as np

from models.people import views as people
from models.statistics.ageing import FLAGS, IDLE_DAYS, clock_for, flagged, limits_of
from models.statistics.rules.clocks import CALENDAR
from models.statistics.rules.shares import wilson
from models.statistics.standing import Closed, ask, closed_by_those_meant, closed_deals, open_deals, targets
from models.statistics.visits import Visits, Whole, read_visits
from models.statistics.volumes import Chance, Line, amounts, chances_of, money_json
from models.values.instants import Instant, instant_text
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session

FEW = 10


@dataclass
class Tally:
    """What is counted of a rep, or of all."""

    line: Line = field(default_factory=Line)
    deals: int = 0
    held: int = 0
    clients: set[int] = field(default_factory=set)
    won: int = 0
    lost: int = 0
    times: list[int] = field(default_factory=list)
    flags: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FLAGS, 0))


@dataclass(frozen=True)
class RepLine:
    """Of a rep (`rep` is the login, None for all together): open deals with their clients and sums, deals won and lost in
    the period with the share won and its 95 % interval, and the median time of the won ones in seconds, None where there
    are none of known beginning. `few` says that less than 10 were closed."""

    rep: str | None
    name: str | None
    deals: int
    held: int
    clients: int
    planned: tuple[Money, ...]
    weighted: tuple[Money, ...]
    flags: dict[str, int]
    deals_won: int
    deals_lost: int
    won: tuple[Money, ...]
    target: tuple[Money, ...]
    share: float | None
    low: float | None
    high: float | None
    median: int | None

    @property
    def few(self) -> bool:
        return self.deals_won + self.deals_lost < FEW

    def as_json(self) -> dict[str, Any]:
        return {
            "rep": self.rep, "name": self.name, "deals": self.deals, "held": self.held, "clients": self.clients,
            "planned": money_json(self.planned), "weighted": money_json(self.weighted), **self.flags,
            "deals_won": self.deals_won, "deals_lost": self.deals_lost, "won": money_json(self.won),
            "target": money_json(self.target), "share": self.share, "low": self.low, "high": self.high, "few": self.few,
            "median_seconds": self.median,
        }  # fmt: skip


@dataclass(frozen=True)
class RepsReport:
    type: str
    as_of: Instant
    first: date | None
    last: date | None
    clock: str
    day: int
    reps: tuple[RepLine, ...]
    together: RepLine

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": instant_text(self.as_of), "type": self.type,
            "from": None if self.first is None else self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(), "clock": self.clock,
            "reps": [rep.as_json() for rep in self.reps], "together": self.together.as_json(),
        }  # fmt: skip


def reps(
    session: Session,
    type_id: int | None,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
    team_id: int | None = None,
    clock: str | None = None,
    idle_days: int = IDLE_DAYS,
) -> RepsReport:
    """The reps who have open deals at `as_of` (now), closed some in the period, or have a target in it. An open deal is its
    owner's, a closed one whose it was just before it was closed. Without `type_id` of all types.

    Raises Usage `in_future`, `bad_period`, `one_of`; Refused `no_hours`; NotFound.
    """
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    together, chances, used = Tally(), dict[int, Chance](), CALENDAR
    with session.store.reading():
        asked = ask(session, type_id, since=since, until=until, as_of=as_of, rep_id=rep_id, team_id=team_id)
        for one in asked.types:
            visits = read_visits(one.id, asked.at)
            chances |= chances_of(one, visits.exits())
            used = clock_for(clock, asked, visits)
            seconds = visits.seconds(used)
            deals = open_deals(asked, one.id)
            for each in flagged(asked, deals, visits, seconds, limits_of(one, visits, seconds, used), idle_days):
                for tally in (tallies[each.deal.owner_id], together):
                    tally.deals += 1
                    tally.held += bool(each.deal.held)
                    tally.clients.add(each.deal.client_id)
                    if each.deal.amount is not None:
                        tally.line.add(
                            each.deal.stage_id, each.deal.currency, each.deal.amount, each.deal.probability, chances
                        )
                    for flag in each.flags:
                        tally.flags[flag] += 1
            closed = closed_by_those_meant(asked, closed_deals(asked, one.id))
            times = _times(visits, seconds)
            for deal in closed:
                for tally in (tallies[deal.closer_id], together):
                    _close(tally, deal, times)
        of_months, of_reps = targets(session, asked)
        names = {person.id: (person.login, person.name) for person in people.people()}
    for rep, sums in of_reps.items():
        tallies[rep].line.target = sums
    for sums in of_months.values():
        for currency, amount in sums.items():
            together.line.target[currency] = together.line.target.get(currency, 0) + amount
    lines = [_line(*names[rep], tally, chances) for rep, tally in tallies.items()]
    return RepsReport(
        asked.name, asked.at, since, until, used.name, used.day, tuple(sorted(lines, key=lambda line: line.rep or "")),
        _line(None, None, together, chances),
    )  # fmt: skip


def _times(visits: Visits, seconds: Whole) -> dict[int, int]:
    """The whole time of each deal at the stages of the type; of deals whose beginning is known."""
    begins = np.flatnonzero(np.diff(visits.deal, prepend=-1))
    if not len(begins):
        return {}
    known = ~np.logical_or.reduceat(visits.unknown, begins)
    sums = np.add.reduceat(seconds, begins)
    return dict(zip(visits.deal[begins][known].tolist(), sums[known].tolist(), strict=True))


def _close(tally: Tally, deal: Closed, times: Mapping[int, int]) -> None:
    if deal.outcome == "lost":
        tally.lost += 1
        return
    tally.won += 1
    if deal.amount is not None:
        tally.line.won[deal.currency] = tally.line.won.get(deal.currency, 0) + deal.amount
    if deal.deal_id in times:
        tally.times.append(times[deal.deal_id])


def _line(rep: str | None, name: str | None, tally: Tally, chances: Mapping[int, Chance]) -> RepLine:
    low, high = wilson(tally.won, tally.won + tally.lost)
    line = tally.line
    return RepLine(
        rep, name, tally.deals, tally.held, len(tally.clients), amounts(line.planned), amounts(line.weighted(chances)),
        tally.flags, tally.won, tally.lost, amounts(line.won), amounts(line.target),
        tally.won / (tally.won + tally.lost) if tally.won + tally.lost else None, low, high,
        median_low(tally.times) if tally.times else None,
    )  # fmt: skip


