"""What screens ask about the stopwatch: what to time, what becomes of a forgotten one, whether one is still there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.values.durations import clock_text
from models.values.errors import Refused
from models.values.instants import (
    SECOND,
    Instant,
    local_datetime,
    local_day,
    parse_instant,
    parse_past,
    typed,
)
from models.values.language import _
from tui.widgets.dialogs import Choice, Field, Form, Line

if TYPE_CHECKING:
    from models.session import Session
    from models.timekeeping.views import Entry, Forgotten
    from tui.app import StagewatchApp

RECENT = 6


class WhatToTime(Choice):
    """A line to choose; what begins with `-` is no narrowing but how long ago it began, in `began`."""

    @property
    def began(self) -> str:
        return self._typed.strip() if self._typed.startswith("-") else ""

    def rows(self) -> list[int]:
        return list(range(len(self._lines))) if self._typed.startswith("-") else list(super().rows())


async def start(app: StagewatchApp, begin: Callable[[Session], Any]) -> bool:
    """Begin to time something. Where a forgotten stopwatch is in the way, that is asked about first; False where the
    answer stays out. Raises StagewatchError."""
    try:
        await app.desk.do(begin)
    except Refused as refusal:
        if refusal.code != "timer_forgotten":
            raise
        if not await ask_forgotten(app):
            return False
        await app.desk.do(begin)
    return True


async def ask_forgotten(app: StagewatchApp, known: Forgotten | None = None) -> bool:
    """Ask what becomes of a forgotten stopwatch: of the one that is, or of the `known` one, where that still runs though
    its employee has shown since. True where none is forgotten any more. Raises StagewatchError."""
    found = await app.desk.ask(_forgotten, known)
    if found is None:
        return True
    zone, now = app.desk.session().actor.timezone, app.desk.session().now()
    sign = when(found.last_sign, now, zone)
    lines = [
        Line(_("Keep it running"), clock_text(found.entry.seconds)),
        Line(_("End it at the last sign of life, {when}").format(when=sign), clock_text((found.last_sign - found.entry.started_at) // SECOND)),
        Line(_("End it at another time…")),
        Line(_("Discard it")),
    ]
    title = _("Forgotten? {what} runs since {when}, last sign of life {sign}.").format(
        what=what(found.entry), when=when(found.entry.started_at, now, zone), sign=sign
    )
    chosen = await app.push_screen_wait(Choice(title, lines))
    if chosen is None:
        return False
    if chosen != 2:
        await app.desk.do(_recover, found, ("keep", "trim", "end", "discard")[chosen], None)
        return True

    async def end(values: dict[str, str]) -> None:
        await app.desk.do(_recover, found, "end", values["end"])

    field = Field("end", _("It ended"), f"{local_datetime(found.last_sign, zone):%Y-%m-%d %H:%M}", True)
    return await app.push_screen_wait(Form(what(found.entry), [field], end)) is not None


async def ask_what_to_time(app: StagewatchApp) -> str | None:
    """Ask what to time from now or a while ago, or what to note of what runs; does it, and gives what is to be said of
    it. Raises StagewatchError."""
    recent, running, services = await app.desk.ask(_known)
    lines = [Line(what(one), one.service or "") for one in recent]
    lines.append(Line(_("Something else…")))
    if running is not None:
        lines += [Line(_("Change what runs: client, deal, service, note…"), what(running)), Line(_("Stop"))]
    hint = _("digit or enter: choose   -15m: began 15 minutes ago   type to narrow   esc: leave")
    question = WhatToTime(_("What to time?"), lines, hint=hint)
    chosen = await app.push_screen_wait(question)
    if chosen is None:
        return None
    if chosen < len(recent):
        entry, began = recent[chosen], question.began
        return _("timer runs") if await start(app, lambda session: _go_on(session, entry.id, began)) else None
    if chosen == len(recent) + 2:
        await app.desk.do(_stop)
        return _("timer stopped")
    changing = running if chosen == len(recent) + 1 else None
    asked = False

    async def act(values: dict[str, str]) -> None:
        nonlocal asked
        if changing is not None:
            await app.desk.do(_assign, values)
            return
        try:
            await app.desk.do(_start, values)
        except Refused as refusal:
            if refusal.code != "timer_forgotten":
                raise
            asked = True

    form = Form(
        _("Change what runs") if changing is not None else _("Time something else"),
        _fields(changing, [""] + services, question.began),
        act,
    )
    values = await app.push_screen_wait(form)
    if values is None:
        return None
    if asked and not await start(app, lambda session: _start(session, values)):
        return None
    return _("saved") if changing is not None else _("timer runs")


async def ask_idle(app: StagewatchApp, entry_id: int, last_key: Instant) -> None:
    """Ask what becomes of the time that an entry has run since the last key. Raises StagewatchError."""
    session = app.desk.session()
    at = when(last_key, session.now(), session.actor.timezone)
    lines = [
        Line(_("Keep the time")),
        Line(_("Stop the timer at {when}").format(when=at)),
        Line(_("Take the time since {when} away and go on").format(when=at)),
    ]
    chosen = await app.push_screen_wait(Choice(_("No key since {when}. Were you at work?").format(when=at), lines))
    if chosen:
        await app.desk.do(_cut, entry_id, last_key, chosen == 2)


def what(entry: Entry) -> str:
    """What an entry is for, in a line."""
    parts = (entry.client or _("to be assigned"), entry.deal, entry.note)
    return " · ".join(part for part in parts if part)


def when(at: Instant, now: Instant, zone: str) -> str:
    """The time of day, with the date where it is not today."""
    moment = local_datetime(at, zone)
    return f"{moment:%H:%M}" if local_day(now, zone) == moment.date() else f"{moment:%Y-%m-%d %H:%M}"


def _fields(entry: Entry | None, services: list[str], began: str) -> list[Field]:
    deal = "" if entry is None or entry.deal_id is None else str(entry.deal_id)
    fields = [
        Field("client", _("Client"), (entry and entry.client) or "", placeholder=_("empty: to be assigned")),
        Field("deal", _("Deal no."), deal, placeholder=_("brings its client along")),
        Field("service", _("Service"), (entry and entry.service) or "", options=services),
        Field("note", _("Note"), entry.note if entry else ""),
    ]
    if entry is None:
        fields.append(Field("began", _("Began"), began, placeholder=_("empty: now; -15m or 9:30")))
    return fields


def _said(session: Session, values: dict[str, str]) -> dict[str, int | None]:
    """The client, deal and service that the form names. Raises NotFound, Refused `ambiguous`."""
    from models.clients.views import find_client
    from models.pipeline.facts import readable_deal
    from models.timekeeping.views import find_service
    from models.values.errors import NotFound

    number = values["deal"].removeprefix("#")
    if number and not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound(_("There is no deal {id}.").format(id=repr(number)))
    deal_id = int(number) if number else None
    if deal_id is not None:
        readable_deal(session, deal_id)
    client_id = find_client(session, values["client"]) if values["client"] and deal_id is None else None
    service_id = find_service(values["service"]) if values["service"] else None
    return {"client_id": client_id, "deal_id": deal_id, "service_id": service_id}


def _start(session: Session, values: dict[str, str]) -> None:
    from models.timekeeping.commands import start_timer

    at = _moment(session, values["began"])
    start_timer(session, note=values["note"], at=at, **_said(session, values))


def _assign(session: Session, values: dict[str, str]) -> None:
    from models.timekeeping.commands import assign_timer

    said = _said(session, values)
    if said["deal_id"] is None:
        assign_timer(session, **said, note=values["note"])
    else:
        assign_timer(session, deal_id=said["deal_id"], service_id=said["service_id"], note=values["note"])


def _go_on(session: Session, entry_id: int, began: str) -> None:
    from models.timekeeping.commands import continue_entry

    continue_entry(session, entry_id, _moment(session, began))


def _moment(session: Session, said: str) -> Instant | None:
    return parse_past(typed(said), session.now(), session.actor.timezone) if said else None


def _stop(session: Session) -> None:
    from models.timekeeping.commands import stop_timer

    stop_timer(session)


def _cut(session: Session, entry_id: int, at: Instant, go_on: bool) -> None:
    """End the entry, if it still runs, at `at`, where it had begun by then, and with `go_on` begin the same anew."""
    from models.timekeeping.commands import continue_entry, stop_timer
    from models.timekeeping.views import running

    entry = running(session)
    if entry is None or entry.id != entry_id:
        return
    stop_timer(session, at=max(at, entry.started_at))
    if go_on:
        continue_entry(session, entry.id)


def _recover(session: Session, found: Forgotten, answer: str, end: str | None) -> None:
    """Do what was answered, also where a command since was a sign of life. Raises Refused `nothing_runs`, and as
    `recover_timer`."""
    from models.timekeeping import commands, views

    at = None if end is None else parse_instant(typed(end), session.actor.timezone)
    entry = found.entry
    with session.writing():
        if views.forgotten(session) is not None:
            commands.recover_timer(session, answer, at)
            return
        now = views.running(session)
        if now is None or now.id != entry.id:
            raise Refused("nothing_runs", _("It does not run any more."))
        if answer == "discard":
            commands.delete_entries(session, [entry.id])
        elif answer != "keep":
            commands.stop_timer(session, at=found.last_sign if at is None else at)


def _forgotten(session: Session, known: Forgotten | None) -> Forgotten | None:
    from models.timekeeping.views import forgotten, running

    found = forgotten(session)
    if found is None and known is not None:
        now = running(session)
        return known if now is not None and now.id == known.entry.id else None
    return found


def _known(session: Session) -> tuple[list[Entry], Entry | None, list[str]]:
    from models.timekeeping import views

    return views.recent(session, RECENT), views.running(session), [one.name for one in views.services(session)]
