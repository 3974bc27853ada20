"""The services."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.values.errors import NotFound
from models.values.language import _
from models.values.text import quoted, search_key

if TYPE_CHECKING:
    from models.session import Session


class ServiceLine(NamedTuple):
    id: int
    name: str
    archived: bool


def services(session: Session, archived: bool = False) -> list[ServiceLine]:
    """The services in use, by name; with `archived` those that are offered no more too."""
    from models.timekeeping.tables import Service

    query = Service.select().order_by(Service.name_key)
    if not archived:
        query = query.where(Service.archived_at.is_null())
    return [ServiceLine(row.id, row.name, row.archived_at is not None) for row in query]


def find_service(text: str) -> int:
    """The id of a service by name or id. Raises NotFound."""
    from models.timekeeping.tables import Service

    row = Service.get_or_none(Service.name_key == search_key(text))
    if row is None and text.isascii() and text.isdigit() and len(text) < 10:
        row = Service.get_or_none(Service.id == int(text))
    if row is None:
        raise NotFound(_("There is no service {name}.").format(name=quoted(text)))
    return int(row.id)


def service_name(service_id: int) -> str:
    """The name of a service, archived or not. Raises NotFound."""
    from models.timekeeping.tables import Service

    row = Service.get_or_none(Service.id == service_id)
    if row is None:
        raise NotFound(_("There is no service {name}.").format(name=service_id))
    return str(row.name)
