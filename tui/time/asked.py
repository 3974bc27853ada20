"""What the screen Time asks of the models: plain calls, made on the desk's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from models.values.durations import clock_text
from models.values.instants import local_day
from models.values.language import _
from models.values.money import money_text
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session


def today(session: Session) -> date:
    return local_day(session.now(), session.actor.timezone)


def runs(session: Session) -> bool:
    from models.timekeeping.views import running

    return running(session) is not None


def begin(session: Session) -> None:
    from models.timekeeping.commands import start_timer

    start_timer(session)


def go_on(session: Session, entry_id: int) -> None:
    from models.timekeeping.commands import continue_entry

    continue_entry(session, entry_id)


def merge(session: Session, ids: Sequence[int]) -> None:
    from models.timekeeping.commands import merge_entries

    merge_entries(session, ids)


def delete(session: Session, ids: Sequence[int]) -> None:
    from models.timekeeping.commands import delete_entries

    delete_entries(session, ids)


def copy(session: Session, entry_id: int, day: str) -> date:
    """Returns the day it is on."""
    from models.timekeeping.commands import duplicate_entry
    from models.values.instants import parse_day, typed

    wanted = parse_day(typed(day))
    duplicate_entry(session, entry_id, wanted)
    return wanted


def set_note(session: Session, entry_id: int, note: str) -> None:
    from models.timekeeping.commands import edit_entry

    edit_entry(session, entry_id, note=note)


def change(session: Session, ids: Sequence[int], values: dict[str, str]) -> None:
    from models.clients.views import find_client
    from models.timekeeping.commands import change_entries
    from models.timekeeping.views import find_service

    changes: dict[str, Any] = {}
    if values["client"]:
        changes["client_id"] = find_client(session, values["client"])
    if values["service"] != _("as it is"):
        changes["service_id"] = find_service(values["service"])
    if values["billable"] != _("as it is"):
        changes["billable"] = values["billable"] != _("no")
    if values["note"]:
        changes["note"] = values["note"]
    change_entries(session, ids, **changes)


def undo(session: Session) -> None:
    from models.timekeeping.commands import undo_time

    undo_time(session)


def redo(session: Session) -> None:
    from models.timekeeping.commands import redo_time

    redo_time(session)


def week_state(session: Session, employee_id: int, monday: date) -> str | None:
    from models.timekeeping.views.weeks import weeks

    found = weeks(session, employee_id=employee_id, monday=monday)
    return found[0].state if found else None


def weeks_used(_session: Session) -> bool:
    """Whether weeks are handed in at all here."""
    from models.people.views import company

    return company().weeks_approved


def submit(session: Session, _employee_id: int, monday: date) -> None:
    from models.timekeeping.commands import submit_week

    submit_week(session, monday)


def withdraw(session: Session, _employee_id: int, monday: date) -> None:
    from models.timekeeping.commands import withdraw_week

    withdraw_week(session, monday)


def approve(session: Session, employee_id: int, monday: date) -> None:
    from models.timekeeping.commands import answer_week

    answer_week(session, employee_id, monday, approve=True)


def decline(session: Session, employee_id: int, monday: date, reason: str) -> None:
    from models.timekeeping.commands import answer_week

    answer_week(session, employee_id, monday, approve=False, answer=reason)


def reopen(session: Session, employee_id: int, monday: date, reason: str) -> None:
    from models.timekeeping.commands import reopen_week

    reopen_week(session, employee_id, monday, reason=reason)


def ladder(session: Session, entry_id: int) -> list[tuple[str, str]]:
    """What an entry comes to, and the ladder of its rate."""
    from models.timekeeping.views.rates import explain

    found = explain(session, entry_id)
    won = next((step for step in found.ladder if step.rank == found.won), None)
    lines = [(_("Charge"), _("no rate") if found.charge is None else money_text(found.charge))]
    if won is not None and won.rate is not None:
        lines.append((_("An hour"), f"{money_text(won.rate)}  {won.scope}"))
    lines += [(_("Time"), clock_text(found.seconds)), (_("Charged"), clock_text(found.rounded_seconds)), ("", "")]
    return lines + [
        (f"{symbol('▸') if step.rank == found.won else ' '} {step.rank:>2}", f"{step.scope}: {money_text(step.rate) if step.rate else symbol('·')}")
        for step in found.ladder
    ]
