"""The one database of this process, and the base of every table.

A process works on one store. Tables are bound to a proxy, which `models.storage.store.open_store` points at it.
"""

from __future__ import annotations

from peewee import DatabaseProxy, Model

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
    """The table class called `name` in the store; KeyError where there is none."""
    return {row._meta.table_name: row for row in Row.__subclasses__()}[name]
