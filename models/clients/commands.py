"""Adding and changing clients and contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.clients import views
from models.clients.tables import Client, Contact
from models.journal.commands import Pen, record
from models.values.errors import Refused
from models.values.instants import Instant
from models.values.language import _
from models.values.text import clean_line, search_key

if TYPE_CHECKING:
    from models.session import Session

DETAILS = ("street", "city", "postcode", "country", "vat_id", "registration_id", "phone", "mail")


def add_client(session: Session, /, name: str, **details: str) -> views.ClientCard:
    """Add a client that the actor owns. Raises Refused `not_permitted`, `bad_text`, `unknown_field`, `empty`."""
    with session.writing():
        pen, at = Pen(), session.now()
        client_id = new_client(session, pen, name, at, **details)
        record(
            at=at, employee_id=session.actor.id, command="client.add", subject="client", subject_id=client_id,
            images=pen.images,
        )
    return views.card(session, client_id)


def new_client(session: Session, pen: Pen, name: str, at: Instant, **details: str) -> int:
    """Insert a client within another command's transaction; returns its id."""
    name = clean_line(name, _("Client"))
    if not name:
        raise Refused("empty", _("A client needs a name."))
    values = _details(details)
    return pen.insert(
        Client,
        name=name,
        name_key=search_key(name),
        search=search_text(name, values),
        owner=session.actor.id,
        created_at=at,
        **values,
    )


def set_client(session: Session, /, client_id: int, **changes: str) -> views.ClientCard:
    """Change the name or details of a client. Raises NotFound, Refused."""
    with session.writing():
        row, pen = views.writable_client(session, client_id), Pen()
        values: dict[str, Any] = _details({key: value for key, value in changes.items() if key != "name"})
        if "name" in changes:
            values["name"] = clean_line(changes["name"], _("Client"))
            if not values["name"]:
                raise Refused("empty", _("A client needs a name."))
            values["name_key"] = search_key(values["name"])
        now = {key: values.get(key, getattr(row, key)) for key in DETAILS}
        values["search"] = search_text(values.get("name", row.name), now)
        pen.update(row, **values)
        if pen.images:
            Client.update(version=Client.version + 1).where(Client.id == row.id).execute()
            if "name" in values:
                session.follow("client_renamed", client_id=row.id, name=values["name"])
            record(
                at=session.now(), employee_id=session.actor.id, command="client.set", subject="client",
                subject_id=row.id, images=pen.images,
            )
    return views.card(session, client_id)


def add_contact(
    session: Session, client_id: int, name: str, *, position: str = "", phone: str = "", mail: str = ""
) -> views.ClientCard:
    """Add a person who works at a client. Raises NotFound, Refused."""
    with session.writing():
        row, pen, at = views.writable_client(session, client_id), Pen(), session.now()
        name = clean_line(name, _("Contact"))
        if not name:
            raise Refused("empty", _("A contact needs a name."))
        pen.insert(
            Contact,
            client=row.id,
            name=name,
            name_key=search_key(name),
            position=clean_line(position, _("Position")),
            phone=clean_line(phone, _("Phone"), 64),
            mail=clean_line(mail, _("Mail")),
            created_at=at,
        )
        record(
            at=at, employee_id=session.actor.id, command="contact.add", subject="client", subject_id=row.id,
            images=pen.images,
        )
    return views.card(session, client_id)


def search_text(name: str, details: dict[str, str]) -> str:
    """What search as you type looks at."""
    return search_key(" ".join([name, details.get("city", ""), details.get("phone", ""), details.get("mail", "")]))


def _details(details: dict[str, str]) -> dict[str, str]:
    for key in details:
        if key not in DETAILS:
            raise Refused(
                "unknown_field",
                _("A client has no {field}; there are: {fields}.").format(
                    field=repr(key), fields=", ".join(("name", *DETAILS))
                ),
            )
    return {key: clean_line(value, key) for key, value in details.items()}
