"""How deals stood at an instant: which were open and where, which were closed and by whom; and what a report is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people import views as people
from models.people.rules import Owners, covers, overlap, readable
from models.pipeline import facts
from models.pipeline.rules import TypeFacts
from models.pipeline.views import types
from models.storage.database import database
from models.values.errors import Usage
from models.values.instants import Instant, day_end, day_start
from models.values.language import _

if TYPE_CHECKING:
    from models.people.views import TargetLine
    from models.session import Session

# The terms of the instant, and where there are none yet (an import that knows no better) the first.
_TERMS = """
    JOIN deal_terms AS terms ON terms.id = coalesce(
        (SELECT id FROM deal_terms WHERE deal_id = deal.id AND at <= :at ORDER BY at DESC, id DESC LIMIT 1),
        (SELECT id FROM deal_terms WHERE deal_id = deal.id ORDER BY at, id LIMIT 1))
"""
# A visit of no length that begins and ends at the instant is over; of two that begin at it the later lasts.
_OPEN = f"""
    SELECT deal.id, visit.stage_id, terms.owner_id, deal.client_id, terms.amount, terms.currency, terms.expected_close,
        deal.probability,
        EXISTS (SELECT 1 FROM hold WHERE hold.deal_id = deal.id AND hold.started_at <= :at
            AND (hold.ended_at IS NULL OR hold.ended_at > :at)),
        visit.entered_at, deal.started_at
    FROM visit JOIN deal ON deal.id = visit.deal_id {_TERMS}
    WHERE visit.deal_type_id = :type AND visit.entered_at <= :at AND (visit.left_at IS NULL OR visit.left_at > :at)
"""
# The same of now, which the deals themselves hold: a quarter of the time.
_OPEN_NOW = """
    SELECT id, stage_id, owner_id, client_id, amount, currency, expected_close, probability, held_at IS NOT NULL,
        entered_at, started_at
    FROM deal WHERE deal_type_id = :type AND outcome = 'open'
"""
# By whom: the owner just before the deal was closed.
_CLOSER = """
    coalesce(
        (SELECT owner_id FROM deal_terms WHERE deal_id = deal.id AND at < {closed} ORDER BY at DESC, id DESC LIMIT 1),
        (SELECT owner_id FROM deal_terms WHERE deal_id = deal.id ORDER BY at, id LIMIT 1))
"""
_CLOSED = f"""
    SELECT deal.id, visit.stage_id, visit.left_as, visit.left_at, terms.owner_id, {_CLOSER.format(closed='visit.left_at')}, terms.amount, terms.currency,
        deal.started_at
    FROM visit JOIN deal ON deal.id = visit.deal_id {_TERMS}
    WHERE visit.deal_type_id = :type AND visit.left_at <= :at AND visit.left_as IN ('won', :also) AND NOT EXISTS (
        SELECT 1 FROM visit AS later WHERE later.deal_id = visit.deal_id AND later.seq = visit.seq + 1
        AND later.entered_at <= :at)
    UNION ALL
    SELECT deal.id, NULL, deal.outcome, deal.closed_at, terms.owner_id, {_CLOSER.format(closed='deal.closed_at')},
        terms.amount, terms.currency, deal.started_at
    FROM deal {_TERMS}
    WHERE deal.deal_type_id = :type AND deal.outcome IN ('won', :also) AND deal.closed_at <= :at
        AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.deal_id = deal.id)
"""
_CLOSED_NOW = f"""
    SELECT deal.id, deal.stage_id, deal.outcome, deal.closed_at, deal.owner_id, {_CLOSER.format(closed='deal.closed_at')},
        deal.amount, deal.currency, deal.started_at
    FROM deal WHERE deal.deal_type_id = :type AND deal.outcome IN ('won', :also)
