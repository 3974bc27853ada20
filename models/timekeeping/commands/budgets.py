"""Budgets of clients and deals: hours or money, with warnings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.timekeeping.rules.budgets import are_warnings
from models.timekeeping.tables import Budget
from models.timekeeping.views.budgets import must_be_settable
from models.values.durations import LONGEST
from models.values.errors import NotFound, Refused, Usage
from models.values.language import _
from models.values.money import LARGEST, Money, exponent

if TYPE_CHECKING:
    from models.session import Session


def set_budget(
    session: Session,
    *,
    client_id: int | None = None,
    deal_id: int | None = None,
    seconds: int | None = None,
    amount: Money | None = None,
    warn_at: Sequence[int] = (80, 100),
) -> int:
    """Give a client or a deal that the actor may change a budget of hours (`seconds`) or money, in place of the one it had;
    returns its id. Raises NotFound; Usage `one_of`; Refused `bad_budget`, `bad_warning`, `bad_currency`."""
    if (client_id is None) == (deal_id is None) or (seconds is None) == (amount is None):
        raise Usage("one_of", _("A budget is of a client or a deal, in hours or in money."))
    size = seconds if amount is None else amount.amount
    assert size is not None
    if not 0 < size <= (LONGEST if amount is None else LARGEST):
        raise Refused("bad_budget", _("A budget is more than nothing, and not beyond all bounds."))
    if not are_warnings(warn_at):
        raise Refused("bad_warning", _("Warnings are ascending percentages from 1 to 1000."))
    if amount is not None:
        exponent(amount.currency)
    with session.writing():
        pen = Pen()
        row = _row(session, client_id, deal_id)
        values = {
            "seconds": seconds,
            "amount": None if amount is None else amount.amount,
            "currency": None if amount is None else amount.currency,
            "warn_at": ",".join(map(str, warn_at)),
        }
        if row is None:
            made = pen.insert(Budget, client=client_id, deal=deal_id, created_at=session.now(), **values)
        else:
            made = int(row.id)
            pen.update(row, **values)
        _record(session, "budget.set", made, pen)
        return made


def drop_budget(session: Session, *, client_id: int | None = None, deal_id: int | None = None) -> None:
    """Take the budget of a client or a deal away. Raises NotFound, also where it has none."""
    if (client_id is None) == (deal_id is None):
        raise Usage("one_of", _("A budget is of a client or a deal, in hours or in money."))
    with session.writing():
        pen, row = Pen(), _row(session, client_id, deal_id)
        if row is None:
            raise NotFound(_("There is no budget."))
        pen.delete(row)
        _record(session, "budget.drop", int(row.id), pen)


def _row(session: Session, client_id: int | None, deal_id: int | None) -> Budget | None:
    """The budget that stands, after the actor's right to change it was looked at."""
    must_be_settable(session, client_id=client_id, deal_id=deal_id)
    return Budget.get_or_none(Budget.client == client_id if deal_id is None else Budget.deal == deal_id)


def _record(session: Session, command: str, budget_id: int, pen: Pen) -> None:
    record(
        at=session.now(), employee_id=session.actor.id, command=command, subject="budget", subject_id=budget_id,
        images=pen.images,
    )  # fmt: skip
