"""Money is a whole number of minor units with an ISO 4217 currency; no float ever."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from models.values.cldr import DECIMALS, EXPONENTS, GROUPS, SYMBOLS
from models.values.errors import Refused
from models.values.language import _, current_language, ngettext
from models.values.text import quoted

LARGEST = 10**15
SHORT_CELLS = 8

_TEXT_LIMIT = 64
STEPS = {
    "en": ((10**3, "k"), (10**6, "M"), (10**9, "B"), (10**12, "T")),
    "ru": ((10**3, "к"), (10**6, "М"), (10**9, "Мд"), (10**12, "Тр")),
}


@cache
def _amount_pattern() -> re.Pattern[str]:
    """One mark between groups of three, the same throughout: a space of any width, an apostrophe, a comma or a point."""
    return re.compile(
        r"(?P<sign>[-\u2212]?)"
        r"(?P<whole>[0-9]+|[0-9]{1,3}(?P<group>[ \u00a0\u2009\u202f'\u2019.,])[0-9]{3}(?:(?P=group)[0-9]{3})*)"
        r"(?:(?P<mark>[.,])(?P<decimals>[0-9]+))?"
    )


class Money(NamedTuple):
    """`amount` in minor units of `currency`."""

    amount: int
    currency: str


def exponent(currency: str) -> int:
    """How many decimals the currency has. Raises Refused `bad_currency`."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise Refused(
            "bad_currency",
            _("{code} is no currency; write a code of ISO 4217 such as EUR.").format(code=quoted(currency)),
        ) from None


def parse_amount(text: str, currency: str, *, decimal: str | None = None) -> int:
    """Minor units of an amount as people write it: `1234.50`, `1 234,50`, `1,234.50`, `1.234,50`, `1'234.50`.

    `decimal` says which mark sets the decimals apart, "." or ",". Without it the marks speak for themselves, where they
    can: of a single one with exactly three digits behind it, a comma sets thousands apart (`1,234` is 1234) and a point
    decimals, but only in a currency that has three; `1.234` EUR could mean 1234 as well and is refused, as is `1,234`
    in a currency of three decimals. The currency's own sign or code may stand before or behind.
    Raises Refused `bad_amount`: no amount, ambiguous, negative, more decimals than the currency has (zeros do no harm),
    above 10^15 minor units; `bad_currency`.
    """
    places = exponent(currency)
    said = text.strip()
    if said.isascii() and said.isdigit() and len(said) <= 12:
        return int(said) * 10**places  # most amounts in a file
    found = (
        _amount_pattern().fullmatch(_without_currency(said, currency)) if len(said) <= _TEXT_LIMIT else None
    )
    if not found:
        raise _bad_amount(_("{text} is no amount."), said)
    whole, decimals = _whole_and_decimals(found, said, places, decimal)
    if len(decimals.rstrip("0")) > places:
        words = ngettext(
            "{text}: {currency} has {count} decimal.", "{text}: {currency} has {count} decimals.", places
        )
        raise _bad_amount(words, said, currency=currency, count=places)
    amount = int(whole + decimals[:places].ljust(places, "0"))
    if found["sign"] and amount:
        raise _bad_amount(_("{text} is negative."), said)
    if amount > LARGEST:
        raise _bad_amount(_("{text} is too large."), said)
    return amount


def _without_currency(said: str, currency: str) -> str:
    for sign in (currency, symbol(currency)):
        said = said.removeprefix(sign).removesuffix(sign).strip()
    return said


def _whole_and_decimals(found: re.Match[str], said: str, places: int, decimal: str | None) -> tuple[str, str]:
    """The digits before and behind the decimal mark."""
    group, mark, decimals = found["group"], found["mark"], found["decimals"] or ""
    whole = re.sub("[^0-9]", "", found["whole"])
    if mark and not group and len(decimals) == 3 and len(whole) <= 3 and whole[0] != "0":
        if decimal is None and (mark == ",") == (places == 3):
            raise _bad_amount(_("{text} is ambiguous: is the mark for thousands or for decimals?"), said)
        return (whole, decimals) if mark == (decimal or ".") else (whole + decimals, "")
    if mark and (mark == group or mark != (decimal or mark)) or group and group == decimal:
        raise _bad_amount(_("{text} is no amount."), said)
    return whole, decimals


