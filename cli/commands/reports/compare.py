"""report compare: two reps or two periods side by side."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.reports.drawn import draw, one_type
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.statistics.words import clock_word, difference_text, measure_word, told_text, verdict_word
from models.values.dates import day_text, day_time_text
from models.values.errors import Usage
from models.values.instants import parse_day
from models.values.language import _
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.comparison import ComparisonReport


@click.command(cls=Command)
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Of this employee.")
@click.option("--with", "other", metavar="LOGIN", help="Beside this one.")
@click.option("--team", metavar="NAME", help="Of this team.")
@click.option("--with-team", "other_team", metavar="NAME", help="Beside this team.")
@click.option("--from", "first", metavar="DAY", help="The first day of the period.")
@click.option("--to", "last", metavar="DAY", help="The last day of the period.")
@click.option("--with-from", "other_first", metavar="DAY", help="The first day of the period beside it.")
@click.option("--with-to", "other_last", metavar="DAY", help="The last day of the period beside it.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As far as they had come at that instant; default: now.")
@click.option("--clock", type=click.Choice(["calendar", "working"]), help="Count all time, or the company's working hours alone; default: the company's clock.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed.")
@click.pass_obj
def compare(
    call: Call, /, type_name: str | None, rep: str | None, other: str | None, team: str | None, other_team: str | None,
    first: str | None, last: str | None, other_first: str | None, other_last: str | None, as_of: str | None, clock: str | None, form: str,
) -> None:  # fmt: skip
    """Two reps, two teams or two periods side by side: what differs, and how sure that is."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.people.views import find_employee, find_readable_team
    from models.statistics.comparison import Side
    from models.statistics.comparison import compare as compared

    if other is None and other_team is None and other_first is None and other_last is None:
        raise Usage("nothing_beside", _("Say with what to compare: --with LOGIN, --with-team NAME, or --with-from and --with-to."))
    if (rep or other) is not None and (team or other_team) is not None:
        raise Usage("one_of", _("A report is of an employee or of a team, not of both."))
    rep_id, rep_beside = (None if one is None else find_employee(one).id for one in (rep, rep if other is None else other))
    of, of_beside = (
        None if one is None else find_readable_team(session.actor, one) for one in (team, team if other_team is None else other_team)
    )
    begin, end, *beside = (None if day is None else parse_day(day) for day in (first, last, other_first, other_last))
    begin_beside, end_beside = (begin, end) if other_first is None and other_last is None else beside
    found = compared(
        session, one_type(type_name), Side(rep_id, begin, end, of), Side(rep_beside, begin_beside, end_beside, of_beside),
        as_of=instant(session, as_of), clock=clock,
    )  # fmt: skip
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv(found)
    elif form == "chart":
        _chart(found)
    else:
        _tell(found, session.actor.timezone)


def _names(found: ComparisonReport) -> list[str]:
    """What the two sides are called: by the reps or teams, by the periods, by both where both differ."""
    names = []
    differ = found.sides[0].whose != found.sides[1].whose
    for side, *whose in zip(found.sides, found.reps, found.teams, strict=True):
        parts = [shown(one) for one in whose if one is not None and differ]
        if found.sides[0].days != found.sides[1].days:
            first, last = ("…" if day is None else f"{day_text(day)} {day.year}" for day in side.days)
            parts.append(f"{first} – {last}")
        names.append(" ".join(parts))
    return names


def _tell(found: ComparisonReport, zone: str) -> None:
    say(f"{shown(found.type)}, {day_time_text(found.as_of, zone)}, {clock_word(found.clock)}")
    say()
    rows: list[list[str]] = []
    stage = None
    for one in found.measures:
        if one.stage_id != stage:
            stage = one.stage_id
            rows.append([one.stage or "", "", "", "", "", ""])
        name = measure_word(one) if stage is None else f"  {measure_word(one)}"
        told = [told_text(side, one, found.day) for side in (one.first, one.second)]
        rows.append([name, *told, *difference_text(one, found.day), verdict_word(one)])
    table([_("Measure"), *_names(found), _("Difference"), "95 %", ""], rows, right=(1, 2, 3, 4))
    say()
    say(_("Of twenty measures that are alike one is said to differ, by chance."))


def _csv(found: ComparisonReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    sides = ("value", "count", "of", "deals")
    heads = ["measure", "stage", "to", "currency", *(f"{side}_{name}" for side in ("first", "second") for name in sides)]
    writer.writerow([*heads, "difference", "low", "high", "method", "few", "differs"])
    for one in found.measures:
        told = one.as_json()

        def plain(value: object) -> object:
            return value["amount"] if isinstance(value, dict) else value

        names = [neutral(told[name] or "") for name in ("stage", "to")]
        figures = [plain(told[side][name]) for side in ("first", "second") for name in sides]
        writer.writerow(
            [told["measure"], *names, told["currency"], *figures, plain(told["difference"]), told["low"], told["high"], told["method"], int(one.few), int(one.differs)]
        )


def _chart(found: ComparisonReport) -> None:
    names = _names(found)
    for title, medians in ((_("{first} less {second}: shares and chances, with 95 % intervals"), False), (_("{first} less {second}: median stays"), True)):
        say(title.format(first=names[0], second=names[1]))
        _draw_differences(found, medians)
        say()


def _draw_differences(found: ComparisonReport, medians: bool) -> None:
    from models.statistics.pictures import differences

    draw(lambda width, ascii: differences(found, medians, width, ascii=ascii))


COMMANDS = {"compare": compare}
