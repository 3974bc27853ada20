"""Reading a CSV file row by row: encoding and delimiter are detected, nothing is held whole in memory."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.values.errors import Refused, Usage
from models.values.instants import Instant, parse_instant
from models.values.language import _
from models.values.text import quoted, search_key, shown

CHUNK = 1 << 18
LONGEST_CELL = 1 << 20
DELIMITERS = ",;\t|"
MOST_REJECTED = 1000

_DAY_FIRST = r"(?P<a>\d{1,2})(?P<mark>[./-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4})"
_YEAR_FIRST = r"(?P<y>\d{4})[./](?P<m>\d{1,2})[./](?P<d>\d{1,2})"
_TIME = r"(?:,?[ T]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))? ?(?P<half>[AaPp][Mm])?)?"
_LOCAL = re.compile(f"(?:{_DAY_FIRST}|{_YEAR_FIRST}){_TIME}", re.ASCII)


@dataclass(frozen=True)
class CsvFile:
    """A readable CSV file. `columns` are its header cells, stripped; it has `lines` lines, at least one."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    lines: int = 1

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Data rows numbered from 1, filled up with empty cells; blank lines, and the rows without a word that spreadsheets
        add at the end, do not count. Raises Refused `bad_file`."""
        for number, cells in enumerate(_cells(self.path, self.encoding, self.delimiter, skip=1), 1):
            if len(cells) < len(self.columns):
                cells += [""] * (len(self.columns) - len(cells))
            yield number, cells


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken: its number from 1, the column and value at fault, and why."""

    row: int
    column: str
    value: str
    reason: str

    def as_json(self) -> dict[str, object]:
        return {"row": self.row, "column": self.column, "value": self.value, "reason": self.reason}


