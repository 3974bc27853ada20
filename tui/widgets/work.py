"""What board, Today and the client card do alike with a client, a deal or an activity: note, call, plan, do, postpone,
time, tick, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from models.values.dates import day_text, time_text
from models.values.durations import short_age
from models.values.errors import NotFound, StagewatchError
from models.values.instants import Instant, local_day
from models.values.language import _, ngettext
from models.values.money import Money, short_money
from tui.widgets import asks
from tui.widgets.dialogs import Again, Choice, Field, Form, Line
from tui.widgets.frame import FramedScreen
from tui.widgets.lines import Part
from tui.widgets.refusal import carry_through, give_reason, step
from tui.widgets.timing import start
from tui.widgets.words import cells, symbol

if TYPE_CHECKING:
    from models.activities.views import Activity
    from models.pipeline.commands import Done
    from models.session import Session


LOOK_SECONDS = 0.002


class WorkScreen(FramedScreen):
    """A screen on whose lines one works. Subclasses tell `activity`, and `about`: (client, its name, deal or None)."""

    def activity(self) -> Activity | None:
        """The open activity under the cursor."""
        raise NotImplementedError

    def about(self) -> tuple[int, str, int | None] | None:
        """Client, its name, and deal of what is under the cursor."""
        raise NotImplementedError

    async def open_again(self, name: str, about: Any) -> None:
        if name in ("plan", "call", "note"):
            await self._add(name, tuple(about))
        elif name in ("done", "postpone"):
            one = await self.desk.ask(_open_activity, *about)
            await (self._ask_result(one) if name == "done" else self._ask_day(one))
        elif name == "reason":
            kind, deal_id, client, stage_id, stage = about
            attempt = step(kind, deal_id, client, None, stage_id=stage_id, stage=stage)
            if await give_reason(self, attempt):
                await carry_through(self, attempt)
                await self.show_deal(deal_id)

    async def action_done(self) -> None:
        one = self.activity()
        if one is None:
            self.say(_("Only an open activity can be done."))
            return
        await self._ask(self._ask_result(one))

    async def action_postpone(self) -> None:
        one = self.activity()
        if one is None:
            self.say(_("Only an open activity can be postponed."))
            return
        await self._ask(self._postpone(one))

    async def action_activity(self) -> None:
        await self._ask(self._add("plan"))

    async def action_call(self) -> None:
        await self._ask(self._add("call"))

    async def action_note(self) -> None:
        await self._ask(self._add("note"))

    async def action_timer(self) -> None:
        await self._ask(self._timer())

    async def action_tick(self) -> None:
        await self._ask(self._tick())

    async def action_undo(self) -> None:
        await self._ask(self._take_back(_undo, _("taken back")))

    async def action_redo(self) -> None:
        await self._ask(self._take_back(_redo, _("made again")))

    async def action_steps(self) -> None:
        await self._ask(self._choose_step())

    async def show_deal(self, deal_id: int) -> None:
        """Read again after a deal was changed, and bring it under the cursor where this screen can."""
        await self.read_safely()

    async def _ask(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work that may ask something, and wait until it does or is done: so the next key is for the question."""
        worker = self.run_worker(self._told(work), group="dialog", exclusive=True)
        while not worker.is_finished and self.app.screen is self:
            await asyncio.sleep(LOOK_SECONDS)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StagewatchError as error:
            self.say_error(error)

    async def _tick(self) -> None:
        about = self.about()
        if about is not None and about[2] is not None:
            await self._tick_of(about[2])
        elif about is not None:
            self.say(_("There is no deal here."))

    async def _tick_of(self, deal_id: int) -> None:
        from tui.widgets.checklist import ask_ticks

        if await ask_ticks(self, deal_id):
            await self.show_deal(deal_id)

    async def _take_back(self, command: Callable[[Session], Done], said: str) -> None:
        done = await self.desk.do(command)
        await self.show_deal(done.deal_id)
        client = await self.desk.ask(_client_of, done.deal_id)
        if done.together > 1:
            self.say(ngettext("{count} deal: {said}", "{count} deals: {said}", done.together).format(count=done.together, said=said))
        else:
            self.say(f"{client}: {said}" if client else said)

    async def _choose_step(self) -> None:
        from tui.widgets.steps import choose_step

        taken = await choose_step(self)
        if taken is not None:
            step, done = taken
            await self.show_deal(done.deal_id)
            self.say(f"{step.client}: " + _("taken back: {what}").format(what=step.what))

    async def _ask_result(self, one: Activity) -> None:
        async def do(values: dict[str, str]) -> None:
            await self.desk.do(_done, one.id, values["result"])

        form = Form(f"{kind_word(one.kind)}: {one.client}", [Field("result", _("What came of it"))], do, again=Again("done", [one.client_id, one.id]))
        if await self.app.push_screen_wait(form) is None:
            return
        await self.read_safely()
        await self._add("plan", (one.client_id, one.client, one.deal_id))

    async def _postpone(self, one: Activity) -> None:
        ways = ["+1", "+7", ""]
        lines = [Line(_("to tomorrow")), Line(_("by a week")), Line(_("to a date"))]
        chosen = await self.app.push_screen_wait(Choice(_("Postpone: {client}").format(client=one.client), lines))
        if chosen is None:
            return
        if not ways[chosen]:
            await self._ask_day(one)
            return
        await self.desk.do(_postpone, one.id, ways[chosen])
        await self.read_safely()
        self.say(_("postponed"))

    async def _ask_day(self, one: Activity) -> None:
        async def do(values: dict[str, str]) -> None:
            await self.desk.do(_postpone, one.id, values["due"])

        field = Field("due", _("When"), "+2", True, proposed=True)
        form = Form(_("Postpone to"), [field], do, note=asks.how_due(), again=Again("postpone", [one.client_id, one.id]))
        if await self.app.push_screen_wait(form) is None:
            return
        await self.read_safely()
        self.say(_("postponed"))

    async def _add(self, what: str, about: tuple[int, str, int | None] | None = None) -> None:
        about = about or self.about()
        if about is None:
            return
        client_id, client, deal_id = about

        async def add(values: dict[str, str]) -> None:
            await self.desk.do(asks.add_activity, client_id, deal_id, what, values)

        form = asks.activity_form(client, what, add, Again(what, list(about)))
        if await self.app.push_screen_wait(form) is not None:
            await self.read_safely()
            self.say(f"{client}: " + _("saved"))

    async def _timer(self) -> None:
        about = self.about()
        if about is None:
            return
        client_id, client, deal_id = about
        if await self.desk.ask(_runs_on, client_id, deal_id):
            await self.desk.do(asks.stop_timer)
            said = _("timer stopped")
        else:
            services = await self.desk.ask(asks.services)
            chosen: int | None = 0
            if len(services) > 1:
                lines = [Line(name) for _id, name in services]
                chosen = await self.app.push_screen_wait(Choice(_("Which service?"), lines))
                if chosen is None:
                    return
            service_id = services[chosen or 0][0] if services else None
            if not await start(self.app, lambda session: asks.start_timer(session, client_id, deal_id, service_id)):
                return
            said = _("timer runs")
        await self.read_safely()
        self.say(f"{client}: {said}")


