"""What the pen writes is what Peewee reads, and what the journal can put back."""

from __future__ import annotations

from datetime import date

from models.journal.commands import Pen, take_back
from models.people.tables import Employee, Target
from models.session import Session

MONTH, NEXT = date(2026, 11, 1), date(2026, 12, 1)


def _target(pen: Pen) -> Target:
    number = pen.insert(Target, employee=1, month=MONTH, amount=5, currency="EUR", created_at=9)
    return Target.get_by_id(number)


def test_an_inserted_row_holds_what_was_said_with_defaults_and_the_rest_empty(session: Session) -> None:
    with session.writing():
        pen = Pen()
        read = _target(pen)
    assert (read.employee_id, read.team_id, read.month, read.amount) == (1, None, MONTH, 5)
    image = {
        "id": read.id, "employee_id": 1, "team_id": None, "month": "2026-11-01", "amount": 5, "currency": "EUR", "created_at": 9,
    }  # fmt: skip
    assert pen.images == [["target", read.id, None, image]]


def test_a_row_inserted_with_a_number_keeps_it(session: Session) -> None:
    with session.writing():
        assert Pen().insert_row(Target(id=77, employee=1, month=MONTH, amount=5, currency="EUR", created_at=9)) == 77
    assert Target.get().id == 77


def test_an_update_changes_the_named_fields_of_that_row_alone(session: Session) -> None:
    with session.writing():
        first = _target(Pen())
        second = Pen().insert(Target, employee=1, month=NEXT, amount=1, currency="USD", created_at=9)
        pen = Pen()
        pen.update(first, month=NEXT, amount=6, currency="EUR")
        pen.update(Employee.get_by_id(1), can_login=False)
    read = Target.get_by_id(first.id)
    assert (read.month, read.employee_id, read.amount) == (NEXT, 1, 6)
    assert (Target.get_by_id(second).employee_id, Target.get_by_id(second).amount) == (1, 1)
    assert Employee.get_by_id(1).can_login is False
    assert pen.images[0] == [
        "target", first.id, {"month": "2026-11-01", "amount": 5}, {"month": "2026-12-01", "amount": 6},
    ]  # fmt: skip


def test_what_was_written_is_taken_back_and_made_again_to_the_letter(session: Session) -> None:
    def stands() -> list[tuple[object, ...]]:
        return list(session.store.database.execute_sql("SELECT * FROM target ORDER BY id"))

    with session.writing():
        row = _target(Pen())
        before = stands()
        pen = Pen()
        pen.update(row, month=NEXT)
        pen.insert(Target, employee=1, month=MONTH, amount=1, currency="USD", created_at=9)
        after = stands()
        images = take_back(pen.images)
        assert stands() == before
        take_back(images)
        assert stands() == after
