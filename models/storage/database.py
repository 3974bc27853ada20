"""The one database of this process, and the base of every table.

A process works on one store. Tables are bound to a proxy, which `models.storage.store.open_store` points at it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

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
