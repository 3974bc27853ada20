"""Who works here, and where they left the program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.rules import Actor, covers, readable
from models.people.tables import (
    Category,
    Company,
    Employee,
    EmployeeCategory,
    Holiday,
    Team,
    WorkingHours,
    Workplace,
)
from models.storage.database import database
from models.values.clock import Clock
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import Instant, local_datetime
from models.values.language import _
from models.values.text import quoted, search_key, storable

if TYPE_CHECKING:
    from models.values.exchange import Rate


class Person(NamedTuple):
    id: int
    login: str
    name: str
    role: str
    team: str | None
    language: str
    timezone: str
    can_login: bool
    disabled: bool


class CompanyFacts(NamedTuple):
    name: str
    language: str
    currency: str
    timezone: str
    clock: str
    team_read: bool
    created_at: Instant
    weeks_approved: bool
    locked_before: date | None


def company() -> CompanyFacts:
    row = Company.get()
    return CompanyFacts(
        row.name, row.language, row.currency, row.timezone, row.clock, row.team_read, row.created_at,
        row.weeks_approved, row.locked_before,
    )  # fmt: skip


def hours() -> dict[int, tuple[int, int]]:
    """When the company works, by weekday (0 is Monday): from and to, in seconds after midnight. Days off are left out."""
    query = WorkingHours.select(WorkingHours.weekday, WorkingHours.opens, WorkingHours.closes).order_by(WorkingHours.weekday)
    return {weekday: (opens, closes) for weekday, opens, closes in query.tuples()}


def holidays(year: int | None = None) -> dict[date, str]:
    """The days on which the company does not work, in order, with their names."""
    query = Holiday.select(Holiday.day, Holiday.name).order_by(Holiday.day)
    if year is not None:
        query = query.where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31)))
    return dict(query.tuples())


def company_clock() -> Clock:
    """What norms and long stays are measured on: the company's own clock, all time where it has no working hours."""
    own, timezone = database.execute_sql("SELECT clock, timezone FROM company").fetchone()
    return Clock(tuple(hours().items()), frozenset(holidays()), timezone) if own == "working" else Clock()


def at_work(at: Instant) -> bool:
    """Whether that instant lies within the company's working hours, on its own clock."""
    moment = local_datetime(at, company().timezone)
    times = hours().get(moment.weekday())
    if times is None or moment.date() in holidays(moment.year):
        return False
    return times[0] <= moment.hour * 3600 + moment.minute * 60 + moment.second < times[1]


def acting(login: str | None, unix_user: str) -> Actor:
    """The acting employee: the one called `login`, else the only one, else the one whose login is the Unix user.

    Raises Usage `no_actor`, `unknown_employee`.
    """
    able = (Employee.can_login == True) & Employee.disabled_at.is_null()  # noqa: E712
    if login is not None:
        row = Employee.get_or_none(able & (Employee.login == storable(login)))
        if row is None:
            raise Usage("unknown_employee", _("There is no employee {login} who can log in.").format(login=repr(login)))
        return _actor(row)
    rows = list(Employee.select().where(able).limit(2))
    if len(rows) != 1:
        rows = list(Employee.select().where(able & (Employee.login == unix_user)))
    if len(rows) != 1:
        raise Usage("no_actor", _("Say who you are with --as LOGIN."))
    return _actor(rows[0])


def _actor(row: Employee) -> Actor:
    team_read = bool(Company.select(Company.team_read).scalar())
    return Actor(
        row.id, row.login, row.name, row.role, row.language, row.timezone, _team(row.id, row.team_id), team_read
    )


def _team(employee_id: int, team_id: int | None) -> frozenset[int]:
    """The ids of the employees of a team, and the employee's own."""
    rows = database.execute_sql("SELECT id FROM employee WHERE team_id = ?", (team_id,)).fetchall()
    return frozenset({employee_id, *(row[0] for row in rows)})


def still_acts(actor: Actor) -> bool:
    """Whether the actor may log in and has the role, and a manager everybody in the team, with which the session began."""
    found = database.execute_sql(
        "SELECT role, can_login, disabled_at, team_id FROM employee WHERE id = ?", (actor.id,)
    ).fetchone()
    if found is None or found[0] != actor.role or not found[1] or found[2] is not None:
        return False
    return actor.role != "manager" or actor.team <= _team(actor.id, found[3])


