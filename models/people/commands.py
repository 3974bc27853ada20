"""Setting up the company and its people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from models.journal.commands import Pen, record
from models.people import rules, views
from models.people.tables import (
    Category,
    Company,
    Employee,
    EmployeeCategory,
    Holiday,
    SignOfLife,
    Team,
    WorkingHours,
    Workplace,
)
from models.values import instants
from models.values.errors import NotFound, Refused
from models.values.instants import MINUTE, Instant, local_day
from models.values.language import _
from models.values.money import exponent
from models.values.text import clean_line, quoted, search_key

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
    session: Session,
    login: str,
    *,
    name: str,
    role: str,
    team: str | None = None,
    language: str | None = None,
    category: str | None = None,
    from_day: date | None = None,
) -> views.Person:
    """Add someone who can log in. An unknown team or category is made. Raises Refused `exists`, `bad_role`, `bad_text`; NotFound."""
    must_set_up(session)
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
        if category:
            day = from_day or local_day(at, company.timezone)
            pen.insert(EmployeeCategory, employee=made, category=_category(pen, category, at), from_day=day)
        record(
            at=at, employee_id=session.actor.id, command="employee.add", subject="employee", subject_id=made,
            images=pen.images, login=login,
        )
    return views.find_employee(login)


def set_employee(session: Session, /, login: str, **changes: Any) -> views.Person:
    """Change name, role, team ("" for none), language, timezone or `can_login`, disable or enable. Raises Refused, NotFound.

    The last administrator who can log in stays one.
    """
    must_set_up(session)
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
        if changes.get("team") is not None:
            values["team_id"] = _team(pen, changes["team"]) if changes["team"].strip() else None
        if changes.get("language"):
            values["language"] = changes["language"]
        if changes.get("timezone"):
            instants.zone(changes["timezone"])
            values["timezone"] = changes["timezone"]
        if changes.get("can_login") is not None:
            values["can_login"] = changes["can_login"]
        if changes.get("disabled") is not None:
            values["disabled_at"] = at if changes["disabled"] else None
        zone = row.timezone
        pen.update(row, **values)
        if row.timezone != zone:
            session.follow("zone_changed", pen=pen, employee_id=row.id, before=zone, at=at)
        if not Employee.select().where(
            (Employee.role == "admin") & (Employee.can_login == True) & Employee.disabled_at.is_null()  # noqa: E712
        ).exists():
            raise Refused("last_admin", _("Somebody has to stay administrator."))
        record(
            at=at, employee_id=session.actor.id, command="employee.set", subject="employee", subject_id=row.id,
            images=pen.images,
        )
    return views.find_employee(row.login)


def add_category(session: Session, name: str) -> int:
    """Add a category of employees; returns its id. Raises Refused `exists`, `empty`, `bad_text`; NotFound."""
    must_set_up(session)
    name = _category_name(name)
    with session.writing():
        _refuse_twin(name)
        pen, at = Pen(), session.now()
        made = _category(pen, name, at)
        _record_category(session, "category.add", made, pen, at)
    return made


def rename_category(session: Session, category_id: int, name: str) -> None:
    """Give a category another name; who has it keeps it. Raises Refused `exists`, `empty`, `bad_text`; NotFound."""
    must_set_up(session)
    name = _category_name(name)
    with session.writing():
        row, pen = _category_row(category_id), Pen()
        _refuse_twin(name, category_id)
        pen.update(row, name=name, name_key=search_key(name))
        _record_category(session, "category.rename", category_id, pen, session.now())


def archive_category(session: Session, category_id: int) -> None:
    """Offer a category no more; who has it keeps it, and its rates hold. Raises NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen, at = _category_row(category_id), Pen(), session.now()
        if row.archived_at is None:
            pen.update(row, archived_at=at)
            _record_category(session, "category.archive", category_id, pen, at)


