"""The day as a bar: what was worked, where the gaps are."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from models.timekeeping.views.timesheet import DaySheet
from models.values.instants import SECOND, local_datetime
from tui.widgets.words import symbol

HOUR = 3600 * SECOND
EARLIEST, LATEST = 8, 19  # hours that are always in view
Part = tuple[str, str]


def day_bar(sheet: DaySheet, width: int) -> tuple[str, list[Part]]:
    """The line of hours and the line of blocks, `width` cells each: neighbours in two shades, what runs in the timer's
    colour, what is not billable thin, gaps as dots."""
    first, last = sheet.begins + EARLIEST * HOUR, sheet.begins + LATEST * HOUR
    for piece in sheet.pieces:
        first, last = min(first, piece.start // HOUR * HOUR), max(last, -(-piece.end // HOUR) * HOUR)
    first, last = max(sheet.begins, first), min(sheet.ends, last)
    return _hours(sheet, first, last, width), _blocks(sheet, first, last, width)


def _hours(sheet: DaySheet, first: int, last: int, width: int) -> str:
    """The hours on the clock above their places, as many as there is room for."""
    line, free = [" "] * width, 0
    for hour in range(first, last, HOUR):
        place = (hour - first) * width // (last - first)
        text = f"{local_datetime(hour, sheet.zone):%-H}"
        if place >= free and place + cell_len(text) <= width:
            line[place : place + len(text)] = text
            free = place + len(text) + 2
    return "".join(line)


def _blocks(sheet: DaySheet, first: int, last: int, width: int) -> list[Part]:
    signs: list[Part] = [(symbol("·"), "dim")] * width
    for number, piece in enumerate(sheet.pieces):
        if piece.end <= piece.start:
            continue
        begin = (piece.start - first) * width // (last - first)
        end = max(begin + 1, (piece.end - first) * width // (last - first))
        sign = symbol("▄") if not piece.entry.billable else symbol("█") if number % 2 == 0 else symbol("▓")
        style = "$success" if piece.entry.ended_at is None else "$accent"
        signs[begin : min(end, width)] = [(sign, style)] * (min(end, width) - begin)
    return _joined(signs)


def _joined(signs: Sequence[Part]) -> list[Part]:
    found: list[Part] = []
    for text, style in signs:
        if found and found[-1][1] == style:
            found[-1] = (found[-1][0] + text, style)
        else:
            found.append((text, style))
    return found
