"""The first schema. SQL that SQLite and PostgreSQL both take; only the keys differ by engine.

A key that an undo may give back (`lasting_key`) is never given out twice.
"""

from __future__ import annotations

from typing import Any

TABLES = [
    """
    CREATE TABLE company (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        name TEXT NOT NULL,
        language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
        currency TEXT NOT NULL,
        timezone TEXT NOT NULL,
        clock TEXT NOT NULL CHECK (clock IN ('calendar', 'working')),
        team_read BOOLEAN NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE team (
        id {key},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX team_name_key ON team (name_key)""",
    """
    CREATE TABLE employee (
        id {key},
        login TEXT NOT NULL,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('rep', 'manager', 'accountant', 'admin')),
        team_id INTEGER REFERENCES team (id) ON DELETE RESTRICT,
        language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
        timezone TEXT NOT NULL,
        can_login BOOLEAN NOT NULL,
        disabled_at BIGINT,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX employee_login ON employee (login)""",
    """CREATE INDEX employee_name_key ON employee (name_key)""",
    """CREATE INDEX employee_team_id ON employee (team_id)""",
    """CREATE INDEX employee_of_team ON employee (team_id, id)""",
    """
    CREATE TABLE workplace (
        employee_id INTEGER NOT NULL PRIMARY KEY REFERENCES employee (id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        updated_at BIGINT NOT NULL
    )
    """,
    """
    CREATE TABLE journal (
        id {lasting_key},
        at BIGINT NOT NULL,
        employee_id INTEGER,
        command TEXT NOT NULL,
        subject TEXT NOT NULL,
        subject_id INTEGER NOT NULL,
        undoes_id INTEGER REFERENCES journal (id) ON DELETE RESTRICT,
        content TEXT,
        salt TEXT,
        digest TEXT NOT NULL,
        chain TEXT NOT NULL
    )
    """,
    """CREATE INDEX journal_undoes_id ON journal (undoes_id)""",
    """CREATE INDEX journal_of_subject ON journal (subject, subject_id, id)""",
    """CREATE INDEX journal_of_employee ON journal (employee_id, id)""",
    """CREATE UNIQUE INDEX journal_undone_once ON journal (undoes_id) WHERE undoes_id IS NOT NULL""",
    """
    CREATE TABLE client (
        id {key},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        search TEXT NOT NULL,
        owner_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        street TEXT NOT NULL,
        city TEXT NOT NULL,
        postcode TEXT NOT NULL,
        country TEXT NOT NULL,
        vat_id TEXT NOT NULL,
        registration_id TEXT NOT NULL,
        phone TEXT NOT NULL,
        mail TEXT NOT NULL,
        version INTEGER NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE INDEX client_name_key ON client (name_key)""",
    """CREATE INDEX client_owner_id ON client (owner_id)""",
    """CREATE INDEX client_by_text ON client (name)""",
    """
    CREATE TABLE contact (
        id {key},
        client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE RESTRICT,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        position TEXT NOT NULL,
        phone TEXT NOT NULL,
        mail TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE INDEX contact_client_id ON contact (client_id)""",
    """
    CREATE TABLE deal_type (
        id {key},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        mode TEXT NOT NULL CHECK (mode IN ('strict', 'semi-strict', 'free')),
        returns BOOLEAN NOT NULL,
        is_default BOOLEAN NOT NULL,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX deal_type_name_key ON deal_type (name_key)""",
    """CREATE UNIQUE INDEX deal_type_one_default ON deal_type (is_default) WHERE is_default""",
    """
    CREATE TABLE stage (
        id {key},
        deal_type_id INTEGER NOT NULL REFERENCES deal_type (id) ON DELETE RESTRICT,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        position INTEGER NOT NULL,
        norm BIGINT CHECK (norm > 0),
        probability INTEGER CHECK (probability BETWEEN 0 AND 100),
        required_of_all BOOLEAN NOT NULL,
        archived_at BIGINT,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE INDEX stage_deal_type_id ON stage (deal_type_id)""",
    """CREATE UNIQUE INDEX stage_name_once ON stage (deal_type_id, name_key) WHERE archived_at IS NULL""",
    """
    CREATE TABLE transition (
        id {key},
        deal_type_id INTEGER NOT NULL REFERENCES deal_type (id) ON DELETE RESTRICT,
        from_stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
        to_stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('forbidden', 'allowed'))
    )
    """,
    """CREATE INDEX transition_deal_type_id ON transition (deal_type_id)""",
    """CREATE INDEX transition_to_stage_id ON transition (to_stage_id)""",
    """CREATE UNIQUE INDEX transition_from_stage_id_to_stage_id ON transition (from_stage_id, to_stage_id)""",
    """
    CREATE TABLE deal (
        id {key},
        client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE RESTRICT,
        deal_type_id INTEGER NOT NULL REFERENCES deal_type (id) ON DELETE RESTRICT,
        stage_id INTEGER REFERENCES stage (id) ON DELETE RESTRICT,
        owner_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        title TEXT NOT NULL,
        title_key TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('open', 'won', 'lost')),
        amount BIGINT CHECK (amount >= 0),
        currency TEXT NOT NULL,
        expected_close DATE,
        probability INTEGER CHECK (probability BETWEEN 0 AND 100),
        source TEXT NOT NULL,
        started_at BIGINT NOT NULL,
        entered_at BIGINT NOT NULL,
        closed_at BIGINT,
        close_reason TEXT NOT NULL,
        held_at BIGINT,
        next_due_at BIGINT,
        external_type_id INTEGER REFERENCES deal_type (id) ON DELETE RESTRICT,
        external_id TEXT,
        version INTEGER NOT NULL,
        created_at BIGINT NOT NULL,
        CHECK ((outcome = 'open') = (closed_at IS NULL)),
        CHECK (outcome <> 'open' OR stage_id IS NOT NULL),
        CHECK (outcome = 'open' OR held_at IS NULL)
    )
    """,
    """CREATE INDEX deal_client_id ON deal (client_id)""",
    """CREATE UNIQUE INDEX deal_external ON deal (external_type_id, external_id) WHERE external_id IS NOT NULL""",
    """CREATE INDEX deal_board_entered_at ON deal (stage_id, entered_at, id, outcome) WHERE outcome = 'open'""",
    """CREATE INDEX deal_board_amount ON deal (stage_id, amount, id, outcome) WHERE outcome = 'open'""",
    """CREATE INDEX deal_board_next_due_at ON deal (stage_id, next_due_at, id, outcome) WHERE outcome = 'open'""",
    """CREATE INDEX deal_board_title_key ON deal (stage_id, title_key, id, outcome) WHERE outcome = 'open'""",
    """CREATE INDEX deal_totals ON deal (deal_type_id, stage_id, currency, amount, held_at, owner_id, client_id, outcome) WHERE outcome = 'open'""",
    """CREATE INDEX deal_of_owner ON deal (owner_id, stage_id) WHERE outcome = 'open'""",
    """
    CREATE TABLE deal_terms (
        id {lasting_key},
        deal_id INTEGER NOT NULL REFERENCES deal (id) ON DELETE RESTRICT,
        at BIGINT NOT NULL,
        owner_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        amount BIGINT,
        currency TEXT NOT NULL,
        expected_close DATE
    )
    """,
    """CREATE INDEX deal_terms_at ON deal_terms (deal_id, at, id)""",
    """
    CREATE TABLE visit (
        id {lasting_key},
        deal_id INTEGER NOT NULL REFERENCES deal (id) ON DELETE RESTRICT,
        seq INTEGER NOT NULL CHECK (seq > 0),
        deal_type_id INTEGER NOT NULL REFERENCES deal_type (id) ON DELETE RESTRICT,
        stage_id INTEGER NOT NULL REFERENCES stage (id) ON DELETE RESTRICT,
        entered_at BIGINT NOT NULL,
        entered_as TEXT NOT NULL CHECK (entered_as IN ('start', 'advance', 'skip', 'return', 'reopen', 'retyped')),
        entered_by_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        entered_recorded_at BIGINT NOT NULL,
        entered_reason TEXT NOT NULL,
        begin_unknown BOOLEAN NOT NULL,
        left_at BIGINT,
        left_as TEXT CHECK (left_as IN ('advance', 'skip', 'return', 'won', 'lost', 'retyped')),
        left_by_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        left_recorded_at BIGINT,
        left_reason TEXT NOT NULL,
        marks TEXT NOT NULL,
        CHECK (left_at >= entered_at),
        CHECK ((left_at IS NULL) = (left_as IS NULL))
    )
    """,
    """CREATE UNIQUE INDEX visit_deal_id_seq ON visit (deal_id, seq)""",
    """CREATE UNIQUE INDEX visit_one_open ON visit (deal_id) WHERE left_at IS NULL""",
    """
    CREATE TABLE hold (
        id {lasting_key},
        deal_id INTEGER NOT NULL REFERENCES deal (id) ON DELETE RESTRICT,
        started_at BIGINT NOT NULL,
        ended_at BIGINT,
        reason TEXT NOT NULL,
        started_by_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        ended_by_id INTEGER REFERENCES employee (id) ON DELETE RESTRICT,
        CHECK (ended_at >= started_at)
    )
    """,
    """CREATE INDEX hold_deal_id ON hold (deal_id)""",
    """CREATE UNIQUE INDEX hold_one_open ON hold (deal_id) WHERE ended_at IS NULL""",
    """
    CREATE TABLE activity (
        id {key},
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
        CHECK (due_at IS NOT NULL OR done_at IS NOT NULL)
    )
    """,
    """CREATE INDEX activity_client_id ON activity (client_id)""",
    """CREATE INDEX activity_deal_id ON activity (deal_id)""",
    """CREATE INDEX activity_due ON activity (employee_id, due_at) WHERE done_at IS NULL""",
    """CREATE INDEX activity_next ON activity (deal_id, due_at) WHERE done_at IS NULL""",
    """
    CREATE TABLE service (
        id {key},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        archived_at BIGINT,
        created_at BIGINT NOT NULL
    )
    """,
    """CREATE UNIQUE INDEX service_name_key ON service (name_key)""",
    """
    CREATE TABLE time_entry (
        id {key},
        employee_id INTEGER NOT NULL REFERENCES employee (id) ON DELETE RESTRICT,
        client_id INTEGER REFERENCES client (id) ON DELETE RESTRICT,
        deal_id INTEGER REFERENCES deal (id) ON DELETE RESTRICT,
        service_id INTEGER REFERENCES service (id) ON DELETE RESTRICT,
        started_at BIGINT NOT NULL CHECK (started_at % 1000000 = 0),
        ended_at BIGINT CHECK (ended_at % 1000000 = 0),
        billable BOOLEAN NOT NULL,
        note TEXT NOT NULL,
        marks TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        CHECK (ended_at >= started_at),
        CHECK (deal_id IS NULL OR client_id IS NOT NULL)
    )
    """,
    """CREATE INDEX time_entry_client_id ON time_entry (client_id)""",
    """CREATE INDEX time_entry_deal_id ON time_entry (deal_id)""",
    """CREATE UNIQUE INDEX time_entry_one_running ON time_entry (employee_id) WHERE ended_at IS NULL""",
    """CREATE INDEX time_entry_of_employee ON time_entry (employee_id, started_at, ended_at)""",
]

