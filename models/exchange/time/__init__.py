"""Importing time from what other programs write, and exporting it.

`detect` looks which program it was; `csvs`, `json_files` and `timeclock` read rows into pieces, `places` finds what their
names mean, `take` holds them against each other and what the store has, and writes what stands. `export` is the way out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.exchange.taking import ImportOptions, ImportResult, Progress, in_one_piece, must_import
from models.exchange.time.detect import detect
from models.exchange.time.take import Taking

if TYPE_CHECKING:
    from models.session import Session

__all__ = ["ImportOptions", "ImportResult", "import_time"]


def import_time(
    session: Session, path: Path, options: ImportOptions, progress: Progress = lambda share: None
) -> ImportResult:
    """Take the time of a file, all or nothing; with `options.partial` the good rows.

    Importing the same file again changes nothing: each entry keeps the number that its program gave it, else a digest of
    what it says. Raises Refused `bad_file`, `rows_rejected` (details are the rows), NotFound for who may not, Usage.
    """
    must_import(session)
    found = detect(path, options)
    result = ImportResult(notes=list(found.notes))
    return in_one_piece(session, result, options, lambda: Taking(session, path, found, options, result).take(progress))
