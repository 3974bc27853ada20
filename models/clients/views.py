"""Clients: the list with search as you type, and one client's own facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peewee import SQL

from models.clients.tables import Client, Contact
from models.people.rules import Owners, readable, writable
from models.values.errors import NotFound, Refused
from models.values.language import _
from models.values.text import like_pattern, search_key, storable

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class ClientLine:
    """One line of a list of clients."""

    id: int
    name: str
    city: str
    phone: str
    open_deals: int


@dataclass(frozen=True)
class ContactLine:
    id: int
    name: str
    position: str
    phone: str
    mail: str


@dataclass(frozen=True)
class ClientCard:
    """A client with its details and contacts; deals and activities are joined in `overview`."""

    id: int
    name: str
    owner: str
    details: dict[str, str]
    contacts: tuple[ContactLine, ...]
    version: int


def seen_by(session: Session) -> Any:
    """The condition on `client` that holds the actor to what they may read: their own clients, and those they have a
    deal with."""
    return _reach(readable(session.actor))


def clients(session: Session, text: str = "", *, offset: int = 0, limit: int = 100) -> list[ClientLine]:
    """A window of the clients whose name, city, phone or mail holds every word of `text`, by name."""
    query = Client.select(
        Client.id,
        Client.name,
        Client.city,
        Client.phone,
        SQL("(SELECT count(*) FROM deal WHERE deal.client_id = t1.id AND deal.outcome = 'open')"),
    ).where(seen_by(session))
    query = _holding(query, text).order_by(Client.name_key, Client.id).offset(offset).limit(limit)
    return [ClientLine(*row) for row in query.tuples()]


def count(session: Session, text: str = "") -> int:
    """How many clients `clients` would give without a window."""
    return int(_holding(Client.select().where(seen_by(session)), text).count())


def card(session: Session, client_id: int) -> ClientCard:
    """One client. Raises NotFound."""
    row = _row(session, client_id, readable(session.actor))
    contacts = Contact.select().where(Contact.client == row.id).order_by(Contact.id)
    from models.clients.commands import DETAILS

    return ClientCard(
        row.id,
        row.name,
        row.owner.login,
        {key: getattr(row, key) for key in DETAILS},
        tuple(ContactLine(c.id, c.name, c.position, c.phone, c.mail) for c in contacts),
        row.version,
    )


def find_client(session: Session, text: str) -> int:
    """The id of the client with that exact name, else with that name in any case, else with that id.

    Raises NotFound, Refused `ambiguous` with the candidates.
    """
    able = seen_by(session)
    found = list(Client.select(Client.id, Client.name).where(able & (Client.name == storable(text.strip()))).limit(6))
    found = found or list(Client.select(Client.id, Client.name).where(able & (Client.name_key == search_key(text))).limit(6))
    if not found and text.isascii() and text.isdigit() and len(text) < 10:
        found = list(Client.select(Client.id, Client.name).where(able & (Client.id == int(text))))
    if not found:
        raise NotFound(_("There is no client {name}.").format(name=repr(text)))
    if len(found) > 1:
        raise Refused(
            "ambiguous",
            _("Several clients are called {name}.").format(name=repr(text)),
            [{"id": row.id, "name": row.name} for row in found],
        )
    return int(found[0].id)


def is_named(session: Session, name: str) -> bool:
    """Whether the actor sees a client of that name, in any case."""
    return bool(Client.select().where(seen_by(session) & (Client.name_key == search_key(name))).exists())


def writable_client(session: Session, client_id: int) -> Client:
    """The row, if the actor may change it. Raises NotFound; Refused `not_permitted` where the actor may read it."""
    row = _row(session, client_id, readable(session.actor))
    if not Client.select().where((Client.id == client_id) & _reach(writable(session.actor))).exists():
        raise Refused("not_permitted", _("You may read this client, not change it."))
    return row


def _row(session: Session, client_id: int, owners: Owners) -> Client:
    row = Client.get_or_none((Client.id == client_id) & _reach(owners))
    if row is None:
        raise NotFound(_("There is no client {name}.").format(name=client_id))
    return row


def _reach(owners: Owners) -> Any:
    if owners is None:
        return SQL("1 = 1")
    ids = ", ".join(str(owner) for owner in sorted(owners)) or "NULL"
    return SQL(
        f"(t1.owner_id IN ({ids}) OR EXISTS (SELECT 1 FROM deal WHERE deal.client_id = t1.id"
        f" AND deal.owner_id IN ({ids})))"
    )


def _holding(query: Any, text: str) -> Any:
    for word in search_key(text).split()[:8]:
        query = query.where(SQL("t1.search LIKE ? ESCAPE '\\'", (like_pattern(word),)))
    return query


