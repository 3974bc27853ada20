"""What is known of a type's whole history, for all screens of a session: read beside the keys, and anew when it is old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values.instants import MINUTE, Instant

if TYPE_CHECKING:
    from models.statistics.figures import Figures
    from tui.app import StagewatchApp

HOLD = 10 * MINUTE
Known = dict[int, tuple["Figures", Instant]]  # by type, and when they were read


def known(app: StagewatchApp, type_id: int) -> Figures | None:
    """The figures of the type, None where they are not read yet."""
    found = app.figures.get(type_id)
    return None if found is None else found[0]


def fresh(app: StagewatchApp, type_id: int) -> bool:
    found = app.figures.get(type_id)
    return found is not None and found[1] >= app.desk.session().now() - HOLD


async def read(app: StagewatchApp, type_id: int) -> Figures:
    """Read them, a piece after the other, so that what keys ask comes between. Raises StagewatchError."""
    from models.statistics.figures import Stays, figures, gather

    stays = Stays()
    while await app.desk.ask(gather, type_id, stays):
        pass
    found = await app.desk.ask(figures, type_id, stays)
    app.figures[type_id] = (found, app.desk.session().now())
    return found
