"""Scratch tables of one connection, for bulk work: SQL of SQLite alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from models.storage.database import database

AT_ONCE = 100


@contextmanager
def scratch(tables: Mapping[str, str]) -> Iterator[Any]:
    """Make the temporary tables (name to columns), give the driver's connection, and drop them in the end.

    A table whose columns name a key is kept in the order of that key. SQLite keeps them in a file beside the store's
    own pages, so that memory does not grow with the rows. A transaction that fails takes them back itself.
    """
    connection = database.connection()
    for name, columns in tables.items():
        kept = " WITHOUT ROWID" if "PRIMARY KEY (" in columns else ""
        connection.execute(f"CREATE TEMP TABLE {name} ({columns}){kept}")
    yield connection
    for name in tables:
        connection.execute(f"DROP TABLE temp.{name}")


def insert(connection: Any, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of one width into `into` (a table and its columns), a hundred a statement.

    What a statement costs by itself, where a trigger may undo it, is as much as three rows.
    """
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        row = f"({', '.join('?' * len(some[0]))})"
        connection.execute(f"INSERT INTO {into} VALUES {', '.join([row] * len(some))}", tuple(chain.from_iterable(some)))
