"""The last line of defence: no control character within a text ever reaches the terminal, whatever widget drew it."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.strip import Strip

# C0 (but not what ends a line of ours), DEL, C1, and what turns the direction of the text around it.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_render = Strip.render


def guard() -> None:
    """Put the defence in place; calling it again changes nothing."""
    Strip.render = _guarded  # type: ignore[method-assign]


def _guarded(strip: Strip, console: object) -> str:
    for segment in strip._segments:
        if not segment.control and not segment.text.isascii() or not segment.text.isprintable():
            return _render(_cleaned(strip), console)  # type: ignore[arg-type]
    return _render(strip, console)  # type: ignore[arg-type]


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
