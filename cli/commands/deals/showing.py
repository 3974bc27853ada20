"""deal show and list."""

from __future__ import annotations

from typing import Any

import click

from cli.call import Call
from cli.commands.deals.answers import answer_deal, line_document, tell_lines
from cli.commands.deals.group import deal
from cli.names import deal_number, instant, stage_of


@deal.command()
@click.argument("deal_id", metavar="ID")
@click.pass_obj
def show(call: Call, deal_id: str) -> None:
    """One deal with its history, and which moves are allowed or refused."""
    wanted = deal_number(deal_id)
    answer_deal(call, wanted)


@deal.command("list")
@click.option("--type", "type_name", metavar="NAME", help="Of this deal type.")
@click.option("--stage", metavar="NAME", help="At this stage.")
@click.option("--rep", "--employee", "rep", metavar="LOGIN", help="Of this employee.")
@click.option("--client", metavar="NAME", help="Of this client.")
@click.option("--outcome", type=click.Choice(["open", "won", "lost"]), help="With this outcome.")
@click.option("--as-of", "as_of", metavar="INSTANT", help="As they stood at that instant.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="At most so many.")
@click.pass_obj
def list_(
    call: Call, type_name: str | None, stage: str | None, rep: str | None, client: str | None,
    outcome: str | None, as_of: str | None, limit: int,
) -> None:
    """The deals that you may read, the newest first."""
    session = call.session
    from models.clients.views import find_client
    from models.people.views import find_employee
    from models.pipeline import views
    from models.pipeline.facts import find_type

    type_id = find_type(type_name) if type_name is not None or stage is not None else None
    wanted: dict[str, Any] = {
        "type_id": type_id,
        "stage_id": stage_of(type_id, stage).id if stage is not None and type_id is not None else None,
        "rep_id": find_employee(rep).id if rep is not None else None,
        "client_id": find_client(session, client) if client is not None else None,
        "outcome": outcome,
        "limit": limit,
    }
    if as_of is not None:
        from models.pipeline.history import deals_as_of

        lines = deals_as_of(session, instant(session, as_of) or 0, **wanted)
    else:
        lines = views.deals(session, **wanted)
    call.answer({"deals": [line_document(line) for line in lines]}, lambda: tell_lines(lines))
