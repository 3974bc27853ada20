"""How long stays last, when some of them still do: the product-limit estimator of Kaplan and Meier (1958)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby

TIE = 1e-9  # what rounding may add to a share


def survival_curve(completed: Sequence[int], lasting: Sequence[int]) -> list[tuple[int, float]]:
    """The share of stays that last longer than t, at each t at which one ended: (t, share), by t.

    `completed` are the lengths of stays that ended, `lasting` how long the others have lasted so far (right-censored);
    one that has lasted just t is still at risk at t.
    """
    ended, open_stays = sorted(completed), sorted(lasting)
    curve, share, gone = [], 1.0, 0
    for length, group in groupby(ended):
        count = sum(1 for _one in group)
        at_risk = len(ended) - gone + len(open_stays) - bisect_left(open_stays, length)
        share *= 1 - count / at_risk
        gone += count
        curve.append((length, share))
    return curve


def quantile(curve: Sequence[tuple[int, float]], p: float) -> int | None:
    """The first length by which the share `p` of stays has ended; None where the curve does not fall that far."""
    return next((length for length, share in curve if share <= 1 - p + TIE), None)
