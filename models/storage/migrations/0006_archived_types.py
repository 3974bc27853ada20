"""Deal types can be archived: out of use, their history kept."""

from __future__ import annotations

from typing import Any

STATEMENTS = [
    "ALTER TABLE deal_type ADD COLUMN archived_at BIGINT",
    "DROP TRIGGER deal_type_update_counts",
    """
    CREATE TRIGGER deal_type_update_counts AFTER UPDATE OF name, mode, returns, is_default, archived_at ON deal_type
    BEGIN UPDATE deal_type SET version = version + 1 WHERE id = NEW.id; END
    """,
]


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
