"""Lists that turn to the day before and after, and the grid whose cursor is a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.message import Message

from tui.widgets.lines import Draw, Lines, Part
from tui.widgets.words import cells

Item = TypeVar("Item")


class Sheet(Lines[Item], Generic[Item]):
    """A list in which left and right turn to the day, week or month before and after: posts `Turned`."""

    class Turned(Message):
        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_cursor_left(self) -> None:
        self.post_message(self.Turned(-1))

    def action_cursor_right(self) -> None:
        self.post_message(self.Turned(1))


class CellGrid(Sheet[Item], Generic[Item]):
    """Rows of which one cell is in light. `cell_parts(item, width)` gives the parts of a row: the name, a part a column,
    and the rest. Beyond the first and last column it turns."""

    def __init__(self, draw: Draw[Item], *, id: str) -> None:
        super().__init__(draw, id=id)
        self.columns = 7
        self.column = 0

    def action_cursor_left(self) -> None:
        self._step(-1)

    def action_cursor_right(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        if 0 <= self.column + by < self.columns and self.items:
            self.column += by
            self._repaint()
        else:
            self.column = self.columns - 1 if by < 0 else 0
            self.post_message(self.Turned(by))

    def _line(self, y: int) -> tuple[Segment, ...]:
        place = self.top + y
        if place != self.at or place >= len(self.items) or self._firm(self.items[place]):
            return super()._line(y)
        parts: Sequence[Part] = self._draw(self.items[place], self.size.width)
        found = []
        for number, (text, style) in enumerate(parts):
            here = number == self.column + 1
            named = ("cursor" if self.has_focus else "resting") if here else style or "resting"
            found.append(Segment(text if number < len(parts) - 1 else cells(text, _left(parts, self.size.width)), self._style(named)))
        return tuple(found)


def _left(parts: Sequence[Part], width: int) -> int:
    """The cells that are left for the last part."""
    return max(0, width - sum(len(cells(text, len(text))) for text, _style in parts[:-1]))
