"""report durations and report transitions."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import bars, curve, neutral, one_type
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.values.dates import day_time_text
from models.values.durations import DAY, words
from models.values.instants import Instant, parse_day
from models.values.language import _
from models.values.numbers import percent_text
from models.values.text import shown

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.durations import DurationsReport, Percentile, StageDuration
    from models.statistics.transitions import StageExits, TransitionsReport, Way


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed."),
        click.option("--clock", type=click.Choice(["calendar", "working"]), help="Count all time, or the company's working hours alone; default: the company's clock."),
        click.option("--as-of", "as_of", metavar="INSTANT", help="As far as they had come at that instant; default: now."),
        click.option("--to", "last", metavar="DAY", help="Visits entered and exits made on that day or earlier."),
        click.option("--from", "first", metavar="DAY", help="Visits entered and exits made on that day or later."),
        click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee."),
        click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one."),
    ):
        command = option(command)
    return command


def _asked(
    session: Session, type_name: str | None, rep: str | None, first: str | None, last: str | None, as_of: str | None,
    clock: str | None,
) -> tuple[int, dict[str, Any]]:  # fmt: skip
    from models.people.views import find_employee

    return one_type(type_name), {
        "rep_ids": None if rep is None else [find_employee(rep).id],
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


def _lasting(seconds: int | None, day: int) -> str:
    """As two units, days of the clock's length."""
    return "" if seconds is None else words(seconds // day * DAY + seconds % day)


def _within(one: Percentile, day: int) -> tuple[str, str]:
    """A time and its interval, `3 d–6 d`, with `…` for a limit that there is not."""
    if one.value is None and one.low is None:
        return "", ""
    value, low, high = (_lasting(seconds, day) or "…" for seconds in (one.value, one.low, one.high))
    return value, f"{low}–{high}"


def _tell_durations(found: DurationsReport, zone: str) -> None:
    _head(found.type, found.as_of, found.clock, zone)
    day = found.day
    table(
        [_("Stage"), _("Visits"), _("Completed"), _("Open"), _("Mean"), _("Median"), "95 %", _("A deal in all")],
        [
            [
                stage.stage, stage.visits, stage.completed, stage.open, _lasting(stage.mean, day),
                *_within(stage.median, day), _lasting(stage.per_deal_median, day),
            ]
            for stage in found.stages
        ],
        right=tuple(range(1, 8)),
    )  # fmt: skip
    say()
    table(
        [_("Stage"), _("80 % end by"), "95 %", _("90 % end by"), "95 %"],
        [[stage.stage, *_within(stage.p80, day), *_within(stage.p90, day)] for stage in found.stages],
        right=(1, 2, 3, 4),
    )
    say()
    table(
        [_("Stage"), _("Carried in"), _("Entered"), _("Advance"), _("Skip"), _("Return"), _("Won"), _("Lost"), _("Retyped"), _("Still there")],
        [[stage.stage, *stage.account] for stage in found.stages],
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
    for stage in found.stages:
        if stage.completed:
            _draw_stage(stage, found.day)


def _draw_stage(stage: StageDuration, day: int) -> None:
    longest = stage.curve[-1].seconds
    unit, name = (day, _("days")) if longest >= 2 * day else (3600, _("hours")) if longest >= 7200 else (60, _("minutes"))
    title = _("{stage}: share still there after so many {unit}; median {median}").format(
        stage=shown(stage.stage), unit=name, median=_lasting(stage.median.value, day) or "–"
    )
    curve(
        title,
        [(point.seconds / unit, point.low, point.share, point.high) for point in stage.curve],
        None if stage.median.value is None else stage.median.value / unit,
    )


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
    say(_("The win probability says where exits lead, not when. Intervals: {count} resamples of deals.").format(count=found.resamples))
    if any(stage.few for stage in found.stages):
        say(_("* fewer than 10 exits; below 5 only counts are shown."))
    for stage in found.stages:
        if stage.win.chance is not None and stage.win.counts_set:
            said = _("{stage} counts the set percentage of {stages}, which nothing has left yet.")
            say(said.format(stage=shown(stage.stage), stages=", ".join(map(shown, stage.win.counts_set))))


def _told(stage: StageExits) -> bool:
    from models.statistics.transitions import TOO_FEW

    return stage.exits >= TOO_FEW


def _way_cells(stage: StageExits, way: Way) -> list[Any]:
    from models.statistics.transitions import COLUMNS

    if not _told(stage):
        return [stage.stage, _target(way), _kind(way.how), way.count, *[""] * 8]
    chances = [
        f"{percent_text(chance)}{'+' if column in stage.beyond else ''}"
        for column, chance in zip(COLUMNS, way.incidence, strict=True)
    ]
    return [
        stage.stage, _target(way), _kind(way.how), way.count, _percent(way.share), _range(way.low, way.high), *chances,
    ]  # fmt: skip


def _win_cells(stage: StageExits) -> list[Any]:
    win, told = stage.win, _told(stage)
    return [
        stage.stage, f"{stage.exits}{'*' if stage.few else ''}", stage.deals, stage.repeated, stage.open,
        _percent(win.chance) if told else "", _range(win.low, win.high) if told else "", _percent(win.percentage),
        _percent(win.reopened) if told else "",
    ]  # fmt: skip


def _target(way: Way) -> str:
    ends = {"won": _("won"), "lost": _("lost"), "retyped": _("another type")}
    return ends[way.to] if way.to_id is None else way.to


def _kind(how: str) -> str:
    """How an exit was made; of an end the target says it."""
    return {"advance": _("advance"), "skip": _("skip"), "return": _("return")}.get(how, "")


def _percent(share: float | None) -> str:
    return "" if share is None else percent_text(share)


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{percent_text(low)}–{percent_text(high)}"


def _csv_transitions(found: TransitionsReport) -> None:
    """A row for each stage and target; the stage's own figures stand in each of them, and alone where it has no exits."""
    from models.statistics.transitions import COLUMNS

    own = ("exits", "open", "deals", "repeated", "few", "win_probability", "win_n", "win_low", "win_high", "win_set")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["from", *own, "to", "as", "count", "share", "low", "high", *(f"incidence_{one}" for one in COLUMNS), "beyond"])
    for stage in found.stages:
        told = stage.as_json()
        head = [neutral(stage.stage), *(told[column] for column in own)]
        for way in stage.ways:
            writer.writerow(
                [*head, neutral(way.to), way.how, way.count, way.share, way.low, way.high, *way.incidence, " ".join(stage.beyond)]
            )
        if not stage.ways:
            writer.writerow(head)


def _draw_transitions(found: TransitionsReport) -> None:
    """A bar for each exit taken, in percent of the exits from its stage; of a stage with too few of them, how many."""
    title = _("Exits from each stage in percent, {type}").format(type=shown(found.type))
    rows = []
    for stage in found.stages:
        for way in stage.ways:
            label = f"{shown(stage.stage)} → {shown(_target(way))}"
            if _told(stage) and way.share is not None:
                rows.append((label, int(way.share * 100 + 0.5)))
            else:
                rows.append((f"{label} ({way.count})", 0))
    bars(title, rows)


COMMANDS = {"durations": durations, "transitions": transitions}
