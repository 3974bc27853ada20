"""Who changed what: one line a command, its values apart so that they can be erased."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, Check, ForeignKeyField, IntegerField, TextField

from models.storage.database import Row


class Journal(Row):
    """One line a command, in the order of commits; its ids are the change feed.

    `digest` covers the salt and the values, `chain` the line and the chain before it: erasing `salt` and `content`
    (a person's right) leaves the chain checkable. `undoes` names the line that this one takes back.
    Employee and subject are plain numbers: a line outlives what it speaks of.
    """

    at = BigIntegerField()
    employee_id = IntegerField(null=True)
    command = TextField()
    subject = TextField()
    subject_id = IntegerField()
    undoes = ForeignKeyField("self", null=True, on_delete="RESTRICT")
    content = TextField(null=True)
    salt = TextField(null=True)
    digest = TextField()
    chain = TextField()


class Lock(Row):
    """What a lower flat must know of an upper one: `subject` and its id may not change, for that use, while `holder`
    (a week, an invoice, a payroll period) stands on it. The upper flat writes it, the lower one asks."""

    subject = TextField()
    subject_id = IntegerField()
    use = TextField(constraints=[Check("use IN ('approval', 'billing', 'payroll')")])
    holder = TextField()
    at = BigIntegerField()

    class Meta:
        indexes = ((("subject", "subject_id", "use"), True),)


Journal.add_index(SQL("CREATE INDEX IF NOT EXISTS journal_of_subject ON journal (subject, subject_id, id)"))
Journal.add_index(SQL("CREATE INDEX IF NOT EXISTS journal_of_employee ON journal (employee_id, id)"))
Journal.add_index(
    SQL("CREATE UNIQUE INDEX IF NOT EXISTS journal_undone_once ON journal (undoes_id) WHERE undoes_id IS NOT NULL")
)
