"""The last line of defence: no control character within a text ever reaches the terminal, whatever widget drew it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.console import Console

# C0 (but not what ends a line of ours), DEL, C1, and what turns the direction of the text around it.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_render = Strip.render


def guard() -> None:
    """Put the defence in place; calling it again changes nothing."""
    Strip.render = _guarded  # type: ignore[method-assign]  # to put another method in its place is what it is for


def _guarded(self: Strip, console: Console) -> str:
    for segment in self._segments:
        if not segment.control and not segment.text.isascii() or not segment.text.isprintable():
            return _render(_cleaned(self), console)
    return _render(self, console)


def _cleaned(strip: Strip) -> Strip:
    if not any(not segment.control and _STEERING.search(segment.text) for segment in strip._segments):
        return strip
    return Strip(
        [
            segment
            if segment.control
            else Segment(_STEERING.sub("\N{REPLACEMENT CHARACTER}", segment.text), segment.style)
            for segment in strip._segments
        ]
    )
