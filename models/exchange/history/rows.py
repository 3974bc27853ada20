"""Reading the rows of a history, and checking each by itself."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from models.exchange.files import BadCell, CsvFile, Dates, file_dates
from models.exchange.names import Memo, Names, instant, line, past_instant
from models.exchange.taking import PROGRESS_ROWS, Progress, told_dates
from models.storage.staging import insert
from models.values.instants import local_day
from models.values.language import _

FIELDS: dict[str, tuple[str, ...]] = {
    "deal_id": ("deal_id", "deal", "id"),
    "client": ("client", "account", "company"),
    "rep": ("rep", "owner", "sales_agent"),
    "deal_type": ("deal_type", "type"),
    "stage": ("stage",),
    "entered_at": ("entered_at", "at", "date", "time"),
    "amount": ("amount",),
    "currency": ("currency",),
    "outcome": ("outcome",),
    "title": ("title",),
    "expected_close": ("expected_close",),
    "reason": ("reason",),
}
NEEDED = ("deal_id", "entered_at")
OUTCOMES = {"": "", "open": "", "won": "won", "lost": "lost"}
CHUNK = 500

SCRATCH = {
    "import_row": """
        row INTEGER NOT NULL PRIMARY KEY, type_id INTEGER NOT NULL, deal TEXT NOT NULL, at INTEGER NOT NULL,
        stage_id INTEGER, outcome TEXT NOT NULL, reason TEXT NOT NULL, client TEXT NOT NULL, owner_id INTEGER,
        amount INTEGER, currency TEXT NOT NULL, expected TEXT, title TEXT NOT NULL
    """
}


def lay(connection: Any, file: CsvFile, where: dict[str, int], names: Names, progress: Progress) -> None:
    """Lay the good rows into the scratch table; the others are rejected."""
    result = names.result
    dates = file_dates(file, where, ("entered_at", "expected_close"), names.zone, names.options.date_order)
    checked = _checker(file, where, names, dates)
    waiting: list[tuple[Any, ...]] = []
    for number, cells in file.rows():
        result.rows = number
        try:
            waiting.append(checked(number, cells))
        except BadCell as cell:
            result.reject(number, cell)
        if len(waiting) == CHUNK:
            insert(connection, "import_row", waiting)
            waiting.clear()
        if number % PROGRESS_ROWS == 0:
            progress(min(1, number / file.lines))
    insert(connection, "import_row", waiting)
    result.notes += told_dates(dates)


def _checker(
    file: CsvFile, where: dict[str, int], names: Names, dates: Dates
) -> Callable[[int, list[str]], tuple[Any, ...]]:
    """Makes a row of the scratch table of a row of the file, or raises BadCell. It remembers the cells it has read."""
    width = len(file.columns)
    cells_of = itemgetter(*(where.get(name, -1) for name in FIELDS))  # -1: the empty cell added to each row

    def deal(said: str) -> str:
        number = line(said, "deal_id")
        if not number:
            raise BadCell("deal_id", "", _("The row names no deal."))
        return number

    def outcome(said: str) -> str:
        text = line(said, "outcome").lower()
        if text not in OUTCOMES:
            raise BadCell("outcome", text, _("An outcome is won, lost or open."))
        return OUTCOMES[text]

    def due(said: str) -> str | None:
        if not said.strip():
            return None
        return local_day(instant(dates, said, "expected_close"), names.zone).isoformat()

    def target(said: tuple[str, str, str]) -> tuple[int, int | None, str]:
        type_, stage, end = said[0], said[1].strip(), outcome(said[2])
        if stage and end:
            raise BadCell("outcome", end, _("The row has a stage and an outcome together."))
        if not stage and not end:
            raise BadCell("stage", "", _("The row has neither a stage nor an outcome."))
        type_id = names.types[type_]
        return type_id, names.stages[type_id, stage], end

    deals, dues, targets = Memo(deal), Memo(due), Memo(target)
    instants = Memo(lambda said: past_instant(dates, said, "entered_at", names.now))
    clients = Memo(lambda said: line(said, "client"))
    titles = Memo(lambda said: line(said, "title"))
    reasons = Memo(lambda said: line(said, "reason", 10_000))
    amounts, reps = names.amounts, names.reps

    def checked(number: int, cells: list[str]) -> tuple[Any, ...]:
        if len(cells) > width and any(cells[width:]):
            raise BadCell("", cells[width], _("The row has more cells than the file has columns."))
        cells.append("")
        deal, client, rep, type_, stage, at, amount, currency, outcome, title, due, reason = cells_of(cells)
        number_of_deal, instant = deals[deal], instants[at]
        known_client, day, name, why = clients[client], dues[due], titles[title], reasons[reason]
        money = amounts[amount, currency]
        type_id, stage_id, end = targets[type_, stage, outcome]
        return (
            number, type_id, number_of_deal, instant, stage_id, end, why, known_client, reps[rep], *money, day, name
        )

    return checked
