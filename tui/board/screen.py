"""The board: one deal type as columns of stages, moved through and worked on by keys."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.widgets import Input

from models.overview import board
from models.values.errors import StagewatchError
from models.values.language import _
from tui import keymap
from tui.board.steps import BoardSteps
from tui.widgets import asks
from tui.widgets.dialogs import Again, Choice, Line


class BoardScreen(BoardSteps):
    """Chooses what is looked at, and begins and opens what stands there."""

    where = "board"
    BINDINGS = keymap.bindings("list", "board")
    CSS_PATH = "board.tcss"
    AUTO_FOCUS = "#columns"

    async def on_mount(self) -> None:
        self._take_up(self.app.workplace.get("board", {}))

    def _take_up(self, kept: dict[str, Any]) -> None:
        """Go to where the person left the board."""
        self._deal = kept.get("deal")
        self.type_id, self.order, self.text = board.kept_look(kept)
        self.field.value = self.text
        self._lay_out()

    def workplace(self) -> dict[str, Any]:
        """What to remember for the next time."""
        card = self.columns.card
        return {
            "type": self.type_id,
            "order": self.order,
            "filter": self.text,
            "deal": card.deal_id if card else None,
        }

    # What is shown --------------------------------------------------------------------------------------------

    async def action_sort(self) -> None:
        orders = tuple(board.ORDERS)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        await self.read_safely()

    async def action_pick_type(self) -> None:
        self.run_worker(self._pick_type(), group="dialog", exclusive=True)

    async def _pick_type(self) -> None:
        from models.pipeline.views import mode_word, types

        known = [line for line in await self.desk.ask(types) if not line.archived]
        at = next((index for index, line in enumerate(known) if line.id == self.type_id), 0)
        chosen = await self.app.push_screen_wait(Choice(_("Deal type"), [Line(t.name, mode_word(t.mode)) for t in known], at=at))
        if chosen is not None:
            self.type_id, self._first_day = known[chosen].id, None
            self.columns.marked.clear()
            self.columns.column = self.columns.first = 0
            self.columns.rows.clear()
            self.columns.tops.clear()
            self.columns.forget()
            await self._read_shown()

    async def _read_shown(self) -> None:
        try:
            await self._read(None)
        except StagewatchError as error:
            self.say_error(error)

    async def action_filter(self) -> None:
        self.add_class("-filtering")
        self.set_focus(self.field)  # at once: what is typed next is meant for the field
        self.field.action_select_all()

    @on(Input.Changed, "#filter")
    async def _narrow(self, event: Input.Changed) -> None:
        if event.value != self.text:
            self.text = event.value
            await self._read_shown()

    @on(Input.Submitted, "#filter")
    async def _keep_filter(self) -> None:
        await self._leave_filter()
        first = next((index for index, column in enumerate(self.columns.head.columns) if column.count), None)
        if self.text and first is not None:
            await self._go(first, 0)

    async def _leave_filter(self) -> None:
        self.remove_class("-filtering")
        self.set_focus(self.columns)

    async def action_back(self) -> None:
        if self.has_class("-filtering"):
            pass
        elif self.past is not None:
            await self._leave_past()
            return
        elif self.columns.marked:
            self.columns.marked.clear()
            self._paint_head()
            self.columns.repaint()
            return
        if self.text or self.has_class("-filtering"):
            self.text = self.field.value = ""
            await self._leave_filter()
            await self.read_safely()

    # Around the deal ------------------------------------------------------------------------------------------

    async def action_open(self) -> None:
        if self.columns.card is None:
            self.say(_("There is no deal here."))
        else:
            self.app.show_client(self.columns.card.client_id)

    def about(self) -> tuple[int, str, int | None] | None:
        card = self.acting_on()
        return None if card is None else (card.client_id, card.client, card.deal_id)

    async def action_new(self) -> None:
        head = self.columns.head
        if not self._told_past() and self.type_id is not None and head.columns:
            here = head.columns[self.columns.column if head.mode != "strict" else 0]
            await self._ask(self._new(head.type_id, here.name))

    async def _new(self, type_id: int, stage: str) -> None:
        made: list[int] = []

        async def start(values: dict[str, str]) -> None:
            done = await self.desk.do(asks.new_deal, type_id, values)
            made.append(done.deal_id)

        stages = await self.desk.ask(asks.stages_in_use, type_id)
        if stage not in stages:
            stage = stages[0] if stages else ""
        if await self.app.push_screen_wait(asks.deal_form(stages, stage, start, Again("new", [type_id, stage]))) is not None:
            await self._read(made[0])

    async def open_again(self, name: str, about: Any) -> None:
        if name == "new":
            await self._new(*about)
        else:
            await super().open_again(name, about)
