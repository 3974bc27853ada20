"""Services, the processes that are billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.people.rules import may_set_up
from models.timekeeping.tables import Service
from models.values.errors import NotFound, Refused
from models.values.language import _
from models.values.text import clean_line, quoted, search_key

if TYPE_CHECKING:
    from models.session import Session


def add_service(session: Session, name: str) -> int:
    """Add a service, the process that is billed; returns its id. Raises Refused `exists`, `empty`; NotFound."""
    if not may_set_up(session.actor):
        raise NotFound(_("Only an administrator may do that."))
    name = clean_line(name, _("Service"))
    if not name:
        raise Refused("empty", _("A service needs a name."))
    with session.writing():
        if Service.get_or_none(Service.name_key == search_key(name)):
            raise Refused("exists", _("There is a service {name} already.").format(name=quoted(name)))
        pen, at = Pen(), session.now()
        made = pen.insert(Service, name=name, name_key=search_key(name), created_at=at)
        record(
            at=at, employee_id=session.actor.id, command="service.add", subject="service", subject_id=made,
            images=pen.images,
        )
    return made
