"""report …: as a table, JSON, CSV, or drawn in the terminal."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.charts import bars as _bars
from cli.charts import neutral as _neutral
from cli.commands.sales_reports import ageing, funnel, reps, volumes
from cli.main import Group
from cli.names import instant
from cli.output import print_json, say, table
from models.values.dates import day_time_text
from models.values.durations import clock_text, words
from models.values.errors import NotFound, Usage
from models.values.instants import parse_day
from models.values.language import _, ngettext
from models.values.money import Money, money_text, plain_text
from models.values.numbers import percent_text
from models.values.text import shown

if TYPE_CHECKING:
    from models.statistics.paths import Path, PathsReport
    from models.statistics.time import Sums, TimeReport
    from models.statistics.views import ClientsReport


@click.group(cls=Group)
def report() -> None:
    """Reports."""


@report.command()
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As it stood at that instant; default: now.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed.")
@click.pass_obj
def clients(call: Call, type_name: str | None, rep: str | None, as_of: str | None, form: str) -> None:
    """How many open deals and clients are at each stage, by rep."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.people.views import find_employee
    from models.pipeline.facts import find_type
    from models.statistics.views import clients_per_stage

    found = clients_per_stage(
        session,
        None if type_name == "all" else find_type(type_name),
        as_of=instant(session, as_of),
        rep_id=None if rep is None else find_employee(rep).id,
    )
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv(found)
    elif form == "chart":
        title = _("Clients per stage, {type}").format(type=shown(found.type))
        _bars(title, [(shown(stage.stage), stage.clients) for stage in found.stages])
    else:
        _table(found, session.actor.timezone)


def _table(found: ClientsReport, zone: str) -> None:
    say(f"{shown(found.type)}, {day_time_text(found.as_of, zone)}")
    say()
    reps = [rep.rep for rep in found.reps]
    rows = []
    for stage in found.stages:
        count = {rep.rep: rep.clients for rep in stage.reps}
        rows.append(
            [
                stage.stage, stage.clients, stage.deals, stage.held or "",
                ", ".join(money_text(amount) for amount in stage.amounts), *(count.get(rep, "") for rep in reps),
            ]
        )
    rows.append([_("Together"), found.clients, found.deals, "", "", *(rep.clients for rep in found.reps)])
    table(
        [_("Stage"), _("Clients"), _("Deals"), _("On hold"), _("Amount"), *reps],
        rows,
        right=tuple(range(1, 5 + len(reps))),
    )


