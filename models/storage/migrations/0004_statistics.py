"""What reports are held against: targets of reps and teams by month, exchange rates of the company."""

from __future__ import annotations

from importlib import import_module
from typing import Any

STATEMENTS = [
    """
    CREATE TABLE target (
        id {lasting_key},
        employee_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        team_id INTEGER REFERENCES team (id) ON DELETE RESTRICT,
        month DATE NOT NULL,
        amount BIGINT NOT NULL CHECK (amount >= 0),
        currency TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        CHECK ((employee_id IS NULL) <> (team_id IS NULL))
    )
    """,
    """CREATE UNIQUE INDEX target_once ON target (coalesce(employee_id, 0), coalesce(team_id, 0), month, currency)""",
    """
    CREATE TABLE exchange_rate (
        id {lasting_key},
        from_currency TEXT NOT NULL,
        to_currency TEXT NOT NULL,
        day DATE NOT NULL,
        units BIGINT NOT NULL CHECK (units > 0),
        places INTEGER NOT NULL CHECK (places BETWEEN 0 AND 12),
        created_at BIGINT NOT NULL,
        CHECK (from_currency <> to_currency)
    )
    """,
    """
    CREATE UNIQUE INDEX exchange_rate_from_currency_to_currency_day ON exchange_rate (from_currency, to_currency, day)
    """,
]


def up(migrator: Any, db: Any) -> None:
    first = import_module("models.storage.migrations.0001_first")
    for statement in STATEMENTS:
        db.execute_sql(statement.format(**first.SQLITE_KEYS))
