"""Writing the journal: one line a command, with the images of the rows it changed.

The images make undo: taking a line back puts its rows as they were before, and is itself a line that can be taken back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from models.storage.database import Row, database, insert, table, update
from models.values.errors import Refused
from models.values.instants import Instant
from models.values.language import _

Image = list[Any]  # [table, id, before or null, after or null]; before and after hold the columns that changed


class Pen:
    """Writes rows within a transaction and keeps an image of each change, before and after."""

    def __init__(self) -> None:
        self.images: list[Image] = []

    def insert(self, row: type[Row], **values: Any) -> int:
        """Insert a row; returns its id."""
        return self.insert_row(row(**values))

    def insert_row(self, row: Row) -> int:
        """Insert a row that was made already, with the id it has if any; returns its id."""
        row.id = insert(row._meta.table_name, _written(row, row.__data__))
        self.images.append([row._meta.table_name, row.id, None, _columns(row)])
        return int(row.id)

    def update(self, row: Row, **values: Any) -> None:
        """Change the named fields of a row that was read in this transaction; unchanged ones are left out."""
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return
        before = {name: _plain(getattr(row, name)) for name in changed}
        for name, value in changed.items():
            setattr(row, name, value)
        update(row._meta.table_name, row.id, _written(row, changed))
        self.images.append([row._meta.table_name, row.id, before, {n: _plain(v) for n, v in changed.items()}])

    def delete(self, row: Row) -> None:
        self.images.append([row._meta.table_name, row.id, _columns(row), None])
        row.delete_instance()


def record(
    *,
    at: Instant,
    employee_id: int | None,
    command: str,
    subject: str,
    subject_id: int,
    images: Iterable[Image] = (),
    undoes: int | None = None,
    **facts: Any,
) -> int:
    """Add a line and return its id. Call it last in the command's transaction.

    `facts` are what people read later (reason, names); `images` the rows changed.
    """
    content = json.dumps({**facts, "rows": list(images)}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    salt = secrets.token_hex(16)
    digest = digest_of(salt, content)
    (last,) = database.execute_sql("SELECT chain FROM journal ORDER BY id DESC LIMIT 1").fetchone() or ("",)
    line = {
        "at": at,
        "employee_id": employee_id,
        "command": command,
        "subject": subject,
        "subject_id": subject_id,
        "undoes_id": undoes,
        "content": content,
        "salt": salt,
        "digest": digest,
        "chain": chain_of(last, at, employee_id, command, subject, subject_id, undoes, digest),
    }
    return insert("journal", line)


def digest_of(salt: str, content: str) -> str:
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def chain_of(last: str, *fields: Any) -> str:
    """The chain after a line: a hash of the chain before it and its fields."""
    return hashlib.sha256("\n".join([last, *map(str, fields)]).encode()).hexdigest()


def take_back(images: Iterable[Image], lenient: Collection[str] = ()) -> list[Image]:
    """Put the rows as they were before, in reverse order; returns the images of having done so.

    Raises Refused `changed_since` where a row no longer is as the line left it; rows of the `lenient` tables then stay.
    """
    reversed_images: list[Image] = []
    for name, row_id, before, after in reversed(list(images)):
        kind = table(name)
        row = kind.get_or_none(kind._meta.primary_key == row_id)
        if not _stands_as(row, after):
            if name in lenient:
                continue
            raise Refused("changed_since", _("This was changed again since; it cannot be taken back."))
        if after is None:
            insert(name, before)
        elif before is None:
            row.delete_instance()
        else:
            update(name, row_id, before)
        reversed_images.append([name, row_id, after, before])
    return reversed_images


def _stands_as(row: Row | None, after: dict[str, Any] | None) -> bool:
    if row is None or after is None:
        return row is None and after is None
    return all(_plain(getattr(row, name)) == value for name, value in after.items())


def _written(row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of fields by column, as the store takes them."""
    fields = row._meta.combined
    return {fields[name].column_name: fields[name].db_value(value) for name, value in values.items()}


def _columns(row: Row) -> dict[str, Any]:
    return {field.column_name: _plain(getattr(row, field.column_name)) for field in row._meta.sorted_fields}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