def people() -> list[Person]:
    """Everybody, by name."""
    return [_person(row) for row in Employee.select(Employee, Team).left_outer_join(Team).order_by(Employee.name_key)]


def logins(ids: Sequence[int] | None = None) -> dict[int, str]:
    """Logins by employee id."""
    query = Employee.select(Employee.id, Employee.login)
    if ids is not None:
        query = query.where(Employee.id.in_(ids))
    return dict(query.tuples())


def names() -> dict[int, str]:
    """Names by employee id."""
    return dict(Employee.select(Employee.id, Employee.name).tuples())


def find_employee(text: str) -> Person:
    """By login, then name, then id. Raises NotFound, Refused `ambiguous`."""
    query = Employee.select(Employee, Team).left_outer_join(Team)
    found = list(query.where(Employee.login == storable(text)))
    found = found or list(query.where(Employee.name_key == search_key(text)).limit(6))
    if not found and text.isascii() and text.isdigit() and len(text) < 10:
        found = list(query.where(Employee.id == int(text)))
    if not found:
        raise NotFound(_("There is no employee {name}.").format(name=repr(text)))
    if len(found) > 1:
        raise Refused(
            "ambiguous",
            _("Several employees are called {name}.").format(name=repr(text)),
            [{"id": row.id, "name": row.login} for row in found],
        )
    return _person(found[0])


class CategoryLine(NamedTuple):
    id: int
    name: str
    archived: bool


def categories(archived: bool = False) -> list[CategoryLine]:
    """The categories of employees by name; with `archived` those that are offered no more too."""
    query = Category.select().order_by(Category.name_key)
    found = [CategoryLine(row.id, row.name, row.archived_at is not None) for row in query]
    return [line for line in found if archived or not line.archived]


def find_category(text: str) -> CategoryLine:
    """A category by name or id, archived or not. Raises NotFound."""
    row = Category.get_or_none(Category.name_key == search_key(text))
    if row is None and text.isascii() and text.isdigit() and len(text) < 10:
        row = Category.get_or_none(Category.id == int(text))
    if row is None:
        raise NotFound(_("There is no category {name}.").format(name=quoted(text)))
    return CategoryLine(row.id, row.name, row.archived_at is not None)


def category_history(employee_id: int) -> list[tuple[date, int]]:
    """From which day on the employee has which category (its id), in order; the first one holds for all time before."""
    query = EmployeeCategory.select(EmployeeCategory.from_day, EmployeeCategory.category).where(
        EmployeeCategory.employee == employee_id
    )
    return sorted((day, category) for day, category in query.tuples())


def category_histories() -> dict[int, list[tuple[date, str]]]:
    """Of each employee that has one: from which day on which category, by its name, in order."""
    names = dict(Category.select(Category.id, Category.name).tuples())
    found: dict[int, list[tuple[date, str]]] = {}
    query = EmployeeCategory.select(
        EmployeeCategory.employee, EmployeeCategory.from_day, EmployeeCategory.category
    ).order_by(EmployeeCategory.employee, EmployeeCategory.from_day)
    for employee, first, category in query.tuples():
        found.setdefault(employee, []).append((first, names[category]))
    return found


def category_names(day: date) -> dict[int, str]:
    """The category of each employee that has one, on that day."""
    names = dict(Category.select(Category.id, Category.name).tuples())
    found: dict[int, str] = {}
    query = EmployeeCategory.select(
        EmployeeCategory.employee, EmployeeCategory.from_day, EmployeeCategory.category
    ).order_by(EmployeeCategory.from_day)
    for employee, first, category in query.tuples():
        if first <= day or employee not in found:
            found[employee] = names[category]
    return found


class Holder(NamedTuple):
    """Whose a target is: an employee's (`name` is the login) or a team's."""

    employee_id: int | None
    team_id: int | None
    name: str


class TargetLine(NamedTuple):
    """What an employee (`rep`, a login) or a team is to win in the month that begins on the day `month`, in minor units."""

    id: int
    employee_id: int | None
    team_id: int | None
    rep: str | None
    team: str | None
    month: date
    amount: int
    currency: str


_TARGETS = """
    SELECT t.id, t.employee_id, t.team_id, e.login, team.name, t.month, t.amount, t.currency
    FROM target t LEFT JOIN employee e ON e.id = t.employee_id LEFT JOIN team ON team.id = t.team_id
    ORDER BY t.month, team.name_key, e.login, t.currency
"""


