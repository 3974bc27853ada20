"""service …, category …, rate … and rounding …: what time is booked on, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number, number
from cli.output import facts, say, table
from models.values.durations import clock_text
from models.values.errors import Refused, Usage
from models.values.instants import parse_day
from models.values.language import _
from models.values.money import Money, as_json, money_text, parse_amount
from models.values.text import quoted

if TYPE_CHECKING:
    from models.people.views import CategoryLine
    from models.timekeeping.views import ServiceLine
    from models.timekeeping.views.rates import Explained, PolicyShown, RateShown

Done = TypeVar("Done")


def confirmed(call: Call, yes: bool, change: Callable[[bool], Done]) -> Done:
    """Make a change that may have to be confirmed: `change` is given whether it is. Raises Refused
    `confirmation_needed`, with what would change."""
    try:
        return change(yes)
    except Refused as refusal:
        if refusal.code != "confirmation_needed":
            raise
        call.confirm(refusal.message, refusal.details, False)
        return change(True)


@click.group(cls=Group)
def service() -> None:
    """Services that time is booked on."""


def _tell_service(call: Call, service_id: int) -> None:
    from models.timekeeping import views

    line = next(one for one in views.services(call.session, archived=True) if one.id == service_id)
    call.answer(line._asdict(), lambda: _services([line]))


def _services(lines: list[ServiceLine]) -> None:
    table(
        [_("No."), _("Service"), ""],
        [[line.id, line.name, _("archived") if line.archived else ""] for line in lines],
        right=(0,),
    )


@service.command("list")
@click.option("--archived", is_flag=True, help="Also those that are offered no more.")
@click.pass_obj
def list_services(call: Call, archived: bool) -> None:
    """The services, by name."""
    session = call.session
    from models.timekeeping import views

    found = views.services(session, archived)
    call.answer({"services": [one._asdict() for one in found]}, lambda: _services(found))


@service.command("add")
@click.argument("name")
@click.pass_obj
def add_service(call: Call, name: str) -> None:
    """Add a service."""
    session = call.session
    from models.timekeeping import commands

    made = commands.add_service(session, name)
    _tell_service(call, made)


@service.command("rename")
@click.argument("name")
@click.argument("new_name", metavar="NEW_NAME")
@click.pass_obj
def rename_service(call: Call, name: str, new_name: str) -> None:
    """Give a service another name; what was booked on it stays on it."""
    session = call.session
    from models.timekeeping import commands, views

    found = views.find_service(name)
    commands.rename_service(session, found, new_name)
    _tell_service(call, found)


@service.command("archive")
@click.argument("name")
@click.pass_obj
def archive_service(call: Call, name: str) -> None:
    """Offer a service no more; what was booked on it keeps it."""
    session = call.session
    from models.timekeeping import commands, views

    found = views.find_service(name)
    commands.archive_service(session, found)
    _tell_service(call, found)


@service.command("restore")
@click.argument("name")
@click.pass_obj
def restore_service(call: Call, name: str) -> None:
    """Offer an archived service again."""
    session = call.session
    from models.timekeeping import commands, views

    found = views.find_service(name)
    commands.restore_service(session, found)
    _tell_service(call, found)


@click.group(cls=Group)
def category() -> None:
    """Categories of employees, which rates may be for."""


def _tell_category(call: Call, line: CategoryLine) -> None:
    call.answer(line._asdict(), lambda: _categories([line]))


def _categories(lines: list[CategoryLine]) -> None:
    table(
        [_("No."), _("Category"), ""],
        [[line.id, line.name, _("archived") if line.archived else ""] for line in lines],
        right=(0,),
    )


@category.command("list")
@click.option("--archived", is_flag=True, help="Also those that are offered no more.")
@click.pass_obj
def list_categories(call: Call, archived: bool) -> None:
    """The categories, by name."""
    _session = call.session
    from models.people import views

    found = views.categories(archived)
    call.answer({"categories": [line._asdict() for line in found]}, lambda: _categories(found))


@category.command("add")
@click.argument("name")
@click.pass_obj
def add_category(call: Call, name: str) -> None:
    """Add a category."""
    session = call.session
    from models.people import commands, views

    made = commands.add_category(session, name)
    _tell_category(call, next(line for line in views.categories() if line.id == made))


@category.command("rename")
@click.argument("name")
@click.argument("new_name", metavar="NEW_NAME")
@click.pass_obj
def rename_category(call: Call, name: str, new_name: str) -> None:
    """Give a category another name; who has it keeps it."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.rename_category(session, found.id, new_name)
    _tell_category(call, next(line for line in views.categories(True) if line.id == found.id))


