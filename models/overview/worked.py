"""The time that went into a client or a deal, by stage, what it comes to, and how far a budget is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.statistics.time import Sums, amounts, time_report
from models.timekeeping.views.budgets import BudgetState, budget
from models.values.durations import clock_text
from models.values.language import _
from models.values.money import money_text

if TYPE_CHECKING:
    from models.session import Session


class Worked(NamedTuple):
    """The sums of all time that the actor may read, those at each stage, the most time first, and the budget (None where
    there is none)."""

    total: Sums
    stages: tuple[Sums, ...]
    budget: BudgetState | None


def worked(session: Session, *, client_id: int | None = None, deal_id: int | None = None) -> Worked:
    """The time of a client or of a deal up to now."""
    report = time_report(session, client_id=client_id, deal_id=deal_id)
    return Worked(report.total, tuple(report.groups["stages"]), budget(session, client_id=client_id, deal_id=deal_id))


def hours_text(seconds: int) -> str:
    """`3:20`, hours and minutes."""
    return clock_text(seconds)[:-3]


def charge_text(sums: Sums) -> str:
    """What the time comes to, each currency for itself; `?` where some of it has no rate."""
    said = " + ".join(money_text(one) for one in amounts(sums.charged))
    return f"{said} + ?" if sums.unpriced and said else "?" if sums.unpriced else said


def budget_text(state: BudgetState) -> str:
    """`85 % of 40:00`, or of an amount."""
    whole = hours_text(state.seconds or 0) if state.amount is None else money_text(state.amount)
    return _("{percent} % of {whole}").format(percent=state.percent, whole=whole)
