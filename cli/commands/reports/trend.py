"""report trend: each measure by month."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import CURVE, draw, one_type, whose
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.statistics.words import clock_word, lasting, measure_name, month_name, range_text, share_text
from models.values.dates import day_time_text
from models.values.instants import parse_day
from models.values.language import _
from models.values.money import money_text, plain_text
from models.values.numbers import int_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.trend import Month, TrendReport

MEASURES = ("deals", "share", "median", "amount", "open")


@click.command(cls=Command)
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee.")
@click.option("--team", metavar="NAME", help="Only of this team.")
@click.option("--from", "first", metavar="DAY", help="The first day of the period.")
@click.option("--to", "last", metavar="DAY", help="The last day of the period.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As it stood at that instant; default: now.")
@click.option("--clock", type=click.Choice(["calendar", "working"]), help="Count all time, or the company's working hours alone; default: the company's clock.")
@click.option("--measure", type=click.Choice(MEASURES), help="Only this one; the chart draws the deals where none is named.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed.")
@click.pass_obj
def trend(
    call: Call, /, type_name: str | None, rep: str | None, team: str | None, first: str | None, last: str | None,
    as_of: str | None, clock: str | None, measure: str | None, form: str,
) -> None:  # fmt: skip
    """Each measure by month: deals started, won and lost, the share won, how long stays last, amounts, open deals."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.statistics.trend import trend as trend_of

    found = trend_of(
        session, one_type(type_name), **whose(session, rep, team),
        first=None if first is None else parse_day(first), last=None if last is None else parse_day(last),
        as_of=instant(session, as_of), clock=clock,
    )  # fmt: skip
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv(found)
    elif form == "chart":
        from models.statistics.pictures import trend_lines

        say(f"{shown(found.type)}: {measure_name(measure or 'deals')}")
        draw(lambda width, ascii: trend_lines(found, measure or "deals", width, CURVE, ascii=ascii))
    else:
        say(f"{shown(found.type)}, {day_time_text(found.as_of, session.actor.timezone)}, {clock_word(found.clock)}")
        _tell(found, measure)


def _tell(found: TrendReport, measure: str | None) -> None:
    if measure != "median":
        columns = [(head, cell) for head, cell, of in _columns() if measure in (None, *of)]
        say()
        table(
            [_("Month"), *(head for head, _cell in columns)],
            [[month_name(month), *(cell(month) for _head, cell in columns)] for month in found.months],
            right=tuple(range(1, len(columns) + 1)),
        )
    if measure in (None, "median"):
        say()
        say(_("Median stay of the visits entered in the month; how many ended, where they are too few."))
        table(
            [_("Month"), *(stage for _id, stage in found.stages)],
            [[month_name(month), *(_median(one, found.day) for one in month.medians)] for month in found.months],
            right=tuple(range(1, len(found.stages) + 1)),
        )
    if any(month.partial for month in found.months):
        say()
        say(_("* only a part of the month"))


def _columns() -> list[tuple[str, Any, tuple[str, ...]]]:
    """Heads, cells, and the measures that they are of."""
    return [
        (_("Started"), lambda one: int_text(one.started), ("deals",)),
        (_("Won"), lambda one: int_text(one.won), ("deals", "share")),
        (_("Lost"), lambda one: int_text(one.lost), ("deals", "share")),
        (_("Share won"), _share, ("share",)),
        ("95 %", lambda one: range_text(one.low, one.high) if one.told else "", ("share",)),
        (_("Amount won"), lambda one: ", ".join(money_text(money) for money in one.amounts), ("amount",)),
        (_("Open at the end"), lambda one: int_text(one.open), ("open",)),
    ]


def _share(one: Month) -> str:
    few = f" ({_('few')})" if one.few else ""
    return f"{share_text(one.share)}{few}" if one.told else ""


def _median(one: Any, day: int) -> str:
    if not one.told:
        return f"({one.completed})" if one.visits else ""
    return lasting(one.median, day) or "–"


def _csv(found: TrendReport) -> None:
    """A row for each month and measure, of medians for each stage, of amounts for each currency."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["month", "partial", "measure", "stage", "currency", "value", "low", "high", "count", "of"])
    for one in found.months:
        head = [one.month.isoformat()[:7], int(one.partial)]
        for name, value in (("started", one.started), ("won", one.won), ("lost", one.lost), ("open", one.open)):
            writer.writerow([*head, name, "", "", value, "", "", "", ""])
        writer.writerow([*head, "share", "", "", one.share, one.low, one.high, one.won, one.won + one.lost])
        for money in one.amounts:
            writer.writerow([*head, "won_amount", "", money.currency, plain_text(money), "", "", "", ""])
        for stage in one.medians:
            writer.writerow([*head, "median", neutral(stage.stage), "", stage.median, "", "", stage.completed, stage.visits])


COMMANDS = {"trend": trend}
