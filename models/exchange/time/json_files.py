"""The JSON of Watson (frames) and of Timewarrior (`timew export`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from models.exchange.files import BadCell
from models.exchange.time.piece import Faulty, Piece, Read, checked_year
from models.values.instants import EPOCH, SECOND, Instant, from_datetime
from models.values.language import _
from models.values.text import quoted

_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_LARGEST = (datetime(2199, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()


def watson(frames: list[Any]) -> Iterator[Read]:
    """`[start, stop, project, id, tags, updated_at]`, Unix seconds."""
    for row, frame in enumerate(frames, 1):
        try:
            if not isinstance(frame, list) or len(frame) < 4:
                raise BadCell("", str(frame), _("The row is no frame of Watson."))
            start, stop = _seconds(frame[0], "start"), _seconds(frame[1], "stop")
            tags = frame[4] if len(frame) > 4 and isinstance(frame[4], list) else []
            yield Piece(
                row, project=_text(frame[2]), note=_tagged("", tags), start=start, end=stop, own_id=_text(frame[3])
            )
        except BadCell as cell:
            yield Faulty(row, cell)


def timewarrior(intervals: list[Any]) -> Iterator[Read]:
    """Objects with start, end, tags and annotation. The first tag is the project; an interval is known by its start,
    since its number changes with each new one."""
    for row, one in enumerate(intervals, 1):
        try:
            if not isinstance(one, dict) or "start" not in one:
                raise BadCell("", str(one), _("The row is no interval of Timewarrior."))
            said = one.get("tags")
            tags: list[Any] = said if isinstance(said, list) else []
            start = _stamp(one["start"], "start")
            yield Piece(
                row, project=_text(tags[0]) if tags else "", note=_tagged(_text(one.get("annotation", "")), tags[1:]),
                start=start, end=_stamp(one["end"], "end") if one.get("end") else None, own_id=_text(one["start"]),
            )
        except BadCell as cell:
            yield Faulty(row, cell)


def _tagged(note: str, tags: list[Any]) -> str:
    return " ".join(filter(None, [note, *(f"+{_text(tag)}" for tag in tags)]))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _seconds(value: Any, field: str) -> Instant:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _LARGEST:
        raise BadCell(field, str(value), _("{text} is no point in time.").format(text=quoted(str(value))))
    return int(value) * SECOND


def _stamp(value: Any, field: str) -> Instant:
    said = _text(value)
    found = _STAMP.fullmatch(said)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = map(int, found.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise BadCell(field, said, _("{text} is no point in time.").format(text=quoted(said))) from None
    return from_datetime(checked_year(moment, field, said))
