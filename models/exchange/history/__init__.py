"""Importing the history of deals: one row an event, in any order. It records what happened without judging it.

`rows` checks each row by itself and lays it into a scratch table that is kept by deal and instant, `checks` looks at the
rows of a deal together, `merge` writes what stands, `broken` counts what the rules of the types would have refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.exchange.files import open_csv, places
from models.exchange.history import broken, checks, merge, rows
from models.exchange.names import Names
from models.exchange.taking import (
    ImportOptions,
    ImportResult,
    Progress,
    in_one_piece,
    must_import,
    need,
    told,
    told_broken,
)
from models.journal.commands import record
from models.storage.staging import scratch

if TYPE_CHECKING:
    from models.session import Session

__all__ = ["ImportOptions", "ImportResult", "import_history"]

SCRATCH = rows.SCRATCH | checks.SCRATCH | merge.SCRATCH


def import_history(
    session: Session, path: Path, options: ImportOptions, progress: Progress = lambda share: None
) -> ImportResult:
    """Take the events of a CSV file, all or nothing; with `options.partial` the good rows.

    Importing the same file again changes nothing. `progress` gets the share that is done, from 0 to 1.
    Raises Refused `bad_file`, `rows_rejected` (details are the rows), NotFound for who may not, Usage.
    """
    must_import(session)
    file = open_csv(path, options.encoding, options.delimiter)
    where = places(file, rows.FIELDS, options.map)
    need(where, rows.NEEDED)
    result = ImportResult(notes=told(file, where))

    def take() -> None:
        names = Names(session, options, result)
        with scratch(SCRATCH) as connection:
            rows.lay(connection, file, where, names, lambda share: progress(share * 0.5))
            checks.check(connection, names)
            merge.order(connection, names)
            checks.reject(connection, names)
            merge.take_steps(connection, names)
            progress(0.6)
            result.notes += told_broken(broken.count(connection, names))
            changed = merge.write(connection, names)
            subject = connection.execute(checks.FIRST_TYPE).fetchone()[0]
            progress(1)
        if not result.created and not changed:
            return
        for deal_id in changed:
            record(
                at=names.now, employee_id=session.actor.id, command="import.history", subject="deal",
                subject_id=deal_id, file=path.name,
            )
        record(
            at=names.now, employee_id=session.actor.id, command="import.history", subject="type",
            subject_id=subject, images=names.pen.images, file=path.name, count=result.rows,
            created=result.created, updated=result.updated,
        )

    return in_one_piece(session, result, options, take)
