"""Which program wrote a file of time: told by what is in it, never by its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from models.exchange.files import bad_file, encoding_of, open_csv
from models.exchange.taking import ImportOptions, told
from models.exchange.time import csvs, json_files, timeclock
from models.exchange.time.piece import Read
from models.values.errors import Usage
from models.values.language import _
from models.values.text import shown

LOOKED_AT = 1 << 16
PROGRAMS = {
    "toggl": "Toggl", "clockify": "Clockify", "kimai": "Kimai", "harvest": "Harvest", "solidtime": "solidtime",
    "watson": "Watson", "timewarrior": "Timewarrior", "timeclock": "hledger timeclock", "csv": "CSV",
}  # fmt: skip


class Found(NamedTuple):
    """A file that can be read: `pieces` takes the zone of local times. `lines` is about how many rows there are."""

    source: str
    pieces: Callable[[str], Iterator[Read]]
    notes: list[str]
    lines: int


def detect(path: Path, options: ImportOptions) -> Found:
    """Raises Refused `bad_file`, Usage `bad_map`, `bad_encoding`."""
    name = shown(str(path))
    try:
        if not path.is_file():
            raise bad_file(_("There is no file {path}."), path=name)
        encoding = encoding_of(path, options.encoding)
        with path.open(encoding=encoding, newline=None) as file:
            head = file.read(LOOKED_AT).lstrip("\ufeff \t\r\n")
            is_json = head[:1] in ("[", "{")
            is_clock = not is_json and _is_clock(head)
            text = ""
            if is_json or is_clock:
                file.seek(0)
                text = file.read().lstrip("\ufeff")
    except OSError as error:
        raise bad_file(_("{path} cannot be read: {why}."), path=name, why=error.strerror) from None
    if not is_json and not is_clock:
        file_of_time = csvs.look(open_csv(path, options.encoding, options.delimiter), options)
        found = Found(
            file_of_time.source, lambda zone: csvs.pieces(file_of_time, zone),
            told(file_of_time.file, file_of_time.where) + file_of_time.notes, file_of_time.file.lines,
        )
    else:
        if options.map:
            raise Usage("bad_map", _("Only a CSV file has columns to map."))
        told_encoding = [_("Encoding: {name}.").format(name=encoding.removesuffix("-sig"))]
        if is_clock:
            found = Found("timeclock", lambda zone: timeclock.pieces(text, zone), told_encoding, text.count("\n") + 1)
        else:
            found = _json(text, name, told_encoding)
    return found._replace(notes=[_("Read as: {name}.").format(name=PROGRAMS[found.source]), *found.notes])


def _is_clock(head: str) -> bool:
    lines = (line for line in head.splitlines() if not timeclock.IGNORED.match(line))
    return timeclock.is_timeclock(next(lines, ""))


def _json(text: str, name: str, notes: list[str]) -> Found:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise bad_file(_("{path} is no whole JSON document."), path=name) from None
    if not isinstance(content, list) or content and not isinstance(content[0], (list, dict)):
        raise bad_file(_("{path} has neither frames of Watson nor intervals of Timewarrior."), path=name)
    if content and isinstance(content[0], list):
        return Found("watson", lambda _zone: json_files.watson(content), notes, len(content))
    return Found("timewarrior", lambda _zone: json_files.timewarrior(content), notes, len(content))
