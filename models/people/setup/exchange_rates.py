"""Setting and dropping the company's exchange rates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.people.commands import must_set_up
from models.people.tables import ExchangeRate
from models.values.errors import NotFound, Refused
from models.values.exchange import DIGITS, PLACES, rate_text
from models.values.instants import EARLIEST, LATEST
from models.values.language import _
from models.values.money import exponent

if TYPE_CHECKING:
    from models.session import Session


def set_exchange_rate(session: Session, source: str, target: str, day: date, units: int, places: int) -> int:
    """Let one of `source` be `units` / 10^`places` of `target` from that day on, in place of what stood for that day;
    returns its id. Raises Refused `bad_currency`, `bad_rate`, `bad_date`; NotFound."""
    must_set_up(session)
    for currency in (source, target):
        exponent(currency)
    if source == target:
        raise Refused("bad_currency", _("An exchange rate is between two currencies."))
    if not (0 < units < 10**DIGITS and 0 <= places <= PLACES):
        raise Refused("bad_rate", _("An exchange rate is a number above 0 of at most 15 digits."))
    if not EARLIEST <= day.year <= LATEST:
        raise Refused("bad_date", _("An exchange rate holds in the years from {first} to {last}.").format(first=EARLIEST, last=LATEST))
    with session.writing():
        pen, at = Pen(), session.now()
        row = _row(source, target, day)
        if row is None:
            made = pen.insert(
                ExchangeRate, from_currency=source, to_currency=target, day=day, units=units, places=places, created_at=at
            )
        else:
            made = int(row.id)
            pen.update(row, units=units, places=places)
        record(
            at=at, employee_id=session.actor.id, command="exchange_rate.set", subject="exchange_rate", subject_id=made,
            images=pen.images, pair=f"{source} {target}", day=day.isoformat(), rate=rate_text(units, places),
        )
    return made


def drop_exchange_rate(session: Session, source: str, target: str, day: date) -> None:
    """Take away the rate that was entered for just that day. Raises NotFound."""
    must_set_up(session)
    with session.writing():
        pen, row = Pen(), _row(source, target, day)
        if row is None:
            words = _("There is no exchange rate {source} → {target} of {day}.")
            raise NotFound(words.format(source=source, target=target, day=day.isoformat()))
        pen.delete(row)
        record(
            at=session.now(), employee_id=session.actor.id, command="exchange_rate.drop", subject="exchange_rate",
            subject_id=int(row.id), images=pen.images, pair=f"{source} {target}", day=day.isoformat(),
        )


def _row(source: str, target: str, day: date) -> ExchangeRate | None:
    return ExchangeRate.get_or_none(
        (ExchangeRate.from_currency == source) & (ExchangeRate.to_currency == target) & (ExchangeRate.day == day)
    )
