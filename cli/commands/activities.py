"""activity … and agenda."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Command, Group
from cli.names import deal_number, due, last_day, number
from cli.output import say, table
from models.values import money
from models.values.instants import instant_text, local_datetime, local_day, parse_day
from models.values.language import _

if TYPE_CHECKING:
    from models.activities.views import Activity

KINDS = click.Choice(["call", "meeting", "mail", "task", "note"])


@click.group(cls=Group)
def activity() -> None:
    """Calls, meetings, mails and tasks."""


def document(one: Activity, zone: str) -> dict[str, Any]:
    """An activity; `due_on` is the day where it has no time of day, then `due_at` is that day's end."""
    return {
        "id": one.id,
        "kind": one.kind,
        "text": one.text,
        "employee": one.employee,
        "client": one.client,
        "client_id": one.client_id,
        "deal": one.deal_id,
        "deal_title": one.deal,
        "amount": money.as_json(one.amount),
        "due_at": None if one.due_at is None else instant_text(one.due_at),
        "due_on": None if one.due_at is None or one.has_time else last_day(one.due_at, zone).isoformat(),
        "has_time": one.has_time,
        "done_at": None if one.done_at is None else instant_text(one.done_at),
        "result": one.result,
    }


def _tell(found: list[Activity], zone: str) -> None:
    table(
        [_("No."), _("Due"), _("Kind"), _("Client"), _("Deal"), _("What"), ""],
        [
            [
                one.id, _due(one, zone), one.kind, one.client, "" if one.deal_id is None else one.deal_id, one.text,
                _("done") if one.done_at is not None else "",
            ]
            for one in found
        ],
        right=(0, 4),
    )


def _due(one: Activity, zone: str) -> str:
    if one.due_at is None:
        return ""
    return f"{local_datetime(one.due_at, zone):%Y-%m-%d %H:%M}" if one.has_time else last_day(one.due_at, zone).isoformat()


def _answer(call: Call, activity_id: int) -> None:
    from models.activities import views

    found = views.activity(call.session, activity_id)
    zone = call.session.actor.timezone
    call.answer(document(found, zone), lambda: _tell([found], zone))


@activity.command("list")
@click.option("--deal", metavar="ID", help="Of this deal.")
@click.option("--client", metavar="NAME", help="Of this client.")
@click.option("--open", "open_only", is_flag=True, help="Only what is still to do.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="At most so many.")
@click.pass_obj
def list_activities(call: Call, deal: str | None, client: str | None, open_only: bool, limit: int) -> None:
    """Open activities by the instant they are due, then those done."""
    session = call.session
    from models.activities import views
    from models.clients.views import find_client

    found = views.activities(
        session,
        client_id=None if client is None else find_client(session, client),
        deal_id=None if deal is None else _readable(call, deal),
        open_only=open_only,
        limit=limit,
    )
    zone = session.actor.timezone
    call.answer({"activities": [document(one, zone) for one in found]}, lambda: _tell(found, zone))


def _readable(call: Call, deal: str) -> int:
    from models.pipeline.facts import readable_deal

    return int(readable_deal(call.session, deal_number(deal)).id)


@activity.command("add")
@click.argument("text")
@click.option("--deal", metavar="ID", help="For this deal; its client comes along.")
@click.option("--client", metavar="NAME", help="For this client.")
@click.option("--kind", type=KINDS, default="task", show_default=True, help="What it is.")
@click.option("--due", "when", metavar="INSTANT", help="When: a day, or a day with a time.")
@click.option("--done", is_flag=True, help="It is done already.")
@click.pass_obj
def add_activity(
    call: Call, text: str, deal: str | None, client: str | None, kind: str, when: str | None, done: bool
) -> None:
    """Plan an activity, or write down one that is done."""
    session = call.session
    from models.activities import commands
    from models.clients.views import find_client

    if deal is None and client is None:
        raise click.UsageError(_("Say for which --deal or --client."))
    if when is None and not done and kind != "note":
        raise click.UsageError(_("Say when it is --due, or that it is --done."))
    due_at, has_time = due(session, when) if when is not None else (None, False)
    made = commands.add_activity(
        session,
        client_id=None if client is None else find_client(session, client),
        deal_id=None if deal is None else deal_number(deal),
        kind=kind,
        text=text,
        due_at=due_at,
        has_time=has_time,
        done=done or kind == "note",
    )
    _answer(call, made)


@activity.command("done")
@click.argument("activity_id", metavar="ID")
@click.option("--result", default="", help="What came of it.")
@click.pass_obj
def done_activity(call: Call, activity_id: str, result: str) -> None:
    """Mark an activity as done."""
    session, wanted = call.session, number(activity_id, _("There is no activity {id}."))
    from models.activities import commands

    commands.done_activity(session, wanted, result)
    _answer(call, wanted)


@activity.command("postpone")
@click.argument("activity_id", metavar="ID")
@click.argument("when", metavar="INSTANT")
@click.pass_obj
def postpone_activity(call: Call, activity_id: str, when: str) -> None:
    """Give an activity another day, or a day with a time."""
    session, wanted = call.session, number(activity_id, _("There is no activity {id}."))
    from models.activities import commands

    due_at, has_time = due(session, when)
    commands.postpone_activity(session, wanted, due_at, has_time)
    _answer(call, wanted)


@click.command(cls=Command)
@click.option("--date", "day_text", metavar="DAY", help="Default: today.")
@click.pass_obj
def agenda(call: Call, day_text: str | None) -> None:
    """What is overdue, and what is due on a day."""
    session = call.session
    from models.activities import views

    zone = session.actor.timezone
    day = parse_day(day_text) if day_text is not None else local_day(session.now(), zone)
    found = views.agenda(session, day)

    def tell() -> None:
        for words, part in ((_("Overdue"), found.overdue), (_("Due"), found.due)):
            if part:
                say(words)
                _tell(list(part), zone)
        if not found.overdue and not found.due:
            say(_("Nothing is due."))

    call.answer(
        {
            "date": day.isoformat(),
            "overdue": [document(one, zone) for one in found.overdue],
            "due": [document(one, zone) for one in found.due],
        },
        tell,
    )


COMMANDS = {"activity": activity, "agenda": agenda}
