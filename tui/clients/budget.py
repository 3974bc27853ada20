"""The budget of a client or a deal, asked in a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.timekeeping.commands import drop_budget, set_budget
from models.timekeeping.rules.budgets import parse_budget_hours, parse_warnings
from models.timekeeping.views.budgets import budget, must_be_settable
from models.values.errors import Refused
from models.values.language import _
from models.values.money import parse_money, plain_text
from tui.widgets.dialogs import Field, Form

if TYPE_CHECKING:
    from models.session import Session
    from models.timekeeping.views.budgets import BudgetState
    from tui.app import StagewatchApp


async def ask_budget(app: StagewatchApp, title: str, *, client_id: int | None, deal_id: int | None) -> str:
    """Set, change or (with nothing in both fields) take away a budget; gives what was done in words, "" where the form
    was left. Raises StagewatchError."""
    said = ""
    await app.desk.ask(must_be_settable, client_id=client_id, deal_id=deal_id)
    now = await app.desk.ask(budget, client_id=client_id, deal_id=deal_id)
    currency = await app.desk.ask(_currency)

    async def act(values: dict[str, str]) -> None:
        nonlocal now, said
        before, now = now, await app.desk.ask(budget, client_id=client_id, deal_id=deal_id)
        if _terms(now) != _terms(before):
            raise Refused("changed_meanwhile", _("Somebody changed this meanwhile; enter once more does it after all."))
        said = await app.desk.do(_write, values, now is not None, currency, client_id, deal_id)

    note = _("Hours or an amount; neither takes the budget away.")
    await app.push_screen_wait(Form(title, _fields(now, currency), act, note=note))
    return said


def _fields(now: BudgetState | None, currency: str) -> list[Field]:
    hours = "" if now is None or now.seconds is None else f"{now.seconds / 3600:.3f}".rstrip("0").rstrip(".")
    amount = "" if now is None or now.amount is None else f"{plain_text(now.amount)} {now.amount.currency}"
    warnings = "80,100" if now is None else ",".join(map(str, now.warn_at))
    return [
        Field("hours", _("Hours"), hours, placeholder="40"),
        Field("amount", _("Amount"), amount, placeholder=f"5000 {currency}"),
        Field("warn", _("Warn at %"), warnings),
    ]


def _terms(state: BudgetState | None) -> object:
    """What of a budget people set; what is spent of it changes by itself."""
    return None if state is None else (state.seconds, state.amount, state.warn_at)


def _currency(session: Session) -> str:
    from models.people.views import company

    return company().currency


def _write(
    session: Session, said: dict[str, str], had: bool, currency: str, client_id: int | None, deal_id: int | None
) -> str:
    """Returns what was done, in words."""
    hours, amount = said["hours"], said["amount"]
    if not hours and not amount:
        if not had:
            return _("nothing was entered")
        drop_budget(session, client_id=client_id, deal_id=deal_id)
        return _("taken away")
    if hours and amount:
        raise Refused("one_of", _("A budget is in hours or in money, not in both."))
    set_budget(
        session,
        client_id=client_id,
        deal_id=deal_id,
        seconds=parse_budget_hours(hours) if hours else None,
        amount=parse_money(amount, currency) if amount else None,
        warn_at=parse_warnings(said["warn"]),
    )
    return _("saved")
