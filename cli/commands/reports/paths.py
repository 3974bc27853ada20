"""report paths."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.reports.drawn import draw, one_type, whose
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.statistics.words import lasting
from models.values.dates import day_time_text
from models.values.instants import parse_day
from models.values.language import _
from models.values.numbers import int_text, percent_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.paths import Path, PathsReport

PATHS_SHOWN = 30


@click.command(cls=Command)
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee.")
@click.option("--team", metavar="NAME", help="Only of this team.")
@click.option("--from", "first", metavar="DAY", help="Deals started on that day or later.")
@click.option("--to", "last", metavar="DAY", help="Deals started on that day or before.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As far as they had come at that instant; default: now.")
@click.option("--clock", type=click.Choice(["calendar", "working"]), help="Count all time, or the company's working hours alone; default: the company's clock.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed.")
@click.pass_obj
def paths(
    call: Call, /, type_name: str | None, rep: str | None, team: str | None, first: str | None, last: str | None,
    as_of: str | None, clock: str | None, form: str,
) -> None:  # fmt: skip
    """Which ways deals take through the stages, how often, how long and with what share won."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.statistics.paths import paths as paths_of

    found = paths_of(
        session,
        one_type(type_name),
        first=None if first is None else parse_day(first),
        last=None if last is None else parse_day(last),
        as_of=instant(session, as_of),
        clock=clock,
        **whose(session, rep, team),
    )
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_paths(found)
    elif form == "chart":
        from models.statistics.pictures import paths_bars

        say(_("Paths of deals, {type}").format(type=shown(found.type)))
        count = min(PATHS_SHOWN, len(found.paths))
        draw(lambda width, ascii: paths_bars(found, count, width, 2 * count + 3, ascii=ascii))
    else:
        _tell_paths(found, session.actor.timezone)


def _steps(path: Path) -> str:
    return " → ".join(shown(stage) for stage in path.stages)


def _tell_paths(found: PathsReport, zone: str) -> None:
    say(f"{shown(found.type)}, {day_time_text(found.as_of, zone)}")
    say()
    rows = [
        [
            int_text(path.deals), int_text(path.won), percent_text(path.won / path.deals),
            lasting(path.median_seconds, found.day), _steps(path),
        ]
        for path in found.paths[:PATHS_SHOWN]
    ]
    table([_("Deals"), _("Won"), _("Share"), _("Median"), _("Path")], rows, right=(0, 1, 2, 3))
    if len(found.paths) > PATHS_SHOWN:
        say(_("{count} more paths; --format json has all of them.").format(count=len(found.paths) - PATHS_SHOWN))
    say()
    said = _("Of {deals} deals {strict} would have broken strict, {semi} semi-strict.")
    say(said.format(deals=int_text(found.deals), strict=int_text(found.strict), semi=int_text(found.semi_strict)))


def _csv_paths(found: PathsReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["stages", "deals", "won", "median_seconds"])
    for path in found.paths:
        writer.writerow([neutral(_steps(path)), path.deals, path.won, path.median_seconds])


COMMANDS = {"paths": paths}