class BadCell(Exception):
    """A cell or row that cannot be taken."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value[:200], reason


def bad_file(words: str, **facts: object) -> Refused:
    return Refused("bad_file", words.format(**facts))


def open_csv(path: Path, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
    """Look at a file and read its header. Raises Refused `bad_file`: missing, empty, binary, undecodable."""
    try:
        if not path.is_file():
            raise bad_file(_("There is no file {path}."), path=shown(str(path)))
        found = encoding_of(path, encoding)
        delimiter = delimiter or _delimiter(path, found)
    except OSError as error:
        raise bad_file(_("{path} cannot be read: {why}."), path=shown(str(path)), why=error.strerror) from None
    if len(delimiter) != 1:
        raise Usage("bad_delimiter", _("A delimiter is one character."))
    header = next(_cells(path, found, delimiter, skip=0), None)
    if header is None:
        raise bad_file(_("{path} is empty."), path=shown(str(path)))
    return CsvFile(path, found, delimiter, tuple(cell.strip() for cell in header), _lines(path))


def places(file: CsvFile, fields: Mapping[str, Iterable[str]], mapping: Mapping[str, str]) -> dict[str, int]:
    """Where each field stands: by `mapping` (field to column), else by the first known name that the file has.

    Raises Refused `bad_file` where a mapped column is missing, Usage `bad_map` for an unknown field.
    """
    keys = {column_key(column): place for place, column in reversed(list(enumerate(file.columns)))}
    found: dict[str, int] = {}
    for field in mapping:
        if field not in fields:
            raise Usage("bad_map", _("There is no field {field}.").format(field=quoted(field)))
    for field, names in fields.items():
        known = [key for key in map(column_key, (mapping[field],) if field in mapping else names) if key in keys]
        if known:
            found[field] = keys[known[0]]
        elif field in mapping:
            raise bad_file(_("The file has no column {column}."), column=quoted(mapping[field]))
    return found


def column_key(name: str) -> str:
    return search_key(name).replace(" ", "_")


class Dates:
    """Reads instants in the order of day and month that all `cells` together show.

    They are looked through only when a date that is not ISO 8601 comes.
    """

    def __init__(self, cells: Callable[[], Iterable[str]], zone: str, order: str | None = None) -> None:
        self._cells, self._zone = cells, zone
        self.order, self.told = order, order is not None
        self.ambiguous = False

    def instant(self, text: str) -> Instant:
        """Raises Usage `bad_instant`."""
        try:
            return parse_instant(text, self._zone)
        except Usage:
            found = _LOCAL.fullmatch(text.strip())
            if not found:
                raise
            try:
                moment = self._moment(found)
            except ValueError:
                raise Usage("bad_instant", _("{text} is no date.").format(text=quoted(text))) from None
            return parse_instant(moment.isoformat(), self._zone)

    def _moment(self, found: re.Match[str]) -> datetime:
        if found["y"]:
            year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
        else:
            year, first, second = int(found["year"]), int(found["a"]), int(found["b"])
            day, month = (first, second) if found["mark"] == "." or self._day_first() else (second, first)
        hour = int(found["hour"] or 0)
        if found["half"]:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
        return datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0))

    def _day_first(self) -> bool:
        if self.order is None:
            day_first = month_first = False
            for text in self._cells():
                found = _LOCAL.fullmatch(text.strip())
                if found and found["a"] and found["mark"] != ".":
                    day_first = day_first or int(found["a"]) > 12
                    month_first = month_first or int(found["b"]) > 12
            self.ambiguous = day_first == month_first
            self.order = "mdy" if month_first and not day_first else "dmy"
        return self.order == "dmy"


def file_dates(
    file: CsvFile, where: Mapping[str, int], fields: Iterable[str], zone: str, order: str | None
) -> Dates:
    """Reads the instants of a file, whose columns of dates are all written in one order of day and month."""
    columns = [where[field] for field in fields if field in where]
    return Dates(lambda: (cells[place] for _n, cells in file.rows() for place in columns), zone, order)


def encoding_of(path: Path, wanted: str | None) -> str:
    """The encoding in which the whole file can be read."""
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise bad_file(_("{path} is empty."), path=shown(str(path)))
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if wanted:
        try:
            name = codecs.lookup(wanted).name
            "".encode(name)
        except (LookupError, UnicodeError):
            raise Usage("bad_encoding", _("There is no encoding {name}.").format(name=quoted(wanted))) from None
        if name == "utf-8":
            name = "utf-8-sig"
    else:
        name = "utf-16" if utf16 else "utf-8-sig"
    failure, beyond_ascii = _undecodable(path, name)
    if failure is None:
        return name
    if wanted or utf16 or beyond_ascii:
        raise bad_file(
            _("{path} cannot be read as {encoding} (near byte {place})."),
            path=shown(str(path)), encoding=name.removesuffix("-sig"), place=failure,
        )
    failure, _seen = _undecodable(path, "cp1251")
    if failure is not None:
        raise bad_file(_("{path} is in no known encoding (near byte {place})."), path=shown(str(path)), place=failure)
    return "cp1251"


def _undecodable(path: Path, name: str) -> tuple[int | None, bool]:
    """Near which byte decoding fails (None: nowhere), and whether text beyond ASCII was read before it."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    at, beyond_ascii = 0, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                start = getattr(error, "start", 0)
                seen = getattr(error, "object", b"")[:start]
                return at + start, beyond_ascii or isinstance(seen, bytes) and not seen.isascii()
            if "\0" in text:
                raise bad_file(_("{path} is a binary file, no CSV."), path=shown(str(path)))
            beyond_ascii = beyond_ascii or not text.isascii()
            if not chunk:
                return None, beyond_ascii
            at += len(chunk)


def _delimiter(path: Path, encoding: str) -> str:
    """The one that splits the header most; outside of quotation marks."""
    with path.open(encoding=encoding, newline="") as file:
        line = re.sub(r'"[^"]*"', "", file.readline(CHUNK))
    return max(DELIMITERS, key=line.count)


def _cells(path: Path, encoding: str, delimiter: str, skip: int) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                if not any(cells):
                    continue
                if skip:
                    skip -= 1
                    continue
                yield cells
        except csv.Error as error:
            raise bad_file(
                _("{path} is no CSV file: line {line}: {why}."), path=shown(str(path)), line=reader.line_num, why=error
            ) from None


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return 1 + sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b""))
