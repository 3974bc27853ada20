"""Deal types: added and changed. Changing a type never rewrites history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen, record
from models.people.commands import must_set_up
from models.pipeline.rules import MODES
from models.pipeline.tables import Deal, DealType
from models.values.errors import ChangedMeanwhile, NotFound, Refused
from models.values.instants import Instant
from models.values.language import _, ngettext
from models.values.text import clean_line, look_alike_key, quoted, search_key

if TYPE_CHECKING:
    from models.session import Session

DEALS_NAMED = 10


def add_type(session: Session, name: str, *, mode: str, returns: bool = False, default: bool = False) -> int:
    """Add a deal type without stages; returns its id. Raises Refused `exists`, `bad_mode`, `empty`; NotFound."""
    must_set_up(session)
    with session.writing():
        pen, at = Pen(), session.now()
        type_id = new_type(pen, name, mode, at, returns=returns, default=default)
        record_type(session, "type.add", type_id, pen, at)
    return type_id


def new_type(pen: Pen, name: str, mode: str, at: Instant, *, returns: bool = False, default: bool = False) -> int:
    """Insert a deal type within another command's transaction. The first one becomes the default."""
    name = named(name, _("Deal type"))
    _check_mode(mode)
    check_free(name, DealType.select(DealType.id, DealType.name).tuples())
    default = default or not DealType.select().exists()
    if default:
        DealType.update(is_default=False).execute()
    return pen.insert(
        DealType,
        name=name,
        name_key=search_key(name),
        mode=mode,
        returns=returns,
        is_default=default,
        created_at=at,
    )


def set_type(
    session: Session, type_id: int, *, name: str | None = None, mode: str | None = None, returns: bool | None = None,
    is_default: bool | None = None, version: int | None = None,
) -> None:  # fmt: skip
    """Change what is said of a type; its open deals stay where they are. Raises Refused, NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen = type_row(type_id, version), Pen()
        said = {"mode": mode, "returns": returns, "is_default": is_default}
        changes: dict[str, Any] = {column: value for column, value in said.items() if value is not None}
        if mode is not None:
            _check_mode(mode)
        if name is not None:
            changes["name"] = named(name, _("Deal type"))
            changes["name_key"] = search_key(changes["name"])
            check_free(changes["name"], DealType.select(DealType.id, DealType.name).tuples(), but=type_id)
        if is_default and row.archived_at is not None:
            raise Refused("type_archived", _("The deal type {type} is archived.").format(type=quoted(row.name)))
        if is_default:
            DealType.update(is_default=False).where(DealType.id != type_id).execute()
        pen.update(row, **changes)
        record_type(session, "type.set", type_id, pen, session.now())


def archive_type(session: Session, type_id: int, *, version: int | None = None) -> None:
    """Take a deal type out of use: nothing starts in it any more; its history and reports stay. Raises Refused
    `archived`, `type_is_default`, `type_in_use` that names open deals of it; NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen, at = type_row(type_id, version), Pen(), session.now()
        if row.archived_at is not None:
            raise Refused("archived", _("{type} is archived already.").format(type=quoted(row.name)))
        if row.is_default:
            raise Refused("type_is_default", _("The board opens on {type}; make another type the default first.").format(type=quoted(row.name)))
        held = Deal.select(Deal.id, Deal.title).where((Deal.deal_type == type_id) & (Deal.outcome == "open")).order_by(Deal.id)
        if count := held.count():
            raise Refused(
                "type_in_use",
                ngettext(
                    "{count} open deal is of {type}; close it or take it to another type first.",
                    "{count} open deals are of {type}; close them or take them to another type first.",
                    count,
                ).format(count=count, type=quoted(row.name)),
                [{"id": deal.id, "title": deal.title} for deal in held.limit(DEALS_NAMED)],
            )
        pen.update(row, archived_at=at)
        record_type(session, "type.archive", type_id, pen, at)


def restore_type(session: Session, type_id: int, *, version: int | None = None) -> None:
    """Bring an archived deal type back into use, as it was. Raises Refused `not_archived`; NotFound, ChangedMeanwhile."""
    must_set_up(session)
    with session.writing():
        row, pen = type_row(type_id, version), Pen()
        if row.archived_at is None:
            raise Refused("not_archived", _("{type} is in use.").format(type=quoted(row.name)))
        pen.update(row, archived_at=None)
        record_type(session, "type.restore", type_id, pen, session.now())


def type_row(type_id: int, version: int | None = None) -> DealType:
    """The row, unchanged since `version`. Raises NotFound, ChangedMeanwhile."""
    row = DealType.get_or_none(DealType.id == type_id)
    if row is None:
        raise NotFound(_("There is no deal type {name}.").format(name=type_id))
    if version is not None and version != row.version:
        raise ChangedMeanwhile(_("Somebody changed this deal type meanwhile; look at it again."))
    return row


def record_type(session: Session, command: str, type_id: int, pen: Pen, at: Instant, **said: Any) -> None:
    """Write the journal line of a change to a type."""
    record(
        at=at, employee_id=session.actor.id, command=command, subject="type", subject_id=type_id, images=pen.images,
        **said,
    )  # fmt: skip


def named(name: str, field: str) -> str:
    """A name as it is kept. Raises Refused `empty`, `bad_text`."""
    name = clean_line(name, field, 100)
    if not name:
        raise Refused("empty", _("{field} needs a name.").format(field=field))
    return name


def check_free(name: str, taken: Any, but: int | None = None) -> None:
    """Refuse a name that one of `taken` (id, name) has, or that a person could not tell from it. Raises `exists`."""
    for row_id, other in taken:
        if row_id == but:
            continue
        if search_key(other) == search_key(name):
            raise Refused("exists", _("{name} is there already.").format(name=quoted(other)))
        if look_alike_key(other) == look_alike_key(name):
            raise Refused(
                "exists", _("{name} looks like {other}, which is there already.").format(name=quoted(name), other=quoted(other))
            )


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise Refused("bad_mode", _("A mode is one of {modes}.").format(modes=", ".join(MODES)))
