"""What the reports on visits read once: a type's whole history, kept until the store changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.arrays import Records
    from tui.statistics.report import Asked


def records(session: Session, asked: Asked, kept: dict[Any, Any]) -> Records:
    """The history of the type asked for. One type's is kept: it is some megabytes."""
    from models.statistics.arrays import read

    found = kept.get("records")
    if found is None or found[0] != asked.filters.type_id:
        found = kept["records"] = (asked.filters.type_id, read(session, asked.filters.type_id))
    return found[1]  # type: ignore[no-any-return]
