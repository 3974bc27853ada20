"""report ageing: open deals that stand still."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.reports.drawn import draw
from cli.commands.reports.filters import any_type, begin, deal_options, filters, head
from cli.main import Command
from cli.output import print_json, say, table
from models.statistics.words import lasting
from models.values.dates import day_text
from models.values.instants import local_day
from models.values.language import _
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.ageing import Aged, AgeingReport, StageAges

FLAGS = {"ageing": "ageing", "idle": "idle", "no-next-step": "no_next_step"}
DEALS_SHOWN = 30


@click.command(cls=Command)
@deal_options
@click.option("--flag", type=click.Choice(list(FLAGS)), default="ageing", show_default=True, help="Which deals are listed.")
@click.option("--idle", "idle_days", type=click.IntRange(1, 3650), default=14, show_default=True, metavar="DAYS", help="After how many days without a touch a deal is idle.")
@click.pass_obj
def ageing(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str, flag: str, idle_days: int,
) -> None:  # fmt: skip
    """Open deals that stay longer than the norm or than most, that are idle, that have no next step."""
    session = begin(call, form)
    from models.statistics.ageing import ageing as ageing_of

    found = ageing_of(
        session, any_type(type_name), flag=FLAGS[flag], idle_days=idle_days, clock=clock,
        **filters(session, first, last, as_of, rep, team),
    )  # fmt: skip
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv(found.listed)
    elif form == "chart":
        from models.statistics.pictures import ageing_bars

        say(_("Ageing deals per stage, {type}").format(type=shown(found.type)))
        draw(lambda width, ascii: ageing_bars(found, width, 2 * len(found.stages) + 4, ascii=ascii))
    else:
        head(session, found.type, found.as_of)
        _tell(found, session.actor.timezone)


def _limit(one: StageAges | Aged, day: int) -> str:
    sources = {"norm": _("norm"), "percentile": _("4 of 5 stays"), None: ""}
    return f"{lasting(one.limit.seconds, day)} {sources[one.limit.source]}".strip()


def _tell(found: AgeingReport, zone: str) -> None:
    table(
        [_("Stage"), _("Open"), _("On hold"), _("Ageing"), _("Ageing after")],
        [[one.stage, one.deals, one.held or "", one.ageing, _limit(one, found.day)] for one in found.stages],
        right=(1, 2, 3),
    )
    say()
    said = _("{open} open: {ageing} ageing, {idle} idle for {days} days, {bare} without a next step.")
    counts = found.counts
    say(said.format(open=found.deals, ageing=counts["ageing"], idle=counts["idle"], days=found.idle_days, bare=counts["no_next_step"]))
    if found.clock == "working":
        say(_("Days of {hours} working hours.").format(hours=f"{found.day / 3600:g}"))
    if not found.listed:
        return
    signs = {"ageing": _("ageing"), "idle": _("idle"), "no_next_step": _("no next step")}
    say()
    table(
        [_("No."), _("Client"), _("Deal"), _("Stage"), _("Rep"), _("Age"), _("Ageing after"), _("Touched"), ""],
        [
            [
                one.deal_id, one.client, one.title, one.stage, one.rep, lasting(one.seconds, found.day),
                _limit(one, found.day), day_text(local_day(one.touched_at, zone)), ", ".join(signs[flag] for flag in one.flags),
            ]
            for one in found.listed[:DEALS_SHOWN]
        ],
        right=(0, 5),
    )
    if len(found.listed) > DEALS_SHOWN:
        say(_("{count} more deals; --format json has all of them.").format(count=len(found.listed) - DEALS_SHOWN))


def _csv(listed: Sequence[Aged]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    heads = ["id", "client", "title", "stage", "rep", "amount", "currency", "held", "entered_at", "seconds", "limit", "limit_source", "touched_at", "expected_close", "pushed"]
    writer.writerow([*heads, *FLAGS.values()])
    for one in listed:
        told = one.as_json()
        money = told.pop("amount") or {"amount": "", "currency": ""}
        names = {name: neutral(told[name]) for name in ("client", "title", "stage", "rep")}
        told |= {**names, **money, "held": int(told["held"]), **{flag: int(told[flag]) for flag in FLAGS.values()}}
        writer.writerow([told[name] for name in (*heads, *FLAGS.values())])


COMMANDS = {"ageing": ageing}
