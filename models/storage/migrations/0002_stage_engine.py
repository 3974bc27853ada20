"""What a stage asks for: actions, authority, fields, loss reasons; ticks, requests, values of custom fields, retypes."""

from __future__ import annotations

from typing import Any

ROLES = "('rep', 'manager', 'accountant', 'admin')"

STATEMENTS = [
    """ALTER TABLE deal_type ADD COLUMN version INTEGER NOT NULL DEFAULT 1""",
    f"""ALTER TABLE stage ADD COLUMN responsible_role TEXT CHECK (responsible_role IN {ROLES})""",
    """ALTER TABLE stage ADD COLUMN responsible_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT""",
    f"""
    CREATE TABLE stage_action (
        id {{lasting_key}},
        stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE RESTRICT,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        required BOOLEAN NOT NULL,
        role TEXT CHECK (role IN {ROLES}),
        employee_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        kind TEXT NOT NULL CHECK (kind IN ('call', 'meeting', 'mail', 'task')),
        due_after BIGINT CHECK (due_after >= 0),
        guidance TEXT NOT NULL,
        archived_at BIGINT,
        created_at BIGINT NOT NULL,
        CHECK (role IS NULL OR employee_id IS NULL)
    )
    """,
    """CREATE INDEX stage_action_stage_id ON stage_action (stage_id)""",
    f"""
    CREATE TABLE stage_authority (
        id {{lasting_key}},
        stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE RESTRICT,
        direction TEXT NOT NULL CHECK (direction IN ('enter', 'leave')),
        role TEXT CHECK (role IN {ROLES}),
        employee_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        CHECK ((role IS NULL) <> (employee_id IS NULL))
    )
    """,
    """CREATE INDEX stage_authority_stage_id ON stage_authority (stage_id)""",
    """
    CREATE TABLE custom_field (
        id {lasting_key},
        deal_type_id INTEGER NOT NULL REFERENCES deal_type (id) ON DELETE RESTRICT,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'money', 'date', 'choice', 'yes/no')),
        choices TEXT NOT NULL,
        position INTEGER NOT NULL,
        archived_at BIGINT,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE INDEX custom_field_deal_type_id ON custom_field (deal_type_id)""",
    """
    CREATE UNIQUE INDEX custom_field_name_once ON custom_field (deal_type_id, name_key)
    WHERE archived_at IS NULL
    """,
    """
    CREATE TABLE stage_field (
        id {lasting_key},
        stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE RESTRICT,
        moment TEXT NOT NULL CHECK (moment IN ('enter', 'leave')),
        field TEXT,
        custom_field_id INTEGER REFERENCES custom_field (id) ON DELETE RESTRICT,
        CHECK ((field IS NULL) <> (custom_field_id IS NULL))
    )
    """,
    """CREATE INDEX stage_field_stage_id ON stage_field (stage_id)""",
    """
    CREATE TABLE loss_reason (
        id {lasting_key},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        archived_at BIGINT,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX loss_reason_name_once ON loss_reason (name_key) WHERE archived_at IS NULL""",
    """ALTER TABLE deal ADD COLUMN loss_reason_id INTEGER REFERENCES loss_reason (id) ON DELETE RESTRICT""",
    """
    CREATE INDEX deal_own_percentage ON deal
    (deal_type_id, stage_id, currency, amount, probability, owner_id, outcome)
    WHERE outcome = 'open' AND probability IS NOT NULL
    """,
    """
    CREATE TABLE custom_value (
        id {lasting_key},
        deal_id INTEGER NOT NULL REFERENCES deal (id) ON DELETE RESTRICT,
        custom_field_id INTEGER NOT NULL REFERENCES custom_field (id) ON DELETE RESTRICT,
        value TEXT NOT NULL
    )
    """,
    """CREATE INDEX custom_value_custom_field_id ON custom_value (custom_field_id)""",
    """CREATE UNIQUE INDEX custom_value_deal_id_custom_field_id ON custom_value (deal_id, custom_field_id)""",
    """
    CREATE TABLE tick (
        id {lasting_key},
        visit_id INTEGER NOT NULL REFERENCES visit (id) ON DELETE RESTRICT,
        stage_action_id INTEGER NOT NULL REFERENCES stage_action (id) ON DELETE RESTRICT,
        at BIGINT NOT NULL,
        by_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT
    )
    """,
    """CREATE INDEX tick_stage_action_id ON tick (stage_action_id)""",
    """CREATE UNIQUE INDEX tick_visit_id_stage_action_id ON tick (visit_id, stage_action_id)""",
    """
    CREATE TABLE move_request (
        id {lasting_key},
        deal_id INTEGER NOT NULL REFERENCES deal (id) ON DELETE RESTRICT,
        stage_id INTEGER REFERENCES stage (id) ON DELETE RESTRICT,
        reason TEXT NOT NULL,
        asked_by_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        asked_at BIGINT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
        answered_by_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        answered_at BIGINT,
        answer TEXT NOT NULL,
        CHECK ((state = 'open') = (answered_at IS NULL))
    )
    """,
    """CREATE INDEX move_request_deal_id ON move_request (deal_id)""",
    """CREATE UNIQUE INDEX move_request_one_open ON move_request (deal_id, asked_by_id) WHERE state = 'open'""",
    """
    CREATE TABLE stage_map (
        id {lasting_key},
        deal_id INTEGER NOT NULL REFERENCES deal (id) ON DELETE RESTRICT,
        from_stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE RESTRICT,
        to_stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE UNIQUE INDEX stage_map_deal_id_from_stage_id_to_stage_id
    ON stage_map (deal_id, from_stage_id, to_stage_id)
    """,
    # Made anew, so that an activity that comes back with an undone deletion finds its number free.
    """
    CREATE TABLE activity_lasting (
        id {lasting_key},
        client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE RESTRICT,
        deal_id INTEGER REFERENCES deal (id) ON DELETE RESTRICT,
        employee_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        kind TEXT NOT NULL CHECK (kind IN ('call', 'meeting', 'mail', 'task', 'note')),
        text TEXT NOT NULL,
        due_at BIGINT,
        has_time BOOLEAN NOT NULL,
        done_at BIGINT,
        done_by_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        result TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        stage_action_id INTEGER REFERENCES stage_action (id) ON DELETE RESTRICT,
        CHECK (due_at IS NOT NULL OR done_at IS NOT NULL)
    )
    """,
    """
    INSERT INTO activity_lasting (id, client_id, deal_id, employee_id, kind, text, due_at, has_time, done_at,
        done_by_id, result, created_at)
    SELECT id, client_id, deal_id, employee_id, kind, text, due_at, has_time, done_at, done_by_id, result, created_at
    FROM activity
    """,
    """DROP TABLE activity""",
    """ALTER TABLE activity_lasting RENAME TO activity""",
    """CREATE INDEX activity_client_id ON activity (client_id)""",
    """CREATE INDEX activity_deal_id ON activity (deal_id)""",
    """CREATE INDEX activity_due ON activity (employee_id, due_at) WHERE done_at IS NULL""",
    """CREATE INDEX activity_next ON activity (deal_id, due_at) WHERE done_at IS NULL""",
]

# A type's version counts up whenever anything of it changes, whoever changes it.
OF_STAGE = "(SELECT deal_type_id FROM stage WHERE id = {row}.stage_id)"
OF_TYPE = "{row}.deal_type_id"
PARTS = {
    "stage": OF_TYPE, "transition": OF_TYPE, "custom_field": OF_TYPE,
    "stage_action": OF_STAGE, "stage_authority": OF_STAGE, "stage_field": OF_STAGE,
}  # fmt: skip
MOMENTS = (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))
SQLITE_TRIGGERS = [
    f"""
    CREATE TRIGGER {table}_{moment}_counts AFTER {moment.upper()} ON {table}
    BEGIN UPDATE deal_type SET version = version + 1 WHERE id = {which.format(row=row)}; END
    """
    for table, which in PARTS.items()
    for moment, row in MOMENTS
] + [
    """
    CREATE TRIGGER deal_type_update_counts AFTER UPDATE OF name, mode, returns, is_default ON deal_type
    BEGIN UPDATE deal_type SET version = version + 1 WHERE id = NEW.id; END
    """
]

SQLITE_KEYS = {"lasting_key": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"}


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement.format(**SQLITE_KEYS))
    for statement in SQLITE_TRIGGERS:
        db.execute_sql(statement)
