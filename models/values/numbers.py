"""Counts and shares as the language writes them."""

from __future__ import annotations

from models.values.cldr import GROUPS
from models.values.language import current_language


def int_text(number: int) -> str:
    """Thousands set apart: `12,400`, `12 400`."""
    return f"{number:,}".replace(",", GROUPS[current_language()])


def percent_text(fraction: float) -> str:
    """A share of 0 to 1 in whole percent, half away from zero: `60 %`."""
    percent = int(abs(fraction) * 100 + 0.5)
    return f"{'-' if fraction < 0 and percent else ''}{int_text(percent)}\u00a0%"
