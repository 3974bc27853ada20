"""rounding …: how billable time is rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.output import table
from models.values.errors import Usage
from models.values.language import _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.timekeeping.views.rates import PolicyShown


@click.group(cls=Group)
def rounding() -> None:
    """How billable time is rounded."""


def _policy_document(one: PolicyShown) -> dict[str, Any]:
    scope = "client" if one.client is not None else "service" if one.service is not None else "company"
    return {"scope": scope, "client": one.client, "service": one.service, **one.policy._asdict()}


def _policies(found: list[PolicyShown]) -> None:
    table(
        [_("For"), _("Rounding")],
        [[one.scope, one.policy.words] for one in found],
    )


def _target(call: Call, text: str) -> dict[str, int]:
    """What `company`, `client:NAME` or `service:NAME` means. Raises Usage `bad_target`."""
    from models.clients.views import find_client
    from models.timekeeping import views

    kind, _colon, name = text.partition(":")
    if kind == "company" and not name:
        return {}
    if kind == "client" and name:
        return {"client_id": find_client(call.session, name)}
    if kind == "service" and name:
        return {"service_id": views.find_service(name)}
    raise Usage(
        "bad_target", _("{text}: write company, client:NAME or service:NAME.").format(text=quoted(text))
    )


def _shown(call: Call, target: dict[str, int]) -> PolicyShown:
    from models.timekeeping.views.rates import rounding as shown

    return shown(call.session, **target)


@rounding.command("list")
@click.pass_obj
def list_roundings(call: Call) -> None:
    """The policies that are set; the client's goes first, then the service's, then the company's."""
    session = call.session
    from models.timekeeping.views.rates import roundings

    found = roundings(session)
    call.answer({"roundings": [_policy_document(one) for one in found]}, lambda: _policies(found))


@rounding.command("set")
@click.argument("target", metavar="company|client:NAME|service:NAME")
@click.option(
    "--increment", type=click.Choice(["none", "1", "5", "6", "10", "15", "30", "60"]), required=True,
    help="Minutes to round to; none leaves seconds as they are.",
)  # fmt: skip
@click.option(
    "--direction", type=click.Choice(["up", "nearest", "down"]), default="up", show_default=True, help="Where to."
)
@click.option("--minimum", type=click.IntRange(0, 1440), default=0, metavar="N", help="At least so many minutes.")
@click.option(
    "--unit", type=click.Choice(["entry", "day"]), default="entry", show_default=True,
    help="Each entry, or those of a day together.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask where charges change.")
@click.pass_obj
def set_rounding(call: Call, /, target: str, increment: str, yes: bool, **said: Any) -> None:
    """Set how billable time is rounded."""
    session = call.session
    from models.timekeeping.commands import rounding as commands
    from models.timekeeping.rules.rounding import Policy

    where = _target(call, target)
    policy = Policy(None if increment == "none" else int(increment), **said)
    call.confirmed(yes, lambda agreed: commands.set_rounding(session, policy=policy, confirmed=agreed, **where))
    one = _shown(call, where)
    call.answer(_policy_document(one), lambda: _policies([one]))


@rounding.command("drop")
@click.argument("target", metavar="company|client:NAME|service:NAME")
@click.option("--yes", is_flag=True, help="Do not ask where charges change.")
@click.pass_obj
def drop_rounding(call: Call, target: str, yes: bool) -> None:
    """Take a policy away."""
    session = call.session
    from models.timekeeping.commands import rounding as commands

    where = _target(call, target)
    one = _shown(call, where)
    call.confirmed(yes, lambda agreed: commands.drop_rounding(session, confirmed=agreed, **where))
    call.answer(_policy_document(one), lambda: _policies([one]))


COMMANDS = {"rounding": rounding}