# Visits of a deal follow one another; a later one never begins before the earlier one has ended.
VISIT_OVERLAP = """
    EXISTS (
        SELECT 1 FROM visit AS other
        WHERE other.deal_id = NEW.deal_id AND other.id <> NEW.id AND (
            (other.seq < NEW.seq AND (other.left_at IS NULL OR other.left_at > NEW.entered_at))
            OR (other.seq > NEW.seq AND (NEW.left_at IS NULL OR NEW.left_at > other.entered_at))
        )
    )
"""

# Entries are [start, end); one of 0 seconds overlaps nothing; a running one takes the time up to the next planned one.
# Since no two overlap, only the last one that begins before the new one's end can: looking at all cost a bulk import its
# time.
LAST_BEFORE = """
    EXISTS (
        SELECT 1 FROM (
            SELECT other.ended_at AS ended_at FROM time_entry AS other
            WHERE other.employee_id = NEW.employee_id AND other.id <> NEW.id AND other.started_at {before}
                AND other.ended_at > other.started_at
            ORDER BY other.started_at DESC LIMIT 1
        ) AS last WHERE last.ended_at > NEW.started_at
    )
"""
ENTRY_OVERLAP = f"""
    (NEW.ended_at > NEW.started_at AND {LAST_BEFORE.format(before="< NEW.ended_at")})
    OR (NEW.ended_at IS NULL AND {LAST_BEFORE.format(before="<= NEW.started_at")})
    OR EXISTS (
        SELECT 1 FROM time_entry AS other
        WHERE other.employee_id = NEW.employee_id AND other.id <> NEW.id AND other.ended_at IS NULL
            AND NEW.started_at <= other.started_at AND NEW.ended_at > other.started_at
    )
"""

SQLITE_GUARDS = [
    f"""
    CREATE TRIGGER visit_no_overlap_{moment.split()[0].lower()} AFTER {moment} ON visit WHEN {VISIT_OVERLAP}
    BEGIN SELECT RAISE(ABORT, 'visits of a deal overlap'); END
    """
    for moment in ("INSERT", "UPDATE OF deal_id, seq, entered_at, left_at")
] + [
    f"""
    CREATE TRIGGER time_entry_no_overlap_{moment.split()[0].lower()} AFTER {moment} ON time_entry WHEN {ENTRY_OVERLAP}
    BEGIN SELECT RAISE(ABORT, 'time entries overlap'); END
    """
    for moment in ("INSERT", "UPDATE OF employee_id, started_at, ended_at")
]

SQLITE_KEYS = {
    "key": "INTEGER NOT NULL PRIMARY KEY",
    "lasting_key": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
}


def up(migrator: Any, db: Any) -> None:
    for statement in TABLES:
        db.execute_sql(statement.format(**SQLITE_KEYS))
    for statement in SQLITE_GUARDS:
        db.execute_sql(statement)
