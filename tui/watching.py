"""What happens by itself while the screens are open: signs of life, the forgotten stopwatch, idleness, a reminder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from models.values.errors import StagewatchError
from models.values.instants import SECOND, Instant
from models.values.language import _

if TYPE_CHECKING:
    from textual.timer import Timer

    from models.config import TimerConfig
    from models.session import Session
    from models.timekeeping.views import Forgotten, Watched
    from tui.app import StagewatchApp

BEAT_SECONDS = 60.0
PATIENCE = 0.2  # seconds between looks whether the dialog in view has been answered


class Watching:
    """Looks once a minute while a stopwatch runs for the actor, or where the config wants a reminder; else never.

    What it asks waits for the dialog in view: what is typed there is the dialog's. It is asked even if that dialog's
    command was a sign of life."""

    def __init__(self, app: StagewatchApp, config: TimerConfig) -> None:
        self._app = app
        self._idle_after = config.idle_after
        self._remind_after = config.remind_after
        self._entry: int | None = None
        self._asked: int | None = None
        self._idle_asked = self._idle_waits = self._reminded = False
        self._key = self._nothing_since = time.monotonic()
        self._timer: Timer | None = None

    def key(self) -> None:
        """A key was pressed."""
        self._key, self._idle_asked = time.monotonic(), False

    def show(self, found: Watched | None) -> None:
        """The stopwatch was read: `found` runs."""
        before, self._entry = self._entry, None if found is None else found.entry.id
        if found is None and before is not None:
            self._nothing_since, self._reminded = time.monotonic(), False
        wanted = found is not None or self._remind_after is not None
        if self._timer is None and wanted:
            self._timer = self._app.set_interval(BEAT_SECONDS, self.look)
        elif self._timer is not None:
            self._timer.resume() if wanted else self._timer.pause()
        if found is not None and before != found.entry.id and found.last_sign is None:
            self._app.run_worker(self.look(), group="beat")
            for warning in found.warnings[:1]:
                self._app.tell(warning)
        if found is not None and found.last_sign is not None:
            from models.timekeeping.views import Forgotten

            self._ask_forgotten(Forgotten(found.entry, found.last_sign))

    async def look(self) -> None:
        """Leave a sign of life, and ask or remind where it is time to."""
        try:
            if self._entry is not None:
                forgotten = await self._app.desk.do(_still_there)
                if forgotten is not None:
                    self._ask_forgotten(forgotten)
                elif self._idle_after is not None and self._since(self._key) >= self._idle_after:
                    self._ask_idle()
            elif self._to_be_reminded() and await self._app.desk.ask(_at_work):
                self._reminded = True
                self._app.tell(_("Nothing is being timed. S starts the timer."))
        except StagewatchError:
            return  # a store that is busy or gone now is told by what the person does next

    def last_key(self) -> Instant:
        """The instant of the last key, by the clock of the session."""
        return self._app.desk.session().now() - round(self._since(self._key)) * SECOND

    def _to_be_reminded(self) -> bool:
        waited = self._since(self._nothing_since)
        return self._remind_after is not None and not self._reminded and waited >= self._remind_after

    @staticmethod
    def _since(moment: float) -> float:
        return time.monotonic() - moment

    def _ask_forgotten(self, found: Forgotten) -> None:
        from tui.widgets.timing import ask_forgotten

        if self._asked != found.entry.id:
            self._asked = found.entry.id
            self._ask(lambda: ask_forgotten(self._app, found))

    def _ask_idle(self) -> None:
        from tui.widgets.timing import ask_idle

        if self._idle_asked or self._idle_waits or self._entry is None:
            return
        self._idle_asked = self._idle_waits = True
        entry, last_key = self._entry, self.last_key()

        def question() -> Coroutine[Any, Any, Any]:
            self._idle_waits = False
            return ask_idle(self._app, entry, last_key)

        self._ask(question)

    def _ask(self, question: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Ask now, or when nothing else is being asked any more."""
        if self._app.asks_nothing():
            self._app.ask(question())
        else:
            self._app.run_worker(self._ask_later(question), group="waiting")

    async def _ask_later(self, question: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        while not self._app.asks_nothing():
            await asyncio.sleep(PATIENCE)
        self._app.ask(question())


def _still_there(session: Session) -> Forgotten | None:
    """Leave a sign of life; what was forgotten is told instead."""
    from models.timekeeping.commands import still_there
    from models.timekeeping.views import forgotten

    return None if still_there(session) else forgotten(session)


def _at_work(session: Session) -> bool:
    from models.people.views import at_work

    return at_work(session.now())
