"""The store's own guard: no two entries of an employee overlap, whatever a program writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peewee import IntegrityError

from models.session import Session
from models.storage.database import database
from models.values.instants import SECOND

INSERT = "INSERT INTO time_entry (employee_id, started_at, ended_at, billable, note, marks, created_at) VALUES (1, ?, ?, true, '', '', 1)"
Interval = tuple[int, int | None]
INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.none() | st.integers(0, 8)).map(lambda p: (p[0], None if p[1] is None else p[0] + p[1])), max_size=12)


def overlap(one: Interval, other: Interval) -> bool:
    """As semantics §5 has it: a running one takes the time from its start up to the next one planned ahead."""
    if one[1] is None and other[1] is None:
        return True
    if one[1] is None or other[1] is None:
        running, ended = (one, other) if one[1] is None else (other, one)
        return ended[0] <= running[0] < (ended[1] or 0)
    return one[0] < other[1] and other[0] < one[1] and one[0] < one[1] and other[0] < other[1]


@given(INTERVALS)
@pytest.mark.usefixtures("emptied")
def test_what_overlaps_is_refused_and_nothing_else(intervals: list[Interval]) -> None:
    database.execute_sql("DELETE FROM time_entry")
    kept: list[Interval] = []
    for start, end in intervals:
        values = (start * SECOND, None if end is None else end * SECOND)
        if any(overlap((start, end), other) for other in kept):
            with pytest.raises(IntegrityError):
                database.execute_sql(INSERT, values)
        else:
            database.execute_sql(INSERT, values)
            kept.append((start, end))


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Session:
    from tests.exchange.time.test_export_time import fresh

    return fresh(tmp_path_factory.mktemp("guard") / "s.db", "UTC")
