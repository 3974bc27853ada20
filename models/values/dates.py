"""Days and times of day as the language writes them."""

from __future__ import annotations

from datetime import date

from models.values.cldr import DAYS, MONTHS, MONTHS_IN_FULL
from models.values.instants import Instant, local_datetime
from models.values.language import current_language


def day_text(day: date, today: date | None = None) -> str:
    """`15 Dec`; with the year where it is not that of `today`."""
    text = f"{day.day} {MONTHS[current_language()][day.month - 1]}"
    return text if today is None or today.year == day.year else f"{text} {day.year}"


def full_day(day: date) -> str:
    """`Monday 23 November`."""
    language = current_language()
    return f"{DAYS[language][day.weekday()]} {day.day} {MONTHS_IN_FULL[language][day.month - 1]}"


def time_text(instant: Instant, zone_name: str) -> str:
    """`15:00`."""
    return f"{local_datetime(instant, zone_name):%H:%M}"


def moment_text(instant: Instant, zone_name: str, today: date) -> str:
    """`15:00` on the day itself, otherwise `15 Dec`."""
    local = local_datetime(instant, zone_name)
    return f"{local:%H:%M}" if local.date() == today else day_text(local.date(), today)
