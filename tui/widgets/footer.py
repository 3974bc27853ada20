"""The last line: the screens, the keys that matter here, and for a moment what was just done."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from models.values.language import _
from models.values.text import shown
from tui import keymap
from tui.widgets.still import Still
from tui.widgets.words import styled, symbol

if TYPE_CHECKING:
    from textual.timer import Timer

SHORT = ("today", "board", "clients", "time", "statistics", "setup")
MESSAGE_SECONDS = 6.0
MOST_LINES = 3  # of a message


class KeyLine(Still):
    """Shows where one is and which keys act; `say` puts a message in its place until the next one or a while later."""

    def __init__(self, where: str) -> None:
        super().__init__(id="foot")
        self.where = where
        self._message: tuple[str, str] | None = None
        self._timer: Timer | None = None
        self._width = 0
        self._height = 1
        self._only_look = False
        self._narrow = False
        self._idle: tuple[str, ...] = ()

    def only_look(self, only: bool) -> None:
        """Name no keys of the screen itself where its visitor may only look."""
        if only != self._only_look:
            self._only_look = only
            self._show()

    def say(self, text: str, style: str = "") -> None:
        """Show a message for a while."""
        self._message = (text, style)
        self._show()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(MESSAGE_SECONDS, self.be_quiet)

    def narrow(self, on: bool) -> None:
        """Whether the other screens are told by number alone where not all keys of this one would have room."""
        if self._narrow != on:
            self._narrow = on
            self._show()

    def without(self, *names: str) -> None:
        """Leave out the actions of those names: they have nothing to do with what is shown."""
        if self._idle != names:
            self._idle = names
            self._show()

    def be_quiet(self) -> None:
        """Take the message away."""
        if self._message is not None:
            self._message = None
            self._show()

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        if self._width != self.app.size.width:
            self._show()

    def _show(self) -> None:
        """Paint the line. It is as wide as the screen, which is known before the first layout."""
        self._width = self.app.size.width
        height = 1 if self._message is None else len(self._lines(self._message[0]))
        if height != self._height:
            self._height = self.styles.height = height
        self.show_text(self.line())

    def _lines(self, text: str) -> list[str]:
        """A message in the lines that it needs."""
        if cell_len(text) < self._width:
            return [text]
        return wrap(shown(text), max(20, self._width - 2), max_lines=MOST_LINES, placeholder=symbol("…")) or [""]

    def line(self) -> Content:
        """What the line holds at its present width."""
        if self._message is not None:
            text, style = self._message
            return styled(("\n".join(f" {line}" for line in self._lines(text)), style))
        places = ("everywhere",) if self._only_look else ("everywhere", self.where)
        hints = [(_key_of(act), act.short) for act in keymap.table() if act.short and act.where in places and act.id not in self._idle]
        hints.sort(key=lambda hint: hint[0] != "?")
        wanted = sum(len(key) + len(word) + 3 for key, word in (hints if self._narrow else hints[:1]))
        screens = [act for act in keymap.table() if act.id in SHORT]
        named = [(f" {act.keys} {act.words} ", act.id == self.where) for act in screens]
        if sum(len(word) for word, _here in named) + wanted > self._width - 1:  # the others are named by their keys alone
            mine = next((place for place, (_word, here) in enumerate(named) if here), len(named))
            named = [
                (word if here else f" {act.keys}" if place < mine else f"{act.keys} ", here)
                for place, (act, (word, here)) in enumerate(zip(screens, named, strict=True))
            ]
        parts: list[str | tuple[str, str]] = [(word, "bold reverse" if here else "dim") for word, here in named]
        room = self._width - 1 - sum(len(word) for word, _here in named)
        shown: list[tuple[str, str]] = []
        for key, word in hints:
            room -= len(key) + len(word) + 3
            if room < 0:
                break
            shown.append((key, word))
        for key, word in shown[1:] + shown[:1]:
            parts += ["  ", (key, "bold"), (f" {word}", "dim")]
        return styled(*parts)


def _key_of(act: keymap.Act) -> str:
    return keymap.key_name(act.keys.split(",")[0])


def help_lines(*places: str) -> list[tuple[str, str]]:
    """(keys, what they do) of everything that acts in those places, for the help."""
    found = []
    for place in places:
        for act in keymap.table():
            if act.where == place:
                keys = " ".join(keymap.key_name(key) for key in act.keys.split(","))
                found.append((keys, act.words))
    return found or [("", _("No keys."))]
