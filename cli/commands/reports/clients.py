"""report clients."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.reports.drawn import draw, period, whose
from cli.main import Command
from cli.names import instant
from cli.output import print_json, say, table
from models.values.dates import day_time_text
from models.values.language import _
from models.values.money import money_text, plain_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.views import ClientsReport


@click.command(cls=Command)
@click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Only of this employee.")
@click.option("--team", metavar="NAME", help="Only of this team.")
@click.option("--from", "first", metavar="DAY", help="Taken as by every report; who is where depends on the instant alone.")
@click.option("--to", "last", metavar="DAY", help="The same.")
@click.option("--clock", type=click.Choice(["calendar", "working"]), help="The same.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As it stood at that instant; default: now.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "chart"]), default="table", show_default=True, help="How it is printed.")
@click.pass_obj
def clients(
    call: Call, /, type_name: str | None, rep: str | None, team: str | None, first: str | None, last: str | None,
    clock: str | None, as_of: str | None, form: str,
) -> None:  # fmt: skip
    """How many open deals and clients are at each stage, by rep."""
    if form == "json":
        call.as_json = True
    session = call.session
    from models.pipeline.facts import find_type
    from models.statistics.views import clients_per_stage

    period(first, last)
    found = clients_per_stage(
        session,
        None if type_name == "all" else find_type(type_name),
        as_of=instant(session, as_of),
        **whose(session, rep, team),
    )
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv(found)
    elif form == "chart":
        from models.statistics.pictures import clients_bars

        say(_("Clients per stage, {type}").format(type=shown(found.type)))
        draw(lambda width, ascii: clients_bars(found, width, 2 * len(found.stages) + 4, ascii=ascii))
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
        writer.writerow([neutral(stage.stage), "", stage.deals, stage.held, stage.clients, amounts])
        for rep in stage.reps:
            writer.writerow([neutral(stage.stage), neutral(rep.rep), rep.deals, "", rep.clients, ""])


COMMANDS = {"clients": clients}
