"""The running stopwatch, on every screen: elapsed time and what it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from models.timekeeping.views import elapsed, so_far
from models.values.durations import clock_text
from models.values.language import _
from models.values.money import money_text, short_money
from tui.widgets.words import cells, symbol

if TYPE_CHECKING:
    from models.timekeeping.views import Watched
    from tui.app import StagewatchApp

CLOCK, WORDS, MONEY = 11, 23, 11
NARROW, FEW_WORDS, LEFT_TO_MONEY = 100, 14, 7  # on a narrow screen the header's own words need the room


class Earned(Widget):
    """What the stopwatch has come to. A widget beside it, for a widget's line is sent from its first cell on: so a second
    sends the clock and these digits, not the words between."""

    DEFAULT_CSS = "Earned { width: auto; height: 1; color: $success; text-style: bold; }"

    def __init__(self) -> None:
        super().__init__(id="earned")
        self._text = ""

    def show(self, text: str) -> bool:
        """Show this; True where it takes another width."""
        if text == self._text:
            return False
        moved = len(text) != len(self._text)
        self._text = text
        self.refresh(layout=moved)
        return moved

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return len(self._text)

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(self._text, self.rich_style)], len(self._text))


class Stopwatch(Widget):
    """Shows `◷ 0:42:17 Orion`, with a `!` before the name where a budget has reached a warning, and in `earned` beside it
    `35.20 €`. Time and money are derived from the stored start and the rate, never from counting ticks, and never asked
    for. A second sends the clock and money that has changed; while nothing runs it has no width and sends nothing."""

    app: StagewatchApp
    DEFAULT_CSS = "Stopwatch { width: auto; height: 1; color: $success; text-style: bold; }"

    def __init__(self) -> None:
        super().__init__(id="stopwatch")
        self.earned = Earned()
        self._seen: Watched | None = None
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._timer = self.set_interval(1, self._tick, pause=self._seen is None)

    def show(self, seen: Watched | None) -> None:
        """Show this from now on, or nothing."""
        if seen is None and self._seen is None:
            return
        moved = _shape(seen) != _shape(self._seen)
        self._seen = seen
        if self._timer is not None:
            self._timer.resume() if seen is not None else self._timer.pause()
        moved = self.earned.show(self.money()) or moved
        self.refresh(layout=moved)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        if self._seen is None:
            return 0
        wide = viewport.width >= NARROW
        money = 0 if self._seen.rate is None else MONEY if wide else MONEY - LEFT_TO_MONEY
        both = min(CLOCK + (WORDS if wide else FEW_WORDS) + money, container.width // 2)
        return max(CLOCK, both - len(self.money()))

    def render_line(self, y: int) -> Strip:
        if self._seen is None:
            return Strip.blank(self.size.width, self.rich_style)
        entry = self._seen.entry
        words = " · ".join(part for part in (entry.client or _("to be assigned"), entry.note) if part)
        if self._seen.warnings:
            words = f"{symbol('!')} {words}"
        room = max(0, self.size.width - CLOCK - 1)
        return Strip([Segment(f"{self.clock()} {cells(words, room)}", self.rich_style)], self.size.width)

    def clock(self) -> str:
        """How long it runs, in CLOCK cells."""
        return cells(f"{symbol('◷')} {clock_text(self._elapsed()):>8}", CLOCK)

    def money(self) -> str:
        """What it comes to so far, after a space, in at most MONEY cells; nothing where there is no rate."""
        money = None if self._seen is None else so_far(self._seen, self.app.desk.session().now())
        if money is None:
            return ""
        text = money_text(money)
        return " " + (text if len(text) < MONEY else short_money(money))

    def _elapsed(self) -> int:
        if self._seen is None:
            return 0
        return elapsed(self._seen, self.app.desk.session().now())

    def _tick(self) -> None:
        if self.earned.show(self.money()):
            self.refresh(layout=True)  # the words have more room, or less
        else:
            self.refresh(Region(0, 0, CLOCK, 1))


def _shape(seen: Watched | None) -> tuple[bool, bool]:
    return seen is not None, seen is not None and seen.rate is not None
