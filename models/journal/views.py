"""Reading the journal: what changed since, and the history of one thing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models.journal.tables import Journal
from models.values.instants import Instant


@dataclass(frozen=True)
class Line:
    """One line of the journal; `facts` is empty where its values were erased."""

    id: int
    at: Instant
    employee_id: int | None
    command: str
    subject: str
    subject_id: int
    undoes: int | None
    facts: dict[str, Any]


def last_id() -> int:
    """The id of the newest line, 0 where there is none."""
    return int(Journal.select(Journal.id).order_by(Journal.id.desc()).limit(1).scalar() or 0)


def last_subject(subject: str) -> int:
    """The highest id of that kind of subject that any line speaks of, 0 where there is none."""
    return int(Journal.select(fn.MAX(Journal.subject_id)).where(Journal.subject == subject).scalar() or 0)


def changes_since(line_id: int, limit: int = 1000) -> list[tuple[int, str, int, int | None]]:
    """(line, subject, subject's id, employee) of the lines after `line_id`, oldest first: the change feed."""
    query = (
        Journal.select(Journal.id, Journal.subject, Journal.subject_id, Journal.employee_id)
        .where(Journal.id > line_id)
        .order_by(Journal.id)
        .limit(limit)
    )
    return [tuple(row) for row in query.tuples()]


def lines_of(subject: str, subject_id: int, *, after: int = 0) -> list[Line]:
    """The lines of one thing after line `after`, oldest first."""
    query = (
        Journal.select()
        .where((Journal.subject == subject) & (Journal.subject_id == subject_id) & (Journal.id > after))
        .order_by(Journal.id)
    )
    return [as_line(row) for row in query]


def lines_by(employee_id: int, subject: str, limit: int) -> list[Line]:
    """The newest lines of one employee on one kind of subject, newest first."""
    query = (
        Journal.select()
        .where((Journal.employee_id == employee_id) & (Journal.subject == subject))
        .order_by(Journal.id.desc())
        .limit(limit)
    )
    return [as_line(row) for row in query]


def line(line_id: int) -> Line | None:
    row = Journal.get_or_none(Journal.id == line_id)
    return as_line(row) if row else None


def as_line(row: Journal) -> Line:
    content = json.loads(row.content) if row.content else {}
    return Line(
        row.id, row.at, row.employee_id, row.command, row.subject, row.subject_id, row.undoes_id, content
    )
