"""report durations and report transitions."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import CURVE, draw, one_type, whose
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.statistics.words import kind_word, lasting, range_text, share_text, target_word, told, within
from models.values.dates import day_time_text
from models.values.instants import Instant, parse_day
from models.values.language import _
from models.values.numbers import int_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.durations import DurationsReport, StageDuration
    from models.statistics.transitions import StageExits, TransitionsReport, Way


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed."),
        click.option("--clock", type=click.Choice(["calendar", "working"]), help="Count all time, or the company's working hours alone; default: the company's clock."),
        click.option("--as-of", "as_of", metavar="INSTANT", help="As far as they had come at that instant; default: now."),
        click.option("--to", "last", metavar="DAY", help="Visits entered and exits made on that day or earlier."),
        click.option("--from", "first", metavar="DAY", help="Visits entered and exits made on that day or later."),
        click.option("--team", metavar="NAME", help="Only of this team."),
        click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee."),
        click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one."),
    ):
        command = option(command)
    return command


def _asked(
    session: Session, type_name: str | None, rep: str | None, team: str | None, first: str | None, last: str | None,
    as_of: str | None, clock: str | None,
) -> tuple[int, dict[str, Any]]:  # fmt: skip
    return one_type(type_name), {
        **whose(session, rep, team),
        "first": None if first is None else parse_day(first),
        "last": None if last is None else parse_day(last),
        "as_of": instant(session, as_of),
        "clock": clock,
    }


@click.command(cls=Command)
@_options
@click.pass_obj
def durations(call: Call, /, form: str, **said: Any) -> None:
    """How long stays at each stage last, the open ones counted as lasting."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.statistics.durations import durations as durations_of

    type_id, asked = _asked(session, **said)
    found = durations_of(session, type_id, **asked)
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_durations(found)
    elif form == "chart":
        _draw_durations(found)
    else:
        _tell_durations(found, session.actor.timezone)


