"""Report compare: two reps, or two periods, side by side: every measure with its difference and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.people import views as people
from models.people.rules import covers, readable
from models.statistics.arrays import ENDS, NONE, History, Ints
from models.statistics.arrays import WON as IS_WON
from models.statistics.arrays import history as read_history
from models.statistics.rules.comparing import (
    NOWHERE,
    Draws,
    Limits,
    chances,
    difference_of_chances,
    difference_of_medians,
    draw,
    medians,
    newcombe,
)
from models.statistics.rules.estimates import Floats, reached, survival
from models.statistics.rules.resampling import RESAMPLES, SEED, win_chances
from models.statistics.selection import Selection, select, whole_seconds
from models.statistics.standing import closed_by_those_meant, currencies_of, only, open_deals
from models.values.errors import NotFound, Usage
from models.values.instants import SECOND, Instant, day_end, instant_text
from models.values.language import _
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

FEW = 10  # what a measure rests on, on either side, below which it is marked
TOO_FEW = 5  # below which only counts are shown, and no difference is claimed

OPEN, PLANNED, SHARE, WON, MEDIAN, EXITS, WIN = ("open", "planned", "won_share", "won_amount", "median", "exits", "win")
NEWCOMBE, RESAMPLED = "newcombe", "resampled"


class Side(NamedTuple):
    """What stands on one side: a rep's, a team's, or (None) everybody's that may be read; days of the company, None without
    bound."""

    rep_id: int | None = None
    first: date | None = None
    last: date | None = None
    team_id: int | None = None

    @property
    def days(self) -> tuple[date | None, date | None]:
        return self.first, self.last

    @property
    def whose(self) -> tuple[int | None, int | None]:
        return self.rep_id, self.team_id


@dataclass(frozen=True)
class Told:
    """What a measure is on one side: `value` is a share, seconds, minor units of money or a number (None: there is none),
    `count` of `of` are what it comes from, `deals` whose."""

    value: float | int | None
    count: int
    of: int
    deals: int


@dataclass(frozen=True)
class Measure:
    """A measure on both sides. `stage` where it is of one, `to` the target of exits, `currency` of sums. `low` and `high`
    bound first − second by `method`; without one there is no sampling, and so no interval."""

    name: str
    first: Told
    second: Told
    stage_id: int | None = None
    stage: str | None = None
    to_id: int | None = None
    to: str | None = None
    currency: str | None = None
    method: str | None = None
    limits: Limits = NOWHERE

    @property
    def difference(self) -> float | int | None:
        one, other = self.first.value, self.second.value
        return None if one is None or other is None else one - other

    @property
    def rests_on(self) -> int:
        """How many stays that ended, exits or closed deals there are on the side that has fewer."""
        count = self.name == MEDIAN
        return min(one.count if count else one.of for one in (self.first, self.second))

    @property
    def few(self) -> bool:
        return self.method is not None and self.rests_on < FEW

    @property
    def told(self) -> bool:
        """Whether there is enough to show more than counts."""
        return self.method is None or self.rests_on >= TOO_FEW

    @property
    def differs(self) -> bool:
        """Whether the interval leaves out 0, where there is enough to say so."""
        low, high = self.limits
        known = self.difference is not None and self.told
        return known and (low is not None and low > 0 or high is not None and high < 0)

    def as_json(self) -> dict[str, Any]:
        def said(value: float | int | None) -> Any:
            return value if value is None or self.currency is None else as_json(Money(int(value), self.currency))

        sides = [{**vars(one), "value": said(one.value)} for one in (self.first, self.second)]
        return {
            "measure": self.name, "stage": self.stage, "to": self.to, "currency": self.currency, "first": sides[0],
            "second": sides[1], "difference": said(self.difference), "low": self.limits.low, "high": self.limits.high,
            "method": self.method, "few": self.few, "differs": self.differs,
        }  # fmt: skip


@dataclass(frozen=True)
class ComparisonReport:
    """`day` is how many seconds a day has on the clock; `planned_at` the instants of what is open and planned, which is the
    end of each period where two are compared. `reps` are the logins, `teams` the names."""

    type: str
    as_of: Instant
    clock: str
    day: int
    sides: tuple[Side, Side]
    reps: tuple[str | None, str | None]
    teams: tuple[str | None, str | None]
    planned_at: tuple[Instant, Instant]
    measures: tuple[Measure, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type, "as_of": instant_text(self.as_of), "clock": self.clock, "resamples": RESAMPLES, "seed": SEED,
            "sides": [
                {
                    "rep": rep, "team": team, "from": side.first and side.first.isoformat(), "to": side.last and side.last.isoformat(),
                    "planned_as_of": instant_text(at),
                }
                for side, rep, team, at in zip(self.sides, self.reps, self.teams, self.planned_at, strict=True)
            ],
            "measures": [one.as_json() for one in self.measures],
        }  # fmt: skip


def compare(
    session: Session,
    type_id: int,
    first: Side,
    second: Side,
    *,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
) -> ComparisonReport:
    """Two reps or two teams in the same period or in two, two periods of a rep, a team or of all. Stays are of visits entered in the period and
    followed up to `as_of`, exits and closed deals of the period, what is open and planned of `as_of` or, of two periods,
    of the end of each.

    Raises Usage `same_sides`, `sides_overlap` and what `select` does; NotFound.
    """
    reps, teams = _check(session, first, second)
    bare = history is None or history.records.known_deals is None
    known = read_history(session, type_id, deals=True) if history is None or bare else history
    asked = [
        select(
            session, type_id, rep_ids=None if side.rep_id is None else [side.rep_id], team_id=side.team_id, first=side.first,
            last=side.last, as_of=as_of, clock=clock, history=known,
        )
        for side in (first, second)
    ]  # fmt: skip
    one, other = asked
    stages = one.visits.records.type.stages
    ended = [[side.ended(side.of_stage(place)) for place in range(len(stages))] for side in asked]
    stays = [[side.by_length(place) for place in range(len(stages))] for side in asked]
    draws = draw(*(one.visits.deal[_together([*left, *stayed])] for left, stayed in zip(ended, stays, strict=True)))
    wins = _wins(one, draws, *ended)
    measures: list[Measure] = []
    for place, stage in enumerate(stages):
        sides = [[some[place] for some in of] for of in (ended, stays)]
        if stage.archived and not any(len(some) for side in sides for some in side):
            continue
        measures.append(_median(one, draws, place, *sides[1]))
        measures += _exits(one, place, *sides[0])
        measures.append(wins[place])
    zone, at = one.visits.records.timezone, one.visits.at
    ends = [at if first.days == second.days or side.last is None else min(at, day_end(side.last, zone) - 1) for side in (first, second)]
    sums = _sums(asked, ends, known)
    return ComparisonReport(
        one.visits.records.type.name, at, one.clock, one.day // SECOND, (first, second), reps, teams, (ends[0], ends[1]),
        (*sums, *measures),
    )  # fmt: skip


def period_before(first: date, last: date) -> tuple[date, date]:
    """The days before, as many; of whole months as many months."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
        return date(year, month + 1, 1), first - timedelta(days=1)
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)


