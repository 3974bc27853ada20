"""Report reps: what a head of sales compares of the people who sell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models.people import views as people
from models.statistics.ageing import FLAGS, IDLE_DAYS, all_flagged, flagged
from models.statistics.arrays import NONE, WON, History, Ints
from models.statistics.rules.shares import wilson
from models.statistics.selection import Selection, select_types, whole_seconds
from models.statistics.standing import (
    Chance,
    Closed,
    chances_of,
    closed_by_those_meant,
    currencies_of,
    only,
    open_deals,
    targets,
    together,
)
from models.statistics.volumes import Line, amounts, money_json, name_of, planned
from models.values.instants import SECOND, Instant, instant_text
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
    clients: int = 0
    won: int = 0
    lost: int = 0
    median: int | None = None
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
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    idle_days: int = IDLE_DAYS,
    history: History | None = None,
) -> RepsReport:
    """The reps who have open deals at `as_of` (now), closed some in the period, or have a target in it. An open deal is its
    owner's, a closed one whose it was just before it was closed. Without `type_id` of all types. `history`, what was read
    before, saves reading it.

    Raises what `select` does.
    """
    with session.store.reading():
        question, asked = select_types(
            session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock,
            history=history, deals=True,
        )  # fmt: skip
        found = all_flagged([flagged(one, open_deals(one), idle_days) for one in asked])
        of_months, of_reps = targets(session, question)
        names = {person.id: (person.login, person.name) for person in people.people()}
    chances = {stage: chance for one in asked for stage, chance in chances_of(one.visits).items()}
    closed_of_types = [closed_by_those_meant(one) for one in asked]
    closed = together(closed_of_types, Closed)
    times = np.concatenate([np.zeros(0, np.int64), *map(_times, asked, closed_of_types)])
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    together_all = Tally()
    for some, tally in _by(found.deals.owner, tallies, together_all):
        tally.deals, tally.held = len(found.seconds[some]), int(found.deals.held[some].sum())
        tally.clients = len(np.unique(found.deals.client[some]))
        tally.flags = {flag: int(getattr(found, flag)[some].sum()) for flag in FLAGS}
    codes = currencies_of(asked)
    for stage_id, owner, _month, code, percent, amount in planned(found.deals, np.zeros_like(found.seconds)):
        for tally in (tallies[owner], together_all):
            tally.line.add(stage_id, codes[code], amount, None if percent == NONE else percent, chances)
    for some, tally in _by(closed.closer, tallies, together_all):
        _close(tally, only(closed, some), times[some], codes)
    for rep, sums in of_reps.items():
        tallies[rep].line.target = sums
    for sums in of_months.values():
        for currency, amount in sums.items():
            together_all.line.target[currency] = together_all.line.target.get(currency, 0) + amount
    lines = [_line(*names[rep], tally, chances) for rep, tally in tallies.items()]
    return RepsReport(
        name_of(asked), question.at, first, last, question.clock, question.day // SECOND,
        tuple(sorted(lines, key=lambda line: line.rep or "")), _line(None, None, together_all, chances),
    )  # fmt: skip


def _by(owner: Ints, tallies: Mapping[int, Tally], together_all: Tally) -> Iterator[tuple[Ints, Tally]]:
    """The places of each owner, and all of them, with where they are counted."""
    order = np.argsort(owner, kind="stable")
    owners, starts = np.unique(owner[order], return_index=True)
    for one, places in zip(owners.tolist(), np.split(order, starts)[1:], strict=True):
        yield places, tallies[one]
    yield order, together_all


def _times(asked: Selection, closed: Closed) -> Ints:
    """The whole time in microseconds of each deal at the stages of the type; NONE where a beginning is not known."""
    visits = asked.visits

    def work() -> tuple[Ints, Ints]:
        begins = np.flatnonzero(np.diff(visits.deal, prepend=-1))
        if not len(begins):
            return begins, begins
        sums = np.add.reduceat(visits.lasted(asked.clock), begins)
        sums[np.logical_or.reduceat(visits.begin_unknown, begins)] = NONE
        return visits.deal[begins], sums

    deals, sums = visits.once(("times", asked.clock), work)
    return np.append(sums, NONE)[np.where(closed.visit >= 0, np.searchsorted(deals, closed.deal), len(deals))]


def _close(tally: Tally, closed: Closed, times: Ints, codes: tuple[str, ...]) -> None:
    """Count closed deals, whose whole times are given."""
    won = closed.outcome == WON
    tally.won, tally.lost = int(won.sum()), int((~won).sum())
    of_won = closed.amount[won], closed.currency[won]
    for place, code in enumerate(codes):
        some = of_won[0][(of_won[1] == place) & (of_won[0] != NONE)]
        if len(some):
            tally.line.won[code] = sum(some.tolist())
    known = np.sort(times[won & (times != NONE)])
    tally.median = whole_seconds(int(known[(len(known) - 1) // 2])) if len(known) else None


def _line(rep: str | None, name: str | None, tally: Tally, chances: Mapping[int, Chance]) -> RepLine:
    low, high = wilson(tally.won, tally.won + tally.lost) or (None, None)
    line = tally.line
    return RepLine(
        rep, name, tally.deals, tally.held, tally.clients, amounts(line.planned), amounts(line.weighted(chances)),
        tally.flags, tally.won, tally.lost, amounts(line.won), amounts(line.target),
        tally.won / (tally.won + tally.lost) if tally.won + tally.lost else None, low, high,
        tally.median,
    )  # fmt: skip


