"""Importing snapshots: one row a deal, as the exports of CRMs have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.exchange.files import BadCell, CsvFile, file_dates, open_csv, places
from models.exchange.names import Names, instant, line, past_instant
from models.exchange.presets import ENDINGS, OPEN, PRESETS
from models.exchange.taking import (
    PROGRESS_ROWS,
    ImportOptions,
    ImportResult,
    Progress,
    in_one_piece,
    must_import,
    need,
    told,
    told_dates,
    told_other_clients,
)
from models.journal.commands import record
from models.people import views as people
from models.people.rules import covers
from models.pipeline import commands, rules
from models.pipeline.rules import Attempt
from models.storage.database import database
from models.storage.staging import insert
from models.values.errors import StagewatchError, StoreUnusable, Usage
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
    "stage_since": ("last_stage_change", "last_stage_change_date"),
    "closed_at": ("close_date",),
    "won_at": ("won_time",),
    "lost_at": ("lost_time",),
    "amount": ("close_value", "value"),
    "currency": (),
    "title": ("product", "name"),
    "expected_close": ("expected", "expected_close_date"),
    "reason": ("lost_reason",),
}
NEEDED = ("deal_id", "stage")
INSTANTS = ("entered_at", "stage_since", "closed_at", "won_at", "lost_at")
CHUNK = 500

KNOWN = """
    SELECT d.id, c.name, d.stage_id, d.outcome, d.owner_id, d.amount, d.currency, d.expected_close, d.title,
        d.entered_at, d.closed_at
    FROM deal AS d JOIN client AS c ON c.id = d.client_id
    WHERE d.external_type_id = ? AND d.external_id = ?
"""
NEW_DEALS = """
    deal (id, client_id, deal_type_id, stage_id, owner_id, title, title_key, outcome, amount, currency, expected_close,
        source, started_at, entered_at, closed_at, close_reason, external_type_id, external_id, version, created_at)
"""
NEW_TERMS = "deal_terms (deal_id, at, owner_id, amount, currency, expected_close)"
NEW_VISITS = """
    visit (deal_id, seq, deal_type_id, stage_id, entered_at, entered_as, entered_by_id, entered_recorded_at,
        entered_reason, begin_unknown, left_at, left_as, left_by_id, left_recorded_at, left_reason, marks)
