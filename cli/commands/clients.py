"""client …."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import pairs
from cli.output import facts, say, table
from models.values.errors import Refused
from models.values.language import _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.clients.views import ClientCard, ClientLine

FIELDS = "street city postcode country vat_id registration_id phone mail"


@click.group(cls=Group)
def client() -> None:
    """Clients."""


def _answer_lines(call: Call, lines: list[ClientLine]) -> None:
    document = {
        "clients": [
            {"id": c.id, "name": c.name, "city": c.city, "phone": c.phone, "open_deals": c.open_deals} for c in lines
        ]
    }
    call.answer(
        document,
        lambda: table(
            [_("No."), _("Client"), _("City"), _("Phone"), _("Open deals")],
            [[c.id, c.name, c.city, c.phone, c.open_deals] for c in lines],
            right=(0, 4),
        ),
    )


def _answer(call: Call, card: ClientCard) -> None:
    from cli.commands.deals.answers import line_document, tell_lines
    from models.pipeline import views

    deals = views.deals(call.session, client_id=card.id)
    document: dict[str, Any] = {
        "id": card.id,
        "name": card.name,
        "owner": card.owner,
        **card.details,
        "contacts": [
            {"id": c.id, "name": c.name, "position": c.position, "phone": c.phone, "mail": c.mail}
            for c in card.contacts
        ],
        "deals": [line_document(line) for line in deals],
        "version": card.version,
    }

    def tell() -> None:
        facts([(_("No."), card.id), (_("Client"), card.name), (_("Owner"), card.owner), *card.details.items()])
        if card.contacts:
            say()
            table(
                [_("Contact"), _("Position"), _("Phone"), _("Mail")],
                [[c.name, c.position, c.phone, c.mail] for c in card.contacts],
            )
        if deals:
            say()
            tell_lines(deals)

    call.answer(document, tell)


LIMIT = click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="At most so many.")


@client.command("list")
@LIMIT
@click.pass_obj
def list_clients(call: Call, limit: int) -> None:
    """The clients that you may see, by name."""
    session = call.session
    from models.clients import views

    _answer_lines(call, views.clients(session, limit=limit))


@client.command("find")
@click.argument("text")
@LIMIT
@click.pass_obj
def find_clients(call: Call, text: str, limit: int) -> None:
    """Clients whose name, city, phone or mail holds every word of TEXT."""
    session = call.session
    from models.clients import views

    _answer_lines(call, views.clients(session, text, limit=limit))


@client.command("show")
@click.argument("name", metavar="ID|NAME")
@click.pass_obj
def show_client(call: Call, name: str) -> None:
    """One client with contacts and deals."""
    session = call.session
    from models.clients import views

    _answer(call, views.card(session, views.find_client(session, name)))


@client.command("add")
@click.argument("name")
@click.argument("details", metavar="[KEY=VALUE…]", nargs=-1)
@click.pass_obj
def add_client(call: Call, /, name: str, details: tuple[str, ...], **options: str | None) -> None:
    """Add a client; details are street, city, postcode, country, vat_id, registration_id, phone, mail."""
    session = call.session
    from models.clients import commands

    fields = {**_fields(details), **{key: value for key, value in options.items() if value is not None}}
    if "name" in fields:
        raise Refused("unknown_field", _("The name is said once, before the details."))
    _answer(call, commands.add_client(session, name, **fields))


for _field in FIELDS.split():
    add_client.params.append(click.Option([f"--{_field.replace('_', '-')}", _field], help=f"The client's {_field}."))


@client.command("set")
@click.argument("name", metavar="ID|NAME")
@click.argument("changes", metavar="KEY=VALUE…", nargs=-1, required=True)
@click.pass_obj
def set_client(call: Call, name: str, changes: tuple[str, ...]) -> None:
    """Change name or details of a client."""
    session = call.session
    from models.clients import commands, views

    _answer(call, commands.set_client(session, views.find_client(session, name), **_fields(changes)))


def _fields(said: tuple[str, ...]) -> dict[str, str]:
    found = pairs(said)
    for key in found:
        if key not in ("name", *FIELDS.split()):
            raise Refused(
                "unknown_field",
                _("A client has no {field}; there are: {fields}.").format(field=quoted(key), fields=", ".join(("name", *FIELDS.split()))),
            )
    return found


COMMANDS = {"client": client}
