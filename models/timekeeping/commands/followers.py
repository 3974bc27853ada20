"""What becomes of time when its deal is deleted or merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.journal.commands import Pen
from models.timekeeping.tables import TimeEntry
from models.values.errors import Refused
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session


def follow_deal_deleted(session: Session, *, pen: Pen, deal_id: int) -> None:
    """Time that was spent is never lost with a deal. Raises Refused `deal_has_time`."""
    count = TimeEntry.select().where(TimeEntry.deal == deal_id).count()
    if count:
        raise Refused(
            "deal_has_time",
            _("Time was spent on this deal ({count} entries); lose it, or merge it with another deal.").format(count=count),
        )


def follow_deal_merged(session: Session, *, pen: Pen, deal_id: int, other_id: int) -> None:
    """The other deal's time goes over to the one that stays."""
    for row in TimeEntry.select().where(TimeEntry.deal == other_id):
        pen.update(row, deal_id=deal_id)
