"""Durations are whole seconds; these read and write them."""

from __future__ import annotations

import re

from models.values.errors import Usage
from models.values.language import _

UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(min|[smhdw])")


def parse_duration(text: str) -> int:
    """Seconds of `5d`, `90m`, `2h30m`, `1.5h`, `3w` or `1:30` (hours and minutes). Raises Usage `bad_duration`."""
    said = text.strip().lower()
    clock = re.fullmatch(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?", said)
    if clock:
        hours, minutes, seconds = clock.groups(default="0")
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    parts = _PART.findall(said)
    if not parts or _PART.sub("", said).strip():
        raise Usage("bad_duration", _("{text} is no duration; write 5d, 90m, 2h30m or 1:30.").format(text=repr(text)))
    thousandths = sum(_thousandths(number) * UNITS[unit] for number, unit in parts)
    return thousandths // 1000


def _thousandths(number: str) -> int:
    whole, _dot, fraction = number.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0") or 0)


def clock_text(seconds: int) -> str:
    """`h:mm:ss`, as a stopwatch shows it."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def short_age(seconds: int) -> str:
    """The largest whole unit, at most 6 cells: `9 d`, `3 h`, `5 min`."""
    if seconds >= 86400:
        return _("{count} d").format(count=seconds // 86400)
    if seconds >= 3600:
        return _("{count} h").format(count=seconds // 3600)
    return _("{count} min").format(count=max(seconds, 0) // 60)
