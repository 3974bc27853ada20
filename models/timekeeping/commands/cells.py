"""Typing a total into a cell of the week: so much of this client, deal and service on that day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.timekeeping.commands.entries import delete_with_own
from models.timekeeping.commands.guards import (
    assigned,
    must_be_in_use,
    must_be_open,
    must_be_sound,
    must_be_unlocked,
    whose,
)
from models.timekeeping.rules.intervals import first_gap
from models.timekeeping.tables import TimeEntry
from models.values.errors import Refused
from models.values.instants import SECOND, day_start, from_datetime, zone
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

MORNING = time(9)


def set_cell(
    session: Session,
    *,
    day: date,
    seconds: int,
    client_id: int | None,
    deal_id: int | None,
    service_id: int | None,
    employee_id: int | None = None,
    billable: bool = True,
) -> None:
    """Make the time of that client, deal and service on that day `seconds` in all. What is missing is entered in the first
    gap of the day that holds it, from 9:00 on or else from midnight; what is too much is taken from the end.

    A stopwatch that runs on something else has the day from its start on.

    Raises NotFound; Refused `bad_duration`, `still_runs`, `crosses_midnight`, `no_room`, `too_long`, `too_far`,
    `archived`, `locked`.
    """
    with session.writing():
        owner = whose(session, session.actor.id if employee_id is None else employee_id)
        client_id, deal_id = assigned(session, client_id, deal_id)
        begins, ends = day_start(day, owner.timezone), day_start(day + timedelta(days=1), owner.timezone)
        if not 0 <= seconds <= (ends - begins) // SECOND:
            raise Refused("bad_duration", _("A day has not so many hours."))
        must_be_open(owner, begins)
        rows = list(
            TimeEntry.select()
            .where(
                (TimeEntry.employee == owner.id)
                & (TimeEntry.started_at < ends)
                & (TimeEntry.ended_at.is_null() | (TimeEntry.ended_at > begins))
            )
            .order_by(TimeEntry.started_at)
        )
        rows = [row for row in rows if row.ended_at is None or row.ended_at > row.started_at]  # 0 seconds take no room
        kind = (client_id, deal_id, service_id, billable)
        own = [row for row in rows if (row.client_id, row.deal_id, row.service_id, row.billable) == kind]
        if any(row.ended_at is None for row in own):
            raise Refused("still_runs", _("The stopwatch is running on this; stop it first."))
        if any(row.started_at < begins or row.ended_at > ends for row in own):
            raise Refused("crosses_midnight", _("An entry of this lies across midnight; edit it by itself."))
        pen = Pen()
        more = seconds * SECOND - sum(row.ended_at - row.started_at for row in own)
        if more > 0:
            must_be_in_use(service_id)
            # What runs would end where time begins that was entered after its start.
            runs_until = ends if session.now() >= begins else begins
            morning = from_datetime(datetime.combine(day, MORNING, zone(owner.timezone)))
            taken = [(row.started_at, runs_until if row.ended_at is None else row.ended_at) for row in rows]
            start = first_gap(more, taken, morning, ends)
            if start is None:
                start = first_gap(more, taken, begins, ends)
            if start is None:
                raise Refused("no_room", _("The day has no gap that holds it; enter it in parts."))
            must_be_sound(session, start, start + more)
            pen.insert(
                TimeEntry, employee=owner.id, client=client_id, deal=deal_id, service=service_id, started_at=start,
                ended_at=start + more, billable=billable, created_at=session.now(),
            )  # fmt: skip
        for row in reversed(own):
            if more >= 0:
                break
            must_be_unlocked([row.id])
            cut = min(-more, row.ended_at - row.started_at)
            more += cut
            if cut == row.ended_at - row.started_at:
                delete_with_own(pen, row)
            else:
                pen.update(row, ended_at=row.ended_at - cut)
        if pen.images:
            record(
                at=session.now(), employee_id=session.actor.id, command="entry.cell", subject="entry",
                subject_id=pen.images[0][1], images=pen.images,
            )  # fmt: skip
