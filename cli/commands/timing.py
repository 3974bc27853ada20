"""timer …."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number, number, past_instant
from cli.output import facts, say, say_aside
from models.values.durations import clock_text
from models.values.instants import instant_text, local_datetime
from models.values.language import _

if TYPE_CHECKING:
    from models.timekeeping.views import Entry
    from models.timekeeping.views.prices import Priced


@click.group(cls=Group)
def timer() -> None:
    """The stopwatch."""


def document(entry: Entry, priced: Priced | None = None) -> dict[str, Any]:
    """A time entry as the contract fixes its JSON."""
    rate, charge = (None, None) if priced is None else _price_document(priced)
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
        "rate": rate,
        "charge": charge,
        "invoice": None,
        "marks": list(entry.marks),
    }


def _price_document(priced: Priced) -> tuple[Any, Any]:
    from models.values.money import as_json  # only where there are rates: a start costs less without

    return as_json(priced.rate), as_json(priced.charge)


def _answer(call: Call, entry: Entry) -> None:
    """An entry with its price."""
    from models.timekeeping import views

    session = call.session
    priced = views.priced(session, entry.id)
    call.answer(document(entry, priced), lambda: _tell(entry, session.actor.timezone, priced))


def _tell(entry: Entry, zone: str, priced: Priced | None = None) -> None:
    facts(
        [
            (_("Runs") if entry.ended_at is None else _("Time"), clock_text(entry.seconds)),
            (_("Since"), f"{local_datetime(entry.started_at, zone):%Y-%m-%d %H:%M}"),
            (_("Client"), entry.client),
            (_("Deal"), f"{entry.deal_id or ''}  {entry.deal or ''}".strip()),
            (_("Stage"), entry.stage),
            (_("Service"), entry.service),
            (_("Note"), entry.note),
            (_("Charge"), _charge_text(priced)),
        ]
    )


def _charge_text(priced: Priced | None) -> str:
    if priced is None or priced.charge is None or priced.rate is None:
        return ""
    from models.values.money import money_text

    return _("{charge} at {rate} an hour").format(charge=money_text(priced.charge), rate=money_text(priced.rate))


def _answer_status(call: Call) -> None:
    from models.timekeeping import views

    session = call.session
    running = views.running(session)
    priced = None if running is None else views.priced(session, running.id)
    forgotten = None if running is None else views.forgotten(session)

    def tell() -> None:
        if running is None:
            say(_("No stopwatch is running."))
            return
        _tell(running, session.actor.timezone, priced)
        if forgotten is not None:
            sign = f"{local_datetime(forgotten.last_sign, session.actor.timezone):%Y-%m-%d %H:%M}"
            say(_("Forgotten? Last sign of life {sign}; `timer recover` says what becomes of it.").format(sign=sign))

    call.answer(
        {
            "running": None if running is None else document(running, priced),
            "seconds": 0 if running is None else running.seconds,
            "charge": None if priced is None else _price_document(priced)[1],
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
        click.option("--at", metavar="INSTANT", help="When it began, if not now; -15m is 15 minutes ago."),
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
        at=past_instant(session, at),
    )
    _answer_started(call, made)


def _answer_started(call: Call, entry_id: int) -> None:
    """What runs now, and on stderr the budgets of it that have reached a warning."""
    from models.timekeeping import views
    from models.timekeeping.views.budgets import warnings_of_running

    _answer(call, views.entry(call.session, entry_id))
    for line in warnings_of_running(call.session):
        say_aside(line)


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
@click.option("--at", metavar="INSTANT", help="When it ended, if not now; -15m is 15 minutes ago.")
@click.pass_obj
def stop(call: Call, at: str | None) -> None:
    """Stop the stopwatch."""
    session = call.session
    from models.timekeeping import commands

    _answer(call, commands.stop_timer(session, at=past_instant(session, at)))


@timer.command("continue")
@click.argument("entry", required=False)
@click.option("--at", metavar="INSTANT", help="When it began, if not now; -15m is 15 minutes ago.")
@click.pass_obj
def continue_(call: Call, entry: str | None, at: str | None) -> None:
    """Go on with an entry, the last one if none is named: a new one with the same fields."""
    session = call.session
    from models.timekeeping import commands

    entry_id = None if entry is None else number(entry, _("There is no time entry {id}."))
    _answer_started(call, commands.continue_entry(session, entry_id, past_instant(session, at)))


@timer.command()
@click.option("--keep", is_flag=True, help="Let it run on.")
@click.option("--trim", is_flag=True, help="End it at the last sign of life.")
@click.option("--end", metavar="INSTANT", help="End it then.")
@click.option("--discard", is_flag=True, help="Take the entry away.")
@click.pass_obj
def recover(call: Call, keep: bool, trim: bool, end: str | None, discard: bool) -> None:
    """Say what becomes of a stopwatch that was left running."""
    answers = [name for name, said in (("keep", keep), ("trim", trim), ("end", end is not None), ("discard", discard)) if said]
    if len(answers) != 1:
        raise click.UsageError(_("Say one of --keep, --trim, --end and --discard."))
    session = call.session
    from models.timekeeping import commands

    left = commands.recover_timer(session, answers[0], past_instant(session, end))
    if left is None:
        call.answer({"discarded": True}, lambda: say(_("The entry was discarded.")))
    else:
        _answer(call, left)


@timer.command()
@click.argument("text")
@click.pass_obj
def note(call: Call, text: str) -> None:
    """Change the note of what runs."""
    session = call.session
    from models.timekeeping import commands

    _answer(call, commands.assign_timer(session, note=text))


COMMANDS = {"timer": timer}
