"""Counts and shares as the language writes them, and a percentage as people type it."""

from __future__ import annotations

from models.values.cldr import GROUPS
from models.values.errors import Refused
from models.values.language import _, current_language
from models.values.text import quoted


def int_text(number: int) -> str:
    """Thousands set apart: `12,400`, `12 400`."""
    return f"{number:,}".replace(",", GROUPS[current_language()])


def percent_text(fraction: float) -> str:
    """A share of 0 to 1 in whole percent, half away from zero: `60 %`."""
    percent = int(abs(fraction) * 100 + 0.5)
    return f"{'-' if fraction < 0 and percent else ''}{int_text(percent)}\u00a0%"


def parse_percent(text: str) -> int:
    """A whole percentage, `30` or `30%`. Raises Refused `bad_probability`."""
    said = text.strip().removesuffix("%").strip()
    if said.isascii() and said.isdigit() and len(said) < 4 and int(said) <= 100:
        return int(said)
    raise Refused("bad_probability", _("{text} is no percentage; write a whole number from 0 to 100.").format(text=quoted(text)))
