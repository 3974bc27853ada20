"""Importing snapshots: one row a deal, as the exports of CRMs have them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.exchange.files import BadCell, CsvFile, Dates, bad_file, open_csv, places
from models.exchange.history import (
    CHUNK,
    NEW_DEAL,
    NEW_TERMS,
    NEW_VISIT,
    PROGRESS_ROWS,
    ImportOptions,
    ImportResult,
    Names,
    in_one_piece,
    instant,
    line,
    must_import,
    need,
    told,
)
from models.journal.commands import record
from models.people.rules import covers
from models.pipeline.commands import title_key
from models.storage.database import database
from models.values.errors import Usage
from models.values.instants import Instant, local_day
from models.values.language import _
from models.values.text import quoted, search_key, shown

if TYPE_CHECKING:
    from models.session import Session

FIELDS: dict[str, tuple[str, ...]] = {
    "deal_id": ("opportunity_id", "deal", "id"),
    "client": ("account", "company", "organization"),
    "rep": ("owner", "sales_agent"),
    "deal_type": ("type", "pipeline"),
    "stage": ("deal_stage",),
    "outcome": ("status",),
    "entered_at": ("engage_date", "started_at", "created_at"),
    "closed_at": ("close_date",),
    "amount": ("close_value", "value"),
    "currency": (),
    "title": ("product", "name"),
    "expected_close": ("expected",),
    "reason": ("lost_reason",),
}
NEEDED = ("deal_id", "stage")
ENDINGS = {
    "won": "won", "closed won": "won", "выиграна": "won", "lost": "lost", "closed lost": "lost", "проиграна": "lost",
}
KNOWN = """
    SELECT d.id, d.stage_id, d.outcome, d.owner_id, d.amount, d.currency, d.expected_close, d.title, d.closed_at,
        d.entered_at
    FROM deal AS d WHERE d.external_type_id = ? AND d.external_id = ?
