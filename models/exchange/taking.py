"""What every import shares: how it can be told, what it answers, and that it is one piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.exchange.files import MOST_REJECTED, BadCell, CsvFile, Dates, Rejected, bad_file
from models.values.errors import NotFound, Refused
from models.values.language import _, ngettext
from models.values.text import shown

if TYPE_CHECKING:
    from models.session import Session

PROGRESS_ROWS = 1_000

Progress = Callable[[float], None]  # gets the share that is done, from 0 to 1


@dataclass(frozen=True)
class ImportOptions:
    """How a file is to be read. `map` names the column of a field, before the `preset` does; `date_order` is "dmy" or
    "mdy". `service` and `projects_file` (project, client, deal, service) are those of time."""

    map: Mapping[str, str] = field(default_factory=dict)
    preset: str | None = None
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
    service: str | None = None
    projects_file: Path | None = None


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
        if count:
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


def told_dates(dates: Dates) -> list[str]:
    """The order of day and month that was found in a column."""
    if dates.order is None or dates.told:
        return []
    order = _("day, month, year") if dates.order == "dmy" else _("month, day, year")
    notes = [_("Order of dates: {order}.").format(order=order)]
    if dates.ambiguous:
        notes.append(_("The dates do not tell day from month beyond doubt."))
    return notes


def told_broken(count: int) -> list[str]:
    """How many deals would not have been let through by the rules of their type."""
    if not count:
        return []
    words = ngettext("{count} deal breaks a rule of its type.", "{count} deals break a rule of their type.", count)
    return [words.format(count=count)]


def told_other_clients(count: int) -> list[str]:
    """How many rows name another client than their deal has."""
    if not count:
        return []
    words = ngettext(
        "{count} row names another client than its deal has; the deal keeps its own.",
        "{count} rows name another client than their deal has; the deals keep their own.",
        count,
    )
    return [words.format(count=count)]


def in_one_piece(
    session: Session, result: ImportResult, options: ImportOptions, work: Callable[[], None]
) -> ImportResult:
    """Run `work` in one transaction, and take it back where rows were rejected or nothing is to be kept."""
    try:
        with session.writing():
            work()
            result.rejected.sort(key=lambda row: row.row)
            del result.rejected[MOST_REJECTED:]
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
