"""Before a mode is changed: which open deals break it. Nothing changes until the person says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from models.values.errors import StagewatchError
from models.values.language import _, ngettext
from tui.widgets.dialogs import Dialog
from tui.widgets.lines import Lines, Part
from tui.widgets.words import cells, plain, symbol

if TYPE_CHECKING:
    from models.pipeline.what_if import Breaking, WhatIf

OTHER_LINES = 11  # of the dialog, beside the list
WIDEST = 100  # cells of a dialog


class Preview(Dialog[bool]):
    """Shows what would break; enter does `act` and gives True, whose refusal is shown and the preview stays."""

    BINDINGS = [("enter", "confirm")]

    def __init__(self, title: str, found: WhatIf, act: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._title, self._found, self._act = title, found, act
        self._rows: list[Breaking | str] = []

    def compose(self) -> ComposeResult:
        found = self._found
        count = len(found.breaking)
        words = ngettext(
            "{count} of {open} open deals breaks it.", "{count} of {open} open deals break it.", count
        ).format(count=count, open=found.open)
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            yield Static(plain(words if count else _("No open deal breaks it."), "bold $warning" if count else ""))
            yield Static(plain(_("Every deal stays where it is; the new rules hold from its next step on."), "dim"), classes="dialog-title")
            self._lines: Lines[Breaking | str] = Lines(self._draw, id="breaking")
            yield self._lines
            yield Static(id="refusal")
            yield Static(plain(_("enter: set it   esc: leave it as it is"), "dim"), classes="last")

    def on_mount(self) -> None:
        width = min(self.app.size.width, WIDEST) - 9
        for one in self._found.breaking:
            self._rows += [one, *(line for words in one.violations for line in wrap(words, max(20, width)))]
        room = max(1, self.app.size.height * 4 // 5 - OTHER_LINES)
        self._lines.styles.height = min(len(self._rows), room)
        self._lines.display = bool(self._rows)
        self._lines.show(self._rows)

    def _draw(self, row: Breaking | str, width: int) -> Sequence[Part]:
        if isinstance(row, str):
            return [(cells(f"     {row}", width), "muted")]
        name = f" {symbol('·')} ".join(part for part in (row.client, row.title) if part)
        room = max(10, width // 3)
        return [(cells(f" {symbol('!')} {name}", width - room), ""), (cells(row.stage, room - 1, right=True) + " ", "muted")]

    def action_confirm(self) -> None:
        self.run_worker(self._confirm(), exclusive=True)

    async def _confirm(self) -> None:
        try:
            await self._act()
        except StagewatchError as error:
            self.query_one("#refusal", Static).update(plain(error.message, "$error"))
            return
        self.dismiss(True)
