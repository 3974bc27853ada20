"""Durations are whole seconds; these read and write them."""

from __future__ import annotations

import re

from models.values.errors import Usage
from models.values.language import _
from models.values.text import quoted

LONGEST = 100 * 366 * 86400
HOUR, DAY = 3600, 86400
UNITS = {"s": 1, "m": 60, "min": 60, "h": HOUR, "d": DAY, "w": 7 * DAY}
_RUSSIAN_UNITS = {
    "с": 1,
    "сек": 1,
    "м": 60,
    "мин": 60,
    "ч": HOUR,
    "д": DAY,
    "дн": DAY,
    "н": 7 * DAY,
    "нед": 7 * DAY,
}
_ALL_UNITS = UNITS | _RUSSIAN_UNITS


def parse_duration(text: str) -> int:
    """Seconds of `5d`, `90m`, `2h30m`, `1.5h`, `3w` or `1:30` (hours and minutes); Russian units too (`2ч 30м`).

    Each unit once, the larger first; at most 100 years. Raises Usage `bad_duration`.
    """
    said = text.strip().lower()
    seconds = _clock_seconds(said)
    if seconds is None:
        seconds = _unit_seconds(said)
    if seconds is None or seconds > LONGEST:
        raise Usage(
            "bad_duration",
            _("{text} is no duration; write 5d, 90m, 2h30m or 1:30.").format(text=quoted(said)),
        )
    return seconds


def parse_hours(text: str) -> int:
    """As `parse_duration`, where a number alone means hours: `1.5` and `1,5` are 1:30. At most 25 hours, the longest day.
    Raises Usage `bad_duration`."""
    said = text.strip().lower()
    if re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,3})?", said):
        said += "h"
    seconds = parse_duration(said)
    if seconds > DAY + HOUR:
        raise Usage("bad_duration", _("{text} is more than a day has.").format(text=quoted(said)))
    return seconds


def _clock_seconds(said: str) -> int | None:
    clock = re.fullmatch(r"([0-9]{1,6}):([0-5][0-9])(?::([0-5][0-9]))?", said)
    if not clock:
        return None
    hours, minutes, seconds = clock.groups(default="0")
    return int(hours) * HOUR + int(minutes) * 60 + int(seconds)


def _unit_seconds(said: str) -> int | None:
    part_pattern = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,3}))?\s*([a-zа-я]+)\s*")
    thousandths, position, smallest = 0, 0, LONGEST
    while position < len(said):
        part = part_pattern.match(said, position)
        if not part or not 0 < _ALL_UNITS.get(part[3], 0) < smallest:
            return None
        smallest = _ALL_UNITS[part[3]]
        thousandths += int(part[1] + (part[2] or "").ljust(3, "0")) * smallest
        position = part.end()
    return (thousandths + 500) // 1000 if position else None


def clock_text(seconds: int) -> str:
    """`h:mm:ss`, as a stopwatch shows it."""
    sign, size = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{size // HOUR}:{size // 60 % 60:02}:{size % 60:02}"


def short_age(seconds: int) -> str:
    """The largest whole unit, days from 24 hours on, at most 6 cells: `9 d`, `3 h`, `42 min`."""
    if seconds >= DAY:
        return _("{count} d").format(count=seconds // DAY)
    if seconds >= HOUR:
        return _("{count} h").format(count=seconds // HOUR)
    return _("{count} min").format(count=max(seconds, 0) // 60)


def duration_text(seconds: int) -> str:
    """Exactly as `parse_duration` reads it, in days and smaller units: `7d`, `2h30m`, `0d`."""
    parts = [(seconds // DAY, "d"), (seconds // HOUR % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0d"


def words(seconds: int) -> str:
    """The two largest units, without the second where it is 0: `3 d 4 h`, `2 h`, `5 min`."""
    size = max(seconds, 0)
    days, hours, minutes = size // DAY, size // HOUR % 24, size // 60 % 60
    larger = days * DAY or hours * HOUR
    if not larger:
        return short_age(size)
    rest = hours * HOUR if days else minutes * 60
    return f"{short_age(larger)} {short_age(rest)}" if rest else short_age(larger)
