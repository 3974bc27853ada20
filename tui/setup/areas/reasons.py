"""Loss reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.pipeline import setup, views
from models.values.language import _
from tui.setup.area import Area
from tui.setup.items import Heading, Item, Row, listed
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class Reasons(Area):
    """The reasons for which deals are lost."""

    name = "reasons"

    def title(self) -> str:
        return _("Loss reasons")

    def read(self, session: Session) -> Sequence[Item]:
        found = [Row("reason", line.id, line.name) for line in views.reasons(session)]
        return [Heading(self.title()), *listed(found, "reason", _("none yet: n adds the first"))]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        made: list[int] = []

        async def add(values: dict[str, str]) -> None:
            made.append(await ask.desk.do(setup.add_reason, values["name"]))

        if await ask.form(_("New loss reason"), [Field("name", _("Reason"), needed=True)], add):
            await ask.done(_("added"), ("reason", made[0]))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        async def rename(values: dict[str, str]) -> None:
            await ask.desk.do(setup.rename_reason, item.id, values["name"])

        note = _("Deals that were lost for it keep the words of then.")
        if await ask.form(item.text, [Field("name", _("Reason"), item.text, needed=True)], rename, note=note, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        if await ask.sure(_("Take {reason} off the list?").format(reason=item.text), _("Archive it; deals lost for it keep it")):
            await ask.desk.do(setup.archive_reason, item.id)
            await ask.done(_("archived"))