def activity_line(one: Activity, now: Instant, zone: str, width: int, *, client: bool = True) -> list[Part]:
    """Mark, when, kind, text, and with `client` whose it is and its deal's amount, in `width` cells."""
    late = one.due_at is not None and one.due_at <= now and one.done_at is None
    left = cells(f"{symbol('!') if late else symbol('✓') if one.done_at else ' '} {_when(one, now, zone)}", 10 if client else 13)
    kind = cells(kind_word(one.kind), 9)
    money = cells(short_money(one.amount) if one.amount else "", 9, right=True) if client else ""
    words = " · ".join(part for part in (one.client if client else "", one.text or one.deal or "") if part)
    room = width - 1 - len(left) - 1 - 9 - 1 - len(money) - 1
    style = "late" if late else "muted" if one.done_at else ""
    return [(f" {left} ", style), (f"{kind} {cells(words, room)}", style if one.done_at else ""), (f"{money} ", "")]


def kind_word(kind: str) -> str:
    """The kind of an activity as people say it."""
    return {
        "call": _("Call"), "meeting": _("Meeting"), "mail": _("Mail"), "task": _("Task"), "note": _("Note"),
    }[kind]  # fmt: skip


def money_and_age(amount: Money | None, age: int) -> tuple[str, str]:
    return cells(short_money(amount) if amount else "", 9, right=True), cells(short_age(age), 7, right=True)


def _when(one: Activity, now: Instant, zone: str) -> str:
    instant = one.done_at if one.done_at is not None else one.due_at
    if instant is None:
        return ""
    # A whole day ends as the next begins: name the day that ends.
    day = local_day(instant if one.has_time or one.done_at is not None else instant - 1, zone)
    today = local_day(now, zone)
    if one.has_time and day == today:
        return time_text(instant, zone)
    return _("today") if day == today else day_text(day, today)


def _done(session: Session, activity_id: int, result: str) -> None:
    from models.activities.commands import done_activity

    done_activity(session, activity_id, result)


def _undo(session: Session) -> Done:
    from models.pipeline.commands import undo

    return undo(session)


def _redo(session: Session) -> Done:
    from models.pipeline.commands import redo

    return redo(session)


def _client_of(session: Session, deal_id: int) -> str:
    """The client of a deal, "" where the deal is gone."""
    try:
        return asks.deal_card(session, deal_id).client
    except NotFound:
        return ""


def _postpone(session: Session, activity_id: int, said: str) -> None:
    from models.activities.commands import postpone_activity

    due_at, has_time = asks.due(said, session.now(), session.actor.timezone)
    postpone_activity(session, activity_id, due_at, has_time)


def _open_activity(session: Session, client_id: int, activity_id: int) -> Activity:
    """Raises NotFound where it is done by now, or gone."""
    from models.activities.views import activities

    for one in activities(session, client_id=client_id, open_only=True):
        if one.id == activity_id:
            return one
    raise NotFound(_("This activity is not open any more."))


def _runs_on(session: Session, client_id: int, deal_id: int | None) -> bool:
    from models.timekeeping.views import running

    entry = running(session)
    return entry is not None and (entry.client_id, entry.deal_id) == (client_id, deal_id)
