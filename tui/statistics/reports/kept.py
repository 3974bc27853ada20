"""What the reports on visits read once: a type's whole history, kept until the store changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.arrays import History
    from tui.statistics.report import Asked


def history_of(session: Session, asked: Asked, kept: dict[Any, Any]) -> History:
    """The history of the type asked for. One type's is kept: it is some megabytes."""
    from models.statistics.arrays import history

    found = kept.get("history")
    if found is None or found[0] != asked.filters.type_id:
        found = kept["history"] = (asked.filters.type_id, history(session, asked.filters.type_id))
    return found[1]  # type: ignore[no-any-return]
