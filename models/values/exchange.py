"""Exchange rates, exact, and sums of money over several currencies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from models.values.errors import Refused
from models.values.language import _
from models.values.money import Money, exponent
from models.values.text import quoted

DIGITS, PLACES = 15, 12


class Rate(NamedTuple):
    """One of `source` is `units` / 10^`places` of `target`, from `day` until the day before the next of that pair."""

    source: str
    target: str
    day: date
    units: int
    places: int


class Sum(NamedTuple):
    """Money in one currency and the rates that it was made with, each with its day."""

    money: Money
    rates: tuple[Rate, ...]


def parse_rate(text: str) -> tuple[int, int]:
    """Units and places of a rate, `92.5` or `92,5`, more than 0, at most 15 digits, 12 of them decimals; zeros at the end
    are left out. Raises Refused `bad_rate`."""
    said = text.strip()
    found = re.fullmatch(r"([0-9]{1,15})(?:([.,])([0-9]{1,15}))?", said, re.ASCII)
    if found is None or found[2] == "," and len(found[3]) == 3 and found[1] != "0":  # 1,234 may be a thousand and more
        raise _bad_rate(said)
    decimals = (found[3] or "").rstrip("0")
    units = int(found[1] + decimals)
    if not units or len(str(units)) > DIGITS or len(decimals) > PLACES:
        raise _bad_rate(said)
    return units, len(decimals)


def _bad_rate(said: str) -> Refused:
    words = _("{text} is no exchange rate; write a number above 0 such as 92.5, of at most 15 digits.")
    return Refused("bad_rate", words.format(text=quoted(said)))


def rate_text(units: int, places: int) -> str:
    """`92.5`: digits and a point, for files and JSON."""
    whole, rest = divmod(units, 10**places)
    return f"{whole}.{rest:0{places}}" if places else f"{whole}"


def rate_on(source: str, target: str, day: date, rates: Iterable[Rate]) -> Rate | None:
    """The last rate of that pair, in that direction, on the day or before it."""
    fitting = (rate for rate in rates if rate.source == source and rate.target == target and rate.day <= day)
    return max(fitting, key=lambda rate: rate.day, default=None)


def converted(money: Money, currency: str, day: date, rates: Iterable[Rate]) -> Sum:
    """Money in another currency, rounded once, half away from zero. Raises Refused `no_exchange_rate`, `bad_currency`."""
    return summed([money], currency, day, list(rates))


def summed(amounts: Iterable[Money], currency: str, day: date, rates: Sequence[Rate]) -> Sum:
    """The sum of amounts in `currency`: each at the last rate on `day` or before it, in the direction it was entered; no
    inverse, no detour over a third currency. Rounded once, half away from zero, and never on the way.

    Raises Refused `no_exchange_rate`, which names every rate that is missing; `bad_currency`.
    """
    places, found, missing = exponent(currency), dict[str, Rate](), dict[str, None]()
    numerator, denominator = 0, 1  # of the sum in whole units of the currency's smallest
    for amount, source in amounts:
        rate = Rate(currency, currency, day, 1, 0)
        if source != currency:
            known = found.get(source) or rate_on(source, currency, day, rates)
            if known is None:
                missing[source] = None
                continue
            rate = found[source] = known
        above, below = amount * rate.units * 10**places, 10 ** (rate.places + exponent(source))
        numerator, denominator = numerator * below + above * denominator, denominator * below
    if missing:
        pairs = ", ".join(f"{source} → {currency}" for source in missing)
        raise Refused(
            "no_exchange_rate",
            _("There is no exchange rate {pairs} on {day} or before.").format(pairs=pairs, day=day.isoformat()),
            [{"from": source, "to": currency, "day": day.isoformat()} for source in missing],
        )
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return Sum(Money(-size if numerator < 0 else size, currency), tuple(found[source] for source in sorted(found)))
