"""Statistics: how many clients stand at each stage, as bars, and by rep as a matrix."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from models.pipeline.views import TypeLine, mode_word, types
from models.statistics.views import ClientsReport, clients_per_stage
from models.values.language import _, ngettext
from models.values.money import short_money
from tui import keymap
from tui.widgets.chart import bars
from tui.widgets.dialogs import Choice, Line
from tui.widgets.frame import FramedScreen
from tui.widgets.lines import Lines, Part
from tui.widgets.words import cells, plain, styled, symbol

NAME, NARROW, BROAD = 20, 9, 22


class StatisticsScreen(FramedScreen):
    """Report 1, now: clients per stage, by rep. Above the bars, below the rep × stage matrix (deals and clients)."""

    where = "statistics"
    BINDINGS = keymap.bindings("statistics")
    AUTO_FOCUS = "#matrix"
    CSS_PATH = "statistics.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.type_id: int | None = None
        self._report: ClientsReport | None = None
        self._cell = NARROW

    def body(self) -> ComposeResult:
        self.matrix: Lines[list[str]] = Lines(self._draw, id="matrix")
        with VerticalScroll(id="chart", can_focus=False):
            yield Static(id="bars")
        yield Static(id="stages")
        yield self.matrix

    async def on_mount(self) -> None:
        self.type_id = self.app.workplace.get("statistics", {}).get("type")

    def workplace(self) -> dict[str, object]:
        """What to remember for the next time."""
        return {"type": self.type_id}

    async def read(self) -> None:
        known = await self.desk.ask(types)
        if not known:
            self.matrix.show([], empty=_("No deal type yet: `stagewatch type add` makes one, then `stagewatch stage add`."))
            return
        if self.type_id not in [line.id for line in known]:
            self.type_id = known[0].id
        assert self.type_id is not None
        self._report = await self.desk.ask(clients_per_stage, self.type_id)
        self._show()

    def on_resize(self) -> None:
        if self._report is not None:
            self._show()

    def _show(self) -> None:
        report = self._report
        assert report is not None
        deals = ngettext("{count} open deal", "{count} open deals", report.deals).format(count=report.deals)
        clients = ngettext("{count} client", "{count} clients", report.clients).format(count=report.clients)
        self.head(
            styled((f" {report.type} {symbol('▾')}", "bold"), "  " + _("clients per stage") + f"   {deals} {symbol('·')} {clients}")
        )
        width, height = self.size.width - 2, self.size.height
        room = max(5, min(len(report.stages) * 2 + 2, height // 2))
        labels = [cells(stage.stage, 24).rstrip() for stage in report.stages]
        drawn = bars(labels, [stage.clients for stage in report.stages], width, room)
        self.query_one("#bars", Static).update(plain("\n".join(drawn)))
        stages = report.stages[: self._columns()]
        cell = self._cell = max(NARROW, min(BROAD, (width - NAME - 4) // (len(stages) + 1)))
        heads = [cells(stage.stage, cell - 1, right=True) + " " for stage in stages]
        beyond = len(report.stages) - len(stages)
        more = f" +{beyond} {symbol('›')}" if beyond else ""
        first = cells(" " + _("deals / clients"), NAME)
        self.query_one("#stages", Static).update(
            styled((first, "dim"), ("".join(heads), "bold"), (cells(_("all"), cell - 1, right=True) + more, "bold"))
        )
        self.matrix.show(self._rows(report, len(stages)), empty=_("No open deals yet. 2 shows the board, n there adds one."))

    def _columns(self) -> int:
        return max(1, (self.size.width - NAME - NARROW - 6) // NARROW)

    def _rows(self, report: ClientsReport, count: int) -> list[list[str]]:
        """The matrix as texts: a row a rep, then all, held deals and sums."""
        if not report.deals:
            return []
        by_stage = [{rep.rep: rep for rep in stage.reps} for stage in report.stages[:count]]
        rows = []
        for rep in report.reps:
            own = [reps.get(rep.rep) for reps in by_stage]
            rows.append([rep.rep, *(f"{one.deals}/{one.clients}" if one else symbol("·") for one in own), f"{rep.deals}/{rep.clients}"])
        stages = report.stages[:count]
        rows.append([_("all"), *(f"{stage.deals}/{stage.clients}" for stage in stages), f"{report.deals}/{report.clients}"])
        rows.append([_("on hold"), *(str(stage.held) for stage in stages), str(report.held)])
        for total in report.amounts:
            sums = [[short_money(m) for m in stage.amounts if m.currency == total.currency] for stage in stages]
            rows.append([_("amount"), *("".join(found) for found in sums), short_money(total)])
        return rows

    def _draw(self, row: list[str], _width: int) -> Sequence[Part]:
        return [(cells(f" {row[0]}", NAME), ""), *((cells(text, self._cell - 1, right=True) + " ", "muted" if text == symbol("·") else "") for text in row[1:])]

    def action_pick_type(self) -> None:
        self.run_worker(self._pick_type(), group="dialog", exclusive=True)

    async def _pick_type(self) -> None:
        known: list[TypeLine] = await self.desk.ask(types)
        at = next((place for place, line in enumerate(known) if line.id == self.type_id), 0)
        chosen = await self.app.push_screen_wait(Choice(_("Deal type"), [Line(t.name, mode_word(t.mode)) for t in known], at=at))
        if chosen is not None:
            self.type_id = known[chosen].id
            await self.read_safely()

