"""A list of any length drawn line by line: Today, the clients, a client's card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Generic, Self, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui import keymap
from tui.widgets.words import cells

Item = TypeVar("Item")
Part = tuple[str, str]  # text and one of "", "muted", "late", "head", "timer"
Draw = Callable[[Item, int], Sequence[Part]]


class Lines(Widget, Generic[Item], can_focus=True):
    """Shows `items`, a line each, as `draw(item, width)` tells; `firm` items are headings that the cursor passes over.

    Posts `Moved` when the cursor has moved and `Ended` when it stands on the last item of several.
    """

    DEFAULT_CSS = """
    Lines { height: 1fr; width: 1fr; }
    Lines .lines--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    Lines .lines--resting { text-style: bold; }
    Lines .lines--muted { color: $foreground; text-style: dim; }
    Lines .lines--late { color: $warning; text-style: bold; }
    Lines .lines--timer { color: $success; text-style: bold; }
    Lines .lines--head { color: $foreground; text-style: bold; }
    """
    BINDINGS = keymap.bindings("list")
    COMPONENT_CLASSES = {
        "lines--cursor",
        "lines--resting",
        "lines--muted",
        "lines--late",
        "lines--timer",
        "lines--head",
    }

    class Told(Message):
        """Base of what a list tells; `control` is the list."""

        def __init__(self, lines: Widget) -> None:
            super().__init__()
            self._lines = lines

        @property
        def control(self) -> Widget:
            return self._lines

    class Moved(Told):
        """The cursor has moved."""

    class Ended(Told):
        """It has moved to the last item that was read."""

    class Sized(Told):
        """The list has got another size; its cursor has not moved."""

    def __init__(self, draw: Draw[Item], firm: Callable[[Item], bool] = lambda _item: False, *, id: str) -> None:
        super().__init__(id=id)
        self._draw, self._firm = draw, firm
        self.items: list[Item] = []
        self.at = 0
        self.top = 0
        self.empty = ""
        self._painted: dict[int, tuple[Segment, ...]] = {}
        self._changed: dict[int, tuple[Segment, ...]] = {}  # lines that are about to be painted
        self._plain: Style | None = None

    @property
    def item(self) -> Item | None:
        """What the cursor stands on."""
        return self.items[self.at] if 0 <= self.at < len(self.items) and not self._firm(self.items[self.at]) else None

    def show(self, items: Sequence[Item], at: int | None = None, empty: str = "") -> None:
        """Show these items, the cursor at place `at` (where it was without); `empty` is said where there are none."""
        self.items, self.empty = list(items), empty
        self.at = self._able(self.at if at is None else at, 1)
        if at == 0:
            self.top = 0  # with the headings above the first item
        self._settle()
        self._repaint()

    def go(self, place: int) -> None:
        """Bring the cursor to a place, or the nearest one that can hold it."""
        before = self.at
        self.at = self._able(place, 1 if place >= self.at else -1)
        if self.at == before and place < before:
            self.top = 0
        self._settle()
        self._repaint()
        self.post_message(self.Moved(self))
        if self.at == len(self.items) - 1 and self.at:
            self.post_message(self.Ended(self))

    def action_cursor_up(self) -> None:
        self.go(self.at - 1)

    def action_cursor_down(self) -> None:
        self.go(self.at + 1)

    def action_page_up(self) -> None:
        self.go(self.at - max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self.go(self.at + max(1, self.size.height - 1))

    def action_home(self) -> None:
        self.go(0)

    def action_end(self) -> None:
        self.go(len(self.items) - 1)

    def render_line(self, y: int) -> Strip:
        segments = self._changed.pop(y, None) or self._line(y)
        self._painted[y] = segments
        return Strip(segments).adjust_cell_length(self.size.width, self._style("")).simplify()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if not regions:
            self._changed.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._changed.clear()
        self._plain = None

    def on_resize(self) -> None:
        self._settle()
        self.refresh()
        self.post_message(self.Sized(self))

    def on_focus(self) -> None:
        self._repaint()

    def on_blur(self) -> None:
        self._repaint()

    def on_click(self, event: events.Click) -> None:
        self.focus()
        self.go(self.top + event.y)

    def on_mouse_scroll_down(self) -> None:
        self.go(self.at + 3)

    def on_mouse_scroll_up(self) -> None:
        self.go(self.at - 3)

    def _able(self, place: int, step: int) -> int:
        """The nearest place from `place` on (by `step`, then the other way) that is no heading."""
        last = len(self.items) - 1
        place = max(0, min(place, last))
        for way in (step, -step):
            found = place
            while 0 <= found <= last:
                if not self._firm(self.items[found]):
                    return found
                found += way
        return place

    def _settle(self) -> None:
        height = self.size.height
        if not height:
            return  # not laid out yet: the first resize settles
        self.top = max(min(self.top, self.at), self.at - height + 1)
        self.top = max(0, min(self.top, len(self.items) - height))

    def _repaint(self) -> None:
        """Send only the lines that have changed."""
        self._changed.clear()
        width, height = self.size
        for y in range(height):
            segments = self._line(y)
            if self._painted.get(y) != segments:
                self._changed[y] = segments
                self.refresh(Region(0, y, width, 1))

    def _line(self, y: int) -> tuple[Segment, ...]:
        width, place = self.size.width, self.top + y
        if not self.items and self.empty:
            said = wrap(self.empty, max(1, width - 2))
            return (Segment(cells(f" {said[y]}" if y < len(said) else "", width), self._style("muted")),)
        if place >= len(self.items):
            return (Segment(" " * width, self._style("")),)
        here = place == self.at and not self._firm(self.items[place])
        parts = self._draw(self.items[place], width)
        if here:
            text = "".join(text for text, _style in parts)
            return (Segment(cells(text, width), self._style("cursor" if self.has_focus else "resting")),)
        return tuple(Segment(text, self._style(style)) for text, style in parts)

    def _style(self, name: str) -> Style:
        if name:
            return self.get_component_rich_style(f"lines--{name}")
        if self._plain is None:
            self._plain = self.rich_style  # which asks every widget around this one
        return self._plain
