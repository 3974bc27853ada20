"""What the program shows first, read in one go while the screens are still being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.views import workplace
from models.timekeeping.views import Entry, running

if TYPE_CHECKING:
    from models.overview import board
    from models.session import Session


class Opening(NamedTuple):
    """Where the actor left the program, what runs, and the board where that is the screen they left."""

    workplace: dict[str, Any]
    running: Entry | None
    board: board.Window | None


def opening(session: Session, first: str, columns: int) -> Opening:
    """Read it; `first` is the screen of somebody who was never here, `columns` is as in `board.window`."""
    kept = workplace(session.actor.id)
    seen = None
    if kept.get("screen", first) == "board":
        from models.overview import board  # its import is a part of the first paint

        left = kept.get("board", {})
        seen = board.window(
            session, board.kept_look(left), wanted=(), follow=left.get("deal"), columns=columns
        )
    return Opening(kept, running(session), seen)