"""


class Open(NamedTuple):
    """An open deal; `probability` is its own percentage of today (that of the instant is not kept)."""

    deal_id: int
    stage_id: int
    owner_id: int
    client_id: int
    amount: int | None
    currency: str
    expected: str | None
    probability: int | None
    held: int
    entered_at: Instant
    started_at: Instant


class Closed(NamedTuple):
    """A closed deal; `closer_id` owned it just before it was closed. One that an import knew no stage of has none."""

    deal_id: int
    stage_id: int | None
    outcome: str
    closed_at: Instant
    owner_id: int
    closer_id: int
    amount: int | None
    currency: str
    started_at: Instant


class Asked(NamedTuple):
    """What a report is asked: the types, the instant, the period as days and as instants from `begin` to before `end`, and
    whose deals (`owners`, None: everybody's) of those that the actor may read; whose target that is held against: an
    employee's, a team's, or (both None) everybody's. `now` says that the instant is the present one."""

    types: tuple[TypeFacts, ...]
    at: Instant
    now: bool
    zone: str
    first: date | None
    last: date | None
    begin: Instant
    end: Instant
    owners: Owners
    rep_id: int | None
    team_id: int | None

    @property
    def name(self) -> str:
        return self.types[0].name if len(self.types) == 1 else "all"

    def within(self, instant: Instant) -> bool:
        return self.begin <= instant < self.end


def ask(
    session: Session,
    type_id: int | None,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
    team_id: int | None = None,
) -> Asked:
    """What a report is asked, checked. Without `type_id` all types. Raises Usage `in_future`, `bad_period`, `one_of`;
    NotFound."""
    now = session.now()
    if as_of is not None and as_of > now:
        raise Usage("in_future", _("A report can be asked as of the past, not of the future."))
    if since is not None and until is not None and until < since:
        raise Usage("bad_period", _("The period ends before it begins."))
    if rep_id is not None and team_id is not None:
        raise Usage("one_of", _("A report is of an employee or of a team, not of both."))
    actor, zone = session.actor, people.company().timezone
    wanted = None if rep_id is None else [rep_id]
    if team_id is not None:
        wanted = [one for one, team in people.teams().items() if team == team_id]
    elif rep_id is None and readable(actor) is not None:
        whole_team = actor.role == "manager" or actor.team_read
        team_id = people.team_of(actor.id) if whole_team else None
        rep_id = None if team_id is not None else actor.id
    ids = [line.id for line in types(session)] if type_id is None else [type_id]
    return Asked(
        tuple(facts.type_facts(one) for one in ids), now if as_of is None else as_of, as_of is None, zone, since,
        until,
        -(2**62) if since is None else day_start(since, zone), 2**62 if until is None else day_end(until, zone),
        overlap(readable(actor), wanted), rep_id, team_id,
    )  # fmt: skip


def open_deals(asked: Asked, type_id: int) -> list[Open]:
    """The deals of a type that were open at the instant, of the owners of then that are meant."""
    found = map(Open._make, _execute(_OPEN_NOW if asked.now else _OPEN, type_id, asked.at))
    return [deal for deal in found if covers(asked.owners, deal.owner_id)]


def closed_deals(asked: Asked, type_id: int, *, only_won: bool = False) -> list[Closed]:
    """The deals of a type that were won or lost at the instant, whosever they are."""
    also = "won" if only_won else "lost"
    return list(map(Closed._make, _execute(_CLOSED_NOW if asked.now else _CLOSED, type_id, asked.at, also)))


def closed_by_those_meant(asked: Asked, closed: Iterable[Closed]) -> list[Closed]:
    """Those of them that were closed in the period by the owners that are meant."""
    return [deal for deal in closed if asked.within(deal.closed_at) and covers(asked.owners, deal.closer_id)]


def _execute(query: str, type_id: int, at: Instant, also: str = "") -> Iterable[Sequence[Any]]:
    rows: Iterable[Sequence[Any]] = database.connection().execute(query, {"type": type_id, "at": at, "also": also})
    return rows


Targets = dict[date, dict[str, int]]


def targets(session: Session, asked: Asked) -> tuple[Targets, dict[int, dict[str, int]]]:
    """What is to be won, of the months that the period touches: by month and currency for those meant, and by employee
    and currency.

    A team's target is its own, and where it has none in a month and currency, the sum of its members'; everybody's is the
    sum of the teams' and of those who are in none. Teams are those of today.
    """
    lines = people.targets(session.actor, since=asked.first, until=asked.last)
    teams = people.teams()
    of_reps: dict[int, dict[str, int]] = {}
    for line in lines:
        if line.employee_id is not None and covers(asked.owners, line.employee_id):
            sums = of_reps.setdefault(line.employee_id, {})
            sums[line.currency] = sums.get(line.currency, 0) + line.amount
    own: set[tuple[int | None, date, str]] = {
        (line.team_id, line.month, line.currency) for line in lines if line.team_id is not None
    }
    found: Targets = {}
    for line in lines:
        if _counts(line, asked, teams, own):
            month = found.setdefault(line.month, {})
            month[line.currency] = month.get(line.currency, 0) + line.amount
    return found, of_reps


def _counts(
    line: TargetLine, asked: Asked, teams: dict[int, int | None], own: set[tuple[int | None, date, str]]
) -> bool:
    """Whether a target is part of the target of those meant."""
    if line.employee_id is not None and not covers(asked.owners, line.employee_id):
        return False
    if asked.rep_id is not None:
        return line.employee_id == asked.rep_id
    team = line.team_id if line.employee_id is None else teams.get(line.employee_id)
    if asked.team_id is not None and team != asked.team_id:
        return False
    return line.employee_id is None or team is None or (team, line.month, line.currency) not in own