def _bad_amount(words: str, said: str, **more: str | int) -> Refused:
    return Refused("bad_amount", words.format(text=quoted(said), **more))


def parse_money(text: str, currency: str) -> Money:
    """An amount in `currency`, or in the one whose code stands behind it: `150`, `150 USD`. Raises Refused as
    `parse_amount`."""
    said = text.strip()
    if len(said) > 3 and said[-3:].isascii() and said[-3:].isalpha() and said[-4].isspace():
        said, currency = said[:-3].strip(), said[-3:].upper()
    return Money(parse_amount(said, currency), currency)


def plain_text(money: Money) -> str:
    """`1234.50`: digits and a point, for files and JSON."""
    places = exponent(money.currency)
    sign = "-" if money.amount < 0 else ""
    whole, rest = divmod(abs(money.amount), 10**places)
    return f"{sign}{whole}.{rest:0{places}}" if places else f"{sign}{whole}"


def as_json(money: Money | None) -> dict[str, Any] | None:
    """`{"amount": "1234.50", "currency": "EUR"}`; None stays None."""
    return None if money is None else {"amount": plain_text(money), "currency": money.currency}


def symbol(currency: str) -> str:
    """The currency's sign, or its code where it has none."""
    return SYMBOLS.get(currency, currency)


def money_text(money: Money) -> str:
    """In full, as the language writes numbers, the sign behind: `18,000.00 €`, `18 000,00 €` (no-break spaces)."""
    language = current_language()
    places = exponent(money.currency)
    sign = "-" if money.amount < 0 else ""
    whole, rest = divmod(abs(money.amount), 10**places)
    decimals = f"{DECIMALS[language]}{rest:0{places}}" if places else ""
    return f"{sign}{whole:,}".replace(",", GROUPS[language]) + f"{decimals}\u00a0{symbol(money.currency)}"


def short_money(money: Money) -> str:
    """For cards: `950 €`, `8.0k €`, `12.4k €`, `412k €`, `1.24M €`, rounded half away from zero.

    At most 8 cells: where the currency has no short sign the number gives way (`12k CHF`), last the space. (A negative
    amount in such a currency can take 9 in Russian.)
    """
    sign = symbol(money.currency)
    if len(sign) > len(money.currency):
        sign = money.currency
    written = ""
    for precise, space in ((True, "\u00a0"), (False, "\u00a0"), (False, "")):
        written = f"{_short_number(money, precise)}{space}{sign}"
        if len(written) <= SHORT_CELLS:
            break
    return written


def _short_number(money: Money, precise: bool) -> str:
    """Thousands with one decimal below 100, above that three digits; one digit less where not `precise`."""
    language = current_language()
    minus, size, unit = "-" if money.amount < 0 else "", abs(money.amount), 10 ** exponent(money.currency)
    whole = _rounded(size, unit)
    if whole < 1000:
        return f"{minus}{whole}"
    for step, letter in STEPS[language]:
        for places in range((1 if step == 1000 else 2) if precise else 1, -1, -1):
            scaled = _rounded(size * 10**places, unit * step)
            if scaled < (1000 if precise else 100) or not places and scaled < 1000:
                number = (
                    f"{scaled // 10**places}{DECIMALS[language]}{scaled % 10**places:0{places}}"
                    if places
                    else f"{scaled}"
                )
                return f"{minus}{number}{letter}"
    return f"{minus}{_rounded(size, unit * step)}{letter}"


def _rounded(size: int, unit: int) -> int:
    """`size / unit`, half up; both are positive."""
    return (2 * size + unit) // (2 * unit)
