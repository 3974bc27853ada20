"""The board: one deal type as columns of stages, moved through and worked on by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Static

from models.overview import board
from models.overview.board import Card
from models.values.errors import ChangedMeanwhile, NotFound, Refused, StagewatchError
from models.values.language import _
from models.values.money import parse_amount
from tui import keymap
from tui.board import asks
from tui.board.columns import PAGES_KEPT, Columns, deals_text, sums_text
from tui.board.pane import Pane
from tui.widgets.dialogs import Choice, Form, Line, Notice
from tui.widgets.frame import FramedScreen
from tui.widgets.words import plain, styled, symbol

if TYPE_CHECKING:
    from models.pipeline import commands
    from models.session import Session

REST_SECONDS = 0.08
WIDE = 110
LEAST = (60, 15)


class BoardScreen(FramedScreen):
    """Reads what is in view, moves the cursor, and turns keys into commands."""

    where = "board"
    BINDINGS = keymap.bindings("list", "board")
    CSS_PATH = "board.tcss"
    AUTO_FOCUS = "#columns"

    def __init__(self) -> None:
        super().__init__()
        self.type_id: int | None = None
        self.order = "entered"
        self.text = ""
        self._deal: int | None = None  # the one to begin on
        self._resting: Timer | None = None
        self._detail: board.Detail | None = None

    def body(self) -> ComposeResult:
        session = self.desk.session()
        self.columns = Columns(session.now, session.actor.timezone)
        self.pane = Pane()
        self.field = Input(id="filter", compact=True, placeholder=_("client or title"), select_on_focus=True)
        yield Static(plain(_("Stagewatch needs more room: at least 60 by 15.")), id="small")
        with Horizontal(id="middle"):
            yield self.columns
        yield self.pane
        with Horizontal(id="filter-line"):
            yield Static(plain(" " + _("filter") + " ", "bold"), id="filter-word")
            yield self.field

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

    # Reading --------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read head and rows in view again; the cursor stays on its deal."""
        opening, follow = self.app.taken_opening(), self._deal
        self._deal = None
        if opening is not None and opening.board is not None:
            await self._show(opening.board)
        else:
            await self._read(follow)

    async def _read(self, follow: int | None = None) -> None:
        """Read again; the cursor goes to the deal `follow`, or stays on its deal."""
        while True:
            look, columns, here = self._look(), self.columns, self.columns.card
            columns.settle()
            other_type = look.type_id != columns.head.type_id
            found = await self.desk.ask(
                board.window,
                look,
                wanted=() if other_type else columns.pages_in_view(),
                follow=follow if follow is not None or here is None else here.deal_id,
                columns=columns.fit if other_type else 0,
            )
            if look == self._look() and (follow is not None or self._is_on(here)):
                break  # else somebody typed on or moved the cursor meanwhile
        await self._show(found)

    def _look(self) -> board.Look:
        return board.Look(self.type_id, self.order, self.text)

    def _is_on(self, card: Card | None) -> bool:
        now = self.columns.card
        return (now and now.deal_id) == (card and card.deal_id)

    async def _show(self, found: board.Window | None) -> None:
        """Show what was read, the cursor on the deal that was followed."""
        columns = self.columns
        if found is None:
            columns.empty = _("No deal type yet: `stagewatch type add` makes one, then `stagewatch stage add`.")
            columns.forget()
            return
        self.type_id = found.head.type_id
        columns.head = found.head
        columns.pages = dict(found.cards)
        if found.place is not None:
            stages = [column.stage_id for column in found.head.columns]
            if found.place[0] in stages:
                columns.column = stages.index(found.place[0])
                columns.rows[found.place[0]] = found.place[1]
        columns.settle()
        await self._need_pages()
        columns.empty = "" if found.head.count or self.text else _("No deals here yet: n adds the first one.")
        self._paint_head()
        columns.repaint() if columns.head.columns and not columns.empty else columns.forget()
        self._rest()

    async def _need_pages(self) -> None:
        """Read what comes into view and is not there yet."""
        pages = self.columns.pages
        missing = [place for place in self.columns.pages_in_view() if place not in pages]
        for stage_id, offset in missing:
            pages[(stage_id, offset)] = await self.desk.ask(
                board.cards, stage_id, order=self.order, text=self.text, offset=offset
            )
        wanted = set(self.columns.pages_in_view())
        for place in [place for place in pages if place not in wanted][: max(0, len(pages) - PAGES_KEPT)]:
            del pages[place]

    def _paint_head(self) -> None:
        head = self.columns.head
        orders = {"entered": _("by age"), "amount": _("by amount"), "next": _("by next step"), "name": _("by name")}
        parts: list[str | tuple[str, str]] = [
            (f" {head.type} {symbol('▾')}", "bold"),
            f"  {deals_text(head.count)}",
        ]
        if head.sums:
            parts.append(f" {symbol('·')} {sums_text(head.sums)}")
        parts.append((f"  {orders[self.order]}", "dim"))
        if self.text:
            parts.append((f"  / {self.text}", "bold $accent"))
        self.head(styled(*parts))

    # The pane, painted when the cursor rests ------------------------------------------------------------------

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._show_detail)

    async def _show_detail(self) -> None:
        card = self.columns.card
        session = self.desk.session()
        if card is None:
            self.pane.show(None, session.actor, session.now())
            return
        try:
            self._detail = await self.desk.ask(board.detail, card.deal_id)
        except NotFound:
            self._detail = None
        except StagewatchError as error:
            self.say_error(error)
            return
        if self.columns.card is not None and self.columns.card.deal_id == card.deal_id:
            self.pane.show(self._detail, session.actor, session.now())

    # Size -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        width, height = self.app.size
        small = width < LEAST[0] or height < LEAST[1]
        self.set_class(small, "-small")
        wide = width >= WIDE
        self.set_class(wide, "-wide")
        self.pane.styles.dock = "right" if wide else None

    async def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self.call_after_refresh(self._fill)

    async def _fill(self) -> None:
        """Read what a new size brings into view."""
        if self.columns.head.columns and not self.columns.empty:
            await self._go(self.columns.column)

    # The cursor -----------------------------------------------------------------------------------------------

    async def _go(self, column: int, row: int | None = None) -> None:
        columns = self.columns
        if not columns.head.columns and not columns.empty:
            await self.read_safely()  # a key that came before the first reading
        if not columns.head.columns or columns.empty:
            return
        columns.column = max(0, min(column, len(columns.head.columns) - 1))
        if row is not None:
            columns.rows[columns.head.columns[columns.column].stage_id] = row
        columns.settle()
        try:
            await self._need_pages()
        except StagewatchError as error:
            self.say_error(error)
        columns.repaint()
        self._rest()

    async def action_cursor_up(self) -> None:
        await self._go(self.columns.column, self.columns.row - 1)

    async def action_cursor_down(self) -> None:
        await self._go(self.columns.column, self.columns.row + 1)

    async def action_cursor_left(self) -> None:
        await self._go(self.columns.column - 1)

    async def action_cursor_right(self) -> None:
        await self._go(self.columns.column + 1)

    async def action_page_up(self) -> None:
        await self._go(self.columns.column, self.columns.row - self.columns.cards_in_view)

    async def action_page_down(self) -> None:
        await self._go(self.columns.column, self.columns.row + self.columns.cards_in_view)

    async def action_home(self) -> None:
        await self._go(self.columns.column, 0)

    async def action_end(self) -> None:
        if self.columns.head.columns:
            await self._go(self.columns.column, self.columns.head.columns[self.columns.column].count - 1)

    @on(Columns.Pointed)
    async def _pointed(self, message: Columns.Pointed) -> None:
        await self._go(message.column, message.row)

    @on(Columns.Wheeled)
    async def _wheeled(self, message: Columns.Wheeled) -> None:
        await self._go(self.columns.column, self.columns.row + message.step)

    # Steps of a deal ------------------------------------------------------------------------------------------

    @property
    def commands(self) -> Any:
        """`models.pipeline.commands`, which nobody needs before the board is seen."""
        from models.pipeline import commands

        return commands

    async def _step(self, command: Callable[..., commands.Done], card: Card, *args: Any, said: str) -> None:
        """Do a step of the deal under the cursor; a refusal is shown whole, a missing reason asked for."""

        def step(session: Session) -> commands.Done:
            return command(session, card.deal_id, *args, version=card.version)

        look, columns = self._look(), self.columns
        try:
            if not self._is_on(card):
                await self.desk.do(step)
                found = None
            else:
                stage_id = columns.head.columns[columns.column].stage_id
                shown = board.Window(columns.head, dict(columns.pages), (stage_id, columns.row))
                wanted = columns.pages_in_view()
                _done, found = await self.desk.do(
                    board.window_after, step, look, shown, card, wanted=wanted
                )
        except ChangedMeanwhile as error:
            await self._read(card.deal_id)
            self.say(error.message, "bold $warning")
        except Refused as error:
            if error.code == "move_refused":
                self.run_worker(self._refused(command, card, args, said, error), group="dialog", exclusive=True)
            else:
                self.say_error(error)
        except StagewatchError as error:
            self.say_error(error)
        else:
            await self._done(card, said, found if look == self._look() else None)

    async def _done(self, card: Card, said: str, found: board.Window | None = None) -> None:
        if found is not None:
            await self._show(found)
        else:
            await self._read(card.deal_id)
        self.say(f"{card.client}: {said}   " + _("u: undo"))

    async def _refused(
        self, command: Callable[..., commands.Done], card: Card, args: tuple[Any, ...], said: str, error: Refused
    ) -> None:
        codes = [objection["code"] for objection in error.details]
        if codes != ["reason_required"]:
            title = _("{client}: this is refused").format(client=card.client)
            lines = [(objection["message"], objection["lift"]) for objection in error.details]
            await self.app.push_screen_wait(Notice(title, asks.objection_lines(lines)))
            return

        async def again(values: dict[str, str]) -> None:
            await self.desk.do(command, card.deal_id, *args, version=card.version, reason=values["reason"])

        form = asks.reason_form(f"{card.client}: {said}", again)
        if await self.app.push_screen_wait(form) is not None:
            await self._done(card, said)

    async def action_move_on(self) -> None:
        await self._move_by(1)

    async def action_move_back(self) -> None:
        await self._move_by(-1)

    async def _move_by(self, step: int) -> None:
        card = self.columns.card
        if card is None:
            return
        columns = self.columns
        target = columns.head.beside(columns.head.columns[columns.column].stage_id, step)
        if target is None:
            self.say(_("This is the last stage: w wins the deal.") if step > 0 else _("This is the first stage."))
            return
        await self._step(self.commands.move_deal, card, target.stage_id, said=f"{symbol('→')} {target.name}")

    async def action_pick_stage(self) -> None:
        card = self.columns.card
        if card is not None:
            self.run_worker(self._pick_stage(card), group="dialog", exclusive=True)

    async def _pick_stage(self, card: Card) -> None:
        from models.pipeline.views import deal

        detail = await self.desk.ask(deal, card.deal_id)
        refused = {refusal.stage_id: refusal for refusal in detail.refused}
        allowed = dict(detail.allowed)
        order = [column for column in self.columns.head.columns if column.stage_id in refused or column.stage_id in allowed]
        lines = []
        for column in order:
            refusal = refused.get(column.stage_id)
            why = "; ".join(objection.message for objection in refusal.objections) if refusal else ""
            only_reason = refusal is not None and [o.code for o in refusal.objections] == ["reason_required"]
            lines.append(Line(column.name, why, refusal is None or only_reason))
        title = _("{client}: move from {stage} to").format(client=card.client, stage=detail.stage or "")
        chosen = await self.app.push_screen_wait(Choice(title, lines))
        if chosen is not None:
            target = order[chosen]
            await self._step(self.commands.move_deal, card, target.stage_id, said=f"{symbol('→')} {target.name}")

    async def action_win(self) -> None:
        if self.columns.card is not None:
            await self._step(self.commands.win_deal, self.columns.card, said=_("won"))

    async def action_lose(self) -> None:
        if self.columns.card is not None:
            await self._step(self.commands.lose_deal, self.columns.card, said=_("lost"))

    async def action_hold(self) -> None:
        card = self.columns.card
        if card is not None and card.held:
            await self._step(self.commands.resume_deal, card, said=_("resumed"))
        elif card is not None:
            await self._step(self.commands.hold_deal, card, said=_("on hold"))

    async def action_undo(self) -> None:
        await self._take_back(self.commands.undo, _("taken back"))

    async def action_redo(self) -> None:
        await self._take_back(self.commands.redo, _("made again"))

    async def _take_back(self, command: Callable[[Session], commands.Done], said: str) -> None:
        try:
            done = await self.desk.do(command)
        except StagewatchError as error:
            self.say_error(error)
            return
        await self._read(done.deal_id)
        card = self.columns.card
        self.say(f"{card.client}: {said}" if card is not None and card.deal_id == done.deal_id else said)

    # What is shown --------------------------------------------------------------------------------------------

    async def action_sort(self) -> None:
        orders = tuple(board.ORDERS)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        await self.read_safely()

    async def action_pick_type(self) -> None:
        self.run_worker(self._pick_type(), group="dialog", exclusive=True)

    async def _pick_type(self) -> None:
        from models.pipeline.views import types

        known = await self.desk.ask(types)
        at = next((index for index, line in enumerate(known) if line.id == self.type_id), 0)
        chosen = await self.app.push_screen_wait(Choice(_("Deal type"), [Line(t.name, t.mode) for t in known], at=at))
        if chosen is not None:
            self.type_id = known[chosen].id
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
        if self.text or self.has_class("-filtering"):
            self.text = self.field.value = ""
            await self._leave_filter()
            await self.read_safely()

    # Around the deal ------------------------------------------------------------------------------------------

    async def action_open(self) -> None:
        if self.columns.card is not None:
            self.app.show_client(self.columns.card.client_id)

    async def action_timer(self) -> None:
        if self.columns.card is not None:
            self.run_worker(self._timer(self.columns.card), group="dialog", exclusive=True)

    async def _timer(self, card: Card) -> None:
        try:
            if await self.desk.ask(asks.runs_on, card.deal_id):
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
                await self.desk.do(asks.start_timer, card.client_id, card.deal_id, service_id)
                said = _("timer runs")
        except StagewatchError as error:
            self.say_error(error)
            return
        await self._read(card.deal_id)
        self.say(f"{card.client}: {said}")

    async def action_new(self) -> None:
        if self.type_id is not None and self.columns.head.columns:
            self.run_worker(self._new(), group="dialog", exclusive=True)

    async def _new(self) -> None:
        head = self.columns.head
        here = head.columns[self.columns.column if head.mode != "strict" else 0]
        made: list[int] = []

        async def start(values: dict[str, str]) -> None:
            currency = await self.desk.ask(asks.currency)
            amount = parse_amount(values["amount"], currency) if values["amount"] else None
            done = await self.desk.do(asks.new_deal, head.type_id, values, amount)
            made.append(done.deal_id)

        if await self.app.push_screen_wait(asks.deal_form(here.name, start)) is not None:
            await self._read(made[0])

    async def action_activity(self) -> None:
        self._ask_activity("plan")

    async def action_call(self) -> None:
        self._ask_activity("call")

    async def action_note(self) -> None:
        self._ask_activity("note")

    def _ask_activity(self, what: str) -> None:
        if self.columns.card is not None:
            self.run_worker(self._activity(self.columns.card, what), group="dialog", exclusive=True)

    async def _activity(self, card: Card, what: str) -> None:
        async def add(values: dict[str, str]) -> None:
            await self.desk.do(asks.add_activity, card.client_id, card.deal_id, what, values)

        form: Form = asks.activity_form(card.client, what, add)
        if await self.app.push_screen_wait(form) is not None:
            await self._read(card.deal_id)
            self.say(f"{card.client}: " + _("saved"))
