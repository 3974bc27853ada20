"""What the screen Time asks: the form of an entry, where to split, whether others shall give room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from models.values.durations import parse_hours
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import (
    MINUTE,
    SECOND,
    Instant,
    from_datetime,
    local_datetime,
    parse_day,
    parse_instant,
    typed,
    zone,
)
from models.values.language import _
from models.values.text import quoted
from tui.widgets.dialogs import Field, Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.session import Session
    from models.timekeeping.views import Entry
    from tui.app import StagewatchApp


async def ask_entry(
    app: StagewatchApp, day: date, employee_id: int, services: Sequence[str], entry: Entry | None, zone_name: str
) -> date | None:
    """Add an entry, or change one; gives the day it begins on, None where the form was left. Raises StagewatchError."""
    offered: dict[str, str] = {}
    begins: date | None = None

    async def act(values: dict[str, str]) -> None:
        """Others in the way are told; the same once more lets them give room."""
        nonlocal offered, begins
        trim = values == offered
        try:
            start = await app.desk.do(_write, values, employee_id, zone_name, entry, trim)
        except Refused as refusal:
            if refusal.code != "overlaps" or trim:
                raise
            offered = values
            told = ", ".join(_told(each, zone_name) for each in refusal.details[:3])
            raise Refused("overlaps", _("In the way: {entries}. Enter once more lets it give room.").format(entries=told)) from None
        begins = local_datetime(start, zone_name).date()

    title = _("New entry") if entry is None else _("Entry {id}").format(id=entry.id)
    await app.push_screen_wait(Form(title, _fields(day, services, entry, zone_name), act))
    return begins


async def ask_split(app: StagewatchApp, entry: Entry, zone_name: str) -> bool:
    """Ask where to cut an entry in two. Raises StagewatchError."""

    async def act(values: dict[str, str]) -> None:
        at = middle // MINUTE * MINUTE if values["at"] == shown else moment(day, values["at"], zone_name, entry.started_at)
        await app.desk.do(_split, entry.id, at)

    day = local_datetime(entry.started_at, zone_name).date()
    middle = entry.started_at + entry.seconds // 2 * SECOND
    shown = _on(day, middle, zone_name)
    field = Field("at", _("Cut at"), shown, True, _("9:30, or +1:30 after its start"))
    return await app.push_screen_wait(Form(_("Split entry {id}").format(id=entry.id), [field], act)) is not None


async def ask_cell(app: StagewatchApp, title: str, seconds: int, **cell: Any) -> bool:
    """Ask for the whole time in a cell of the week. Left as it stands, in minutes, it keeps its seconds.
    Raises StagewatchError."""
    now = minutes_text(seconds)

    async def act(values: dict[str, str]) -> None:
        if values["time"] != now:
            await app.desk.do(_set_cell, parse_hours(values["time"]), cell)

    field = Field("time", _("Time"), now, True, _("1:30, 1.5 or 90m; 0 takes it away"))
    return await app.push_screen_wait(Form(title, [field], act)) is not None


def _fields(day: date, services: Sequence[str], entry: Entry | None, zone_name: str) -> list[Field]:
    begins, begun, ended = (day.isoformat(), "", "") if entry is None else _span(entry, zone_name)
    deal = "" if entry is None or entry.deal_id is None else str(entry.deal_id)
    service = services[0] if entry is None and len(services) == 1 else (entry and entry.service) or ""
    return [
        Field("day", _("Day"), begins, True),
        Field("start", _("From"), begun, True, "9:00"),
        Field("end", _("To"), ended, entry is None or entry.ended_at is not None, _("10:30, or +1:30 for how long")),
        Field("client", _("Client"), (entry and entry.client) or "", placeholder=_("empty: to be assigned")),
        Field("deal", _("Deal no."), deal, placeholder=_("brings its client along")),
        Field("service", _("Service"), service, options=["", *services]),
        Field("note", _("Note"), entry.note if entry else ""),
        Field("billable", _("Billable"), _("no") if entry is not None and not entry.billable else _("yes"), options=[_("yes"), _("no")]),
    ]


def minutes_text(seconds: int) -> str:
    """`1:30`, to the nearest minute, nothing for none; below a minute `0:01`, so that it does not look like nothing."""
    minutes = max(1, (seconds + 30) // 60) if seconds else 0
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""


def _span(entry: Entry, zone_name: str) -> tuple[str, str, str]:
    """The day of an entry, its start and its end on that day's clock, as its form shows them."""
    begun = local_datetime(entry.started_at, zone_name)
    ended = "" if entry.ended_at is None else _on(begun.date(), entry.ended_at, zone_name)
    return begun.date().isoformat(), f"{begun:%H:%M}", ended


