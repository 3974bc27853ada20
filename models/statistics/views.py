"""Report 1: clients per stage, by rep, now or as of a past instant (semantics §4.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.people import views as people
from models.people.rules import overlap, readable
from models.pipeline import facts
from models.pipeline.views import types
from models.storage.database import database
from models.values.errors import Usage
from models.values.instants import Instant, instant_text
from models.values.language import _
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.session import Session

# stage, owner, client, currency, amount, held
OpenDeal = tuple[int, int, int, str, int | None, int | None]

NOW = """
    SELECT stage_id, owner_id, client_id, currency, amount, held_at IS NOT NULL
    FROM deal WHERE outcome = 'open' AND deal_type_id = ?
"""

# The visit that lasts at the instant, and the deal's terms of that instant. A visit of no length that begins and ends at
# the instant is over; of two that begin at it the later lasts.
AS_OF = """
    SELECT visit.stage_id, terms.owner_id, deal.client_id, terms.currency, terms.amount,
        EXISTS (SELECT 1 FROM hold WHERE hold.deal_id = deal.id AND hold.started_at <= ?2
            AND (hold.ended_at IS NULL OR hold.ended_at > ?2))
    FROM visit
    JOIN deal ON deal.id = visit.deal_id
    JOIN deal_terms AS terms ON terms.id = (
        SELECT id FROM deal_terms WHERE deal_id = deal.id AND at <= ?2 ORDER BY at DESC, id DESC LIMIT 1
    )
    WHERE visit.deal_type_id = ?1 AND visit.entered_at <= ?2 AND (visit.left_at IS NULL OR visit.left_at > ?2)
"""


@dataclass(frozen=True)
class RepCount:
    rep: str
    deals: int
    clients: int


@dataclass(frozen=True)
class StageCount:
    """Open deals at one stage: how many, how many of them on hold, distinct clients, sums a currency, by rep."""

    stage_id: int
    stage: str
    deals: int
    held: int
    clients: int
    amounts: tuple[Money, ...]
    reps: tuple[RepCount, ...]


@dataclass(frozen=True)
class ClientsReport:
    as_of: Instant
    type: str
    reps: tuple[RepCount, ...]
    stages: tuple[StageCount, ...]
    deals: int
    held: int
    clients: int
    amounts: tuple[Money, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {
            "as_of": instant_text(self.as_of),
            "type": self.type,
            "reps": [vars(rep) for rep in self.reps],
            "stages": [
                {
                    "stage": stage.stage,
                    "deals": stage.deals,
                    "held": stage.held,
                    "clients": stage.clients,
                    "amounts": [as_json(money) for money in stage.amounts],
                    "reps": [vars(rep) for rep in stage.reps],
                }
                for stage in self.stages
            ],
            "deals": self.deals,
            "clients": self.clients,
        }


def clients_per_stage(
    session: Session, type_id: int | None, *, as_of: Instant | None = None, rep_id: int | None = None
) -> ClientsReport:
    """Open deals and distinct clients at each stage of a type, by rep, with sums; now, or as of an instant (what
    happened at it included); without `type_id` of all types, one after the other. Every active stage is listed, an
    archived one where deals stood at it then.

    Raises Usage `in_future`, NotFound.
    """
    now = session.now()
    if as_of is not None and as_of > now:
        raise Usage("in_future", _("A report can be asked as of the past, not of the future."))
    ids = [line.id for line in types(session)] if type_id is None else [type_id]
    of_types = [facts.type_facts(one) for one in ids]
    rows = [row for one in ids for row in _open_deals(session, one, as_of, rep_id)]
    at_stage: dict[int, list[OpenDeal]] = defaultdict(list)
    for row in rows:
        at_stage[row[0]].append(row)
    logins = people.logins()
    stages = tuple(
        StageCount(
            stage.id,
            stage.name,
            len(at_stage[stage.id]),
            sum(bool(row[5]) for row in at_stage[stage.id]),
            len({row[2] for row in at_stage[stage.id]}),
            _sums(at_stage[stage.id]),
            _by_rep(at_stage[stage.id], logins),
        )
        for deal_type in of_types
        for stage in deal_type.stages
        if not stage.archived or at_stage[stage.id]
    )
    return ClientsReport(
        now if as_of is None else as_of,
        of_types[0].name if type_id is not None else "all",
        _by_rep(rows, logins),
        stages,
        len(rows),
        sum(bool(row[5]) for row in rows),
        len({row[2] for row in rows}),
        _sums(rows),
    )


def _open_deals(session: Session, type_id: int, as_of: Instant | None, rep_id: int | None) -> list[OpenDeal]:
    owners = overlap(readable(session.actor), None if rep_id is None else [rep_id])
    query, values = (NOW, (type_id,)) if as_of is None else (AS_OF, (type_id, as_of))
    rows: Iterable[OpenDeal] = database.execute_sql(query, values)
    return [row for row in rows if owners is None or row[1] in owners]


def _sums(rows: Iterable[OpenDeal]) -> tuple[Money, ...]:
    sums: dict[str, int] = defaultdict(int)
    for _stage, _owner, _client, currency, amount, _held in rows:
        if amount is not None:
            sums[currency] += amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))


def _by_rep(rows: Iterable[OpenDeal], logins: dict[int, str]) -> tuple[RepCount, ...]:
    deals: dict[int, int] = defaultdict(int)
    clients: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        deals[row[1]] += 1
        clients[row[1]].add(row[2])
    counts = [RepCount(logins.get(owner, "?"), deals[owner], len(clients[owner])) for owner in deals]
    return tuple(sorted(counts, key=lambda count: count.rep))
