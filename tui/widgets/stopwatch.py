"""The running stopwatch, on every screen: elapsed time and what it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from models.values.durations import clock_text
from models.values.instants import SECOND
from models.values.language import _
from tui.widgets.words import cells, symbol

if TYPE_CHECKING:
    from models.timekeeping.views import Entry

CLOCK, WORDS = 11, 23
NARROW, FEW_WORDS = 100, 14  # on a narrow screen the header's own words need the room


class Stopwatch(Widget):
    """Shows `◷ 0:42:17 Orion`. The time is derived from the stored start, never from counting ticks. A second sends the
    clock alone; while nothing runs it has no width and sends nothing."""

    DEFAULT_CSS = "Stopwatch { width: auto; height: 1; color: $success; text-style: bold; }"

    def __init__(self) -> None:
        super().__init__(id="stopwatch")
        self._entry: Entry | None = None
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._timer = self.set_interval(1, self._tick, pause=self._entry is None)

    def show(self, entry: Entry | None) -> None:
        """Show this entry from now on, or nothing."""
        if entry is None and self._entry is None:
            return
        moved = (entry is None) != (self._entry is None)
        self._entry = entry
        if self._timer is not None:
            self._timer.resume() if entry is not None else self._timer.pause()
        self.refresh(layout=moved)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        if self._entry is None:
            return 0
        return CLOCK + (WORDS if viewport.width >= NARROW else FEW_WORDS)

    def render_line(self, y: int) -> Strip:
        if self._entry is None:
            return Strip.blank(self.size.width, self.rich_style)
        parts = (self._entry.client or _("to be assigned"), self._entry.note)
        words = " · ".join(part for part in parts if part)
        room = max(0, self.size.width - CLOCK - 1)
        return Strip([Segment(self.clock() + " " + cells(words, room), self.rich_style)], self.size.width)

    def clock(self) -> str:
        """How long it runs, in CLOCK cells."""
        elapsed = 0 if self._entry is None else max(0, self.app.desk.session().now() - self._entry.started_at) // SECOND
        return cells(f"{symbol('◷')} {clock_text(elapsed):>8}", CLOCK)

    def _tick(self) -> None:
        self.refresh(Region(0, 0, CLOCK, 1))
