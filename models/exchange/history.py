"""Importing the history of deals: one row an event, in any order. It records what happened without judging it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.clients.commands import search_text
from models.exchange.files import MOST_REJECTED, BadCell, CsvFile, Dates, Rejected, bad_file, open_csv, places
from models.journal.commands import Pen, record
from models.people import views as people
from models.people.commands import employee_named
from models.people.rules import covers, may_set_up, writable
from models.pipeline import facts, rules
from models.pipeline.commands import title_key
from models.pipeline.rules import Attempt, DealFacts, TypeFacts
from models.pipeline.setup import new_stage, new_type
from models.storage.database import database
from models.values.errors import NotFound, Refused, StagewatchError
from models.values.instants import Instant, local_day
from models.values.language import _, ngettext
from models.values.money import exponent, parse_amount
from models.values.text import clean_line, search_key, shown

if TYPE_CHECKING:
    from models.session import Session

FIELDS: dict[str, tuple[str, ...]] = {
    "deal_id": ("deal", "id"),
    "client": ("account", "company"),
    "rep": ("owner", "sales_agent"),
    "deal_type": ("type",),
    "stage": (),
    "entered_at": ("at", "date", "time"),
    "amount": (),
    "currency": (),
    "outcome": (),
    "title": (),
    "expected_close": (),
    "reason": (),
}
NEEDED = ("deal_id", "entered_at")
CHUNK = 5_000
PROGRESS_ROWS = 1_000

STAGING = """
    CREATE TEMP TABLE import_row (
        type_id INTEGER NOT NULL, deal TEXT NOT NULL, at INTEGER NOT NULL, row INTEGER NOT NULL,
        stage_id INTEGER, outcome TEXT, client TEXT, rep TEXT, amount INTEGER, currency TEXT,
        title TEXT, expected TEXT, reason TEXT
    )
"""
NEW_DEAL = """
    INSERT INTO deal (id, client_id, deal_type_id, stage_id, owner_id, title, title_key, outcome, amount, currency,
        expected_close, source, started_at, entered_at, closed_at, close_reason, external_type_id, external_id,
        version, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, 1, ?)
"""
NEW_VISIT = """
    INSERT INTO visit (deal_id, seq, deal_type_id, stage_id, entered_at, entered_as, entered_by_id,
        entered_recorded_at, entered_reason, begin_unknown, left_at, left_as, left_by_id, left_recorded_at,
        left_reason, marks)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')
