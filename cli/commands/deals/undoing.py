"""deal undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.deals.answers import answer_deal, local_time
from cli.commands.deals.group import deal
from cli.names import deal_number
from cli.output import say, say_aside, table
from models.values.errors import NotFound, Refused
from models.values.instants import instant_text
from models.values.language import _

if TYPE_CHECKING:
    from models.pipeline.commands import Done


@deal.command()
@click.argument("deal_id", metavar="[ID]", required=False)
@click.option("--step", "line", type=click.IntRange(1, 2**62), metavar="N", help="The step of this number (--list).")
@click.option("--list", "listed", is_flag=True, help="Your steps that can be taken back.")
@click.pass_obj
def undo(call: Call, deal_id: str | None, line: int | None, listed: bool) -> None:
    """Take back your last step, of one deal if given, as if it had not been made."""
    session, wanted = call.session, None if deal_id is None else deal_number(deal_id)
    from models.pipeline import commands

    if listed:
        _list_steps(call, wanted)
        return
    if line is not None and wanted is not None and not any(
        step.id == line for step in commands.undoable(session, wanted)
    ):
        raise Refused("nothing_to_undo", _("Step {step} is none of deal {id} that can be taken back.").format(step=line, id=wanted))
    _answer_taken_back(call, commands.undo(session, wanted, line=line))


def _answer_taken_back(call: Call, done: Done) -> None:
    """The deal as it stands after an undo or a redo, which may have removed it."""
    if done.together > 1:
        say_aside(_("Together with it: {count} more deals.").format(count=done.together - 1))
    try:
        answer_deal(call, done.deal_id)
    except NotFound:
        call.answer({"id": done.deal_id, "deleted": True}, lambda: say(_("Deal {id} is deleted.").format(id=done.deal_id)))


def _list_steps(call: Call, deal_id: int | None) -> None:
    from models.pipeline import commands

    session = call.session
    steps = commands.undoable(session, deal_id)

    def tell() -> None:
        table(
            [_("Step"), _("When"), _("Deal"), _("What"), _("Stage")],
            [
                [
                    step.id, local_time(step.at, session.actor.timezone), step.subject_id,
                    step.command.partition(".")[2], step.facts.get("stage", ""),
                ]
                for step in steps
            ],
            right=(0, 2),
        )

    listed = [
        {
            "step": step.id, "at": instant_text(step.at), "deal": step.subject_id,
            "command": step.command, "stage": step.facts.get("stage"), "reason": step.facts.get("reason", ""),
        }
        for step in steps
    ]
    call.answer({"steps": listed}, tell)


@deal.command()
@click.argument("deal_id", metavar="[ID]", required=False)
@click.pass_obj
def redo(call: Call, deal_id: str | None) -> None:
    """Make the step again that you took back last."""
    session, wanted = call.session, None if deal_id is None else deal_number(deal_id)
    from models.pipeline import commands

    _answer_taken_back(call, commands.redo(session, wanted))
