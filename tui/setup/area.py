"""What a list of the company on Setup is: what it shows, and what its keys ask and do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.people.rules import Actor, may_set_up
from models.values.language import _
from tui.setup.items import Item

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class Area:
    """One of the lists below the deal types. `read` runs off the event loop and gives the second pane's lines; of a
    `Row` the third pane shows its `details`. The screen has asked `may` before any of the keys gets here."""

    name = ""
    idle: tuple[str, ...] = ("setup.action", "setup.later", "setup.tick", "setup.mode")  # keys that do nothing here

    def title(self) -> str:
        raise NotImplementedError

    def may(self, actor: Actor) -> bool:
        return may_set_up(actor)

    def refusal(self) -> str:
        """Said to those who may not."""
        return _("Only an administrator may do that.")

    def only_seen(self, admins: str) -> str:
        """Said above what those who may not see of it."""
        return _("To look at. Administrators change it: {names}.").format(names=admins)

    def read(self, session: Session) -> Sequence[Item]:
        raise NotImplementedError

    async def new(self, ask: PanesScreen, item: Any) -> None:
        raise NotImplementedError

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        raise NotImplementedError

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        raise NotImplementedError

    async def more(self, ask: PanesScreen, item: Any) -> None:
        """Key `a`: what a line has several of."""
        ask.say(_("There is nothing to add to this line."))
