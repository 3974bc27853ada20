"""Shares and how sure they are; without numpy, for the board too."""

from __future__ import annotations

from math import sqrt

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of the share count/total (JASA 22, 1927), without correction; None of nothing."""
    if not total:
        return None
    low, high = score_interval(count / total, total)
    return (0.0 if count == 0 else low, 1.0 if count == total else high)


def score_interval(share: float, of: float) -> tuple[float, float]:
    """The same of a share and how many it is of, which need not be a whole number."""
    z2 = Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return middle - half, middle + half
