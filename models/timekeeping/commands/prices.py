"""What becomes of the prices of entries when rates, categories or rounding change: who asks, who is fixed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen
from models.journal.tables import Lock
from models.people.tables import Company, Employee
from models.timekeeping.rules.rates import Keys
from models.timekeeping.tables import FixedPrice, TimeEntry
from models.timekeeping.views.prices import (
    NEIGHBOURS,
    Priced,
    Pricing,
    price_entries,
    price_rows,
    read_pricing,
    read_rows,
)
from models.values.errors import Refused
from models.values.instants import DAY, EPOCH, Instant, local_day
from models.values.language import _, ngettext
from models.values.money import Money, as_json, money_text

if TYPE_CHECKING:
    from models.session import Session

USES = {"bill": ("approval", "billing"), "pay": ("approval", "payroll")}
SIDES = ("bill", "pay")
AT_ONCE = 500


def fix_prices(
    session: Session, pen: Pen, entry_ids: Collection[int], at: Instant, sides: Collection[str] = SIDES
) -> None:
    """Fix what the entries are billed and paid at (on those `sides`), as it is now; a price fixed already stays. For the
    command that locks them, in its transaction."""
    for side in sides:
        for one in price_entries(session, read_pricing(side), ids=entry_ids):
            if not one.fixed:
                _fix(pen, side, one, at)


def free_prices(pen: Pen, entry_ids: Collection[int]) -> None:
    """Let the entries be priced anew, but for the side on which an approval, an invoice or a payroll period still holds
    them."""
    for some in _in_turn(sorted(entry_ids)):
        held = set(
            Lock.select(Lock.subject_id, Lock.use).where((Lock.subject == "entry") & Lock.subject_id.in_(some)).tuples()
        )
        for row in FixedPrice.select().where(FixedPrice.entry.in_(some)):
            if not any((row.entry_id, use) in held for use in USES[row.side]):
                pen.delete(row)


def reprice(
    session: Session,
    pen: Pen,
    before: Pricing,
    after: Pricing,
    *,
    keys: Keys = Keys(),  # noqa: B008
    since: date | None = None,
    asks: bool,
    at: Instant,
) -> None:
    """What changes between two pricings for entries with these keys from the day `since` on: the price of a locked
    entry is fixed as it was; where the charge of another would change and `asks`, it is told first.

    Raises Refused `confirmation_needed`, with id, employee, day, old and new of each.
    """
    narrow = "" if before.policies.by_day() or after.policies.by_day() else _narrowed(keys)
    first = None
    if since is not None:
        midnight = (since - EPOCH.date()) // timedelta(days=1) * DAY
        first = midnight - NEIGHBOURS
    rows = read_rows(before.side, narrow, first)
    changed = [
        (old, new)
        for old, new in zip(price_rows(rows, before, at), price_rows(rows, after, at), strict=True)
        if (old.rate, old.rank, old.rounded_seconds, old.charge) != (new.rate, new.rank, new.rounded_seconds, new.charge)
    ]
    if not changed:
        return
    locked = _locked(before.side, [old for old, _new in changed])
    for old, _new in changed:
        if old.id in locked:
            _fix(pen, before.side, old, at)
    told = [(old, new) for old, new in changed if old.id not in locked and old.charge != new.charge]
    if told and asks:
        raise Refused("confirmation_needed", _words(told), list(_details(told)))


def locked_ids(entry_ids: Collection[int], side: str) -> set[int]:
    """Those of the entries whose price on that side stays: approved, invoiced (`bill`) or paid (`pay`), or over and
    before the day to which the company is closed."""
    closed = Company.get().locked_before
    locked: set[int] = set()
    for some in _in_turn(sorted(entry_ids)):
        held = (Lock.subject == "entry") & Lock.subject_id.in_(some) & Lock.use.in_(USES[side])
        locked.update(row[0] for row in Lock.select(Lock.subject_id).where(held).tuples())
        if closed is not None:
            begun = TimeEntry.select(TimeEntry.id, TimeEntry.started_at, Employee.timezone).join(Employee)
            found = begun.where(TimeEntry.id.in_(some) & TimeEntry.ended_at.is_null(False)).tuples()
            locked.update(entry for entry, start, zone in found if local_day(start, zone) < closed)
    return locked


def today_of(session: Session) -> date:
    """The company's day."""
    return local_day(session.now(), Company.get().timezone)


def _fix(pen: Pen, side: str, one: Priced, at: Instant) -> None:
    pen.insert(
        FixedPrice,
        entry=one.id,
        side=side,
        rank=one.rank,
        amount=None if one.rate is None else one.rate.amount,
        currency=None if one.rate is None else one.rate.currency,
        rounded_seconds=one.rounded_seconds,
        charge=None if one.charge is None else one.charge.amount,
        at=at,
    )


def _locked(side: str, found: list[Priced]) -> set[int]:
    """The ids of those that are approved, invoiced or paid, or over and before the day to which the company is closed: the
    price of what runs on is not known yet."""
    closed = Company.get().locked_before
    locked = {one.id for one in found if closed is not None and one.ended_at is not None and one.day < closed}
    for some in _in_turn([one.id for one in found]):
        locked.update(
            row[0]
            for row in Lock.select(Lock.subject_id)
            .where((Lock.subject == "entry") & Lock.subject_id.in_(some) & Lock.use.in_(USES[side]))
            .tuples()
        )
    return locked


def _narrowed(keys: Keys) -> str:
    """SQL that leaves only the entries that a rate with these keys could be for."""
    said = "" if keys.entry is None else f" AND t.id = {int(keys.entry)}"
    for name in ("deal", "client", "employee", "service"):
        value = getattr(keys, name)
        if value is not None:
            said += f" AND t.{name}_id = {int(value)}"
    return said


def _words(told: list[tuple[Priced, Priced]]) -> str:
    """How many entries and by how much; each currency for itself."""
    differences: dict[str, int] = {}
    for old, new in told:
        for money, sign in ((old.charge, -1), (new.charge, 1)):
            if money is not None:
                differences[money.currency] = differences.get(money.currency, 0) + sign * money.amount
    sums = ", ".join(
        f"{'+' if amount > 0 else ''}{money_text(Money(amount, currency))}" for currency, amount in sorted(differences.items())
    )
    words = ngettext(
        "This changes the charge of {count} entry ({difference}).",
        "This changes the charge of {count} entries ({difference}).",
        len(told),
    )
    return words.format(count=len(told), difference=sums)


def _details(told: list[tuple[Priced, Priced]]) -> Iterable[dict[str, Any]]:
    logins = dict(Employee.select(Employee.id, Employee.login).tuples())
    for old, new in told:
        changes = (
            _("none") if money is None else money_text(money) for money in (old.charge, new.charge)
        )
        yield {
            "id": old.id,
            "employee": logins[old.employee_id],
            "day": old.day.isoformat(),
            "old": as_json(old.charge),
            "new": as_json(new.charge),
            "message": " → ".join(changes),
        }


def _in_turn(ids: list[int]) -> Iterable[list[int]]:
    return (ids[place : place + AT_ONCE] for place in range(0, len(ids), AT_ONCE))
