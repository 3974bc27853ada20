"""Writing time as CSV, JSON, XLSX or hledger's timeclock: what the actor may read, with what it comes to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from models.exchange.time.timeclock import EMPLOYEE, NOTHING, UNASSIGNED, as_part, one_line
from models.people import views as people
from models.storage.database import database
from models.timekeeping.views.prices import Priced, prices
from models.values.instants import SECOND, Instant, instant_text, local_datetime
from models.values.money import as_json, plain_text
from models.values.text import STEERING, no_formula

if TYPE_CHECKING:
    from models.session import Session

COLUMNS = (
    "id", "employee", "client", "deal_id", "deal", "service", "start", "end", "seconds", "billable", "rounded_seconds",
    "rate", "charge", "currency", "note", "marks",
)  # fmt: skip
NAMES = """
    SELECT t.id, c.name, d.title, s.name, t.note, t.marks
    FROM time_entry t LEFT JOIN client c ON c.id = t.client_id LEFT JOIN deal d ON d.id = t.deal_id
        LEFT JOIN service s ON s.id = t.service_id
"""
TWINS = "SELECT client_id, title FROM deal GROUP BY client_id, title HAVING count(*) > 1"


class Line(NamedTuple):
    """An entry as it goes out; `zone` is the employee's."""

    priced: Priced
    employee: str
    zone: str
    client: str
    deal: str
    service: str
    note: str
    marks: str


def lines(
    session: Session,
    *,
    since: Instant | None = None,
    until: Instant | None = None,
    client_id: int | None = None,
    deal_id: int | None = None,
    employee_id: int | None = None,
) -> list[Line]:
    """The entries that the actor may read, in order of start; those that began in [since, until)."""
    with session.store.reading():
        priced = prices(
            session, employee_ids=None if employee_id is None else [employee_id], client_id=client_id, deal_id=deal_id,
            since=since, until=until,
        )
        staff = {person.id: person for person in people.people()}
        names = _names([one.id for one in priced])
    return [
        Line(one, staff[one.employee_id].login, staff[one.employee_id].timezone, *names[one.id]) for one in priced
    ]


def _names(ids: list[int]) -> dict[int, tuple[str, str, str, str, str]]:
    """Client, deal, service, note and marks by entry."""
    found: dict[int, tuple[str, str, str, str, str]] = {}
    for start in range(0, len(ids), 5000):
        some = ", ".join(map(str, ids[start : start + 5000]))
        for row in database.execute_sql(f"{NAMES} WHERE t.id IN ({some})").fetchall():
            found[row[0]] = (row[1] or "", row[2] or "", row[3] or "", row[4], row[5])
    return found


def as_csv(found: Iterable[Line]) -> bytes:
    """A header and a row each. Begin and end carry the employee's offset; a cell that a spreadsheet would take for a
    formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in found:
        writer.writerow([no_formula(cell) if isinstance(cell, str) else cell for cell in _row(line)])
    return text.getvalue().encode("utf-8", "replace")


def as_json_text(found: Iterable[Line]) -> bytes:
    document = {
        "entries": [
            {
                "id": one.id, "employee": line.employee, "client_id": one.client_id, "client": line.client or None,
                "deal_id": one.deal_id, "deal": line.deal or None, "service": line.service or None,
                "started_at": instant_text(one.started_at),
                "ended_at": None if one.ended_at is None else instant_text(one.ended_at),
                "seconds": one.seconds, "billable": one.billable, "rounded_seconds": one.rounded_seconds,
                "rate": as_json(one.rate), "charge": as_json(one.charge), "note": line.note,
                "marks": line.marks.split(),
            }
            for line in found
            for one in (line.priced,)
        ]
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return (STEERING.sub(lambda sign: json.dumps(sign[0])[1:-1], text) + "\n").encode("utf-8", "replace")


def as_xlsx(found: Iterable[Line]) -> bytes:
    """A sheet with times of the employee's clock, hours and amounts as numbers, and text that is never a formula."""
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    ) as book:
        sheet = book.add_worksheet("Time")
        when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        hours = book.add_format({"num_format": "0.00"})
        bold = book.add_format({"bold": True})
        for column, name in enumerate(XLSX_COLUMNS):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(1, 5, 18)
        sheet.set_column(6, 7, 20)
        for row, line in enumerate(found, 1):
            one = line.priced
            for column, text in (
                (1, line.employee), (2, line.client), (4, line.deal), (5, line.service), (9, _yes(one.billable)),
                (13, one.rate.currency if one.rate else ""), (14, line.note), (15, line.marks),
            ):  # fmt: skip
                sheet.write_string(row, column, _sheet_text(text))
            for column, at in ((6, one.started_at), (7, one.ended_at)):
                if at is not None:
                    sheet.write_datetime(row, column, local_datetime(at, line.zone).replace(tzinfo=None), when)
            sheet.write_number(row, 0, one.id)
            if one.deal_id is not None:
                sheet.write_number(row, 3, one.deal_id)
            sheet.write_number(row, 8, one.seconds / 3600, hours)
            sheet.write_number(row, 10, one.rounded_seconds / 3600, hours)
            for column, money in ((11, one.rate), (12, one.charge)):
                if money is not None:
                    sheet.write_number(row, column, float(plain_text(money).split()[0]))
    return content.getvalue()


