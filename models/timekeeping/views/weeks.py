"""Weeks of time that were handed in, and what became of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from models.people.rules import readable
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.session import Session


class Week(NamedTuple):
    """`state` is submitted, approved or declined; `answer` what was said to it."""

    employee_id: int
    employee: str
    monday: date
    state: str
    submitted_at: Instant
    answered_by: str | None
    answered_at: Instant | None
    answer: str


def weeks(
    session: Session, *, employee_id: int | None = None, monday: date | None = None, state: str | None = None, limit: int = 60
) -> list[Week]:
    """The newest weeks that were handed in, of those whose time the actor may read."""
    from models.people.tables import Employee
    from models.timekeeping.tables import TimesheetWeek

    answerer = Employee.alias()
    query = (
        TimesheetWeek.select(
            Employee.id, Employee.login, TimesheetWeek.monday, TimesheetWeek.state, TimesheetWeek.submitted_at,
            answerer.login, TimesheetWeek.answered_at, TimesheetWeek.answer,
        )
        .join(Employee, on=(TimesheetWeek.employee == Employee.id))
        .join(answerer, "LEFT OUTER JOIN", on=(TimesheetWeek.answered_by == answerer.id))
        .order_by(TimesheetWeek.monday.desc(), Employee.login)
        .limit(limit)
    )  # fmt: skip
    owners = readable(session.actor)
    if owners is not None:
        query = query.where(Employee.id.in_(owners))
    for column, value in ((Employee.id, employee_id), (TimesheetWeek.monday, monday), (TimesheetWeek.state, state)):
        if value is not None:
            query = query.where(column == value)
    return [Week._make(row) for row in query.tuples()]
