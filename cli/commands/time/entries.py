"""time list, add, edit …: the entries of the timesheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.commands.time.group import employee_id_of, time
from cli.commands.timing import document
from cli.names import deal_number, instant, number
from cli.output import facts, table
from models.values.durations import clock_text
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import MINUTE, day_end, day_start, instant_text, local_datetime, parse_day
from models.values.language import _, ngettext

if TYPE_CHECKING:
    from models.session import Session
    from models.timekeeping.views import Entry

LONGEST_MINUTES = 24 * 60


def entry_number(text: str) -> int:
    return number(text, _("There is no time entry {id}."))


def _words(entry: Entry, zone: str) -> list[str]:
    begun = local_datetime(entry.started_at, zone)
    ended = None if entry.ended_at is None else local_datetime(entry.ended_at, zone)
    return [
        str(entry.id), f"{begun:%Y-%m-%d}", f"{begun:%H:%M}", _("runs") if ended is None else f"{ended:%H:%M}",
        clock_text(entry.seconds), entry.employee, entry.client or "", entry.deal or "", entry.service or "",
        "" if entry.billable else _("no"), entry.note,
    ]  # fmt: skip


def _tell(found: Sequence[Entry], zone: str) -> None:
    heads = [
        _("No."), _("Day"), _("From"), _("To"), _("Time"), _("Employee"), _("Client"), _("Deal"), _("Service"),
        _("Billable"), _("Note"),
    ]  # fmt: skip
    rows = [_words(entry, zone) for entry in found]
    if any(entry.marks for entry in found):
        heads.append(_("To look at"))
        rows = [[*row, " ".join(entry.marks)] for row, entry in zip(rows, found, strict=True)]
    table(heads, rows, right=(0, 4))


def _documents(session: Session, found: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries with their prices."""
    from models.timekeeping.views.prices import prices

    priced = {one.id: one for one in prices(session, ids=[entry.id for entry in found])}
    return [document(entry, priced.get(entry.id)) for entry in found]


def _answer(call: Call, ids: Sequence[int]) -> None:
    """The entries as they are now; one by itself, several as a list."""
    from models.timekeeping import views

    session = call.session
    found = [views.entry(session, each) for each in ids]
    documents = _documents(session, found)
    call.answer(
        documents[0] if len(documents) == 1 else {"entries": documents}, lambda: _tell(found, session.actor.timezone)
    )


def _client(session: Session, text: str | None) -> int | None:
    from models.clients.views import find_client

    return None if text is None else find_client(session, text)


def _service(text: str | None) -> int | None:
    from models.timekeeping.views import find_service

    return None if text is None else find_service(text)


