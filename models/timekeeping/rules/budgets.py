"""Pure rules of budgets: which share is spent, and which of the chosen warnings that passes."""

from __future__ import annotations

from collections.abc import Sequence

from models.values.errors import Refused
from models.values.language import _
from models.values.text import quoted

HIGHEST_WARNING = 1000


def are_warnings(percentages: Sequence[int]) -> bool:
    """Whether they are whole percentages from 1 to 1000, ascending, each once; none at all is allowed."""
    ascending = all(before < after for before, after in zip(percentages, percentages[1:], strict=False))
    return ascending and all(0 < each <= HIGHEST_WARNING for each in percentages)


def spent_percent(spent: int, whole: int) -> int:
    """The share that is spent, in whole percent, rounded down: 100 is told only when all is spent. `whole` is above 0."""
    return spent * 100 // whole


def passed(percent: int, warn_at: Sequence[int]) -> int | None:
    """The highest warning that was reached, or None."""
    return max((each for each in warn_at if percent >= each), default=None)


def parse_budget_hours(text: str) -> int:
    """Seconds of hours with at most three decimals, `40` or `7.5`. Raises Refused `bad_duration`."""
    whole, _mark, decimals = text.strip().replace(",", ".").partition(".")
    fits = whole.isascii() and whole.isdigit() and len(whole) <= 6 and len(decimals) <= 3
    if not fits or decimals and not (decimals.isascii() and decimals.isdigit()):
        raise Refused("bad_duration", _("{text} is no number of hours.").format(text=quoted(text)))
    return int(whole + decimals.ljust(3, "0")) * 3600 // 1000


def parse_warnings(text: str) -> tuple[int, ...]:
    """Percentages as people write them, `80,100`. Raises Refused `bad_warning`."""
    parts = [part.strip().removesuffix("%") for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise Refused("bad_warning", _("Warnings are ascending percentages from 1 to 1000."))
    return tuple(int(part) for part in parts)
