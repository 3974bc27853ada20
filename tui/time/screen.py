"""Time: the stopwatch's entries as a day, a week or a month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.app import ComposeResult

from models.people.rules import may_answer_weeks
from models.timekeeping.rules import calendar
from models.timekeeping.views.timesheet import DaySheet, Grid, GridRow, Piece, day_sheet, grid, members
from models.values.dates import day_text, full_day, month_text, time_text, weekday_text
from models.values.durations import clock_text
from models.values.errors import Refused
from models.values.language import _, ngettext
from models.values.money import Money, money_text, short_money
from models.values.numbers import percent_text
from models.values.text import shown
from tui import keymap
from tui.time import asked
from tui.time.asks import ask_cell, ask_entry, ask_split, minutes_text
from tui.time.bar import day_bar
from tui.time.sheet import CellGrid, Sheet
from tui.widgets import asks
from tui.widgets.dialogs import Choice, Field, Form, Line, Notice
from tui.widgets.lines import Part
from tui.widgets.still import Still
from tui.widgets.timing import start
from tui.widgets.words import cells, plain, styled, symbol
from tui.widgets.work import WorkScreen

if TYPE_CHECKING:
    from models.activities.views import Activity

FORMS = ("day", "week", "month")
NAME, CELL, SUM = 20, 7, 9  # cells: of a name, of a column at least, of the sum with its margin


class TimeScreen(WorkScreen):
    """One employee's time. The day shows entries, the week and the month a grid by client, deal and service."""

    where = "time"
    BINDINGS = keymap.bindings("time")
    AUTO_FOCUS = "#day"
    CSS_PATH = "time.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.form = "day"
        self.day: date | None = None
        self.employee_id: int | None = None
        self._sheet: DaySheet | None = None
        self._grid: Grid | None = None
        self._marked: set[int] = set()

    def body(self) -> ComposeResult:
        kept = self.app.workplace.get("time", {})
        self.form = kept.get("form") if kept.get("form") in FORMS else "day"
        self.list: Sheet[Piece] = Sheet(self._draw_piece, id="day")
        self.cells: CellGrid[GridRow] = CellGrid(self._draw_row, id="grid")
        yield Still(id="bar")
        yield Still(id="heads")
        yield self.list
        yield self.cells
        yield Still(id="sums")

    def workplace(self) -> dict[str, Any]:
        """What to remember for the next time; the day is always today's."""
        return {"form": self.form}

    async def read(self) -> None:
        if self.day is None:
            self.day = await self.desk.ask(asked.today)
        if self.form == "day":
            self._sheet = await self.desk.ask(day_sheet, self.day, self.employee_id)
        else:
            starts, until = calendar.columns(self.form, self.day)
            self._grid = await self.desk.ask(grid, starts, until, self.employee_id)
        self._show()

    def on_resize(self) -> None:
        if self._sheet is not None or self._grid is not None:
            self._show()

    async def on_sheet_turned(self, event: Sheet.Turned) -> None:
        event.stop()
        await self._turn(event.by)

    async def action_earlier(self) -> None:
        await self._turn(-1)

    async def action_later(self) -> None:
        await self._turn(1)

    async def action_today(self) -> None:
        self.day = await self.desk.ask(asked.today)
        await self.read_safely()

    async def action_form(self) -> None:
        self.form = FORMS[(FORMS.index(self.form) + 1) % len(FORMS)]
        self._marked.clear()
        await self.read_safely()
        (self.list if self.form == "day" else self.cells).focus()

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
        elif self._piece() is not None:
            await self._ask(self._write(self._piece()))

    async def action_split(self) -> None:
        piece = self._piece()
        if piece is not None:
            await self._ask(self._done_with(ask_split(self.app, piece.entry, self._zone()), _("split")))

    async def action_merge(self) -> None:
        if len(self._marked) < 2:
            self.say(_("Mark two neighbours or more with the space bar first."))
            return
        await self._ask(self._command(asked.merge, sorted(self._marked), said=_("merged")))

    async def action_duplicate(self) -> None:
        piece = self._piece()
        if piece is not None:
            await self._ask(self._duplicate(piece))

    async def action_delete(self) -> None:
        ids = self._chosen()
        if ids:
            await self._ask(self._delete(ids))

    async def action_continue(self) -> None:
        piece = self._piece()
        if piece is not None:
            await self._ask(self._continue(piece))

    async def action_note(self) -> None:
        piece = self._piece()
        if piece is not None:
            await self._ask(self._note(piece))

    async def action_rate(self) -> None:
        piece = self._piece()
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
        piece = self._piece()
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
        answers = may_answer_weeks(actor, self._whose())
        ways = _ways_of_week(state, own=self._whose() == actor.id, answers=answers)
        if not ways:
            raise Refused("nothing_to_do", _no_way(state, answers))
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
            self.employee_id = people[chosen][0]
            await self.read_safely()

    async def _asked(self, form: Form) -> bool:
        return await self.app.push_screen_wait(form) is not None

    async def _turn(self, by: int) -> None:
        assert self.day is not None
        try:
            self.day = calendar.turned(self.form, self.day, by)
        except OverflowError:
            return
        self._marked.clear()
        await self.read_safely()

    # What is shown.

    def _whose(self) -> int:
        return self.desk.session().actor.id if self.employee_id is None else self.employee_id

    def _zone(self) -> str:
        """The zone of the employee in view."""
        seen = self._sheet if self.form == "day" else self._grid
        return self.desk.session().actor.timezone if seen is None else seen.zone

    def _piece(self) -> Piece | None:
        return self.list.item if self.form == "day" else None

    def _chosen(self) -> list[int]:
        piece = self._piece()
        return sorted(self._marked) or ([] if piece is None else [piece.entry.id])

    def _show(self) -> None:
        is_day = self.form == "day"
        for name, seen in (("#bar", is_day), ("#heads", not is_day)):
            self.query_one(name).display = seen
        self.list.display, self.cells.display = is_day, not is_day
        self._show_day() if is_day else self._show_grid()

    def _show_day(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        who = "" if sheet.employee_id == self.desk.session().actor.id else f"{sheet.employee} {symbol('·')} "
        self.head(styled((f" {who}{full_day(sheet.day)} {sheet.day.year}", "bold"), f"   {clock_text(sheet.seconds)}"))
        hours, blocks = day_bar(sheet, max(10, self.size.width - 2))
        self.query_one("#bar", Still).show_text(styled((hours + "\n", "dim"), *blocks))
        self.list.show(sheet.pieces, empty=_("Nothing on this day. a adds an entry, s starts the timer, v shows the week."))
        self._sums(sheet.seconds, sheet.billable, sheet.charges, {}, 0)

    def _show_grid(self) -> None:
        found = self._grid
        if found is None:
            return
        who = "" if found.employee_id == self.desk.session().actor.id else f"{found.employee} {symbol('·')} "
        first, last = found.starts[0], found.until - date.resolution
        if self.form == "week":
            title = f"{day_text(first, found.today if first.year == last.year else None)} – {day_text(last, found.today)}"
            states = {"submitted": _("handed in"), "approved": _("approved"), "declined": _("declined")}
            state = f" {symbol('·')} {states[found.state]}" if found.state else ""
        else:
            title, state = month_text(first), ""
        self.head(styled((f" {who}{title}", "bold"), f"   {clock_text(found.seconds)}{state}"))
        self.cells.columns = len(found.starts)
        self.cells.column = min(self.cells.column, self.cells.columns - 1)
        name, cell = self._widths()
        heads: list[Part] = [(cells("", name), "")]
        for first_day, after in zip(found.starts, (*found.starts[1:], found.until), strict=True):
            last_day = after - date.resolution
            if self.form == "week":
                word = f"{weekday_text(first_day)} {first_day.day}"
            else:
                word = f"{first_day.day}–{last_day.day}" if last_day > first_day else str(first_day.day)
            heads.append((cells(word, cell, right=True), "bold $accent" if first_day <= found.today <= last_day else "bold"))
        heads.append((cells(_("Sum"), SUM - 1, right=True) + "\n", "bold"))
        sums = [cells(minutes_text(seconds), cell, right=True) for seconds in found.totals]
        total = cells(minutes_text(found.seconds), SUM - 1, right=True)
        self.query_one("#heads", Still).show_text(styled(*heads, cells(f" {_('Together')}", name), *sums, total))
        self.cells.show(found.rows, empty=_("No time here. a adds an entry, v shows another form, left and right turn."))
        self._sums(found.seconds, found.billable, found.charges, found.unbilled, found.unpriced)

    def _sums(self, seconds: int, billable: int, charges: dict[str, int], unbilled: dict[str, int], unpriced: int) -> None:
        share = f" ({percent_text(billable / seconds)})" if seconds else ""
        parts = [f" {_('Billable')} {clock_text(billable)}{share}"]
        parts += [money_text(Money(charges[currency], currency)) for currency in sorted(charges)]
        parts += [_("unbilled {amount}").format(amount=money_text(Money(unbilled[currency], currency))) for currency in sorted(unbilled)]
        if unpriced:
            parts.append(ngettext("{count} without a rate", "{count} without a rate", unpriced).format(count=unpriced))
        if self._marked:
            parts.append(ngettext("{count} marked", "{count} marked", len(self._marked)).format(count=len(self._marked)))
        self.query_one("#sums", Still).show_text(plain(f"  {symbol('·')} ".join(parts)))

    def _widths(self) -> tuple[int, int]:
        """Cells of the name and of a column."""
        columns = self.cells.columns
        cell = max(CELL, min(9, (self.size.width - SUM - NAME) // columns))
        return max(10, self.size.width - SUM - cell * columns), cell

    def _draw_piece(self, piece: Piece, width: int) -> Sequence[Part]:
        entry, zone = piece.entry, self._zone()
        running = entry.ended_at is None
        mark = symbol("▸") if entry.id in self._marked else symbol("◷") if running else " "
        ended = symbol("…") if running else time_text(piece.end, zone)
        span = cells(f"{time_text(piece.start, zone)}–{ended}", 12)
        charge = piece.price.charge if piece.price is not None else None
        money = short_money(charge) if charge is not None else "" if entry.billable else _("free")
        room = width - 3 - 12 - 9 - 10 - 13 - 2
        names = " · ".join(part for part in (entry.client or _("to be assigned"), entry.deal, entry.note) if part)
        if entry.marks:
            names = f"! {names}"
        style = "timer" if running else "late" if entry.client is None or entry.service is None or entry.marks else ""
        return [
            (f" {mark} ", "timer" if running else ""),
            (span, "muted"),
            (cells(clock_text(piece.seconds), 8, right=True) + " ", "timer" if running else ""),
            (" " + cells(names, room) + " ", style),
            (cells(entry.service or "", 12) + " ", "muted"),
            (cells(money, 9, right=True) + " ", ""),
        ]

    def _draw_row(self, row: GridRow, width: int) -> Sequence[Part]:
        name, cell = self._widths()
        style = "late" if row.client is None or row.service is None else "" if row.billable else "muted"
        columns = [
            (cells(minutes_text(seconds) or symbol("·"), cell, right=True), "" if seconds else "muted") for seconds in row.columns
        ]
        return [(_names(row, name), style), *columns, (cells(minutes_text(row.seconds), SUM - 1, right=True) + " ", "")]


def _ways_of_week(state: str | None, *, own: bool, answers: bool) -> list[tuple[str, Callable[..., None], str]]:
    """What can be done with a week: in words, the command, and where that takes a reason what is said once it is done."""
    found: list[tuple[str, Callable[..., None], str]] = []
    if own and state in (None, "declined"):
        found.append((_("Hand in the week") if state is None else _("Hand in the week again"), asked.submit, ""))
    if own and state == "submitted":
        found.append((_("Take the week back"), asked.withdraw, ""))
    if answers and state == "submitted":
        found.append((_("Approve the week"), asked.approve, ""))
        found.append((_("Decline it, with a reason"), asked.decline, _("declined")))
    if answers and state == "approved":
        found.append((_("Open the week again, with a reason"), asked.reopen, _("open again")))
    return found


def _no_way(state: str | None, answers: bool) -> str:
    """Why nothing can be done with a week."""
    if state == "approved":
        return _("This week is approved.") if answers else _("This week is approved; who may answer it opens it again.")
    if state == "submitted":
        return _("You may read this week, not answer it.")
    return _("This week was not handed in.")


def _names(row: GridRow, width: int) -> str:
    """Client, deal and service; where they do not fit, half of the room is the client's."""
    client = row.client or _("to be assigned")
    rest = " · ".join(part for part in (row.deal, row.service) if part)
    room = width - 2
    if rest and cell_len(shown(client)) + 3 + cell_len(shown(rest)) > room:
        half = max(room // 2, room - 3 - cell_len(shown(rest)))
        client = cells(client, min(half, cell_len(shown(client))))
    return cells(f" {client} · {rest}" if rest else f" {client}", width - 1) + " "
