"""The one database of this process, and the base of every table.

A process works on one store. Tables are bound to a proxy, which `models.storage.store.open_store` points at it.

What a key waits for is said in SQL here: Peewee takes five to thirty times as long to put a statement together as the
store to carry it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, Self

from peewee import DatabaseProxy, Model

import models

database = DatabaseProxy()


class Row(Model):
    """Base of every table: bound to the process's store, named in snake case.

    Columns hold what SQLite and PostgreSQL keep alike: whole numbers for money (minor units), instants
    (microseconds since the epoch, UTC) and durations (seconds), text for codes.
    """

    class Meta:
        database = database
        legacy_table_names = False

    @classmethod
    def found(cls, where: str, *values: Any) -> list[Self]:
        """The rows for which the SQL condition `where` holds, its `?` being `values`."""
        return list(cls.raw(f'SELECT * FROM "{cls._meta.table_name}" WHERE {where}', *values))


def insert(name: str, values: Mapping[str, Any]) -> int:
    """Add a row to the table called `name`, of those columns; returns its id."""
    columns, marks = ", ".join(f'"{column}"' for column in values), ", ".join("?" * len(values))
    sql = f'INSERT INTO "{name}" ({columns}) VALUES ({marks}) RETURNING id'
    return int(database.execute_sql(sql, tuple(values.values())).fetchone()[0])


def update(name: str, row_id: int, values: Mapping[str, Any]) -> None:
    """Set those columns of a row of the table called `name`."""
    columns = ", ".join(f'"{column}" = ?' for column in values)
    database.execute_sql(f'UPDATE "{name}" SET {columns} WHERE id = ?', (*values.values(), row_id))


def table(name: str) -> type[Row]:
    """The table class called `name` in the store, also of a flat that the process had no need of so far; KeyError where
    there is none."""
    if name not in _known():
        for flat in iter_modules(models.__path__):
            if flat.ispkg and find_spec(f"models.{flat.name}.tables"):
                import_module(f"models.{flat.name}.tables")
    return _known()[name]


def _known() -> dict[str, type[Row]]:
    return {row._meta.table_name: row for row in Row.__subclasses__()}
