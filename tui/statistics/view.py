"""What the screen Statistics shows: the list of reports, and of the one that was read the table, its chart and small print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Static

from models.values.language import _, ngettext
from models.values.text import in_two, width_of
from tui.statistics.filters import in_words
from tui.statistics.report import Asked, Column, Report, Row, fitting
from tui.statistics.reports import titles
from tui.widgets import words
from tui.widgets.footer import KeyLine
from tui.widgets.frame import FramedScreen
from tui.widgets.lines import Lines, Part
from tui.widgets.words import cells, plain, styled, symbol

REST_SECONDS = 0.08
WIDE = 110
BEFORE = 2  # lines of the table above the one that it begins on
NOTE = 3  # lines of small print, at most


class StatisticsView(FramedScreen):
    """The list stands left, the report right."""

    AUTO_FOCUS = "#reports"
    CSS_PATH = "statistics.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._type = ""
        self._found: tuple[Report, Asked, Any] | None = None
        self._heads = [""]
        self._columns: list[tuple[int, int, Column]] = []  # place, width
        self._draws = False  # whether what draws charts is at hand
        self._resting: Timer | None = None

    def body(self) -> ComposeResult:
        self.list: Lines[str] = Lines(self._draw_report, id="reports")
        self.table: Lines[Row] = Lines(self._draw_row, lambda row: row.firm, id="table")
        with Horizontal(id="both"):
            yield self.list
            with Vertical(id="report"):
                yield Static(id="heads")
                yield self.table
                yield Static(id="chart")
                yield Static(id="note")

    @on(Lines.Moved, "#table")
    def _moved_row(self) -> None:
        self._rest(self._show_below)

    def _rest(self, work: Callable[[], None]) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, work)

    def on_descendant_focus(self) -> None:
        self.set_class(self.focused is self.table, "-in")
        self.query_one(KeyLine).narrow(self.focused is self.table)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")

    @on(Lines.Sized, "#table")
    def _show_again(self) -> None:
        if self._found is not None:
            self._show(same=True)

    def _show(self, *, same: bool) -> None:
        assert self._found is not None
        wanted, asked, found = self._found
        columns, rows = wanted.columns(found, asked), wanted.rows(found, asked)
        widths = fitting(columns, rows, self.table.size.width or self.size.width)
        self._columns = [(place, width, columns[place]) for place, width in widths.items()]
        self._show_head(wanted, asked, len(columns) - len(widths) if rows else 0)
        self._show_table_heads(rows)
        key = self.table.item.key if same and self.table.item is not None else wanted.begins(found, asked)
        at = next((place for place, row in enumerate(rows) if row.key == key), 0)
        if not same:
            self.table.top = max(0, at - BEFORE)
        self.table.styles.height = max(1, min(len(rows), self._room() * wanted.table // 5))
        self.table.show(rows, at, wanted.empty())
        self._show_below()

    def _show_table_heads(self, rows: Sequence[Row]) -> None:
        """Above the table, in two lines where one would cut some."""
        lines = zip(*(in_two(column.head, width - (2 if column.text or not place else 1)) for place, width, column in self._columns), strict=True)
        heads = ["".join(self._cell(text, *column) for text, column in zip(line, self._columns, strict=True)) for line in lines]
        self._heads = heads[0 if heads[0].strip() else 1 :] if rows else [""]
        self.query_one("#heads", Static).update(plain("\n".join(self._heads), "dim"))

    def _show_below(self) -> None:
        """Chart and small print of the line under the cursor."""
        if self._found is None:
            return
        wanted, asked, found = self._found
        row, width = self.table.item, max(10, self.query_one("#report").size.width - 1)
        note = wanted.note(found, asked, row) if self.table.items else ""
        room = self._room() - (min(NOTE, len(wrap(note, width - 1))) - 1 if note else 0)
        height = room - len(self.table.items[: self._room() * wanted.table // 5])
        is_ascii = words.symbol("→") != "→"
        drawn = wanted.chart(found, asked, row, width, height, is_ascii) if self._draws and self.table.items else []
        drawn = [line.replace("…", symbol("…")) for line in drawn]
        full = not drawn and self._draws
        self.table.styles.height = max(1, min(len(self.table.items), room if full else self._room() * wanted.table // 5))
        self.query_one("#chart", Static).update(plain("\n".join(drawn[:height])))
        self.query_one("#note", Static).update(plain(note, "dim"))

    def _room(self) -> int:
        """Lines for table and chart together."""
        return max(4, self.size.height - 5 - len(self._heads))

    def _show_head(self, wanted: Report, asked: Asked, left: int = 0) -> None:
        """The report, its form and filters, and how many columns are left out: for both a long title gives room."""
        forms = wanted.forms()
        form = f" {symbol('·')} {forms[asked.form]}" if forms else ""
        title, filters = wanted.title(), self._words(wanted, asked)
        room = self.query_one("#title").size.width or self.size.width
        more = f" {symbol('·')} " + ngettext("+{count} column", "+{count} columns", left).format(count=left) if left else ""
        if width_of(f" {title}{form}   {filters}{more}") > room:  # what is counted and what is missing has to be read
            title = titles().get(wanted.name, title)
        if width_of(f" {title}{form}   {filters}{more}") <= room:
            filters += more
        self.head(styled((f" {title}", "bold"), (form, ""), ("   " + filters, "dim")))
        self.query_one(KeyLine).without(*(() if forms else ("statistics.form",)))

    def _words(self, wanted: Report, asked: Asked) -> str:
        """The filters that the report heeds, in words."""
        return f" {symbol('·')} ".join(in_words(asked.filters, asked.known, self._type, wanted.used(asked)))

    def _show_waiting(self, wanted: Report, asked: Asked) -> None:
        self._show_head(wanted, asked)
        self._found = None
        self._show_nothing(_("Reading the history… esc leaves off."))

    def _show_nothing(self, said: str) -> None:
        for name in ("#heads", "#chart", "#note"):
            self.query_one(name, Static).update("")
        self.table.styles.height = "1fr"
        self.table.show([], 0, said)

    def _cell(self, text: str, place: int, width: int, column: Column) -> str:
        if column.text or not place:
            return f" {cells(text, width - 2)} "
        return cells(text, width - 1, right=True) + " "

    def _draw_report(self, name: str, width: int) -> Sequence[Part]:
        return [(cells(f" {titles()[name]}", width), "")]

    def _draw_row(self, row: Row, width: int) -> Sequence[Part]:
        if not any(row.cells[1:]):
            return [(cells(f" {row.cells[0]}", width), row.style)]
        dim = symbol("·")
        return [
            (self._cell(row.cells[place], place, width, column), row.style or ("muted" if place and row.cells[place].strip() in ("", dim, "–") else ""))
            for place, width, column in self._columns
        ]
