"""The company, its teams and employees, and where each of them left the program."""

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

from models.storage.database import Row


class Company(Row):
    """One row: who the store belongs to. `clock` is what norms are measured on; with `weeks_approved` a week of time is
    submitted and approved; time that began on a day before `locked_before` is closed to everybody."""

    id = IntegerField(primary_key=True, constraints=[Check("id = 1")])
    name = TextField(default="")
    language = TextField(constraints=[Check("language IN ('en', 'ru')")])
    currency = TextField()
    timezone = TextField()
    clock = TextField(default="calendar", constraints=[Check("clock IN ('calendar', 'working')")])
    team_read = BooleanField(default=False)
    created_at = BigIntegerField()
    weeks_approved = BooleanField(default=False, constraints=[SQL("DEFAULT FALSE")])
    locked_before = DateField(null=True)


class Team(Row):
    name = TextField()
    name_key = TextField(unique=True)


class Employee(Row):
    """Someone who acts. Those that an import made cannot log in until an administrator says so."""

    login = TextField(unique=True)
    name = TextField()
    name_key = TextField(index=True)
    role = TextField(constraints=[Check("role IN ('rep', 'manager', 'accountant', 'admin')")])
    team = ForeignKeyField(Team, null=True, on_delete="RESTRICT")
    language = TextField(constraints=[Check("language IN ('en', 'ru')")])
    timezone = TextField()
    can_login = BooleanField(default=True)
    disabled_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class Category(Row):
    """The quality of an employee, as rates know it: trainee, expert, partner."""

    name = TextField()
    name_key = TextField(unique=True)
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class EmployeeCategory(Row):
    """The category that an employee has from that day on; the first one holds for all time before."""

    employee = ForeignKeyField(Employee, on_delete="RESTRICT", index=False)
    category = ForeignKeyField(Category, on_delete="RESTRICT")
    from_day = DateField()

    class Meta:
        indexes = ((("employee", "from_day"), True),)


class WorkingHours(Row):
    """When the company works on a weekday (0 is Monday), in seconds after its midnight; a day off has no row."""

    weekday = IntegerField(primary_key=True, constraints=[Check("weekday BETWEEN 0 AND 6")])
    opens = IntegerField(constraints=[Check("opens BETWEEN 0 AND 86400")])
    closes = IntegerField(constraints=[Check("closes BETWEEN 0 AND 86400")])

    class Meta:
        constraints = [Check("closes > opens")]


class Holiday(Row):
    """A day on which the company does not work."""

    day = DateField(primary_key=True)
    name = TextField()


class Target(Row):
    """What an employee or a team is to win in a month, by its first day; at most one in each currency."""

    employee = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", index=False)
    team = ForeignKeyField(Team, null=True, on_delete="RESTRICT", index=False)
    month = DateField()
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    currency = TextField()
    created_at = BigIntegerField()

    class Meta:
        constraints = [Check("(employee_id IS NULL) <> (team_id IS NULL)")]


class ExchangeRate(Row):
    """What one of `from_currency` is worth in `to_currency` from that day on: `units` / 10^`places`, exactly."""

    from_currency = TextField()
    to_currency = TextField()
    day = DateField()
    units = BigIntegerField(constraints=[Check("units > 0")])
    places = IntegerField(constraints=[Check("places BETWEEN 0 AND 12")])
    created_at = BigIntegerField()

    class Meta:
        constraints = [Check("from_currency <> to_currency")]
        indexes = ((("from_currency", "to_currency", "day"), True),)


class SignOfLife(Row):
    """When a session of the employee was last there; written at most once a minute."""

    employee = ForeignKeyField(Employee, primary_key=True, on_delete="CASCADE")
    at = BigIntegerField()


class Workplace(Row):
    """Where an employee left the program (screen, deal type, cursor, filter): a JSON object, no business data."""

    employee = ForeignKeyField(Employee, primary_key=True, on_delete="CASCADE")
    state = TextField()
    updated_at = BigIntegerField()


Employee.add_index(SQL("CREATE INDEX IF NOT EXISTS employee_of_team ON employee (team_id, id)"))
Target.add_index(
    SQL(
        "CREATE UNIQUE INDEX IF NOT EXISTS target_once ON target "
        "(coalesce(employee_id, 0), coalesce(team_id, 0), month, currency)"
    )
)

__all__ = [
    "Category", "Company", "Employee", "EmployeeCategory", "ExchangeRate", "Holiday", "SignOfLife", "Target", "Team",
    "WorkingHours", "Workplace",
]
