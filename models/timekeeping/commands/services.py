"""Services, the processes that are billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.people.commands import must_set_up
from models.timekeeping.tables import Service
from models.values.errors import NotFound, Refused
from models.values.language import _
from models.values.text import clean_line, quoted, search_key

if TYPE_CHECKING:
    from models.session import Session


def add_service(session: Session, name: str) -> int:
    """Add a service, the process that is billed; returns its id. Raises Refused `exists`, `empty`; NotFound."""
    must_set_up(session)
    name = _service_name(name)
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


def rename_service(session: Session, service_id: int, name: str) -> None:
    """Give a service another name; what was booked on it stays on it. Raises Refused `exists`, `empty`, `bad_text`;
    NotFound."""
    must_set_up(session)
    name = _service_name(name)
    with session.writing():
        row, pen = _service(service_id), Pen()
        twin = Service.get_or_none(Service.name_key == search_key(name))
        if twin is not None and twin.id != service_id:
            raise Refused("exists", _("There is a service {name} already.").format(name=quoted(name)))
        pen.update(row, name=name, name_key=search_key(name))
        record(
            at=session.now(), employee_id=session.actor.id, command="service.rename", subject="service",
            subject_id=service_id, images=pen.images,
        )


def archive_service(session: Session, service_id: int) -> None:
    """Offer a service no more; what was booked on it keeps it, and its rates hold. Raises NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen, at = _service(service_id), Pen(), session.now()
        if row.archived_at is None:
            pen.update(row, archived_at=at)
            record(
                at=at, employee_id=session.actor.id, command="service.archive", subject="service",
                subject_id=service_id, images=pen.images,
            )


def restore_service(session: Session, service_id: int) -> None:
    """Offer an archived service again. Raises NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen = _service(service_id), Pen()
        if row.archived_at is not None:
            pen.update(row, archived_at=None)
            record(
                at=session.now(), employee_id=session.actor.id, command="service.restore", subject="service",
                subject_id=service_id, images=pen.images,
            )


def _service(service_id: int) -> Service:
    row = Service.get_or_none(Service.id == service_id)
    if row is None:
        raise NotFound(_("There is no service {name}.").format(name=service_id))
    return row


def _service_name(name: str) -> str:
    name = clean_line(name, _("Service"))
    if not name:
        raise Refused("empty", _("A service needs a name."))
    return name
