"""What open deals will bring by month, and how well such forecasts did (semantics §4, Forecast)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.statistics.arrays import (
    CALENDAR,
    ENDS,
    LOST,
    NONE,
    WON,
    Bools,
    History,
    Ints,
    Visits,
    last_before,
)
from models.statistics.arrays import history as read_history
from models.statistics.rules.estimates import Floats
from models.statistics.rules.forecast import DRAWS, SEED, OpenDeals, Stays, ahead, drawn
from models.statistics.rules.resampling import win_chances
from models.statistics.selection import Selection, select
from models.values.errors import Usage
from models.values.instants import DAY, Instant, day_start, local_day
from models.values.language import _
from models.values.money import Money, plain_text

if TYPE_CHECKING:
    from models.session import Session

PERCENTILES = (0.1, 0.5, 0.9)
BAND = 0.8  # the share of outcomes that is meant to lie from P10 to P90
MOST_MONTHS, MOST_AHEAD = 60, 12


@dataclass(frozen=True)
class ForecastRow:
    """What is won in a month (its first day; None: later than 12 months on) in one currency, in minor units: with one
    chance in ten it is at most `p10`, with nine at most `p90`."""

    month: date | None
    currency: str
    p10: int
    p50: int
    p90: int
    mean: int
    draws: int
    seed: int

    def as_json(self) -> dict[str, Any]:
        month = None if self.month is None else self.month.isoformat()[:7]
        return vars(self) | {"month": month} | _plain(self, "p10", "p50", "p90", "mean")


@dataclass(frozen=True)
class Forecast:
    """`deals` is how many open deals with an amount were drawn; those `without_amount` were not."""

    type: str
    as_of: Instant
    rows: tuple[ForecastRow, ...]
    deals: int
    without_amount: int

    def as_json(self) -> list[dict[str, Any]]:
        """The rows as the command line's contract fixes them."""
        return [row.as_json() for row in self.rows]


@dataclass(frozen=True)
class BacktestRow:
    """What was forecast at the beginning of `made` for a month, what of it came, and the plain weighted sum of the deals
    that were expected to close in that month; minor units of one currency."""

    made: date
    month: date
    currency: str
    p10: int
    p50: int
    p90: int
    mean: int
    weighted: int
    won: int

    @property
    def within(self) -> bool:
        return self.p10 <= self.won <= self.p90

    def as_json(self) -> dict[str, Any]:
        months = {"made": self.made.isoformat()[:7], "month": self.month.isoformat()[:7]}
        sums = _plain(self, "p10", "p50", "p90", "mean", "weighted", "won")
        return vars(self) | months | sums | {"within": self.within}


@dataclass(frozen=True)
class BacktestError:
    """Over the forecasts for the same number of months ahead (1: the month at whose beginning they were made) in one
    currency: how many had the outcome in their band, what was won, and the sums of what the mean, P50 and the weighted sum
    missed it by, in minor units."""

    ahead: int
    currency: str
    forecasts: int
    within: int
    won: int
    mean_missed: int
    p50_missed: int
    weighted_missed: int

    def as_json(self) -> dict[str, Any]:
        sums = _plain(self, "won", "mean_missed", "p50_missed", "weighted_missed")
        return vars(self) | sums | {"coverage": self.within / self.forecasts}


def _plain(row: ForecastRow | BacktestRow | BacktestError, *names: str) -> dict[str, str]:
    """Those sums of a row as the amounts of money are written in JSON: decimal, in the row's currency."""
    return {name: plain_text(Money(getattr(row, name), row.currency)) for name in names}


@dataclass(frozen=True)
class Backtest:
    """Past forecasts against what happened: `coverage` is the share of outcomes that lay from P10 to P90, None of none."""

    type: str
    as_of: Instant
    months: int
    ahead: int
    draws: int
    seed: int
    rows: tuple[BacktestRow, ...]
    errors: tuple[BacktestError, ...]

    @property
    def coverage(self) -> float | None:
        return sum(row.within for row in self.rows) / len(self.rows) if self.rows else None

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type, "months": self.months, "ahead": self.ahead, "draws": self.draws, "seed": self.seed,
            "band": BAND, "coverage": self.coverage, "errors": [error.as_json() for error in self.errors],
            "rows": [row.as_json() for row in self.rows],
        }  # fmt: skip


def forecast(
    session: Session,
    type_id: int,
    *,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    as_of: Instant | None = None,
    seed: int = SEED,
    history: History | None = None,
) -> Forecast:
    """What is won, by month of the company, from the deals open at `as_of` (now) that belong to these reps, or this team, then; learned
    from all stays of the type up to then, whosever they are. A row a month and currency up to 12 months on, and one for
    what is won later.

    `history`, what was read before, saves reading it. Raises what `select` does.
    """
    asked = select(session, type_id, rep_ids=rep_ids, team_id=team_id, as_of=as_of, clock=CALENDAR, history=history, deals=True)
    visits, deals = asked.visits, asked.visits.records.deals
    today = local_day(visits.at, visits.records.timezone)
    months, bounds = calendar_months(today)
    known = _open(asked)
    draws = _drawn(visits, known, bounds, seed)
    rows = [
        ForecastRow(month, deals.currencies[currency], *_told(draws[currency, :, place]), DRAWS, seed)
        for place, month in enumerate((*months, None))
        for currency in np.unique(known.currency).tolist()
    ]
    return Forecast(visits.records.type.name, visits.at, tuple(rows), len(known.deal), known.without_amount)


