"""Lists that turn to the day before and after, and the grid whose cursor is a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.message import Message

from tui.widgets.lines import Lines, Part

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
    """Rows of which one cell is in light: what is drawn of a row is its name, a part a column, and the rest. Beyond the
    first and the last column it turns."""

    columns = 7
    column = 0

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
        light = "cursor" if self.has_focus else "resting"
        styles = [light if number == self.column + 1 else style or "resting" for number, (_text, style) in enumerate(parts)]
        return tuple(Segment(text, self._style(style)) for (text, _old), style in zip(parts, styles, strict=True))
