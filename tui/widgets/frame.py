"""What every screen has in common: a header with the running stopwatch, a body, a line of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from models.values.errors import StagewatchError
from tui.widgets.footer import KeyLine
from tui.widgets.still import Still
from tui.widgets.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tui.app import StagewatchApp
    from tui.desk import Desk


class FramedScreen(Screen[None]):
    """A screen of the program. Subclasses give `body`, `title_line` and `read`.

    `where` is the screen's name in the keymap and in `tui.app.SCREENS`.
    """

    where: ClassVar[str] = ""
    app: StagewatchApp

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Still(id="title")
            watch = Stopwatch()
            yield watch
            yield watch.earned
        yield from self.body()
        yield KeyLine(self.where)

    def body(self) -> ComposeResult:
        """The widgets between header and line of keys."""
        raise NotImplementedError

    async def read(self) -> None:
        """Read again what is shown: when the screen appears, and when the store has changed."""
        raise NotImplementedError

    async def changed(self, subjects: Mapping[str, frozenset[int]]) -> None:
        """The store changed: `subjects` of the journal ("deal", "client", "activity", "entry", …) with their ids."""
        await self.read()

    async def open_again(self, name: str, about: Any) -> None:
        """Ask again with the form of that name (`dialogs.Again`), which the program's end cut off. Raises
        StagewatchError where what it was about is gone."""

    @property
    def desk(self) -> Desk:
        return self.app.desk

    def head(self, line: Content) -> None:
        """Show `line` in the header, left of the stopwatch."""
        self.query_one("#title", Still).show_text(line)

    def say(self, text: str, style: str = "") -> None:
        """Tell something in the last line for a while."""
        self.query_one(KeyLine).say(text, style)

    def say_error(self, error: StagewatchError) -> None:
        """Tell a refusal or fault in the last line."""
        self.say(error.message, "bold $error")

    async def on_screen_resume(self) -> None:
        """Read before the layout that follows, so that the first thing painted is the whole screen."""
        await self.read_safely()
        await self.read_stopwatch()

    async def read_stopwatch(self) -> None:
        """Let the stopwatch show what runs now."""
        from models.timekeeping.views import watched

        try:
            found = await self.desk.ask(watched)
            self.query_one(Stopwatch).show(found)
            self.app.watching.show(found)
        except StagewatchError as error:
            self.say_error(error)

    async def read_safely(self) -> None:
        """`read`, with a fault of the store told instead of raised."""
        try:
            await self.read()
        except StagewatchError as error:
            self.say_error(error)
