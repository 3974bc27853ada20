"""The timesheet of one employee: a day with its gaps, a week as a grid, a month in totals.

Times are split at the local midnights of the employee: days of 23 and 25 hours have what passed in them. Money belongs
to the day an entry began on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from models.people.rules import covers, readable
from models.storage.database import database
from models.timekeeping.views.entries import ENTRIES, Entry, as_entries, planned_after
from models.timekeeping.views.prices import Priced, billed, prices
from models.values.errors import NotFound
from models.values.instants import SECOND, Instant, day_start, local_day
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

# No entry is longer than a day but one that runs, or was forgotten; both are looked for apart.
LONGEST = 25 * 3600 * SECOND


class Piece(NamedTuple):
    """What of an entry lies in the day: `start`, `end` within it (`end` at most now while it runs), and its price as a whole on
    the day it began, None on the days after and where the actor may not see it."""

    entry: Entry
    start: Instant
    end: Instant
    price: Priced | None

    @property
    def seconds(self) -> int:
        return (self.end - self.start) // SECOND


class DaySheet(NamedTuple):
    """`begins` and `ends` are the day's midnights; `pieces` lie within, in order."""

    day: date
    employee_id: int
    employee: str
    zone: str
    begins: Instant
    ends: Instant
    at: Instant
    pieces: tuple[Piece, ...]

    @property
    def seconds(self) -> int:
        return sum(piece.seconds for piece in self.pieces)

    @property
    def billable(self) -> int:
        return sum(piece.seconds for piece in self.pieces if piece.entry.billable)

    @property
    def charges(self) -> dict[str, int]:
        return _charges(piece.price for piece in self.pieces)


class GridRow(NamedTuple):
    """One client, deal and service: seconds in each column, and what its entries come to."""

    client_id: int | None
    deal_id: int | None
    service: str | None
    client: str | None
    deal: str | None
    billable: bool
    columns: tuple[int, ...]
    charges: dict[str, int]

    @property
    def seconds(self) -> int:
        return sum(self.columns)


class Grid(NamedTuple):
    """Rows by client, deal and service; `starts` are the first days of the columns, `totals` their seconds; `unpriced`
    counts billable entries without a rate; `unbilled` is of the charges what stands on no invoice. `state` is that of the week of the first day, None where it was not handed in."""

    starts: tuple[date, ...]
    until: date
    employee_id: int
    employee: str
    zone: str
    today: date
    rows: tuple[GridRow, ...]
    totals: tuple[int, ...]
    billable: int
    charges: dict[str, int]
    unbilled: dict[str, int]
    unpriced: int
    state: str | None

    @property
    def seconds(self) -> int:
        return sum(self.totals)


def day_sheet(session: Session, day: date, employee_id: int | None = None) -> DaySheet:
    """One day of an employee whose time the actor may read. Raises NotFound."""
    number, login, zone = _employee(session, employee_id)
    begins, ends = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    now = session.now()
    found = _entries(session, number, begins, ends)
    priced = {one.id: one for one in prices(session, ids=[entry.id for entry in found])} if found else {}
    ended = _ends(found, number, now)
    pieces = []
    for entry in found:
        start, end = max(entry.started_at, begins), min(ended[entry.id], ends)
        price = priced.get(entry.id) if entry.started_at >= begins else None
        pieces.append(Piece(entry, start, max(start, end), price))
    return DaySheet(day, number, login, zone, begins, ends, now, tuple(pieces))


def grid(session: Session, starts: Sequence[date], until: date, employee_id: int | None = None) -> Grid:
    """The time of an employee whose time the actor may read, in columns that begin on the days `starts`, the last of which
    ends before `until` (`rules.calendar.columns`). Raises NotFound."""
    number, login, zone = _employee(session, employee_id)
    now = session.now()
    midnights = [day_start(day, zone) for day in (*starts, until)]
    found = _entries(session, number, midnights[0], midnights[-1])
    priced = {one.id: one for one in prices(session, ids=[entry.id for entry in found])} if found else {}
    sums: dict[tuple[object, ...], tuple[list[int], dict[str, int]]] = {}
    begun: list[Priced] = []
    ended = _ends(found, number, now)
    for entry in found:
        key = (entry.client_id, entry.deal_id, entry.service, entry.client, entry.deal, entry.billable)
        columns, charges = sums.setdefault(key, ([0] * len(starts), {}))
        _add_seconds(columns, entry.started_at, ended[entry.id], midnights)
        if entry.started_at >= midnights[0]:
            price = priced[entry.id]
            begun.append(price)
            _add_charge(charges, price)
    on_invoices = billed([price.id for price in begun])
    rows = [GridRow._make((*key, tuple(columns), charges)) for key, (columns, charges) in sums.items()]
    ordered = sorted(rows, key=lambda row: (row.client is None, row.client or "", row.deal or "", row.service or ""))
    return Grid(
        tuple(starts), until, number, login, zone, local_day(now, zone), tuple(ordered),
        tuple(sum(row.columns[place] for row in ordered) for place in range(len(starts))),
        sum(row.seconds for row in ordered if row.billable),
        _charges(begun), _charges(price for price in begun if price.id not in on_invoices), sum(price.billable and price.charge is None and not price.hidden for price in begun),
        _week_state(number, starts[0]),
    )  # fmt: skip