def year_before(first: date, last: date) -> tuple[date, date]:
    """The same days of the year before; 29 February is the 28th there, and the end of February stays its end."""
    ends = (last + timedelta(days=1)).day == 1
    after = _year_before(last + timedelta(days=1)) - timedelta(days=1) if ends else _year_before(last)
    return _year_before(first), after


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _check(session: Session, first: Side, second: Side) -> tuple[tuple[str | None, str | None], tuple[str | None, str | None]]:
    """The logins of the reps, and the names of the teams."""
    logins, teams = people.logins(), people.teams_of(session.actor)
    for side in (first, second):
        # Who may not be asked about is told like who does not exist.
        if side.rep_id is not None and not (side.rep_id in logins and covers(readable(session.actor), side.rep_id)):
            raise NotFound(_("There is no such employee."))
        if side.team_id is not None and side.team_id not in teams:
            raise NotFound(_("There is no such team."))
    if first == second:
        raise Usage("same_sides", _("Both sides are the same; name another rep or another period."))
    if (first.rep_id is None or second.rep_id is None) and first.rep_id != second.rep_id:
        raise Usage("sides_overlap", _("A rep is compared with another one, not with all: their deals would stand on both sides."))
    if (first.team_id is None) != (second.team_id is None):
        raise Usage("sides_overlap", _("A team is compared with another one: else deals would stand on both sides."))
    if first.whose == second.whose:
        begins, ends = (first.first or date.min, second.first or date.min), (first.last or date.max, second.last or date.max)
        if max(begins) <= min(ends):
            raise Usage("sides_overlap", _("The periods overlap: what lies in both would stand on both sides."))
    of_reps, of_teams = (
        [None if number is None else names[number] for number in numbers]
        for names, numbers in ((logins, (first.rep_id, second.rep_id)), (teams, (first.team_id, second.team_id)))
    )
    return (of_reps[0], of_reps[1]), (of_teams[0], of_teams[1])


def _deals(deal: Ints) -> int:
    """How many different ones there are."""
    return int(np.count_nonzero(np.bincount(deal))) if len(deal) else 0


def _together(places: Sequence[Ints]) -> Ints:
    return np.concatenate([*places, np.zeros(0, np.int64)])


def _median(asked: Selection, draws: Draws, place: int, one: Ints, other: Ints) -> Measure:
    """The median stay; one and other are visits, by length."""
    visits, stage = asked.visits, asked.visits.records.type.stages[place]
    lasted = visits.lasted(asked.clock)
    told, resampled = [], []
    for places in (one, other):
        ended = ~visits.there[places]
        median = reached(survival(lasted[places], ended), 0.5)
        deals = _deals(visits.deal[places])
        told.append(Told(None if median is None else whole_seconds(median), int(ended.sum()), len(places), deals))
        resampled.append((visits.deal[places], lasted[places], ended))
    limits = NOWHERE
    if told[0].value is not None and told[1].value is not None:
        low, high = difference_of_medians(*(medians(draws, *side) for side in resampled))
        limits = Limits(*(None if limit is None else whole_seconds(limit) for limit in (low, high)))
    return Measure(MEDIAN, told[0], told[1], stage.id, stage.name, method=RESAMPLED, limits=limits)


