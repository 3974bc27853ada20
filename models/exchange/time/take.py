"""Holding the pieces of a file against each other and what the store has, and writing those that stand.

The store's own guard against overlaps is never the first to tell: each row that is in the way is rejected by name.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.exchange.files import BadCell
from models.exchange.names import Names, line
from models.exchange.taking import PROGRESS_ROWS, ImportOptions, ImportResult, Progress
from models.exchange.time.detect import Found
from models.exchange.time.piece import CLOSED, DAY, LAID, Faulty, Piece
from models.exchange.time.places import Places, Where, Who
from models.journal.commands import record
from models.people.commands import new_employee_named
from models.storage.database import database
from models.storage.staging import insert
from models.timekeeping.tables import Service
from models.values.instants import SECOND, Instant, day_end, day_start, local_day
from models.values.language import _
from models.values.text import search_key

if TYPE_CHECKING:
    from models.session import Session

NEW_ENTRIES = """
    time_entry (employee_id, client_id, deal_id, service_id, started_at, ended_at, billable, note, marks, source,
        external_id, created_at)
"""
KNOWN = "SELECT employee_id, external_id FROM time_entry WHERE source = ?"
EXISTING = """
    SELECT employee_id, started_at, ended_at, id FROM time_entry
    WHERE employee_id IN ({ids}) AND (ended_at IS NULL OR ended_at > started_at) ORDER BY started_at, id