def members(session: Session) -> list[tuple[int, str]]:
    """Id and name of those whose time the actor may read, the actor first, then by name."""
    rows = database.execute_sql("SELECT id, name FROM employee ORDER BY name_key").fetchall()
    owners = readable(session.actor)
    seen = [(int(row[0]), str(row[1])) for row in rows if covers(owners, row[0])]
    return sorted(seen, key=lambda one: one[0] != session.actor.id)


def _employee(session: Session, employee_id: int | None) -> tuple[int, str, str]:
    number = session.actor.id if employee_id is None else employee_id
    row = database.execute_sql("SELECT login, timezone FROM employee WHERE id = ?", (number,)).fetchone()
    if row is None or not covers(readable(session.actor), number):
        raise NotFound(_("There is no employee {name} whose time you may see.").format(name=number))
    return number, row[0], row[1]


def _entries(session: Session, employee_id: int, since: Instant, until: Instant) -> list[Entry]:
    """The entries that share a second with [since, until), or begin in it, in order."""
    rest = """
        WHERE t.employee_id = ? AND t.started_at >= ? AND t.started_at < ?
            AND (t.started_at >= ? OR t.ended_at IS NULL OR t.ended_at > ?)
        ORDER BY t.started_at, t.id
    """
    rows = database.execute_sql(ENTRIES + rest, (employee_id, since - LONGEST, until, since, since)).fetchall()
    # What was left running, or forgotten, can have begun earlier. Entries do not overlap: it is the last one of any length.
    # The sign before started_at leaves what runs to the index of what runs, else all the employee's time is looked through.
    earlier = """
        WHERE t.id IN (
            SELECT id FROM time_entry WHERE employee_id = ? AND ended_at IS NULL AND +started_at < ?
            UNION SELECT id FROM (SELECT id, ended_at FROM time_entry WHERE employee_id = ? AND started_at < ?
                AND ended_at > started_at ORDER BY started_at DESC LIMIT 1) AS last WHERE ended_at > ?)
        ORDER BY t.started_at, t.id
    """
    before = since - LONGEST
    values = (employee_id, before, employee_id, before, since)
    return as_entries(session, [*database.execute_sql(ENTRIES + earlier, values).fetchall(), *rows])


def _ends(entries: Sequence[Entry], employee_id: int, now: Instant) -> dict[int, Instant]:
    """Where each entry ends; what runs ends now, or at the next entry planned ahead where that has begun."""
    now = now // SECOND * SECOND
    ends = {entry.id: entry.ended_at for entry in entries if entry.ended_at is not None}
    for entry in entries:
        if entry.ended_at is None:
            planned = planned_after(employee_id, entry.started_at)
            ends[entry.id] = max(entry.started_at, now if planned is None else min(now, planned))
    return ends


def _add_seconds(columns: list[int], start: Instant, end: Instant, midnights: Sequence[Instant]) -> None:
    """Add the seconds of [start, end) to the columns between whose midnights they lie."""
    start, end = max(start, midnights[0]), min(end, midnights[-1])
    place = bisect_right(midnights, start) - 1
    while start < end:
        until = min(end, midnights[place + 1])
        columns[place] += (until - start) // SECOND
        start, place = until, place + 1


def _add_charge(sums: dict[str, int], one: Priced | None) -> None:
    """Add what an entry comes to, where it comes to something, to sums by currency."""
    if one is not None and one.charge is not None:
        sums[one.charge.currency] = sums.get(one.charge.currency, 0) + one.charge.amount


def _charges(found: Iterable[Priced | None]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in found:
        _add_charge(sums, one)
    return sums


def _week_state(employee_id: int, monday: date) -> str | None:
    sql = "SELECT state FROM timesheet_week WHERE employee_id = ? AND monday = ?"
    row = database.execute_sql(sql, (employee_id, monday.isoformat())).fetchone()
    return None if row is None else str(row[0])
