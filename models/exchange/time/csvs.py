"""The CSV exports of Toggl, Clockify, Kimai, Harvest and solidtime, and any other whose columns are known or mapped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from models.exchange.files import BadCell, CsvFile, bad_file, column_key, places
from models.exchange.names import Memo
from models.exchange.taking import ImportOptions
from models.exchange.time.piece import (
    TWICE,
    Faulty,
    Piece,
    Read,
    checked_year,
    local_instant,
    next_day,
    read_seconds,
    second_time,
)
from models.values.errors import Usage
from models.values.instants import SECOND, Instant, parse_instant, zone
from models.values.language import _
from models.values.text import quoted, search_key

# By field, what the programs call it (as `column_key` writes it); of several the first that the file has.
FIELDS: dict[str, tuple[str, ...]] = {
    "user": ("user", "user_name", "employee", "member", "username", "name", "login", "пользователь", "имя_пользователя", "имя", "сотрудник"),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "mail": ("email", "user_email", "e-mail", "mail", "эл._почта", "электронная_почта", "почта"),
    "client": ("client", "customer", "клиент", "заказчик"),
    "project": ("project", "deal", "проект", "сделка"),
    "task": ("task", "activity", "service", "задача", "деятельность", "активность", "вид_деятельности", "услуга"),
    "note": ("description", "notes", "note", "описание", "примечание", "заметка"),
    "billable": ("billable", "billable?", "оплачиваемый", "оплачиваемое", "оплачивается", "к_оплате"),
    "start": ("start", "started_at", "begin"),
    "end": ("end", "ended_at", "stop"),
    "start_day": ("start_date", "date", "дата"),
    "start_time": ("start_time", "from", "с", "начало", "от"),
    "end_day": ("end_date",),
    "end_time": ("end_time", "to", "до", "конец", "окончание"),
    "duration": (
        "duration", "duration_(h)", "hours", "duration_(decimal)", "time_(h)", "time_(decimal)", "seconds", "длительность",
        "продолжительность", "часы",
    ),
    "timezone": ("timezone", "time_zone", "zone", "часовой_пояс"),
    "id": ("external_id",),
}
# Kimai writes its columns in one order, whatever the language.
KIMAI = {
    "start_day": 0, "start_time": 1, "end_time": 2, "duration": 3, "user": 10, "mail": 11, "client": 13, "project": 14,
    "task": 15, "note": 16, "billable": 17,
}
YES = {"yes", "true", "1", "y", "да", "ja", "oui", "si", "sí", "billable", "x", "+"}
NO = {"no", "false", "0", "n", "нет", "nein", "non", "non-billable", "-"}

_DAY = re.compile(
    r"(?P<y>\d{4})(?P<s>[-./]?)(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)|(?P<a>\d\d?)(?P<mark>[./-])(?P<b>\d\d?)(?P=mark)(?P<year>\d{4})",
    re.ASCII,
)
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:\s*([AaPp])\.?[Mm]\.?)?", re.ASCII)
_WHOLE = re.compile(r"(\S+?)(?:[T,]\s*|\s+)(\d.*)")
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")


class TimeFile(NamedTuple):
    """A CSV of time: of which program, where its fields stand, and in which order its dates are written."""

    source: str
    file: CsvFile
    where: dict[str, int]
    order: str | None
    notes: list[str]


def look(file: CsvFile, options: ImportOptions) -> TimeFile:
    """Raises Refused `bad_file` where the columns tell no time."""
    where = places(file, FIELDS, options.map)
    source = _source({column_key(column) for column in file.columns})
    notes: list[str] = []
    if not _enough(where) and not options.map and _is_kimai_by_position(file):
        where, source = dict(KIMAI), "kimai"
        notes.append(_("The columns were taken as those of Kimai, by their order."))
    if not _enough(where):
        raise bad_file(
            _("{path} is no file of time that is known: a beginning, or a day and a duration, is missing; --map names their columns."),
            path=quoted(file.path.name),
        )
    order = options.date_order
    if order is None:
        order, told = _order(file, where)
        notes += told
    return TimeFile(source, file, where, order, notes)


def _source(keys: set[str]) -> str:
    if {"hours", "first_name", "last_name"} <= keys:
        return "harvest"
    if {"start_date", "start_time"} <= keys:
        return "toggl" if "duration" in keys else "clockify"
    if {"user_email", "start", "end"} <= keys:
        return "solidtime"
    if {"date", "from", "to"} <= keys or {"дата", "с", "до"} <= keys:
        return "kimai"
    return "csv"


def _enough(where: Mapping[str, int]) -> bool:
    day = "start_day" in where
    return "start" in where or day and ("start_time" in where or "duration" in where)


def _is_kimai_by_position(file: CsvFile) -> bool:
    if len(file.columns) < 18:
        return False
    first = next((cells for _number, cells in file.rows()), None)
    return first is not None and bool(
        _DAY.match(first[0].strip()) and _TIME.fullmatch(first[1].strip()) and re.match(r"\d", first[3].strip())
    )


def _order(file: CsvFile, where: Mapping[str, int]) -> tuple[str | None, list[str]]:
    """Whether the day or the month stands first, by all dates of the file; None where every date tells it itself.

    A date that neither order reads says nothing. Where no date tells, a clock with AM and PM speaks for the month.
    """
    places_of = [where[field] for field in ("start_day", "end_day", "start", "end") if field in where]
    clocks = [where[field] for field in ("start_time", "start", "end_time") if field in where]
    day_first = month_first = unclear = halves = False
    for _number, cells in file.rows():
        for place in places_of:
            found = _DAY.match(cells[place].strip())
            if found and found["a"] and found["mark"] != ".":
                a, b = int(found["a"]), int(found["b"])
                unclear = True
                day_first = day_first or 12 < a < 32 and b <= 12
                month_first = month_first or 12 < b < 32 and a <= 12
        halves = halves or any(cells[place].strip()[-1:] in ("M", "m") for place in clocks)
    if not unclear:
        return None, []
    if day_first and month_first:
        raise bad_file(_("{path} has dates with the day first and with the month first; --date-order says which is meant."), path=quoted(file.path.name))
    order = "mdy" if month_first or halves and not day_first else "dmy"
    words = _("month, day, year") if order == "mdy" else _("day, month, year")
    notes = [_("Order of dates: {order}.").format(order=words)]
    if not day_first and not month_first:
        notes.append(_("The dates do not tell day from month beyond doubt."))
    return order, notes


def pieces(found: TimeFile, zone_name: str) -> Iterator[Read]:
    """The rows of the file."""
    read = _reader(found, zone_name)
    for number, cells in found.file.rows():
        try:
            yield read(number, cells)
        except BadCell as cell:
            yield Faulty(number, cell)


def _reader(found: TimeFile, own_zone: str) -> Callable[[int, list[str]], Piece]:
    width, where = len(found.file.columns), found.where
    days: Memo = Memo(lambda said: _day(said[0], said[1], found.order))
    times: Memo = Memo(lambda said: _time(said[0], said[1]))
    zones: Memo = Memo(_zone)
    in_seconds = "duration" in where and column_key(found.file.columns[where["duration"]]) == "seconds"
    unit = "s" if in_seconds else ""
    ends = "end" in where or "end_time" in where

    def cell_of(cells: list[str], field: str) -> str:
        place = where.get(field)
        return cells[place].strip() if place is not None else ""

    def moment(said: str, field: str, zone_name: str) -> tuple[Instant, datetime | None, bool]:
        """Of a cell with day and time together."""
        if _OFFSET.search(said) and ":" in said:
            try:
                return _whole_second(parse_instant(said, zone_name)), None, False
            except Usage as error:
                raise BadCell(field, said, error.message) from None
        parts = _WHOLE.fullmatch(said)
        if not parts:
            raise BadCell(field, said, _("{text} is no point in time.").format(text=quoted(said)))
        local = datetime.combine(days[parts[1], field], times[parts[2].strip(), field])
        at, twice = local_instant(local, zone_name, field, said)
        return at, local, twice

    def read(row: int, cells: list[str]) -> Piece:
        if len(cells) > width and any(cells[width:]):
            raise BadCell("", cells[width], _("The row has more cells than the file has columns."))
        said = {field: cell_of(cells, field) for field in where}
        zone_name = zones[said.get("timezone", "")] or own_zone
        seconds = read_seconds(said["duration"] + unit, "duration") if said.get("duration") else None
        start: Instant | None = None
        end: Instant | None = None
        day: date | None = None
        end_local: datetime | None = None
        twice = twice_end = False
        if said.get("start"):
            start, _local, twice = moment(said["start"], "start", zone_name)
        elif said.get("start_day"):
            day = days[said["start_day"], "start_day"]
            if said.get("start_time"):
                local = datetime.combine(day, times[said["start_time"], "start_time"])
                start, twice = local_instant(local, zone_name, "start_time", said["start_time"])
        if start is None and day is None:
            raise BadCell("start", "", _("The row has no beginning."))
        if said.get("end"):
            end, end_local, twice_end = moment(said["end"], "end", zone_name)
        elif said.get("end_time") and start is not None and day is not None:
            end_day = days[said["end_day"], "end_day"] if said.get("end_day") else day
            end_local = datetime.combine(end_day, times[said["end_time"], "end_time"])
            if not said.get("end_day") and end_local.time() < local.time():
                end_local = datetime.combine(next_day(day), end_local.time())  # it went over midnight
            end, twice_end = local_instant(end_local, zone_name, "end_time", said["end_time"])
        if end is not None and start is not None and twice_end and end_local is not None:
            later = second_time(end_local, zone_name)
            if end < start or seconds is not None and abs(later - start - seconds * SECOND) < abs(end - start - seconds * SECOND):
                end = later
        if start is not None and end is None and seconds is not None and not (ends and seconds == 0):
            end = start + seconds * SECOND
        if start is None and seconds is None:
            raise BadCell("duration", "", _("The row has neither a beginning nor a duration."))
        user = said.get("user", "") or " ".join(filter(None, [said.get("first_name", ""), said.get("last_name", "")]))
        return Piece(
            row, user=user, mail=said.get("mail", ""), client=said.get("client", ""), project=said.get("project", ""),
            task=said.get("task", ""), note=said.get("note", ""), billable=_billable(said.get("billable", "")),
            start=start, end=end, day=day if start is None else None, zone_name=zone_name,
            seconds=seconds if start is None else None, own_id=said.get("id", ""),
            marks=TWICE if twice or twice_end else "",
        )

    return read


def _whole_second(at: Instant) -> Instant:
    return at // SECOND * SECOND


def _billable(said: str) -> bool:
    text = search_key(said)
    if not text or text in YES:
        return True
    if text in NO:
        return False
    raise BadCell("billable", said, _("{text} is neither yes nor no.").format(text=quoted(said)))


def _zone(said: str) -> str:
    if said:
        try:
            zone(said)
        except Usage as error:
            raise BadCell("timezone", said, error.message) from None
    return said


def _day(said: str, field: str, order: str | None) -> date:
    found = _DAY.fullmatch(said)
    try:
        if not found:
            raise ValueError
        if found["y"]:
            day = date(int(found["y"]), int(found["m"]), int(found["d"]))
        else:
            first, second = int(found["a"]), int(found["b"])
            day_first = found["mark"] == "." or order != "mdy"
            day = date(int(found["year"]), second if day_first else first, first if day_first else second)
    except ValueError:
        raise BadCell(field, said, _("{text} is no date.").format(text=quoted(said))) from None
    return checked_year(datetime.combine(day, time()), field, said).date()


def _time(said: str, field: str) -> time:
    """A time of day, also with AM or PM. Raises BadCell."""
    found = _TIME.fullmatch(said)
    try:
        if not found:
            raise ValueError
        hour = int(found[1])
        if found[4]:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if found[4] in "Pp" else 0)
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        raise BadCell(field, said, _("{text} is no time of day.").format(text=quoted(said))) from None
