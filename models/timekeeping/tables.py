"""Services (the process that is billed) and time entries."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, BooleanField, Check, ForeignKeyField, TextField

from models.clients.tables import Client
from models.people.tables import Employee
from models.pipeline.tables import Deal
from models.storage.database import Row


class Service(Row):
    name = TextField()
    name_key = TextField(unique=True)
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class TimeEntry(Row):
    """Time of one employee, [started_at, ended_at) in whole seconds; it runs while `ended_at` is empty.

    Client or service may be missing while it is to be assigned. `marks` names what should be looked at.
    """

    employee = ForeignKeyField(Employee, on_delete="RESTRICT", index=False)
    client = ForeignKeyField(Client, null=True, backref="entries", on_delete="RESTRICT")
    deal = ForeignKeyField(Deal, null=True, backref="entries", on_delete="RESTRICT")
    service = ForeignKeyField(Service, null=True, on_delete="RESTRICT", index=False)
    started_at = BigIntegerField(constraints=[Check("started_at % 1000000 = 0")])
    ended_at = BigIntegerField(null=True, constraints=[Check("ended_at % 1000000 = 0")])
    billable = BooleanField(default=True)
    note = TextField(default="")
    marks = TextField(default="")
    created_at = BigIntegerField()

    class Meta:
        constraints = [
            Check("ended_at >= started_at"),
            Check("deal_id IS NULL OR client_id IS NOT NULL"),
        ]


TimeEntry.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS time_entry_one_running ON time_entry (employee_id) WHERE ended_at IS NULL"
    )
)
TimeEntry.add_index(
    SQL("CREATE INDEX IF NOT EXISTS time_entry_of_employee ON time_entry (employee_id, started_at, ended_at)")
)
