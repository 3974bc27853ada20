"""The board as of a past day: its line with the days, and what the pane tells of a deal then."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from models.overview.board import Card
from models.values.dates import day_text, full_day
from models.values.durations import short_age
from models.values.instants import Instant, local_day
from models.values.language import _
from models.values.money import money_text
from tui.widgets.words import cells, styled, symbol

LEAST_TRACK = 8


def slider(first: date, day: date, today: date, width: int) -> Content:
    """The days from the first deal to today as a line of `width` cells, with `day` on it, and the keys that step."""
    left = f" {day_text(first, today)} "
    right = " " + _("today") + " "
    keys = _("[ ] day   { } week   b: back to now") + " "
    track = width - len(left) - len(right) - len(keys) - 2
    if track < LEAST_TRACK:
        keys, track = "", width - len(left) - len(right) - 2
    days = max(1, (today - first).days)
    at = max(0, min(track - 1, (day - first).days * (track - 1) // days))
    line = symbol("─")
    return styled(
        (left, "dim"), (line * at, "dim"), (symbol("●"), "bold $warning"), (line * (track - 1 - at), "dim"),
        (right, "dim"), ("  " + keys if keys else "", "dim"),
    )  # fmt: skip


def as_of_words(day: date, today: date) -> str:
    """What the header says: `as of Friday 20 November`, with the year where it is another."""
    said = full_day(day) if day.year == today.year else f"{full_day(day)} {day.year}"
    return _("as of {day}").format(day=said)


def stood(card: Card | None, at: Instant, zone: str, width: int) -> Content:
    """The deal under the cursor as it stood then."""
    if card is None:
        return styled("")
    name = card.client + (f" {symbol('·')} {card.title}" if card.title else "")
    since = day_text(local_day(card.entered_at, zone), local_day(at, zone))
    parts = [
        money_text(card.amount) if card.amount else "",
        _("here since {day}, {age}").format(day=since, age=short_age(card.lasted(at))),
        _("on hold then") if card.held else "",
    ]
    return styled(
        (cells(name, width).rstrip() + "\n", "bold"),
        cells(f" {symbol('·')} ".join(part for part in parts if part), width).rstrip() + "\n",
        (cells(_("So it stood then; commands wait for now (b)."), width).rstrip(), "dim"),
    )
