"""Services: the processes that time is booked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.people.rules import may_set_rates
from models.timekeeping import commands, views
from models.timekeeping.views.rates import rates, roundings
from models.values.language import _
from tui.setup.area import Area
from tui.setup.areas.rates import rates_below
from tui.setup.items import Heading, Item, Row, apart, fact, listed
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class Services(Area):
    name = "services"

    def title(self) -> str:
        return _("Services")

    def read(self, session: Session) -> Sequence[Item]:
        known = views.services(session, archived=True)
        priced = rates(session) if may_set_rates(session.actor) else None
        policies = {one.service_id: one.policy.words for one in roundings(session) if one.service_id is not None}
        rows = [
            Row(
                "service", line.id, line.name, muted=line.archived,
                details=(
                    Heading(line.name),
                    *fact("rounding", _("rounding"), policies.get(line.id, "")),
                    *rates_below(None if priced is None else [one for one in priced if one.keys.service == line.id]),
                ),
            )
            for line in known
        ]  # fmt: skip
        used = [row for row, line in zip(rows, known, strict=True) if not line.archived]
        archived = [row for row, line in zip(rows, known, strict=True) if line.archived]
        return [
            Heading(self.title()),
            *listed(used, "service", _("none yet: n adds the first")),
            *apart(_("Archived"), archived),
        ]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        made: list[int] = []

        async def add(values: dict[str, str]) -> None:
            made.append(await ask.desk.do(commands.add_service, values["name"]))

        if await ask.form(_("New service"), [Field("name", _("Service"), needed=True)], add):
            await ask.done(_("added"), ("service", made[0]))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        async def rename(values: dict[str, str]) -> None:
            await ask.desk.do(commands.rename_service, item.id, values["name"])

        if await ask.form(item.text, [Field("name", _("Service"), item.text, needed=True)], rename, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        if item.muted:
            await ask.desk.do(commands.restore_service, item.id)
            await ask.done(_("offered again"), ("service", item.id))
        elif await ask.sure(_("Offer {service} no more?").format(service=item.text), _("Archive it; time booked on it and its rates stay")):
            await ask.desk.do(commands.archive_service, item.id)
            await ask.done(_("archived"))
