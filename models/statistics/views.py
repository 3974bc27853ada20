"""Report 1: clients per stage, by rep, now or as of a past instant (semantics §4.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people import views as people
from models.people.rules import covers, overlap, readable
from models.pipeline import facts
from models.pipeline.views import types
from models.storage.columns import joined
from models.storage.database import database
from models.values.errors import Usage
from models.values.instants import Instant, instant_text
from models.values.language import _
from models.values.money import Money, as_json

if TYPE_CHECKING:
    from models.pipeline.rules import TypeFacts
    from models.session import Session
    from models.statistics.arrays import History


class Group(NamedTuple):
    """Open deals at one stage of one owner in one currency: how many, how many on hold, their sum (None where no deal has an
    amount), and their clients."""

    stage_id: int
    owner_id: int
    currency: str
    deals: int
    held: int
    amount: int | None
    clients: Iterable[object]


# What the deals themselves hold, which needs neither numpy nor a type's history: this report is the first that the screen
# shows. One row a group, for rows of deals take three times as long. Of a past instant it is counted in arrays, as all
# others are.
NOW = f"""
    SELECT stage_id, owner_id, currency, count(*), count(held_at), sum(amount), {joined("client_id", ",")}
    FROM deal WHERE outcome = 'open' AND deal_type_id = ? GROUP BY stage_id, owner_id, currency
"""


class RepCount(NamedTuple):
    rep: str
    deals: int
    clients: int


class StageCount(NamedTuple):
    """Open deals at one stage: how many, how many of them on hold, distinct clients, sums a currency, by rep."""

    stage_id: int
    stage: str
    deals: int
    held: int
    clients: int
    amounts: tuple[Money, ...]
    reps: tuple[RepCount, ...]


class ClientsReport(NamedTuple):
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
            "reps": [rep._asdict() for rep in self.reps],
            "stages": [
                {
                    "stage": stage.stage,
                    "deals": stage.deals,
                    "held": stage.held,
                    "clients": stage.clients,
                    "amounts": [as_json(money) for money in stage.amounts],
                    "reps": [rep._asdict() for rep in stage.reps],
                }
                for stage in self.stages
            ],
            "deals": self.deals,
            "clients": self.clients,
        }


def clients_per_stage(
    session: Session,
    type_id: int | None,
    *,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    as_of: Instant | None = None,
    history: History | None = None,
) -> ClientsReport:
    """Open deals and distinct clients at each stage of a type, by rep, with sums; now, or as of an instant (what
    happened at it included); without `type_id` of all types, one after the other. Every active stage is listed, an
    archived one where deals stood at it then. `history`, what was read before, saves reading it.

    Raises Usage `in_future`, `one_of`; NotFound.
    """
    if as_of is None and history is None:
        at = session.now()
        ids = [line.id for line in types(session)] if type_id is None else [type_id]
        of_types = [facts.type_facts(one) for one in ids]
        rows = _open_now(session, ids, rep_ids, team_id)
    else:
        at, of_types, rows = _open_then(session, type_id, rep_ids=rep_ids, team_id=team_id, as_of=as_of, history=history)
    at_stage: dict[int, list[Group]] = defaultdict(list)
    for row in rows:
        at_stage[row.stage_id].append(row)
    logins = people.logins()
    stages = tuple(
        StageCount(
            stage.id,
            stage.name,
            sum(row.deals for row in at_stage[stage.id]),
            sum(row.held for row in at_stage[stage.id]),
            _clients(at_stage[stage.id]),
            _sums(at_stage[stage.id]),
            _by_rep(at_stage[stage.id], logins),
        )
        for deal_type in of_types
        for stage in deal_type.stages
        if not stage.archived or at_stage[stage.id]
    )
    return ClientsReport(
        at,
        of_types[0].name if type_id is not None else "all",
        _by_rep(rows, logins),
        stages,
        sum(row.deals for row in rows),
        sum(row.held for row in rows),
        _clients(rows),
        _sums(rows),
    )


def _open_now(session: Session, ids: Iterable[int], rep_ids: Iterable[int] | None, team_id: int | None) -> list[Group]:
    if rep_ids is not None and team_id is not None:
        raise Usage("one_of", _("A report is of an employee or of a team, not of both."))
    wanted = rep_ids if team_id is None else people.members(session.actor, team_id)
    owners = overlap(readable(session.actor), wanted)
    return [
        Group(stage, owner, currency, deals, held, amount, clients.split(","))
        for one in ids
        for stage, owner, currency, deals, held, amount, clients in database.execute_sql(NOW, (one,))
        if covers(owners, owner)
    ]


def _open_then(session: Session, type_id: int | None, **said: Any) -> tuple[Instant, list[TypeFacts], list[Group]]:
    """The instant, the types and the deals that were open."""
    from models.statistics.arrays import NONE
    from models.statistics.selection import select_types
    from models.statistics.standing import currencies_of, open_deals

    question, asked = select_types(session, type_id, **said, deals=True)
    codes = currencies_of(asked)
    rows: list[Group] = [
        Group(stage, owner, codes[currency], 1, held, None if amount == NONE else amount, (client,))
        for one in asked
        for found in [open_deals(one)]
        for stage, owner, client, currency, amount, held in zip(
            *(each.tolist() for each in (found.stage, found.owner, found.client, found.currency, found.amount, found.held)),
            strict=True,
        )
    ]
    return question.at, [one.visits.records.type for one in asked], rows


def _clients(rows: Iterable[Group]) -> int:
    """How many distinct ones."""
    return len({client for row in rows for client in row.clients})


def _sums(rows: Iterable[Group]) -> tuple[Money, ...]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.amount is not None:
            sums[row.currency] += row.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))


def _by_rep(rows: Iterable[Group], logins: dict[int, str]) -> tuple[RepCount, ...]:
    deals: dict[int, int] = defaultdict(int)
    clients: dict[int, set[object]] = defaultdict(set)
    for row in rows:
        deals[row.owner_id] += row.deals
        clients[row.owner_id].update(row.clients)
    counts = [RepCount(logins.get(owner, "?"), deals[owner], len(clients[owner])) for owner in deals]
    return tuple(sorted(counts, key=lambda count: count.rep))
