"""What the screen Time shows: a day, a week or a month of one employee."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult

from models.timekeeping.rules import calendar
from models.timekeeping.views.timesheet import DaySheet, Grid, GridRow, Piece, day_sheet, grid
from models.values.dates import day_text, full_day, month_text, time_text, weekday_text
from models.values.durations import clock_text
from models.values.language import _, ngettext
from models.values.money import Money, money_text, short_money
from models.values.numbers import percent_text
from models.values.text import shown
from tui.time import asked
from tui.time.asks import minutes_text
from tui.time.bar import day_bar
from tui.time.sheet import CellGrid, Sheet
from tui.widgets.lines import Lines, Part
from tui.widgets.still import Still
from tui.widgets.words import cells, plain, styled, symbol
from tui.widgets.work import WorkScreen

FORMS = ("day", "week", "month")
NAME, LEAST_NAME, CELL, SUM = 20, 10, 7, 9  # cells: of a name, of one at least, of a column at least, of the sum with its margin
SERVICE_FROM = 72  # cells: a narrower day leaves the room to client and deal


class TimeView(WorkScreen):
    """Reads and shows one employee's time. The day shows entries, the week and the month a grid by client, deal and service."""

    def __init__(self) -> None:
        super().__init__()
        self.form = "day"
        self.day: date | None = None
        self.employee_id: int | None = None
        self.employee = ""  # whose time it is, by name
        self._sheet: DaySheet | None = None
        self._grid: Grid | None = None
        self._marked: set[int] = set()

    def body(self) -> ComposeResult:
        kept = self.app.workplace.get("time", {})
        self.form = kept.get("form") if kept.get("form") in FORMS else "day"
        self.list: Sheet[Piece] = Sheet(self._draw_piece, id="day")
        self.cells: CellGrid[GridRow] = CellGrid(self._draw_row, id="grid")
        yield Still(id="bar")
        yield Still(id="row")
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

    async def _turn(self, by: int) -> None:
        assert self.day is not None
        try:
            self.day = calendar.turned(self.form, self.day, by)
        except OverflowError:
            return
        self._marked.clear()
        await self.read_safely()

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
        for name, seen in (("#bar", is_day), ("#row", not is_day), ("#heads", not is_day)):
            self.query_one(name).display = seen
        self.list.display, self.cells.display = is_day, not is_day
        self._show_day() if is_day else self._show_grid()

    def _show_day(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        who = "" if sheet.employee_id == self.desk.session().actor.id else f"{self.employee} {symbol('·')} "
        self.head(styled((f" {who}{full_day(sheet.day)} {sheet.day.year}", "bold"), f"   {clock_text(sheet.seconds)}"))
        hours, blocks = day_bar(sheet, max(10, self.size.width - 2))
        self.query_one("#bar", Still).show_text(styled((hours + "\n", "dim"), *blocks))
        self.list.show(sheet.pieces, empty=_("Nothing on this day. a adds an entry, s starts the timer, v shows the week."))
        self._sums(sheet.seconds, sheet.billable, sheet.charges, {}, 0)

    def _show_grid(self) -> None:
        found = self._grid
        if found is None:
            return
        who = "" if found.employee_id == self.desk.session().actor.id else f"{self.employee} {symbol('·')} "
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
        name, cell, whole = self._widths()
        heads: list[Part] = [(cells("", name), "")]
        for first_day, after in zip(found.starts, (*found.starts[1:], found.until), strict=True):
            last_day = after - date.resolution
            if self.form == "week":
                word = f"{weekday_text(first_day)} {first_day.day}"
            else:
                word = f"{first_day.day}–{last_day.day}" if last_day > first_day else str(first_day.day)
            heads.append((cells(word, cell, right=True), "bold $accent" if first_day <= found.today <= last_day else "bold"))
        heads.append((cells(_("Sum"), whole - 1, right=True) + "\n", "bold"))
        sums = [cells(minutes_text(seconds), cell, right=True) for seconds in found.totals]
        total = cells(minutes_text(found.seconds), whole - 1, right=True)
        self.query_one("#heads", Still).show_text(styled(*heads, cells(f" {_('Together')}", name), *sums, total))
        self.cells.show(found.rows, empty=_("No time here. a adds an entry, v shows another form, left and right turn."))
        self._name_row()
        self._sums(found.seconds, found.billable, found.charges, found.unbilled, found.unpriced)

    @on(Lines.Moved, "#grid")
    def _name_row(self) -> None:
        """The whole name of the row under the cursor, where the row itself has no room for it."""
        whole = "" if self.cells.item is None else _whole_name(self.cells.item)
        cut = cell_len(whole) > self._widths()[0] - 2
        self.query_one("#row", Still).show_text(plain(f" {whole}" if cut else "", "dim"))

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

    def _widths(self) -> tuple[int, int, int]:
        """Cells of the name, of a column, and of the sum, which a narrow screen has in its head alone."""
        columns, width = self.cells.columns, self.size.width
        cell = max(CELL, min(9, (width - SUM - NAME) // columns))
        whole = SUM if width - SUM - cell * columns >= LEAST_NAME else 0
        return max(LEAST_NAME, width - whole - cell * columns), cell, whole

    def _draw_piece(self, piece: Piece, width: int) -> Sequence[Part]:
        entry, zone = piece.entry, self._zone()
        running = entry.ended_at is None
        mark = symbol("▸") if entry.id in self._marked else symbol("◷") if running else " "
        ended = symbol("…") if running else time_text(piece.end, zone)
        span = cells(f"{time_text(piece.start, zone)}–{ended}", 12)
        charge = piece.price.charge if piece.price is not None else None
        money = short_money(charge) if charge is not None else "" if entry.billable else _("free")
        service = 12 if width >= SERVICE_FROM else 0
        room = width - 3 - 12 - 9 - 10 - (service + 1) - 2
        names = " · ".join(part for part in (entry.client or _("to be assigned"), entry.deal, entry.note) if part)
        if entry.marks:
            names = f"! {names}"
        style = "timer" if running else "late" if entry.client is None or entry.service is None or entry.marks else ""
        return [
            (f" {mark} ", "timer" if running else ""),
            (span, "muted"),
            (cells(clock_text(piece.seconds), 8, right=True) + " ", "timer" if running else ""),
            (" " + cells(names, room) + " ", style),
            (cells(entry.service or "", service) + " ", "muted"),
            (cells(money, 9, right=True) + " ", ""),
        ]

    def _draw_row(self, row: GridRow, width: int) -> Sequence[Part]:
        name, cell, whole = self._widths()
        style = "late" if row.client is None or row.service is None else "" if row.billable else "muted"
        columns = [
            (cells(minutes_text(seconds) or symbol("·"), cell, right=True), "" if seconds else "muted") for seconds in row.columns
        ]
        return [(_names(row, name), style), *columns, (cells(f"{minutes_text(row.seconds)} ", whole, right=True), "")]


def _whole_name(row: GridRow) -> str:
    return " · ".join(shown(part) for part in (row.client or _("to be assigned"), row.deal, row.service) if part)


def _names(row: GridRow, width: int) -> str:
    """Client, deal and service; where they do not fit, half of the room is the client's, of a very small one all."""
    client = row.client or _("to be assigned")
    rest = " · ".join(part for part in (row.deal, row.service) if part)
    room = width - 2
    if room < NAME - LEAST_NAME and cell_len(shown(client)) > room // 2:
        rest = ""
    if rest and cell_len(shown(client)) + 3 + cell_len(shown(rest)) > room:
        half = max(room // 2, room - 3 - cell_len(shown(rest)))
        client = cells(client, min(half, cell_len(shown(client))))
    return cells(f" {client} · {rest}" if rest else f" {client}", width - 1) + " "