"""
WEEKS = "SELECT employee_id, monday FROM timesheet_week WHERE state = 'approved'"
ENDLESS = 1 << 62
CHUNK = 1000

Key = int | str


class Row(NamedTuple):
    """A piece that is new, and where it belongs."""

    piece: Piece
    who: Who
    where: Where
    external_id: str


class Taken(NamedTuple):
    """Time of an employee that is taken already: by an entry (`row` 0) or by a row."""

    start: Instant
    end: Instant
    row: int
    entry: int


class Taking:
    """One import under way, in its transaction."""

    def __init__(
        self, session: Session, path: Path, found: Found, options: ImportOptions, result: ImportResult
    ) -> None:
        self.session, self.path, self.found, self.result = session, path, found, result
        self.names = Names(session, options, result)
        self.places = Places(self.names)
        self.taken: dict[Key, list[Taken]] = defaultdict(list)
        self.locked_before, self.weeks = _closed()
        self.known = set(database.execute_sql(KNOWN, (found.source,)).fetchall())
        self.seen: dict[tuple[Key, str], int] = {}

    def take(self, progress: Progress) -> None:
        rows = self._rows(progress)
        self._read_existing({row.who.id for row in rows if row.who.id is not None})
        timed = [row for row in rows if row.piece.start is not None]
        standing = self._without_overlaps(self._closed_where_the_next_begins(timed))
        standing += self._laid([row for row in rows if row.piece.start is None])
        progress(0.8)
        if standing:
            self._write(standing)
        progress(1)

    def _rows(self, progress: Progress) -> list[Row]:
        """The good rows that are new; the others are rejected or counted as unchanged."""
        rows: list[Row] = []
        for count, piece in enumerate(self.found.pieces(self.names.zone), 1):
            self.result.rows = max(self.result.rows, piece.row)
            if isinstance(piece, Faulty):
                self.result.reject(piece.row, piece.cell)
                continue
            try:
                row = self._row(piece)
            except BadCell as cell:
                self.result.reject(piece.row, cell)
                continue
            if row is None:
                self.result.unchanged += 1
            else:
                rows.append(row)
            if count % PROGRESS_ROWS == 0:
                progress(min(0.6, 0.6 * count / max(1, self.found.lines)))
        return rows

    def _row(self, piece: Piece) -> Row | None:
        """None for one that the store has. Raises BadCell."""
        who = self.places.who(piece)
        _check(piece, self.names.now)
        external_id = self._external_id(piece, who)
        if (who.id, external_id) in self.known:
            return None
        where = self.places.where(piece)
        self._refuse_closed(piece, who)
        return Row(piece, who, where, external_id)

    def _external_id(self, piece: Piece, who: Who) -> str:
        """The program's own number, else a digest of what the row says; of rows that say the same, with their count."""
        if piece.own_id:
            base = line(piece.own_id[:200], "id")
        else:
            when = (piece.start, piece.end) if piece.start is not None else (piece.day, piece.seconds)
            said = (*when, piece.client, piece.project, piece.task, piece.note, piece.user or piece.mail)
            base = hashlib.sha256("\x1f".join(map(str, said)).encode("utf-8", "replace")).hexdigest()[:32]
        count = self.seen[who.key, base] = self.seen.get((who.key, base), 0) + 1
        if count == 1:
            return base
        if piece.own_id:
            raise BadCell("id", base, _("The file has this entry twice."))
        return f"{base}:{count}"

    def _refuse_closed(self, piece: Piece, who: Who) -> None:
        """Raises BadCell for a day that is closed, or in an approved week."""
        if self.locked_before is None and not self.weeks:
            return
        day = piece.day if piece.start is None else local_day(piece.start, who.timezone)
        assert day is not None
        if self.locked_before is not None and day < self.locked_before:
            raise BadCell("start", day.isoformat(), _("Time before {day} is closed.").format(day=self.locked_before.isoformat()))
        monday = day - timedelta(days=day.weekday())
        if (who.id, monday) in self.weeks:
            words = _("The week of {day} was approved; reopen it first.")
            raise BadCell("start", day.isoformat(), words.format(day=monday.isoformat()))

    def _read_existing(self, employees: set[int]) -> None:
        if not employees:
            return
        for employee, start, end, entry in database.execute_sql(
            EXISTING.format(ids=", ".join(map(str, sorted(employees))))
        ).fetchall():
            self.taken[employee].append(Taken(start, ENDLESS if end is None else end, 0, entry))

    def _closed_where_the_next_begins(self, rows: list[Row]) -> list[Row]:
        """What the file leaves open ends where the employee's next time begins, of the file or of the store, and is marked.
        Only the last may run on, if nothing runs."""
        if all(row.piece.end is not None for row in rows):
            return rows
        begins: dict[Key, list[tuple[Instant, int]]] = defaultdict(list)
        for row in rows:
            if row.piece.end is None or row.piece.end > (row.piece.start or 0):
                begins[row.who.key].append((row.piece.start or 0, row.piece.row))
        for key, taken in self.taken.items():
            begins[key] += [(one.start, -1) for one in taken]
        for starts in begins.values():
            starts.sort()
        found: list[Row] = []
        for row in rows:
            if row.piece.end is None:
                starts = begins[row.who.key]
                place = bisect_left(starts, (row.piece.start or 0, row.piece.row)) + 1
                if place < len(starts):
                    marks = " ".join(filter(None, (row.piece.marks, CLOSED)))
                    row = row._replace(piece=row.piece._replace(end=starts[place][0], marks=marks))
            found.append(row)
        return found

    def _without_overlaps(self, rows: list[Row]) -> list[Row]:
        """Those that lie in nobody's way; of two rows the one that begins later is rejected."""
        clear = [row for row in rows if not self._rejected(row, self._in_the_way(row))]
        clear.sort(key=lambda row: (row.piece.start or 0, row.piece.row))
        last: dict[Key, Taken] = {}
        standing: list[Row] = []
        for row in clear:
            mine = _interval(row)
            before = last.get(row.who.key)
            if mine.start < mine.end:
                if before is not None and before.end > mine.start:
                    self._rejected(row, before)
                    continue
                last[row.who.key] = mine
            standing.append(row)
        for row in standing:
            mine = _interval(row)
            if mine.start < mine.end:
                self.taken[row.who.key].append(mine)
        for taken in self.taken.values():
            taken.sort()
        return standing

    def _in_the_way(self, row: Row) -> Taken | None:
        """The last entry of the store that overlaps the row."""
        mine, taken = _interval(row), self.taken.get(row.who.key, [])
        if mine.start >= mine.end:
            return None
        place = bisect_left(taken, (mine.end, 0, 0, 0)) - 1
        return taken[place] if place >= 0 and taken[place].end > mine.start else None

    def _rejected(self, row: Row, other: Taken | None) -> bool:
        if other is None:
            return False
        words = _("It overlaps row {row}.") if other.row else _("It overlaps the entry {entry}.")
        reason = words.format(row=other.row, entry=other.entry)
        self.result.reject(row.piece.row, BadCell("start", row.piece.note, reason))
        return True

    def _laid(self, rows: list[Row]) -> list[Row]:
        """Rows that tell their day alone are laid one after the other from its midnight, into what is free."""
        cursors: dict[tuple[Key, date, str], Instant] = {}
        standing: list[Row] = []
        for row in rows:
            piece, day = row.piece, row.piece.day
            assert day is not None
            at, zone_name = (row.who.key, day, piece.zone_name), piece.zone_name
            begin, end = day_start(day, zone_name), day_end(day, zone_name)
            start = self._free(row.who.key, cursors.get(at, begin), (piece.seconds or 0) * SECOND)
            stop = start + (piece.seconds or 0) * SECOND
            if stop > end:
                self.result.reject(piece.row, BadCell("duration", day.isoformat(), _("The day has no room left for it.")))
                continue
            if stop > self.names.now:
                self.result.reject(piece.row, BadCell("date", day.isoformat(), _("The instant is in the future.")))
                continue
            cursors[at] = stop
            if stop > start:
                insort(self.taken[row.who.key], Taken(start, stop, piece.row, 0))
            standing.append(row._replace(piece=piece._replace(start=start, end=stop, marks=LAID)))
        return standing

    def _free(self, key: Key, at: Instant, size: int) -> Instant:
        """The first instant from `at` on where so much is free."""
        taken = self.taken[key]
        place = max(0, bisect_left(taken, (at, 0, 0, 0)) - 1)
        while size and place < len(taken) and taken[place].start < at + size:
            at = max(at, taken[place].end)
            place += 1
        return at

    def _write(self, rows: list[Row]) -> None:
        rows.sort(key=lambda row: row.piece.row)
        names, made = self.names, _Made(self.names)
        waiting: list[tuple[Any, ...]] = []
        connection = database.connection()
        for row in rows:
            piece, where = row.piece, row.where
            employee = made.employee(row.who)
            client = names.client(where.client, employee) if where.client else None
            service = where.service_id
            if service is None and where.service:
                service = made.service(where.service)
            waiting.append(
                (
                    employee, client, where.deal_id, service, piece.start, piece.end, piece.billable, where.note, piece.marks,
                    self.found.source, row.external_id, names.now,
                )
            )
            if len(waiting) == CHUNK:
                insert(connection, NEW_ENTRIES, waiting)
                waiting.clear()
        insert(connection, NEW_ENTRIES, waiting)
        self.result.made("entries", len(rows))
        record(
            at=names.now, employee_id=self.session.actor.id, command="import.time", subject="employee",
            subject_id=self.session.actor.id, images=names.pen.images, file=self.path.name, count=self.result.rows,
            created=self.result.created, source=self.found.source,
        )


