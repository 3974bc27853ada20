"""The running stopwatch, on every screen: elapsed time and what it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.timer import Timer

from models.values.durations import clock_text
from models.values.instants import SECOND, now
from models.values.language import _
from tui.widgets.still import Still
from tui.widgets.words import cells, styled, symbol

if TYPE_CHECKING:
    from models.timekeeping.views import Entry

WIDTH = 34


class Stopwatch(Still):
    """Shows `◷ 0:42:17 Orion`. The time is derived from the stored start, never from counting ticks; while nothing
    runs it is empty and sends nothing."""

    def __init__(self) -> None:
        super().__init__(id="stopwatch")
        self._entry: Entry | None = None
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._timer = self.set_interval(1, self._tick, pause=True)

    def show(self, entry: Entry | None) -> None:
        """Show this entry from now on, or nothing."""
        if entry is None and self._entry is None:
            return
        moved = (entry is None) != (self._entry is None)
        self._entry = entry
        if self._timer is not None:
            self._timer.resume() if entry is not None else self._timer.pause()
        self.show_text(self.elapsed(), layout=moved)

    def _tick(self) -> None:
        self.show_text(self.elapsed())

    def elapsed(self) -> Content:
        """What runs and for how long, in a fixed width."""
        if self._entry is None:
            return styled("")
        time = clock_text(max(0, now() - self._entry.started_at) // SECOND)
        parts = (self._entry.client or _("to be assigned"), self._entry.note)
        words = " · ".join(part for part in parts if part)
        mark = symbol("◷")
        return styled((cells(f"{mark} {time:>8} {words}", WIDTH - 1) + " ", "bold $success"))
