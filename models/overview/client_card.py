"""The client card: what every flat knows of one client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.activities.views import Activity, activities
from models.clients.views import ClientCard, card
from models.overview.worked import Worked, worked
from models.pipeline.views import ActionLine, DealLine, actions, deals
from models.statistics.figures import Stand, present
from models.timekeeping.views import Entry, entries

if TYPE_CHECKING:
    from models.session import Session


CHECKLISTS = 10


@dataclass(frozen=True)
class WholeClient:
    """A client with its deals (open first), activities, the time worked for it (None where there is neither time nor a
    budget) and its newest entries; `checklists` of the first open deals by their ids, and where they stand."""

    client: ClientCard
    deals: tuple[DealLine, ...]
    activities: tuple[Activity, ...]
    entries: tuple[Entry, ...]
    checklists: Mapping[int, tuple[ActionLine, ...]]
    worked: Worked | None
    stands: Mapping[int, Stand]


def client_card(session: Session, client_id: int) -> WholeClient:
    """One client whole, as far as the actor may read it. Raises NotFound."""
    client = card(session, client_id)
    newest, work = entries(session, client_id=client_id, limit=20), worked(session, client_id=client_id)
    found = sorted(deals(session, client_id=client_id), key=lambda deal: deal.outcome != "open")
    return WholeClient(
        client,
        tuple(found),
        tuple(activities(session, client_id=client_id, limit=30)),
        tuple(newest),
        {deal.id: actions(session, deal.id) for deal in found[:CHECKLISTS] if deal.outcome == "open"},
        work if newest or work.budget else None,
        present(session, [deal.id for deal in found[:CHECKLISTS] if deal.outcome == "open"]),
    )
