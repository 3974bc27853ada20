"""budget …: hours or money for clients and deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number
from cli.output import facts, table
from models.values.durations import clock_text
from models.values.language import _
from models.values.money import Money, as_json, money_text, parse_amount

if TYPE_CHECKING:
    from models.session import Session
    from models.timekeeping.views.budgets import BudgetState


@click.group(cls=Group)
def budget() -> None:
    """Budgets of clients and deals."""


def document(state: BudgetState) -> dict[str, Any]:
    spent = state.spent if state.amount is None else as_json(Money(state.spent, state.amount.currency))
    return {
        "client": state.client, "deal": state.deal_id, "seconds": state.seconds, "amount": as_json(state.amount),
        "spent": spent, "percent": state.percent, "warn_at": list(state.warn_at), "warning": state.warning,
        "not_counted": state.aside,
    }  # fmt: skip


def _words(state: BudgetState) -> list[str]:
    if state.amount is None:
        whole, spent = clock_text(state.seconds or 0), clock_text(state.spent)
    else:
        whole, spent = money_text(state.amount), money_text(Money(state.spent, state.amount.currency))
    deal = "" if state.deal_id is None else f"{state.deal_id}  {state.deal or ''}".strip()
    return [state.client, deal, whole, spent, f"{state.percent} %", "!" if state.warning else ""]


def _tell(found: list[BudgetState]) -> None:
    heads = [_("Client"), _("Deal"), _("Budget"), _("Spent"), _("Share"), ""]
    table(heads, [_words(state) for state in found], right=(2, 3, 4))


def _what(session: Session, client: str | None, deal: str | None) -> dict[str, int | None]:
    from models.clients.views import find_client

    return {
        "client_id": None if client is None else find_client(session, client),
        "deal_id": None if deal is None else deal_number(deal),
    }


@budget.command("list")
@click.pass_obj
def list_budgets(call: Call) -> None:
    """Budgets, the most spent first."""
    session = call.session
    from models.timekeeping.views.budgets import budgets

    found = budgets(session)
    call.answer({"budgets": [document(state) for state in found]}, lambda: _tell(found))


@budget.command("set")
@click.option("--client", metavar="NAME", help="Of this client, its deals among it.")
@click.option("--deal", metavar="ID", help="Of this deal.")
@click.option("--hours", metavar="HOURS", help="So much time, such as 40 or 7.5.")
@click.option("--money", nargs=2, metavar="AMOUNT CURRENCY", help="So much money.")
@click.option("--warn", default="80,100", show_default=True, metavar="PERCENT,…", help="When to warn.")
@click.pass_obj
def set_budget(call: Call, client: str | None, deal: str | None, hours: str | None, money: tuple[str, str] | None, warn: str) -> None:
    """Give a client or a deal a budget, in place of the one it had."""
    session = call.session
    from models.timekeeping import commands
    from models.timekeeping.rules.budgets import parse_budget_hours, parse_warnings
    from models.timekeeping.views import budgets

    what = _what(session, client, deal)
    commands.set_budget(
        session,
        **what,
        seconds=None if hours is None else parse_budget_hours(hours),
        amount=None if money is None else Money(parse_amount(money[0], money[1]), money[1]),
        warn_at=parse_warnings(warn),
    )
    found = budgets.budget(session, **what)
    assert found is not None
    call.answer(document(found), lambda: _tell([found]))


@budget.command("drop")
@click.option("--client", metavar="NAME", help="Of this client.")
@click.option("--deal", metavar="ID", help="Of this deal.")
@click.pass_obj
def drop_budget(call: Call, client: str | None, deal: str | None) -> None:
    """Take the budget of a client or a deal away."""
    session = call.session
    from models.timekeeping import commands

    commands.drop_budget(session, **_what(session, client, deal))
    call.answer({"dropped": True}, lambda: facts([(_("Budget"), _("none"))]))


COMMANDS = {"budget": budget}
