"""Small questions over a screen: choose a line, say a text, fill a form, read a list. Esc always leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Grid, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from models.values.errors import StagewatchError
from models.values.language import _
from models.values.text import search_key, shown
from tui.widgets.one_of import OneOf
from tui.widgets.words import cells, plain, styled, symbol

if TYPE_CHECKING:
    from tui.app import StagewatchApp

LINES_IN_VIEW = 12
MOST_OF_SMALL = 19  # lines that a dialog may have where the screen is small
WIDEST = 100  # of the rows: further apart the eye loses the line
PADDING = 4  # cells beside the texts of a dialog
BORDER_AND_PADDING = 2  # lines
LETTERS = {"k": "up", "л": "up", "j": "down", "о": "down"}
T = TypeVar("T")
Row = TypeVar("Row")
Part = str | tuple[str, str]


class Line(NamedTuple):
    """A line to choose: its text, a note at the right in grey (`tail` stays where that is cut), whether it may be chosen,
    and what more is said of it below while it is in light."""

    text: str
    note: str = ""
    able: bool = True
    more: tuple[str, ...] = ()
    tail: str = ""


class Dialog(ModalScreen[T | None], Generic[T]):
    """Base of all: esc leaves with None. A dialog is answered once: keys that were typed ahead find it gone.

    What is in its `.dialog` is always seen, but for the widget of the class `dialog-body`, which has the height that the
    others leave and scrolls."""

    BINDINGS = [("escape", "dismiss_none")]

    def on_resize(self) -> None:
        self.query_one(".dialog").styles.max_height = self.most_lines
        self.fit()

    @property
    def most_lines(self) -> int:
        """Lines that a dialog has at most: most of the screen, of a small one all but the last line."""
        height = self.app.size.height
        return max(1, height * 4 // 5, min(height - 1, MOST_OF_SMALL))

    def fit(self) -> None:
        """Give the body what the other lines leave, once they are laid out as they are now."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        bodies = self.query(".dialog-body")
        if not bodies:
            return
        body, dialog = bodies.first(), self.query_one(".dialog")
        others = sum(child.outer_size.height + child.styles.margin.height for child in dialog.children if child is not body)
        room = max(1, self.most_lines - dialog.gutter.height - others)
        if body.virtual_size.height > room or body.styles.max_height is not None:
            body.styles.max_height = room
            if self.focused is not None:
                self.call_after_refresh(self.focused.scroll_visible, animate=False)

    def tell(self, text: str) -> None:
        """Show a refusal; the dialog stays."""
        self.query_one("#refusal", Static).update(plain(text, "$error"))
        self.fit()

    async def action_dismiss_none(self) -> None:
        self.dismiss(None)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class Listing(Dialog[T], Generic[T, Row]):
    """Rows, one of them in light: a digit for the first nine, or arrows and enter. Subclasses give `rows`, `draw`,
    `chosen`, and `foot`: what stands under the rows."""

    def __init__(self, title: str, hint: str, at: int = 0) -> None:
        super().__init__()
        self._title, self._hint = title, hint
        self._at, self._top = at, 0

    def rows(self) -> Sequence[Row]:
        raise NotImplementedError

    def draw(self, row: Row, width: int, here: bool) -> list[Part]:
        """A row in `width` cells, without its mark and digit."""
        raise NotImplementedError

    def chosen(self, row: Row) -> None:
        """A digit or enter was pressed for this row."""
        raise NotImplementedError

    def lead(self) -> list[Part]:
        """What stands between title and rows, with its line breaks."""
        return []

    def foot(self) -> list[Part]:
        """What stands under the rows."""
        return []

    @property
    def row(self) -> Row | None:
        """The one in light."""
        rows = self.rows()
        return rows[self._at] if self._at < len(rows) else None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            yield Static(id="lines")
            yield Static(plain(self._hint, "dim"))

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def texts(self) -> Sequence[str]:
        """What stands above and below the rows, a text a paragraph."""
        return [self._title, "", self._hint]

    def rows_in_view(self) -> int:
        """As many as leave room for all else, at most `LINES_IN_VIEW`."""
        width = self.app.size.width - PADDING
        said = "".join(part if isinstance(part, str) else part[0] for part in (*self.lead(), *self.foot()))
        others = [*self.texts(), *said.split("\n")]
        left = self.most_lines - BORDER_AND_PADDING - sum(max(1, len(wrap(text, width))) for text in others)
        return max(1, min(LINES_IN_VIEW, left))

    def retitle(self, title: str) -> None:
        self._title = title
        if self.is_mounted:
            self.query_one(".dialog-title", Static).update(plain(title, "bold"))

    def _show(self) -> None:
        """Paint the rows as they are now."""
        self.query_one("#lines", Static).update(self._content())

    def _content(self) -> Content:
        rows = self.rows()
        self._at = max(0, min(self._at, len(rows) - 1))
        in_view = self.rows_in_view()
        self._top = max(min(self._top, self._at), self._at - in_view + 1)
        width = min(self.app.size.width, WIDEST) - PADDING - 5
        parts: list[Part] = self.lead()
        for place in range(self._top, min(len(rows), self._top + in_view)):
            here = place == self._at
            mark = f"{symbol('▸') if here else ' '} {place + 1 if place < 9 else ' '}  "
            parts += [(mark, "bold $accent" if here else ""), *self.draw(rows[place], width, here), "\n"]
        if not rows:
            parts += [(_("nothing"), "dim"), "\n"]
        return styled(*parts, *self.foot())

    def on_key(self, event: events.Key) -> None:
        if self.key(event.key, event.character or "", event.is_printable):
            event.stop()
            event.prevent_default()

    def key(self, key: str, character: str, printable: bool) -> bool:
        """Do what a key says; False where it says nothing here."""
        rows, key = self.rows(), LETTERS.get(character, key)
        if key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % max(1, len(rows))
            self._show()
        elif key == "enter":
            if rows:
                self.chosen(rows[self._at])
        elif character in tuple("123456789"):
            if int(character) <= min(9, len(rows)):
                self._at = int(character) - 1
                self._show()
                self.chosen(rows[self._at])
        else:
            return False
        return True