@category.command("archive")
@click.argument("name")
@click.pass_obj
def archive_category(call: Call, name: str) -> None:
    """Offer a category no more; who has it keeps it."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.archive_category(session, found.id)
    _tell_category(call, found._replace(archived=True))


@category.command("restore")
@click.argument("name")
@click.pass_obj
def restore_category(call: Call, name: str) -> None:
    """Offer an archived category again."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.restore_category(session, found.id)
    _tell_category(call, found._replace(archived=False))


@category.command("delete")
@click.argument("name")
@click.pass_obj
def delete_category(call: Call, name: str) -> None:
    """Delete a category that nobody has and no rate is for."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.delete_category(session, found.id)
    _tell_category(call, found)


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
    made = confirmed(
        call,
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
    confirmed(call, yes, lambda agreed: commands.end_rate(session, found, day, confirmed=agreed))
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
    confirmed(call, yes, lambda agreed: commands.delete_rate(session, one.id, confirmed=agreed))
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


@click.group(cls=Group)
def rounding() -> None:
    """How billable time is rounded."""


def _policy_document(one: PolicyShown) -> dict[str, Any]:
    scope = "client" if one.client is not None else "service" if one.service is not None else "company"
    return {"scope": scope, "client": one.client, "service": one.service, **one.policy._asdict()}


def _policies(found: list[PolicyShown]) -> None:
    table(
        [_("For"), _("Rounding")],
        [[one.scope, one.policy.words] for one in found],
    )


def _target(call: Call, text: str) -> dict[str, int]:
    """What `company`, `client:NAME` or `service:NAME` means. Raises Usage `bad_target`."""
    from models.clients.views import find_client
    from models.timekeeping import views

    kind, _colon, name = text.partition(":")
    if kind == "company" and not name:
        return {}
    if kind == "client" and name:
        return {"client_id": find_client(call.session, name)}
    if kind == "service" and name:
        return {"service_id": views.find_service(name)}
    raise Usage(
        "bad_target", _("{text}: write company, client:NAME or service:NAME.").format(text=quoted(text))
    )


def _shown(call: Call, target: dict[str, int]) -> PolicyShown:
    from models.timekeeping.views.rates import rounding as shown

    return shown(call.session, **target)


@rounding.command("list")
@click.pass_obj
def list_roundings(call: Call) -> None:
    """The policies that are set; the client's goes first, then the service's, then the company's."""
    session = call.session
    from models.timekeeping.views.rates import roundings

    found = roundings(session)
    call.answer({"roundings": [_policy_document(one) for one in found]}, lambda: _policies(found))


@rounding.command("set")
@click.argument("target", metavar="company|client:NAME|service:NAME")
@click.option(
    "--increment", type=click.Choice(["none", "1", "5", "6", "10", "15", "30", "60"]), required=True,
    help="Minutes to round to; none leaves seconds as they are.",
)  # fmt: skip
@click.option(
    "--direction", type=click.Choice(["up", "nearest", "down"]), default="up", show_default=True, help="Where to."
)
@click.option("--minimum", type=click.IntRange(0, 1440), default=0, metavar="N", help="At least so many minutes.")
@click.option(
    "--unit", type=click.Choice(["entry", "day"]), default="entry", show_default=True,
    help="Each entry, or those of a day together.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask where charges change.")
@click.pass_obj
def set_rounding(call: Call, /, target: str, increment: str, yes: bool, **said: Any) -> None:
    """Set how billable time is rounded."""
    session = call.session
    from models.timekeeping.commands import rounding as commands
    from models.timekeeping.rules.rounding import Policy

    where = _target(call, target)
    policy = Policy(None if increment == "none" else int(increment), **said)
    confirmed(call, yes, lambda agreed: commands.set_rounding(session, policy=policy, confirmed=agreed, **where))
    one = _shown(call, where)
    call.answer(_policy_document(one), lambda: _policies([one]))


@rounding.command("drop")
@click.argument("target", metavar="company|client:NAME|service:NAME")
@click.option("--yes", is_flag=True, help="Do not ask where charges change.")
@click.pass_obj
def drop_rounding(call: Call, target: str, yes: bool) -> None:
    """Take a policy away."""
    session = call.session
    from models.timekeeping.commands import rounding as commands

    where = _target(call, target)
    one = _shown(call, where)
    confirmed(call, yes, lambda agreed: commands.drop_rounding(session, confirmed=agreed, **where))
    call.answer(_policy_document(one), lambda: _policies([one]))


COMMANDS = {"service": service, "category": category, "rate": rate, "rounding": rounding}