def targets(actor: Actor, *, since: date | None = None, until: date | None = None) -> list[TargetLine]:
    """The targets that the actor may read, of the months that days from `since` to `until` lie in, by month."""
    owners = readable(actor)
    own_team = team_of(actor.id) if actor.role == "manager" or actor.team_read else None
    found = []
    for number, employee, team_id, login, team, month, amount, code in database.execute_sql(_TARGETS):
        line = TargetLine(number, employee, team_id, login, team, date.fromisoformat(str(month)), amount, code)
        if line.team_id is None:
            may = covers(owners, line.employee_id)
        else:
            may = owners is None or line.team_id == own_team
        if may and (since is None or line.month >= since.replace(day=1)) and (until is None or line.month <= until):
            found.append(line)
    return found


def find_holder(text: str) -> Holder:
    """Whose target is meant: an employee's by login, name or id, or a team's; `team:NAME` is a team's for certain.
    Raises NotFound, Refused `ambiguous`."""
    sign = "team:"
    team = find_team(text.removeprefix(sign))
    if text.startswith(sign):
        if team is None:
            raise NotFound(_("There is no team {name}.").format(name=quoted(text.removeprefix(sign))))
        return team
    try:
        person = find_employee(text)
    except NotFound:
        if team is not None:
            return team
        raise NotFound(_("There is no employee or team {name}.").format(name=quoted(text))) from None
    if team is not None:
        raise Refused(
            "ambiguous",
            _("An employee and a team are called {name}.").format(name=quoted(text)),
            [{"id": person.id, "name": person.login}, {"id": team.team_id, "name": f"{sign}{team.name}"}],
        )
    return Holder(person.id, None, person.login)


def find_team(text: str) -> Holder | None:
    """A team by name, as whose targets are."""
    row = Team.get_or_none(Team.name_key == search_key(text))
    return None if row is None else Holder(None, row.id, row.name)


def teams_of(actor: Actor) -> dict[int, str]:
    """The teams that the actor may ask about, by id, in the order of their names: all, or the actor's own, of whose deals
    those are told then that the actor may read."""
    if readable(actor) is None:
        return dict(database.execute_sql("SELECT id, name FROM team ORDER BY name, id").fetchall())
    query = "SELECT team.id, team.name FROM team JOIN employee ON employee.team_id = team.id WHERE employee.id = ?"
    return dict(database.execute_sql(query, (actor.id,)).fetchall())


def find_readable_team(actor: Actor, text: str) -> int:
    """The id of a team by name. Raises NotFound, of one that the actor may not ask about like of one that there is not."""
    found = find_team(text)
    if found is None or found.team_id not in teams_of(actor):
        raise NotFound(_("There is no team {name}.").format(name=quoted(text)))
    return found.team_id


def members(actor: Actor, team_id: int) -> list[int]:
    """Who is in a team today. Raises NotFound where the actor may not ask about it."""
    if team_id not in teams_of(actor):
        raise NotFound(_("There is no such team."))
    return [one for one, team in teams().items() if team == team_id]


def team_of(employee_id: int) -> int | None:
    """The id of the employee's team of today."""
    found = database.execute_sql("SELECT team_id FROM employee WHERE id = ?", (employee_id,)).fetchone()
    return None if found is None else found[0]


def teams() -> dict[int, int | None]:
    """By employee the team of today."""
    return dict(database.execute_sql("SELECT id, team_id FROM employee").fetchall())


def exchange_rates() -> list[Rate]:
    """The company's exchange rates, by pair and day."""
    from models.values.exchange import Rate

    query = (
        "SELECT from_currency, to_currency, day, units, places FROM exchange_rate"
        " ORDER BY from_currency, to_currency, day"
    )
    return [
        Rate(source, target, date.fromisoformat(str(day)), units, places)
        for source, target, day, units, places in database.execute_sql(query)
    ]


def workplace(employee_id: int) -> dict[str, Any]:
    """Where the employee left the program; empty the first time."""
    state = Workplace.select(Workplace.state).where(Workplace.employee == employee_id).scalar()
    return dict(json.loads(state)) if state else {}


def _person(row: Employee) -> Person:
    return Person(
        row.id,
        row.login,
        row.name,
        row.role,
        row.team.name if row.team_id else None,
        row.language,
        row.timezone,
        row.can_login,
        row.disabled_at is not None,
    )
