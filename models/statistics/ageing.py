"""Report ageing: open deals that stay too long, that nobody touches, that have no next step: three flags, never mixed
(semantics §4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.people import views as people
from models.pipeline.rules import TypeFacts
from models.statistics.figures import LEAST_COMPLETED, LONG
from models.statistics.rules.clocks import CALENDAR, Clock, working_clock
from models.statistics.rules.survival import TIE
from models.statistics.standing import Asked, Open, ask, open_deals
from models.statistics.visits import Visits, Whole, read_visits
from models.storage.database import database
from models.values.errors import Refused
from models.values.instants import DAY, Instant, instant_text
from models.values.language import _
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
_PUSHED = """
    SELECT deal_id, count(*) FROM (
        SELECT deal_id, expected_close, lag(expected_close) OVER (PARTITION BY deal_id ORDER BY at, id) AS earlier
        FROM deal_terms WHERE at <= :at
    ) AS changed WHERE expected_close > earlier GROUP BY deal_id
"""


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
    the longest beyond their limit first."""

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
    """An open deal with how long it has stayed and what it is flagged with."""

    deal: Open
    seconds: int | None
    limit: Limit
    touched_at: Instant
    flags: tuple[str, ...]


def ageing(
    session: Session,
    type_id: int | None,
    *,
    flag: str = "ageing",
    idle_days: int = IDLE_DAYS,
    since: date | None = None,
    until: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
    team_id: int | None = None,
    clock: str | None = None,
) -> AgeingReport:
    """The deals open at `as_of` (now), of those that started in the period, and which are ageing, idle for `idle_days`, or
    without a next step; `flag` says which are listed. Without `type_id` of all types; without `clock` on the company's.

    Raises Usage `in_future`, `bad_period`, `one_of`; Refused `no_hours`; NotFound.
    """
    with session.store.reading():
        asked = ask(session, type_id, since=since, until=until, as_of=as_of, rep_id=rep_id, team_id=team_id)
        found, limits, used = [], dict[int, Limit](), CALENDAR
        for one in asked.types:
            visits = read_visits(one.id, asked.at)
            used = clock_for(clock, asked, visits)
            seconds = visits.seconds(used)
            limits |= limits_of(one, visits, seconds, used)
            deals = [deal for deal in open_deals(asked, one.id) if asked.within(deal.started_at)]
            found += flagged(asked, deals, visits, seconds, limits, idle_days)
        listed = [each for each in found if flag in each.flags]
        names = {stage.id: stage.name for one in asked.types for stage in one.stages}
        lines = _lines(asked, listed, names)
    at_stage: dict[int, list[Flagged]] = {}
    for each in found:
        at_stage.setdefault(each.deal.stage_id, []).append(each)
    return AgeingReport(
        asked.name,
        asked.at,
        used.name,
        used.day,
        idle_days,
        len(found),
        sum(bool(each.deal.held) for each in found),
        {name: sum(name in each.flags for each in found) for name in FLAGS},
        tuple(
            StageAges(
                stage.id, stage.name, len(at_stage.get(stage.id, ())),
                sum(bool(each.deal.held) for each in at_stage.get(stage.id, ())),
                sum("ageing" in each.flags for each in at_stage.get(stage.id, ())), limits[stage.id],
            )
            for one in asked.types
            for stage in one.stages
            if not stage.archived or stage.id in at_stage
        ),
        tuple(sorted(lines, key=_beyond)),
    )  # fmt: skip


def clock_for(name: str | None, asked: Asked, visits: Visits) -> Clock:
    """The clock of that name, else the company's own, over the time of the visits. Raises Refused `no_hours`."""
    if (name or people.company().clock) == "calendar":
        return CALENDAR
    hours = people.hours()
    if not hours:
        words = _("The company has no working hours yet, which the working clock runs in; `company hours` sets them.")
        raise Refused("no_hours", words)
    first = int(visits.entered.min()) if len(visits.entered) else asked.at
    return working_clock(hours, people.holidays(), asked.zone, first, asked.at)


