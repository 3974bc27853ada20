"""What the deals of a board are worth, weighted by the chance that they are won (semantics §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.overview.board import BoardHead, added, scope
from models.values.money import Money

if TYPE_CHECKING:
    from models.session import Session

# Deals with a percentage of their own; the head has the sums of all.
_OWN = """
    SELECT stage_id, currency, sum(amount), sum(amount * probability) FROM deal d
    WHERE outcome = 'open' AND deal_type_id = ? AND probability IS NOT NULL AND amount IS NOT NULL{where}
    GROUP BY stage_id, currency
"""


def weighted(
    session: Session, head: BoardHead, text: str, win: Mapping[int, float]
) -> dict[int, tuple[Money, ...]]:
    """By stage the sum of amount × chance in each currency: a deal's own percentage, else the stage's chance in `win`.
    Deals with neither are left out; a stage where all are left out is not there."""
    where, values = scope(session, text)
    own = {
        (stage, currency): (amount, weight)
        for stage, currency, amount, weight in session.store.database.execute_sql(
            _OWN.format(where=where), (head.type_id, *values)
        )
    }
    found: dict[int, tuple[Money, ...]] = {}
    for column in head.columns:
        chance = win.get(column.stage_id)
        won, of = (chance or 0.0).as_integer_ratio()
        sums = []
        for money in column.sums:
            amount, weight = own.get((column.stage_id, money.currency), (0, 0))
            if chance is not None or amount:
                # Exact, and rounded once, half away from zero; the amounts are not negative.
                worth = weight * of + 100 * (money.amount - amount) * won
                sums.append(Money((2 * worth + 100 * of) // (200 * of), money.currency))
        if sums:
            found[column.stage_id] = added(sums)
    return found