@click.command(cls=Command)
@_options
@click.pass_obj
def transitions(call: Call, /, form: str, **said: Any) -> None:
    """Where deals go from each stage, how soon, and how likely they are won."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.statistics.transitions import transitions as transitions_of

    type_id, asked = _asked(session, **said)
    found = transitions_of(session, type_id, **asked, intervals=form != "chart" or call.as_json)
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_transitions(found)
    elif form == "chart":
        _draw_transitions(found)
    else:
        _tell_transitions(found, session.actor.timezone)


def _head(type_name: str, as_of: Instant, clock: str, zone: str) -> None:
    clocks = {"calendar": _("calendar clock"), "working": _("working clock")}
    say(f"{shown(type_name)}, {day_time_text(as_of, zone)}, {clocks[clock]}")
    say()


def _tell_durations(found: DurationsReport, zone: str) -> None:
    _head(found.type, found.as_of, found.clock, zone)
    day = found.day
    table(
        [_("Stage"), _("Visits"), _("Completed"), _("Open"), _("Mean"), _("Median"), "95 %", _("A deal in all")],
        [
            [
                stage.stage, *map(int_text, (stage.visits, stage.completed, stage.open)), lasting(stage.mean, day),
                *within(stage.median, day), lasting(stage.per_deal_median, day),
            ]
            for stage in found.stages
        ],
        right=tuple(range(1, 8)),
    )  # fmt: skip
    say()
    table(
        [_("Stage"), _("80 % end by"), "95 %", _("90 % end by"), "95 %"],
        [[stage.stage, *within(stage.p80, day), *within(stage.p90, day)] for stage in found.stages],
        right=(1, 2, 3, 4),
    )
    say()
    table(
        [_("Stage"), _("Carried in"), _("Entered"), _("Advance"), _("Skip"), _("Return"), _("Won"), _("Lost"), _("Retyped"), _("Still there")],
        [[stage.stage, *map(int_text, stage.account)] for stage in found.stages],
        right=tuple(range(1, 10)),
    )


def _csv_durations(found: DurationsReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    rows = [stage.as_json() for stage in found.stages]
    accounts = [row.pop("accounting") for row in rows]
    writer.writerow(list(DURATION_COLUMNS) + list(ACCOUNT_COLUMNS))
    for row, account in zip(rows, accounts, strict=True):
        row["stage"] = neutral(row["stage"])
        writer.writerow([*(row[column] for column in DURATION_COLUMNS), *(account[column] for column in ACCOUNT_COLUMNS)])


DURATION_COLUMNS = (
    "stage", "visits", "completed", "open", "mean", "median", "median_low", "median_high", "p80", "p80_low", "p80_high",
    "p90", "p90_low", "p90_high", "per_deal_median",
)  # fmt: skip
ACCOUNT_COLUMNS = ("carried_in", "entered", "advance", "skip", "return", "won", "lost", "retyped", "there")


def _draw_durations(found: DurationsReport) -> None:
    """The curve of each stage at which a stay has ended, with its band and the median."""
    say(f"{_('Duration of each stage')}, {shown(found.type)}")
    for stage in found.stages:
        say()
        draw(partial(_curve, stage, found.day))


def _curve(stage: StageDuration, day: int, width: int, ascii: bool) -> list[str]:
    from models.statistics.pictures import duration_curve

    return duration_curve(stage, day, width, CURVE, ascii=ascii)


def _tell_transitions(found: TransitionsReport, zone: str) -> None:
    from models.statistics.transitions import HORIZONS

    _head(found.type, found.as_of, found.clock, zone)
    table(
        [
            _("From"), _("To"), _("How"), _("Count"), _("Share"), "95 %",
            *(_("{count} d").format(count=days) for days in HORIZONS), _("Last"),
        ],
        [_way_cells(stage, way) for stage in found.stages for way in stage.ways],
        right=tuple(range(3, 12)),
    )  # fmt: skip
    if any(stage.beyond and stage.ways for stage in found.stages):
        say(_("+ lies beyond the last observation, whose value is carried on."))
    say()
    table(
        [
            _("Stage"), _("Exits"), _("Deals"), _("Several exits"), _("Open"), _("Win probability"), "95 %", _("Set"),
            _("Wins reopened"),
        ],
        [_win_cells(stage) for stage in found.stages],
        right=tuple(range(1, 9)),
    )  # fmt: skip
    say()
    say(_("The win probability says where exits lead, not when. Intervals: {count} resamples of deals.").format(count=int_text(found.resamples)))
    if any(stage.few for stage in found.stages):
        say(_("* fewer than 10 exits; below 5 only counts are shown."))
    for stage in found.stages:
        if stage.win.chance is not None and stage.win.counts_set:
            said = _("{stage} counts the set percentage of {stages}, which nothing has left yet.")
            say(said.format(stage=shown(stage.stage), stages=", ".join(map(shown, stage.win.counts_set))))


def _way_cells(stage: StageExits, way: Way) -> list[Any]:
    from models.statistics.transitions import COLUMNS

    if not told(stage):
        return [stage.stage, target_word(way), kind_word(way.how), int_text(way.count), *[""] * 8]
    chances = [
        f"{share_text(chance)}{'+' if column in stage.beyond else ''}"
        for column, chance in zip(COLUMNS, way.incidence, strict=True)
    ]
    return [
        stage.stage, target_word(way), kind_word(way.how), int_text(way.count), share_text(way.share), range_text(way.low, way.high), *chances,
    ]  # fmt: skip


def _win_cells(stage: StageExits) -> list[Any]:
    win, enough = stage.win, told(stage)
    return [
        stage.stage, f"{int_text(stage.exits)}{'*' if stage.few else ''}", *map(int_text, (stage.deals, stage.repeated, stage.open)),
        share_text(win.chance) if enough else "", range_text(win.low, win.high) if enough else "", share_text(win.percentage),
        share_text(win.reopened) if enough else "",
    ]  # fmt: skip


def _csv_transitions(found: TransitionsReport) -> None:
    """A row for each stage and target; the stage's own figures stand in each of them, and alone where it has no exits."""
    from models.statistics.transitions import COLUMNS

    own = ("exits", "open", "deals", "repeated", "few", "win_probability", "win_n", "win_low", "win_high", "win_set", "win_reopened")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["from", *own, "to", "as", "count", "share", "low", "high", *(f"incidence_{one}" for one in COLUMNS), "beyond"])
    for stage in found.stages:
        told = stage.as_json() | {"few": int(stage.few)}
        head = [neutral(stage.stage), *(told[column] for column in own)]
        for way in stage.ways:
            writer.writerow(
                [*head, neutral(way.to), way.how, way.count, way.share, way.low, way.high, *way.incidence, " ".join(stage.beyond)]
            )
        if not stage.ways:
            writer.writerow(head)


def _draw_transitions(found: TransitionsReport) -> None:
    """From × to with the shares of the exits, the flow, and a bar for each exit."""
    from models.statistics.flows import flow
    from models.statistics.pictures import exits_bars, exits_matrix

    say(f"{_('Transitions')}, {shown(found.type)}")
    say()
    draw(lambda width, ascii: exits_matrix(found, width, ascii=ascii))
    say()
    draw(lambda width, ascii: flow(found, width, 3 * len(found.stages) + 1, ascii=ascii))
    say()
    draw(lambda width, ascii: exits_bars(found, width, 2 * sum(len(stage.ways) for stage in found.stages) + 3, ascii=ascii))


COMMANDS = {"durations": durations, "transitions": transitions}
