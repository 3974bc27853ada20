"""Time: one employee's entries by day, week and month, worked on by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.people.rules import may_answer_weeks
from models.timekeeping.rules import calendar
from models.timekeeping.views.timesheet import GridRow, Piece, members
from models.values.dates import day_text, full_day, weekday_text
from models.values.errors import Refused
from models.values.language import _, ngettext
from tui import keymap
from tui.time import asked
from tui.time.asks import ask_cell, ask_entry, ask_split
from tui.time.view import TimeView
from tui.time.weeks import no_way, ways_of_week
from tui.widgets import asks
from tui.widgets.dialogs import Choice, Field, Form, Line, Notice
from tui.widgets.timing import start

if TYPE_CHECKING:
    from models.activities.views import Activity


class TimeScreen(TimeView):
    """Turns keys into commands on entries, cells and weeks."""

    where = "time"
    BINDINGS = keymap.bindings("time")
    AUTO_FOCUS = "#day"
    CSS_PATH = "time.tcss"

    def activity(self) -> Activity | None:
        return None

    def about(self) -> tuple[int, str, int | None] | None:
        item = self.cells.item if self.form != "day" else self.list.item
        if isinstance(item, Piece):
            one: Any = item.entry
        elif isinstance(item, GridRow):
            one = item
        else:
            return None
        return None if one.client_id is None else (one.client_id, one.client or "", one.deal_id)

    def _acting_on(self) -> Piece | None:
        """The entry under the cursor; the person is told where there is none."""
        piece = self._piece()
        if piece is None:
            self.say(_("There is no entry here.") if self.form == "day" else _("That is done with an entry: v shows those of a day."))
        return piece

    # What keys do.

    async def action_open(self) -> None:
        if self.form == "day":
            await self.action_edit()
        elif self.form == "week":
            if self.cells.item is not None:
                await self._ask(self._fill(self.cells.item))
        elif self.form == "month" and self._grid is not None:
            self.day = self._grid.starts[self.cells.column]
            self.form = "week"
            await self.read_safely()

    async def action_add(self) -> None:
        await self._ask(self._write(None))

    async def action_edit(self) -> None:
        if self._marked:
            await self._ask(self._change_marked())
        elif (piece := self._acting_on()) is not None:
            await self._ask(self._write(piece))

    async def action_split(self) -> None:
        piece = self._acting_on()
        if piece is not None:
            await self._ask(self._done_with(ask_split(self.app, piece.entry, self._zone()), _("split in two")))

    async def action_merge(self) -> None:
        if len(self._marked) < 2:
            self.say(_("Mark two neighbours or more with the space bar first."))
            return
        await self._ask(self._command(asked.merge, sorted(self._marked), said=_("merged")))

    async def action_duplicate(self) -> None:
        piece = self._acting_on()
        if piece is not None:
            await self._ask(self._duplicate(piece))

    async def action_delete(self) -> None:
        if self._marked or self._acting_on() is not None:
            await self._ask(self._delete(self._chosen()))

    async def action_continue(self) -> None:
        piece = self._acting_on()
        if piece is not None:
            await self._ask(self._continue(piece))

    async def action_note(self) -> None:
        piece = self._acting_on()
        if piece is not None:
            await self._ask(self._note(piece))

    async def action_rate(self) -> None:
        piece = self._acting_on()
        if piece is not None:
            await self._ask(self._explain(piece))

    async def action_approve(self) -> None:
        await self._ask(self._week())

    async def action_person(self) -> None:
        await self._ask(self._choose_person())

    async def action_undo(self) -> None:
        await self._ask(self._command(asked.undo, said=_("taken back")))

    async def action_redo(self) -> None:
        await self._ask(self._command(asked.redo, said=_("made again")))

    def action_mark(self) -> None:
        piece = self._acting_on()
        if piece is None:
            return
        self._marked ^= {piece.entry.id}
        self.list.go(self.list.at + 1)
        self._show()

    async def action_timer(self) -> None:
        await self._ask(self._start_or_stop())

    # How they do it.

    async def _command(self, command: Callable[..., Any], *arguments: Any, said: str) -> None:
        await self.desk.do(command, *arguments)
        self._marked.clear()
        await self.read_safely()
        self.say(said)

    async def _done_with(self, question: Any, said: str) -> None:
        if await question:
            self._marked.clear()
            await self.read_safely()
            self.say(said)

    async def _write(self, piece: Piece | None) -> None:
        assert self.day is not None
        services = [name for _id, name in await self.desk.ask(asks.services)]
        entry = None if piece is None else piece.entry
        day = await ask_entry(self.app, self.day, self._whose(), services, entry, self._zone())
        if day is not None:
            self._marked.clear()
            self.day = day  # where the entry is now
            await self.read_safely()
            self.say(_("saved"))

    async def _fill(self, row: GridRow) -> None:
        assert self._grid is not None
        day = self._grid.starts[self.cells.column]
        title = f"{row.client or _('to be assigned')}, {weekday_text(day)} {day_text(day)}"
        cell = ask_cell(
            self.app, title, row.columns[self.cells.column], day=day, client_id=row.client_id, deal_id=row.deal_id,
            service=row.service, employee_id=self._whose(), billable=row.billable,
        )  # fmt: skip
        await self._done_with(cell, _("saved"))

    async def _change_marked(self) -> None:
        services = [name for _id, name in await self.desk.ask(asks.services)]
        same = _("as it is")
        fields = [
            Field("client", _("Client"), "", placeholder=_("empty: as it is")),
            Field("service", _("Service"), same, options=[same, *services]),
            Field("billable", _("Billable"), same, options=[same, _("yes"), _("no")]),
            Field("note", _("Note"), "", placeholder=_("empty: as it is")),
        ]
        ids = sorted(self._marked)

        async def act(values: dict[str, str]) -> None:
            await self.desk.do(asked.change, ids, values)

        title = ngettext("{count} entry", "{count} entries", len(ids)).format(count=len(ids))
        await self._done_with(self._asked(Form(title, fields, act)), _("saved"))

    async def _duplicate(self, piece: Piece) -> None:
        assert self.day is not None

        made: list[date] = []

        async def act(values: dict[str, str]) -> None:
            made.append(await self.desk.do(asked.copy, piece.entry.id, values["day"]))

        field = Field("day", _("Day"), calendar.turned("day", self.day, 1).isoformat(), True)
        if await self._asked(Form(_("The same once more"), [field], act)):
            self._marked.clear()
            await self.read_safely()
            self.say(_("saved on {day}").format(day=full_day(made[0])))

    async def _delete(self, ids: Sequence[int]) -> None:
        title = ngettext("Delete {count} entry?", "Delete {count} entries?", len(ids)).format(count=len(ids))
        if await self.app.push_screen_wait(Choice(title, [Line(_("Delete")), Line(_("Keep"))])) == 0:
            await self._command(asked.delete, list(ids), said=_("deleted; u brings it back"))

    async def _continue(self, piece: Piece) -> None:
        if await start(self.app, lambda session: asked.go_on(session, piece.entry.id)):
            await self.read_safely()
            self.say(_("timer runs"))

    async def _start_or_stop(self) -> None:
        piece = self._piece()
        if await self.desk.ask(asked.runs):
            await self._command(asks.stop_timer, said=_("timer stopped"))
        elif piece is not None:
            await self._continue(piece)
        elif await start(self.app, asked.begin):
            await self.read_safely()
            self.say(_("timer runs"))

    async def _note(self, piece: Piece) -> None:
        async def act(values: dict[str, str]) -> None:
            await self.desk.do(asked.set_note, piece.entry.id, values["note"])

        form = Form(_("Note"), [Field("note", _("Note"), piece.entry.note)], act)
        await self._done_with(self._asked(form), _("saved"))

    async def _explain(self, piece: Piece) -> None:
        lines = await self.desk.ask(asked.ladder, piece.entry.id)
        await self.app.push_screen_wait(Notice(_("Rate and charge of entry {id}").format(id=piece.entry.id), lines))

    async def _week(self) -> None:
        assert self.day is not None
        monday = calendar.monday_of(self.day)
        actor = self.desk.session().actor
        state = await self.desk.ask(asked.week_state, self._whose(), monday)
        if state is None and not await self.desk.ask(asked.weeks_used):
            raise Refused("weeks_not_used", _("This company does not hand in weeks (Setup, Company: weeks approved)."))
        answers = may_answer_weeks(actor, self._whose())
        ways = ways_of_week(state, own=self._whose() == actor.id, answers=answers)
        if not ways:
            raise Refused("nothing_to_do", no_way(state, answers))
        title = _("Week of {day}").format(day=day_text(monday))
        chosen = await self.app.push_screen_wait(Choice(title, [Line(word) for word, _command, _said in ways]))
        if chosen is None:
            return
        word, command, said = ways[chosen]
        if not said:
            await self._command(command, self._whose(), monday, said=word)
            return

        async def act(values: dict[str, str]) -> None:
            await self.desk.do(command, self._whose(), monday, values["reason"])

        form = Form(title, [Field("reason", _("Reason"), "", True)], act)
        await self._done_with(self._asked(form), said)

    async def _choose_person(self) -> None:
        people = await self.desk.ask(members)
        if len(people) < 2:
            self.say(_("You see your own time only."))
            return
        chosen = await self.app.push_screen_wait(Choice(_("Whose time?"), [Line(name) for _id, name in people]))
        if chosen is not None:
            self.employee_id, self.employee = people[chosen]
            await self.read_safely()

    async def _asked(self, form: Form) -> bool:
        return await self.app.push_screen_wait(form) is not None
