"""The one door for text: whatever a widget shows comes through `plain`, `styled` or `cells`, never as markup."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from models.values.language import _
from models.values.text import shown, shown_lines


def plain(text: object, style: str = "") -> Content:
    """`text` as it is, harmless: no markup is read, nothing in it steers the terminal. Line breaks stay."""
    return Content.styled(shown_lines(str(text)), style)


def styled(*parts: str | tuple[str, str]) -> Content:
    """Texts one after another, each alone or with a style such as `"bold"` or `"$warning"`."""
    return Content.assemble(
        *(plain(part) if isinstance(part, str) else plain(part[0], part[1]) for part in parts)
    )


def cells(text: str, width: int, *, right: bool = False) -> str:
    """`text`, harmless, in exactly `width` cells: cut with `…`, padded with spaces (`right`: at the left)."""
    if width <= 0:
        return ""
    text = shown(text)
    size = len(text) if text.isascii() else cell_len(text)
    if size > width:
        text = set_cell_size(text, width - 1) + symbol("…")
        size = width
    pad = " " * (width - size)
    return pad + text if right else text + pad


# What the Linux console and terminals without UTF-8 cannot show, and what stands for it in as many cells.
ASCII = {
    "…": "~",
    "◷": "@",
    "·": "-",
    "‖": "=",
    "▌": "|",
    "▸": ">",
    "▾": "v",
    "→": ">",
    "←": "<",
    "✓": "v",
    "☐": "o",
    "◆": "#",
    "●": "O",
    "‹": "<",
    "›": ">",
    "─": "-",
    "│": "|",
    "↩": "<",
    "↑": "^",
    "↓": "v",
    "○": "o",
    "≡": "=",
    "█": "#",
}
_ascii = False


def use_ascii(on: bool) -> None:
    """Draw signs from ASCII from now on."""
    global _ascii
    _ascii = on


def symbol(sign: str) -> str:
    """The sign itself, or its stand-in of the same width where the terminal lacks it."""
    return ASCII.get(sign, sign) if _ascii else sign


def activity_kinds() -> dict[str, str]:
    """What an activity may be, in words."""
    return {"call": _("call"), "meeting": _("meeting"), "mail": _("mail"), "task": _("task"), "note": _("note")}