"""
NEW_TERMS = "INSERT INTO deal_terms (deal_id, at, owner_id, amount, currency, expected_close) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class ImportOptions:
    """How a file is to be read. `map` names the column of a field; `date_order` is "dmy" or "mdy"."""

    map: Mapping[str, str] = field(default_factory=dict)
    type_name: str | None = None
    create_stages: bool = False
    stages_file: Path | None = None
    default_client: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    timezone: str | None = None
    currency: str | None = None
    dry_run: bool = False
    partial: bool = False
    date_order: str | None = None


@dataclass
class ImportResult:
    """What an import did. `unchanged` counts rows that changed nothing; `rejected` holds the first 1,000 of
    `rejected_rows`; `notes` tell what was detected and left out."""

    rows: int = 0
    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    rejected_rows: int = 0
    notes: list[str] = field(default_factory=list)

    def reject(self, row: int, cell: BadCell) -> None:
        self.rejected_rows += 1
        if len(self.rejected) < MOST_REJECTED:
            self.rejected.append(Rejected(row, cell.column, cell.value, cell.reason))

    def made(self, plural: str, count: int = 1) -> None:
        self.created[plural] = self.created.get(plural, 0) + count

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "created": dict(sorted(self.created.items())),
            "updated": dict(sorted(self.updated.items())),
            "unchanged": self.unchanged,
            "rejected": [row.as_json() for row in self.rejected],
            "rejected_rows": self.rejected_rows,
            "notes": self.notes,
        }


class _DryRun(Exception):
    """Takes back what a dry run wrote."""


def import_history(
    session: Session, path: Path, options: ImportOptions, progress: Callable[[int], None] | None = None
) -> ImportResult:
    """Take the events of a CSV file, all or nothing; with `options.partial` the good rows.

    Importing the same file again changes nothing. `progress` gets the number of rows read so far.
    Raises Refused `bad_file`, `rows_rejected` (details are the rows), NotFound for who may not, Usage.
    """
    must_import(session)
    file = open_csv(path, options.encoding, options.delimiter)
    where = places(file, dict(FIELDS), dict(options.map))
    need(where, NEEDED)
    result = ImportResult(notes=told(file, where))
    return in_one_piece(session, result, options, lambda: _take(session, file, where, options, result, progress))


def must_import(session: Session) -> None:
    """Raises NotFound for who may not import."""
    if session.actor.role not in ("admin", "manager"):
        raise NotFound(_("Only an administrator or a manager may import."))


def need(where: Mapping[str, int], fields: tuple[str, ...]) -> None:
    """Raises Refused `bad_file` where a needed column is missing."""
    for name in fields:
        if name not in where:
            raise bad_file(_("The file needs a column {column}; --map {column}=NAME names another."), column=name)


def told(file: CsvFile, where: Mapping[str, int]) -> list[str]:
    """What was detected in a file, and the columns that are not taken."""
    mark = {"\t": "TAB"}.get(file.delimiter, file.delimiter)
    notes = [
        _("Encoding: {name}.").format(name=file.encoding.removesuffix("-sig")),
        _("Delimiter: {mark}").format(mark=mark),
    ]
    left = [shown(column) for place, column in enumerate(file.columns) if place not in where.values()]
    if left:
        notes.append(_("Columns not taken: {names}.").format(names=", ".join(left)))
    return notes


def in_one_piece(
    session: Session, result: ImportResult, options: ImportOptions, work: Callable[[], None]
) -> ImportResult:
    """Run `work` in one transaction, and take it back where rows were rejected or nothing is to be kept."""
    try:
        with session.writing():
            work()
            result.rejected.sort(key=lambda row: row.row)
            if result.rejected_rows and not options.partial:
                raise Refused(
                    "rows_rejected",
                    ngettext(
                        "{count} row was rejected; nothing was imported. --partial takes the others.",
                        "{count} rows were rejected; nothing was imported. --partial takes the others.",
                        result.rejected_rows,
                    ).format(count=result.rejected_rows),
                    [row.as_json() for row in result.rejected],
                )
            if options.dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return result


def _take(
    session: Session,
    file: CsvFile,
    where: dict[str, int],
    options: ImportOptions,
    result: ImportResult,
    progress: Callable[[int], None] | None,
) -> None:
    connection = database.connection()
    connection.execute("DROP TABLE IF EXISTS temp.import_row")
    connection.execute(STAGING)
    names = Names(session, options, result)
    _stage_rows(connection, session, file, where, options, result, names, progress)
    merge = _Merge(session, names, result, connection)
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT * FROM temp.import_row ORDER BY type_id, deal, at, row")
        for (type_id, number), rows in groupby(cursor, key=lambda row: (row[0], row[1])):
            merge.deal(type_id, number, rows)
    merge.flush()
    connection.execute("DROP TABLE temp.import_row")
    merge.report()
    if result.created or result.updated:
        record(
            at=names.now, employee_id=session.actor.id, command="import.history", subject="type",
            subject_id=names.first_type or 0, images=names.pen.images, file=file.path.name, count=result.rows,
            created=result.created, updated=result.updated,
        )


def _stage_rows(
    connection: Any,
    session: Session,
    file: CsvFile,
    where: dict[str, int],
    options: ImportOptions,
    result: ImportResult,
    names: Names,
    progress: Callable[[int], None] | None,
) -> None:
    """Check each row by itself, and lay the good ones into the temporary table."""
    insert = f"INSERT INTO temp.import_row VALUES ({', '.join('?' * 13)})"
    zone = options.timezone or session.actor.timezone
    place = where["entered_at"]
    dates = Dates(lambda: (cells[place] for _n, cells in file.rows()), zone, options.date_order)
    expected = None
    if "expected_close" in where:
        due = where["expected_close"]
        expected = Dates(lambda: (cells[due] for _n, cells in file.rows()), zone, options.date_order)
    waiting: list[tuple[Any, ...]] = []
    for number, cells in file.rows():
        result.rows = number
        try:
            waiting.append(_checked(number, cells, file, where, names, dates, expected, zone))
        except BadCell as cell:
            result.reject(number, cell)
        if len(waiting) >= CHUNK:
            connection.executemany(insert, waiting)
            waiting.clear()
        if progress and number % PROGRESS_ROWS == 0:
            progress(number)
    connection.executemany(insert, waiting)
    if progress:
        progress(result.rows)
    if dates.order and not options.date_order:
        order = _("day, month, year") if dates.order == "dmy" else _("month, day, year")
        result.notes.append(_("Order of dates: {order}.").format(order=order))
        if dates.ambiguous:
            result.notes.append(_("The dates do not tell day from month beyond doubt."))


def _checked(
    number: int,
    cells: list[str],
    file: CsvFile,
    where: dict[str, int],
    names: Names,
    dates: Dates,
    expected: Dates | None,
    zone: str,
) -> tuple[Any, ...]:
    """The row as the temporary table holds it. Raises BadCell."""
    if len(cells) > len(file.columns) and any(cells[len(file.columns) :]):
        raise BadCell("", cells[len(file.columns)], _("The row has more cells than the file has columns."))
    cell = {name: cells[place] for name, place in where.items()}
    deal = line(cell, "deal_id")
    if not deal:
        raise BadCell("deal_id", "", _("The row names no deal."))
    outcome = line(cell, "outcome").lower()
    if outcome not in ("", "open", "won", "lost"):
        raise BadCell("outcome", outcome, _("An outcome is won, lost or open."))
    outcome = "" if outcome == "open" else outcome
    stage = line(cell, "stage", 100)
    if stage and outcome:
        raise BadCell("outcome", outcome, _("The row has a stage and an outcome together."))
    if not stage and not outcome:
        raise BadCell("stage", "", _("The row has neither a stage nor an outcome."))
    at = instant(dates, cell.get("entered_at", ""), "entered_at")
    if at > names.now:
        raise BadCell("entered_at", cell["entered_at"], _("The instant is in the future."))
    due = None
    if expected and cell["expected_close"].strip():
        due = local_day(instant(expected, cell["expected_close"], "expected_close"), zone).isoformat()
    client, rep, title = line(cell, "client"), line(cell, "rep"), line(cell, "title")
    reason = line(cell, "reason", 10_000)
    amount, currency = names.amount(cell)
    type_id = names.type_id(line(cell, "deal_type", 100))
    stage_id = names.stage_id(type_id, stage) if stage else None
    return (type_id, deal, at, number, stage_id, outcome, client, rep, amount, currency, title, due, reason)


def line(cell: Mapping[str, str], name: str, limit: int = 200) -> str:
    """A cell as one clean line; empty where there is no such column. Raises BadCell."""
    text = cell.get(name, "")
    if not text:
        return ""
    try:
        return _cleaned(text, name, limit) if len(text) <= 200 else clean_line(text, name, limit)
    except Refused as error:
        raise BadCell(name, text, error.message) from None


# The same names come again and again in a file.
_cleaned = lru_cache(maxsize=8192)(clean_line)


def instant(dates: Dates, text: str, name: str) -> Instant:
    """Raises BadCell."""
    try:
        return dates.instant(text)
    except StagewatchError as error:
        raise BadCell(name, text, error.message) from None


class Names:
    """Finds types, stages, clients and employees by what the file calls them, and makes those that may be made."""

    def __init__(self, session: Session, options: ImportOptions, result: ImportResult) -> None:
        self.session, self.options, self.result = session, options, result
        self.now, self.pen = session.now(), Pen()
        self.own_currency = options.currency or people.company().currency
        exponent(self.own_currency)
        self.writable = writable(session.actor)
        self.first_type: int | None = None
        self._types: dict[str, int] = {}
        self._stages: dict[tuple[int, str], int] = {}
        self._facts: dict[int, TypeFacts] = {}
        self._ways: dict[tuple[int, int, int], str] = {}
        self._reps: dict[str, int] = {}
        self._clients: dict[str, int] = {}
        self._order = _stage_names(options.stages_file) if options.stages_file else []

    def amount(self, cell: Mapping[str, str]) -> tuple[int | None, str]:
        """Minor units (None: the cell is empty) and the currency ("" where the row says none). Raises BadCell."""
        said, currency = cell.get("amount", "").strip(), cell.get("currency", "").strip().upper()
        try:
            if currency:
                exponent(currency)
        except Refused as error:
            raise BadCell("currency", currency, error.message) from None
        try:
            return (parse_amount(said, currency or self.own_currency) if said else None), currency
        except Refused as error:
            raise BadCell("amount", said, error.message) from None

    def type_id(self, name: str) -> int:
        """The deal type of a row. Raises BadCell."""
        name = name or self.options.type_name or ""
        if name not in self._types:
            try:
                found = facts.find_type(name or None)
            except StagewatchError as error:
                if not name or not self.options.create_stages or not may_set_up(self.session.actor):
                    raise BadCell("deal_type", name, error.message) from None
                found = new_type(self.pen, name, "free", self.now)
                self.result.made("types")
                for stage in self._order:
                    new_stage(self.pen, found, stage, self.now)
                    self.result.made("stages")
            self._types[name] = found
            self.first_type = self.first_type or found
        return self._types[name]

    def stage_id(self, type_id: int, name: str) -> int:
        """The stage called `name`. Raises BadCell."""
        if (type_id, name) not in self._stages:
            try:
                found = facts.find_stage(self.type(type_id), name).id
            except NotFound as error:
                if not self.options.create_stages or not may_set_up(self.session.actor):
                    raise BadCell("stage", name, error.message) from None
                try:
                    found = new_stage(self.pen, type_id, name, self.now)
                except Refused as error_of_name:
                    raise BadCell("stage", name, error_of_name.message) from None
                self.result.made("stages")
                del self._facts[type_id]
            self._stages[type_id, name] = found
        return self._stages[type_id, name]

    def type(self, type_id: int) -> TypeFacts:
        if type_id not in self._facts:
            self._facts[type_id] = facts.type_facts(type_id)
        return self._facts[type_id]

    def way(self, type_id: int, start: int, end: int) -> str:
        key = type_id, start, end
        if key not in self._ways:
            self._ways[key] = rules.way(self.type(type_id), start, end)
        return self._ways[key]

    def rep(self, text: str) -> int:
        """The employee's id; one who is not known is made. Raises BadCell."""
        if text not in self._reps:
            made = len(self.pen.images)
            try:
                found = employee_named(self.pen, text, self.now)
            except Refused as error:
                raise BadCell("rep", text, error.message) from None
            if len(self.pen.images) > made:
                self.result.made("users")
            self._reps[text] = found
        if not covers(self.writable, self._reps[text]):
            raise BadCell("rep", text, _("You may not change deals of this employee."))
        return self._reps[text]

    def client(self, name: str, owner_id: int) -> tuple[int, str]:
        """The id and name of the client called exactly that, who is made where there is none. Raises BadCell."""
        name = name or self.options.default_client or ""
        if not name:
            raise BadCell("client", "", _("The row names no client; --default-client NAME takes it."))
        if name not in self._clients:
            row = database.execute_sql("SELECT id FROM client WHERE name = ? ORDER BY id LIMIT 1", (name,)).fetchone()
            if len(self._clients) > 100_000:
                self._clients.clear()
            self._clients[name] = row[0] if row else self._new_client(name, owner_id)
        return self._clients[name], name

    def _new_client(self, name: str, owner_id: int) -> int:
        self.result.made("clients")
        made = database.execute_sql(
            "INSERT INTO client (name, name_key, search, owner_id, street, city, postcode, country, vat_id,"
            " registration_id, phone, mail, version, created_at)"
            " VALUES (?, ?, ?, ?, '', '', '', '', '', '', '', '', 1, ?)",
            (name, search_key(name), search_text(name, {}), owner_id, self.now),
        )
        return int(made.lastrowid)


