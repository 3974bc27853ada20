"""Days and times of day as the language writes them."""

from __future__ import annotations

from datetime import date

from models.values.cldr import DAYS, DAYS_IN_SHORT, MONTHS, MONTHS_ALONE, MONTHS_IN_FULL
from models.values.instants import Instant, local_datetime
from models.values.language import current_language


def day_text(day: date, today: date | None = None) -> str:
    """`15 Dec`; with the year where it is not that of `today`."""
    text = f"{day.day} {MONTHS[current_language()][day.month - 1]}"
    return text if today is None or today.year == day.year else f"{text} {day.year}"


def full_day(day: date) -> str:
    """`Monday 23 November`, `понедельник, 23 ноября`."""
    language = current_language()
    comma = "," if language == "ru" else ""
    return f"{DAYS[language][day.weekday()]}{comma} {day.day} {MONTHS_IN_FULL[language][day.month - 1]}"


def weekday_text(day: date) -> str:
    """`Mon`, `пн`."""
    return DAYS_IN_SHORT[current_language()][day.weekday()]


def weekday_names() -> tuple[str, ...]:
    """`Monday` to `Sunday`."""
    return DAYS[current_language()]


def month_text(day: date) -> str:
    """The month of `day` standing alone: `November 2026`, `ноябрь 2026`."""
    return f"{MONTHS_ALONE[current_language()][day.month - 1]} {day.year}"


def month_in_short(day: date, *, year: bool) -> str:
    """The month of `day` in three letters, for scales: `Nov`, `ноя`; with its `year` in two digits `Jan 27`."""
    name = MONTHS_ALONE[current_language()][day.month - 1][:3]
    return f"{name} {day:%y}" if year else name


def time_text(instant: Instant, zone_name: str) -> str:
    """`15:00`."""
    return f"{local_datetime(instant, zone_name):%H:%M}"


def day_time_text(instant: Instant, zone_name: str, today: date | None = None) -> str:
    """`15 Dec 15:00`; with the year where it is not that of `today`."""
    local = local_datetime(instant, zone_name)
    return f"{day_text(local.date(), today)} {local:%H:%M}"


def moment_text(instant: Instant, zone_name: str, today: date) -> str:
    """`15:00` on the day itself, otherwise `15 Dec`."""
    local = local_datetime(instant, zone_name)
    return f"{local:%H:%M}" if local.date() == today else day_text(local.date(), today)
