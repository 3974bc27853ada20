"""Exchange rates: what a sum in one currency is worth in another, from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.people import setup, views
from models.values.exchange import Rate, parse_rate, rate_text
from models.values.instants import local_day, parse_day, typed
from models.values.language import _
from tui.setup.area import Area
from tui.setup.items import Heading, Item, Row, fact, listed
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class ExchangeRates(Area):
    """A rate holds in the direction in which it was entered, until the next of its pair."""

    name = "exchange"

    def title(self) -> str:
        return _("Exchange rates")

    def read(self, session: Session) -> Sequence[Item]:
        found = [_row(one) for one in views.exchange_rates()]
        return [Heading(self.title(), ((_("from"), 12), ("", 14))), *listed(found, "exchange", _("none yet: n adds the first"))]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        today, currency = await ask.desk.ask(_begin)
        one: Rate | None = item.about if isinstance(item, Row) else None
        fields = [
            Field("source", _("One"), one.source if one is not None else "", needed=True, placeholder="USD"),
            Field("target", _("In"), one.target if one is not None else currency, needed=True, placeholder=currency),
            Field("rate", _("Rate"), needed=True, placeholder="0.92"),
            Field("day", _("From"), today, needed=True),
        ]

        async def add(values: dict[str, str]) -> None:
            units, places = parse_rate(values["rate"])
            await ask.desk.do(setup.set_exchange_rate, values["source"].upper(), values["target"].upper(), parse_day(typed(values["day"])), units, places)

        if await ask.form(_("New exchange rate"), fields, add):
            await ask.done(_("added"))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        one: Rate = item.about

        async def change(values: dict[str, str]) -> None:
            units, places = parse_rate(values["rate"])
            await ask.desk.do(setup.set_exchange_rate, one.source, one.target, one.day, units, places)

        field = Field("rate", _("Rate"), rate_text(one.units, one.places), needed=True)
        if await ask.form(_("{source} in {target} from {day}").format(source=one.source, target=one.target, day=one.day), [field], change, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        one: Rate = item.about
        title = _("Take the rate of {source} in {target} from {day} away?").format(source=one.source, target=one.target, day=one.day)
        if await ask.sure(title, _("Take it away")):
            await ask.desk.do(setup.drop_exchange_rate, one.source, one.target, one.day)
            await ask.done(_("taken away"))


def _row(one: Rate) -> Row:
    rate = rate_text(one.units, one.places)
    details = (
        Heading(f"1 {one.source}"),
        *fact("rate", one.target, rate),
        *fact("from", _("from"), one.day.isoformat()),
        Heading("   " + _("until the next of the pair"), style="muted"),
    )
    columns = ((one.day.isoformat(), 12), (rate, 14))
    return Row("exchange", (one.source, one.target, one.day.isoformat()), f"{one.source} {one.target}", columns, False, details, one)


def _begin(session: Session) -> tuple[str, str]:
    """Today and the company's currency."""
    company = views.company()
    return local_day(session.now(), company.timezone).isoformat(), company.currency
