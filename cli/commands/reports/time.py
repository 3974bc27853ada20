"""report time and report margin."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import draw, whose
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.values.durations import clock_text
from models.values.instants import parse_day
from models.values.language import _, ngettext
from models.values.money import Money, money_text, plain_text
from models.values.numbers import percent_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.time import Sums, TimeReport


def _period(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed."),
        click.option("--clock", type=click.Choice(["calendar", "working"]), help="Taken as by every report; time worked is the same on both."),
        click.option("--as-of", "as_of", metavar="INSTANT", help="Begun up to that instant; default: now."),
        click.option("--to", "last", metavar="DAY", help="Begun on that day or earlier."),
        click.option("--from", "first", metavar="DAY", help="Begun on that day or later."),
        click.option("--team", metavar="NAME", help="Only of this team."),
        click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee."),
        click.option("--type", "type_name", metavar="NAME", help="Only on deals of this type; default: all time."),
        click.option("--by", type=click.Choice(["clients", "deals", "stages", "services", "reps"]), default="clients", show_default=True, help="What a line is, in a table or chart."),
    ):
        command = option(command)
    return command


@click.command(cls=Command, name="time")
@_period
@click.pass_obj
def time_worked(call: Call, /, **said: Any) -> None:
    """Hours worked, billable and unbilled, and what they come to."""
    _answer_time(call, margin=False, **said)


@click.command(cls=Command, name="margin")
@_period
@click.pass_obj
def margin(call: Call, /, **said: Any) -> None:
    """What time was charged at and paid at, and the difference."""
    _answer_time(call, margin=True, **said)


def _answer_time(
    call: Call, *, margin: bool, by: str, type_name: str | None, rep: str | None, team: str | None, first: str | None,
    last: str | None, as_of: str | None, form: str, clock: str | None,
) -> None:  # fmt: skip
    if form == "json":
        call.as_json = True
    session = call.session
    from models.pipeline.facts import find_type
    from models.statistics.time import time_report

    found = time_report(
        session,
        margin=margin,
        first=None if first is None else parse_day(first),
        last=None if last is None else parse_day(last),
        **whose(session, rep, team),
        type_id=None if type_name in (None, "all") else find_type(type_name),
        as_of=instant(session, as_of),
    )
    if call.as_json:
        print_json(found.as_json(margin=margin))
    elif form == "csv":
        _csv_time(found, margin)
    elif form == "chart":
        from models.statistics.pictures import margin_bars, time_bars

        names = {"clients": _("clients"), "deals": _("deals"), "stages": _("stages"), "services": _("services"), "reps": _("reps")}
        lines = found.groups[by][:BARS_SHOWN]
        say((_("Margin by {what}") if margin else _("Hours by {what}")).format(what=names[by]))
        draw(lambda width, ascii: (margin_bars if margin else time_bars)(lines, width, 2 * len(lines) + 4, ascii=ascii))
    else:
        _tell_time(found, by, margin)


BARS_SHOWN = 20


def _named(one: Sums) -> str:
    return shown(one.name) if one.name else _("not assigned")


def _money(said: dict[str, int]) -> str:
    from models.statistics.time import amounts

    return ", ".join(money_text(one) for one in amounts(said))


def _tell_time(found: TimeReport, by: str, margin: bool) -> None:
    heads = {"clients": _("Client"), "deals": _("Deal"), "stages": _("Stage"), "services": _("Service"), "reps": _("Rep")}
    total = found.total
    rows = [_time_cells(_named(one), one, margin) for one in found.groups[by]]
    more = [_("Paid"), _("Margin")] if margin else [_("Unbilled")]
    table(
        [heads[by], _("Time"), _("Billable"), _("Share"), _("Charge"), *more],
        [*rows, _time_cells(_("Together"), total, margin)],
        right=tuple(range(1, 5 + len(more))),
    )
    if total.unpriced:
        say()
        said = ngettext("{count} billable entry has no rate.", "{count} billable entries have no rate.", total.unpriced)
        say(said.format(count=total.unpriced))
    if total.unpaid:
        said = ngettext("{count} entry has no pay rate.", "{count} entries have no pay rate.", total.unpaid)
        say(said.format(count=total.unpaid))


def _time_cells(name: str, one: Sums, margin: bool) -> list[Any]:
    share = one.share()
    more = [_money(one.paid), _money(one.margin())] if margin else [_money(one.unbilled)]
    return [
        name, clock_text(one.seconds), clock_text(one.billable), "" if share is None else percent_text(share),
        _money(one.charged), *more,
    ]  # fmt: skip


def _csv_time(found: TimeReport, margin: bool) -> None:
    """A row for each client, deal, stage, service and rep, and for each of its currencies."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ["by", "name", "seconds", "billable_seconds", "entries", "unpriced", "currency", "charged", "unbilled"]
        + (["paid", "margin", "unpaid"] if margin else [])
    )
    for by, groups in found.groups.items():
        for one in groups:
            sides = [one.charged, one.unbilled, *([one.paid, one.margin()] if margin else [])]
            for currency in sorted({currency for side in sides for currency in side}) or [""]:
                money = [plain_text(Money(side[currency], currency)) if currency in side else "" for side in sides]
                writer.writerow(
                    [by, neutral(one.name or ""), one.seconds, one.billable, one.entries, one.unpriced, currency, *money, *([one.unpaid] if margin else [])]
                )


COMMANDS = {"time": time_worked, "margin": margin}
