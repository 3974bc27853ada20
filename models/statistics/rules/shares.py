"""Shares and how sure they are; without numpy, for the board too."""

from __future__ import annotations

from math import sqrt

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of the share count/total (JASA 22, 1927), without correction; None of nothing."""
    if not total:
        return None
    share, z2 = count / total, Z * Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = Z / (1 + z2 / total) * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    return (0.0 if count == 0 else middle - half, 1.0 if count == total else middle + half)
