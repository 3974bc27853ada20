"""Setting and dropping what an employee or a team is to win in a month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from models.journal.commands import Pen, record
from models.people.rules import may_set_target
from models.people.tables import Employee, Target, Team
from models.people.views import Holder
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import EARLIEST, LATEST
from models.values.language import _
from models.values.money import LARGEST, Money, exponent

if TYPE_CHECKING:
    from models.session import Session

MOST_MONTHS = 120


def set_target(session: Session, holder: Holder, month: date, amount: Money) -> int:
    """Give an employee or a team a target for the month that begins on the day `month`, in place of the one it had in that
    currency; returns its id. Raises NotFound; Usage `bad_month`; Refused `bad_amount`, `bad_currency`."""
    _must_set_target(session, holder)
    exponent(amount.currency)
    if month.day != 1 or not EARLIEST <= month.year <= LATEST:
        raise Usage("bad_month", _("A target is of a month, by its first day."))
    if amount.amount < 0:
        raise Refused("bad_amount", _("A target is not negative."))
    if amount.amount > LARGEST:
        raise Refused("bad_amount", _("The target is too large."))
    with session.writing():
        _must_be_there(holder)
        pen, at = Pen(), session.now()
        row = _row(holder, month, amount.currency)
        if row is None:
            made = pen.insert(
                Target, employee=holder.employee_id, team=holder.team_id, month=month, amount=amount.amount,
                currency=amount.currency, created_at=at,
            )  # fmt: skip
        else:
            made = int(row.id)
            pen.update(row, amount=amount.amount)
        _record(session, "target.set", made, holder, month, pen)
    return made


def set_targets(session: Session, holder: Holder, month: date, months: int, amount: Money) -> list[int]:
    """The same target for so many months in a row, from `month` on: all of them or none. Raises as `set_target`; Refused
    `bad_months`."""
    if not 1 <= months <= MOST_MONTHS:
        raise Refused("bad_months", _("Write from 1 to {most} months.").format(most=MOST_MONTHS))
    with session.writing():
        ahead = [month.month - 1 + step for step in range(months)]
        return [
            set_target(session, holder, month.replace(year=month.year + count // 12, month=count % 12 + 1), amount)
            for count in ahead
        ]


def drop_target(session: Session, holder: Holder, month: date, currency: str) -> None:
    """Take a target away. Raises NotFound."""
    _must_set_target(session, holder)
    with session.writing():
        pen, row = Pen(), _row(holder, month, currency)
        if row is None:
            raise NotFound(_("There is no such target."))
        pen.delete(row)
        _record(session, "target.drop", int(row.id), holder, month, pen)


def _row(holder: Holder, month: date, currency: str) -> Target | None:
    whose = Target.team == holder.team_id if holder.employee_id is None else Target.employee == holder.employee_id
    return Target.get_or_none(whose & (Target.month == month) & (Target.currency == currency))


def _must_set_target(session: Session, holder: Holder) -> None:
    if (holder.employee_id is None) == (holder.team_id is None):
        raise Usage("one_of", _("A target is of an employee or of a team."))
    if not may_set_target(session.actor, holder.employee_id):
        raise NotFound(_("Targets are set by an administrator, and by a manager for the others of the team."))


def _must_be_there(holder: Holder) -> None:
    kind, number = (Team, holder.team_id) if holder.employee_id is None else (Employee, holder.employee_id)
    if kind.get_or_none(kind.id == number) is None:
        raise NotFound(_("There is no such employee or team."))


def _record(session: Session, command: str, target_id: int, holder: Holder, month: date, pen: Pen) -> None:
    record(
        at=session.now(), employee_id=session.actor.id, command=command, subject="target", subject_id=target_id,
        images=pen.images, holder=holder.name, month=month.isoformat()[:7],
    )  # fmt: skip
