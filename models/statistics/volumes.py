"""Report 3: planned volumes by stage, month of expected close and rep, weighted, against target and what was won
(semantics §4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from models.people import views as people
from models.statistics.arrays import NONE, WON, History, Ints
from models.statistics.selection import Selection, select_types
from models.statistics.standing import (
    Chance,
    Closed,
    Open,
    added_up,
    chances_of,
    closed_by_those_meant,
    currencies_of,
    only,
    open_deals,
    targets,
    together,
)
from models.values.exchange import Rate, rate_text, summed
from models.values.instants import Instant, day_start, local_day
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

Sums = dict[str, int]  # minor units by currency


@dataclass
class Line:
    """Sums of open deals, in minor units by currency. Of `planned`, `certain` is amount × percentage of deals with one of
    their own (in hundredths), `at_stage` the sums of the others by stage; `apart` are those without any chance."""

    planned: Sums = field(default_factory=dict)
    certain: Sums = field(default_factory=dict)
    at_stage: dict[int, Sums] = field(default_factory=dict)
    apart: Sums = field(default_factory=dict)
    won: Sums = field(default_factory=dict)
    target: Sums = field(default_factory=dict)

    def add(
        self, stage_id: int, currency: str, amount: int, probability: int | None, chances: Mapping[int, Chance]
    ) -> None:
        """Add an amount of open deals at a stage that have that percentage of their own, or (None) none."""
        _add(self.planned, currency, amount)
        if probability is not None:
            _add(self.certain, currency, amount * probability)
        elif stage_id in chances:
            _add(self.at_stage.setdefault(stage_id, {}), currency, amount)
        else:
            _add(self.apart, currency, amount)

    def weighted(self, chances: Mapping[int, Chance]) -> Sums:
        """The sum of amount × chance by currency, rounded once, half away from zero (amounts are not negative)."""
        exact = {currency: Fraction(sum_, 100) for currency, sum_ in self.certain.items()}
        for stage, sums in self.at_stage.items():
            chance = Fraction(chances[stage].value)
            for currency, amount in sums.items():
                exact[currency] = exact.get(currency, Fraction(0)) + amount * chance
        return {currency: int(worth + Fraction(1, 2)) for currency, worth in exact.items()}


@dataclass(frozen=True)
class Volume:
    """What is planned, weighted, won and to be won, each currency for itself; of a month (`2026-11`), a rep (login), or
    all (None)."""

    key: str | None
    planned: tuple[Money, ...]
    weighted: tuple[Money, ...]
    won: tuple[Money, ...]
    target: tuple[Money, ...]

    def as_json(self, name: str) -> dict[str, Any]:
        sides = {"planned": self.planned, "weighted": self.weighted, "won": self.won, "target": self.target}
        return {name: self.key, **{side: money_json(sums) for side, sums in sides.items()}}


@dataclass(frozen=True)
class StageVolume:
    stage_id: int
    stage: str
    deals: int
    held: int
    amounts: tuple[Money, ...]
    probability: float | None
    source: str | None
    weighted: tuple[Money, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "stage": self.stage, "deals": self.deals, "held": self.held, "amounts": money_json(self.amounts),
            "probability": self.probability, "probability_source": self.source, "weighted": money_json(self.weighted),
        }  # fmt: skip


@dataclass(frozen=True)
class Converted:
    """The whole in one currency, by the rates of the day."""

    currency: str
    day: date
    total: Volume
    rates: tuple[Rate, ...]

    def as_json(self) -> dict[str, Any]:
        total = self.total.as_json("key")
        return {
            "currency": self.currency, "day": self.day.isoformat(),
            **{side: total[side][0] for side in ("planned", "weighted", "won", "target")},
            "rates": [
                {"from": one.source, "to": one.target, "rate": rate_text(one.units, one.places), "day": one.day.isoformat()}
                for one in self.rates
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class VolumesReport:
    """`undated` are the sums of deals without an expected close, `unweighted` those of the `without_probability` deals
    that have no chance of any kind; `currency` is that of most of the open deals with an amount, else of the won ones."""

    type: str
    as_of: Instant
    stages: tuple[StageVolume, ...]
    months: tuple[Volume, ...]
    reps: tuple[Volume, ...]
    total: Volume
    undated: Volume
    without_amount: int
    without_date: int
    without_probability: int
    unweighted: tuple[Money, ...]
    converted: Converted | None
    currency: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {
            "stages": [stage.as_json() for stage in self.stages],
            "months": [month.as_json("month") for month in self.months],
            "reps": [rep.as_json("rep") for rep in self.reps],
            "without_amount": self.without_amount,
            "without_date": self.without_date,
            "without_date_planned": money_json(self.undated.planned),
            "without_date_weighted": money_json(self.undated.weighted),
            "without_probability": self.without_probability,
            "without_probability_planned": money_json(self.unweighted),
            "converted": None if self.converted is None else self.converted.as_json(),
            "forecast": None,
        }


def volumes(
    session: Session,
    type_id: int | None,
    *,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    currency: str | None = None,
    history: History | None = None,
) -> VolumesReport:
    """The amounts of deals open at `as_of` (now), without `type_id` of all types. What was won is of deals that stood won
    then and were closed in the period (days of the company, both included); targets are of the months it touches. With
    `currency` the whole is added up in it. `history`, what was read before, saves reading it.

    Raises what `select` does; Refused `no_exchange_rate`, `bad_currency`.
    """
    with session.store.reading():
        question, asked = select_types(
            session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, history=history, deals=True
        )
        of_months, of_reps = targets(session, question)
        logins = people.logins()
        rates = people.exchange_rates() if currency else []
    found = together([open_deals(one) for one in asked], Open)
    closed = together([closed_by_those_meant(one) for one in asked], Closed)
    won = only(closed, closed.outcome == WON)
    chances = {stage: chance for one in asked for stage, chance in chances_of(one.visits).items()}
    stages, reps = defaultdict[int, Line](Line), defaultdict[int, Line](Line)
    months = defaultdict[str, Line](Line)
    total, undated = Line(), Line()
    counts = deals_at(found)
    for owner_id in np.unique(found.owner).tolist():
        _line = reps[owner_id]  # listed, whether with an amount or not
    codes = currencies_of(asked)
    month_of = found.expected // 100
    for stage_id, owner_id, month, code, percent, amount in planned(found, month_of):
        of_month = months[f"{month // 100:04}-{month % 100:02}"] if month else undated
        for line in (stages[stage_id], reps[owner_id], of_month, total):
            line.add(stage_id, codes[code], amount, None if percent == NONE else percent, chances)
    names, places = _months(won.at, question.timezone)
    with_amount = won.amount != NONE
    for place, closer_id, code, amount in added_up(
        won.amount[with_amount], places[with_amount], won.closer[with_amount], won.currency[with_amount]
    ):
        for line in (months[names[place]], reps[closer_id], total):
            _add(line.won, codes[code], amount)
    for first_day, sums in of_months.items():
        for name, amount in sums.items():
            for line in (months[first_day.isoformat()[:7]], total):
                _add(line.target, name, amount)
    for rep, sums in of_reps.items():
        reps[rep].target = sums
    whole = _volume(None, total, chances)
    return VolumesReport(
        name_of(asked),
        question.at,
        tuple(
            _stage(stage.id, stage.name, stages.get(stage.id, Line()), counts.get(stage.id, (0, 0)), chances)
            for one in asked
            for stage in one.visits.records.type.stages
            if not stage.archived or stage.id in counts
        ),
        tuple(_volume(month, months[month], chances) for month in sorted(months)),
        tuple(
            _volume(login, line, chances)
            for login, line in sorted(((logins[rep], line) for rep, line in reps.items()), key=itemgetter(0))
        ),
        whole,
        _volume(None, undated, chances),
        int((found.amount == NONE).sum()),
        int((found.expected == 0).sum()),
        int(((found.probability == NONE) & ~np.isin(found.stage, list(chances))).sum()),
        amounts(total.apart),
        None if currency is None else convert(whole, currency, local_day(question.at, question.timezone), rates),
        _most_used(found.currency[found.amount != NONE], won.currency[with_amount], codes),
    )


def _most_used(open_ones: Ints, won_ones: Ints, codes: Sequence[str]) -> str | None:
    """The currency of most deals, of two alike the first by its code; None of no deals."""
    meant = open_ones if len(open_ones) else won_ones
    if not len(meant):
        return None
    counts = np.bincount(meant, minlength=len(codes)).tolist()
    return min(zip(counts, codes, strict=True), key=lambda one: (-one[0], one[1]))[1]


def name_of(asked: Sequence[Selection]) -> str:
    """The type that a report is of, or `all`."""
    return asked[0].visits.records.type.name if len(asked) == 1 else "all"


def deals_at(found: Open) -> dict[int, tuple[int, int]]:
    """How many of the open deals are at each stage where there are any, and how many of them on hold."""
    stages, places = np.unique(found.stage, return_inverse=True)
    counts, held = np.bincount(places), np.bincount(places, found.held)
    return {stage: (int(counts[at]), int(held[at])) for at, stage in enumerate(stages.tolist())}


def planned(found: Open, month: Ints) -> Iterator[tuple[int, ...]]:
    """Sums of the open deals that are added alike: stage, owner, month, currency, own percentage, amount."""
    some = found.amount != NONE
    keys = found.stage, found.owner, month, found.currency, found.probability
    return added_up(found.amount[some], *(key[some] for key in keys))


def _months(instants: Ints, timezone: str) -> tuple[list[str], Ints]:
    """The months (`2026-11`) that instants lie in there, and the place of each one's."""
    if not len(instants):
        return [], instants
    day, latest = local_day(int(instants.min()), timezone).replace(day=1), int(instants.max())
    names, starts = list[str](), list[int]()
    while not starts or starts[-1] <= latest:
        names.append(day.isoformat()[:7])
        starts.append(day_start(day, timezone))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return names, np.searchsorted(np.array(starts), instants, "right") - 1