"""
EXAMPLES = {
    "history": [
        "deal_id,client,rep,deal_type,stage,entered_at,amount,currency,outcome",
        "1,Smith and Sons,anna,Quick Sales,Initiating interest,2026-01-12T09:30:00Z,1200.00,EUR,",
        "1,Smith and Sons,anna,Quick Sales,Demonstration,2026-01-20T14:00:00Z,,,",
        "1,Smith and Sons,anna,Quick Sales,,2026-02-02T11:15:00Z,,,won",
    ],
    "deals": [
        "deal_id,client,rep,deal_type,stage,entered_at,closed_at,amount,currency,title",
        "1,Smith and Sons,anna,Quick Sales,Demonstration,2026-01-20,,1200.00,EUR,Catalogue",
        "2,Weaver Ltd,anna,Quick Sales,Won,2026-01-12,2026-02-02,800.00,EUR,Leaflets",
    ],
}


def example_file(kind: str, path: Path) -> None:
    """Write a small CSV of that kind to start from. Raises Usage `bad_kind`, Refused `bad_file`."""
    if kind not in EXAMPLES:
        raise Usage("bad_kind", _("There is no example of {kind}.").format(kind=quoted(kind)))
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(csv.reader(EXAMPLES[kind]))
    except OSError as error:
        raise bad_file(_("{path} cannot be written: {why}."), path=shown(str(path)), why=error.strerror) from None


def import_deals(
    session: Session, path: Path, options: ImportOptions, progress: Callable[[int], None] | None = None
) -> ImportResult:
    """Take the deals of a CSV file as they stand, all or nothing; with `options.partial` the good rows.

    A stage that means won or lost closes. A closed deal has no visit, since its stage is not known; an open one
    without a date of entry begins unknown. A deal that is known already is not taken again: where it stands as the row
    says it is unchanged, else the row is rejected, for a snapshot does not tell when it changed.
    Raises as `import_history`.
    """
    must_import(session)
    file = open_csv(path, options.encoding, options.delimiter)
    where = places(file, dict(FIELDS), dict(options.map))
    need(where, NEEDED)
    result = ImportResult(notes=told(file, where))
    return in_one_piece(session, result, options, lambda: _take(session, file, where, options, result, progress))


def _take(
    session: Session,
    file: CsvFile,
    where: dict[str, int],
    options: ImportOptions,
    result: ImportResult,
    progress: Callable[[int], None] | None,
) -> None:
    connection = database.connection()
    names = Names(session, options, result)
    zone = options.timezone or session.actor.timezone
    dates: dict[str, Dates] = {
        field: _dates(file, where[field], zone, options)
        for field in ("entered_at", "closed_at", "expected_close")
        if field in where
    }
    next_id = 1 + (connection.execute("SELECT max(id) FROM deal").fetchone()[0] or 0)
    waiting: dict[str, list[tuple[Any, ...]]] = {NEW_DEAL: [], NEW_VISIT: [], NEW_TERMS: []}
    seen: set[tuple[int, str]] = set()
    for number, cells in file.rows():
        result.rows = number
        try:
            if _row(session, names, file, where, cells, dates, zone, next_id, waiting, seen):
                next_id += 1
                result.made("deals")
            else:
                result.unchanged += 1
        except BadCell as cell:
            result.reject(number, cell)
        if len(waiting[NEW_DEAL]) >= CHUNK:
            _flush(connection, waiting)
        if progress and number % PROGRESS_ROWS == 0:
            progress(number)
    _flush(connection, waiting)
    if progress:
        progress(result.rows)
    if result.created:
        record(
            at=names.now, employee_id=session.actor.id, command="import.deals", subject="type",
            subject_id=names.first_type or 0, images=names.pen.images, file=file.path.name, count=result.rows,
            created=result.created,
        )


def _dates(file: CsvFile, place: int, zone: str, options: ImportOptions) -> Dates:
    return Dates(lambda: (cells[place] for _n, cells in file.rows()), zone, options.date_order)


def _flush(connection: Any, waiting: dict[str, list[tuple[Any, ...]]]) -> None:
    for statement, rows in waiting.items():
        connection.executemany(statement, rows)
        rows.clear()


def _row(
    session: Session,
    names: Names,
    file: CsvFile,
    where: Mapping[str, int],
    cells: list[str],
    dates: Mapping[str, Dates],
    zone: str,
    deal_id: int,
    waiting: dict[str, list[tuple[Any, ...]]],
    seen: set[tuple[int, str]],
) -> bool:
    """Lay one deal ready to be written; False where it is known as it stands. Raises BadCell."""
    if len(cells) > len(file.columns) and any(cells[len(file.columns) :]):
        raise BadCell("", cells[len(file.columns)], _("The row has more cells than the file has columns."))
    cell = {field: cells[place] for field, place in where.items()}
    number = line(cell, "deal_id")
    if not number:
        raise BadCell("deal_id", "", _("The row names no deal."))
    said, stage = line(cell, "outcome"), line(cell, "stage", 100)
    outcome = ENDINGS.get(search_key(said), "open")
    if said and outcome == "open" and search_key(said) != "open":
        raise BadCell("outcome", said, _("An outcome is won, lost or open."))
    if search_key(stage) in ENDINGS:
        outcome, stage = ENDINGS[search_key(stage)], ""
    entered = _instant(cell, dates, "entered_at", names.now)
    closed = _instant(cell, dates, "closed_at", names.now) if outcome != "open" else None
    if outcome != "open" and closed is None:
        raise BadCell("closed_at", "", _("A closed deal needs the day of its closing."))
    if closed is not None and entered is not None and closed < entered:
        raise BadCell("closed_at", cell["closed_at"], _("The deal was closed before it began."))
    if outcome == "open" and not stage:
        raise BadCell("stage", "", _("An open deal needs a stage."))
    due = None
    if cell.get("expected_close", "").strip():
        due = local_day(instant(dates["expected_close"], cell["expected_close"], "expected_close"), zone).isoformat()
    client, rep, title, reason = line(cell, "client"), line(cell, "rep"), line(cell, "title"), line(cell, "reason")
    amount, currency = names.amount(cell)
    if not client and not names.options.default_client:
        raise BadCell("client", "", _("The row names no client; --default-client NAME takes it."))
    type_id = names.type_id(line(cell, "deal_type", 100))
    if (type_id, number) in seen:
        raise BadCell("deal_id", number, _("The file has this deal twice."))
    stage_id = names.stage_id(type_id, stage) if stage else None
    known = database.execute_sql(KNOWN, (type_id, number)).fetchone()
    if known:
        if not covers(names.writable, known[3]):
            raise BadCell("deal_id", number, _("There is no such deal."))
        if (known[1], known[2]) != (stage_id, outcome):
            raise BadCell("deal_id", number, _("The deal is known and stands elsewhere; import its history."))
        seen.add((type_id, number))
        return False
    owner = names.rep(rep) if rep else session.actor.id
    client_id, client_name = names.client(client, owner)
    began = entered if entered is not None else closed if closed is not None else names.now
    currency = currency or names.own_currency
    waiting[NEW_DEAL].append(
        (
            deal_id, client_id, type_id, stage_id, owner, title, title_key(client_name, title), outcome, amount,
            currency, due, began, began, closed, reason, type_id, number, names.now,
        )
    )
    waiting[NEW_TERMS].append((deal_id, began, owner, amount, currency, due))
    if stage_id is not None:
        by, at = session.actor.id, names.now
        end = (None, None, None, None, "") if closed is None else (closed, outcome, by, at, reason)
        waiting[NEW_VISIT].append(
            (deal_id, 1, type_id, stage_id, began, "start", by, at, "", int(entered is None), *end)
        )
    seen.add((type_id, number))
    return True


def _instant(cell: Mapping[str, str], dates: Mapping[str, Dates], name: str, now: Instant) -> Instant | None:
    """The instant in that cell, None where it is empty. Raises BadCell."""
    if not cell.get(name, "").strip():
        return None
    found = instant(dates[name], cell[name], name)
    if found > now:
        raise BadCell(name, cell[name], _("The instant is in the future."))
    return found
