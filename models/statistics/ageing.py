"""Report ageing: open deals that stay too long, that nobody touches, that have no next step: three flags, never mixed
(semantics §4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.people import views as people
from models.statistics.arrays import NONE, Bools, Deals, History, Ints, Records, Visits
from models.statistics.figures import LEAST_COMPLETED, LONG
from models.statistics.rules.estimates import reached, survival
from models.statistics.selection import Selection, select_types, whole_seconds
from models.statistics.standing import Open, day_text, only, open_deals, together
from models.statistics.volumes import deals_at, name_of
from models.storage.database import database
from models.values.clock import norm_on
from models.values.instants import DAY, SECOND, Instant, instant_text
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

FLAGS = ("ageing", "idle", "no_next_step")
IDLE_DAYS = 14

# The last of what was done for a deal by the instant: activities planned, done and noted, and time; its moves are visits.
_TOUCHES = """
    SELECT deal_id, max(created_at) FROM activity WHERE deal_id IS NOT NULL AND created_at <= :at GROUP BY deal_id
    UNION ALL
    SELECT deal_id, max(done_at) FROM activity WHERE deal_id IS NOT NULL AND done_at <= :at GROUP BY deal_id
    UNION ALL
    SELECT deal_id, max(CASE WHEN ended_at <= :at THEN ended_at ELSE :at END) FROM time_entry
    WHERE deal_id IS NOT NULL AND started_at <= :at GROUP BY deal_id
"""
_PLANNED = """
    SELECT DISTINCT deal_id FROM activity
    WHERE deal_id IS NOT NULL AND created_at <= :at AND (done_at IS NULL OR done_at > :at)