def _on(day: date, at: Instant, zone_name: str) -> str:
    """The time of day, with the date where it is another."""
    local = local_datetime(at, zone_name)
    return f"{local:%H:%M}" if local.date() == day else f"{local:%Y-%m-%d %H:%M}"


def _told(one: dict[str, Any], zone_name: str) -> str:
    start = local_datetime(parse_instant(one["started_at"], zone_name), zone_name)
    end = "" if one["ended_at"] is None else f"{local_datetime(parse_instant(one['ended_at'], zone_name), zone_name):%H:%M}"
    return f"{start:%H:%M}–{end} {one['client'] or one['note'] or _('to be assigned')}"


def moment(day: date, said: str, zone_name: str, since: Instant | None = None) -> Instant:
    """`9:30` on that day's clock, a whole instant, or `+1:30` after `since`. Raises Usage `bad_instant`, `bad_duration`."""
    if said.startswith("+") and since is not None:
        return since + parse_hours(said[1:]) * SECOND
    hours, colon, minutes = said.partition(":")
    if colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit() and len(minutes) == 2:
        if said == "24:00":
            return from_datetime(datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone(zone_name)))
        if int(hours) < 24 and int(minutes) < 60:
            return parse_instant(f"{day.isoformat()}T{int(hours):02}:{minutes}", zone_name)
    if len(said) > 5:
        return parse_instant(typed(said), zone_name)
    raise Usage("bad_instant", _("{text} is no time of day; write 9:30.").format(text=quoted(said)))


def _write(
    session: Session, values: dict[str, str], employee_id: int, zone_name: str, entry: Entry | None, trim: bool
) -> Instant:
    """Returns the entry's start."""
    from models.clients.views import find_client
    from models.timekeeping import commands
    from models.timekeeping.views import find_service

    day = parse_day(typed(values["day"]))
    number = values["deal"].removeprefix("#")
    if number and not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound(_("There is no deal {id}.").format(id=quoted(number)))
    start = moment(day, values["start"], zone_name)
    shown = ("", "", "") if entry is None else _span(entry, zone_name)
    # What the form shows in minutes is not cut to them where it was left as it stood; nor is it moved where the clock
    # shows that time of day twice.
    if entry is not None and ((values["day"], values["start"]) == shown[:2] or start == entry.started_at // MINUTE * MINUTE):
        start = entry.started_at
    end = moment(day, values["end"], zone_name, start) if values["end"] else None
    said: dict[str, Any] = {
        "client_id": find_client(session, values["client"]) if values["client"] else None,
        "deal_id": int(number) if number else None,
        "service_id": find_service(values["service"]) if values["service"] else None,
        "note": values["note"],
        "billable": values["billable"] != _("no"),
    }
    if said["deal_id"] is not None:
        del said["client_id"]
    if entry is None:
        assert end is not None
        commands.add_entry(session, start=start, end=end, employee_id=employee_id, trim=trim, **said)
        return start
    left = (values["day"], values["end"]) == (shown[0], shown[2])
    if entry.ended_at is not None and (left or end == entry.ended_at // MINUTE * MINUTE):
        end = entry.ended_at
    commands.edit_entry(session, entry.id, start=start, end=end, trim=trim, **said)
    return start


def _split(session: Session, entry_id: int, at: Instant) -> None:
    from models.timekeeping import commands

    commands.split_entry(session, entry_id, at)


def _set_cell(session: Session, seconds: int, cell: dict[str, Any]) -> None:
    from models.timekeeping import commands
    from models.timekeeping.views import find_service

    service = cell.pop("service", None)
    try:
        commands.set_cell(session, seconds=seconds, service_id=None if service is None else find_service(service), **cell)
    finally:
        cell["service"] = service
