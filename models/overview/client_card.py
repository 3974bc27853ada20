"""The client card: what every flat knows of one client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.activities.views import Activity, activities
from models.clients.views import ClientCard, card
from models.pipeline.views import DealLine, deals
from models.timekeeping.views import Entry, entries

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class WholeClient:
    """A client with its deals (open first), activities, and newest time entries."""

    client: ClientCard
    deals: tuple[DealLine, ...]
    activities: tuple[Activity, ...]
    entries: tuple[Entry, ...]


def client_card(session: Session, client_id: int) -> WholeClient:
    """One client whole, as far as the actor may read it. Raises NotFound."""
    client = card(session, client_id)
    found = deals(session, client_id=client_id)
    return WholeClient(
        client,
        tuple(sorted(found, key=lambda deal: deal.outcome != "open")),
        tuple(activities(session, client_id=client_id, limit=30)),
        tuple(entries(session, client_id=client_id, limit=20)),
    )
