"""What every kind of file is read into: one piece of somebody's time, told in the file's own names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from models.exchange.files import BadCell
from models.values.errors import Usage
from models.values.instants import EARLIEST, LATEST, Instant, from_datetime, zone
from models.values.language import _
from models.values.text import quoted

HOUR, DAY = 3600, 86_400
LAID, CLOSED, TWICE = "laid", "closed", "twice"

_CLOCK = re.compile(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d)(?:[.,]\d{1,9})?)?", re.ASCII)
_DECIMAL = re.compile(r"\d{1,5}(?:[.,]\d{1,9})?|[.,]\d{1,9}", re.ASCII)
_UNITS = re.compile(r"(?:(\d{1,5}) ?(?:h|ч)\w*\.?)? ?(?:(\d{1,5}) ?(?:m|м)\w*\.?)? ?(?:(\d{1,6}) ?(?:s|с)\w*\.?)?")
_ISO_DURATION = re.compile(r"pt(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,6})(?:\.\d+)?s)?", re.ASCII)


class Piece(NamedTuple):
    """A row. Names are as the file has them, "" where it says nothing.

    `start` is empty where only the `day` (local, of the zone `zone_name`) and the `seconds` are known. `end` is empty for
    those and for what the file has as running. `own_id` is the format's own number, else "". `marks` as those of entries.
    """

    row: int
    user: str = ""
    mail: str = ""
    client: str = ""
    project: str = ""
    task: str = ""
    note: str = ""
    billable: bool = True
    start: Instant | None = None
    end: Instant | None = None
    day: date | None = None
    zone_name: str = ""
    seconds: int | None = None
    own_id: str = ""
    marks: str = ""


class Faulty(NamedTuple):
    """A row that cannot be taken, and why."""

    row: int
    cell: BadCell


Read = Piece | Faulty


def local_instant(moment: datetime, zone_name: str, field: str, said: str) -> tuple[Instant, bool]:
    """The instant of a clock on the wall, and whether the hour came twice (the first is meant).

    Raises BadCell for an hour that a clock change left out.
    """
    try:
        aware = moment.replace(tzinfo=zone(zone_name))
    except Usage as error:
        raise BadCell("timezone", zone_name, error.message) from None
    first, second = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    if first == second:
        return from_datetime(aware), False
    if aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) != moment:
        raise BadCell(field, said, _("There is no such time on that day: the clocks were put forward."))
    return from_datetime(aware), True


def second_time(moment: datetime, zone_name: str) -> Instant:
    """The later instant of a clock that came twice."""
    return from_datetime(moment.replace(tzinfo=zone(zone_name), fold=1))


def read_seconds(said: str, field: str) -> int:
    """Seconds of `1:30:00`, `1:30`, `1.5` or `1,5` (hours), `1h 30m`, `PT1H30M`. Raises BadCell."""
    text = said.strip().lower()
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = clock.groups(default="0")
        return int(hours) * HOUR + int(minutes) * 60 + int(seconds)
    if _DECIMAL.fullmatch(text):
        whole, _point, part = text.replace(",", ".").partition(".")
        nanos = int(whole or "0") * 10**9 + int((part or "0").ljust(9, "0"))
        return (nanos * HOUR + 5 * 10**8) // 10**9
    units = text and (_UNITS.fullmatch(text) or _ISO_DURATION.fullmatch(text))
    if units and any(units.groups()):
        hours, minutes, seconds = units.groups(default="0")
        return int(hours) * HOUR + int(minutes) * 60 + int(seconds)
    raise BadCell(field, said, _("{text} is no duration.").format(text=quoted(said)))


def checked_year(moment: datetime, field: str, said: str) -> datetime:
    """Raises BadCell for a year that is not kept."""
    if not EARLIEST < moment.year < LATEST:
        raise BadCell(field, said, _("{text} is no date.").format(text=quoted(said)))
    return moment


def next_day(day: date) -> date:
    return day + timedelta(days=1)
