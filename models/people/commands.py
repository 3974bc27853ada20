"""Setting up the company and its people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen, record
from models.people import rules, views
from models.people.tables import Company, Employee, Holiday, SignOfLife, Team, WorkingHours, Workplace
from models.values import instants
from models.values.errors import NotFound, Refused
from models.values.instants import MINUTE, Instant
from models.values.language import _
from models.values.money import exponent
from models.values.text import clean_line, search_key

if TYPE_CHECKING:
    from models.session import Session


def found_company(
    *, name: str, language: str, currency: str, timezone: str, admin: str, admin_name: str, at: Instant
) -> int:
    """Write the company and its first administrator into an empty store; returns the administrator's id."""
    exponent(currency)
    instants.zone(timezone)
    Company.create(
        id=1, name=name, language=language, currency=currency, timezone=timezone, created_at=at
    )
    pen = Pen()
    employee = pen.insert(Employee, **_employee(admin, admin_name, "admin", None, language, timezone, True, at))
    record(at=at, employee_id=employee, command="company.found", subject="company", subject_id=1)
    return employee


def add_employee(
    session: Session, login: str, *, name: str, role: str, team: str | None = None, language: str | None = None
) -> views.Person:
    """Add someone who can log in. An unknown team is made. Raises Refused `exists`, `bad_role`, `bad_text`; NotFound."""
    _must_set_up(session)
    if role not in rules.ROLES:
        raise Refused("bad_role", _("{role} is no role; there are: {roles}.").format(role=repr(role), roles=", ".join(rules.ROLES)))
    login = _login(login)
    name = clean_line(name, _("Name")) or login
    with session.writing():
        at, pen, company = session.now(), Pen(), views.company()
        if Employee.get_or_none(Employee.login == login):
            raise Refused("exists", _("There is an employee {login} already.").format(login=repr(login)))
        team_id = _team(pen, team) if team else None
        made = pen.insert(
            Employee,
            **_employee(login, name, role, team_id, language or company.language, company.timezone, True, at),
        )
        record(
            at=at, employee_id=session.actor.id, command="employee.add", subject="employee", subject_id=made,
            images=pen.images, login=login,
        )
    return views.find_employee(login)


def set_employee(session: Session, login: str, **changes: Any) -> views.Person:
    """Change name, role, team, language, timezone or `can_login`, or disable. Raises Refused, NotFound.

    The last administrator who can log in stays one.
    """
    _must_set_up(session)
    with session.writing():
        person = views.find_employee(login)
        row, at, pen = Employee.get_by_id(person.id), session.now(), Pen()
        values: dict[str, Any] = {}
        if changes.get("name"):
            values["name"] = clean_line(changes["name"], _("Name"))
            values["name_key"] = search_key(values["name"])
        if changes.get("role"):
            if changes["role"] not in rules.ROLES:
                raise Refused("bad_role", _("{role} is no role; there are: {roles}.").format(role=repr(changes["role"]), roles=", ".join(rules.ROLES)))
            values["role"] = changes["role"]
        if changes.get("team"):
            values["team_id"] = _team(pen, changes["team"])
        if changes.get("language"):
            values["language"] = changes["language"]
        if changes.get("timezone"):
            instants.zone(changes["timezone"])
            values["timezone"] = changes["timezone"]
        if changes.get("can_login") is not None:
            values["can_login"] = changes["can_login"]
        if changes.get("disabled"):
            values["disabled_at"] = at
        pen.update(row, **values)
        if not Employee.select().where(
            (Employee.role == "admin") & (Employee.can_login == True) & Employee.disabled_at.is_null()  # noqa: E712
        ).exists():
            raise Refused("last_admin", _("Somebody has to stay administrator."))
        record(
            at=at, employee_id=session.actor.id, command="employee.set", subject="employee", subject_id=row.id,
            images=pen.images,
        )
    return views.find_employee(row.login)


def set_company(session: Session, **changes: Any) -> views.CompanyFacts:
    """Change name, timezone, currency, clock, team_read, weeks_approved or locked_before (a day or None) of the company. Raises Refused, Usage `bad_timezone`."""
    _must_set_up(session)
    with session.writing():
        row, pen = Company.get(), Pen()
        if "currency" in changes:
            exponent(changes["currency"])
        if "timezone" in changes:
            instants.zone(changes["timezone"])
        if "name" in changes:
            changes["name"] = clean_line(changes["name"], _("Name"))
        pen.update(row, **changes)
        record(
            at=session.now(), employee_id=session.actor.id, command="company.set", subject="company", subject_id=1,
            images=pen.images,
        )
    return views.company()