def convert(total: Volume, currency: str, day: date, rates: list[Rate]) -> Converted:
    """The whole in one currency, at the last rates on the day or before. Raises Refused `no_exchange_rate`, which names all
    that are missing; `bad_currency`."""
    sides = (total.planned, total.weighted, total.won, total.target)
    everything = summed([money for side in sides for money in side], currency, day, rates)
    sums = [(summed(side, currency, day, rates).money,) for side in sides]
    return Converted(currency, day, Volume(None, *sums), everything.rates)


def amounts(sums: Mapping[str, int]) -> tuple[Money, ...]:
    """Sums by currency as money, in the order of the currencies' codes."""
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def money_json(sums: Collection[Money]) -> list[dict[str, Any] | None]:
    return [as_json(money) for money in sums]


def _add(sums: Sums, currency: str, amount: int) -> None:
    sums[currency] = sums.get(currency, 0) + amount


def _volume(key: str | None, line: Line, chances: Mapping[int, Chance]) -> Volume:
    return Volume(key, amounts(line.planned), amounts(line.weighted(chances)), amounts(line.won), amounts(line.target))


def _stage(stage_id: int, name: str, line: Line, count: tuple[int, int], chances: Mapping[int, Chance]) -> StageVolume:
    chance = chances.get(stage_id)
    return StageVolume(
        stage_id, name, count[0], count[1], amounts(line.planned), None if chance is None else chance.value,
        None if chance is None else chance.source, amounts(line.weighted(chances)),
    )  # fmt: skip
