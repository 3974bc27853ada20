"""The company, its teams and employees, and where each of them left the program."""

from __future__ import annotations

from peewee import SQL, BigIntegerField, BooleanField, Check, ForeignKeyField, IntegerField, TextField

from models.storage.database import Row


class Company(Row):
    """One row: who the store belongs to. `clock` is what norms are measured on."""

    id = IntegerField(primary_key=True, constraints=[Check("id = 1")])
    name = TextField(default="")
    language = TextField(constraints=[Check("language IN ('en', 'ru')")])
    currency = TextField()
    timezone = TextField()
    clock = TextField(default="calendar", constraints=[Check("clock IN ('calendar', 'working')")])
    team_read = BooleanField(default=False)
    created_at = BigIntegerField()


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


class Workplace(Row):
    """Where an employee left the program (screen, deal type, cursor, filter): a JSON object, no business data."""

    employee = ForeignKeyField(Employee, primary_key=True, on_delete="CASCADE")
    state = TextField()
    updated_at = BigIntegerField()


Employee.add_index(SQL("CREATE INDEX IF NOT EXISTS employee_of_team ON employee (team_id, id)"))

__all__ = ["Company", "Employee", "Team", "Workplace"]
