"""What the header's stopwatch must know to count on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.timekeeping.rules import is_forgotten
from models.timekeeping.rules.rounding import AS_IT_IS, Policy, charge, rounded
from models.timekeeping.views.entries import Entry, planned_after, running
from models.timekeeping.views.forgotten import last_sign
from models.values.instants import SECOND, Instant

if TYPE_CHECKING:
    from models.session import Session
    from models.timekeeping.views.prices import Priced
    from models.values.money import Money


class Watched(NamedTuple):
    """The running entry, what its hour is billed at (None without a rate, or where it is not billed), how it is rounded
    (an entry of which a day is rounded together as it is), when it ends by itself (an entry planned ahead begins), where it is forgotten its employee's last sign of life, and
    what is to be told of its budgets."""

    entry: Entry
    rate: Money | None
    policy: Policy
    until: Instant | None
    last_sign: Instant | None
    warnings: tuple[str, ...]


def watched(session: Session) -> Watched | None:
    """What runs for the actor."""
    entry = running(session)
    if entry is None:
        return None
    sign = last_sign(session, entry.started_at)
    gone = is_forgotten(session.now(), sign, session.forgotten_after)
    rate, policy = _price(session, entry)
    until = planned_after(session.actor.id, entry.started_at)
    return Watched(entry, rate, policy, until, sign if gone else None, _warnings(session))


def elapsed(seen: Watched, now: Instant) -> int:
    """Seconds that the running entry has by now."""
    return max(0, min(now, seen.until or now) - seen.entry.started_at) // SECOND


def so_far(seen: Watched, now: Instant) -> Money | None:
    """What the running entry comes to by now."""
    if seen.rate is None:
        return None
    from models.values.money import Money

    seconds = elapsed(seen, now)
    return Money(charge(rounded(seconds, seen.policy), seen.rate.amount), seen.rate.currency)


def priced(session: Session, entry_id: int) -> Priced | None:
    """The price of an entry that the actor may read; None where the company has no rates at all, which spares a command
    the reading of them. Raises NotFound."""
    if session.store.database.execute_sql("SELECT 1 FROM rate WHERE side = 'bill' LIMIT 1").fetchone() is None:
        return None
    from models.timekeeping.views.prices import price

    return price(session, entry_id)


def _warnings(session: Session) -> tuple[str, ...]:
    if session.store.database.execute_sql("SELECT 1 FROM budget LIMIT 1").fetchone() is None:
        return ()
    from models.timekeeping.views.budgets import warnings_of_running

    return tuple(warnings_of_running(session))


def _price(session: Session, entry: Entry) -> tuple[Money | None, Policy]:
    priced_now = priced(session, entry.id)
    if priced_now is None or priced_now.rate is None or not entry.billable:
        return None, AS_IT_IS
    from models.timekeeping.views.prices import read_policies

    policy = read_policies().find(priced_now.client_id, priced_now.service_id)[0]
    return priced_now.rate, policy if policy.unit == "entry" else AS_IT_IS