XLSX_COLUMNS = tuple({"seconds": "hours", "rounded_seconds": "rounded_hours"}.get(name, name) for name in COLUMNS)


def as_timeclock(found: list[Line]) -> bytes:
    """hledger's timeclock, an employee after the other; the account is `client:deal:service`, with `-` for what is missing.

    Of several employees the login is a fourth part, so that nobody's time closes another's. An entry begins and ends in
    the offset of its beginning: so that it lasts as long as it did also where the clocks were changed within it. What
    runs stands at the end without its `o`; a file with several such has them as comments, since hledger allows one.
    """
    twins = {(client, title) for client, title in database.execute_sql(TWINS).fetchall()}
    people_of = sorted({line.employee for line in found})
    text: list[str] = []
    ordered = sorted(found, key=lambda line: (line.employee, line.priced.started_at, line.priced.id))
    running = [line for line in ordered if line.priced.ended_at is None]
    ended = [line for line in ordered if line.priced.ended_at is not None]
    for employee, mine in groupby(ended, key=lambda line: line.employee):
        text.append(EMPLOYEE + one_line(employee))
        for line in mine:
            account = _account(line, twins, len(people_of) > 1)
            text += [_open(line, account), f"o {_clock(line, line.priced.ended_at or 0)} {account}"]
    for line in running:
        comment = "; runs: " if len(running) > 1 else ""
        text.append(EMPLOYEE + one_line(line.employee))
        text.append(comment + _open(line, _account(line, twins, len(people_of) > 1)))
    return "".join(f"{line}\n" for line in text).encode("utf-8", "replace")


def _open(line: Line, account: str) -> str:
    note = one_line(line.note).replace(";", ",")
    comment = "" if line.priced.billable else "  ; billable:no"
    return f"i {_clock(line, line.priced.started_at)} {account}{f'  {note}' if note else ''}{comment}"


def _clock(line: Line, at: Instant) -> str:
    """Date, time and offset of the employee's clock, as it went when the entry began."""
    begun = local_datetime(line.priced.started_at, line.zone)
    offset = begun.utcoffset()
    assert offset is not None
    local = local_datetime(at + int(offset.total_seconds()) // 60 * 60 * SECOND, "UTC")
    minutes = int(offset.total_seconds()) // 60
    sign, size = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{local:%Y-%m-%d %H:%M:%S}{sign}{size // 60:02}{size % 60:02}"


def _account(line: Line, twins: set[tuple[int, str]], several: bool) -> str:
    one = line.priced
    if one.client_id is None:
        parts = [UNASSIGNED]
    else:
        deal = line.deal
        if one.deal_id is not None and (not deal or (one.client_id, deal) in twins):
            deal = f"#{one.deal_id}"
        parts = [*(as_part(name) or NOTHING for name in (line.client, deal, line.service))]
    return ":".join(parts + ([as_part(line.employee)] if several else []))


def _row(line: Line) -> list[Any]:
    one = line.priced
    return [
        one.id, line.employee, line.client, "" if one.deal_id is None else one.deal_id, line.deal, line.service,
        _iso(one.started_at, line.zone), "" if one.ended_at is None else _iso(one.ended_at, line.zone), one.seconds,
        _yes(one.billable), one.rounded_seconds, "" if one.rate is None else plain_text(one.rate).split()[0],
        "" if one.charge is None else plain_text(one.charge).split()[0], one.rate.currency if one.rate else "", line.note,
        line.marks,
    ]  # fmt: skip


def _iso(at: Instant, zone: str) -> str:
    return local_datetime(at, zone).isoformat(timespec="seconds")


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _sheet_text(text: str) -> str:
    return STEERING.sub("\ufffd", text)


FORMATS: dict[str, Callable[[list[Line]], bytes]] = {
    "csv": as_csv, "json": as_json_text, "xlsx": as_xlsx, "timeclock": as_timeclock,
}  # fmt: skip
