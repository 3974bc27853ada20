"""Services (the process that is billed), time entries, and what turns them into money: rates, rounding, budgets, weeks."""

from __future__ import annotations

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    Check,
    DateField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from models.clients.tables import Client
from models.people.tables import Category, Employee
from models.pipeline.tables import Deal
from models.storage.database import Row


class Service(Row):
    name = TextField()
    name_key = TextField(unique=True)
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class TimeEntry(Row):
    """Time of one employee, [started_at, ended_at) in whole seconds; it runs while `ended_at` is empty.

    Client or service may be missing while it is to be assigned. `marks` names what should be looked at (words with a
    space between): `clock`, `cut`, `forgotten`, `long` (a stopwatch of more than 24 hours), `laid` (an import knew the day alone), `closed` (an import closed it).
    `source` and `external_id` are those of the file it was imported from.
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
    source = TextField(null=True)
    external_id = TextField(null=True)
    created_at = BigIntegerField()

    class Meta:
        constraints = [
            Check("ended_at >= started_at"),
            Check("deal_id IS NULL OR client_id IS NOT NULL"),
            Check("(source IS NULL) = (external_id IS NULL)"),
        ]


class Rate(Row):
    """What an hour is billed or paid at, from `from_day` until the day before the next of the same keys, or `to_day`.

    The keys that are set are one of the nineteen combinations of `rules.rates.LADDER`; none is the company's default.
    """

    side = TextField(constraints=[Check("side IN ('bill', 'pay')")])
    entry = ForeignKeyField(TimeEntry, null=True, on_delete="RESTRICT", index=False)
    deal = ForeignKeyField(Deal, null=True, on_delete="RESTRICT", index=False)
    client = ForeignKeyField(Client, null=True, on_delete="RESTRICT", index=False)
    employee = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", index=False)
    service = ForeignKeyField(Service, null=True, on_delete="RESTRICT", index=False)
    category = ForeignKeyField(Category, null=True, on_delete="RESTRICT", index=False)
    from_day = DateField()
    to_day = DateField(null=True)
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    currency = TextField()
    created_at = BigIntegerField()

    class Meta:
        constraints = [
            Check("to_day >= from_day"),
            Check("deal_id IS NULL OR client_id IS NULL"),
            Check("employee_id IS NULL OR category_id IS NULL"),
        ]


class RoundingPolicy(Row):
    """How billable time is rounded, for a client, a service, or (neither) the company. `increment` (none: seconds as they
    are) and `minimum` in minutes."""

    client = ForeignKeyField(Client, null=True, on_delete="RESTRICT", index=False)
    service = ForeignKeyField(Service, null=True, on_delete="RESTRICT", index=False)
    increment = IntegerField(null=True, constraints=[Check("increment IN (1, 5, 6, 10, 15, 30, 60)")])
    direction = TextField(constraints=[Check("direction IN ('up', 'nearest', 'down')")])
    minimum = IntegerField(constraints=[Check("minimum BETWEEN 0 AND 1440")])
    unit = TextField(constraints=[Check("unit IN ('entry', 'day')")])

    class Meta:
        constraints = [Check("client_id IS NULL OR service_id IS NULL")]


class FixedPrice(Row):
    """The price of an entry that does not change any more: approved, invoiced or paid. `rank`, `amount` (per hour) and
    `charge` are empty where it had no rate."""

    entry = ForeignKeyField(TimeEntry, on_delete="RESTRICT", index=False)
    side = TextField(constraints=[Check("side IN ('bill', 'pay')")])
    rank = IntegerField(null=True, constraints=[Check("rank BETWEEN 1 AND 19")])
    amount = BigIntegerField(null=True, constraints=[Check("amount >= 0")])
    currency = TextField(null=True)
    rounded_seconds = BigIntegerField(constraints=[Check("rounded_seconds >= 0")])
    charge = BigIntegerField(null=True, constraints=[Check("charge >= 0")])
    at = BigIntegerField()

    class Meta:
        indexes = ((("entry", "side"), True),)


class Budget(Row):
    """Hours (`seconds`) or money for a client or a deal; `warn_at` holds percentages with commas between."""

    client = ForeignKeyField(Client, null=True, on_delete="RESTRICT", index=False)
    deal = ForeignKeyField(Deal, null=True, on_delete="RESTRICT", index=False)
    seconds = BigIntegerField(null=True, constraints=[Check("seconds > 0")])
    amount = BigIntegerField(null=True, constraints=[Check("amount > 0")])
    currency = TextField(null=True)
    warn_at = TextField()
    created_at = BigIntegerField()

    class Meta:
        constraints = [
            Check("(client_id IS NULL) <> (deal_id IS NULL)"),
            Check("(seconds IS NULL) <> (amount IS NULL)"),
            Check("(amount IS NULL) = (currency IS NULL)"),
        ]


class TimesheetWeek(Row):
    """A week of an employee's time that was submitted, and what became of it."""

    employee = ForeignKeyField(Employee, on_delete="RESTRICT", index=False)
    monday = DateField()
    state = TextField(constraints=[Check("state IN ('submitted', 'approved', 'declined')")])
    submitted_at = BigIntegerField()
    answered_by = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", index=False)
    answered_at = BigIntegerField(null=True)
    answer = TextField()

    class Meta:
        constraints = [Check("(state = 'submitted') = (answered_at IS NULL)")]
        indexes = ((("employee", "monday"), True),)


TimeEntry.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS time_entry_one_running ON time_entry (employee_id) WHERE ended_at IS NULL"
    )
)
TimeEntry.add_index(
    SQL("CREATE INDEX IF NOT EXISTS time_entry_of_employee ON time_entry (employee_id, started_at, ended_at)")
)
TimeEntry.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS time_entry_external ON time_entry (employee_id, source, external_id) "
        "WHERE external_id IS NOT NULL"
    )
)
_KEYS = "coalesce(deal_id, 0), coalesce(client_id, 0), coalesce(employee_id, 0), coalesce(service_id, 0)"
Rate.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS rate_once ON rate "
        f"(side, coalesce(entry_id, 0), {_KEYS}, coalesce(category_id, 0), from_day)"
    )
)
Rate.add_index(SQL("CREATE INDEX IF NOT EXISTS rate_of_entry ON rate (entry_id) WHERE entry_id IS NOT NULL"))
RoundingPolicy.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS rounding_policy_once ON rounding_policy "
        "(coalesce(client_id, 0), coalesce(service_id, 0))"
    )
)
Budget.add_index(
    SQL("CREATE UNIQUE INDEX IF NOT EXISTS budget_once ON budget (coalesce(client_id, 0), coalesce(deal_id, 0))")
)