def _csv(found: ClientsReport) -> None:
    """A row for each stage and rep, and one without rep for the stage as a whole."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["stage", "rep", "deals", "held", "clients", "amounts"])
    for stage in found.stages:
        amounts = " ".join(f"{plain_text(amount)} {amount.currency}" for amount in stage.amounts)
        writer.writerow([_neutral(stage.stage), "", stage.deals, stage.held, stage.clients, amounts])
        for rep in stage.reps:
            writer.writerow([_neutral(stage.stage), _neutral(rep.rep), rep.deals, "", rep.clients, ""])


def _period(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed."),
        click.option("--as-of", "as_of", metavar="INSTANT", help="Begun up to that instant; default: now."),
        click.option("--to", "last", metavar="DAY", help="Begun on that day or earlier."),
        click.option("--from", "first", metavar="DAY", help="Begun on that day or later."),
        click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee."),
        click.option("--type", "type_name", metavar="NAME", help="Only on deals of this type; default: all time."),
        click.option("--by", type=click.Choice(["clients", "deals", "stages", "services", "reps"]), default="clients", show_default=True, help="What a line is, in a table or chart."),
    ):
        command = option(command)
    return command


@report.command("time")
@_period
@click.pass_obj
def time_worked(call: Call, /, **said: Any) -> None:
    """Hours worked, billable and unbilled, and what they come to."""
    _answer_time(call, margin=False, **said)


@report.command("margin")
@_period
@click.pass_obj
def margin(call: Call, /, **said: Any) -> None:
    """What time was charged at and paid at, and the difference."""
    _answer_time(call, margin=True, **said)


def _answer_time(
    call: Call, *, margin: bool, by: str, type_name: str | None, rep: str | None, first: str | None, last: str | None,
    as_of: str | None, form: str,
) -> None:  # fmt: skip
    if form == "json":
        call.as_json = True
    session = call.session
    from models.people.views import find_employee
    from models.pipeline.facts import find_type
    from models.statistics.time import time_report

    found = time_report(
        session,
        margin=margin,
        since=None if first is None else parse_day(first),
        until=None if last is None else parse_day(last),
        rep_id=None if rep is None else find_employee(rep).id,
        type_id=None if type_name in (None, "all") else find_type(type_name),
        as_of=instant(session, as_of),
    )
    if call.as_json:
        print_json(found.as_json(margin=margin))
    elif form == "csv":
        _csv_time(found, margin)
    elif form == "chart":
        names = {"clients": _("clients"), "deals": _("deals"), "stages": _("stages"), "services": _("services"), "reps": _("reps")}
        rows = [(_named(one), round(one.seconds / 3600)) for one in found.groups[by][:BARS_SHOWN]]
        _bars(_("Hours by {what}").format(what=names[by]), rows)
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
        + (["paid", "margin"] if margin else [])
    )
    for by, groups in found.groups.items():
        for one in groups:
            sides = [one.charged, one.unbilled, *([one.paid, one.margin()] if margin else [])]
            for currency in sorted({currency for side in sides for currency in side}) or [""]:
                money = [plain_text(Money(side[currency], currency)) if currency in side else "" for side in sides]
                writer.writerow(
                    [by, _neutral(one.name or ""), one.seconds, one.billable, one.entries, one.unpriced, currency, *money]
                )


PATHS_SHOWN = 30


@report.command()
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee.")
@click.option("--from", "since", metavar="DAY", help="Deals started on that day or later.")
@click.option("--to", "until", metavar="DAY", help="Deals started on that day or before.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As far as they had come at that instant; default: now.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed.")
@click.pass_obj
def paths(
    call: Call, type_name: str | None, rep: str | None, since: str | None, until: str | None, as_of: str | None, form: str
) -> None:
    """Which ways deals take through the stages, how often, how long and with what share won."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.people.views import find_employee
    from models.statistics.paths import paths as paths_of

    found = paths_of(
        session,
        _one_type(type_name),
        since=None if since is None else parse_day(since),
        until=None if until is None else parse_day(until),
        as_of=instant(session, as_of),
        rep_id=None if rep is None else find_employee(rep).id,
    )
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv_paths(found)
    elif form == "chart":
        title = _("Paths of deals, {type}").format(type=shown(found.type))
        _bars(title, [(_steps(path), path.deals) for path in found.paths[:PATHS_SHOWN]])
    else:
        _tell_paths(found, session.actor.timezone)


def _one_type(name: str | None) -> int:
    """The type by name; stages of several types make no common path. Raises Usage `one_type`, NotFound."""
    from models.pipeline.facts import find_type

    try:
        return find_type(name)
    except NotFound:
        if name == "all":
            raise Usage("one_type", _("Paths are those of one deal type; say which with --type.")) from None
        raise


def _steps(path: Path) -> str:
    return " → ".join(shown(stage) for stage in path.stages)


def _tell_paths(found: PathsReport, zone: str) -> None:
    say(f"{shown(found.type)}, {day_time_text(found.as_of, zone)}")
    say()
    rows = [
        [
            path.deals, path.won, percent_text(path.won / path.deals),
            "" if path.median_seconds is None else words(path.median_seconds), _steps(path),
        ]
        for path in found.paths[:PATHS_SHOWN]
    ]
    table([_("Deals"), _("Won"), _("Share"), _("Median"), _("Path")], rows, right=(0, 1, 2, 3))
    if len(found.paths) > PATHS_SHOWN:
        say(_("{count} more paths; --format json has all of them.").format(count=len(found.paths) - PATHS_SHOWN))
    say()
    said = _("Of {deals} deals {strict} would have broken strict, {semi} semi-strict.")
    say(said.format(deals=found.deals, strict=found.strict, semi=found.semi_strict))


def _csv_paths(found: PathsReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["stages", "deals", "won", "median_seconds"])
    for path in found.paths:
        writer.writerow([_neutral(_steps(path)), path.deals, path.won, path.median_seconds])


for command in (volumes, funnel, ageing, reps):
    report.add_command(command)

COMMANDS = {"report": report}