def set_hours(session: Session, days: Iterable[int], opens: int | None = None, closes: int | None = None) -> None:
    """Let the company work on these weekdays (0 is Monday) from `opens` to `closes`, in seconds after midnight; without
    them those are days off. Raises Refused `bad_hours`; NotFound."""
    _must_set_up(session)
    wanted = sorted(set(days))
    if not wanted or not all(0 <= day <= 6 for day in wanted) or (opens is None) != (closes is None):
        raise Refused("bad_hours", _("Say on which weekdays, and from when to when."))
    if opens is not None and closes is not None and not 0 <= opens < closes <= 86400:
        raise Refused("bad_hours", _("Work begins before it ends, within one day."))
    with session.writing():
        before = {row.weekday: [row.opens, row.closes] for row in WorkingHours.select()}
        WorkingHours.delete().where(WorkingHours.weekday.in_(wanted)).execute()
        if opens is not None and closes is not None:
            for day in wanted:
                WorkingHours.create(weekday=day, opens=opens, closes=closes)
        record(
            at=session.now(), employee_id=session.actor.id, command="company.hours", subject="company", subject_id=1,
            before=before, days=wanted, opens=opens, closes=closes,
        )


def add_holidays(session: Session, days: dict[date, str]) -> int:
    """Let the company not work on these days, by their names; returns how many are new. A known day takes the new name.

    Raises Refused `bad_text`; NotFound.
    """
    _must_set_up(session)
    named = {day: clean_line(name, _("Holiday"), 200) for day, name in days.items()}
    with session.writing():
        known = dict(Holiday.select(Holiday.day, Holiday.name).tuples())
        for day, name in named.items():
            Holiday.replace(day=day, name=name).execute()
        record(
            at=session.now(), employee_id=session.actor.id, command="company.holidays", subject="company", subject_id=1,
            added={day.isoformat(): name for day, name in named.items() if known.get(day) != name},
        )
    return len(named.keys() - known.keys())


def add_holiday(session: Session, day: date, name: str = "") -> None:
    """Let the company not work on that day. Raises Refused `exists`, `bad_text`; NotFound."""
    _must_set_up(session)
    with session.writing():
        if Holiday.get_or_none(Holiday.day == day) is not None:
            raise Refused("exists", _("{day} is a holiday already.").format(day=day.isoformat()))
        add_holidays(session, {day: name})


def remove_holiday(session: Session, day: date) -> None:
    """Let the company work on that day as on others of its week. Raises NotFound."""
    _must_set_up(session)
    with session.writing():
        row = Holiday.get_or_none(Holiday.day == day)
        if row is None:
            raise NotFound(_("{day} is no holiday.").format(day=day.isoformat()))
        row.delete_instance()
        record(
            at=session.now(), employee_id=session.actor.id, command="company.holidays", subject="company", subject_id=1,
            removed={day.isoformat(): row.name},
        )


def sign_of_life(session: Session) -> None:
    """Note that the actor is there: at most once a minute, as little that one may do without a journal line."""
    with session.writing():
        now = session.now()
        row = SignOfLife.get_or_none(SignOfLife.employee == session.actor.id)
        if row is None or abs(now - row.at) >= MINUTE:  # one in the future is of a clock that went wrong
            SignOfLife.replace(employee=session.actor.id, at=now).execute()


def keep_workplace(session: Session, state: dict[str, Any]) -> None:
    """Remember where the actor is (screen, cursor, filter). No business data, so no journal line."""
    with session.writing():
        Workplace.replace(
            employee=session.actor.id, state=json.dumps(state, ensure_ascii=False), updated_at=session.now()
        ).execute()


def employee_called(text: str) -> int | None:
    """The id of the employee with that login or name; a number is a name here, never an id. Raises Refused `ambiguous`."""
    try:
        found = views.find_employee(text)
    except NotFound:
        return None
    return found.id if found.login == text or search_key(found.name) == search_key(text) else None


def new_employee_named(pen: Pen, text: str, at: Instant) -> int:
    """Insert someone whom an import names: the text as login and name, role rep, cannot log in. Raises Refused `bad_text`."""
    company = views.company()
    login = clean_line(text, _("Rep"))
    return pen.insert(Employee, **_employee(login, login, "rep", None, company.language, company.timezone, False, at))


def _employee(
    login: str, name: str, role: str, team_id: int | None, language: str, timezone: str, can_login: bool, at: Instant
) -> dict[str, Any]:
    return {
        "login": login, "name": name, "name_key": search_key(name), "role": role, "team": team_id,
        "language": language, "timezone": timezone, "can_login": can_login, "created_at": at,
    }


def _team(pen: Pen, name: str) -> int:
    name = clean_line(name, _("Team"))
    row = Team.get_or_none(Team.name_key == search_key(name))
    return int(row.id) if row else pen.insert(Team, name=name, name_key=search_key(name))


def _login(login: str) -> str:
    login = clean_line(login, _("Login"), 64)
    if not login or any(character.isspace() for character in login):
        raise Refused("bad_login", _("A login is one word."))
    return login


def _must_set_up(session: Session) -> None:
    if not rules.may_set_up(session.actor):
        raise NotFound(_("Only an administrator may do that."))
