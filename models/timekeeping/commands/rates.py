"""Setting, ending and deleting rates. None changes what is approved, invoiced or paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.clients.tables import Client
from models.journal.commands import Pen, record
from models.people.rules import may_set_rates
from models.people.tables import Category, Employee
from models.pipeline.tables import Deal
from models.storage.database import Row
from models.timekeeping.commands.prices import SIDES, reprice, today_of
from models.timekeeping.rules.rates import LADDER, Keys, RateBook, RateLine, rank_of
from models.timekeeping.tables import Rate, Service, TimeEntry
from models.timekeeping.views.prices import read_pricing
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import EARLIEST, LATEST
from models.values.language import _
from models.values.money import LARGEST, Money, exponent

if TYPE_CHECKING:
    from models.session import Session

TABLES: dict[str, type[Row]] = {
    "entry": TimeEntry, "deal": Deal, "client": Client, "employee": Employee, "service": Service, "category": Category,
}  # fmt: skip


def set_rate(
    session: Session,
    *,
    side: str,
    amount: Money,
    from_day: date,
    to_day: date | None = None,
    deal_id: int | None = None,
    client_id: int | None = None,
    employee_id: int | None = None,
    service_id: int | None = None,
    category_id: int | None = None,
    entry_id: int | None = None,
    confirmed: bool = False,
) -> int:
    """Set what an hour is billed (`bill`) or paid (`pay`) at, for one of the nineteen combinations of keys; returns its id.

    Raises Usage `bad_combination`, `bad_side`; Refused `exists`, `bad_amount`, `bad_currency`, `bad_period`,
    `confirmation_needed` (a past day, and the charge of entries would change: which, and by how much); NotFound.
    """
    _must_set_rates(session)
    if side not in SIDES:
        raise Usage("bad_side", _("A rate is for billing or for pay."))
    keys = Keys(entry_id, deal_id, client_id, employee_id, service_id, category_id)
    rank = rank_of(keys)
    if rank is None:
        raise Usage("bad_combination", _combinations())
    _check_amount(amount)
    _check_days(from_day, to_day)
    with session.writing():
        pen, at = Pen(), session.now()
        for name, value in keys._asdict().items():
            if value is not None and TABLES[name].get_or_none(TABLES[name].id == value) is None:
                raise NotFound(_("There is nothing to set a rate for: {key} {id}.").format(key=name, id=value))
        before = read_pricing(side)
        twin = next((line for line in before.book.lines if line.keys == keys and line.from_day == from_day), None)
        if twin is not None:
            raise Refused(
                "exists", _("There is a rate for the same from {day} on already.").format(day=from_day),
                [{"id": twin.id}],
            )  # fmt: skip
        made = pen.insert(
            Rate, side=side, **{f"{name}_id": value for name, value in keys._asdict().items()}, from_day=from_day,
            to_day=to_day, amount=amount.amount, currency=amount.currency, created_at=at,
        )  # fmt: skip
        line = RateLine(made, keys, from_day, to_day, amount.amount, amount.currency)
        after = before._replace(book=RateBook((*before.book.lines, line)))
        asks = not confirmed and from_day < today_of(session)
        reprice(session, pen, before, after, keys=keys, since=from_day, asks=asks, at=at)
        record(
            at=at, employee_id=session.actor.id, command="rate.set", subject="rate", subject_id=made,
            images=pen.images, rank=rank,
        )  # fmt: skip
    return made


def end_rate(session: Session, rate_id: int, to_day: date | None, *, confirmed: bool = False) -> None:
    """Give a rate its own last day, or (None) take it away. Raises Refused `bad_period`, `confirmation_needed`; NotFound."""
    _must_set_rates(session)
    with session.writing():
        pen, at = Pen(), session.now()
        row = _rate(rate_id)
        _check_days(row.from_day, to_day)
        before = read_pricing(row.side)
        ends = [day for day in (row.to_day, to_day) if day is not None]
        if ends and row.to_day != to_day:
            since = min(ends) + timedelta(days=1)
            lines = [line._replace(to_day=to_day) if line.id == rate_id else line for line in before.book.lines]
            keys = next(line.keys for line in before.book.lines if line.id == rate_id)
            pen.update(row, to_day=to_day)
            asks = not confirmed and since < today_of(session)
            after = before._replace(book=RateBook(lines))
            reprice(session, pen, before, after, keys=keys, since=since, asks=asks, at=at)
            record(
                at=at, employee_id=session.actor.id, command="rate.end", subject="rate", subject_id=rate_id,
                images=pen.images,
            )  # fmt: skip


def delete_rate(session: Session, rate_id: int, *, confirmed: bool = False) -> None:
    """Take a rate away as if it had never been; what is locked keeps its price. Raises Refused `confirmation_needed`;
    NotFound."""
    _must_set_rates(session)
    with session.writing():
        pen, at = Pen(), session.now()
        row = _rate(rate_id)
        before = read_pricing(row.side)
        keys = next(line.keys for line in before.book.lines if line.id == rate_id)
        after = before._replace(book=RateBook(line for line in before.book.lines if line.id != rate_id))
        asks = not confirmed and row.from_day < today_of(session)
        reprice(session, pen, before, after, keys=keys, since=row.from_day, asks=asks, at=at)
        pen.delete(row)
        record(
            at=at, employee_id=session.actor.id, command="rate.delete", subject="rate", subject_id=rate_id,
            images=pen.images,
        )  # fmt: skip


def _rate(rate_id: int) -> Rate:
    row = Rate.get_or_none(Rate.id == rate_id)
    if row is None:
        raise NotFound(_("There is no rate {id}.").format(id=rate_id))
    return row


def _must_set_rates(session: Session) -> None:
    if not may_set_rates(session.actor):
        raise NotFound(_("Only an accountant or an administrator may do that."))


def _combinations() -> str:
    known = ", ".join("+".join(names) or _("nothing") for names in LADDER)
    return _("No rate is found by these together; there are: {known}.").format(known=known)


def _check_amount(amount: Money) -> None:
    exponent(amount.currency)
    if amount.amount < 0:
        raise Refused("bad_amount", _("A rate is not negative."))
    if amount.amount > LARGEST:
        raise Refused("bad_amount", _("The rate is too large."))


def _check_days(from_day: date, to_day: date | None) -> None:
    for day in (from_day, to_day):
        if day is not None and not EARLIEST <= day.year <= LATEST:
            raise Refused("bad_period", _("A rate holds in the years from {first} to {last}.").format(first=EARLIEST, last=LATEST))
    if to_day is not None and to_day < from_day:
        raise Refused("bad_period", _("The last day is before the first."))
