"""What the header's stopwatch must know to count on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.timekeeping.rules import is_forgotten
from models.timekeeping.views.entries import Entry, running
from models.timekeeping.views.forgotten import last_sign
from models.values.instants import Instant
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session


class Watched(NamedTuple):
    """The running entry, what its hour is billed at (None without a rate, or where it is not billed), and where it is
    forgotten its employee's last sign of life."""

    entry: Entry
    rate: Money | None
    last_sign: Instant | None


def watched(session: Session) -> Watched | None:
    """What runs for the actor."""
    entry = running(session)
    if entry is None:
        return None
    sign = last_sign(session, entry.started_at)
    gone = is_forgotten(session.now(), sign, session.forgotten_after)
    return Watched(entry, None, sign if gone else None)