"""


@dataclass(frozen=True)
class Snapshot:
    """A deal as a row has it. What the row leaves empty is None or ""; `stage_id` is None where only the end is known."""

    number: str
    type_id: int
    stage_id: int | None
    outcome: str
    began: Instant | None
    stage_since: Instant | None
    closed: Instant | None
    client: str
    owner_id: int | None
    amount: int | None
    currency: str
    expected: str | None
    title: str
    reason: str


@dataclass(frozen=True)
class Known:
    """A deal as the store has it."""

    id: int
    client: str
    stage_id: int | None
    outcome: str
    owner_id: int
    amount: int | None
    currency: str
    expected: str | None
    title: str
    entered: Instant
    closed: Instant | None


def import_deals(
    session: Session, path: Path, options: ImportOptions, progress: Progress = lambda share: None
) -> ImportResult:
    """Take the deals of a CSV file as they stand, all or nothing; with `options.partial` the good rows.

    A stage or an outcome that means won or lost closes. A new deal starts at its stage: since when is `stage_since`, else
    `entered_at`, else not known; one that is closed at no known stage has no visit. A known deal follows the file by the
    same commands as a person's, judged alike: it is moved, closed or reopened, and what is said of owner, amount, expected
    close and title is taken over. Raises as `import_history`, Usage `bad_preset`.
    """
    must_import(session)
    if options.preset is not None and options.preset not in PRESETS:
        raise Usage("bad_preset", _("There is no preset {name}.").format(name=quoted(options.preset)))
    file = open_csv(path, options.encoding, options.delimiter)
    preset = PRESETS[options.preset] if options.preset else {}
    where = places(file, {field: (*preset.get(field, ()), field, *names) for field, names in FIELDS.items()}, options.map)
    need(where, NEEDED)
    result = ImportResult(notes=told(file, where))
    return in_one_piece(session, result, options, lambda: _Taking(session, file, where, options, result).take(progress))


class _Taking:
    """One import under way, in its transaction."""

    def __init__(
        self, session: Session, file: CsvFile, where: Mapping[str, int], options: ImportOptions, result: ImportResult
    ) -> None:
        self.session, self.file, self.where, self.result = session, file, where, result
        self.names = Names(session, options, result)
        self.dates = file_dates(file, where, (*INSTANTS, "expected_close"), self.names.zone, options.date_order)
        self.next_id = commands.free_deal_id()
        self.deals: list[tuple[Any, ...]] = []
        self.terms: list[tuple[Any, ...]] = []
        self.visits: list[tuple[Any, ...]] = []
        self.seen: set[tuple[int, str]] = set()
        self.other_clients = 0

    def take(self, progress: Progress) -> None:
        result = self.result
        for number, cells in self.file.rows():
            result.rows = number
            try:
                self._row(cells)
            except BadCell as cell:
                result.reject(number, cell)
            if len(self.deals) >= CHUNK:
                self._flush()
            if number % PROGRESS_ROWS == 0:
                progress(min(1, number / self.file.lines))
        self._flush()
        result.notes += told_dates(self.dates) + told_other_clients(self.other_clients)
        if result.created or result.updated:
            record(
                at=self.names.now, employee_id=self.session.actor.id, command="import.deals", subject="type",
                subject_id=min(type_id for type_id, _number in self.seen), images=self.names.pen.images, file=self.file.path.name,
                count=result.rows, created=result.created, updated=result.updated,
            )

    def _flush(self) -> None:
        connection = database.connection()
        for into, rows in ((NEW_DEALS, self.deals), (NEW_VISITS, self.visits), (NEW_TERMS, self.terms)):
            insert(connection, into, rows)
            rows.clear()

    def _row(self, cells: list[str]) -> None:
        """Take one row, or nothing of it: what was made or moved for it is taken back. Raises BadCell."""
        images, created = len(self.names.pen.images), dict(self.result.created)
        try:
            with database.savepoint():
                snapshot = self._snapshot(cells)
                known = database.execute_sql(KNOWN, (snapshot.type_id, snapshot.number)).fetchone()
                if known is None:
                    self._start(snapshot)
                elif self._follow(Known(*known), snapshot):
                    self.result.updated["deals"] = self.result.updated.get("deals", 0) + 1
                else:
                    self.result.unchanged += 1
            self.seen.add((snapshot.type_id, snapshot.number))
        except BadCell:
            self.names.forget()
            self.result.created = created
            del self.names.pen.images[images:]
            raise

    def _snapshot(self, cells: list[str]) -> Snapshot:
        """Raises BadCell."""
        names, file = self.names, self.file
        if len(cells) > len(file.columns) and any(cells[len(file.columns) :]):
            raise BadCell("", cells[len(file.columns)], _("The row has more cells than the file has columns."))
        cell = {field: cells[place] for field, place in self.where.items()}
        number = line(cell["deal_id"], "deal_id")
        if not number:
            raise BadCell("deal_id", "", _("The row names no deal."))
        outcome, stage = _end(cell)
        at = {field: self._instant(cell, field) for field in INSTANTS}
        closed = at["closed_at"] or at[f"{outcome}_at"] if outcome else None
        if outcome and closed is None:
            raise BadCell("closed_at", "", _("A closed deal needs the day of its closing."))
        began, since = at["entered_at"], at["stage_since"]
        if closed is not None and began is not None and closed < began:
            raise BadCell("closed_at", cell.get("closed_at", ""), _("The deal was closed before it began."))
        if not outcome and not stage:
            raise BadCell("stage", "", _("An open deal needs a stage."))
        amount, currency = names.amounts[cell.get("amount", ""), cell.get("currency", "")]
        client, title = line(cell.get("client", ""), "client"), line(cell.get("title", ""), "title")
        reason = line(cell.get("reason", ""), "reason", 1000)
        type_id = names.types[cell.get("deal_type", "")]
        if (type_id, number) in self.seen:
            raise BadCell("deal_id", number, _("The file has this deal twice."))
        stage_id, owner_id = names.stages[type_id, stage], names.reps[cell.get("rep", "")]
        return Snapshot(
            number, type_id, stage_id, outcome or "open", began, since, closed, client, owner_id, amount, currency,
            self._day(cell), title, reason,
        )

    def _instant(self, cell: Mapping[str, str], field: str) -> Instant | None:
        """The instant in that cell, None where it is empty or not asked for. Raises BadCell."""
        said = cell.get(field, "").strip()
        if not said or field == "closed_at" and not _end(cell)[0]:
            return None
        return past_instant(self.dates, said, field, self.names.now)

    def _day(self, cell: Mapping[str, str]) -> str | None:
        said = cell.get("expected_close", "").strip()
        if not said:
            return None
        return local_day(instant(self.dates, said, "expected_close"), self.names.zone).isoformat()

    def _start(self, new: Snapshot) -> None:
        """Lay a new deal ready to be written. Raises BadCell."""
        names, by = self.names, self.session.actor.id
        client = new.client or names.options.default_client or ""
        if not client:
            raise BadCell("client", "", _("The row names no client; --default-client NAME takes it."))
        if new.outcome == "open":
            attempt = Attempt("start", target=new.stage_id, at=new.stage_since or new.began)
            objections = rules.judge(None, names.type(new.type_id), attempt, names.now)
            if objections:
                raise BadCell("stage", "", " ".join(objection.message for objection in objections))
        owner = new.owner_id or by
        client_id, deal_id = names.client(client, owner), self.next_id
        started = next(at for at in (new.began, new.stage_since, new.closed, names.now) if at is not None)
        entered = started if new.stage_since is None else max(started, new.stage_since)
        entered = entered if new.closed is None else min(entered, new.closed)
        currency, reason = new.currency or names.own_currency, new.reason if new.closed is not None else ""
        self.deals.append(
            (
                deal_id, client_id, new.type_id, new.stage_id, owner, new.title, commands.title_key(client, new.title),
                new.outcome, new.amount, currency, new.expected, "", started, entered, new.closed, reason, new.type_id,
                new.number, 1, names.now,
            )
        )
        self.terms.append((deal_id, started, owner, new.amount, currency, new.expected))
        if new.stage_id is not None:
            unknown = new.began is None and new.stage_since is None
            end = (None, None, None, None, "") if new.closed is None else (new.closed, new.outcome, by, names.now, reason)
            self.visits.append(
                (deal_id, 1, new.type_id, new.stage_id, entered, "start", by, names.now, "", unknown, *end, "")
            )
        self.next_id += 1
        self.result.made("deals")

    def _follow(self, known: Known, new: Snapshot) -> bool:
        """Bring a known deal to where the row has it; whether that changed anything. Raises BadCell."""
        if not covers(self.names.writable, known.owner_id):
            raise BadCell("deal_id", new.number, _("There is no such deal."))
        if new.client and new.client != known.client:
            self.other_clients += 1
        try:
            stepped = self._step(known, new)
            changes = self._changes(known, new)
            if changes:
                commands.set_deal(self.session, known.id, **changes)
        except StoreUnusable:
            raise
        except StagewatchError as error:
            raise BadCell("stage", "", error.message) from None
        return stepped or bool(changes)

    def _step(self, known: Known, new: Snapshot) -> bool:
        """Move, close or reopen as a person would, each with its instant where the row tells it."""
        reason = new.reason or _("Imported from {file}.").format(file=shown(self.file.path.name))
        session, last = self.session, max(known.entered, known.closed or known.entered)
        if known.outcome != "open" and new.outcome != "open":
            if known.outcome != new.outcome:
                raise BadCell("outcome", new.outcome, _("The deal was closed otherwise; reopen it first."))
            return False
        reopened = known.outcome != "open"
        if reopened:
            commands.reopen_deal(session, known.id, reason=reason)
        moved = new.stage_id is not None and new.stage_id != known.stage_id
        if moved:
            since = None if reopened else new.stage_since or new.closed
            commands.move_deal(session, known.id, new.stage_id or 0, reason=reason, at=since and max(since, last))
            last = max(since or self.names.now, last)
        if new.outcome == "open":
            return moved or reopened
        close = commands.win_deal if new.outcome == "won" else commands.lose_deal
        close(session, known.id, reason=reason, at=new.closed and max(new.closed, last))
        return True

    def _changes(self, known: Known, new: Snapshot) -> dict[str, Any]:
        """What the row says otherwise, as `set_deal` takes it; what it leaves empty stays."""
        changes: dict[str, Any] = {}
        if new.title and new.title != known.title:
            changes["title"] = new.title
        if new.amount is not None:
            money = new.amount, new.currency or self.names.own_currency
            if money != (known.amount, known.currency):
                changes["amount"], changes["currency"] = money
        if new.expected and new.expected != known.expected:
            changes["expected_close"] = date.fromisoformat(new.expected)
        if new.owner_id and new.owner_id != known.owner_id:
            changes["owner"] = people.logins([new.owner_id])[new.owner_id]
        return changes


def _end(cell: Mapping[str, str]) -> tuple[str, str]:
    """The outcome ("" for open) and the name of the stage that a row says. Raises BadCell."""
    said, stage = line(cell.get("outcome", ""), "outcome"), line(cell.get("stage", ""), "stage", 100)
    outcome = ENDINGS.get(search_key(said), "")
    if not outcome and search_key(said) not in OPEN:
        raise BadCell("outcome", said, _("An outcome is won, lost or open."))
    meant = ENDINGS.get(search_key(stage))
    if not meant:
        return outcome, stage
    if outcome and outcome != meant:
        raise BadCell("outcome", said, _("The stage and the outcome say different ends."))
    return meant, ""
