"""The columns of the board, drawn line by line from the windows in view; never a widget a card."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from models.overview.board import PAGE, BoardHead, Card
from models.values.dates import day_text, time_text
from models.values.durations import short_age
from models.values.instants import Instant, local_day
from models.values.language import _, ngettext
from models.values.money import Money, short_money
from tui.board import NARROWEST
from tui.widgets.words import activity_kinds, cells, symbol

HEAD_LINES = 3
CARD_LINES = 2
PAGES_KEPT = 64
DRAWN_KEPT = 1000
MINUTE = 60_000_000

Drawn = tuple[Segment, ...]  # one line of a column


class Marked(NamedTuple):
    """What is kept of a marked deal while its card may be out of view."""

    client: str
    title: str
    held: bool
    stage_id: int
    version: int  # as the person saw it


class Columns(Widget, can_focus=True):
    """Where the cursor is and what is in view. It asks for rows with `Wanted` through its screen and never reads itself.

    `rows[stage]` is the cursor's place in a column, `tops[stage]` the first place in view, `first` the first column
    in view, `column` the one with the cursor.
    """

    COMPONENT_CLASSES = {
        "columns--cursor",
        "columns--marked",
        "columns--muted",
        "columns--late",
        "columns--timer",
        "columns--head",
        "columns--head-here",
        "columns--rule",
    }

    class Pointed(Message):
        """A click at a place of a column."""

        def __init__(self, column: int, row: int) -> None:
            super().__init__()
            self.column, self.row = column, row

    class Wheeled(Message):
        """The wheel was turned by so many cards."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, now: Callable[[], Instant], zone: str) -> None:
        super().__init__(id="columns")
        self._now, self._zone = now, zone
        self.head = BoardHead(0, "", "free", ())
        self.empty = ""
        self.unfilled = False  # whether the type has no deal yet
        self.column = 0
        self.first = 0
        self.rows: dict[int, int] = {}
        self.tops: dict[int, int] = {}
        self.pages: dict[tuple[int, int], tuple[Card, ...]] = {}
        self.marked: dict[int, Marked] = {}  # by deal
        # By stage: sums weighted by the chance to win (None until they are known), and after how many seconds a stay is
        # long where no norm says so.
        self.weights: dict[int, tuple[Money, ...]] | None = None
        self.long_after: dict[int, int] = {}
        self.past = False  # whether what is shown is over: no next step is missed then
        # Left edge and width of each column in view, as `_fit` found them, and for what.
        self._slots: list[tuple[int, int]] = []
        self._fitted: tuple[Size, int] = (Size(0, 0), 0)
        # What each cell (slot, line) of the screen shows, and lines of cards as they are drawn in this minute.
        self._painted: dict[tuple[int, int], Drawn] = {}
        self._drawn: dict[tuple[Card, int, bool, bool, int | None], tuple[Drawn, Drawn]] = {}
        self._minute = 0
        self._styles: dict[str, Style] = {}

    # What is in view ------------------------------------------------------------------------------------------

    @property
    def fit(self) -> int:
        """How many columns there is room for."""
        return max(1, self.size.width // NARROWEST)

    @property
    def in_view(self) -> int:
        """How many columns are in view."""
        return max(1, min(len(self.head.columns), self.fit))

    @property
    def cards_in_view(self) -> int:
        return max(1, (self.size.height - HEAD_LINES - 1) // CARD_LINES)

    def card_at(self, column: int, row: int) -> Card | None:
        """The card at a place, None where there is none or it is not read yet."""
        if not 0 <= column < len(self.head.columns):
            return None
        page = self.pages.get((self.head.columns[column].stage_id, row // PAGE * PAGE), ())
        return page[row % PAGE] if row % PAGE < len(page) else None

    @property
    def row(self) -> int:
        if not self.head.columns:
            return 0
        return self.rows.get(self.head.columns[self.column].stage_id, 0)

    @property
    def card(self) -> Card | None:
        """The card under the cursor."""
        return self.card_at(self.column, self.row)

    def pages_in_view(self) -> list[tuple[int, int]]:
        """The (stage, offset) windows that what is in view needs."""
        wanted: list[tuple[int, int]] = []
        if not self.size:
            return wanted
        for column in self.head.columns[self.first : self.first + self.in_view]:
            top = self.tops.get(column.stage_id, 0)
            last = min(top + self.cards_in_view, column.count) - 1
            for offset in range(top // PAGE * PAGE, max(last, 0) + 1, PAGE):
                if column.count:
                    wanted.append((column.stage_id, offset))
        return wanted

    def mark(self, card: Card) -> None:
        """Mark the card of the column under the cursor, or take its mark away."""
        if self.marked.pop(card.deal_id, None) is None:
            stage_id = self.head.columns[self.column].stage_id
            self.marked[card.deal_id] = Marked(card.client, card.title, card.held, stage_id, card.version)

    def settle(self) -> None:
        """Bring cursor and view within bounds, and the cursor into view. Before the first layout there is no view."""
        if not self.size:
            return
        count = len(self.head.columns)
        self.column = max(0, min(self.column, count - 1))
        for column in self.head.columns:
            row = max(0, min(self.rows.get(column.stage_id, 0), column.count - 1))
            top = self.tops.get(column.stage_id, 0)
            top = max(min(top, row), row - self.cards_in_view + 1)
            top = max(0, min(top, column.count - self.cards_in_view))
            self.rows[column.stage_id], self.tops[column.stage_id] = row, top
        self.first = max(min(self.first, self.column), self.column - self.in_view + 1)
        self.first = max(0, min(self.first, count - self.in_view))

    # Painting -------------------------------------------------------------------------------------------------

    def repaint(self) -> None:
        """Paint again what has changed since it was last painted, cell by cell."""
        if not self.size:
            return
        if self._fit():
            self.refresh()
        changed = []
        height = self.size.height
        for slot, (left, width) in enumerate(self._slots):
            for line, cell in enumerate(self._cells(slot, width, height)):
                if self._painted.get((slot, line)) != cell:
                    self._painted[(slot, line)] = cell
                    changed.append(Region(left, line, width, 1))
        if changed:
            self.refresh(*changed)
        self._point()

    def _fit(self) -> bool:
        """Measure the columns anew where size or number of columns have changed; tells whether they have."""
        size, count = self.size, self.in_view
        if self._fitted == (size, count):
            return False
        self._fitted = (size, count)
        self._slots, left = [], 0
        for slot in range(count):
            width = size.width // count + (1 if slot < size.width % count else 0)
            self._slots.append((left, width))
            left += width
        self.settle()
        self._painted.clear()
        self._drawn.clear()
        return True

    def forget(self) -> None:
        """Paint everything again."""
        self._forget_styles()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._forget_styles()

    def _forget_styles(self) -> None:
        self._painted.clear()
        self._drawn.clear()
        self._styles.clear()

    def _point(self) -> None:
        """The terminal's own cursor follows the card, for braille lines and screen readers."""
        if self.head.columns and self.has_focus:
            slot = self.column - self.first
            top = self.tops.get(self.head.columns[self.column].stage_id, 0)
            line = HEAD_LINES + (self.row - top) * CARD_LINES
            self.app.cursor_position = self.region.offset + Offset(self._slots[slot][0], line)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._fit():
            self._point()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if not self.head.columns or self.empty:
            return self._empty_line(y)
        if (0, y) not in self._painted:
            height = self.size.height
            for slot, (_left, width) in enumerate(self._slots):
                for line, cell in enumerate(self._cells(slot, width, height)):
                    self._painted[(slot, line)] = cell
        segments = [segment for slot in range(len(self._slots)) for segment in self._painted[(slot, y)]]
        return Strip(segments, self.size.width).simplify()

    def _empty_line(self, y: int) -> Strip:
        width = self.size.width
        if y == min(4, self.size.height - 1):
            return Strip([Segment("  " + cells(self.empty, width - 2), self._style("muted"))], width)
        return Strip.blank(width, self.rich_style)

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = (
                self.rich_style if not name else self.get_component_rich_style(f"columns--{name}")
            )
        return self._styles[name]

    def _cells(self, slot: int, width: int, height: int) -> list[Drawn]:
        """The lines of a column, from its name to what is below."""
        blank = (Segment(" " * width, self._style("")),)
        index = self.first + slot
        if index >= len(self.head.columns):
            return [blank] * height
        rule = self._style("rule")
        lines = [
            self._name_line(index, width),
            self._sum_line(index, width),
            (Segment(self._rule(slot, index, width), rule),),
        ]
        column = self.head.columns[index]
        top, cursor = self.tops.get(column.stage_id, 0), self.rows.get(column.stage_id, 0)
        for row in range(top, top + self.cards_in_view):
            here = index == self.column and row == cursor
            card = self.card_at(index, row)
            if card is not None and row < column.count:
                norm = self.head.clock.norm(column.norm) if column.norm else self.long_after.get(column.stage_id)
                lines += self._card_lines(card, width, here, norm)
            elif row < column.count:
                muted = self._style("muted")
                lines += [(Segment(cells(f"  {symbol('…')}", width), muted),), (Segment(" " * width, muted),)]
            elif here and row == 0:
                said = _("no deals: n adds one") if self.unfilled else _("no deals here")
                text = symbol("▌") + cells(said, width - 2)
                lines += [(Segment(text + " ", self._style("muted")),), blank]
            else:
                lines += [blank, blank]
        lines = lines[: height - 1]
        lines += [blank] * (height - 1 - len(lines))
        return [*lines, (Segment(self._rest(index, width), rule),)]

    def _card_lines(self, card: Card, width: int, here: bool, norm: int | None) -> tuple[Drawn, Drawn]:
        """The two lines of a card; they stay the same for a minute."""
        now = self._now()
        if now // MINUTE != self._minute or len(self._drawn) > DRAWN_KEPT:
            self._minute = now // MINUTE
            self._drawn.clear()
        marked = card.deal_id in self.marked
        key = (card, width, here, marked, norm)
        if key not in self._drawn:
            first = self._first_line(card, width, here, marked)
            self._drawn[key] = (first, self._second_line(card, width, here, norm, now))
        return self._drawn[key]

    def _name_line(self, index: int, width: int) -> Drawn:
        column = self.head.columns[index]
        count = str(column.count)
        name = "head-here" if index == self.column else "head"
        return (
            Segment(" " + cells(column.name, width - len(count) - 3) + " ", self._style(name)),
            Segment(count + " ", self._style(name)),
        )

    def _sum_line(self, index: int, width: int) -> Drawn:
        """The sum, then as far as there is room the weighted one and how many deals are on hold."""
        column = self.head.columns[index]
        text = sums_text(column.sums)
        held = f" {symbol('‖')} {column.held}" if column.held else ""
        weight = self._weight(column.stage_id) if column.sums and not self.past else ""
        room = width - 2 - len(held)
        if weight and len(text) + len(weight) + 2 <= room:
            held, room = weight + held, room - len(weight)
        return (Segment(" " + cells(text, room) + held + " ", self._style("muted")),)

    def _weight(self, stage_id: int) -> str:
        """`w 98k`: the weighted sum of a column in its largest currency, without its sign."""
        if self.weights is None:
            return _("w {sum}").format(sum=symbol("…"))
        sums = self.weights.get(stage_id, ())
        if not sums:
            return ""
        number = short_money(sums[0]).partition("\u00a0")[0]
        return _("w {sum}").format(sum=number + ("+" if len(sums) > 1 else ""))

    def _rule(self, slot: int, index: int, width: int) -> str:
        """The line below the heads, which tells at its ends how many columns are beyond."""
        dash = symbol("─")
        before = self.first
        after = len(self.head.columns) - self.first - self.in_view
        left = f"{symbol('‹')} {before} " if slot == 0 and before else ""
        right = f" {after} {symbol('›')}" if slot == self.in_view - 1 and after > 0 else ""
        return left + dash * (width - len(left) - len(right)) + right

    def _rest(self, index: int, width: int) -> str:
        """The last line: how many cards of the column are above and below."""
        column = self.head.columns[index]
        top = self.tops.get(column.stage_id, 0)
        below = column.count - top - self.cards_in_view
        said = f" {symbol('↑')}{top}" if top else ""
        said += f" {symbol('↓')}{below}" if below > 0 else ""
        said += " " if said else ""
        return symbol("─") + said + symbol("─") * (width - 1 - len(said))

    def _first_line(self, card: Card, width: int, here: bool, marked: bool) -> Drawn:
        mark = symbol("◆") if marked else symbol("▌") if here else " "
        flag = symbol("◷") if card.timer else " "
        # One cell stays free at the right, so that columns are told apart by space.
        name = mark + cells(card.client, width - 4) + " "
        if here:
            return (Segment(name + flag, self._style("cursor")), Segment(" ", self._style("")))
        return (Segment(name, self._style("marked" if marked else "")), Segment(flag + " ", self._style("timer")))

    def _second_line(self, card: Card, width: int, here: bool, norm: int | None, now: Instant) -> Drawn:
        flag, warm = self._flag(card, now, norm)
        mark = symbol("▌") if here else " "
        amount = short_money(card.amount) if card.amount else ""
        age = short_age(card.lasted(now))
        figures = cells(f"{amount} {age:>{6 if len(amount) < 8 else 5}}", 14, right=True)
        rest = cells(f"{figures} {self._next(card, now, width - 19)}", width - 4)
        if here:
            return (Segment(f"{mark}{symbol(flag)} {rest}", self._style("cursor")), Segment(" ", self._style("")))
        return (
            Segment(mark + symbol(flag) + " ", self._style("late" if warm else "muted")),
            Segment(rest + " ", self._style("muted")),
        )

    def _flag(self, card: Card, now: Instant, norm: int | None) -> tuple[str, bool]:
        if card.held:
            return "‖", False
        late = card.next_due_at is not None and card.next_due_at < now
        aged = norm is not None and card.lasted(now, self.head.clock) > norm
        if late or aged:
            return "!", True
        return (" ", False) if card.next_due_at is not None or self.past else ("·", False)

    def _next(self, card: Card, now: Instant, room: int) -> str:
        if card.held:
            return _("hold")
        if card.next_due_at is None:
            return ""
        words = kind_word(card.next_kind)
        if room < 11:
            return words
        day = local_day(card.next_due_at, self._zone)
        today = local_day(now, self._zone)
        return f"{words} {time_text(card.next_due_at, self._zone) if day == today else day_text(day)}"

    # The mouse ------------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        for index, (left, width) in enumerate(self._slots, self.first):
            if left <= event.x < left + width and index < len(self.head.columns):
                column = self.head.columns[index]
                row = self.tops.get(column.stage_id, 0) + max(0, event.y - HEAD_LINES) // CARD_LINES
                self.post_message(self.Pointed(index, min(row, max(0, column.count - 1))))
                return

    def on_mouse_scroll_down(self) -> None:
        self.post_message(self.Wheeled(3))

    def on_mouse_scroll_up(self) -> None:
        self.post_message(self.Wheeled(-3))


def kind_word(kind: str) -> str:
    """An activity's kind in words."""
    return activity_kinds().get(kind, kind)


def sums_text(sums: tuple[Money, ...]) -> str:
    """Sums of several currencies in short form, the largest first."""
    if not sums:
        return ""
    text = " + ".join(short_money(money) for money in sums[:2])
    return text if len(sums) < 3 else f"{text} +{len(sums) - 2}"


def deals_text(count: int) -> str:
    return ngettext("{count} deal", "{count} deals", count).format(count=count)
