"""Report 3: planned volumes by stage, month of expected close and rep, weighted, against target and what was won
(semantics §4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from models.people import views as people
from models.pipeline.rules import TypeFacts
from models.statistics.rules.chains import Exits, win_probabilities
from models.statistics.standing import (
    Closed,
    Open,
    ask,
    closed_by_those_meant,
    closed_deals,
    open_deals,
    targets,
)
from models.statistics.visits import read_exits
from models.values.exchange import Rate, rate_text, summed
from models.values.instants import Instant, LocalDays, local_day
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

Sums = dict[str, int]  # minor units by currency


@dataclass(frozen=True)
class Chance:
    """The chance that a deal at a stage is won, 0 to 1, and where it is from: `observed`, or `set` by hand."""

    value: float
    source: str


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
    that have no chance of any kind."""

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
    since: date | None = None,
    until: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
    team_id: int | None = None,
    currency: str | None = None,
) -> VolumesReport:
    """The amounts of deals open at `as_of` (now), without `type_id` of all types. What was won is of deals that stood won
    then and were closed in the period (days of the company, both included); targets are of the months it touches. With
    `currency` the whole is added up in it.

    Raises Usage `in_future`, `bad_period`, `one_of`; Refused `no_exchange_rate`, `bad_currency`; NotFound.
    """
    with session.store.reading():
        asked = ask(session, type_id, since=since, until=until, as_of=as_of, rep_id=rep_id, team_id=team_id)
        found: list[Open] = []
        won: list[Closed] = []
        chances: dict[int, Chance] = {}
        for one in asked.types:
            found += open_deals(asked, one.id)
            won += closed_by_those_meant(asked, closed_deals(asked, one.id, only_won=True))
            chances |= chances_of(one, read_exits(one.id, asked.at))
        of_months, of_reps = targets(session, asked)
        logins = people.logins()
        rates = people.exchange_rates() if currency else []
    stages, reps = defaultdict[int, Line](Line), defaultdict[int, Line](Line)
    months = defaultdict[str, Line](Line)
    total, undated = Line(), Line()
    counts: dict[int, list[int]] = {}
    alike: dict[tuple[int, int, str | None, str, int | None], int] = {}  # sums of deals that are added alike
    for deal in found:
        _line = reps[deal.owner_id]  # listed, whether with an amount or not
        count = counts.setdefault(deal.stage_id, [0, 0])
        count[0] += 1
        count[1] += bool(deal.held)
        if deal.amount is not None:
            month = None if deal.expected is None else deal.expected[:7]
            key = (deal.stage_id, deal.owner_id, month, deal.currency, deal.probability)
            alike[key] = alike.get(key, 0) + deal.amount
    for (stage_id, owner_id, month, code, percent), amount in alike.items():
        of_month = undated if month is None else months[month]
        for line in (stages[stage_id], reps[owner_id], of_month, total):
            line.add(stage_id, code, amount, percent, chances)
    days = LocalDays(asked.zone)
    for closed in won:
        if closed.amount is not None:
            month = days.day(closed.closed_at).isoformat()[:7]
            for line in (months[month], reps[closed.closer_id], total):
                _add(line.won, closed.currency, closed.amount)
    for first_day, sums in of_months.items():
        for code, amount in sums.items():
            for line in (months[first_day.isoformat()[:7]], total):
                _add(line.target, code, amount)
    for rep, sums in of_reps.items():
        reps[rep].target = sums
    whole = _volume(None, total, chances)
    return VolumesReport(
        asked.name,
        asked.at,
        tuple(
            _stage(stage.id, stage.name, stages.get(stage.id, Line()), counts.get(stage.id, [0, 0]), chances)
            for deal_type in asked.types
            for stage in deal_type.stages
            if not stage.archived or stage.id in counts
        ),
        tuple(_volume(month, months[month], chances) for month in sorted(months)),
        tuple(
            _volume(login, line, chances)
            for login, line in sorted(((logins[rep], line) for rep, line in reps.items()), key=itemgetter(0))
        ),
        whole,
        _volume(None, undated, chances),
        sum(deal.amount is None for deal in found),
        sum(deal.expected is None for deal in found),
        sum(deal.probability is None and deal.stage_id not in chances for deal in found),
        amounts(total.apart),
        None if currency is None else convert(whole, currency, local_day(asked.at, asked.zone), rates),
    )


def chances_of(deal_type: TypeFacts, exits: Exits) -> dict[int, Chance]:
    """By stage the observed win probability over all exits, else the set percentage; absent where there is neither."""
    percentages = {stage.id: stage.probability for stage in deal_type.stages}
    found = {}
    for stage, chance in win_probabilities(exits, percentages, percentages).items():
        percent = percentages[stage]
        if chance is not None:
            found[stage] = Chance(chance, "observed")
        elif percent is not None:
            found[stage] = Chance(percent / 100, "set")
    return found


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


def _stage(stage_id: int, name: str, line: Line, count: list[int], chances: Mapping[int, Chance]) -> StageVolume:
    chance = chances.get(stage_id)
    return StageVolume(
        stage_id, name, count[0], count[1], amounts(line.planned), None if chance is None else chance.value,
        None if chance is None else chance.source, amounts(line.weighted(chances)),
    )  # fmt: skip
