"""What the board shows: the columns in view, of now or of a past day, and the deal under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Input, Static

from models.overview import board
from models.overview.board import Card
from models.values.errors import NotFound, StagewatchError
from models.values.instants import local_day
from models.values.language import _, ngettext
from tui import figures
from tui.board.columns import PAGES_KEPT, Columns, deals_text, sums_text
from tui.board.pane import Pane
from tui.widgets.footer import KeyLine
from tui.widgets.still import Still
from tui.widgets.words import plain, styled, symbol
from tui.widgets.work import WorkScreen

if TYPE_CHECKING:
    from datetime import date

    from models.overview.past import Past
    from models.session import Session

REST_SECONDS = 0.08
WIDE, BROAD = 110, 170
LEAST = (60, 15)


class BoardView(WorkScreen):
    """Reads what is in view, as it is or as it was at the end of a past day, and moves the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.type_id: int | None = None
        self.order = "entered"
        self.text = ""
        self._deal: int | None = None  # the one to begin on
        self._bell = 0  # the store's when the head was read
        self._asked = self._shown = 0  # readings are numbered in the order in which the store answers them
        self._resting: Timer | None = None
        self._weighed: board.BoardHead | None = None  # the head whose weighted sums are shown
        self._detail: board.Detail | None = None
        self.past: Past | None = None
        self.day: date | None = None  # of the past
        self._first_day: date | None = None  # of the type, once a past day was gone to

    def body(self) -> ComposeResult:
        session = self.desk.session()
        self.columns = Columns(lambda: session.now() if self.past is None else self.past.at, session.actor.timezone)
        self.pane = Pane()
        self.field = Input(id="filter", compact=True, placeholder=_("client or title"), select_on_focus=True)
        yield Static(plain(_("Stagewatch needs more room: at least 60 by 15.")), id="small")
        with Horizontal(id="middle"):
            yield self.columns
        yield Still(id="slider")
        yield self.pane
        with Horizontal(id="filter-line"):
            yield Static(plain(" " + _("filter") + " ", "bold"), id="filter-word")
            yield self.field

    # Reading --------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read head and rows in view again; the cursor stays on its deal."""
        opening, follow = self.app.taken_opening(), self._deal
        self._deal = None
        if opening is not None and opening.board is not None:
            await self._show(opening.board, self._ticket())
        else:
            await self._read(follow)

    async def _read(self, follow: int | None = None) -> None:
        """Read again; the cursor goes to the deal `follow`, or stays on its deal."""
        while True:
            if self.day is not None:
                await self._read_past(self.day)
                return
            look, columns, here = self._look(), self.columns, self.columns.card
            ticket = self._ticket()
            columns.settle()
            other_type = look.type_id != columns.head.type_id
            found = await self.desk.ask(
                board.window,
                look,
                wanted=() if other_type else columns.pages_in_view(),
                follow=follow if follow is not None or here is None else here.deal_id,
                columns=columns.fit if other_type else 0,
            )
            same = look == self._look() and ticket > self._shown and self.day is None
            if same and (follow is not None or self._is_on(here)):
                break  # else somebody typed on, moved the cursor or went to the past meanwhile
        await self._show(found, ticket)

    def _ticket(self) -> int:
        self._asked += 1
        return self._asked

    def _look(self) -> board.Look:
        return board.Look(self.type_id, self.order, self.text)

    def _is_on(self, card: Card | None) -> bool:
        now = self.columns.card
        return (now and now.deal_id) == (card and card.deal_id)

    async def _show(self, found: board.Window | None, ticket: int) -> None:
        """Show what was read, the cursor on the deal that was followed."""
        columns, self._shown = self.columns, ticket
        if found is None:
            columns.empty = _("No deal type yet: `stagewatch type add` makes one, then `stagewatch stage add`.")
            columns.forget()
            return
        if found.head.type_id != columns.head.type_id:
            columns.weights, columns.long_after = None, {}
        self.type_id, self._bell = found.head.type_id, found.bell
        columns.head = found.head
        columns.pages = dict(found.cards)
        if found.place is not None:
            stages = [column.stage_id for column in found.head.columns]
            if found.place[0] in stages:
                columns.column = stages.index(found.place[0])
                columns.rows[found.place[0]] = found.place[1]
        columns.settle()
        await self._need_pages()
        was_empty = columns.empty
        columns.empty = "" if found.head.columns else _("No stages yet: 7 Setup adds them, y: another type.")
        columns.unfilled = not found.head.count and not self.text and self.past is None
        self._paint_head()
        columns.forget() if was_empty or columns.empty or not columns.head.columns else columns.repaint()
        self._rest()

    async def _need_pages(self) -> None:
        """Read what comes into view and is not there yet."""
        pages = self.columns.pages
        missing = [place for place in self.columns.pages_in_view() if place not in pages]
        for stage_id, offset in missing:
            if self.past is not None:
                pages[(stage_id, offset)] = await self.desk.ask(_past_cards, self.past, stage_id, offset)
                continue
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
        if self.columns.weights and self.day is None:
            weight = board.added(money for sums in self.columns.weights.values() for money in sums)
            parts.append(f" {symbol('·')} " + _("weighted {sum}").format(sum=sums_text(weight)))
        if self.day is not None:
            parts.insert(1, (f"  {self._as_of()} ", "bold $warning"))
        marked = len(self.columns.marked)
        if marked:
            words = ngettext("{count} marked", "{count} marked", marked).format(count=marked)
            parts.insert(1, (f"  {symbol('◆')} {words} ", "bold $accent"))
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
        await self._paint_pane()
        try:
            await self._weigh()
        except StagewatchError as error:
            self.say_error(error)

    async def _weigh(self) -> None:
        """Show what the columns are worth by the chance to win, once the head has changed; the chances themselves are read
        beside the keys, and anew when they are old."""
        from models.overview.weights import weighted

        head, columns = self.columns.head, self.columns
        if self._weighed is head or self.past is not None or not head.columns:
            return
        known = figures.known(self.app, head.type_id)
        if not figures.fresh(self.app, head.type_id):
            self.run_worker(self._read_figures(head.type_id), group="figures", exclusive=True)
        if known is None:
            return
        found = await self.desk.ask(weighted, head, self.text, known.win)
        if head is columns.head:
            self._weighed, columns.weights, columns.long_after = head, found, known.long_after
            self._paint_head()
            columns.repaint()

    async def _read_figures(self, type_id: int) -> None:
        from models.session import Session

        try:
            await figures.read(self.app, type_id)
            await self.desk.ask(Session.prepare)
            self._weighed = None
            await self._weigh()
            await self._paint_pane()
        except StagewatchError as error:
            self.say_error(error)

    async def _paint_pane(self) -> None:
        card = self.columns.card
        session = self.desk.session()
        if self.past is not None:
            from tui.board.past import stood

            self.pane.show_text(stood(card, self.past.at, session.actor.timezone, self.pane.content_size.width))
            return
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
            order = [column.stage_id for column in self.columns.head.columns]
            self.pane.show(self._detail, session.actor, session.now(), self._coming(self._detail), order)

    def _coming(self, detail: board.Detail | None) -> str:
        """What usually comes next for an open deal, once the history of its type is read."""
        if detail is None or detail.card.outcome != "open" or detail.card.stage_id is None or not detail.card.visits:
            return ""
        known, last = figures.known(self.app, detail.card.type_id), detail.card.visits[-1]
        if known is None or last.begin_unknown:
            return ""
        from models.statistics.words import coming_text

        return coming_text(known.comes(detail.card.stage_id, last.seconds), known.names, bare=True)

    # Size -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        width, height = self.app.size
        small = width < LEAST[0] or height < LEAST[1]
        self.set_class(small, "-small")
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= BROAD, "-broad")

    async def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self.call_after_refresh(self._fill)
        self.call_after_refresh(self._paint_slider)

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

    # Textual awaits what an action gives; its own for a widget are declared to give nothing.
    async def action_page_up(self) -> None:  # type: ignore[override]
        await self._go(self.columns.column, self.columns.row - self.columns.cards_in_view)

    async def action_page_down(self) -> None:  # type: ignore[override]
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

    # The past -------------------------------------------------------------------------------------------------

    def _as_of(self) -> str:
        from tui.board.past import as_of_words

        assert self.day is not None
        return as_of_words(self.day, self._today())

    def _today(self) -> date:
        session = self.desk.session()
        return local_day(session.now(), session.actor.timezone)

    async def _read_past(self, day: date) -> None:
        ticket = self._ticket()
        found = await self.desk.ask(_past_board, self._look(), day)
        if day != self.day or ticket < self._shown:
            return  # somebody went on meanwhile
        here, first = self.columns.card, self.past is None
        self.past, self.columns.past = found, True
        self.add_class("-past")
        self.query_one(KeyLine).only_look(True)
        if first:
            self.columns.marked.clear()
        self.columns.forget()
        place = None if here is None else found.place(here.deal_id)
        await self._show(board.Window(found.head, {}, place, 0), ticket)
        self._paint_slider()

    def _paint_slider(self) -> None:
        from tui.board.past import slider

        if self.day is not None and self._first_day is not None:
            line = slider(min(self._first_day, self.day), self.day, self._today(), self.columns.size.width)
            self.query_one("#slider", Still).show_text(line)


def _past_board(session: Session, look: board.Look, day: date) -> Past:
    from models.overview.past import end_of, past_board

    at = end_of(session, day)
    return past_board(session, look, session.now() if at is None else at)


def _past_cards(session: Session, past: Past, stage_id: int, offset: int) -> tuple[Card, ...]:
    from models.overview.past import past_cards

    return past_cards(session, past, stage_id, offset)
