"""deal move, win, lose, hold, resume, reopen, tick, untick: one deal, or several at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.deals.answers import answer_deal, document, outcome_word
from cli.commands.deals.group import DEAL_IDS, VERSION, deal
from cli.names import deal_number, instant, stage_of
from cli.output import say
from models.values.errors import NotFound, Refused
from models.values.language import _

if TYPE_CHECKING:
    from models.pipeline.commands import Several
    from models.session import Session


def _step_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        VERSION,
        click.option("--at", metavar="INSTANT", help="When it happened, if not now."),
        click.option("--reason", default="", help="Why."),
    ):
        command = option(command)
    return command


@deal.command()
@DEAL_IDS
@click.argument("stage")
@_step_options
@click.pass_obj
def move(
    call: Call, deal_ids: tuple[str, ...], stage: str, reason: str, at: str | None, version: int | None
) -> int:
    """Bring a deal, or several, to another stage of its type."""
    return _take_step(call, "move", deal_ids, stage, reason, at, version)


def _step(name: str, words: str) -> None:
    """Add a command that closes, holds, resumes or reopens deals."""

    @deal.command(name, help=words)
    @DEAL_IDS
    @_step_options
    @click.pass_obj
    def step(call: Call, deal_ids: tuple[str, ...], reason: str, at: str | None, version: int | None) -> int:
        return _take_step(call, name, deal_ids, None, reason, at, version)


for _name, _words in (
    ("win", "Close a deal, or several, as won."),
    ("lose", "Close a deal, or several, as lost, with a reason."),
    ("hold", "Pause a deal, or several, with a reason."),
    ("resume", "End the pause of a deal, or several."),
    ("reopen", "Open a closed deal, or several, again, with a reason."),
):
    _step(_name, _words)


def _take_step(
    call: Call, kind: str, said: tuple[str, ...], stage: str | None, reason: str, at: str | None, version: int | None
) -> int:
    """The step of one deal, or of several: those that are refused are told and stay as they are."""
    session, wanted = call.session, list(dict.fromkeys(map(deal_number, said)))
    from models.pipeline import commands

    if len(wanted) > 1 and version is not None:
        raise click.UsageError(_("--version is for one deal."))
    stage_id = None if stage is None else _stage_for(session, wanted, stage)
    happened = instant(session, at)
    if len(wanted) > 1:
        return _answer_several(call, commands.step_deals(session, wanted, kind, stage_id=stage_id, reason=reason, at=happened))
    if stage_id is not None:
        commands.move_deal(session, wanted[0], stage_id, reason=reason, at=happened, version=version)
    else:
        getattr(commands, f"{kind}_deal")(session, wanted[0], reason=reason, at=happened, version=version)
    answer_deal(call, wanted[0])
    return 0


def _stage_for(session: Session, deal_ids: list[int], stage: str) -> int:
    """The stage of that name in the type of the first of the deals that knows it. Raises NotFound as for the first."""
    from models.pipeline import facts as pipeline

    errors: list[NotFound] = []
    for deal_id in deal_ids:
        try:
            return stage_of(pipeline.readable_deal(session, deal_id).deal_type_id, stage).id
        except NotFound as error:
            errors.append(error)
    raise errors[0]


def _answer_several(call: Call, several: Several) -> int:
    from models.pipeline import views

    cards = [views.deal(call.session, done.deal_id) for done in several.done]

    def tell() -> None:
        for card in cards:
            say(f"{card.id}  {card.client}  {card.title}  {card.stage or ''}  {outcome_word(card.outcome, card.held_at is not None)}")
        for left in several.left:
            for objection in left.objections:
                lift = f" ({objection.lift})" if objection.lift else ""
                say(_("Left as it is: {deal}: {why}").format(deal=f"{left.deal_id} {left.title}".rstrip(), why=f"{objection.message}{lift}"))

    refused = [
        {"id": left.deal_id, "objections": [objection.as_json() for objection in left.objections]}
        for left in several.left
    ]
    if call.as_json and not cards:
        raise Refused("move_refused", _("None of the deals could go."), refused)
    call.answer({"deals": [document(card) for card in cards], "refused": refused}, tell)
    return 0 if cards else 1


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("action")
@click.pass_obj
def tick(call: Call, deal_id: str, action: str) -> None:
    """Mark an action of the deal's stage as done: by its text, the beginning of it, or its number in the list."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands

    commands.tick_action(session, wanted, commands.find_action(session, wanted, action))
    answer_deal(call, wanted)


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("action")
@click.pass_obj
def untick(call: Call, deal_id: str, action: str) -> None:
    """Take the tick of an action away again."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands

    commands.untick_action(session, wanted, commands.find_action(session, wanted, action))
    answer_deal(call, wanted)
