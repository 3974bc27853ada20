"""A field of a form whose value is one of a few: left and right go through them, letters jump."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widgets import Input

from models.values.text import search_key
from tui.widgets.words import cells, symbol


class OneOf(Input):
    """Looks like any field; `value` is always one of `options`, or empty where the form began so."""

    def __init__(self, value: str, options: Sequence[str], *, id: str) -> None:
        self._options, self._typed = [*options, value], ""  # before the input looks at its first value
        super().__init__(value=value, id=id, compact=True)
        self._options = list(options)

    def validate_value(self, value: str) -> str:
        """What cuts or clears an input (ctrl+u, ctrl+w, ctrl+x and others) leaves it as it is."""
        return value if value in self._options else self.value

    def render_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("input--cursor") if self.has_focus else self.rich_style
        text = f"{symbol('‹')} {self.value} {symbol('›')}"
        width = self.size.width
        inner = cells(text, min(width, cell_len(text)))
        return Strip([Segment(inner, style)]).adjust_cell_length(width, self.rich_style)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("left", "right", "up", "down", "space", "home", "end", "backspace", "delete"):
            self._typed = ""
            self._step(event.key)
        elif event.is_printable and event.character:
            self._jump(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()

    def _step(self, key: str) -> None:
        at = self._options.index(self.value) if self.value in self._options else -1
        step = {"left": -1, "up": -1, "right": 1, "down": 1, "space": 1}.get(key, 0)
        if step:
            self.value = self._options[(at + step) % len(self._options)]
        elif key in ("home", "end"):
            self.value = self._options[0 if key == "home" else -1]

    def _jump(self, character: str) -> None:
        """To the first option that begins with what was typed; a letter that leads on from none begins anew."""
        for typed in (self._typed + character, character):
            found = next((one for one in self._options if search_key(one).startswith(search_key(typed))), None)
            if found is not None:
                self._typed, self.value = typed, found
                return