"""
IN_ONE_QUERY = 500  # ids; of more all are read


@dataclass(frozen=True)
class Limit:
    """How many seconds a stay at a stage may last before it is ageing, and whence: `norm`, or `percentile` of `completed`
    stays; both None where neither is known."""

    seconds: int | None
    source: str | None
    completed: int


@dataclass(frozen=True)
class StageAges:
    """The open deals at a stage: how many, on hold, ageing; and from when on they are."""

    stage_id: int
    stage: str
    deals: int
    held: int
    ageing: int
    limit: Limit


class Aged(NamedTuple):
    """An open deal with its flags. `seconds` its present visit has lasted without holds, on the report's clock; None where
    its beginning is not known. `pushed` counts how often its expected close was put off."""

    deal_id: int
    title: str
    client: str
    stage: str
    rep: str
    amount: Money | None
    held: bool
    entered_at: Instant | None
    seconds: int | None
    limit: Limit
    touched_at: Instant
    expected: str | None
    pushed: int
    flags: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.deal_id, "title": self.title, "client": self.client, "stage": self.stage, "rep": self.rep,
            "amount": as_json(self.amount), "held": self.held,
            "entered_at": None if self.entered_at is None else instant_text(self.entered_at), "seconds": self.seconds,
            "limit": self.limit.seconds, "limit_source": self.limit.source, "touched_at": instant_text(self.touched_at),
            "expected_close": self.expected, "pushed": self.pushed, **{flag: flag in self.flags for flag in FLAGS},
        }  # fmt: skip


@dataclass(frozen=True)
class AgeingReport:
    """`counts` has for each flag how many of the open deals bear it; `listed` those that bear the one that was asked for,
    the longest beyond their limit first, as many as were asked for. `day` is how many seconds a day has on the clock."""

    type: str
    as_of: Instant
    clock: str
    day: int
    idle_days: int
    deals: int
    held: int
    counts: dict[str, int]
    stages: tuple[StageAges, ...]
    listed: tuple[Aged, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": instant_text(self.as_of), "type": self.type, "clock": self.clock, "idle_days": self.idle_days,
            "open": self.deals, "held": self.held, **self.counts,
            "stages": [
                {
                    "stage": one.stage, "open": one.deals, "held": one.held, "ageing": one.ageing,
                    "limit": one.limit.seconds, "limit_source": one.limit.source, "completed": one.limit.completed,
                }
                for one in self.stages
            ],
            "deals": [deal.as_json() for deal in self.listed],
        }  # fmt: skip


class Flagged(NamedTuple):
    """Open deals with how many seconds each has stayed and after how many it is ageing (NONE where that is not known), when
    it was last touched, and which of FLAGS it bears."""

    deals: Open
    seconds: Ints
    limit: Ints
    touched: Ints
    ageing: Bools
    idle: Bools
    no_next_step: Bools


def ageing(
    session: Session,
    type_id: int | None,
    *,
    flag: str = "ageing",
    idle_days: int = IDLE_DAYS,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
    most: int | None = None,
) -> AgeingReport:
    """The deals open at `as_of` (now), of those that started in the period, and which are ageing, idle for `idle_days`, or
    without a next step; `flag` says which are listed, `most` how many of them. Without `type_id` of all types; without
    `clock` on the company's. `history`, what was read before, saves reading it.

    Raises what `select` does.
    """
    with session.store.reading():
        question, asked = select_types(
            session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock,
            history=history, deals=True,
        )  # fmt: skip
        limits = {stage: limit for one in asked for stage, limit in limits_of(one).items()}
        of_types = []
        for one in asked:
            deals = open_deals(one)
            of_types.append(flagged(one, only(deals, question.within(deals.started)), idle_days))
        found = all_flagged(of_types)
        chosen = np.flatnonzero(getattr(found, flag))
        known = (found.seconds[chosen] >= 0) & (found.limit[chosen] >= 0)
        over = np.where(known, found.seconds[chosen] - found.limit[chosen], 0)
        order = np.lexsort((found.deals.deal[chosen], found.touched[chosen], -over))[:most]
        lines = _lines(asked, found, chosen[order], limits)
    counts, late = deals_at(found.deals), deals_at(only(found.deals, found.ageing))
    return AgeingReport(
        name_of(asked),
        question.at,
        question.clock,
        question.day // SECOND,
        idle_days,
        len(found.seconds),
        int(found.deals.held.sum()),
        {name: int(getattr(found, name).sum()) for name in FLAGS},
        tuple(
            StageAges(
                stage.id, stage.name, *counts.get(stage.id, (0, 0)), late.get(stage.id, (0, 0))[0], limits[stage.id]
            )
            for one in asked
            for stage in one.visits.records.type.stages
            if not stage.archived or stage.id in counts
        ),
        tuple(lines),
    )  # fmt: skip


def limits_of(asked: Selection) -> dict[int, Limit]:
    """From when on a stay at each stage is long: its norm, else the Kaplan–Meier 80th percentile over all visits, where at
    least 20 were completed and the curve reaches it."""
    visits, clock, day = asked.visits, asked.clock, asked.day // SECOND
    return visits.once(("limits", clock), lambda: _limits(visits, clock, day))


def _limits(visits: Visits, clock: str, day: int) -> dict[int, Limit]:
    found = {}
    for place, stage in enumerate(visits.records.type.stages):
        here = visits.by_stage[place] if stage.norm is not None else visits.by_length(clock)[place]
        here = here[~visits.begin_unknown[here]]
        ended = ~visits.there[here]
        completed = int(ended.sum())
        limit, source = (None, None) if stage.norm is None else (norm_on(stage.norm, day), "norm")
        if stage.norm is None and completed >= LEAST_COMPLETED:
            longest = reached(survival(visits.lasted(clock)[here], ended), LONG)
            limit, source = (None, None) if longest is None else (whole_seconds(longest), "percentile")
        found[stage.id] = Limit(limit, source, completed)
    return found


def flagged(asked: Selection, deals: Open, idle_days: int) -> Flagged:
    """Open deals of the selection with their flags. A deal on hold is never ageing, and one that has no beginning is not
    either."""
    visits, at = asked.visits, asked.visits.at
    touched, planned = visits.once("touches", lambda: (_touches(visits), _planned(at)))
    seconds = np.where(visits.begin_unknown[deals.visit], NONE, visits.lasted(asked.clock)[deals.visit] // SECOND)
    limits = limits_of(asked)
    stages, places = np.unique(deals.stage, return_inverse=True)
    after = [limits[stage].seconds for stage in stages.tolist()]
    limit = np.array([NONE if one is None else one for one in after], np.int64)[places]
    last = np.maximum(deals.entered, touched[np.searchsorted(visits.records.deals.id, deals.deal)])
    return Flagged(
        deals, seconds, limit, last, ~deals.held & (limit >= 0) & (seconds > limit), at - last >= idle_days * DAY,
        ~np.isin(deals.deal, planned),
    )  # fmt: skip


def all_flagged(found: Sequence[Flagged]) -> Flagged:
    """Those of several types as one."""
    deals = together([one.deals for one in found], Open)
    none = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), *(np.zeros(0, bool) for _flag in FLAGS)
    return Flagged(deals, *(np.concatenate(column) for column in zip(none, *(one[1:] for one in found), strict=True)))


def _touches(visits: Visits) -> Ints:
    """When each deal was last touched but by a move; 0 where it never was."""
    deals: Deals = visits.records.deals
    rows = np.fromiter(chain.from_iterable(database.connection().execute(_TOUCHES, {"at": visits.at})), np.int64).reshape(-1, 2)
    found = np.zeros(len(deals.id), np.int64)
    known = np.isin(rows[:, 0], deals.id)
    np.maximum.at(found, np.searchsorted(deals.id, rows[known, 0]), rows[known, 1])
    return found


def _planned(at: Instant) -> Ints:
    """The deals with an activity that was open at the instant."""
    return np.fromiter(chain.from_iterable(database.connection().execute(_PLANNED, {"at": at})), np.int64)


def _lines(asked: Sequence[Selection], found: Flagged, places: Ints, limits: Mapping[int, Limit]) -> list[Aged]:
    """The deals at these places with their names."""
    if not len(places):
        return []
    records = asked[0].visits.records
    deals = only(found.deals, places)
    titles = _named("SELECT id, title FROM deal", deals.deal)
    clients = _named("SELECT id, name FROM client", deals.client)
    stages = {stage.id: stage.name for one in asked for stage in one.visits.records.type.stages}
    logins, codes = people.logins(), records.deals.currencies
    days = {day: day_text(day) for day in set(deals.expected.tolist())}
    flags = [np.where(getattr(found, flag)[places], flag, "").tolist() for flag in FLAGS]
    return [
        Aged(
            deal, titles[deal], clients[client], stages[stage], logins[owner],
            None if amount == NONE else Money(amount, codes[currency]), held, None if seconds == NONE else entered,
            None if seconds == NONE else seconds, limits[stage], touched, days[expected], pushed, tuple(filter(None, borne)),
        )
        for deal, client, stage, owner, amount, currency, held, entered, expected, seconds, touched, pushed, *borne in zip(
            *(
                column.tolist()
                for column in (
                    deals.deal, deals.client, deals.stage, deals.owner, deals.amount, deals.currency, deals.held, deals.entered,
                    deals.expected, found.seconds[places], found.touched[places], _pushed(records, deals.deal, asked[0].visits.at),
                )
            ),
            *flags,
            strict=True,
        )
    ]  # fmt: skip


def _named(query: str, ids: Ints) -> dict[int, str]:
    wanted: Collection[int] = set(ids.tolist())
    if len(wanted) > IN_ONE_QUERY:
        return dict(database.execute_sql(query).fetchall())
    return dict(database.execute_sql(f"{query} WHERE id IN ({', '.join(map(str, wanted))})").fetchall())


def _pushed(records: Records, deal: Ints, at: Instant) -> Ints:
    """How often the expected close of each deal was put off by the instant."""
    of, day = records.owner_deal, records.deals.expected
    later = np.flatnonzero((of[1:] == of[:-1]) & (day[:-1] > 0) & (day[1:] > day[:-1]) & (records.owner_at[1:] <= at)) + 1
    pushed = np.sort(of[later])
    return np.searchsorted(pushed, deal, "right") - np.searchsorted(pushed, deal, "left")
