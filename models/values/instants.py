"""Instants are whole microseconds since the epoch in UTC; days belong to a time zone."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, lru_cache

from models.values.errors import Usage
from models.values.language import _
from models.values.text import quoted

Instant = int
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 3600 * SECOND
CLOCK_TOLERANCE = 5 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 1900, 2199

_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime(EARLIEST, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND
_BEYOND = (datetime(LATEST + 1, 1, 1, tzinfo=UTC) - EPOCH) // _MICROSECOND


@cache
def _instant_pattern() -> re.Pattern[str]:
    """What `datetime.fromisoformat` is given: it takes any letter between day and time, week numbers, bare hours."""
    offset = r"(?: ?(?:Z|z|[+-]\d\d(?::?\d\d)?))?"
    return re.compile(
        rf"\d{{4}}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{{1,9}})?)?{offset})?"
        rf"|\d{{8}}(?:[Tt]\d{{4}}(?:\d\d)?{offset})?",
        re.ASCII,
    )


def now() -> Instant:
    """This instant by the host's clock."""
    return time.time_ns() // 1000


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone called `name`, as in `Europe/Berlin`. Raises Usage `bad_timezone`."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Usage(
            "bad_timezone",
            _("There is no time zone {name}; write it as Europe/Berlin.").format(name=quoted(name)),
        ) from None


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime; subtraction in UTC, whole microseconds."""
    return (moment.astimezone(UTC) - EPOCH) // _MICROSECOND


def local_datetime(instant: Instant, zone_name: str) -> datetime:
    """The aware datetime of `instant` in that zone."""
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone(zone_name))


def local_day(instant: Instant, zone_name: str) -> date:
    """The calendar day of `instant` in that zone."""
    return local_datetime(instant, zone_name).date()


class LocalDays:
    """The calendar days of many instants in one zone: asks for the zone's offset once a day of UTC."""

    def __init__(self, zone_name: str) -> None:
        self._zone_name = zone_name
        self._offsets: dict[int, int | None] = {}
        self._days: dict[int, date] = {}

    def day(self, instant: Instant) -> date:
        number = instant // DAY
        try:
            offset = self._offsets[number]
        except KeyError:
            offset = self._offsets[number] = self._offset_throughout(number)
        if offset is None:
            return local_day(instant, self._zone_name)
        number = (instant + offset) // DAY
        found = self._days.get(number)
        if found is None:
            found = self._days[number] = EPOCH.date() + timedelta(days=number)
        return found

    def _offset_throughout(self, number: int) -> int | None:
        """The offset that holds all that day of UTC; None where a clock change lies in it."""
        first, last = (
            local_datetime(instant, self._zone_name).utcoffset() for instant in (number * DAY, (number + 1) * DAY)
        )
        return first // _MICROSECOND if first is not None and first == last else None


def day_start(day: date, zone_name: str) -> Instant:
    """The first instant of `day` in that zone: of a midnight that comes twice the first, of one that a clock change
    leaves out the change itself."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)))


def day_end(day: date, zone_name: str) -> Instant:
    """The instant at which the next day begins."""
    return day_start(day + timedelta(days=1), zone_name)


def parse_instant(text: str, zone_name: str) -> Instant:
    """ISO 8601 with offset or `Z`, or local time in `zone_name`, or a date (its midnight there). Years 1900 to 2199.

    A local time that comes twice means the first; one that a clock change leaves out is read with the offset before
    it. Raises Usage `bad_instant`.
    """
    said = text.strip()
    if _instant_pattern().fullmatch(said):
        try:
            moment = datetime.fromisoformat(
                said.upper().replace(" Z", "Z").replace(" +", "+").replace(" -", "-")
            )
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone(zone_name))
            instant = from_datetime(moment)
            if _FIRST <= instant < _BEYOND:
                return instant
        except (ValueError, OverflowError):
            pass
    raise Usage(
        "bad_instant",
        _("{text} is no point in time; write it as 2026-11-24T09:30 or 2026-11-24T09:30:00+01:00.").format(
            text=quoted(said)
        ),
    )


def typed(text: str) -> str:
    """What a person typed into a form: `24.11.2026`, with or without a time behind it, as `2026-11-24`; all else as it is."""
    said = text.strip()
    found = re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?![^Tt ])", said, re.ASCII)
    if found is None:
        return text
    day, month, year = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}{said[found.end():]}"


def parse_past(text: str, now: Instant, zone_name: str) -> Instant:
    """An instant as `parse_instant` reads it, how long ago (`-15m`), or a time of today (`9:30`).

    Raises Usage `bad_instant`, `bad_duration`.
    """
    said = text.strip()
    if said.startswith("-"):
        from models.values.durations import parse_duration

        return now - parse_duration(said[1:]) * SECOND
    if not re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", said, re.ASCII):
        return parse_instant(said, zone_name)
    try:
        return parse_instant(f"{local_day(now, zone_name).isoformat()}T{said:0>{8 if said.count(':') == 2 else 5}}", zone_name)
    except Usage:
        raise Usage("bad_instant", _("{text} is no time of day; write 9:30.").format(text=quoted(said))) from None


def parse_day(text: str) -> date:
    """`YYYY-MM-DD`, years 1900 to 2199. Raises Usage `bad_date`."""
    said = text.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", said, re.ASCII):
        try:
            day = date.fromisoformat(said)
            if EARLIEST <= day.year <= LATEST:
                return day
        except ValueError:
            pass
    raise Usage("bad_date", _("{text} is no date; write it as 2026-11-24.").format(text=quoted(said)))


def parse_month(text: str) -> date:
    """The first day of the month `YYYY-MM`, years 1900 to 2199. Raises Usage `bad_month`."""
    said = text.strip()
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", said, re.ASCII) and EARLIEST <= int(said[:4]) <= LATEST:
        return date.fromisoformat(f"{said}-01")
    raise Usage("bad_month", _("{text} is no month; write it as 2026-11.").format(text=quoted(said)))


def instant_text(instant: Instant) -> str:
    """ISO 8601 in UTC with `Z`; microseconds only where there are any."""
    return (EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


def never_back(at: Instant, *previous: Instant | None) -> tuple[Instant, bool]:
    """The later of `at` and the previous events, and whether the clock went back by more than 5 minutes."""
    latest = max((event for event in previous if event is not None), default=at)
    return max(at, latest), latest - at > CLOCK_TOLERANCE
