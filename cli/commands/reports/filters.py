"""What volumes, funnel, ageing and reps have alike: options and filters, the line above, sums and shares as told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import whose
from cli.names import instant
from cli.output import say
from models.values.dates import day_time_text
from models.values.errors import NotFound
from models.values.instants import Instant, local_day, parse_day
from models.values.language import _
from models.values.money import Money, money_text
from models.values.numbers import percent_text
from models.values.text import shown

if TYPE_CHECKING:
    from models.session import Session


def deal_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that each of these reports has."""
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed."),
        click.option("--clock", type=click.Choice(["calendar", "working"]), help="What times are counted on; default: the company's clock."),
        click.option("--as-of", "as_of", metavar="INSTANT", help="As it stood at that instant; default: now."),
        click.option("--to", "last", metavar="DAY", help="The last day of the period."),
        click.option("--from", "first", metavar="DAY", help="The first day of the period."),
        click.option("--team", metavar="NAME", help="Only of this team."),
        click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee."),
        click.option("--type", "type_name", metavar="NAME", help="The deal type, or all; default: the only one, else the default one."),
    ):
        command = option(command)
    return command


def begin(call: Call, form: str) -> Session:
    """The session, once it is said what a refusal is to be printed as."""
    if form == "json":
        call.as_json = True
    return call.session


def filters(
    session: Session, first: str | None, last: str | None, as_of: str | None, rep: str | None, team: str | None
) -> dict[str, Any]:
    """Period, instant and people, as the views of reports take them. Raises Usage `bad_date`, NotFound."""
    return {
        "first": None if first is None else parse_day(first),
        "last": None if last is None else parse_day(last),
        "as_of": instant(session, as_of),
        **whose(session, rep, team),
    }


def any_type(name: str | None) -> int | None:
    """The type by name, None for all. Raises NotFound."""
    from models.pipeline.facts import find_type

    try:
        return find_type(name)
    except NotFound:
        if name == "all":
            return None
        raise


def head(session: Session, name: str, at: Instant) -> None:
    """The line above: the type and the instant that the report is of."""
    zone = session.actor.timezone
    title = _("all types") if name == "all" else shown(name)
    say(f"{title}, {day_time_text(at, zone, local_day(session.now(), zone))}")
    say()


def sums_text(sums: Sequence[Money]) -> str:
    return ", ".join(money_text(money) for money in sums)


def share_text(fraction: float | None) -> str:
    return "" if fraction is None else percent_text(fraction)
