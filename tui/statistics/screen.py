"""Statistics: a list of reports, and the one under the cursor as a table and a chart that open into their deals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from importlib import import_module
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Static

from models.pipeline.views import types
from models.values.errors import StagewatchError
from models.values.language import _, ngettext
from models.values.text import in_two, width_of
from tui import keymap
from tui.statistics import filters as asking
from tui.statistics.filters import Filters, Known
from tui.statistics.report import Asked, Column, Report, Row, fitting
from tui.statistics.reports import PLACES, report, titles
from tui.widgets import words
from tui.widgets.footer import KeyLine
from tui.widgets.frame import FramedScreen
from tui.widgets.lines import Lines, Part
from tui.widgets.words import cells, plain, styled, symbol

if TYPE_CHECKING:
    from models.session import Session
    from tui.statistics.against import Against

REST_SECONDS = 0.08
KEPT_SECONDS = 60  # of the history, after the screen was left
SIGN_AFTER = 0.3  # seconds without an answer after which that is told
WITH_FIRST_PAINT = 0.1  # seconds for which the first paint waits for the report
WIDE = 110
BEFORE = 2  # lines of the table above the one that it begins on
NOTE = 3  # lines of small print, at most
STORE_CHANGES = frozenset({"deal", "type", "client", "activity", "entry", "rate", "company", "employee", "target", "exchange_rate"})


class StatisticsScreen(FramedScreen):
    """The list stands left, the report right; enter goes in, esc back. A report is read aside: no key waits for it."""

    where = "statistics"
    BINDINGS = keymap.bindings("list", "statistics")
    AUTO_FOCUS = "#reports"
    CSS_PATH = "statistics.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.filters: Filters | None = None
        self.forms: dict[str, int] = {}
        self._against: Against | None = None
        self._type = ""
        self._known: Known | None = None
        self._found: tuple[Report, Asked, Any] | None = None
        self._kept: dict[Any, Any] = {}  # what reports have read of the store as it is; used aside alone
        self._heads = [""]
        self._columns: list[tuple[int, int, Column]] = []  # place, width
        self._reading: asyncio.Task[None] | None = None
        self._begun: str | None = None
        self._resting: Timer | None = None
        self._draws = False  # whether what draws charts is at hand

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

    def on_mount(self) -> None:
        self.list.show(list(PLACES), list(PLACES).index(self._remembered().get("report", "clients")))
        self.forms = {name: form for name, form in self._remembered().get("forms", {}).items() if name in PLACES}

    def workplace(self) -> dict[str, Any]:
        """What to remember for the next time."""
        kept = {} if self.filters is None else asking.kept(self.filters)
        return {**kept, "report": self.list.item, "forms": self.forms}

    def _remembered(self) -> dict[str, Any]:
        found: dict[str, Any] = self.app.workplace.get("statistics", {})
        return found if found.get("report", "clients") in PLACES else {**found, "report": "clients"}

    # Reading --------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read what the filters may name and, aside, the report."""
        known = await self.desk.ask(types)
        if not known:
            self.table.show([], empty=_("No deal type yet: `stagewatch type add` makes one, then `stagewatch stage add`."))
            return
        if self.filters is None:
            self.filters = asking.taken_up(self._remembered(), self._remembered().get("type") or known[0].id)
        if self.filters.type_id not in [line.id for line in known]:
            self.filters = self.filters._replace(type_id=known[0].id)
        self._type = next(line.name for line in known if line.id == self.filters.type_id)
        self._known = await self.desk.ask(asking.known)
        self._begin()
        # What is quick comes with the first paint. No longer: a key waits while a handler does.
        if self._reading is not None:
            done, _waiting = await asyncio.wait([self._reading], timeout=WITH_FIRST_PAINT)
            name = self._wanted()
            if not done and self._found is None and name is not None:
                self._show_waiting(report(name), Asked(self.filters, self._known, self.forms.get(name, 0), self._against))
        if not self._draws:
            self.call_after_refresh(self.run_worker, self._draw_from_now_on, group="charts", exclusive=True)

    async def _draw_from_now_on(self) -> None:
        await self.desk.ask_aside(_fetch_charts)
        self._draws = True
        self._show_below()

    def on_screen_suspend(self) -> None:
        """What was read is megabytes: who has gone elsewhere for a while does not keep it."""
        self.set_timer(KEPT_SECONDS, self._forget)

    def _forget(self) -> None:
        if self not in self.app.screen_stack:
            self._kept = {}

    async def changed(self, subjects: Mapping[str, frozenset[int]]) -> None:
        """Figures of the past hardly move with one step: they are read again when the person asks for something."""
        if not STORE_CHANGES.isdisjoint(subjects):
            self._kept = {}

    def _begin(self) -> None:
        """Read the report under the cursor; until it is there the last one stays, unless it takes long."""
        if self._reading is not None:
            self._reading.cancel()
        self._begun = name = self._wanted()
        if name is None or self.filters is None or self._known is None:
            return
        asked = Asked(self.filters, self._known, self.forms.get(name, 0), self._against)
        self._reading = asyncio.create_task(self._read_report(report(name), asked))

    def _wanted(self) -> str | None:
        return "compare" if self._against is not None else self.list.item

    async def _read_report(self, wanted: Report, asked: Asked) -> None:
        sign = self.set_timer(SIGN_AFTER, lambda: self._show_waiting(wanted, asked))
        try:
            found = await self.desk.ask_aside(wanted.read, asked, self._kept)
        except StagewatchError as error:
            self._found = None
            self._show_head(wanted, asked)
            self._show_nothing(error.message)
            return
        finally:
            sign.stop()
        before = self._found
        self._found = (wanted, asked, found)
        self._show(same=before is not None and before[0] is wanted)
        if wanted.has_rest:
            await self._read_rest(wanted, asked)

    async def _read_rest(self, wanted: Report, asked: Asked) -> None:
        """Show what took longer in the place of what was quick; where it cannot be read, that stays."""
        try:
            found = await self.desk.ask_aside(wanted.read_rest, asked, self._kept)
        except StagewatchError as error:
            self.say_error(error)
            return
        self._found = (wanted, asked._replace(form=self.forms.get(wanted.name, 0)), found)
        self._show(same=True)

    @on(Lines.Moved, "#reports")
    def _moved_report(self) -> None:
        """Not the list's own first step: what it stands on is being read then."""
        if self.list.item != self._begun:
            self._against = None
            self._rest(self._begin)

    @on(Lines.Moved, "#table")
    def _moved_row(self) -> None:
        self._rest(self._show_below)

    def _rest(self, work: Any) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, work)

    # What keys do ---------------------------------------------------------------------------------------------

    async def action_open(self) -> None:
        if self.focused is not self.table:
            if self.table.items:
                self.table.focus()
            return
        row = self.table.item
        if row is None or not row.numbers:
            self.say(_("No deals stand behind this line."))
            return
        self.run_worker(self._open_behind(row), group="dialog", exclusive=True)

    async def action_cursor_right(self) -> None:
        if self.focused is not self.table:
            await self.action_open()

    async def action_cursor_left(self) -> None:
        await self.action_back()

    async def action_back(self) -> None:
        """Out of the comparison or the report; from the list: stop waiting for one that takes long."""
        if self._against is not None:
            await self._leave_comparison()
        elif self.focused is self.table:
            self.list.focus()
        elif self._reading is not None and not self._reading.done():
            self._reading.cancel()
            self._show_nothing(_("Left off. enter reads it again."))

    async def action_form(self) -> None:
        name = self._wanted()
        count = len(report(name).forms()) if name is not None else 0
        if name is None or not count:
            self.say(_("This report has one form."))
            return
        self.forms[name] = (self.forms.get(name, 0) + 1) % count
        if report(name).rereads:
            self._begin()
        elif self._found is not None and self._found[0].name == name:
            self._found = (self._found[0], self._found[1]._replace(form=self.forms[name]), self._found[2])
            self._show(same=True)

    async def action_clock(self) -> None:
        if self.filters is not None and self._known is not None:
            now = self.filters.clock or self._known.clock
            other = "working" if now == "calendar" else "calendar"
            self.filters = self.filters._replace(clock=None if other == self._known.clock else other)
            self._begin()

    async def action_compare(self) -> None:
        if self._against is not None:
            await self._leave_comparison()
        else:
            self.run_worker(self._ask_against(), group="dialog", exclusive=True)

    async def _ask_against(self) -> None:
        from tui.statistics.against import ask_against

        if self.filters is None or self._known is None:
            return
        against = await ask_against(self, self.filters, self._known)
        if against is not None:
            self._against = against
            self._begin()
            self.table.focus()

    async def _leave_comparison(self) -> None:
        self._against = None
        self.list.focus()
        self._begin()

    def action_filter(self) -> None:
        self.run_worker(self._ask_filters(), group="dialog", exclusive=True)

    def action_pick_type(self) -> None:
        self.run_worker(self._pick_type(), group="dialog", exclusive=True)

    def action_export(self) -> None:
        self.run_worker(self._export(), group="dialog", exclusive=True)

    async def _export(self) -> None:
        from tui.statistics.export import ask_export, sheet_of

        if self._found is None or self._known is None or not self.table.items:
            self.say(_("There is nothing to export."))
            return
        wanted, asked, found = self._found
        sheet = sheet_of(wanted, asked, found, self.table.item, self._words(wanted, asked))
        await ask_export(self, sheet, wanted.name, asked.known.today)

    async def _ask_filters(self) -> None:
        from tui.statistics.asks import ask_filters

        if self.filters is None or self._known is None:
            return
        wanted = await ask_filters(self, self.filters, self._known)
        if wanted is not None:
            self.filters = wanted
            self._begin()

    async def _pick_type(self) -> None:
        from tui.statistics.asks import ask_type

        known = await self.desk.ask(types)
        if self.filters is None:
            return
        wanted = await ask_type(self, known, self.filters.type_id)
        if wanted is not None:
            self.filters, self._type = self.filters._replace(type_id=wanted.id), wanted.name
            self._begin()

    async def _open_behind(self, row: Row) -> None:
        from tui.statistics.behind import ask_behind

        if self._found is not None:
            client = await ask_behind(self, self._found[1], row.numbers, self._kept)
            if client is not None:
                self.app.show_client(client)

    # What is shown --------------------------------------------------------------------------------------------

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
        """The report, its form and filters, and where there is room how many columns are left out."""
        forms = wanted.forms()
        form = f" {symbol('·')} {forms[asked.form]}" if forms else ""
        title, filters = wanted.title(), self._words(wanted, asked)
        room = self.query_one("#title").size.width or self.size.width
        if width_of(f" {title}{form}   {filters}") > room:  # what is counted has to be read
            title = titles().get(wanted.name, title)
        more = f" {symbol('·')} " + ngettext("+{count} column", "+{count} columns", left).format(count=left) if left else ""
        if width_of(f" {title}{form}   {filters}{more}") <= room:
            filters += more
        self.head(styled((f" {title}", "bold"), (form, ""), ("   " + filters, "dim")))

    def _words(self, wanted: Report, asked: Asked) -> str:
        """The filters that the report heeds, in words."""
        return f" {symbol('·')} ".join(asking.in_words(asked.filters, asked.known, self._type, wanted.used(asked)))

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


def _fetch_charts(_session: Session) -> None:
    """Import what draws charts, which takes longer than a key may wait."""
    import_module("plotext")
