"""Instants are whole microseconds since the epoch in UTC; days belong to a time zone."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from models.values.errors import Usage
from models.values.language import _

Instant = int
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 3600 * SECOND
CLOCK_TOLERANCE = 5 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 1900, 2199


def now() -> Instant:
    """This instant by the host's clock."""
    return time.time_ns() // 1000


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The time zone called `name`. Raises Usage `bad_timezone`."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Usage("bad_timezone", _("There is no time zone {name}.").format(name=repr(name))) from None


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware datetime; subtraction in UTC, whole microseconds."""
    return (moment.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def local_datetime(instant: Instant, zone_name: str) -> datetime:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone(zone_name))


def local_day(instant: Instant, zone_name: str) -> date:
    return local_datetime(instant, zone_name).date()


def day_start(day: date, zone_name: str) -> Instant:
    """The first instant of `day` in that zone (of an hour that comes twice the first is meant)."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)))


def day_end(day: date, zone_name: str) -> Instant:
    """The instant at which the next day begins."""
    return day_start(day + timedelta(days=1), zone_name)


def parse_instant(text: str, zone_name: str) -> Instant:
    """ISO 8601 with offset or `Z`, or local time in `zone_name`, or a date (its midnight). Raises Usage `bad_instant`.

    A local time that comes twice means the first; one that a clock change leaves out is read with the offset before it.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or not EARLIEST <= moment.year <= LATEST:
        raise Usage(
            "bad_instant",
            _("{text} is no point in time; write it as 2026-11-24T09:30 or 2026-11-24T09:30:00+01:00.").format(
                text=repr(text)
            ),
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(zone_name))
    return from_datetime(moment)


def parse_day(text: str) -> date:
    """`YYYY-MM-DD`. Raises Usage `bad_date`."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day.year <= LATEST:
        raise Usage("bad_date", _("{text} is no date; write it as 2026-11-24.").format(text=repr(text)))
    return day


def instant_text(instant: Instant) -> str:
    """ISO 8601 in UTC with `Z`; microseconds only where there are any."""
    return (EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


def never_back(now: Instant, *previous: Instant | None) -> tuple[Instant, bool]:
    """The later of now and the previous events, and whether the clock went back by more than 5 minutes."""
    latest = max((at for at in previous if at is not None), default=now)
    return max(now, latest), latest - now > CLOCK_TOLERANCE
