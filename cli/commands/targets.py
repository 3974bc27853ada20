"""target … and currency …: what reports are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.output import table
from models.values.dates import month_text
from models.values.errors import NotFound, Refused
from models.values.instants import parse_day, parse_month
from models.values.language import _
from models.values.money import Money, as_json, exponent, money_text, parse_amount

if TYPE_CHECKING:
    from models.people.views import TargetLine
    from models.values.exchange import Rate


@click.group(cls=Group)
def target() -> None:
    """What reps and teams are to win in a month."""


def _document(line: TargetLine) -> dict[str, Any]:
    return {
        "id": line.id, "rep": line.rep, "team": line.team, "month": line.month.isoformat()[:7],
        "amount": as_json(Money(line.amount, line.currency)),
    }  # fmt: skip


def _tell(lines: list[TargetLine]) -> None:
    table(
        [_("Month"), _("Rep"), _("Team"), _("Target")],
        [[month_text(one.month), one.rep or "", one.team or "", money_text(Money(one.amount, one.currency))] for one in lines],
        right=(3,),
    )


@target.command("list")
@click.option("--for", "holder", metavar="LOGIN|TEAM", help="Only of this employee or team.")
@click.option("--from", "first", metavar="MONTH", help="From that month on, such as 2026-11.")
@click.option("--to", "last", metavar="MONTH", help="Up to that month.")
@click.pass_obj
def list_targets(call: Call, holder: str | None, first: str | None, last: str | None) -> None:
    """The targets that you may see, by month."""
    session = call.session
    from models.people.views import find_holder, targets

    found = targets(
        session.actor, since=None if first is None else parse_month(first), until=None if last is None else parse_month(last)
    )
    if holder is not None:
        whose = find_holder(holder)
        found = [one for one in found if (one.employee_id, one.team_id) == (whose.employee_id, whose.team_id)]
    call.answer({"targets": [_document(one) for one in found]}, lambda: _tell(found))


@target.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("holder", metavar="LOGIN|TEAM")
@click.argument("month")
@click.argument("amount")
@click.argument("currency")
@click.option("--months", type=click.IntRange(1, 120), default=1, metavar="N", help="For so many months in a row.")
@click.pass_obj
def set_target(call: Call, holder: str, month: str, amount: str, currency: str, months: int) -> None:
    """Set what an employee or a team is to win in a month, in place of what was set in that currency."""
    session = call.session
    from models.people import setup, views

    day, money = parse_month(month), Money(parse_amount(amount, currency), currency)
    made = setup.set_targets(session, views.find_holder(holder), day, months, money)
    lines = [one for one in views.targets(session.actor) if one.id in made]
    call.answer(_document(lines[0]) if months == 1 else {"targets": [_document(one) for one in lines]}, lambda: _tell(lines))


@target.command("drop")
@click.argument("holder", metavar="LOGIN|TEAM")
@click.argument("month")
@click.argument("currency", required=False)
@click.pass_obj
def drop_target(call: Call, holder: str, month: str, currency: str | None) -> None:
    """Take a target away; the currency is needed where there are several."""
    session = call.session
    from models.people import setup, views

    whose, day = views.find_holder(holder), parse_month(month)
    if currency is not None:
        exponent(currency)
    found = [
        one for one in views.targets(session.actor)
        if (one.employee_id, one.team_id, one.month) == (whose.employee_id, whose.team_id, day)
        and currency in (None, one.currency)
    ]  # fmt: skip
    if not found:
        raise NotFound(_("There is no such target."))
    if len(found) > 1:
        raise Refused(
            "ambiguous",
            _("There are targets in several currencies; say which."),
            [{"id": one.id, "name": one.currency} for one in found],
        )
    setup.drop_target(session, whose, day, found[0].currency)
    call.answer(_document(found[0]), lambda: _tell(found))


@click.group(cls=Group)
def currency() -> None:
    """Exchange rates of the company."""


@currency.group(cls=Group)
def rate() -> None:
    """Exchange rates of the company."""


def _rate_document(one: Rate) -> dict[str, Any]:
    from models.values.exchange import rate_text

    return {
        "from": one.source, "to": one.target, "rate": rate_text(one.units, one.places), "day": one.day.isoformat(),
    }  # fmt: skip


def _tell_rates(found: list[Rate]) -> None:
    documents = [_rate_document(one) for one in found]
    table(
        [_("Currency"), _("Into"), _("Rate"), _("From")],
        [[one["from"], one["to"], one["rate"], one["day"]] for one in documents],
        right=(2,),
    )


@rate.command("list")
@click.pass_obj
def list_rates(call: Call) -> None:
    """The rates, by pair and day."""
    _session = call.session
    from models.people.views import exchange_rates

    found = exchange_rates()
    call.answer({"rates": [_rate_document(one) for one in found]}, lambda: _tell_rates(found))


def _one(source: str, into: str, day: str) -> list[Rate]:
    from models.people.views import exchange_rates

    for code in (source, into):
        exponent(code)
    wanted = (source, into, parse_day(day))
    return [one for one in exchange_rates() if (one.source, one.target, one.day) == wanted]


@rate.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("source", metavar="FROM")
@click.argument("into", metavar="TO")
@click.argument("value", metavar="RATE")
@click.option("--from", "day", metavar="DATE", required=True, help="The first day on which it holds.")
@click.pass_obj
def set_rate(call: Call, source: str, into: str, value: str, day: str) -> None:
    """What one of a currency is worth in another, from a day on until the next rate of the pair."""
    session = call.session
    from models.people import setup
    from models.values.exchange import parse_rate

    setup.set_exchange_rate(session, source, into, parse_day(day), *parse_rate(value))
    found = _one(source, into, day)
    call.answer(_rate_document(found[0]), lambda: _tell_rates(found))


@rate.command("drop")
@click.argument("source", metavar="FROM")
@click.argument("into", metavar="TO")
@click.option("--from", "day", metavar="DATE", required=True, help="The day from which it holds.")
@click.pass_obj
def drop_rate(call: Call, source: str, into: str, day: str) -> None:
    """Take a rate away; the one before it then holds on."""
    session = call.session
    from models.people import setup

    found = _one(source, into, day)
    setup.drop_exchange_rate(session, source, into, parse_day(day))
    call.answer(_rate_document(found[0]), lambda: _tell_rates(found))


COMMANDS = {"target": target, "currency": currency}
