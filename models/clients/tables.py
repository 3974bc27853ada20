"""Clients and the people who work there."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, ForeignKeyField, IntegerField, TextField

from models.people.tables import Employee
from models.storage.database import Row


class Client(Row):
    """A company or person we deal with. `name_key` finds it, `search` holds all that search as you type looks at."""

    name = TextField()
    name_key = TextField(index=True)
    search = TextField()
    owner = ForeignKeyField(Employee, on_delete="RESTRICT")
    street = TextField(default="")
    city = TextField(default="")
    postcode = TextField(default="")
    country = TextField(default="")
    vat_id = TextField(default="")
    registration_id = TextField(default="")
    phone = TextField(default="")
    mail = TextField(default="")
    version = IntegerField(default=1)
    created_at = BigIntegerField()


class Contact(Row):
    client = ForeignKeyField(Client, backref="contacts", on_delete="RESTRICT")
    name = TextField()
    name_key = TextField()
    position = TextField(default="")
    phone = TextField(default="")
    mail = TextField(default="")
    created_at = BigIntegerField()


Client.add_index(SQL("CREATE INDEX IF NOT EXISTS client_by_text ON client (name)"))
