"""Entries that were not timed with the stopwatch, or need mending: add, edit, split, merge, delete, duplicate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen, record
from models.people.rules import covers, readable
from models.people.tables import Employee
from models.timekeeping import rules, views
from models.timekeeping.commands.guards import (
    assigned,
    must_be_in_use,
    must_be_open,
    must_be_sound,
    must_be_unlocked,
    overlaps,
    unknown,
    unsound,
    whose,
    writable_entry,
)
from models.timekeeping.rules.intervals import Cut, Interval, make_room, one_after_the_other
from models.timekeeping.tables import FixedPrice, Rate, TimeEntry
from models.values.errors import Refused
from models.values.instants import Instant, local_datetime, zone
from models.values.language import _
from models.values.text import clean_text

if TYPE_CHECKING:
    from models.session import Session

NOTE_LENGTH = 1000
TOGETHER = ("client_id", "deal_id", "service_id", "note", "billable")


def add_entry(
    session: Session,
    *,
    start: Instant,
    end: Instant,
    client_id: int | None = None,
    deal_id: int | None = None,
    service_id: int | None = None,
    employee_id: int | None = None,
    note: str = "",
    billable: bool = True,
    trim: bool = False,
) -> int:
    """Add an entry of the actor, or of an employee whose time the actor may change; returns its id. A deal brings its
    client; without client or service it is to be assigned. With `trim` the entries in the way give room.

    Raises NotFound; Refused `end_before_start`, `too_long`, `too_far`, `overlaps` (with the entries in the way), `locked`,
    `service_archived`, `bad_text`.
    """
    with session.writing():
        pen, owner = Pen(), whose(session, session.actor.id if employee_id is None else employee_id)
        start, end = rules.whole_second(start), rules.whole_second(end)
        must_be_sound(session, start, end)
        must_be_open(owner, start)
        client_id, deal_id = assigned(session, client_id, deal_id)
        must_be_in_use(service_id)
        _take_room(session, pen, owner, start, end, None, trim)
        made = pen.insert(
            TimeEntry, employee=owner.id, client=client_id, deal=deal_id, service=service_id, started_at=start,
            ended_at=end, billable=billable, note=clean_text(note, _("Note"), NOTE_LENGTH), created_at=session.now(),
        )  # fmt: skip
        _record(session, "entry.add", made, pen)
        return made


def edit_entry(session: Session, entry_id: int, *, trim: bool = False, **changes: Any) -> views.Entry:
    """Change `start`, `end`, `client_id`, `deal_id`, `service_id`, `note` or `billable`; an end given to a running one
    stops it. Another client takes away a deal that is not that client's. Other times have been looked at: the marks go.

    Raises as `add_entry`, and Refused `in_future` for a running one that would begin later than now.
    """
    with session.writing():
        pen = Pen()
        row = writable_entry(session, entry_id)
        _change(session, pen, row, changes, trim)
        if pen.images:
            _record(session, "entry.edit", entry_id, pen)
        return views.entry(session, entry_id)


def change_entries(session: Session, ids: Sequence[int], **changes: Any) -> int:
    """Change client, deal, service, note or billable of several entries, all or none; returns how many changed."""
    refused = set(changes) - set(TOGETHER)
    if refused:
        raise Refused("bad_field", _("Of several entries only client, deal, service, note and billable change together."))
    with session.writing():
        pen = Pen()
        count = 0
        for entry_id in dict.fromkeys(ids):
            before = len(pen.images)
            _change(session, pen, writable_entry(session, entry_id), changes, False)
            count += len(pen.images) > before
        if pen.images:
            _record(session, "entry.edit", ids[0], pen, count=count)
        return count


def split_entry(session: Session, entry_id: int, at: Instant) -> tuple[int, int]:
    """Cut an entry in two at an instant within it; returns both ids. The second part of a running one runs on; a rate of
    the entry's own holds for both.

    Raises NotFound; Refused `not_within`, `locked`.
    """
    with session.writing():
        pen = Pen()
        row, at = writable_entry(session, entry_id), rules.whole_second(at)
        last = rules.whole_second(session.now()) if row.ended_at is None else row.ended_at
        if not row.started_at < at < last:
            raise Refused("not_within", _("The instant does not lie within the entry."))
        must_be_open(Employee.get_by_id(row.employee_id), at)
        end = row.ended_at
        pen.update(row, ended_at=at)
        made = _insert_part(session, pen, row.id, _alike(row), at, end)
        _record(session, "entry.split", entry_id, pen, made=made)
        return entry_id, made


def merge_entries(session: Session, ids: Sequence[int]) -> int:
    """Make one entry of neighbours that touch and agree in client, deal and service (and in billable); returns the id of
    the first, which holds their notes. Raises NotFound; Refused `too_few`, `not_alike` (own rates are alike too),
    `not_touching`, `too_long`, `locked`."""
    if len(set(ids)) < 2:
        raise Refused("too_few", _("Merging takes two entries or more."))
    with session.writing():
        pen = Pen()
        rows = sorted((writable_entry(session, each) for each in set(ids)), key=_in_time)
        first, last = rows[0], rows[-1]
        if any(_kind(row) != _kind(first) for row in rows):
            raise Refused(
                "not_alike", _("Only entries of the same employee, client, deal and service can be merged, all billable or none.")
            )
        if any(_own_rates(row.id) != _own_rates(first.id) for row in rows):
            raise Refused("not_alike", _("Entries with rates of their own are merged only where these are the same."))
        if not one_after_the_other([Interval(row.id, row.started_at, row.ended_at) for row in rows]):
            raise Refused("not_touching", _("Only entries that follow one another without a gap can be merged."))
        if last.ended_at is not None and last.ended_at - first.started_at > rules.intervals.LONGEST:
            raise unsound("too_long")
        note = clean_text(" · ".join(dict.fromkeys(filter(None, (row.note for row in rows)))), _("Note"), NOTE_LENGTH)
        marks = " ".join(dict.fromkeys(mark for row in rows for mark in row.marks.split()))
        end = last.ended_at
        for row in rows[1:]:
            delete_with_own(pen, row)
        pen.update(first, ended_at=end, note=note, marks=marks)
        _record(session, "entry.merge", first.id, pen, merged=[row.id for row in rows[1:]])
        return int(first.id)


def delete_entries(session: Session, ids: Sequence[int]) -> int:
    """Delete entries, all or none; returns how many. Raises NotFound, Refused `locked`."""
    with session.writing():
        pen = Pen()
        for entry_id in dict.fromkeys(ids):
            delete_with_own(pen, writable_entry(session, entry_id))
        if pen.images:
            _record(session, "entry.delete", ids[0], pen, count=len(set(ids)))
        return len(set(ids))


def duplicate_entry(session: Session, entry_id: int, day: date) -> int:
    """The same entry once more on another day, at the same times on the employee's clock; returns its id.

    Raises NotFound; Refused `runs`, and as `add_entry`.
    """
    with session.writing():
        row = TimeEntry.get_or_none(TimeEntry.id == entry_id)
        if row is None or not covers(readable(session.actor), row.employee_id):
            raise unknown(entry_id)
        owner = whose(session, row.employee_id)
        if row.ended_at is None:
            raise Refused("runs", _("The entry is still running."))
        begun = local_datetime(row.started_at, owner.timezone)
        local = datetime.combine(day, begun.time(), tzinfo=zone(owner.timezone))
        start = int(local.timestamp()) * 1_000_000
        return add_entry(
            session, start=start, end=start + row.ended_at - row.started_at, client_id=row.client_id,
            deal_id=row.deal_id, service_id=row.service_id, employee_id=owner.id, note=row.note, billable=row.billable,
        )  # fmt: skip


def _change(session: Session, pen: Pen, row: TimeEntry, changes: dict[str, Any], trim: bool) -> None:
    values: dict[str, Any] = {}
    if "client_id" in changes or "deal_id" in changes:
        client_id, deal_id = changes.get("client_id", row.client_id), changes.get("deal_id", row.deal_id)
        if "deal_id" not in changes and client_id != row.client_id:
            deal_id = None
        if "client_id" not in changes and deal_id is not None:
            client_id = None
        values["client_id"], values["deal_id"] = assigned(session, client_id, deal_id)
    if "service_id" in changes:
        if changes["service_id"] != row.service_id:
            must_be_in_use(changes["service_id"])
        values["service_id"] = changes["service_id"]
    if "note" in changes:
        values["note"] = clean_text(changes["note"], _("Note"), NOTE_LENGTH)
    if "billable" in changes:
        values["billable"] = changes["billable"]
    start = rules.whole_second(changes["start"]) if changes.get("start") is not None else row.started_at
    end = rules.whole_second(changes["end"]) if changes.get("end") is not None else row.ended_at
    if (start, end) != (row.started_at, row.ended_at):
        must_be_sound(session, start, end)
        owner = Employee.get_by_id(row.employee_id)
        must_be_open(owner, start)
        _take_room(session, pen, owner, start, end, row, trim)
        values |= {"started_at": start, "ended_at": end, "marks": ""}
    pen.update(row, **values)


def _take_room(
    session: Session, pen: Pen, owner: Employee, start: Instant, end: Instant | None, row: TimeEntry | None, trim: bool
) -> None:
    """Make sure that nothing of the employee lies in [start, end), trimming what does if asked to."""
    now = rules.whole_second(session.now())
    near = TimeEntry.select().where(
        (TimeEntry.employee == owner.id)
        & (TimeEntry.started_at < (max(start, now) + 1 if end is None else end))
        & (TimeEntry.ended_at.is_null() | (TimeEntry.ended_at > start))
    )
    rows = {other.id: other for other in near if row is None or other.id != row.id}
    others = [Interval(other.id, other.started_at, other.ended_at) for other in rows.values()]
    found = rules.intervals.in_the_way(start, end, others, now)
    if not found:
        return
    if not trim or end is None:
        raise overlaps(session, [each.id for each in found])
    must_be_unlocked(each.id for each in found)
    for cut in make_room(start, end, others, now):
        _cut(session, pen, owner, rows[cut.id], cut, now)


def _cut(session: Session, pen: Pen, owner: Employee, other: TimeEntry, cut: Cut, now: Instant) -> None:
    """Leave of the entry what the cut leaves: its own row stays the part that runs, else the first one."""
    must_be_open(owner, other.started_at)
    for start in (*(part[0] for part in cut.parts), *(() if cut.runs_from is None else (cut.runs_from,))):
        must_be_open(owner, start)
    alike, parts = _alike(other), list(cut.parts)
    if cut.runs_from is not None:
        if cut.runs_from > now:
            raise overlaps(session, [other.id])  # what runs cannot begin later than now
        pen.update(other, started_at=cut.runs_from)
    elif parts:
        start, end = parts.pop(0)
        pen.update(other, started_at=start, ended_at=end)
    else:
        delete_with_own(pen, other)
    for start, end in parts:
        _insert_part(session, pen, other.id, alike, start, end)


def _insert_part(
    session: Session, pen: Pen, whole_id: int, alike: dict[str, Any], start: Instant, end: Instant | None
) -> int:
    """A new entry out of one that was cut, with a rate of its own where that has one."""
    made = pen.insert(TimeEntry, **alike, started_at=start, ended_at=end, created_at=session.now())
    for side, from_day, to_day, amount, currency in _own_rates(whole_id):
        pen.insert(
            Rate, side=side, entry=made, from_day=from_day, to_day=to_day, amount=amount, currency=currency,
            created_at=session.now(),
        )  # fmt: skip
    return made


def _own_rates(entry_id: int) -> list[tuple[Any, ...]]:
    query = Rate.select(Rate.side, Rate.from_day, Rate.to_day, Rate.amount, Rate.currency).where(Rate.entry == entry_id)
    return list(query.order_by(Rate.side, Rate.from_day).tuples())


def delete_with_own(pen: Pen, row: TimeEntry) -> None:
    """Delete the row with what belongs to it alone."""
    for kind in (Rate, FixedPrice):
        for own in kind.select().where(kind.entry == row.id):
            pen.delete(own)
    pen.delete(row)


def _alike(row: TimeEntry) -> dict[str, Any]:
    """What a part of the entry has like the whole."""
    return {
        "employee": row.employee_id, "client": row.client_id, "deal": row.deal_id, "service": row.service_id,
        "billable": row.billable, "note": row.note, "marks": row.marks,
    }  # fmt: skip


def _in_time(row: TimeEntry) -> tuple[Instant, bool, Instant, int]:
    return row.started_at, row.ended_at is None, row.ended_at or 0, row.id


def _kind(row: TimeEntry) -> tuple[Any, ...]:
    return row.employee_id, row.client_id, row.deal_id, row.service_id, row.billable


def _record(session: Session, command: str, entry_id: int, pen: Pen, **more: Any) -> None:
    record(
        at=session.now(), employee_id=session.actor.id, command=command, subject="entry", subject_id=entry_id,
        images=pen.images, **more,
    )
