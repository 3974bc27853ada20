"""Keys one after another: what is typed ahead of a question is meant for the question.

Over a bad link several keys come in one packet. Textual would hand them all to the widget that has the focus before the
first has opened its form: the letters of a note would then be commands to the board.
"""

from __future__ import annotations

import asyncio

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import ModalScreen

QUESTIONS = ("dialog", "leave")  # the groups of the workers that ask something
MOMENT = 0.002  # seconds
OPENING = 250  # moments that a dialog may take to open


async def _handled(node: DOMNode) -> None:
    """Until the node has handled what was posted to it so far, or is gone."""
    done = asyncio.Event()
    if not node.call_later(done.set):
        return
    while not done.is_set() and node.is_running:
        try:
            await asyncio.wait_for(done.wait(), 0.02)
        except TimeoutError:
            continue


class Typed(App[int]):
    """An app that passes a key on when all that the key before it set off has been handled."""

    def __init__(self) -> None:
        super().__init__(ansi_color=None)
        self._typed: asyncio.Queue[events.Key | events.Paste] = asyncio.Queue()

    def on_mount(self) -> None:
        self.run_worker(self._pass_on(), group="typed")

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if isinstance(event, events.Paste):  # of several lines a field would take the first and drop the others
                event.text = " ".join(line.strip() for line in event.text.splitlines() if line.strip())
            self._typed.put_nowait(event)
        else:
            await super().on_event(event)

    async def _pass_on(self) -> None:
        while True:
            event = await self._typed.get()
            while self._question_coming():
                await asyncio.sleep(MOMENT)
            self.app_focus = True  # a terminal that said it lost the focus has it, where keys come
            await self._focus_found()
            target = self.focused or self.screen
            await super().on_event(event)
            # The key rises from the widget to the app; then what its action told the widget does (a form is submitted).
            for node in 2 * target.ancestors_with_self:
                await _handled(node)
            self._typed.task_done()

    def _question_coming(self) -> bool:
        """Whether something is about to be asked, or was answered and is being done."""
        return not isinstance(self.screen, ModalScreen) and any(
            worker.group in QUESTIONS and not worker.is_finished for worker in self.workers
        )

    async def _focus_found(self) -> None:
        """Until the dialog in view is laid out and its first field has the focus; not for long, since a click beside
        it takes the focus away."""
        for _moment in range(OPENING):
            screen = self.screen
            opened = not isinstance(screen, ModalScreen) or screen.focused is not None or not screen.focus_chain
            if screen.is_mounted and opened:
                return
            await asyncio.sleep(MOMENT)
