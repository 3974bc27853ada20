"""Today: what is late, what is due, which deals stand too long or have no next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.activities.views import Activity, agenda
from models.overview.board import HOLDS, holds_of
from models.people.views import company, company_clock, targets
from models.pipeline.views import RequestLine, open_requests
from models.storage.database import database
from models.timekeeping.views import Forgotten, forgotten
from models.values.clock import Clock
from models.values.instants import SECOND, Instant, day_start, local_day
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session

SHOWN = 50

# The actor's own open deals; `held` are the microseconds on hold within the present visit.
DEALS = """
    SELECT deal.id, client.id, client.name, deal.title, deal.amount, deal.currency, stage.name,
        ({now} - deal.entered_at - held) / {second} AS age, stage.norm, deal.entered_at,
        (SELECT {holds} FROM hold h WHERE h.deal_id = deal.id AND h.ended_at > deal.entered_at)
    FROM (
        SELECT deal.*, coalesce((SELECT sum(hold.ended_at - CASE WHEN hold.started_at < deal.entered_at THEN deal.entered_at
            ELSE hold.started_at END) FROM hold WHERE hold.deal_id = deal.id AND hold.ended_at > deal.entered_at), 0) AS held
        FROM deal WHERE deal.outcome = 'open' AND deal.held_at IS NULL AND deal.owner_id = {actor}
    ) AS deal
    JOIN client ON client.id = deal.client_id JOIN stage ON stage.id = deal.stage_id
    WHERE {which} ORDER BY age DESC, deal.id{limit}
"""

# Won in a time by whoever owned the deal just before; the first owner where the terms begin later.
WON = """
    SELECT deal.currency, sum(deal.amount) FROM deal
    WHERE deal.outcome = 'won' AND deal.closed_at >= ? AND deal.closed_at < ? AND deal.amount IS NOT NULL AND ? = coalesce(
        (SELECT owner_id FROM deal_terms WHERE deal_id = deal.id AND at < deal.closed_at ORDER BY at DESC, id DESC LIMIT 1),
        (SELECT owner_id FROM deal_terms WHERE deal_id = deal.id ORDER BY at, id LIMIT 1))
    GROUP BY deal.currency
"""


@dataclass(frozen=True)
class StandingDeal:
    """A deal that wants attention: `age` at its stage without holds on the company's clock, in seconds of days of 24 hours,
    `norm` of the stage or None, and whether it is `late` by it."""

    deal_id: int
    client_id: int
    client: str
    title: str
    amount: Money | None
    stage: str
    age: int
    norm: int | None
    late: bool


@dataclass(frozen=True)
class MonthTarget:
    """What the actor is to win in the month that begins on the day `month`, and has won so far: deals that were the actor's
    just before they were won, in the target's currency alone."""

    month: date
    target: Money
    won: Money


@dataclass(frozen=True)
class Today:
    """What the actor should see first. `quiet_count` is how many deals have no next step, `quiet` the first of them.
    `requests` are moves asked for that wait for the actor's answer, then the actor's own. `targets` are the actor's own, one
    a currency."""

    day: date
    at: Instant
    overdue: tuple[Activity, ...]
    due: tuple[Activity, ...]
    ageing: tuple[StandingDeal, ...]
    quiet: tuple[StandingDeal, ...]
    quiet_count: int
    requests: tuple[RequestLine, ...]
    forgotten: Forgotten | None
    targets: tuple[MonthTarget, ...]


def today(session: Session, day: date) -> Today:
    """The actor's day: activities by the end of `day`, own deals past their stage's norm, own deals without next step."""
    planned, clock = agenda(session, day), company_clock()
    count = database.execute_sql(
        "SELECT count(*) FROM deal WHERE outcome = 'open' AND held_at IS NULL AND owner_id = ? AND next_due_at IS NULL",
        (session.actor.id,),
    ).fetchone()[0]
    return Today(
        day,
        session.now(),
        planned.overdue,
        planned.due,
        _deals(session, "age > stage.norm" if not clock.hours else "stage.norm IS NOT NULL", clock, late=True),
        _deals(session, "deal.next_due_at IS NULL", clock),
        int(count),
        tuple(sorted(open_requests(session), key=lambda one: one.own)),
        forgotten(session),
        _targets(session),
    )


def _targets(session: Session) -> tuple[MonthTarget, ...]:
    """The actor's of the company's present month."""
    zone = company().timezone
    month = local_day(session.now(), zone).replace(day=1)
    lines = [one for one in targets(session.actor, since=month, until=month) if one.employee_id == session.actor.id]
    if not lines:
        return ()
    after = (month + timedelta(days=31)).replace(day=1)
    rows = database.execute_sql(WON, (day_start(month, zone), day_start(after, zone), session.actor.id)).fetchall()
    won = dict(rows)
    return tuple(
        MonthTarget(month, Money(one.amount, one.currency), Money(won.get(one.currency, 0), one.currency)) for one in lines
    )


def _deals(session: Session, which: str, clock: Clock, *, late: bool = False) -> tuple[StandingDeal, ...]:
    """The actor's deals that meet a condition, the longest at their stage first; with `late` those beyond its norm alone.
    On the working clock it cannot be asked of the store, which of them are."""
    now = session.now()
    found = []
    limit = "" if late and clock.hours else f" LIMIT {SHOWN}"
    query = DEALS.format(now=now, second=SECOND, actor=session.actor.id, holds=HOLDS, which=which, limit=limit)
    for deal, client, name, title, amount, currency, stage, age, norm, entered, holds in database.execute_sql(query):
        if clock.hours:
            age = clock.lasted(entered, now, holds_of(holds) if holds else ()) // SECOND
        is_late = norm is not None and age > clock.norm(norm)
        if is_late or not late:
            money = None if amount is None else Money(amount, currency)
            found.append(StandingDeal(deal, client, name, title, money, stage, clock.days(age), norm, is_late))
    return tuple(sorted(found, key=lambda one: (-one.age, one.deal_id))[:SHOWN])