def backtest(
    session: Session,
    type_id: int,
    months: int = 12,
    *,
    ahead: int = 3,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    as_of: Instant | None = None,
    seed: int = SEED,
    history: History | None = None,
) -> Backtest:
    """The forecasts that would have been made at the beginning of each of the last whole `months` before `as_of` (now) for
    the next 1 to `ahead` months, by what had happened then, against what was won in each of these that is over, of the
    deals that were open then: at the amounts with which they were won. Raises what `select` does; Usage `bad_months`.
    """
    if not (1 <= months <= MOST_MONTHS and 1 <= ahead <= MOST_AHEAD):
        raise Usage(
            "bad_months",
            _("A backtest is of 1 to {months} months, each forecast for 1 to {ahead}.").format(
                months=MOST_MONTHS, ahead=MOST_AHEAD
            ),
        )
    if history is None or history.records.known_deals is None:
        history = read_history(session, type_id, deals=True)
    rep_ids = None if rep_ids is None else list(rep_ids)
    last = select(session, type_id, as_of=as_of, clock=CALENDAR, history=history).visits
    zone = last.records.timezone
    this_month = local_day(last.at, zone).replace(day=1)
    rows: list[BacktestRow] = []
    for back in range(months, 0, -1):
        made = _later(this_month, -back)
        at = day_start(made, zone)
        if not len(last.entered) or at < last.entered.min():
            continue
        asked = select(session, type_id, rep_ids=rep_ids, team_id=team_id, as_of=at, clock=CALENDAR, history=history)
        known = _open(asked)
        if len(known.deal):
            targets = [_later(made, number) for number in range(min(ahead, back))]
            rows += _replayed(asked.visits, last, known, made, targets, seed)
    return Backtest(last.records.type.name, last.at, months, ahead, DRAWS, seed, tuple(rows), _errors(rows))


def calendar_months(today: date) -> tuple[list[date], list[int]]:
    """The first days of the months from today's to that of 12 months on, and how many days from today the last day of each
    is; of the last one the day 12 months on."""
    end = _later(today.replace(day=1), 12)
    end = end.replace(day=min(today.day, calendar.monthrange(end.year, end.month)[1]))
    months = [_later(today.replace(day=1), number) for number in range(13)]
    return months, [(min(_later(month, 1) - timedelta(days=1), end) - today).days for month in months]


def _later(month: date, number: int) -> date:
    """The first day of the month so many months after that of `month`."""
    count = month.year * 12 + month.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)


class _Open(NamedTuple):
    """Open deals with an amount: their places among the visits, and what was known of each; `share` is a deal's own chance
    to be won, 0 to 1, NaN without one."""

    place: Ints
    deal: Ints
    amount: Ints
    month: Ints
    currency: Ints
    share: Floats
    without_amount: int


