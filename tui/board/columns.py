"""The columns of the board, drawn line by line from the windows in view; never a widget a card."""

from __future__ import annotations

from collections.abc import Callable

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
from tui.widgets.words import cells, symbol

HEAD_LINES = 3
CARD_LINES = 2
PAGES_KEPT = 64


class Columns(Widget, can_focus=True):
    """Where the cursor is and what is in view. It asks for rows with `Wanted` through its screen and never reads itself.

    `rows[stage]` is the cursor's place in a column, `tops[stage]` the first place in view, `first` the first column
    in view, `column` the one with the cursor.
    """

    COMPONENT_CLASSES = {
        "columns--cursor",
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
        self.column = 0
        self.first = 0
        self.rows: dict[int, int] = {}
        self.tops: dict[int, int] = {}
        self.pages: dict[tuple[int, int], tuple[Card, ...]] = {}
        # What each cell (slot, line) of the screen shows, and the size and number of columns that this holds for.
        self._painted: dict[tuple[int, int], tuple[Segment, ...]] = {}
        self._laid_out: tuple[Size, int] = (Size(0, 0), 0)
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

    def slot_width(self, slot: int) -> int:
        width, count = self.size.width, self.in_view
        return width // count + (1 if slot < width % count else 0)

    def slot_left(self, slot: int) -> int:
        return sum(self.slot_width(before) for before in range(slot))

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
        for line in range(self.size.height):
            for slot in range(self.in_view):
                cell = tuple(self._cell(slot, line))
                if self._painted.get((slot, line)) != cell:
                    self._painted[(slot, line)] = cell
                    changed.append(Region(self.slot_left(slot), line, self.slot_width(slot), 1))
        if changed:
            self.refresh(*changed)
        self._point()

    def _fit(self) -> bool:
        """Whether size or number of columns are not what the cells were drawn for; they are drawn anew then."""
        if self._laid_out == (self.size, self.in_view):
            return False
        self._laid_out = (self.size, self.in_view)
        self._painted.clear()
        self.settle()
        return True

    def forget(self) -> None:
        """Paint everything again."""
        self._painted.clear()
        self._styles.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._painted.clear()

    def _point(self) -> None:
        """The terminal's own cursor follows the card, for braille lines and screen readers."""
        if self.head.columns and self.has_focus:
            slot = self.column - self.first
            top = self.tops.get(self.head.columns[self.column].stage_id, 0)
            line = HEAD_LINES + (self.row - top) * CARD_LINES
            self.app.cursor_position = self.region.offset + Offset(self.slot_left(slot), line)

    def render_line(self, y: int) -> Strip:
        if not self.head.columns or self.empty:
            return self._empty_line(y)
        if self._fit():
            self._point()
        segments: list[Segment] = []
        for slot in range(self.in_view):
            if (slot, y) not in self._painted:
                self._painted[(slot, y)] = tuple(self._cell(slot, y))
            segments += self._painted[(slot, y)]
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

    def _cell(self, slot: int, line: int) -> list[Segment]:
        index = self.first + slot
        width = self.slot_width(slot)
        if index >= len(self.head.columns):
            return [Segment(" " * width, self._style(""))]
        if line == 0:
            return self._name_line(index, width)
        if line == 1:
            return self._sum_line(index, width)
        if line == 2:
            return [Segment(self._rule(slot, index, width), self._style("rule"))]
        if line == self.size.height - 1:
            return [Segment(self._rest(index, width), self._style("rule"))]
        place, part = divmod(line - HEAD_LINES, CARD_LINES)
        if place >= self.cards_in_view:
            return [Segment(" " * width, self._style(""))]
        column = self.head.columns[index]
        row = self.tops.get(column.stage_id, 0) + place
        here = index == self.column and row == self.rows.get(column.stage_id, 0)
        if row >= column.count:
            if here and column.count == 0 and place == 0 and part == 0:
                text = symbol("▌") + cells(_("no deals here"), width - 2)
                return [Segment(text + " ", self._style("muted"))]
            return [Segment(" " * width, self._style(""))]
        card = self.card_at(index, row)
        if card is None:
            return [Segment(cells(f"  {symbol('…')}" if part == 0 else "", width), self._style("muted"))]
        return self._first_line(card, width, here) if part == 0 else self._second_line(card, width, here, index)

    def _name_line(self, index: int, width: int) -> list[Segment]:
        column = self.head.columns[index]
        count = str(column.count)
        name = "head-here" if index == self.column else "head"
        return [
            Segment(" " + cells(column.name, width - len(count) - 3) + " ", self._style(name)),
            Segment(count + " ", self._style(name)),
        ]

    def _sum_line(self, index: int, width: int) -> list[Segment]:
        column = self.head.columns[index]
        text = sums_text(column.sums)
        held = f"{symbol('‖')} {column.held}" if column.held else ""
        room = width - 2 - len(held)
        return [Segment(" " + cells(text, room) + held + " ", self._style("muted"))]

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

    def _first_line(self, card: Card, width: int, here: bool) -> list[Segment]:
        mark = symbol("▌") if here else " "
        flag = symbol("◷") if card.timer else " "
        # One cell stays free at the right, so that columns are told apart by space.
        name = mark + cells(card.client, width - 4) + " "
        if here:
            return [Segment(name + flag, self._style("cursor")), Segment(" ", self._style(""))]
        return [Segment(name, self._style("")), Segment(flag + " ", self._style("timer"))]

    def _second_line(self, card: Card, width: int, here: bool, index: int) -> list[Segment]:
        now = self._now()
        flag, warm = self._flag(card, now, self.head.columns[index].norm)
        mark = symbol("▌") if here else " "
        amount = short_money(card.amount) if card.amount else ""
        age = short_age((now - card.entered_at) // 1_000_000)
        figures = cells(f"{amount} {age:>5}", 14, right=True)
        rest = cells(f"{figures} {self._next(card, now, width - 19)}", width - 4)
        if here:
            return [Segment(f"{mark}{symbol(flag)} {rest}", self._style("cursor")), Segment(" ", self._style(""))]
        return [
            Segment(mark + symbol(flag) + " ", self._style("late" if warm else "muted")),
            Segment(rest + " ", self._style("muted")),
        ]

    def _flag(self, card: Card, now: Instant, norm: int | None) -> tuple[str, bool]:
        if card.held:
            return "‖", False
        late = card.next_due_at is not None and card.next_due_at < now
        aged = norm is not None and now - card.entered_at > norm * 1_000_000
        if late or aged:
            return "!", True
        return (" ", False) if card.next_due_at is not None else ("·", False)

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
        for slot in range(self.in_view):
            left = self.slot_left(slot)
            if left <= event.x < left + self.slot_width(slot) and self.first + slot < len(self.head.columns):
                column = self.head.columns[self.first + slot]
                row = self.tops.get(column.stage_id, 0) + max(0, event.y - HEAD_LINES) // CARD_LINES
                self.post_message(self.Pointed(self.first + slot, min(row, max(0, column.count - 1))))
                return

    def on_mouse_scroll_down(self) -> None:
        self.post_message(self.Wheeled(3))

    def on_mouse_scroll_up(self) -> None:
        self.post_message(self.Wheeled(-3))


def kind_word(kind: str) -> str:
    """An activity's kind in words."""
    return {
        "call": _("call"),
        "meeting": _("meeting"),
        "mail": _("mail"),
        "task": _("task"),
        "note": _("note"),
    }.get(kind, kind)


def sums_text(sums: tuple[Money, ...]) -> str:
    """Sums of several currencies in short form, the largest first."""
    if not sums:
        return ""
    text = " + ".join(short_money(money) for money in sums[:2])
    return text if len(sums) < 3 else f"{text} +{len(sums) - 2}"


def deals_text(count: int) -> str:
    return ngettext("{count} deal", "{count} deals", count).format(count=count)
