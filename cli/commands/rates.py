"""rate …: what an hour costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number, number
from cli.output import facts, say, table
from models.values.durations import clock_text
from models.values.instants import parse_day
from models.values.language import _
from models.values.money import Money, as_json, money_text, parse_amount

if TYPE_CHECKING:
    from models.timekeeping.views.rates import Explained, RateShown


@click.group(cls=Group)
def rate() -> None:
    """What an hour is billed or paid at."""


def rate_document(one: RateShown) -> dict[str, Any]:
    return {
        "id": one.id,
        "side": one.side,
        "rank": one.rank,
        "entry": one.keys.entry,
        "deal": one.deal_id,
        "client": one.client,
        "employee": one.employee,
        "service": one.service,
        "category": one.category,
        "from": one.from_day.isoformat(),
        "to": None if one.to_day is None else one.to_day.isoformat(),
        "amount": as_json(one.amount),
    }


def _rates(found: list[RateShown]) -> None:
    table(
        [_("No."), "", _("Rank"), _("For"), _("From"), _("To"), _("An hour")],
        [
            [
                one.id, _("bill") if one.side == "bill" else _("pay"), one.rank, one.scope, one.from_day,
                one.to_day or "", money_text(one.amount),
            ]
            for one in found
        ],
        right=(0, 2, 6),
    )  # fmt: skip


def _tell_rate(call: Call, one: RateShown) -> None:
    call.answer(rate_document(one), lambda: _rates([one]))


def _rate_number(text: str) -> int:
    return number(text, _("There is no rate {id}."))


@rate.command("list")
@click.option("--bill", "side", flag_value="bill", help="Billing rates alone.")
@click.option("--pay", "side", flag_value="pay", help="Pay rates alone.")
@click.pass_obj
def list_rates(call: Call, side: str | None) -> None:
    """The rates, by rank and day."""
    session = call.session
    from models.timekeeping.views.rates import rates

    found = rates(session, side)
    call.answer({"rates": [rate_document(one) for one in found]}, lambda: _rates(found))


@rate.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("amount")
@click.argument("currency")
@click.option("--bill/--pay", "billed", default=True, help="What is billed (the default), or what is paid.")
@click.option("--deal", metavar="ID", help="For this deal.")
@click.option("--client", metavar="NAME", help="For this client.")
@click.option("--employee", "--rep", metavar="LOGIN", help="For this employee.")
@click.option("--service", "service_name", metavar="NAME", help="For this service.")
@click.option("--category", "category_name", metavar="NAME", help="For employees of this category.")
@click.option("--entry", metavar="ID", help="For this one time entry.")
@click.option("--from", "from_day", metavar="DATE", required=True, help="The first day on which it holds.")
@click.option("--to", "to_day", metavar="DATE", help="The last; without it, until the next for the same begins.")
@click.option("--yes", is_flag=True, help="Do not ask where charges of earlier entries change.")
@click.pass_obj
def set_rate(call: Call, /, amount: str, currency: str, yes: bool, **said: Any) -> None:
    """Set a rate an hour, from a day on. Without a deal, client and so on it is the company's default."""
    session = call.session
    from models.clients.views import find_client
    from models.people.views import find_category, find_employee
    from models.timekeeping import views
    from models.timekeeping.commands import rates as commands
    from models.timekeeping.views.rates import rate as shown

    money = Money(parse_amount(amount, currency), currency)
    entry = said["entry"]
    keys: dict[str, Any] = {
        "deal_id": None if said["deal"] is None else deal_number(said["deal"]),
        "client_id": None if said["client"] is None else find_client(session, said["client"]),
        "employee_id": None if said["employee"] is None else find_employee(said["employee"]).id,
        "service_id": None if said["service_name"] is None else views.find_service(said["service_name"]),
        "category_id": None if said["category_name"] is None else find_category(said["category_name"]).id,
        "entry_id": None if entry is None else number(entry, _("There is no time entry {id}.")),
    }
    made = call.confirmed(
        yes,
        lambda agreed: commands.set_rate(
            session,
            side="bill" if said["billed"] else "pay",
            amount=money,
            from_day=parse_day(said["from_day"]),
            to_day=None if said["to_day"] is None else parse_day(said["to_day"]),
            confirmed=agreed,
            **keys,
        ),
    )
    _tell_rate(call, shown(session, made))


@rate.command("end")
@click.argument("rate_id", metavar="ID")
@click.argument("to_day", metavar="DATE|never")
@click.option("--yes", is_flag=True, help="Do not ask where charges of earlier entries change.")
@click.pass_obj
def end_rate(call: Call, rate_id: str, to_day: str, yes: bool) -> None:
    """Give a rate its last day, or take that away."""
    session = call.session
    from models.timekeeping.commands import rates as commands
    from models.timekeeping.views.rates import rate as shown

    found = _rate_number(rate_id)
    day = None if to_day == "never" else parse_day(to_day)
    call.confirmed(yes, lambda agreed: commands.end_rate(session, found, day, confirmed=agreed))
    _tell_rate(call, shown(session, found))


@rate.command("delete")
@click.argument("rate_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask where charges of earlier entries change.")
@click.pass_obj
def delete_rate(call: Call, rate_id: str, yes: bool) -> None:
    """Take a rate away, as if it had never been; approved, invoiced and paid entries keep their price."""
    session = call.session
    from models.timekeeping.commands import rates as commands
    from models.timekeeping.views.rates import rate as shown

    one = shown(session, _rate_number(rate_id))
    call.confirmed(yes, lambda agreed: commands.delete_rate(session, one.id, confirmed=agreed))
    _tell_rate(call, one)


@rate.command("explain")
@click.argument("entry_id", metavar="ENTRY")
@click.option("--bill/--pay", "billed", default=True, help="What is billed (the default), or what is paid.")
@click.pass_obj
def explain(call: Call, entry_id: str, billed: bool) -> None:
    """Why an entry has its price: all nineteen ranks, which were empty, which one won."""
    session = call.session
    from models.timekeeping.views.rates import explain as explained

    found = explained(session, number(entry_id, _("There is no time entry {id}.")), "bill" if billed else "pay")
    call.answer(explain_document(found), lambda: _tell_explained(found))


def explain_document(found: Explained) -> dict[str, Any]:
    return {
        "entry": found.id,
        "date": found.day.isoformat(),
        "ladder": [{"rank": step.rank, "scope": step.scope, "amount": as_json(step.rate)} for step in found.ladder],
        "won": found.won,
        "rate": as_json(found.rate),
        "seconds": found.seconds,
        "rounded_seconds": found.rounded_seconds,
        "policy": {**found.policy._asdict(), "of": found.policy_of},
        "charge": as_json(found.charge),
        "fixed": found.fixed,
    }


def _tell_explained(found: Explained) -> None:
    table(
        ["", _("Rank"), _("For"), _("An hour")],
        [
            [
                "→" if step.rank == found.won else "", step.rank, step.scope,
                "" if step.rate is None else money_text(step.rate),
            ]
            for step in found.ladder
        ],
        right=(1, 3),
    )  # fmt: skip
    say()
    facts(
        [
            (_("Day"), found.day),
            (_("Time"), clock_text(found.seconds)),
            (_("Rounding"), found.policy.words),
            (_("Rounded"), clock_text(found.rounded_seconds)),
            (_("An hour"), _("no rate") if found.rate is None else money_text(found.rate)),
            (_("Charge"), _("none") if found.charge is None else money_text(found.charge)),
            ("", _("The price is fixed; the ladder is today's.") if found.fixed else ""),
        ]
    )


COMMANDS = {"rate": rate}