class Choice(Listing[int, int]):
    """Choose one of several lines by a digit, arrows and enter, or typing to narrow.

    Gives the line's index. `hint` stands below; lines that are not able are grey, and choosing one gives it all the
    same (the refusal then tells why).
    """

    LONGEST = 40  # signs that may be typed

    def __init__(self, title: str, lines: Sequence[Line], *, hint: str = "", at: int = 0) -> None:
        super().__init__(title, hint or _("digit or enter: choose   type to narrow   esc: leave"), at)
        self._lines, self._typed = list(lines), ""

    def rows(self) -> Sequence[int]:
        key = search_key(self._typed)
        return [index for index, line in enumerate(self._lines) if key in search_key(line.text)]

    def chosen(self, row: int) -> None:
        self.dismiss(row)

    def line_of(self, row: int) -> Line:
        return self._lines[row]

    def lead(self) -> list[Part]:
        return [(f"{symbol('▸')} {self._typed}\n", "bold")] if self._typed else []

    def foot(self) -> list[Part]:
        if not any(line.more for line in self._lines):
            return []
        # As many lines as any has: so that nothing jumps as one goes through them.
        said = () if self.row is None else self.line_of(self.row).more
        most = max(len(line.more) for line in self._lines)
        return ["\n", *((f"  {text}\n", "dim") for text in (*said, *[""] * (most - len(said))))]

    def draw(self, row: int, width: int, here: bool) -> list[Part]:
        line = self.line_of(row)
        style = ("dim " if not line.able else "") + ("bold $accent" if here else "")
        if not line.note:
            return [(cells(line.text, width).rstrip(), style.strip())]
        widest = max(cell_len(shown(self.line_of(other).text)) for other in self.rows())
        room = min(widest, max(20, width // 2))
        note = cells(line.note, width - room - 3 - len(line.tail)).rstrip() + line.tail
        return [(cells(line.text, room), style.strip()), (f"   {note}", "dim")]

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._typed, self._at = (self._typed + event.text)[: self.LONGEST], 0
        self._show()

    def key(self, key: str, character: str, printable: bool) -> bool:
        if key == "backspace":
            self._typed = self._typed[:-1]
        elif not printable or len(character) != 1 or character.isdigit() and not self._typed:
            return super().key(key, character, printable)
        elif len(self._typed) < self.LONGEST:
            self._typed, self._at = self._typed + character, 0
        self._show()
        return True


class Wording(Choice):
    """Choose one of several texts, or type another: what was typed stands as the last line. Gives its index, the
    number of lines for the typed one, which is in `typed` then."""

    LONGEST = 200

    def __init__(self, title: str, texts: Sequence[str], *, typed: str = "") -> None:
        lines = [Line(text) for text in texts]
        super().__init__(title, lines, hint=_("digit or enter: choose   or type another   esc: leave"))
        self._typed = typed

    @property
    def typed(self) -> str:
        return self._typed.strip()

    def rows(self) -> Sequence[int]:
        return [*super().rows(), *([len(self._lines)] if self.typed else [])]

    def line_of(self, row: int) -> Line:
        return self._lines[row] if row < len(self._lines) else Line(self.typed, _("as typed"))


class Field(NamedTuple):
    """A field of a form; a `needed` one cannot stay empty. Typing takes the place of a value that is only `proposed`."""

    name: str
    label: str
    value: str = ""
    needed: bool = False
    placeholder: str = ""
    options: Sequence[str] = ()  # where the value is one of these
    proposed: bool = False


class Again(NamedTuple):
    """What a screen needs to open a form again (`FramedScreen.open_again`): its name for the form, and what the form
    is about, as JSON holds it."""

    name: str
    about: Any = None


class Form(Dialog[dict[str, str]]):
    """Fields to fill. Enter goes to the next needed empty field and then does `act`, whose refusal is shown in the
    form, which stays; esc leaves. Gives the values once `act` has gone well (without `act` at once).

    With `again`, text that was typed when the connection was lost comes back with the form at the next start."""

    app: StagewatchApp  # but for forms without `again`, which any app may show

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        act: Callable[[dict[str, str]], Awaitable[None]] | None = None,
        *,
        note: str = "",
        again: Again | None = None,
    ) -> None:
        super().__init__()
        self._title, self._fields, self._act, self._note, self.again = title, list(fields), act, note, again
        self.left: dict[str, str] = {}  # what stood in the fields when it was left with esc

    def compose(self) -> ComposeResult:
        typed = self.app.take_unsaved(self.again) if self.again is not None else {}
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            if self._note:
                yield Static(plain(self._note))
            with VerticalScroll(classes="dialog-body", can_focus=False), Grid(id="fields"):
                for field in self._fields:
                    yield Label(plain(field.label))
                    value = typed.get(field.name, field.value)
                    entry = Input(value=value, id=f"field-{field.name}", compact=True, select_on_focus=field.proposed and value == field.value)
                    entry.placeholder = plain(field.placeholder).plain
                    yield OneOf(entry.value, field.options, id=f"field-{field.name}") if field.options else entry
            yield Static(id="refusal")
            choosing = any(field.options for field in self._fields)
            hint = _("enter: do it   tab: next field   ← →: choose   esc: leave") if choosing else _("enter: do it   tab: next field   esc: leave")
            yield Static(plain(hint, "dim"))

    def values(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#field-{field.name}", Input).value.strip() for field in self._fields}

    def unsaved(self) -> dict[str, Any] | None:
        """What to keep of the form when the program is cut off; None where nothing was typed."""
        values = self.values()
        if self.again is None or values == {field.name: field.value for field in self._fields}:
            return None
        return {"name": self.again.name, "about": self.again.about, "values": values}

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.app.screen is not self:
            return  # a second enter that was typed ahead: it is done
        values = self.values()
        for field in self._fields:
            if field.needed and not values[field.name]:
                self.query_one(f"#field-{field.name}", Input).focus()
                self.tell(_("{field} is needed.").format(field=field.label))
                return
        if self._act is not None:
            try:
                await self._act(values)
            except StagewatchError as error:
                self.tell(error.message)
                return
        await self._forget()
        self.dismiss(values)

    async def action_dismiss_none(self) -> None:
        self.left = self.values()
        await self._forget()
        self.dismiss(None)

    async def _forget(self) -> None:
        """Answered: it does not come back at the next start."""
        if self.again is not None:
            await self.app.forget_form()


class Notice(Dialog[None]):
    """Lines to read; any of esc, enter, q or ? leaves."""

    def __init__(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> ComposeResult:
        width = min(24, max((len(left) for left, _right in self._lines), default=0))
        room = max(20, min(self.app.size.width, WIDEST) - PADDING - width - 3)
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            parts: list[str | tuple[str, str]] = []
            for left, right in self._lines:
                lines = wrap(right, room) or [""]
                for number, line in enumerate(lines):
                    parts += [(f"{'' if number else left:<{width}}  " if width else "", "bold"), f"{line}\n"]
            with VerticalScroll(classes="dialog-body"):
                yield Static(styled(*parts))
            yield Static(plain(_("esc: leave"), "dim"))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "q", "й", "question_mark", "comma", "f1"):
            event.stop()
            self.dismiss(None)
