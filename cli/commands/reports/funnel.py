"""report funnel: how far deals come."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.reports.drawn import draw
from cli.commands.reports.filters import any_type, begin, deal_options, filters, head, share_text
from cli.main import Command
from cli.output import print_json, say, table
from models.values.errors import Usage
from models.values.language import _, ngettext
from models.values.numbers import int_text
from models.values.text import neutral, shown

if TYPE_CHECKING:
    from models.statistics.funnel import FunnelReport


@click.command(cls=Command)
@deal_options
@click.pass_obj
def funnel(
    call: Call, /, type_name: str | None, first: str | None, last: str | None, as_of: str | None, rep: str | None,
    team: str | None, clock: str | None, form: str,
) -> None:  # fmt: skip
    """How far the deals that started in the period have come, and how many are won."""
    session = begin(call, form)
    from models.statistics.funnel import funnel as funnel_of

    type_id = any_type(type_name)
    if type_id is None:
        raise Usage("one_type", _("A funnel is of one deal type; say which with --type."))
    found = funnel_of(session, type_id, **filters(session, first, last, as_of, rep, team))
    if call.as_json:
        print_json(found.as_json())
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["stage", "actual", "implied", "open_before", "share", "share_implied"])
        for one in found.stages:
            shares = [found.share(one.actual), found.share(one.implied)]
            writer.writerow([neutral(one.stage), one.actual, one.implied, one.open_before, *shares])
        writer.writerow(["won", found.won, found.won, "", found.share(found.won), found.share(found.won)])
    elif form == "chart":
        from models.statistics.pictures import funnel_bars

        say(_("How far deals came, {type}").format(type=shown(found.type)))
        draw(lambda width, ascii: funnel_bars(found, width, 2 * len(found.stages) + 7, ascii=ascii))
    else:
        head(session, found.type, found.as_of)
        _tell(found)


def _tell(found: FunnelReport) -> None:
    heads = [_("Stage"), _("Visited"), _("Share")]
    heads += [_("Still before")] if found.semi_strict else [_("Reached"), _("Share"), _("Open before")]
    rows: list[list[Any]] = [[_("Started"), int_text(found.started)]]
    for one in found.stages:
        implied = [] if found.semi_strict else [int_text(one.implied or 0), share_text(found.share(one.implied))]
        rows.append([one.stage, int_text(one.actual), share_text(found.share(one.actual)), *implied, int_text(one.open_before)])
    rows.append([_("Won"), int_text(found.won), share_text(found.share(found.won))])
    table(heads, [[*row, *[""] * (len(heads) - len(row))] for row in rows], right=tuple(range(1, len(heads))))
    say()
    said = ngettext("{count} of them is still open.", "{count} of them are still open.", found.open)
    say(said.format(count=int_text(found.open)))


COMMANDS = {"funnel": funnel}
