"""What becomes of time, its rates and its prices when deals, clients or categories change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen
from models.people.tables import Employee
from models.timekeeping.commands.prices import SIDES, fix_prices, free_prices, locked_ids, reprice
from models.timekeeping.rules.rates import Keys
from models.timekeeping.tables import Budget, FixedPrice, Rate, TimeEntry
from models.timekeeping.views.prices import read_pricing
from models.values.errors import Refused
from models.values.instants import Instant, LocalDays, local_day
from models.values.language import _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.session import Session


def follow_deal_deleted(session: Session, *, pen: Pen, deal_id: int) -> None:
    """Time that was spent is never lost with a deal; its rates and its budget go. Raises Refused `deal_has_time`."""
    count = TimeEntry.select().where(TimeEntry.deal == deal_id).count()
    if count:
        raise Refused(
            "deal_has_time",
            _("Time was spent on this deal ({count} entries); lose it, or merge it with another deal.").format(count=count),
        )
    for kind in (Rate, Budget):
        for row in kind.select().where(kind.deal == deal_id):
            pen.delete(row)


def follow_deal_merged(session: Session, *, pen: Pen, deal_id: int, other_id: int) -> None:
    """The other deal's time goes over to the one that stays, and its rates do where that has none of the same keys and
    day, and its budget where that has none; what is locked keeps its price on the side that is."""
    at, rates = session.now(), list(Rate.select().where(Rate.deal == other_id))
    entries = list(TimeEntry.select().where(TimeEntry.deal.in_((deal_id, other_id))))
    for side in SIDES:
        fix_prices(session, pen, sorted(locked_ids([row.id for row in entries], side)), at, [side])
    for row in entries:
        if row.deal_id == other_id:
            pen.update(row, deal_id=deal_id)
    kept = {_keys_and_day(row) for row in Rate.select().where(Rate.deal == deal_id)}
    for row in rates:
        if _keys_and_day(row) in kept:
            pen.delete(row)
        else:
            pen.update(row, deal_id=deal_id)
    budget = Budget.get_or_none(Budget.deal == other_id)
    if budget is not None and Budget.get_or_none(Budget.deal == deal_id) is not None:
        pen.delete(budget)
    elif budget is not None:
        pen.update(budget, deal_id=deal_id)


def follow_category_changed(
    session: Session, *, pen: Pen, employee_id: int, before: Sequence[tuple[date, int]], asks: bool, at: Instant
) -> None:
    """An employee's history of categories was another one before: what is locked keeps its price. Raises Refused
    `confirmation_needed`."""
    for side in SIDES:
        after = read_pricing(side)
        known = dict(after.categories)
        known.pop(employee_id, None)
        if before:
            known[employee_id] = [day for day, _category in before], [category for _day, category in before]
        keys = Keys(employee=employee_id)
        reprice(session, pen, after._replace(categories=known), after, keys=keys, asks=asks, at=at)


def follow_zone_changed(session: Session, *, pen: Pen, employee_id: int, before: str, at: Instant) -> None:
    """An employee's days began elsewhere before, in the zone `before`: what is locked keeps its price."""
    for side in SIDES:
        after = read_pricing(side)
        earlier = after._replace(zones={**after.zones, employee_id: LocalDays(before)})
        reprice(session, pen, earlier, after, keys=Keys(employee=employee_id), asks=False, at=at)


def follow_time_opened(session: Session, *, pen: Pen, closed: date | None) -> None:
    """All time before another day was closed, now only that before `closed` (None: none) is: what nothing holds any more
    is priced anew, as the time of a week that is opened again."""
    fixed = (
        FixedPrice.select(TimeEntry.id, TimeEntry.started_at, Employee.timezone)
        .join(TimeEntry)
        .join(Employee)
        .distinct()
        .tuples()
    )
    free_prices(pen, [entry for entry, start, zone in fixed if closed is None or local_day(start, zone) >= closed])


def follow_category_deleted(session: Session, *, pen: Pen, category_id: int, name: str) -> None:
    """A category that rates are for stays. Raises Refused `category_used`."""
    if Rate.get_or_none(Rate.category == category_id):
        raise Refused("category_used", _("{name} is in use; archive it instead.").format(name=quoted(name)))


def _keys_and_day(row: Rate) -> tuple[Any, ...]:
    return row.side, row.employee_id, row.service_id, row.category_id, row.from_day
