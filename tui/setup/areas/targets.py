"""Targets: what an employee or a team is to win in a month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.people import setup, views
from models.people.rules import Actor
from models.people.views import TargetLine
from models.values.dates import month_text
from models.values.instants import local_day, parse_month
from models.values.language import _
from models.values.money import Money, money_text, parse_amount, parse_money, plain_text
from tui.setup.area import Area
from tui.setup.items import Empty, Heading, Item, Row, fact
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen

MONTHS_SHOWN = 24  # back from now; older ones stand in the reports


class Targets(Area):
    """An administrator sets all, a manager those of the others in the team; the command decides for each."""

    name = "targets"

    def title(self) -> str:
        return _("Targets")

    def may(self, actor: Actor) -> bool:
        return actor.role in ("admin", "manager")

    def refusal(self) -> str:
        return _("Targets are set by administrators, and by managers for their team.")

    def only_seen(self, admins: str) -> str:
        return self.refusal()

    def read(self, session: Session) -> Sequence[Item]:
        today = local_day(session.now(), views.company().timezone)
        since = today.replace(year=today.year - MONTHS_SHOWN // 12, day=1)
        found = sorted(views.targets(session.actor, since=since), key=lambda one: (-one.month.toordinal(), one.rep is not None, _name(one)))
        items: list[Item] = [Heading(self.title())]
        month = None
        for one in found:
            if one.month != month:
                items += [Heading(), Heading(month_text(one.month))] if month is not None else [Heading(month_text(one.month))]
                month = one.month
            items.append(_row(one))
        return items if found else [*items, Empty("target", _("none yet: n adds the first"))]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        month, currency = await ask.desk.ask(_begin)
        one: TargetLine | None = item.about if isinstance(item, Row) else None
        fields = [
            Field("holder", _("For"), needed=True, placeholder=_("an employee or a team")),
            Field("month", _("Month"), one.month.isoformat()[:7] if one is not None else month, needed=True),
            Field("amount", _("Amount"), needed=True, placeholder=currency),
            Field("months", _("Months"), "1", needed=True, placeholder=_("how many months in a row")),
        ]

        async def add(values: dict[str, str]) -> None:
            await ask.desk.do(_set, values, currency)

        if await ask.form(_("New target"), fields, add):
            await ask.done(_("added"))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        one: TargetLine = item.about
        money = Money(one.amount, one.currency)
        field = Field("amount", _("Amount"), plain_text(money), needed=True)

        async def change(values: dict[str, str]) -> None:
            amount = Money(parse_amount(values["amount"], one.currency), one.currency)
            await ask.desk.do(setup.set_target, _holder(one), one.month, amount)

        if await ask.form(f"{_name(one)}, {month_text(one.month)}", [field], change, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        one: TargetLine = item.about
        title = _("Take the target of {name} for {month} away?").format(name=_name(one), month=month_text(one.month))
        if await ask.sure(title, _("Take it away")):
            await ask.desk.do(setup.drop_target, _holder(one), one.month, one.currency)
            await ask.done(_("taken away"))


def _row(one: TargetLine) -> Row:
    amount = money_text(Money(one.amount, one.currency))
    kind = _("team") if one.team_id is not None else ""
    details = (Heading(_name(one)), *fact("month", _("month"), month_text(one.month)), *fact("amount", _("target"), amount))
    return Row("target", one.id, _name(one), ((kind, 10), (amount, 16)), False, details, one)


def _name(one: TargetLine) -> str:
    return one.team or one.rep or ""


def _holder(one: TargetLine) -> views.Holder:
    return views.Holder(one.employee_id, one.team_id, _name(one))


def _begin(session: Session) -> tuple[str, str]:
    """This month and the company's currency: what a new target begins with."""
    company = views.company()
    return local_day(session.now(), company.timezone).isoformat()[:7], company.currency


def _set(session: Session, said: dict[str, str], currency: str) -> None:
    money, holder, month = parse_money(said["amount"], currency), views.find_holder(said["holder"]), parse_month(said["month"])
    count = said["months"]
    months = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    setup.set_targets(session, holder, month, months, money)
