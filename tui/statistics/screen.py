"""Statistics by keys: reports are read, asked for otherwise, compared, taken elsewhere, and open into their deals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual import on

from models.pipeline.views import types
from models.values.errors import StagewatchError
from models.values.language import _
from tui import keymap
from tui.statistics import filters as asking
from tui.statistics.filters import Filters, Known
from tui.statistics.report import Asked, Report, Row
from tui.statistics.reports import PLACES, report
from tui.statistics.view import StatisticsView
from tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.worker import Worker

    from models.session import Session
    from tui.statistics.against import Against

KEPT_SECONDS = 60  # of the history, after the screen was left
SIGN_AFTER = 0.3  # seconds without an answer after which that is told
WITH_FIRST_PAINT = 0.1  # seconds for which the first paint waits for the report
STORE_CHANGES = frozenset({"deal", "type", "client", "activity", "entry", "rate", "company", "employee", "target", "exchange_rate"})


class StatisticsScreen(StatisticsView):
    """Enter goes into a report, esc back. It is read aside: no key waits for it."""

    where = "statistics"
    BINDINGS = keymap.bindings("list", "statistics")

    def __init__(self) -> None:
        super().__init__()
        self.filters: Filters | None = None
        self.forms: dict[str, int] = {}
        self._against: Against | None = None
        self._known: Known | None = None
        self._kept: dict[Any, Any] = {}  # what reports have read of the store as it is; used aside alone
        self._reading: Worker[None] | None = None
        self._answered = asyncio.Event()  # the report that is read is shown, or why it cannot be
        self._begun: str | None = None

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
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), WITH_FIRST_PAINT)
            name = self._wanted()
            if not self._answered.is_set() and self._found is None and name is not None:
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
        self._answered.clear()
        if name is None or self.filters is None or self._known is None:
            return
        asked = Asked(self.filters, self._known, self.forms.get(name, 0), self._against)
        self._reading = self.run_worker(self._read_report(report(name), asked), group="report")

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
            self._answered.set()
            return
        finally:
            sign.stop()
        before = self._found
        self._found = (wanted, asked, found)
        self._show(same=before is not None and before[0] is wanted)
        self._answered.set()
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

    # What keys do ---------------------------------------------------------------------------------------------

    async def action_open(self) -> None:
        if self.focused is not self.table:
            if self.table.items:
                self.table.focus()
            elif self._found is None and (self._reading is None or self._reading.is_finished):  # it was left off, or refused
                self._begin()
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
        elif self._reading is not None and not self._reading.is_finished:
            self._reading.cancel()
            if self._found is None or self._found[0].name != self._wanted() or self._found[1].filters != self.filters:
                self._found = None
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


def _fetch_charts(_session: Session) -> None:
    """Import what draws charts, which takes longer than a key may wait."""
    import_module("plotext")
