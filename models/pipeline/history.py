"""Deals as they stood at an instant in the past, read from visits and terms."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models.people.rules import overlap, readable
from models.pipeline.views import DealLine
from models.storage.database import database
from models.values.errors import Usage
from models.values.instants import Instant
from models.values.language import _
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session

# The last visit begun and the last terms written at or before the instant; a visit that ended by then in an outcome
# shows the deal as closed.
_AS_OF = """
    SELECT deal.id, deal.title, client.name, deal_type.name, stage.name,
        CASE WHEN v.left_at <= :at AND v.left_as IN ('won', 'lost') THEN v.left_as ELSE 'open' END AS stood,
        employee.login, t.amount, t.currency, t.expected_close, v.entered_at,
        EXISTS (SELECT 1 FROM hold WHERE hold.deal_id = deal.id AND hold.started_at <= :at
            AND (hold.ended_at IS NULL OR hold.ended_at > :at)),
        deal.client_id
    FROM deal
    JOIN visit AS v ON v.deal_id = deal.id AND v.seq = (
        SELECT max(seq) FROM visit WHERE visit.deal_id = deal.id AND visit.entered_at <= :at)
    JOIN deal_terms AS t ON t.id = coalesce(
        (SELECT id FROM deal_terms WHERE deal_id = deal.id AND at <= :at ORDER BY at DESC, id DESC LIMIT 1),
        (SELECT id FROM deal_terms WHERE deal_id = deal.id ORDER BY at, id LIMIT 1))
    JOIN client ON client.id = deal.client_id
    JOIN deal_type ON deal_type.id = v.deal_type_id
    JOIN stage ON stage.id = v.stage_id
    JOIN employee ON employee.id = t.owner_id
    WHERE 1 = 1 {conditions}
    ORDER BY deal.id DESC LIMIT :limit
"""


def deals_as_of(
    session: Session,
    at: Instant,
    *,
    type_id: int | None = None,
    stage_id: int | None = None,
    rep_id: int | None = None,
    client_id: int | None = None,
    outcome: str | None = None,
    limit: int = 100,
) -> list[DealLine]:
    """The deals begun by `at` as they stood then (what happened at it included), newest first, of owners at that time
    whose deals the actor may read. Raises Usage `in_future`."""
    if at > session.now():
        raise Usage("in_future", _("Deals can be asked for as of the past, not of the future."))
    owners = overlap(readable(session.actor), None if rep_id is None else [rep_id])
    wanted = {
        "v.deal_type_id = :type_id": type_id,
        "v.stage_id = :stage_id": stage_id,
        "deal.client_id = :client_id": client_id,
        "stood = :outcome": outcome,
    }
    conditions = [condition for condition, value in wanted.items() if value is not None]
    if owners is not None:
        conditions.append(f"t.owner_id IN ({', '.join(map(str, sorted(owners))) or 'NULL'})")
    query = _AS_OF.format(conditions="".join(f" AND {condition}" for condition in conditions))
    values = {
        "at": at, "limit": limit, "type_id": type_id, "stage_id": stage_id, "client_id": client_id, "outcome": outcome,
    }
    rows = database.connection().execute(query, values).fetchall()
    return [
        DealLine(
            row[0], row[1], row[2], row[3], row[4], row[5], row[6],
            None if row[7] is None else Money(row[7], row[8]),
            None if row[9] is None else date.fromisoformat(str(row[9])),
            row[10], bool(row[11]), row[12],
        )
        for row in rows
    ]
