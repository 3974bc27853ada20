"""What the reports read once: a type's whole history, kept until the store changes; and the filters as they take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.statistics.filters import rep_of, team_of

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.arrays import History
    from tui.statistics.report import Asked


def history_of(session: Session, asked: Asked, kept: dict[Any, Any]) -> History:
    """The history of the type asked for. One type's is kept: it is some megabytes."""
    from models.statistics.arrays import history

    found = history_read(asked, kept)
    if found is None:
        kept.pop("history", None)  # before another is read
        found = history(session, asked.filters.type_id, deals=True)
        kept["history"] = (asked.filters.type_id, found)
    return found


def history_read(asked: Asked, kept: dict[Any, Any]) -> History | None:
    """The same, if it was read before."""
    type_id, found = kept.get("history", (None, None))
    return found if type_id == asked.filters.type_id else None


def filtered(asked: Asked, *names: str) -> dict[str, Any]:
    """Those of the filters `rep_ids` (and `team_id` with it), `first`, `last`, `as_of`, `clock` as reports take them; without names all. Raises
    NotFound where the actor may see the rep or the team no more."""
    filters = asked.filters
    first, last = filters.days(asked.known.today)
    rep = rep_of(filters, asked.known)
    every = {"rep_ids": None if rep is None else [rep], "first": first, "last": last, "as_of": filters.as_of, "clock": filters.clock}
    said = {name: every[name] for name in names or every}
    if "rep_ids" in said:
        said["team_id"] = team_of(filters, asked.known)
    return said
