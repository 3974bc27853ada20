"""time weeks, submit, approve …: weeks that are handed in and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.commands.time.group import employee_id_of, time
from cli.output import table
from models.values.instants import instant_text, parse_day
from models.values.language import _

if TYPE_CHECKING:
    from models.timekeeping.views.weeks import Week


@time.command("weeks")
@click.option("--employee", "--rep", "employee", metavar="LOGIN", help="Of this employee; default: all you may read.")
@click.option("--state", type=click.Choice(["submitted", "approved", "declined"]), help="Only those in this state.")
@click.pass_obj
def list_weeks(call: Call, employee: str | None, state: str | None) -> None:
    """Weeks that were handed in, the newest first."""
    session = call.session
    from models.timekeeping.views.weeks import weeks

    _answer_weeks(call, weeks(session, employee_id=employee_id_of(employee), state=state), as_list=True)


def _answer_weeks(call: Call, found: Sequence[Week], *, as_list: bool = False) -> None:
    documents = [
        {
            "employee": week.employee, "week": week.monday.isoformat(), "state": week.state,
            "submitted_at": instant_text(week.submitted_at), "answered_by": week.answered_by,
            "answered_at": None if week.answered_at is None else instant_text(week.answered_at), "answer": week.answer,
        }
        for week in found
    ]  # fmt: skip
    states = {"submitted": _("handed in"), "approved": _("approved"), "declined": _("declined")}
    rows = [[w.employee, w.monday.isoformat(), states[w.state], w.answered_by or "", w.answer] for w in found]
    call.answer(
        {"weeks": documents} if as_list else documents[0] if documents else {},
        lambda: table([_("Employee"), _("Week"), _("State"), _("Answered by"), _("Answer")], rows),
    )


def _tell_week(call: Call, employee_id: int, monday: date) -> None:
    from models.timekeeping.views.weeks import weeks

    _answer_weeks(call, weeks(call.session, employee_id=employee_id, monday=monday))


@time.command("submit")
@click.argument("monday", metavar="MONDAY")
@click.pass_obj
def submit(call: Call, monday: str) -> None:
    """Hand in your week for approval."""
    session = call.session
    from models.timekeeping import commands

    commands.submit_week(session, parse_day(monday))
    _tell_week(call, session.actor.id, parse_day(monday))


@time.command("withdraw")
@click.argument("monday", metavar="MONDAY")
@click.pass_obj
def withdraw(call: Call, monday: str) -> None:
    """Take your week back before it is answered."""
    session = call.session
    from models.timekeeping import commands

    commands.withdraw_week(session, parse_day(monday))
    _tell_week(call, session.actor.id, parse_day(monday))


def _of_whom(call: Call, login: str, monday: str, answer: Callable[[int, date], None]) -> None:
    """Answer an employee's week and tell it."""
    _session = call.session
    from models.people.views import find_employee

    owner, day = find_employee(login).id, parse_day(monday)
    answer(owner, day)
    _tell_week(call, owner, day)


@time.command("approve")
@click.argument("login")
@click.argument("monday", metavar="MONDAY")
@click.option("--note", default="", help="What to say to it.")
@click.pass_obj
def approve(call: Call, login: str, monday: str, note: str) -> None:
    """Approve an employee's week; its entries and prices then do not change."""
    from models.timekeeping.commands import answer_week

    _of_whom(call, login, monday, lambda owner, day: answer_week(call.session, owner, day, approve=True, answer=note))


@time.command("decline")
@click.argument("login")
@click.argument("monday", metavar="MONDAY")
@click.option("--reason", required=True, help="Why.")
@click.pass_obj
def decline(call: Call, login: str, monday: str, reason: str) -> None:
    """Send an employee's week back."""
    from models.timekeeping.commands import answer_week

    _of_whom(call, login, monday, lambda owner, day: answer_week(call.session, owner, day, approve=False, answer=reason))


@time.command("reopen")
@click.argument("login")
@click.argument("monday", metavar="MONDAY")
@click.option("--reason", required=True, help="Why.")
@click.pass_obj
def reopen(call: Call, login: str, monday: str, reason: str) -> None:
    """Open an approved week again."""
    from models.timekeeping.commands import reopen_week

    _of_whom(call, login, monday, lambda owner, day: reopen_week(call.session, owner, day, reason=reason))
