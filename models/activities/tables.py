"""Calls, meetings, mails, tasks: planned and done; and notes."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, BooleanField, Check, ForeignKeyField, TextField

from models.clients.tables import Client
from models.people.tables import Employee
from models.pipeline.tables import Deal, StageAction
from models.storage.database import Row


class Activity(Row):
    """Something to do or done with a client, often for a deal. Without `has_time` it is due on a day:
    `due_at` is then that day's end in the employee's time zone, and it is late from the next day on.
    A note or a logged call is done from the start and never due. One that a stage asked for names its stage action.
    """

    client = ForeignKeyField(Client, backref="activities", on_delete="RESTRICT")
    deal = ForeignKeyField(Deal, null=True, backref="activities", on_delete="RESTRICT")
    employee = ForeignKeyField(Employee, on_delete="RESTRICT", index=False)
    kind = TextField(constraints=[Check("kind IN ('call', 'meeting', 'mail', 'task', 'note')")])
    text = TextField()
    due_at = BigIntegerField(null=True)
    has_time = BooleanField(default=False)
    done_at = BigIntegerField(null=True)
    done_by = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)
    result = TextField(default="")
    created_at = BigIntegerField()
    stage_action = ForeignKeyField(StageAction, null=True, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        constraints = [Check("due_at IS NOT NULL OR done_at IS NOT NULL")]


Activity.add_index(
    SQL("CREATE INDEX IF NOT EXISTS activity_due ON activity (employee_id, due_at) WHERE done_at IS NULL")
)
Activity.add_index(
    SQL("CREATE INDEX IF NOT EXISTS activity_next ON activity (deal_id, due_at) WHERE done_at IS NULL")
)
