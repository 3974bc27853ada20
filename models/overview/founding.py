"""A new store that can be worked in at once: company, administrator, deal types, one service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.people import commands as people
from models.people import views as people_views
from models.people.commands import must_set_up
from models.pipeline import setup
from models.pipeline.templates import LOSS_REASONS, QUICK_SALES, TEMPLATES
from models.pipeline.templates import template as template_of
from models.storage.store import Store, create_store, remove_store
from models.timekeeping.tables import Service
from models.values import instants
from models.values.errors import Refused
from models.values.instants import Instant
from models.values.language import LANGUAGES, _
from models.values.text import clean_line, search_key

if TYPE_CHECKING:
    from models.session import Session

SERVICE = {"en": "Work", "ru": "Работа"}


def found_store(
    path: Path,
    *,
    template: str = QUICK_SALES,
    language: str,
    currency: str,
    admin: str,
    admin_name: str,
    timezone: str,
    name: str = "",
    at: Instant | None = None,
) -> Store:
    """Make a store at `path` and open it: the company, the administrator `admin`, the type Quick Sales and that of
    `template` (which is the default one), a list of loss reasons, the service Work. Its words are in `language`.

    Raises StoreUnusable `store_exists`, `store_unreadable`; Refused `unknown_template`, `bad_language`, `bad_currency`,
    `bad_login`, `bad_text`; Usage `bad_timezone`. After an error there is no store.
    """
    if template not in TEMPLATES:
        raise Refused(
            "unknown_template",
            _("There is no template {name}; there are: {known}.").format(name=repr(template), known=", ".join(TEMPLATES)),
        )
    if language not in LANGUAGES:
        raise Refused("bad_language", _("A language is one of {known}.").format(known=", ".join(LANGUAGES)))
    admin = clean_line(admin, _("Login"), 64)
    if not admin or " " in admin:
        raise Refused("bad_login", _("A login is one word."))
    admin_name = clean_line(admin_name, _("Name")) or admin
    name = clean_line(name, _("Name"))
    at = instants.now() if at is None else at
    store = create_store(path)
    try:
        with store.writing():
            employee = people.found_company(
                name=name, language=language, currency=currency, timezone=timezone,
                admin=admin, admin_name=admin_name, at=at,
            )
            for key in dict.fromkeys((QUICK_SALES, template)):
                write_type(key, language, employee, at, default=key == template)
            _write_reasons(LOSS_REASONS[language], employee, at)
            _write_service(SERVICE[language], employee, at)
        return store
    except BaseException:
        store.close()
        remove_store(path)
        raise


def add_type_from_template(session: Session, key: str, name: str = "") -> int:
    """Add the deal type of a template in the company's language, under another name if one is said; returns its id.
    Raises Refused `exists`, `bad_text`; NotFound."""
    must_set_up(session)
    with session.writing():
        return write_type(key, people_views.company().language, session.actor.id, session.now(), name=name)


def write_type(
    template: str, language: str, employee: int, at: Instant, *, default: bool = False, name: str = ""
) -> int:
    """Insert the deal type of a template, under another name if one is said, within a transaction, with its journal line;
    returns its id."""
    pen, whole = Pen(), template_of(template, language)
    type_id = setup.write_type_whole(pen, replace(whole, name=name) if name else whole, at, default)
    record(
        at=at, employee_id=employee, command="type.add", subject="type", subject_id=type_id, images=pen.images,
        template=template,
    )
    return type_id


def _write_reasons(names: Sequence[str], employee: int, at: Instant) -> None:
    for name in names:
        pen = Pen()
        made = setup.new_reason(pen, name, at)
        record(
            at=at, employee_id=employee, command="reason.add", subject="reason", subject_id=made, images=pen.images
        )


def _write_service(name: str, employee: int, at: Instant) -> None:
    pen = Pen()
    service = pen.insert(Service, name=name, name_key=search_key(name), created_at=at)
    record(
        at=at, employee_id=employee, command="service.add", subject="service", subject_id=service,
        images=pen.images, name=name,
    )
