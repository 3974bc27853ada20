"""deal request, requests, accept, decline, withdraw: moves that another may make."""

from __future__ import annotations

import click

from cli.call import Call
from cli.commands.deals.answers import answer_deal, local_time, request_document, request_words
from cli.commands.deals.group import deal
from cli.names import deal_number, number, stage_of
from cli.output import say, table
from models.values.errors import NotFound
from models.values.language import _
from models.values.text import search_key


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.argument("stage", metavar="STAGE|won")
@click.option("--reason", default="", help="Why.")
@click.pass_obj
def request(call: Call, deal_id: str, stage: str, reason: str) -> None:
    """Ask who may for a move, or a win, that you have no authority for."""
    session, wanted = call.session, deal_number(deal_id)
    from models.pipeline import commands, views
    from models.pipeline import facts as pipeline

    type_id = pipeline.readable_deal(session, wanted).deal_type_id
    try:
        target = stage_of(type_id, stage).id
    except NotFound:
        if search_key(stage) not in ("won", search_key(_("won"))):
            raise
        target = None
    made = commands.request_move(session, wanted, target, reason=reason)
    line = next(one for one in views.open_requests(session, deal_id=wanted) if one.id == made)
    call.answer(request_document(line), lambda: say(request_words(line)))


@deal.command("requests")
@click.pass_obj
def list_requests(call: Call) -> None:
    """The requests that you asked or may answer."""
    session = call.session
    from models.pipeline import views

    lines = views.open_requests(session)

    def tell() -> None:
        table(
            [_("Request"), _("Deal"), _("Client"), _("From"), _("To"), _("Asked by"), _("When"), _("Reason"), ""],
            [
                [
                    line.id, line.deal_id, line.client, line.present, line.stage or _("won"), line.asked_by,
                    local_time(line.asked_at, session.actor.timezone), line.reason, _("yours to answer") if line.may else "",
                ]
                for line in lines
            ],
            right=(0, 1),
        )

    call.answer({"requests": [request_document(line) for line in lines]}, tell)


REQUEST = click.argument("request_id", metavar="N")


def _request_number(text: str) -> int:
    return number(text, _("There is no request {id} that you may answer."))


@deal.command()
@REQUEST
@click.option("--answer", default="", help="A word to it.")
@click.pass_obj
def accept(call: Call, request_id: str, answer: str) -> None:
    """Make the move that was asked for, as your own."""
    session = call.session
    from models.pipeline import commands

    answer_deal(call, commands.accept_request(session, _request_number(request_id), answer=answer).deal_id)


@deal.command()
@REQUEST
@click.option("--reason", default="", help="Why not; needed.")
@click.pass_obj
def decline(call: Call, request_id: str, reason: str) -> None:
    """Decline a move that was asked for, with a word why."""
    session = call.session
    from models.pipeline import commands

    answer_deal(call, commands.decline_request(session, _request_number(request_id), reason=reason).deal_id)


@deal.command()
@REQUEST
@click.pass_obj
def withdraw(call: Call, request_id: str) -> None:
    """Take a request of your own back."""
    session = call.session
    from models.pipeline import commands

    answer_deal(call, commands.withdraw_request(session, _request_number(request_id)).deal_id)