def _open(asked: Selection) -> _Open:
    visits = asked.visits
    known = visits.records
    place = np.flatnonzero(visits.there if asked.mine is None else visits.there & asked.mine)
    row = last_before(known.owner_deal, known.owner_at, visits.deal[place], np.full(len(place), visits.at + 1))
    some = row >= 0
    some[some] = known.deals.amount[row[some]] != NONE
    place, row = place[some], row[some]
    expected = known.deals.expected[row]
    month = np.where(expected > 0, expected // 10_000 * 12 + expected // 100 % 100 - 1, NONE)
    percentage = known.deals.probability[row]
    share = np.where(percentage == NONE, np.nan, percentage / 100)
    without_amount = int((~some).sum())
    return _Open(place, visits.deal[place], known.deals.amount[row], month, known.deals.currency[row], share, without_amount)


def _drawn(visits: Visits, known: _Open, bounds: list[int], seed: int) -> Floats:
    stays, days, lies_ahead = _stays(visits, known.place)
    deals = OpenDeals(
        visits.stage[known.place], days, lies_ahead, known.amount.astype(float), known.share, known.currency
    )
    return drawn(stays, deals, len(visits.records.deals.currencies), bounds, seed)


def _stays(visits: Visits, open_ones: Ints) -> tuple[Stays, Ints, Floats]:
    """The stays of known beginning; and of the open ones, by their places, days and how much of the day lies ahead."""
    begin = day_start(local_day(visits.at, visits.records.timezone), visits.records.timezone)
    lasted = visits.lasted(CALENDAR)
    since = visits.entered - begin
    days = (since + lasted) // DAY - since // DAY
    certain, there = ~visits.begin_unknown, visits.there
    ended = certain & ~there
    number = np.cumsum(np.diff(visits.deal, prepend=-1) != 0) - 1
    lies_ahead = np.zeros(len(days))
    lies_ahead[there] = ahead(
        visits.stage[there], days[there], lasted[there], visits.stage[ended], days[ended], lasted[ended]
    )
    stays = Stays(
        int(number.max(initial=-1)) + 1, visits.records.stages, number[certain], visits.stage[certain], days[certain],
        visits.target[certain], lies_ahead[certain],
    )  # fmt: skip
    return stays, days[open_ones], lies_ahead[open_ones]


def _told(draws: Floats) -> tuple[int, int, int, int]:
    """P10, P50, P90 (the least amount that so many of the draws do not exceed) and the mean, in whole minor units."""
    low, middle, high = np.quantile(draws, PERCENTILES, method="inverted_cdf").tolist()
    return _whole(low), _whole(middle), _whole(high), _whole(float(draws.mean()))


def _whole(amount: float) -> int:
    return int(np.floor(amount + 0.5))


def _replayed(
    visits: Visits, last: Visits, known: _Open, made: date, months: list[date], seed: int
) -> list[BacktestRow]:
    """The forecast of one past instant, its weighted sums, and what was won until `last`."""
    bounds = [(_later(month, 1) - timedelta(days=1) - made).days for month in months]
    draws = _drawn(visits, known, bounds, seed)
    weight = np.where(np.isnan(known.share), _chances_then(visits)[visits.stage[known.place]], known.share)
    won = _won(visits, last, known, months)
    rows = []
    for place, month in enumerate(months):
        expected = known.month == month.year * 12 + month.month - 1
        for currency in np.unique(known.currency).tolist():
            meant = expected & (known.currency == currency)
            weighted = float((known.amount[meant] * weight[meant]).sum())
            name = visits.records.deals.currencies[currency]
            told = _told(draws[currency, :, place])
            rows.append(BacktestRow(made, month, name, *told, _whole(weighted), won.get((place, name), 0)))
    return rows


def _chances_then(visits: Visits) -> Floats:
    """By stage the win chance over all exits up to then, else the set percentage, else nothing."""
    stages = visits.records.type.stages
    gone = ~visits.there
    targets = len(stages) + len(ENDS)
    exits = np.bincount(visits.stage[gone] * targets + visits.target[gone], minlength=len(stages) * targets)
    percentages = np.array([np.nan if one.probability is None else one.probability / 100 for one in stages], float)
    chances = win_chances(exits.reshape(1, len(stages), targets).astype(float), percentages)[0]
    return np.nan_to_num(np.where(np.isnan(chances), percentages, chances))


def _won(visits: Visits, last: Visits, known: _Open, months: list[date]) -> dict[tuple[int, str], int]:
    """What the deals brought by month and currency, where the first end after the instant was to be won."""
    zone = last.records.timezone
    ends = np.flatnonzero(_first_ends(last, visits.at, known.deal))
    ends = ends[last.left_as[ends] == WON]
    deals = last.records.deals
    row = last_before(last.records.owner_deal, last.records.owner_at, last.deal[ends], last.left[ends] + 1)
    edges = np.array([day_start(month, zone) for month in (*months, _later(months[-1], 1))], np.int64)
    month = np.searchsorted(edges, last.left[ends], "right") - 1
    found: dict[tuple[int, str], int] = {}
    for one, then in zip(row.tolist(), month.tolist(), strict=True):
        if then < len(months) and one >= 0 and deals.amount[one] != NONE:
            key = (then, deals.currencies[deals.currency[one]])
            found[key] = found.get(key, 0) + int(deals.amount[one])
    return found


def _first_ends(last: Visits, at: Instant, deals: Ints) -> Bools:
    """Which visits are the first of these deals to end won or lost after the instant."""
    ends = np.flatnonzero((last.left > at) & ((last.left_as == WON) | (last.left_as == LOST)) & np.isin(last.deal, deals))
    found = np.zeros(len(last.deal), bool)
    _deals, first = np.unique(last.deal[ends], return_index=True)
    found[ends[first]] = True
    return found


def _errors(rows: list[BacktestRow]) -> tuple[BacktestError, ...]:
    groups: dict[tuple[int, str], list[BacktestRow]] = {}
    for row in rows:
        number = (row.month.year - row.made.year) * 12 + row.month.month - row.made.month + 1
        groups.setdefault((number, row.currency), []).append(row)
    return tuple(
        BacktestError(
            number, currency, len(some), sum(row.within for row in some), sum(row.won for row in some),
            sum(abs(row.mean - row.won) for row in some), sum(abs(row.p50 - row.won) for row in some),
            sum(abs(row.weighted - row.won) for row in some),
        )
        for (number, currency), some in sorted(groups.items())
    )  # fmt: skip
