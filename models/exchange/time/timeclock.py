"""hledger's timeclock: `i` opens, `o` closes. Our own files say in a comment whose time follows, and write each offset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from models.exchange.files import BadCell
from models.exchange.time.piece import TWICE, Faulty, Piece, Read, checked_year, local_instant, second_time
from models.values.instants import Instant, from_datetime
from models.values.language import _
from models.values.text import STEERING, quoted

NOTHING = "-"  # a part of an account that stands for none
UNASSIGNED = "unassigned"
EMPLOYEE = "; employee: "

LINE = re.compile(
    r"(?P<code>[iIoO])\s+(?P<date>(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2}))"
    r"\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?P<offset>[+-]\d{4})?(?:\s+(?P<rest>\S.*))?\s*",
    re.ASCII,
)
_SPACES = re.compile(r"\s+")
IGNORED = re.compile(r"\s*(?:[;#*]|[bh](?:\s|$))|\s*$")


class _Open:
    def __init__(self, piece: Piece, account: str) -> None:
        self.piece, self.account = piece, account


def is_timeclock(line: str) -> bool:
    return LINE.fullmatch(line) is not None


def pieces(text: str, zone_name: str) -> Iterator[Read]:
    """Each `i` is a row, as is a line that cannot be read or closes nothing. An `o` with an account closes that one,
    another the latest; what is left open stays so."""
    row, user = 0, ""
    pending: list[_Open] = []
    for line in text.splitlines():
        if line.lower().startswith(EMPLOYEE):
            yield from (one.piece for one in pending)
            user, pending = line[len(EMPLOYEE) :].strip(), []
            continue
        if IGNORED.match(line):
            continue
        found = LINE.fullmatch(line)
        if found is None or found["code"] in "iI":
            row += 1
        try:
            if found is None:
                raise BadCell("", line, _("{text} is no line of a timeclock.").format(text=quoted(line)))
            at, moment, twice = _instant(found, zone_name)
            account, note, billable = _rest(found["rest"] or "")
            if found["code"] in "iI":
                client, project, task = parts(account, as_part(user))
                piece = Piece(
                    row, user=user, client=client, project=project, task=task, note=note, start=at,
                    billable=billable, marks=TWICE if twice else "", zone_name=zone_name,
                )
                pending.append(_Open(piece, account))
                continue
            named = [one for one in pending if not account or one.account == account]
            if not named:
                row += 1
                raise BadCell("", line, _("{text} closes nothing that is open.").format(text=quoted(line)))
            pending.remove(named[-1])
            piece = named[-1].piece
            if twice and piece.start is not None and at < piece.start:
                at = second_time(moment, zone_name)
            yield piece._replace(end=at, marks=TWICE if twice or piece.marks else "")
        except BadCell as cell:
            yield Faulty(row, cell)
    yield from (one.piece for one in pending)


def as_part(name: str) -> str:
    """A name as a part of an account: one space at most, no colon, no semicolon; "" where nothing is left."""
    return one_line(name.replace(":", "-").replace(";", ","))


def one_line(text: str) -> str:
    """On one line, spaces folded, without what would steer a terminal."""
    return _SPACES.sub(" ", STEERING.sub("", text)).strip()


def parts(account: str, user: str = "") -> tuple[str, str, str]:
    """Client, project and task of `client:deal:service`; what comes after a third colon stays with the service, but for
    the `user` whose time it is."""
    if user and account.endswith(f":{user}") and (account.count(":") > 2 or account.startswith(f"{UNASSIGNED}:")):
        account = account.removesuffix(f":{user}")
    if account in ("", UNASSIGNED):
        return "", "", ""
    client, project, task = (*account.split(":", 2), "", "")[:3]
    return _said(client), _said(project), _said(task)


def _said(part: str) -> str:
    text = part.strip()
    return "" if text in (NOTHING, UNASSIGNED) else text


def _instant(found: re.Match[str], zone_name: str) -> tuple[Instant, datetime, bool]:
    said = found[0].strip()
    try:
        moment = datetime(
            int(found["year"]), int(found["month"]), int(found["day"]), int(found["hour"]), int(found["minute"]),
            int(found["second"] or 0),
        )
    except ValueError:
        raise BadCell("date", said, _("{text} is no date.").format(text=quoted(said))) from None
    checked_year(moment, "date", said)
    if not found["offset"]:
        return *_with_moment(local_instant(moment, zone_name, "date", said), moment),
    sign, hours, minutes = found["offset"][0], int(found["offset"][1:3]), int(found["offset"][3:])
    if hours > 23 or minutes > 59:
        raise BadCell("timezone", found["offset"], _("{text} is no offset from UTC.").format(text=quoted(found["offset"])))
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    return from_datetime(moment.replace(tzinfo=timezone(offset))), moment, False


def _with_moment(known: tuple[Instant, bool], moment: datetime) -> tuple[Instant, datetime, bool]:
    return known[0], moment, known[1]


def _rest(said: str) -> tuple[str, str, bool]:
    """Account, note, and whether it is billable, of what stands after the time."""
    words, _semicolon, comment = said.partition(";")
    account, _gap, note = words.strip().partition("  ")
    return account.strip(), note.strip(), "billable:no" not in comment.replace(" ", "").lower()
