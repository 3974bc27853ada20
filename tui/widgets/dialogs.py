"""Small questions over a screen: choose a line, say a text, fill a form, read a list. Esc always leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Grid, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from models.values.errors import StagewatchError
from models.values.language import _
from models.values.text import search_key
from tui.widgets.one_of import OneOf
from tui.widgets.words import plain, styled, symbol

LINES_IN_VIEW = 12
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """A line to choose: its text, a note at the right in grey, and whether it may be chosen."""

    text: str
    note: str = ""
    able: bool = True


class Dialog(ModalScreen[T | None], Generic[T]):
    """Base of all: esc leaves with None."""

    BINDINGS = [("escape", "dismiss_none")]

    def action_dismiss_none(self) -> None:
        self.dismiss(None)


class Choice(Dialog[int]):
    """Choose one of several lines: a digit for the first nine, arrows and enter, or typing to narrow.

    Gives the line's index. `hint` stands below; lines that are not able are grey, and choosing one gives it all the
    same (the refusal then tells why).
    """

    def __init__(self, title: str, lines: Sequence[Line], *, hint: str = "", at: int = 0) -> None:
        super().__init__()
        self._title, self._lines, self._hint = title, list(lines), hint
        self._typed, self._at, self._top = "", at, 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            yield Static(id="lines")
            yield Static(plain(self._hint or _("digit or enter: choose   type to narrow   esc: leave"), "dim"))

    def on_mount(self) -> None:
        self._show()

    def _found(self) -> list[int]:
        key = search_key(self._typed)
        return [index for index, line in enumerate(self._lines) if key in search_key(line.text)]

    def _show(self) -> None:
        self.query_one("#lines", Static).update(self._content())

    def _content(self) -> Content:
        found = self._found()
        self._at = max(0, min(self._at, len(found) - 1))
        self._top = max(min(self._top, self._at), self._at - LINES_IN_VIEW + 1)
        parts: list[str | tuple[str, str]] = []
        if self._typed:
            parts += [(f"{symbol('▸')} {self._typed}\n", "bold")]
        for place in range(self._top, min(len(found), self._top + LINES_IN_VIEW)):
            line = self._lines[found[place]]
            here = place == self._at
            digit = str(place + 1) if place < 9 else " "
            style = ("dim " if not line.able else "") + ("bold $accent" if here else "")
            parts.append((f"{symbol('▸') if here else ' '} {digit}  {line.text}", style.strip()))
            if line.note:
                parts.append((f"   {line.note}", "dim"))
            parts.append("\n")
        if not found:
            parts.append((_("nothing"), "dim"))
        return styled(*parts)

    def on_key(self, event: events.Key) -> None:
        found = self._found()
        key, character = event.key, event.character or ""
        if key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % max(1, len(found))
        elif key == "enter":
            if found:
                self.dismiss(found[self._at])
        elif len(character) == 1 and character in "123456789" and not self._typed:
            if int(character) <= min(9, len(found)):
                self.dismiss(found[int(character) - 1])
        elif key == "backspace":
            self._typed = self._typed[:-1]
        elif event.is_printable and len(self._typed) < 40:
            self._typed, self._at = self._typed + character, 0
        else:
            return
        event.stop()
        event.prevent_default()
        self._show()


@dataclass(frozen=True)
class Field:
    """A field of a form; a `needed` one cannot stay empty."""

    name: str
    label: str
    value: str = ""
    needed: bool = False
    placeholder: str = ""
    options: Sequence[str] = ()  # where the value is one of these


class Form(Dialog[dict[str, str]]):
    """Fields to fill. Enter goes to the next needed empty field and then does `act`, whose refusal is shown in the
    form, which stays; esc leaves. Gives the values once `act` has gone well (without `act` at once)."""

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        act: Callable[[dict[str, str]], Awaitable[None]] | None = None,
        *,
        note: str = "",
    ) -> None:
        super().__init__()
        self._title, self._fields, self._act, self._note = title, list(fields), act, note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            if self._note:
                yield Static(plain(self._note))
            with Grid(id="fields"):
                for field in self._fields:
                    yield Label(plain(field.label))
                    entry = Input(value=field.value, id=f"field-{field.name}", compact=True, select_on_focus=False)
                    entry.placeholder = plain(field.placeholder).plain
                    yield OneOf(entry.value, field.options, id=f"field-{field.name}") if field.options else entry
            yield Static(id="refusal")
            choosing = any(field.options for field in self._fields)
            hint = _("enter: do it   tab: next field   ← →: choose   esc: leave") if choosing else _("enter: do it   tab: next field   esc: leave")
            yield Static(plain(hint, "dim"))

    def values(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#field-{field.name}", Input).value.strip() for field in self._fields}

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        values = self.values()
        for field in self._fields:
            if field.needed and not values[field.name]:
                self.query_one(f"#field-{field.name}", Input).focus()
                self.query_one("#refusal", Static).update(
                    plain(_("{field} is needed.").format(field=field.label), "$error")
                )
                return
        if self._act is not None:
            try:
                await self._act(values)
            except StagewatchError as error:
                self.query_one("#refusal", Static).update(plain(error.message, "$error"))
                return
        self.dismiss(values)


class Notice(Dialog[None]):
    """Lines to read; any of esc, enter, q or ? leaves."""

    def __init__(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> ComposeResult:
        width = min(24, max((len(left) for left, _right in self._lines), default=0))
        with VerticalScroll(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            parts: list[str | tuple[str, str]] = []
            for left, right in self._lines:
                parts += [(f"{left:<{width}}  " if width else "", "bold"), f"{right}\n"]
            yield Static(styled(*parts))
            yield Static(plain(_("esc: leave"), "dim"))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "q", "й", "question_mark", "comma", "f1"):
            event.stop()
            self.dismiss(None)