def restore_category(session: Session, category_id: int) -> None:
    """Offer an archived category again. Raises NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen = _category_row(category_id), Pen()
        if row.archived_at is not None:
            pen.update(row, archived_at=None)
            _record_category(session, "category.restore", category_id, pen, session.now())


def delete_category(session: Session, category_id: int) -> None:
    """Delete a category that nobody had and no rate is for. Raises Refused `category_used`; NotFound."""
    must_set_up(session)
    with session.writing():
        row, pen = _category_row(category_id), Pen()
        if EmployeeCategory.get_or_none(EmployeeCategory.category == category_id):
            raise Refused(
                "category_used", _("{name} is in use; archive it instead.").format(name=quoted(row.name))
            )
        session.follow("category_deleted", pen=pen, category_id=category_id, name=row.name)
        pen.delete(row)
        _record_category(session, "category.delete", category_id, pen, session.now())


def set_category(
    session: Session, login: str, category: str, from_day: date, *, confirmed: bool = False
) -> views.Person:
    """Give an employee the category from that day on; an unknown one is made. The first one holds for all time before.

    Raises Refused `confirmation_needed` (the charge of entries would change), `category_archived`, `bad_text`; NotFound.
    """
    must_set_up(session)
    name = _category_name(category)
    with session.writing():
        person, pen, at = views.find_employee(login), Pen(), session.now()
        before = views.category_history(person.id)
        category_id = _category(pen, name, at)
        row = EmployeeCategory.get_or_none(
            (EmployeeCategory.employee == person.id) & (EmployeeCategory.from_day == from_day)
        )
        if row is None:
            pen.insert(EmployeeCategory, employee=person.id, category=category_id, from_day=from_day)
        else:
            pen.update(row, category_id=category_id)
        session.follow("category_changed", pen=pen, employee_id=person.id, before=before, asks=not confirmed, at=at)
        record(
            at=at, employee_id=session.actor.id, command="employee.category", subject="employee", subject_id=person.id,
            images=pen.images, category=name, from_day=from_day.isoformat(),
        )
    return person


def set_company(session: Session, /, **changes: Any) -> views.CompanyFacts:
    """Change name, timezone, currency, clock, team_read, weeks_approved or locked_before (a day or None) of the company. Raises Refused, Usage `bad_timezone`."""
    must_set_up(session)
    with session.writing():
        row, pen = Company.get(), Pen()
        if "currency" in changes:
            exponent(changes["currency"])
        if "timezone" in changes:
            instants.zone(changes["timezone"])
        if "name" in changes:
            changes["name"] = clean_line(changes["name"], _("Name"))
        closed = row.locked_before
        pen.update(row, **changes)
        if closed is not None and (row.locked_before is None or row.locked_before < closed):
            session.follow("time_opened", pen=pen, closed=row.locked_before)
        record(
            at=session.now(), employee_id=session.actor.id, command="company.set", subject="company", subject_id=1,
            images=pen.images,
        )
    return views.company()


def set_hours(session: Session, days: Iterable[int], opens: int | None = None, closes: int | None = None) -> None:
    """Let the company work on these weekdays (0 is Monday) from `opens` to `closes`, in seconds after midnight; without
    them those are days off. Raises Refused `bad_hours`; NotFound."""
    must_set_up(session)
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
    must_set_up(session)
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


def take_holidays(session: Session, country: str, years: Iterable[int] | None = None, language: str | None = None) -> int:
    """Take the public holidays of a country or a part of it over (`DE`, `DE-BY`), of this year and the next without
    `years`; returns how many are new. Raises Refused `unknown_country`; NotFound."""
    from models.people.calendars import holidays_of

    must_set_up(session)
    year = local_day(session.now(), views.company().timezone).year
    return add_holidays(session, holidays_of(country, list(years or (year, year + 1)), language or session.actor.language))


def add_holiday(session: Session, day: date, name: str = "") -> None:
    """Let the company not work on that day. Raises Refused `exists`, `bad_text`; NotFound."""
    must_set_up(session)
    with session.writing():
        if Holiday.get_or_none(Holiday.day == day) is not None:
            raise Refused("exists", _("{day} is a holiday already.").format(day=day.isoformat()))
        add_holidays(session, {day: name})


def remove_holiday(session: Session, day: date) -> None:
    """Let the company work on that day as on others of its week. Raises NotFound."""
    must_set_up(session)
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


def _category(pen: Pen, name: str, at: Instant) -> int:
    """The id of the category with that name, made where there is none. Raises Refused `category_archived`."""
    name = _category_name(name)
    row = Category.get_or_none(Category.name_key == search_key(name))
    if row is None:
        return pen.insert(Category, name=name, name_key=search_key(name), created_at=at)
    if row.archived_at is not None:
        raise Refused("category_archived", _("The category {name} is archived.").format(name=quoted(row.name)))
    return int(row.id)


def _category_name(name: str) -> str:
    name = clean_line(name, _("Category"))
    if not name:
        raise Refused("empty", _("A category needs a name."))
    return name


def _category_row(category_id: int) -> Category:
    row = Category.get_or_none(Category.id == category_id)
    if row is None:
        raise NotFound(_("There is no category {name}.").format(name=category_id))
    return row


def _refuse_twin(name: str, category_id: int | None = None) -> None:
    row = Category.get_or_none(Category.name_key == search_key(name))
    if row is not None and row.id != category_id:
        raise Refused("exists", _("There is a category {name} already.").format(name=quoted(name)))


def _record_category(session: Session, command: str, category_id: int, pen: Pen, at: Instant) -> None:
    record(
        at=at, employee_id=session.actor.id, command=command, subject="category", subject_id=category_id,
        images=pen.images,
    )


def _login(login: str) -> str:
    login = clean_line(login, _("Login"), 64)
    if not login or any(character.isspace() for character in login):
        raise Refused("bad_login", _("A login is one word."))
    return login


def must_set_up(session: Session) -> None:
    """Raise NotFound unless the actor is an administrator."""
    if not rules.may_set_up(session.actor):
        raise NotFound(_("Only an administrator may do that."))
