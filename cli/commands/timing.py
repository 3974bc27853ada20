"""timer …."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number, instant
from cli.output import facts, say
from models.values.durations import clock_text
from models.values.instants import instant_text, local_datetime
from models.values.language import _

if TYPE_CHECKING:
    from models.timekeeping.views import Entry


@click.group(cls=Group)
def timer() -> None:
    """The stopwatch."""


def document(entry: Entry) -> dict[str, Any]:
    """A time entry as the contract fixes its JSON."""
    return {
        "id": entry.id,
        "employee": entry.employee,
        "client": entry.client,
        "deal": entry.deal_id,
        "stage": entry.stage,
        "service": entry.service,
        "started_at": instant_text(entry.started_at),
        "ended_at": None if entry.ended_at is None else instant_text(entry.ended_at),
        "seconds": entry.seconds,
        "billable": entry.billable,
        "note": entry.note,
        "rate": None,
        "charge": None,
        "invoice": None,
    }


def _tell(entry: Entry, zone: str) -> None:
    facts(
        [
            (_("Runs") if entry.ended_at is None else _("Time"), clock_text(entry.seconds)),
            (_("Since"), f"{local_datetime(entry.started_at, zone):%Y-%m-%d %H:%M}"),
            (_("Client"), entry.client),
            (_("Deal"), f"{entry.deal_id or ''}  {entry.deal or ''}".strip()),
            (_("Stage"), entry.stage),
            (_("Service"), entry.service),
            (_("Note"), entry.note),
        ]
    )


def _answer_status(call: Call) -> None:
    from models.timekeeping import views

    session = call.session
    running = views.running(session)

    def tell() -> None:
        if running is None:
            say(_("No stopwatch is running."))
        else:
            _tell(running, session.actor.timezone)

    call.answer(
        {
            "running": None if running is None else document(running),
            "seconds": 0 if running is None else running.seconds,
            "charge": None,
        },
        tell,
    )


@timer.command()
@click.pass_obj
def status(call: Call) -> None:
    """What is being timed, and for how long."""
    _answer_status(call)


def _what(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--at", metavar="INSTANT", help="When it began, if not now."),
        click.option("--note", default="", help="What is done."),
        click.option("--service", "service_name", metavar="NAME", help="Default: the only one."),
        click.option("--deal", metavar="ID", help="For this deal; its client comes along."),
        click.option("--client", metavar="NAME", help="For this client."),
    ):
        command = option(command)
    return command


def _start(
    call: Call, client: str | None, deal: str | None, service_name: str | None, note: str, at: str | None
) -> None:
    session = call.session
    from models.clients.views import find_client
    from models.timekeeping import commands, views

    made = commands.start_timer(
        session,
        client_id=None if client is None else find_client(session, client),
        deal_id=None if deal is None else deal_number(deal),
        service_id=None if service_name is None else views.find_service(service_name),
        note=note,
        at=instant(session, at),
    )
    entry = views.entry(session, made)
    call.answer(document(entry), lambda: _tell(entry, session.actor.timezone))


@timer.command()
@_what
@click.pass_obj
def start(call: Call, /, **said: Any) -> None:
    """Start the stopwatch; what runs is stopped at the same instant."""
    _start(call, **said)


@timer.command()
@_what
@click.pass_obj
def switch(call: Call, /, **said: Any) -> None:
    """Stop what runs and start something else at the same instant."""
    _start(call, **said)


@timer.command()
@click.option("--at", metavar="INSTANT", help="When it ended, if not now.")
@click.pass_obj
def stop(call: Call, at: str | None) -> None:
    """Stop the stopwatch."""
    session = call.session
    from models.timekeeping import commands

    entry = commands.stop_timer(session, at=instant(session, at))
    call.answer(document(entry), lambda: _tell(entry, session.actor.timezone))


COMMANDS = {"timer": timer}
