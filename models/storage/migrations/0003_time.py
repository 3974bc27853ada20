"""What time is worth: categories, rates, rounding, budgets, weeks, locks, signs of life; entries that an undo may give back."""

from __future__ import annotations

from importlib import import_module
from typing import Any

STATEMENTS = [
    """ALTER TABLE company ADD COLUMN weeks_approved BOOLEAN NOT NULL DEFAULT FALSE""",
    """ALTER TABLE company ADD COLUMN locked_before DATE""",
    """
    CREATE TABLE category (
        id {key},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        archived_at BIGINT,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX category_name_key ON category (name_key)""",
    """
    CREATE TABLE employee_category (
        id {lasting_key},
        employee_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        category_id INTEGER NOT NULL REFERENCES category (id) ON DELETE RESTRICT,
        from_day DATE NOT NULL
    )
    """,
    """CREATE INDEX employee_category_category_id ON employee_category (category_id)""",
    """CREATE UNIQUE INDEX employee_category_employee_id_from_day ON employee_category (employee_id, from_day)""",
    """
    CREATE TABLE working_hours (
        weekday INTEGER NOT NULL PRIMARY KEY CHECK (weekday BETWEEN 0 AND 6),
        opens INTEGER NOT NULL CHECK (opens BETWEEN 0 AND 86400),
        closes INTEGER NOT NULL CHECK (closes BETWEEN 0 AND 86400),
        CHECK (closes > opens)
    )
    """,
    """CREATE TABLE holiday (day DATE NOT NULL PRIMARY KEY, name TEXT NOT NULL)""",
    """
    CREATE TABLE sign_of_life (
        employee_id INTEGER NOT NULL PRIMARY KEY REFERENCES employee (id) ON DELETE CASCADE,
        at BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE lock (
        id {lasting_key},
        subject TEXT NOT NULL,
        subject_id INTEGER NOT NULL,
        use TEXT NOT NULL CHECK (use IN ('approval', 'billing', 'payroll')),
        holder TEXT NOT NULL,
        at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX lock_subject_subject_id_use ON lock (subject, subject_id, use)""",
    # Made anew, so that an entry that comes back with an undone deletion finds its number free.
    """DROP TRIGGER time_entry_no_overlap_insert""",
    """DROP TRIGGER time_entry_no_overlap_update""",
    """
    CREATE TABLE time_entry_lasting (
        id {lasting_key},
        employee_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        client_id INTEGER REFERENCES client (id) ON DELETE RESTRICT,
        deal_id INTEGER REFERENCES deal (id) ON DELETE RESTRICT,
        service_id INTEGER REFERENCES service (id) ON DELETE RESTRICT,
        started_at BIGINT NOT NULL CHECK (started_at % 1000000 = 0),
        ended_at BIGINT CHECK (ended_at % 1000000 = 0),
        billable BOOLEAN NOT NULL,
        note TEXT NOT NULL,
        marks TEXT NOT NULL,
        source TEXT,
        external_id TEXT,
        created_at BIGINT NOT NULL,
        CHECK (ended_at >= started_at),
        CHECK (deal_id IS NULL OR client_id IS NOT NULL),
        CHECK ((source IS NULL) = (external_id IS NULL))
    )
    """,
    """
    INSERT INTO time_entry_lasting (id, employee_id, client_id, deal_id, service_id, started_at, ended_at, billable,
        note, marks, created_at)
    SELECT id, employee_id, client_id, deal_id, service_id, started_at, ended_at, billable, note, marks, created_at
    FROM time_entry
    """,
    """DROP TABLE time_entry""",
    """ALTER TABLE time_entry_lasting RENAME TO time_entry""",
    """CREATE INDEX time_entry_client_id ON time_entry (client_id)""",
    """CREATE INDEX time_entry_deal_id ON time_entry (deal_id)""",
    """CREATE UNIQUE INDEX time_entry_one_running ON time_entry (employee_id) WHERE ended_at IS NULL""",
    """CREATE INDEX time_entry_of_employee ON time_entry (employee_id, started_at, ended_at)""",
    """
    CREATE UNIQUE INDEX time_entry_external ON time_entry (employee_id, source, external_id)
    WHERE external_id IS NOT NULL
    """,
    """
    CREATE TABLE rate (
        id {lasting_key},
        side TEXT NOT NULL CHECK (side IN ('bill', 'pay')),
        entry_id INTEGER REFERENCES time_entry (id) ON DELETE RESTRICT,
        deal_id INTEGER REFERENCES deal (id) ON DELETE RESTRICT,
        client_id INTEGER REFERENCES client (id) ON DELETE RESTRICT,
        employee_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        service_id INTEGER REFERENCES service (id) ON DELETE RESTRICT,
        category_id INTEGER REFERENCES category (id) ON DELETE RESTRICT,
        from_day DATE NOT NULL,
        to_day DATE,
        amount BIGINT NOT NULL CHECK (amount >= 0),
        currency TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        CHECK (to_day >= from_day),
        CHECK (deal_id IS NULL OR client_id IS NULL),
        CHECK (employee_id IS NULL OR category_id IS NULL)
    )
    """,
    """
    CREATE UNIQUE INDEX rate_once ON rate (side, coalesce(entry_id, 0), coalesce(deal_id, 0), coalesce(client_id, 0),
    coalesce(employee_id, 0), coalesce(service_id, 0), coalesce(category_id, 0), from_day)
    """,
    """CREATE INDEX rate_of_entry ON rate (entry_id) WHERE entry_id IS NOT NULL""",
    """
    CREATE TABLE rounding_policy (
        id {lasting_key},
        client_id INTEGER REFERENCES client (id) ON DELETE RESTRICT,
        service_id INTEGER REFERENCES service (id) ON DELETE RESTRICT,
        increment INTEGER CHECK (increment IN (1, 5, 6, 10, 15, 30, 60)),
        direction TEXT NOT NULL CHECK (direction IN ('up', 'nearest', 'down')),
        minimum INTEGER NOT NULL CHECK (minimum BETWEEN 0 AND 1440),
        unit TEXT NOT NULL CHECK (unit IN ('entry', 'day')),
        CHECK (client_id IS NULL OR service_id IS NULL)
    )
    """,
    """CREATE UNIQUE INDEX rounding_policy_once ON rounding_policy (coalesce(client_id, 0), coalesce(service_id, 0))""",
    """
    CREATE TABLE fixed_price (
        id {lasting_key},
        entry_id INTEGER NOT NULL REFERENCES time_entry (id) ON DELETE RESTRICT,
        side TEXT NOT NULL CHECK (side IN ('bill', 'pay')),
        rank INTEGER CHECK (rank BETWEEN 1 AND 19),
        amount BIGINT CHECK (amount >= 0),
        currency TEXT,
        rounded_seconds BIGINT NOT NULL CHECK (rounded_seconds >= 0),
        charge BIGINT CHECK (charge >= 0),
        at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX fixed_price_entry_id_side ON fixed_price (entry_id, side)""",
    """
    CREATE TABLE budget (
        id {lasting_key},
        client_id INTEGER REFERENCES client (id) ON DELETE RESTRICT,
        deal_id INTEGER REFERENCES deal (id) ON DELETE RESTRICT,
        seconds BIGINT CHECK (seconds > 0),
        amount BIGINT CHECK (amount > 0),
        currency TEXT,
        warn_at TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        CHECK ((client_id IS NULL) <> (deal_id IS NULL)),
        CHECK ((seconds IS NULL) <> (amount IS NULL)),
        CHECK ((amount IS NULL) = (currency IS NULL))
    )
    """,
    """CREATE UNIQUE INDEX budget_once ON budget (coalesce(client_id, 0), coalesce(deal_id, 0))""",
    """
    CREATE TABLE timesheet_week (
        id {lasting_key},
        employee_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        monday DATE NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'declined')),
        submitted_at BIGINT NOT NULL,
        answered_by_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        answered_at BIGINT,
        answer TEXT NOT NULL,
        CHECK ((state = 'submitted') = (answered_at IS NULL))
    )
    """,
    """CREATE UNIQUE INDEX timesheet_week_employee_id_monday ON timesheet_week (employee_id, monday)""",
]


def up(migrator: Any, db: Any) -> None:
    first = import_module("models.storage.migrations.0001_first")
    for statement in STATEMENTS:
        db.execute_sql(statement.format(**first.SQLITE_KEYS))
    for guard in first.SQLITE_GUARDS:
        if "time_entry" in guard:
            db.execute_sql(guard)
