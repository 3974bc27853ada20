"""Time: the stopwatch's entries as a day, a week or a month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.widgets import Static

from models.timekeeping.views import DaySheet, Grid, Piece, WeekRow, day_sheet, grid
from models.values.dates import day_text, full_day, month_text, time_text, weekday_text
from models.values.durations import clock_text
from models.values.errors import Refused
from models.values.instants import local_day
from models.values.language import _, ngettext
from models.values.money import Money, money_text, short_money
from tui import keymap
from tui.time.asks import ask_cell, ask_entry, ask_split
from tui.time.bar import day_bar
from tui.time.sheet import CellGrid, Sheet
from tui.widgets import asks
from tui.widgets.dialogs import Choice, Field, Form, Line, Notice
from tui.widgets.lines import Part
from tui.widgets.timing import start
from tui.widgets.words import cells, plain, styled, symbol
from tui.widgets.work import WorkScreen

if TYPE_CHECKING:
    from models.activities.views import Activity
    from models.session import Session

FORMS = ("day", "week", "month")
CELL = 6


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
        self.cells: CellGrid[WeekRow | str] = CellGrid(self._draw_row, id="grid")
        yield Static(id="bar")
        yield Static(id="heads")
        yield self.list
        yield self.cells
        yield Static(id="sums")

    def workplace(self) -> dict[str, Any]:
        """What to remember for the next time; the day is always today's."""
        return {"form": self.form}

    async def read(self) -> None:
        if self.day is None:
            self.day = await self.desk.ask(_today)
        if self.form == "day":
            self._sheet = await self.desk.ask(day_sheet, self.day, self.employee_id)
        else:
            first, days = self._span()
            self._grid = await self.desk.ask(grid, first, days, self.employee_id)
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
        self.day = await self.desk.ask(_today)
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
        elif isinstance(item, WeekRow):
            one = item
        else:
            return None
        return None if one.client_id is None else (one.client_id, one.client or "", one.deal_id)

    # What keys do.

    async def action_open(self) -> None:
        if self.form == "day":
            await self.action_edit()
        elif self.form == "week" and isinstance(self.cells.item, WeekRow):
            await self._ask(self._fill(self.cells.item))
        elif self.form == "month":
            self.day = self._span()[0] + timedelta(days=self.cells.column)
            self.form = "day"
            await self.read_safely()
            self.list.focus()

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
        await self._ask(self._command(_merge, sorted(self._marked), said=_("merged")))

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
        await self._ask(self._command(_undo, said=_("taken back")))

    async def action_redo(self) -> None:
        await self._ask(self._command(_redo, said=_("made again")))

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

    async def _done_with(self, asked: Any, said: str) -> None:
        if await asked:
            self._marked.clear()
            await self.read_safely()
            self.say(said)

    async def _write(self, piece: Piece | None) -> None:
        assert self.day is not None
        services = [name for _id, name in await self.desk.ask(asks.services)]
        entry = None if piece is None else piece.entry
        await self._done_with(ask_entry(self.app, self.day, self._whose(), services, entry, self._zone()), _("saved"))

    async def _fill(self, row: WeekRow) -> None:
        day = self._span()[0] + timedelta(days=self.cells.column)
        title = f"{row.client or _('to be assigned')}, {weekday_text(day)} {day_text(day)}"
        asked = ask_cell(
            self.app, title, row.days[self.cells.column], day=day, client_id=row.client_id, deal_id=row.deal_id,
            service=row.service, employee_id=self._whose(), billable=row.billable,
        )  # fmt: skip
        await self._done_with(asked, _("saved"))

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
            await self.desk.do(_change, ids, values)

        title = ngettext("{count} entry", "{count} entries", len(ids)).format(count=len(ids))
        await self._done_with(self._asked(Form(title, fields, act)), _("saved"))

    async def _duplicate(self, piece: Piece) -> None:
        assert self.day is not None

        async def act(values: dict[str, str]) -> None:
            await self.desk.do(_copy, piece.entry.id, values["day"])

        field = Field("day", _("Day"), (self.day + timedelta(days=1)).isoformat(), True)
        await self._done_with(self._asked(Form(_("The same once more"), [field], act)), _("saved"))

    async def _delete(self, ids: Sequence[int]) -> None:
        title = ngettext("Delete {count} entry?", "Delete {count} entries?", len(ids)).format(count=len(ids))
        if await self.app.push_screen_wait(Choice(title, [Line(_("Delete")), Line(_("Keep"))])) == 0:
            await self._command(_delete, list(ids), said=_("deleted; u brings it back"))

    async def _continue(self, piece: Piece) -> None:
        if await start(self.app, lambda session: _go_on(session, piece.entry.id)):
            await self.read_safely()
            self.say(_("timer runs"))

    async def _start_or_stop(self) -> None:
        piece = self._piece()
        if await self.desk.ask(_runs):
            await self._command(asks.stop_timer, said=_("timer stopped"))
        elif piece is not None:
            await self._continue(piece)
        elif await start(self.app, _begin):
            await self.read_safely()
            self.say(_("timer runs"))

    async def _note(self, piece: Piece) -> None:
        async def act(values: dict[str, str]) -> None:
            await self.desk.do(_set_note, piece.entry.id, values["note"])

        form = Form(_("Note"), [Field("note", _("Note"), piece.entry.note)], act)
        await self._done_with(self._asked(form), _("saved"))

    async def _explain(self, piece: Piece) -> None:
        lines = await self.desk.ask(_ladder, piece.entry.id)
        await self.app.push_screen_wait(Notice(_("Rate and charge of entry {id}").format(id=piece.entry.id), lines))

    async def _week(self) -> None:
        assert self.day is not None
        monday = self.day - timedelta(days=self.day.weekday())
        own = self._whose() == self.desk.session().actor.id
        state = await self.desk.ask(_week_state, self._whose(), monday)
        ways = {
            (True, None): (_("Hand in the week"), _submit), (True, "declined"): (_("Hand in the week again"), _submit),
            (True, "submitted"): (_("Take the week back"), _withdraw), (False, "submitted"): (_("Approve the week"), _approve),
        }  # fmt: skip
        found = ways.get((own, state))
        if found is None:
            raise Refused("nothing_to_do", {"approved": _("This week is approved.")}.get(state or "", _("This week was not handed in.")))
        word, command = found
        title = _("Week of {day}").format(day=day_text(monday))
        lines = [Line(word)] + ([Line(_("Decline it, with a reason"))] if command is _approve else [])
        chosen = await self.app.push_screen_wait(Choice(title, lines))
        if chosen == 0:
            await self._command(command, self._whose(), monday, said=word)
        elif chosen == 1:

            async def act(values: dict[str, str]) -> None:
                await self.desk.do(_decline, self._whose(), monday, values["reason"])

            form = Form(title, [Field("reason", _("Reason"), "", True)], act)
            await self._done_with(self._asked(form), _("declined"))

    async def _choose_person(self) -> None:
        people = await self.desk.ask(_people)
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
            if self.form == "month":
                first = self.day.replace(day=1)
                self.day = (first - timedelta(days=1)).replace(day=1) if by < 0 else first + timedelta(days=monthrange(first.year, first.month)[1])
            else:
                self.day += timedelta(days=by * (7 if self.form == "week" else 1))
        except OverflowError:
            return
        self._marked.clear()
        await self.read_safely()

    # What is shown.

    def _whose(self) -> int:
        return self.desk.session().actor.id if self.employee_id is None else self.employee_id

    def _zone(self) -> str:
        return self._sheet.zone if self._sheet is not None else self.desk.session().actor.timezone

    def _piece(self) -> Piece | None:
        return self.list.item if self.form == "day" else None

    def _chosen(self) -> list[int]:
        piece = self._piece()
        return sorted(self._marked) or ([] if piece is None else [piece.entry.id])

    def _span(self) -> tuple[date, int]:
        """First day and number of days of the week or month in view."""
        assert self.day is not None
        if self.form == "week":
            return self.day - timedelta(days=self.day.weekday()), 7
        return self.day.replace(day=1), monthrange(self.day.year, self.day.month)[1]

    def _show(self) -> None:
        is_day = self.form == "day"
        for name, shown in (("#bar", is_day), ("#heads", not is_day)):
            self.query_one(name).display = shown
        self.list.display, self.cells.display = is_day, not is_day
        self._show_day() if is_day else self._show_grid()

    def _show_day(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        who = "" if sheet.employee_id == self.desk.session().actor.id else f"{sheet.employee} {symbol('·')} "
        self.head(styled((f" {who}{full_day(sheet.day)} {sheet.day.year}", "bold"), f"   {clock_text(sheet.seconds)}"))
        hours, blocks = day_bar(sheet, max(10, self.size.width - 2))
        self.query_one("#bar", Static).update(styled((hours + "\n", "dim"), *blocks))
        self.list.show(sheet.pieces, empty=_("Nothing on this day. a adds an entry, s starts the timer, v shows the week."))
        self._sums(sheet.seconds, sheet.billable, sheet.charges, 0)

    def _show_grid(self) -> None:
        found = self._grid
        if found is None:
            return
        who = "" if found.employee_id == self.desk.session().actor.id else f"{found.employee} {symbol('·')} "
        first = found.first
        if self.form == "week":
            last = first + timedelta(days=6)
            title = f"{day_text(first, found.today if first.year == last.year else None)} – {day_text(last, found.today)}"
            states = {"submitted": _("handed in"), "approved": _("approved"), "declined": _("declined")}
            state = f" {symbol('·')} {states[found.state]}" if found.state else ""
        else:
            title, state = month_text(first), ""
        self.head(styled((f" {who}{title}", "bold"), f"   {clock_text(found.seconds)}{state}"))
        self.cells.columns = len(found.totals)
        self.cells.column = min(self.cells.column, self.cells.columns - 1)
        name, cell = self._widths()
        heads: list[Part] = [(cells("", name), "")]
        for place in range(len(found.totals)):
            day = first + timedelta(days=place)
            word = f"{weekday_text(day)} {day.day}" if self.form == "week" else str(day.day)
            heads.append((cells(word, cell, right=True), "bold $accent" if day == found.today else "bold"))
        heads.append((cells(_("Sum"), 9, right=True), "bold"))
        self.query_one("#heads", Static).update(styled(*heads))
        rows: list[WeekRow | str] = [*found.rows]
        self.cells.show(rows, empty=_("No time here. a adds an entry, v shows another form, left and right turn."))
        self._sums(found.seconds, found.billable, found.charges, found.unpriced)

    def _sums(self, seconds: int, billable: int, charges: dict[str, int], unpriced: int) -> None:
        share = f" ({billable * 100 // seconds} %)" if seconds else ""
        parts = [f" {_('Billable')} {clock_text(billable)}{share}"]
        parts += [money_text(Money(charges[currency], currency)) for currency in sorted(charges)]
        if self._grid is not None and self.form == "week" and self._grid.totals:
            parts.insert(0, " " + "  ".join(_short(total) or symbol("·") for total in self._grid.totals))
        if unpriced:
            parts.append(ngettext("{count} without a rate", "{count} without a rate", unpriced).format(count=unpriced))
        if self._marked:
            parts.append(ngettext("{count} marked", "{count} marked", len(self._marked)).format(count=len(self._marked)))
        self.query_one("#sums", Static).update(plain(f"  {symbol('·')} ".join(parts)))

    def _widths(self) -> tuple[int, int]:
        """Cells of the name and of a day."""
        days = self.cells.columns
        cell = max(3, min(8, (self.size.width - 9 - 20) // days))
        return max(10, self.size.width - 9 - cell * days), cell

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
        style = "timer" if running else "late" if entry.client is None or entry.service is None else ""
        return [
            (f" {mark} ", "timer" if running else ""),
            (span, "muted"),
            (cells(clock_text(piece.seconds), 8, right=True) + " ", "timer" if running else ""),
            (" " + cells(names, room) + " ", style),
            (cells(entry.service or "", 12) + " ", "muted"),
            (cells(money, 10, right=True), ""),
        ]

    def _draw_row(self, row: WeekRow | str, width: int) -> Sequence[Part]:
        assert not isinstance(row, str)
        name, cell = self._widths()
        names = " · ".join(part for part in (row.client or _("to be assigned"), row.deal, row.service) if part)
        style = "late" if row.client is None or row.service is None else "" if row.billable else "muted"
        short = cell < CELL
        days = [
            (cells((_hours(seconds) if short else _short(seconds)) or symbol("·"), cell, right=True), "" if seconds else "muted")
            for seconds in row.days
        ]
        return [(cells(f" {names}", name), style), *days, (cells(_short(row.seconds), 9, right=True), "")]


def _short(seconds: int) -> str:
    """`1:30`, nothing for none; below a minute `0:01`, so that it does not look like nothing."""
    minutes = max(1, (seconds + 30) // 60) if seconds else 0
    return f"{minutes // 60}:{minutes % 60:02}" if minutes else ""


def _hours(seconds: int) -> str:
    """Whole hours where there is room for no more, at least 1."""
    return str(max(1, (seconds + 1800) // 3600)) if seconds else ""


def _today(session: Session) -> date:
    return local_day(session.now(), session.actor.timezone)


def _runs(session: Session) -> bool:
    from models.timekeeping.views import running

    return running(session) is not None


def _begin(session: Session) -> None:
    from models.timekeeping.commands import start_timer

    start_timer(session)


def _go_on(session: Session, entry_id: int) -> None:
    from models.timekeeping.commands import continue_entry

    continue_entry(session, entry_id)


def _merge(session: Session, ids: Sequence[int]) -> None:
    from models.timekeeping.commands import merge_entries

    merge_entries(session, ids)


def _delete(session: Session, ids: Sequence[int]) -> None:
    from models.timekeeping.commands import delete_entries

    delete_entries(session, ids)


def _copy(session: Session, entry_id: int, day: str) -> None:
    from models.timekeeping.commands import duplicate_entry
    from models.values.instants import parse_day

    duplicate_entry(session, entry_id, parse_day(day))


def _set_note(session: Session, entry_id: int, note: str) -> None:
    from models.timekeeping.commands import edit_entry

    edit_entry(session, entry_id, note=note)


def _change(session: Session, ids: Sequence[int], values: dict[str, str]) -> None:
    from models.clients.views import find_client
    from models.timekeeping.commands import change_entries
    from models.timekeeping.views import find_service

    changes: dict[str, Any] = {}
    if values["client"]:
        changes["client_id"] = find_client(session, values["client"])
    if values["service"] != _("as it is"):
        changes["service_id"] = find_service(values["service"])
    if values["billable"] != _("as it is"):
        changes["billable"] = values["billable"] != _("no")
    if values["note"]:
        changes["note"] = values["note"]
    change_entries(session, ids, **changes)


def _undo(session: Session) -> None:
    from models.timekeeping.commands import undo_time

    undo_time(session)


def _redo(session: Session) -> None:
    from models.timekeeping.commands import redo_time

    redo_time(session)


def _people(session: Session) -> list[tuple[int, str]]:
    """Those whose time the actor may see, the actor first."""
    from models.people.rules import covers, readable
    from models.people.views import people

    seen = [(one.id, one.name) for one in people() if covers(readable(session.actor), one.id)]
    return sorted(seen, key=lambda one: one[0] != session.actor.id)


def _week_state(session: Session, employee_id: int, monday: date) -> str | None:
    from models.timekeeping.views import weeks

    found = weeks(session, employee_id=employee_id, monday=monday)
    return found[0].state if found else None


def _submit(session: Session, _employee_id: int, monday: date) -> None:
    from models.timekeeping.commands import submit_week

    submit_week(session, monday)


def _withdraw(session: Session, _employee_id: int, monday: date) -> None:
    from models.timekeeping.commands import withdraw_week

    withdraw_week(session, monday)


def _approve(session: Session, employee_id: int, monday: date) -> None:
    from models.timekeeping.commands import answer_week

    answer_week(session, employee_id, monday, approve=True)


def _decline(session: Session, employee_id: int, monday: date, reason: str) -> None:
    from models.timekeeping.commands import answer_week

    answer_week(session, employee_id, monday, approve=False, answer=reason)


def _ladder(session: Session, entry_id: int) -> list[tuple[str, str]]:
    """The ladder of an entry's rate, and what it comes to."""
    from models.timekeeping.views.rates import explain

    found = explain(session, entry_id)
    lines = [
        (f"{symbol('▸') if step.rank == found.won else ' '} {step.rank:>2}", f"{step.scope}: {money_text(step.rate) if step.rate else symbol('·')}")
        for step in found.ladder
    ]
    lines += [("", ""), (_("Time"), clock_text(found.seconds)), (_("Charged"), clock_text(found.rounded_seconds))]
    lines.append((_("Charge"), _("no rate") if found.charge is None else money_text(found.charge)))
    return lines