class _Made:
    """The employees and services that are made for rows that stand."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.people: dict[str, int] = {}
        self.services: dict[str, int] = {}

    def employee(self, who: Who) -> int:
        if who.id is not None:
            return who.id
        key = search_key(who.name)
        if key not in self.people:
            self.people[key] = new_employee_named(self.names.pen, who.name, self.names.now)
            self.names.result.made("users")
        return self.people[key]

    def service(self, name: str) -> int:
        key = search_key(name)
        if key not in self.services:
            self.services[key] = self.names.pen.insert(Service, name=name, name_key=key, created_at=self.names.now)
            self.names.result.made("services")
        return self.services[key]


def _interval(row: Row) -> Taken:
    piece = row.piece
    assert piece.start is not None
    return Taken(piece.start, ENDLESS if piece.end is None else piece.end, piece.row, 0)


def _check(piece: Piece, now: Instant) -> None:
    """Raises BadCell for time that cannot have been."""
    seconds = piece.seconds
    if piece.start is not None:
        if piece.start > now or (piece.end or 0) > now:
            raise BadCell("start", "", _("The instant is in the future."))
        if piece.end is not None and piece.end < piece.start:
            raise BadCell("end", "", _("The end lies before the beginning."))
        seconds = None if piece.end is None else (piece.end - piece.start) // SECOND
    if seconds is not None and seconds > DAY:
        raise BadCell("duration", str(seconds), _("An entry of more than 24 hours is too long."))


def _closed() -> tuple[date | None, set[tuple[int, date]]]:
    """The day before which time is closed, and the weeks of employees that were approved."""
    said = database.execute_sql("SELECT locked_before FROM company").fetchone()[0]
    weeks = {(row[0], _as_day(row[1])) for row in database.execute_sql(WEEKS).fetchall()}
    return (None if said is None else _as_day(said)), weeks


def _as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
