"""Shares and how sure they are (Wilson, *JASA* 22, 1927)."""

from __future__ import annotations

from math import sqrt

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution


def wilson(count: int, of: int) -> tuple[float, float] | tuple[None, None]:
    """The 95 % score interval of the share `count` / `of`, without continuity correction; None of nothing."""
    if not of:
        return None, None
    share, square = count / of, Z * Z / of
    middle, half = share + square / 2, Z * sqrt(share * (1 - share) / of + square / (4 * of))
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return (0.0 if count == 0 else low), (1.0 if count == of else high)