def limits_of(deal_type: TypeFacts, visits: Visits, seconds: Whole, clock: Clock) -> dict[int, Limit]:
    """From when on a stay at each stage is long: its norm, else the Kaplan–Meier 80th percentile over all visits, where at
    least 20 were completed and the curve reaches it."""
    found = {}
    for stage in deal_type.stages:
        here = (visits.stage == stage.id) & ~visits.unknown
        completed, lasting = seconds[here & ~visits.lasting], seconds[here & visits.lasting]
        limit, source = (None, None) if stage.norm is None else (clock.norm(stage.norm), "norm")
        if stage.norm is None and len(completed) >= LEAST_COMPLETED:
            limit = percentile(completed, lasting, LONG)
            source = None if limit is None else "percentile"
        found[stage.id] = Limit(limit, source, len(completed))
    return found


def percentile(completed: Whole, lasting: Whole, p: float) -> int | None:
    """The first length by which the share `p` of stays has ended, by the product-limit estimator (Kaplan and Meier,
    *JASA* 53, 1958); None where the curve does not fall that far. As `quantile(survival_curve(…))`, for many stays."""
    lengths, ended = np.unique(completed, return_counts=True)
    everything = np.sort(np.concatenate([completed, lasting]))
    at_risk = len(everything) - np.searchsorted(everything, lengths, side="left")
    fallen = np.flatnonzero(np.cumprod(1 - ended / at_risk) <= 1 - p + TIE)
    return int(lengths[fallen[0]]) if len(fallen) else None


def flagged(
    asked: Asked, deals: Iterable[Open], visits: Visits, seconds: Whole, limits: dict[int, Limit], idle_days: int
) -> list[Flagged]:
    """Open deals of the type of the visits with their flags. A deal on hold is never ageing, and one that has no beginning
    is not either."""
    lasts = np.flatnonzero(visits.lasting & ~visits.unknown)
    stayed = dict(zip(visits.deal[lasts].tolist(), seconds[lasts].tolist(), strict=True))
    run, values = database.connection().execute, {"at": asked.at}
    touched: dict[int, Instant] = {}
    for deal_id, at in run(_TOUCHES, values):
        touched[deal_id] = max(at, touched.get(deal_id, at))
    planned = {row[0] for row in run(_PLANNED, values)}
    found = []
    for deal in deals:
        stay = stayed.get(deal.deal_id)
        limit, last = limits[deal.stage_id], max(deal.entered_at, touched.get(deal.deal_id, deal.entered_at))
        flags = []
        if not deal.held and stay is not None and limit.seconds is not None and stay > limit.seconds:
            flags.append("ageing")
        if asked.at - last >= idle_days * DAY:
            flags.append("idle")
        if deal.deal_id not in planned:
            flags.append("no_next_step")
        found.append(Flagged(deal, stay, limit, last, tuple(flags)))
    return found


def _lines(asked: Asked, listed: list[Flagged], stages: dict[int, str]) -> list[Aged]:
    """The deals of a list with their names."""
    wanted = {each.deal.deal_id for each in listed}
    titles = {row[0]: row[1] for row in database.execute_sql("SELECT id, title FROM deal") if row[0] in wanted}
    clients = dict(database.execute_sql("SELECT id, name FROM client").fetchall()) if listed else {}
    logins = people.logins()
    pushed = dict(database.connection().execute(_PUSHED, {"at": asked.at})) if listed else {}
    return [
        Aged(
            deal.deal_id, titles[deal.deal_id], clients[deal.client_id], stages[deal.stage_id], logins[deal.owner_id],
            None if deal.amount is None else Money(deal.amount, deal.currency), bool(deal.held),
            None if each.seconds is None else deal.entered_at, each.seconds, each.limit, each.touched_at, deal.expected,
            pushed.get(deal.deal_id, 0), each.flags,
        )
        for each in listed
        for deal in [each.deal]
    ]  # fmt: skip


def _beyond(line: Aged) -> tuple[int, Instant, int]:
    over = 0 if line.seconds is None or line.limit.seconds is None else line.seconds - line.limit.seconds
    return -over, line.touched_at, line.deal_id