def _stage_names(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError):
        raise bad_file(_("{path} cannot be read."), path=shown(str(path))) from None
    return [name for name in map(str.strip, text.splitlines()) if name]


@dataclass
class _State:
    """A deal while its rows are taken in order of time. A visit is the list of NEW_VISIT's values."""

    id: int
    known: bool
    client_id: int
    client: str
    owner: int
    amount: int | None
    currency: str
    expected: str | None
    title: str
    stage: int | None
    outcome: str
    started: Instant
    entered: Instant
    closed: Instant | None
    close_reason: str
    held: bool
    last: Instant
    terms_at: Instant | None
    seq: int
    past: set[tuple[Instant, int | str]] = field(default_factory=set)
    stays: list[tuple[Instant, Instant | None, int]] = field(default_factory=list)
    visits: list[list[Any]] = field(default_factory=list)
    ended: list[Any] | None = None  # how the visit that was open in the store ended
    terms: list[tuple[Any, ...]] = field(default_factory=list)
    changed: bool = False
    broken: bool = False
    visited: set[int] = field(default_factory=set)
    known_since: Instant = 0


class _Merge:
    """Brings the sorted rows of each deal into the store, several thousand at a time."""

    def __init__(self, session: Session, names: Names, result: ImportResult, connection: Any) -> None:
        self.session, self.names, self.result, self.connection = session, names, result, connection
        self.next_id = 1 + (connection.execute("SELECT max(id) FROM deal").fetchone()[0] or 0)
        self.deals: list[tuple[Any, ...]] = []
        self.visits: list[list[Any]] = []
        self.terms: list[tuple[Any, ...]] = []
        self.broken = 0
        self.other_client = 0

    def deal(self, type_id: int, number: str, rows: Iterator[tuple[Any, ...]]) -> None:
        state = self._known(type_id, number)
        for row in rows:
            try:
                if state is None:
                    state = self._start(type_id, row)
                elif not self._go_on(state, type_id, row):
                    self.result.unchanged += 1
            except BadCell as cell:
                self.result.reject(row[3], cell)
        if state is not None:
            self._write(state, type_id, number)

    def flush(self) -> None:
        for statement, waiting in ((NEW_DEAL, self.deals), (NEW_VISIT, self.visits), (NEW_TERMS, self.terms)):
            self.connection.executemany(statement, waiting)
            waiting.clear()

    def report(self) -> None:
        if self.broken:
            words = ngettext(
                "{count} deal breaks a rule of its type.", "{count} deals break a rule of their type.", self.broken
            )
            self.result.notes.append(words.format(count=self.broken))
        if self.other_client:
            words = ngettext(
                "{count} row names another client than its deal has; the deal keeps its own.",
                "{count} rows name another client than their deal has; the deals keep their own.",
                self.other_client,
            )
            self.result.notes.append(words.format(count=self.other_client))

    def _known(self, type_id: int, number: str) -> _State | None:
        row = self.connection.execute(
            "SELECT d.id, d.client_id, c.name, d.owner_id, d.amount, d.currency, d.expected_close, d.title, d.stage_id,"
            " d.outcome, d.started_at, d.entered_at, d.closed_at, d.close_reason, d.held_at, d.deal_type_id,"
            " (SELECT max(at) FROM deal_terms WHERE deal_id = d.id), d.created_at"
            " FROM deal AS d JOIN client AS c ON c.id = d.client_id"
            " WHERE d.external_type_id = ? AND d.external_id = ?",
            (type_id, number),
        ).fetchone()
        if row is None:
            return None
        values = (row[0], True, *row[1:14], row[14] is not None, row[12] or row[11], row[16], 0)
        state = _State(*values)
        state.known_since = row[17]
        visits = self.connection.execute(
            "SELECT seq, stage_id, entered_at, left_at, left_as FROM visit WHERE deal_id = ? ORDER BY seq", (row[0],)
        )
        for seq, stage, entered, left, left_as in visits:
            state.seq = seq
            state.past.add((entered, stage))
            state.stays.append((entered, left, stage))
            state.visited.add(stage)
            if left_as in ("won", "lost"):
                state.past.add((left, left_as))
        return state

    def _start(self, type_id: int, row: tuple[Any, ...]) -> _State:
        _type, _deal, at, _row, stage, outcome, client, rep, amount, currency, title, expected, reason = row
        if outcome:
            raise BadCell("outcome", outcome, _("The deal has an outcome before any stage."))
        if not client and not self.names.options.default_client:
            raise BadCell("client", "", _("The row names no client; --default-client NAME takes it."))
        owner = self.names.rep(rep) if rep else self.session.actor.id
        client_id, client_name = self.names.client(client, owner)
        state = _State(
            self.next_id, False, client_id, client_name, owner, amount, currency or self.names.own_currency, expected,
            title, None, "open", at, at, None, "", False, at, None, 0, known_since=self.names.now,
        )
        self.next_id += 1
        self._judge(state, type_id, "start", stage, at, reason)
        self._enter(state, type_id, stage, at, "start", reason)
        self._note_terms(state, at)
        return state

    def _go_on(self, state: _State, type_id: int, row: tuple[Any, ...]) -> bool:
        """Take one more row; whether it changed anything. Raises BadCell."""
        _type, _deal, at, _row, stage, outcome, client, rep, amount, currency, title, expected, reason = row
        if not covers(self.names.writable, state.owner):
            raise BadCell("deal_id", _deal, _("There is no such deal."))
        if client and client != state.client:
            self.other_client += 1
        if state.known and at <= state.last and (
            (at, outcome or stage) in state.past or stage and _stays(state, at, stage)
        ):
            return False
        if at < state.last:
            raise BadCell("entered_at", "", _("The row lies in the middle of the deal's known history."))
        if state.held:
            raise BadCell("deal_id", _deal, _("The deal is on hold."))
        moves = bool(outcome) or state.outcome != "open" or stage != state.stage
        if outcome and state.outcome != "open":
            raise BadCell("outcome", outcome, _("The deal is closed already."))
        owner = self.names.rep(rep) if rep else state.owner
        if outcome:
            self._judge(state, type_id, "win" if outcome == "won" else "lose", None, at, reason)
            self._leave(state, at, outcome, reason)
            state.outcome, state.closed, state.close_reason = outcome, at, reason
        elif state.outcome != "open":
            self._judge(state, type_id, "reopen", stage, at, reason)
            state.outcome, state.closed, state.close_reason = "open", None, ""
            self._enter(state, type_id, stage, at, "reopen", reason)
        elif moves:
            self._judge(state, type_id, "move", stage, at, reason)
            how = self.names.way(type_id, state.stage or 0, stage)
            self._leave(state, at, how, reason)
            self._enter(state, type_id, stage, at, how, reason)
        return self._retitle(state, at, owner, amount, currency, expected, title) or moves

    def _retitle(
        self, state: _State, at: Instant, owner: int, amount: int | None, currency: str, expected: str | None, title: str
    ) -> bool:
        """Take over owner, amount, expected close and title; what is empty changes nothing."""
        if state.known and state.terms_at is not None and at <= state.terms_at and not state.terms:
            return False
        before = (state.owner, state.amount, state.currency, state.expected)
        state.owner = owner
        if amount is not None:
            state.amount, state.currency = amount, currency or self.names.own_currency
        state.expected = expected or state.expected
        renamed = bool(title) and title != state.title
        state.title = title or state.title
        if before != (state.owner, state.amount, state.currency, state.expected):
            self._note_terms(state, at)
            return True
        state.changed = state.changed or renamed
        return renamed

    def _note_terms(self, state: _State, at: Instant) -> None:
        state.terms.append((state.id, at, state.owner, state.amount, state.currency, state.expected))
        state.changed = True

    def _enter(self, state: _State, type_id: int, stage: int, at: Instant, how: str, reason: str) -> None:
        state.seq += 1
        by, now = self.session.actor.id, self.names.now
        state.visits.append(
            [state.id, state.seq, type_id, stage, at, how, by, now, reason, 0, None, None, None, None, ""]
        )
        state.stage, state.entered, state.last, state.changed = stage, at, at, True
        state.visited.add(stage)

    def _leave(self, state: _State, at: Instant, how: str, reason: str) -> None:
        end = [at, how, self.session.actor.id, self.names.now, reason]
        if state.visits:
            state.visits[-1][10:15] = end
        else:
            state.ended = end
        state.last, state.changed = at, True

    def _judge(self, state: _State, type_id: int, kind: str, stage: int | None, at: Instant, reason: str) -> None:
        """Note whether the mode would have refused it; a reason is taken as given."""
        deal_type = self.names.type(type_id)
        if state.broken or deal_type.mode == "free" and not deal_type.forbidden:
            return
        deal = None
        if kind != "start":
            deal = DealFacts(
                id=state.id, title="", version=1, outcome=state.outcome, stage_id=state.stage, held=False,
                known_since=state.known_since, entered_at=state.entered, visited=frozenset(state.visited), last_change=None,
                closed_at=state.closed, held_at=None,
            )
        attempt = Attempt(kind, stage, reason or "-", at)
        state.broken = bool(rules.judge(deal, deal_type, attempt, self.names.now))

    def _write(self, state: _State, type_id: int, number: str) -> None:
        self.broken += state.broken
        if not state.changed:
            return
        key = title_key(state.client, state.title)
        if state.known:
            if state.ended:
                self.connection.execute(
                    "UPDATE visit SET left_at = ?, left_as = ?, left_by_id = ?, left_recorded_at = ?, left_reason = ?"
                    " WHERE deal_id = ? AND left_at IS NULL",
                    (*state.ended, state.id),
                )
            self.connection.execute(
                "UPDATE deal SET stage_id = ?, owner_id = ?, title = ?, title_key = ?, outcome = ?, amount = ?,"
                " currency = ?, expected_close = ?, entered_at = ?, closed_at = ?, close_reason = ?,"
                " version = version + 1 WHERE id = ?",
                (
                    state.stage, state.owner, state.title, key, state.outcome, state.amount, state.currency,
                    state.expected, state.entered, state.closed, state.close_reason, state.id,
                ),
            )
            self.result.updated["deals"] = self.result.updated.get("deals", 0) + 1
        else:
            self.deals.append(
                (
                    state.id, state.client_id, type_id, state.stage, state.owner, state.title, key, state.outcome,
                    state.amount, state.currency, state.expected, state.started, state.entered, state.closed,
                    state.close_reason, type_id, number, self.names.now,
                )
            )
            self.result.made("deals")
        if state.visits:
            self.result.made("visits", len(state.visits))
        self.visits += state.visits
        self.terms += state.terms
        if len(self.visits) >= CHUNK:
            self.flush()


def _stays(state: _State, at: Instant, stage: int) -> bool:
    """Whether the deal is known to have been at that stage then."""
    return any(
        entered <= at and (left is None or at <= left) and its_stage == stage
        for entered, left, its_stage in state.stays
    )
