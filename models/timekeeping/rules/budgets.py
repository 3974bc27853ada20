"""Pure rules of budgets: which share is spent, and which of the chosen warnings that passes."""

from __future__ import annotations

from collections.abc import Sequence

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
