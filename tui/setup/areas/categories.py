"""Categories of employees, which rates may be for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.people import commands, views
from models.people.rules import may_set_rates
from models.timekeeping.views.rates import rates
from models.values.errors import Refused
from models.values.instants import local_day
from models.values.language import _
from tui.setup.area import Area
from tui.setup.areas.rates import rates_below
from tui.setup.items import Heading, Item, Row, apart, listed
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class Categories(Area):
    name = "categories"

    def title(self) -> str:
        return _("Categories")

    def read(self, session: Session) -> Sequence[Item]:
        known = views.categories(archived=True)
        priced = rates(session) if may_set_rates(session.actor) else None
        today = views.category_names(local_day(session.now(), views.company().timezone))
        names = views.names()
        having: dict[str, list[str]] = {}
        for employee, category in today.items():
            having.setdefault(category, []).append(names[employee])
        rows = [
            Row(
                "category", line.id, line.name, ((str(len(having.get(line.name, []))), 8),), line.archived,
                details=(
                    Heading(line.name),
                    *(Heading(f"   {name}", style="") for name in sorted(having.get(line.name, []))),
                    *rates_below(None if priced is None else [one for one in priced if one.keys.category == line.id]),
                ),
            )
            for line in known
        ]  # fmt: skip
        used, archived = [row for row in rows if not row.muted], [row for row in rows if row.muted]
        return [
            Heading(self.title(), ((_("people"), 8),)),
            *listed(used, "category", _("none yet: n adds the first")),
            *apart(_("Archived"), archived),
        ]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        made: list[int] = []

        async def add(values: dict[str, str]) -> None:
            made.append(await ask.desk.do(commands.add_category, values["name"]))

        if await ask.form(_("New category"), [Field("name", _("Category"), needed=True)], add):
            await ask.done(_("added"), ("category", made[0]))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        async def rename(values: dict[str, str]) -> None:
            await ask.desk.do(commands.rename_category, item.id, values["name"])

        if await ask.form(item.text, [Field("name", _("Category"), item.text, needed=True)], rename, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        """One that nobody had and no rate is for is deleted, any other archived."""
        if item.muted:
            await ask.desk.do(commands.restore_category, item.id)
            await ask.done(_("offered again"), ("category", item.id))
            return
        title = _("Offer {category} no more?").format(category=item.text)
        if not await ask.sure(title, _("Archive it; who has it keeps it (one that was never used is deleted)")):
            return
        try:
            await ask.desk.do(commands.delete_category, item.id)
            said = _("deleted: nobody ever had it")
        except Refused as error:
            if error.code != "category_used":
                raise
            await ask.desk.do(commands.archive_category, item.id)
            said = _("archived")
        await ask.done(f"{item.text}: {said}")
