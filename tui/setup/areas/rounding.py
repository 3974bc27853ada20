"""Rounding: how billable time is rounded, for the company, services and clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from models.clients.views import find_client
from models.timekeeping import views
from models.timekeeping.commands import rounding as commands
from models.timekeeping.rules.rounding import INCREMENTS, Policy
from models.timekeeping.views.rates import PolicyShown, roundings
from models.values.errors import Refused
from models.values.language import _
from tui.setup.area import Area
from tui.setup.items import Heading, Item, Row, fact, listed
from tui.widgets.dialogs import Field

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class Rounding(Area):
    """The client's policy goes first, then the service's, then the company's."""

    name = "rounding"

    def title(self) -> str:
        return _("Rounding")

    def read(self, session: Session) -> Sequence[Item]:
        known = roundings(session)
        room = max((cell_len(one.policy.words) for one in known), default=0) + 1  # whole, and the name has the rest
        found = [_row(one, room) for one in known]
        return [Heading(self.title()), *listed(found, "policy", _("none: seconds as they are; n adds one"))]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        fields = [
            Field("client", _("Client"), placeholder=_("without client and service: the company's")),
            Field("service", _("Service")),
            *_fields(Policy(6)),
        ]

        async def add(values: dict[str, str], agreed: bool) -> None:
            await ask.desk.do(_set, values, agreed)

        if await ask.confirmed_form(_("New rounding"), fields, add):
            await ask.done(_("added"))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        one: PolicyShown = item.about

        async def change(values: dict[str, str], agreed: bool) -> None:
            await ask.desk.do(
                commands.set_rounding, client_id=one.client_id, service_id=one.service_id, policy=_policy(values), confirmed=agreed
            )

        if await ask.confirmed_form(one.scope, _fields(one.policy), change, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        one: PolicyShown = item.about
        title = _("Take the rounding of {scope} away?").format(scope=one.scope)

        async def drop(agreed: bool) -> None:
            await ask.desk.do(commands.drop_rounding, client_id=one.client_id, service_id=one.service_id, confirmed=agreed)

        if await ask.sure(title, _("Take it away; what is approved, invoiced or paid keeps its price")) and await ask.confirmed(title, drop, of=item):
            await ask.done(_("taken away"))


def _row(one: PolicyShown, room: int) -> Row:
    kind = _("client") if one.client_id is not None else _("service") if one.service_id is not None else ""
    details = (Heading(one.scope), *fact("policy", _("rounding"), one.policy.words))
    return Row("policy", (one.client_id, one.service_id), one.scope, ((kind, 10), (one.policy.words, room)), False, details, one)


def _directions() -> dict[str, str]:
    return {_("up"): "up", _("nearest"): "nearest", _("down"): "down"}


def _units() -> dict[str, str]:
    return {_("each entry"): "entry", _("a day together"): "day"}


def _increments() -> dict[str, int | None]:
    return {_("not at all"): None, **{_("{count} min").format(count=minutes): minutes for minutes in INCREMENTS}}


def _fields(policy: Policy) -> list[Field]:
    steps, directions, units = _increments(), _directions(), _units()
    return [
        Field("increment", _("To full"), _word(steps, policy.increment), options=tuple(steps)),
        Field("direction", _("Direction"), _word(directions, policy.direction), options=tuple(directions)),
        Field("minimum", _("At least"), str(policy.minimum) if policy.minimum else "", placeholder=_("minutes")),
        Field("unit", _("Unit"), _word(units, policy.unit), options=tuple(units)),
    ]


def _word(words: dict[str, Any], meant: Any) -> str:
    return next(word for word, value in words.items() if value == meant)


def _policy(said: dict[str, str]) -> Policy:
    minimum = said["minimum"] or "0"
    if not (minimum.isascii() and minimum.isdigit() and len(minimum) < 5):
        raise Refused("bad_policy", _("Write the minimum as full minutes, such as 15."))
    return Policy(_increments()[said["increment"]], _directions()[said["direction"]], int(minimum), _units()[said["unit"]])


def _set(session: Session, said: dict[str, str], agreed: bool) -> None:
    commands.set_rounding(
        session,
        client_id=find_client(session, said["client"]) if said["client"] else None,
        service_id=views.find_service(said["service"]) if said["service"] else None,
        policy=_policy(said),
        confirmed=agreed,
    )