def _whose(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--employee", "--rep", "employee", metavar="LOGIN", help="Whose time; default: your own.")(command)


@time.command("list")
@click.option("--from", "first", metavar="DAY", help="Begun on that day or later.")
@click.option("--to", "last", metavar="DAY", help="Begun on that day or earlier.")
@click.option("--client", metavar="NAME", help="Of this client.")
@click.option("--deal", metavar="ID", help="Of this deal.")
@click.option("--service", metavar="NAME", help="Of this service.")
@click.option("--employee", "--rep", "employee", metavar="LOGIN", help="Of this employee; default: all you may read.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_entries(call: Call, /, **said: Any) -> None:
    """Time entries, the newest first."""
    session = call.session
    from models.timekeeping import views

    zone = session.actor.timezone
    found = views.entries(
        session,
        client_id=_client(session, said["client"]),
        deal_id=None if said["deal"] is None else deal_number(said["deal"]),
        service_id=_service(said["service"]),
        employee_id=employee_id_of(said["employee"]),
        since=None if said["first"] is None else day_start(parse_day(said["first"]), zone),
        until=None if said["last"] is None else day_end(parse_day(said["last"]), zone),
        limit=said["limit"],
    )
    call.answer({"entries": _documents(session, found)}, lambda: _tell(found, zone))


@time.command("add")
@click.option("--client", metavar="NAME", help="For this client.")
@click.option("--deal", metavar="ID", help="For this deal; its client comes along.")
@click.option("--service", metavar="NAME", help="Default: the only one.")
@_whose
@click.option("--start", required=True, metavar="INSTANT", help="When it began.")
@click.option("--end", metavar="INSTANT", help="When it ended.")
@click.option("--minutes", type=int, help="How long it took, in place of --end.")
@click.option("--note", default="", help="What was done.")
@click.option("--not-billable", is_flag=True, help="It is not charged.")
@click.option("--trim", is_flag=True, help="Entries in the way give room.")
@click.pass_obj
def add(call: Call, /, **said: Any) -> None:
    """Enter time that was not timed."""
    session = call.session
    from models.timekeeping import commands, views

    if (said["end"] is None) == (said["minutes"] is None):
        raise Usage("end_or_minutes", _("Say either --end or --minutes."))
    start = instant(session, said["start"])
    assert start is not None
    if said["minutes"] is not None and said["minutes"] > LONGEST_MINUTES:
        raise Refused("bad_duration", _("An entry has at most 24 hours; enter each day by itself."))
    end = instant(session, said["end"])
    known = views.services(session)
    service_id = _service(said["service"]) if said["service"] else known[0].id if len(known) == 1 else None
    made = commands.add_entry(
        session,
        start=start,
        end=start + said["minutes"] * MINUTE if end is None else end,
        client_id=_client(session, said["client"]),
        deal_id=None if said["deal"] is None else deal_number(said["deal"]),
        service_id=service_id,
        employee_id=employee_id_of(said["employee"]),
        note=said["note"],
        billable=not said["not_billable"],
        trim=said["trim"],
    )
    _answer(call, [made])


@time.command("edit")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--start", metavar="INSTANT", help="When it began.")
@click.option("--end", metavar="INSTANT", help="When it ended.")
@click.option("--client", metavar="NAME", help="Another client; empty for none yet.")
@click.option("--deal", metavar="ID", help="Another deal; empty for none.")
@click.option("--service", metavar="NAME", help="Another service; empty for none yet.")
@click.option("--note", help="Another note.")
@click.option("--billable/--not-billable", default=None, help="Whether it is charged.")
@click.option("--trim", is_flag=True, help="Entries in the way give room.")
@click.pass_obj
def edit(call: Call, /, ids: tuple[str, ...], trim: bool, **said: Any) -> None:
    """Change an entry, or several alike."""
    session = call.session
    from models.timekeeping import commands

    changes: dict[str, Any] = {}
    for name in ("start", "end"):
        if said[name] is not None:
            changes[name] = instant(session, said[name])
    if said["client"] is not None:
        changes["client_id"] = _client(session, said["client"] or None)
    if said["deal"] is not None:
        changes["deal_id"] = deal_number(said["deal"]) if said["deal"] else None
    if said["service"] is not None:
        changes["service_id"] = _service(said["service"] or None)
    changes |= {name: said[name] for name in ("note", "billable") if said[name] is not None}
    if not changes:
        raise click.UsageError(_("Say what to change; --help lists it."))
    numbers = [entry_number(text) for text in ids]
    if len(numbers) == 1:
        commands.edit_entry(session, numbers[0], trim=trim, **changes)
    else:
        commands.change_entries(session, numbers, **changes)
    _answer(call, numbers)


@time.command("split")
@click.argument("entry_id", metavar="ID")
@click.argument("at", metavar="INSTANT")
@click.pass_obj
def split(call: Call, entry_id: str, at: str) -> None:
    """Cut an entry in two."""
    session = call.session
    from models.timekeeping import commands

    where = instant(session, at)
    assert where is not None
    _answer(call, commands.split_entry(session, entry_number(entry_id), where))


@time.command("merge")
@click.argument("ids", metavar="ID ID…", nargs=-1, required=True)
@click.pass_obj
def merge(call: Call, ids: tuple[str, ...]) -> None:
    """Make one entry of neighbours that touch and are alike."""
    session = call.session
    from models.timekeeping import commands

    _answer(call, [commands.merge_entries(session, [entry_number(text) for text in ids])])


@time.command("duplicate")
@click.argument("entry_id", metavar="ID")
@click.argument("day", metavar="DAY")
@click.pass_obj
def duplicate(call: Call, entry_id: str, day: str) -> None:
    """The same entry once more, on another day."""
    session = call.session
    from models.timekeeping import commands

    _answer(call, [commands.duplicate_entry(session, entry_number(entry_id), parse_day(day))])


@time.command("delete")
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(call: Call, ids: tuple[str, ...], yes: bool) -> None:
    """Delete entries. Asks first; it can be undone."""
    session = call.session
    from models.timekeeping import commands, views

    numbers = [entry_number(text) for text in ids]
    found = [views.entry(session, each) for each in numbers]
    call.confirm(
        ngettext("Delete {count} entry?", "Delete {count} entries?", len(found)).format(count=len(found)),
        [
            {"id": one.id, "started_at": instant_text(one.started_at), "seconds": one.seconds, "change": "deleted"}
            for one in found
        ],
        yes,
    )
    count = commands.delete_entries(session, numbers)
    call.answer({"deleted": numbers}, lambda: facts([(_("Deleted"), str(count))]))


@time.command("undo")
@click.pass_obj
def undo(call: Call) -> None:
    """Take back your last step with time, the stopwatch's among them."""
    session = call.session
    from models.timekeeping import commands

    _answer_step(call, commands.undo_time(session))


@time.command("redo")
@click.pass_obj
def redo(call: Call) -> None:
    """Do again what you took back last."""
    session = call.session
    from models.timekeeping import commands

    _answer_step(call, commands.redo_time(session))


def _answer_step(call: Call, entry_id: int) -> None:
    """The entry that the step was about, if it is there now."""
    from models.timekeeping import views

    session = call.session
    try:
        entry = views.entry(session, entry_id)
    except NotFound:
        call.answer({"id": entry_id, "deleted": True}, lambda: facts([(_("Deleted"), str(entry_id))]))
        return
    call.answer(_documents(session, [entry])[0], lambda: _tell([entry], session.actor.timezone))
