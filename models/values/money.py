"""Money is a whole number of minor units with an ISO 4217 currency; no float ever."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from models.values.cldr import EXPONENTS, SYMBOLS
from models.values.errors import Refused
from models.values.language import _, current_language

LARGEST = 10**15
_SPACE = "[ \u00a0\u202f'’]"
_AMOUNT = re.compile(rf"([-−]?)(\d{{1,16}}|\d{{1,3}}(?:{_SPACE}\d{{3}})+|\d{{1,3}}(?:([.,])\d{{3}})+)(?:([.,])(\d+))?", re.ASCII)


class Money(NamedTuple):
    """`amount` in minor units of `currency`."""

    amount: int
    currency: str


def exponent(currency: str) -> int:
    """How many decimals the currency has. Raises Refused `bad_currency`."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise Refused("bad_currency", _("{code} is no currency (ISO 4217).").format(code=repr(currency))) from None


def parse_amount(text: str, currency: str) -> int:
    """Minor units of an amount as people write it: `1234.50`, `1 234,50`, `1,234.50`, `1.234,50`.

    One mark followed by exactly three digits separates thousands (`1,234` is 1234, `1.234` too) unless the currency
    has three decimals. Raises Refused `bad_amount`: no number, negative, more decimals than the currency has, too large.
    """
    said = text.strip()
    found = _AMOUNT.fullmatch(said)
    if not found:
        raise Refused("bad_amount", _("{text} is no amount.").format(text=repr(said)))
    sign, whole, group, mark, decimals = found.groups()
    decimals = decimals or ""
    places = exponent(currency)
    if group and group == mark:
        raise Refused("bad_amount", _("{text} is no amount.").format(text=repr(said)))
    digits = re.sub(r"\D", "", whole)
    if group and not mark and whole.count(group) == 1 and places == 3:
        digits, decimals = whole.split(group)
    elif mark and not group and len(decimals) == 3 and places != 3 and len(whole) <= 3 and whole != "0":
        digits, decimals = whole + decimals, ""
    decimals = decimals.rstrip("0") if len(decimals) > places else decimals
    if len(decimals) > places:
        raise Refused(
            "bad_amount",
            _("{text} has more decimals than {currency} has.").format(text=repr(said), currency=currency),
        )
    amount = int(digits) * 10**places + int(decimals.ljust(places, "0") or 0)
    if sign and amount:
        raise Refused("bad_amount", _("{text} is negative.").format(text=repr(said)))
    if amount > LARGEST:
        raise Refused("bad_amount", _("{text} is too large.").format(text=repr(said)))
    return amount


def plain_text(money: Money) -> str:
    """`1234.50`: digits and a point, for files and JSON."""
    places = exponent(money.currency)
    sign = "-" if money.amount < 0 else ""
    whole, rest = divmod(abs(money.amount), 10**places)
    return f"{sign}{whole}.{rest:0{places}}" if places else f"{sign}{whole}"


def as_json(money: Money | None) -> dict[str, Any] | None:
    return None if money is None else {"amount": plain_text(money), "currency": money.currency}


def symbol(currency: str) -> str:
    return SYMBOLS.get(currency, currency)


def money_text(money: Money) -> str:
    """In full, as the language writes it: `18,000.00 €`, `18 000,00 €`."""
    whole, _point, decimals = plain_text(money).partition(".")
    russian = current_language() == "ru"
    grouped = f"{int(whole):,}".replace(",", "\u00a0" if russian else ",")
    if money.amount < 0 and not grouped.startswith("-"):
        grouped = "-" + grouped
    decimal = ("," if russian else ".") + decimals if decimals else ""
    return f"{grouped}{decimal}\u00a0{symbol(money.currency)}"


def short_money(money: Money) -> str:
    """Three digits that matter and a letter: `950 €`, `12.4k €`, `1.24M €`; rounded half away from zero."""
    unit = 10 ** exponent(money.currency)
    size = abs(money.amount)
    sign = "-" if money.amount < 0 else ""
    steps = [(1, "")] + ([(1000, "к"), (10**6, "М"), (10**9, "Г"), (10**12, "Т")] if current_language() == "ru" else
                         [(1000, "k"), (10**6, "M"), (10**9, "G"), (10**12, "T")])
    number = ""
    for step, letter in steps:
        number = _three_digits(size, unit * step, step == 1) + letter
        if size * 2 < unit * step * 1999:
            break
    if current_language() == "ru":
        number = number.replace(".", ",")
    return f"{sign}{number}\u00a0{symbol(money.currency)}"


def _three_digits(size: int, unit: int, whole: bool) -> str:
    for places in (2, 1) if not whole else ():
        scaled = (size * 10**places * 2 + unit) // (2 * unit)
        if scaled < 1000:
            return f"{scaled // 10**places}.{scaled % 10**places:0{places}}"
    return str((size * 2 + unit) // (2 * unit))
