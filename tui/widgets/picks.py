"""A question with several answers: space marks lines, enter keeps what is marked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from models.values.errors import StagewatchError
from models.values.language import _
from tui.widgets.dialogs import Choice, Line
from tui.widgets.words import plain, styled, symbol

Act = Callable[[list[int]], Awaitable[None]]


class Picks(Choice):
    """Like `Choice`, for any number of lines: a digit or space marks, typing narrows, enter does `act` with the places
    of the marked lines. A refusal of `act` is shown and the question stays; gives how many are marked."""

    def __init__(self, title: str, lines: Sequence[Line], marked: Sequence[int], act: Act, *, note: str = "") -> None:
        hint = _("space or digit: mark   enter: keep   type to narrow   esc: leave")
        super().__init__(title, lines, hint=hint)
        self._bare, self._marked, self._act, self._note, self._told = list(lines), set(marked), act, note, ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            note = f"\n{self._note}" if self._note else ""
            yield Static(styled((self._title, "bold"), (note, "dim")), classes="dialog-title")
            yield Static(id="lines")
            yield Static(id="refusal")
            yield Static(plain(self._hint, "dim"))

    def texts(self) -> Sequence[str]:
        return [*super().texts(), *([self._note] if self._note else []), *([self._told] if self._told else [])]

    def _show(self) -> None:
        self._lines = [
            line._replace(text=f"{symbol('✓') if place in self._marked else ' '} {line.text}")
            for place, line in enumerate(self._bare)
        ]
        super()._show()

    def key(self, key: str, character: str, printable: bool) -> bool:
        rows = self.rows()
        if key == "enter":
            self.run_worker(self._keep(), exclusive=True)
        elif key == "space" and rows:
            self._toggle(rows[self._at])
        elif character in tuple("123456789") and not self._typed:
            if int(character) <= min(9, len(rows)):
                self._toggle(rows[int(character) - 1])
        else:
            return super().key(key, character, printable)
        return True

    def _toggle(self, place: int) -> None:
        self._marked ^= {place}
        self._show()

    async def _keep(self) -> None:
        try:
            await self._act(sorted(self._marked))
        except StagewatchError as error:
            self.query_one("#refusal", Static).update(plain(error.message, "$error"))
            self._told = error.message
            self._show()
            return
        self.dismiss(len(self._marked))
