"""Rates: what an hour is billed and paid at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.clients.views import find_client
from models.people import views as people
from models.people.rules import Actor, may_set_rates
from models.timekeeping import views
from models.timekeeping.commands import rates as commands
from models.timekeeping.views.rates import RateShown, rates
from models.values.errors import NotFound
from models.values.instants import local_day, parse_day, typed
from models.values.language import _
from models.values.money import money_text, parse_money
from models.values.text import quoted
from tui.setup.area import Area
from tui.setup.items import Empty, Heading, Item, Row, fact, listed
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen

DAY, AMOUNT = 12, 16  # cells


class Rates(Area):
    """A rate is never changed but by its last day: what was entered wrongly is deleted and entered again."""

    name = "rates"

    def title(self) -> str:
        return _("Rates")

    def may(self, actor: Actor) -> bool:
        return may_set_rates(actor)

    def refusal(self) -> str:
        return _("Only an accountant or an administrator may see that.")

    def only_seen(self, admins: str) -> str:
        return self.refusal()

    def read(self, session: Session) -> Sequence[Item]:
        if not may_set_rates(session.actor):
            return [Heading(self.title()), Empty("rate", self.refusal(), adds=False)]
        found = rates(session)
        items: list[Item] = []
        for side, title in (("bill", _("Billed an hour")), ("pay", _("Paid an hour"))):
            of_side = [one for one in found if one.side == side]
            items += [Heading(title, ((_("from"), DAY), ("", AMOUNT)))]
            items += listed([_row(one, found) for one in of_side], side, _("none yet: n adds the first"))
            items += [Heading()]
        return items[:-1]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        today, currency = await ask.desk.ask(_begin)
        sides = {_("billing"): "bill", _("pay"): "pay"}
        pays = isinstance(item, Row) and item.about.side == "pay" or isinstance(item, Empty) and item.kind == "pay"
        anyone = _("any")
        fields = [
            Field("side", _("For"), list(sides)[pays], options=tuple(sides)),
            Field("amount", _("An hour"), needed=True, placeholder=_("150 or 150.00 {currency}").format(currency=currency)),
            Field("from", _("From"), today, needed=True),
            Field("to", _("To"), placeholder=_("until the next for the same")),
            Field("client", _("Client"), placeholder=anyone),
            Field("deal", _("Deal no."), placeholder=anyone),
            Field("employee", _("Employee"), placeholder=anyone),
            Field("service", _("Service"), placeholder=anyone),
            Field("category", _("Category"), placeholder=anyone),
        ]
        made: list[int] = []

        async def add(values: dict[str, str], agreed: bool) -> None:
            made.append(await ask.desk.do(_set, sides[values["side"]], values, currency, agreed))

        if await ask.confirmed_form(_("New rate"), fields, add):
            await ask.done(_("added"), ("rate", made[-1]))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        one: RateShown = item.about
        field = Field("to", _("Last day"), one.to_day.isoformat() if one.to_day else "", placeholder=_("until the next for the same"))

        async def end(values: dict[str, str], agreed: bool) -> None:
            day = parse_day(typed(values["to"])) if values["to"] else None
            await ask.desk.do(commands.end_rate, one.id, day, confirmed=agreed)

        note = _("Amount and first day stay: n enters another from a day on, x deletes a wrong one.")
        if await ask.confirmed_form(f"{one.scope}: {money_text(one.amount)}", [field], end, note=note, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        one: RateShown = item.about
        title = _("Delete {amount} for {scope}?").format(amount=money_text(one.amount), scope=one.scope)

        async def delete(agreed: bool) -> None:
            await ask.desk.do(commands.delete_rate, one.id, confirmed=agreed)

        if await ask.sure(title, _("Delete it; what is approved, invoiced or paid keeps its price")) and await ask.confirmed(title, delete, of=item):
            await ask.done(_("deleted"))


def rates_below(found: Sequence[RateShown] | None) -> list[Item]:
    """Below something else: the rates that are for it; None where the person may not see them."""
    if not found:
        return []
    return [Heading(), Heading(_("Rates")), *(Heading(f"   {one.from_day} {money_text(one.amount)}  {one.scope}", style="") for one in found)]


def _row(one: RateShown, all_of_them: Sequence[RateShown]) -> Row:
    amount = money_text(one.amount)
    same = [other for other in all_of_them if other.side == one.side and other.keys == one.keys]
    details = (
        Heading(one.scope),
        *fact("amount", _("an hour"), amount),
        *fact("rank", _("rank"), str(one.rank)),
        *fact("from", _("from"), one.from_day.isoformat()),
        *fact("to", _("to"), one.to_day.isoformat() if one.to_day else ""),
        *([Heading(), Heading(_("For the same"))] if len(same) > 1 else []),
        *(Heading(f"   {other.from_day} {money_text(other.amount)}", style="") for other in same if len(same) > 1),
    )
    return Row("rate", one.id, one.scope, ((one.from_day.isoformat(), DAY), (amount, AMOUNT)), False, details, one)


def _begin(session: Session) -> tuple[str, str]:
    """Today and the company's currency: what a new rate begins with."""
    company = people.company()
    return local_day(session.now(), company.timezone).isoformat(), company.currency


def _set(session: Session, side: str, said: dict[str, str], currency: str, agreed: bool) -> int:
    if said["deal"] and not (said["deal"].isascii() and said["deal"].isdigit() and len(said["deal"]) < 10):
        raise NotFound(_("There is no deal {id}.").format(id=quoted(said["deal"])))
    return commands.set_rate(
        session,
        side=side,
        amount=parse_money(said["amount"], currency),
        from_day=parse_day(typed(said["from"])),
        to_day=parse_day(typed(said["to"])) if said["to"] else None,
        client_id=find_client(session, said["client"]) if said["client"] else None,
        deal_id=int(said["deal"]) if said["deal"] else None,
        employee_id=people.find_employee(said["employee"]).id if said["employee"] else None,
        service_id=views.find_service(said["service"]) if said["service"] else None,
        category_id=people.find_category(said["category"]).id if said["category"] else None,
        confirmed=agreed,
    )


