"""report reps: what each has open, won and lost."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.reports.drawn import draw
from cli.commands.reports.filters import any_type, begin, deal_options, filters, head, share_text, sums_text
from cli.main import Command
from cli.output import print_json, say, table
from models.statistics.words import lasting, range_text
from models.values.language import _
from models.values.text import neutral

if TYPE_CHECKING:
    from models.statistics.reps import RepLine, RepsReport

LEAST = 5  # below it shares say nothing, and only counts are shown


@click.command(cls=Command)
@deal_options
@click.option("--idle", "idle_days", type=click.IntRange(1, 3650), default=14, show_default=True, metavar="DAYS", help="After how many days without a touch a deal is idle.")
@click.pass_obj
def reps(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str, idle_days: int,
) -> None:  # fmt: skip
    """What each rep has open, and what they won and lost in the period: how much, with what share, how long it took."""
    session = begin(call, form)
    from models.statistics.reps import reps as reps_of

    found = reps_of(
        session, any_type(type_name), clock=clock, idle_days=idle_days, **filters(session, first, last, as_of, rep, team)
    )
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        _csv(found)
    elif form == "chart":
        from models.statistics.pictures import reps_bars

        say(_("Deals won and lost by rep"))
        draw(lambda width, ascii: reps_bars(found, width, 2 * len(found.reps) + 4, ascii=ascii))
    else:
        head(session, found.type, found.as_of)
        _tell(found)


def _tell(found: RepsReport) -> None:
    lines = [*found.reps, found.together]
    table(
        [_("Rep"), _("Open"), _("Clients"), _("Planned"), _("Weighted"), _("Ageing"), _("Idle"), _("No next step")],
        [
            [
                one.rep or _("Together"), one.deals, one.clients, sums_text(one.planned), sums_text(one.weighted),
                one.flags["ageing"], one.flags["idle"], one.flags["no_next_step"],
            ]
            for one in lines
        ],
        right=tuple(range(1, 8)),
    )
    say()
    table(
        [_("Rep"), _("Deals won"), _("Deals lost"), _("Share"), "95 %", _("Median to win"), _("Amount won"), _("Target")],
        [
            [
                one.rep or _("Together"), one.deals_won, one.deals_lost, *_shares(one), lasting(one.median, found.day),
                sums_text(one.won), sums_text(one.target),
            ]
            for one in lines
        ],
        right=tuple(range(1, 8)),
    )
    if found.clock == "working":
        say()
        say(_("Days of {hours} working hours.").format(hours=f"{found.day / 3600:g}"))


def _shares(one: RepLine) -> tuple[str, str]:
    if one.low is None or one.high is None or one.deals_won + one.deals_lost < LEAST:
        return "", ""
    few = f" ({_('few')})" if one.few else ""
    return f"{share_text(one.share)}{few}", range_text(one.low, one.high)


def _csv(found: RepsReport) -> None:
    """A row for each rep and each of the currencies of their sums."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    facts = [
        "rep", "name", "deals", "held", "clients", "ageing", "idle", "no_next_step", "deals_won", "deals_lost", "share", "low", "high",
        "few", "median_seconds",
    ]  # fmt: skip
    sides = ("planned", "weighted", "won", "target")
    writer.writerow([*facts, "currency", *sides])
    for one in found.reps:
        told = one.as_json()
        told |= {"rep": neutral(told["rep"]), "name": neutral(told["name"]), "few": int(told["few"])}
        sums = [{money["currency"]: money["amount"] for money in told[side]} for side in sides]
        for currency in sorted({code for side in sums for code in side}) or [""]:
            writer.writerow([*(told[name] for name in facts), currency, *(side.get(currency, "") for side in sums)])


COMMANDS = {"reps": reps}
