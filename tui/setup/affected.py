"""A list of what a change would touch, or what stands in its way: deals before a mode is set or when a stage cannot be
archived, time entries whose charge a rate would change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from models.values.errors import StagewatchError
from models.values.language import _
from tui.widgets.dialogs import Dialog
from tui.widgets.lines import Lines, Part
from tui.widgets.words import cells, plain, symbol

OTHER_LINES = 4  # of the dialog, beside the list and the texts: its border and padding, below the title, below the list
WIDEST, MARGIN = 100, 4  # cells of a dialog


@dataclass(frozen=True)
class AffectedRow:
    """A deal or entry, what stands at its right (a stage, the charge), and below it what keeps it, in words."""

    name: str
    right: str
    words: Sequence[str] = ()


class Affected(Dialog[bool]):
    """Shows them. With `act` it is a question: enter does it and gives True; a refusal is shown and the list stays."""

    BINDINGS = [("enter", "confirm")]

    def __init__(
        self, title: str, said: str, rows: Sequence[AffectedRow], act: Callable[[], Awaitable[None]] | None = None, *, note: str = ""
    ) -> None:
        super().__init__()
        self._title, self._said, self._given, self._act, self._note = title, said, rows, act, note
        self._rows: list[AffectedRow | str] = []
        self._hint = _("enter: set it   esc: leave it as it is") if act is not None else _("esc: back")
        self._told = ""

    def compose(self) -> ComposeResult:
        self._lines: Lines[AffectedRow | str] = Lines(self._draw, id="affected")
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            yield Static(plain(self._said, "bold $warning" if self._given else ""))
            if self._note:
                yield Static(plain(self._note, "dim"), classes="dialog-title")
            yield self._lines
            yield Static(id="refusal")
            yield Static(plain(self._hint, "dim"))

    def on_mount(self) -> None:
        width = max(20, min(self.app.size.width, WIDEST) - MARGIN)
        for row in self._given:
            self._rows += [row, *(line for words in row.words for line in wrap(words, width - 5))]
        self._lines.display = bool(self._rows)
        self._lines.show(self._rows)

    def on_resize(self) -> None:
        width = max(20, self.app.size.width - MARGIN)
        said = sum(max(1, len(wrap(text, width))) for text in (self._title, self._said, self._told, self._hint))
        said += len(wrap(self._note, width)) + 1 if self._note else 0
        self._lines.styles.height = max(1, min(len(self._rows), self.most_lines - OTHER_LINES - said))

    def _draw(self, row: AffectedRow | str, width: int) -> Sequence[Part]:
        if isinstance(row, str):
            return [(cells(f"     {row}", width), "muted")]
        room = max(10, width // 3) if row.right else 0
        return [(cells(f" {symbol('!')} {row.name}", width - room - 1) + " ", ""), (cells(row.right, room - 1, right=True) + " " if room else "", "muted")]

    def action_confirm(self) -> None:
        if self._act is None:
            self.dismiss(None)
        else:
            self.run_worker(self._confirm(self._act), exclusive=True)

    async def _confirm(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except StagewatchError as error:
            self._told = error.message
            self.tell(error.message)
            self.on_resize()
            return
        self.dismiss(True)