def _exits(asked: Selection, place: int, one: Ints, other: Ints) -> list[Measure]:
    """The share of exits to each target that either side took."""
    visits = asked.visits
    stages = visits.records.type.stages
    stage, targets = stages[place], len(stages) + len(ENDS)
    went = [np.bincount(visits.target[places], minlength=targets) for places in (one, other)]
    deals = [_deals(visits.deal[places]) for places in (one, other)]
    found = []
    for to in np.flatnonzero(went[0] + went[1]).tolist():
        told = [_share(int(counts[to]), len(places), many) for counts, places, many in zip(went, (one, other), deals, strict=True)]
        within = to < len(stages)
        found.append(
            Measure(
                EXITS, told[0], told[1], stage.id, stage.name, stages[to].id if within else None,
                stages[to].name if within else ENDS[to - len(stages)], method=NEWCOMBE, limits=_newcombe(*told),
            )
        )  # fmt: skip
    return found


def _wins(asked: Selection, draws: Draws, one: Sequence[Ints], other: Sequence[Ints]) -> list[Measure]:
    """The win chance of each stage."""
    visits = asked.visits
    stages = visits.records.type.stages
    if not stages:
        return []
    targets = len(stages) + len(ENDS)
    percentages = np.array([np.nan if stage.probability is None else stage.probability / 100 for stage in stages], float)
    point: list[Floats] = []
    resampled: list[Floats] = []
    for ended in (one, other):
        exits = np.array([np.bincount(visits.target[places], minlength=targets) for places in ended], float)
        point.append(win_chances(exits[None], percentages)[0])
        every = _together(ended)
        resampled.append(chances(draws, visits.deal[every], visits.stage[every], visits.target[every], percentages))
    found = []
    for place, stage in enumerate(stages):
        told = []
        for chance, ended in zip(point, (one, other), strict=True):
            places, value = ended[place], float(chance[place])
            won = int((visits.target[places] == len(stages)).sum())
            told.append(Told(None if np.isnan(value) else value, won, len(places), _deals(visits.deal[places])))
        known = told[0].value is not None and told[1].value is not None
        limits = difference_of_chances(*(side[:, place] for side in resampled)) if known else NOWHERE
        found.append(Measure(WIN, told[0], told[1], stage.id, stage.name, method=RESAMPLED, limits=limits))
    return found


def _sums(sides: Sequence[Selection], ends: Sequence[Instant], history: History) -> list[Measure]:
    """What is open and planned at the ends, what was closed and won in the periods and stands so at the instant."""
    codes = currencies_of(sides)
    counts, shares = list[Told](), list[Told]()
    planned, won = list[dict[str, tuple[int, int]]](), list[dict[str, tuple[int, int]]]()
    for asked, end in zip(sides, ends, strict=True):
        standing = open_deals(replace(asked, visits=history.as_of(end)))
        many = len(standing.deal)
        counts.append(Told(many, many, many, many))
        planned.append(_added(standing.amount, standing.currency, codes))
        closed = closed_by_those_meant(asked)
        sold = only(closed, closed.outcome == IS_WON)
        shares.append(_share(len(sold.deal), len(closed.deal), len(closed.deal)))
        won.append(_added(sold.amount, sold.currency, codes))
    return [
        Measure(OPEN, counts[0], counts[1]),
        *_money(PLANNED, *planned),
        Measure(SHARE, shares[0], shares[1], method=NEWCOMBE, limits=_newcombe(shares[0], shares[1])),
        *_money(WON, *won),
    ]


def _added(amounts: Ints, currency: Ints, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """By currency the sum, which is exact however large, and of how many deals it is."""
    some = {code: amounts[(currency == place) & (amounts != NONE)] for place, code in enumerate(codes)}
    return {code: (sum(found.tolist()), len(found)) for code, found in some.items() if len(found)}


def _money(name: str, first: dict[str, tuple[int, int]], second: dict[str, tuple[int, int]]) -> list[Measure]:
    """Sums beside each other, a measure a currency: all of them were counted, none was drawn, and so there is no interval."""
    found = []
    for code in sorted({*first, *second}):
        told = [Told(amount, many, many, many) for amount, many in (side.get(code, (0, 0)) for side in (first, second))]
        found.append(Measure(name, told[0], told[1], currency=code))
    return found


def _share(count: int, of: int, deals: int) -> Told:
    return Told(count / of if of else None, count, of, deals)


def _newcombe(one: Told, other: Told) -> Limits:
    return newcombe(one.count, one.of, other.count, other.of)
