"""user … and company …."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import pairs
from cli.output import facts, table
from models.values.errors import Refused, Usage
from models.values.instants import instant_text, local_day, parse_day
from models.values.language import LANGUAGES, _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.people.views import Person

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROLES = click.Choice(["rep", "manager", "accountant", "admin"])


@click.group(cls=Group)
def user() -> None:
    """Employees."""


def _tell(people: list[dict[str, Any]]) -> None:
    table(
        [_("Login"), _("Name"), _("Role"), _("Team"), _("Category"), _("Language"), ""],
        [
            [
                p["login"], p["name"], p["role"], p["team"] or "", p["category"] or "", p["language"],
                _("disabled") if p["disabled"] else "" if p["can_login"] else _("cannot log in"),
            ]
            for p in people
        ],
    )


def _documents(call: Call, people: Sequence[Any]) -> list[dict[str, Any]]:
    """Each with the category of today."""
    from models.people import views

    names = views.category_names(_today(call))
    return [{**person._asdict(), "category": names.get(person.id)} for person in people]


def _today(call: Call) -> date:
    """The company's day."""
    from models.people import views

    return local_day(call.session.now(), views.company().timezone)


def _answer(call: Call, person: Any) -> None:
    document = _documents(call, [person])[0]
    call.answer(document, lambda: _tell([document]))


@user.command("list")
@click.pass_obj
def list_users(call: Call) -> None:
    """Everybody, by name."""
    _session = call.session
    from models.people import views

    people = _documents(call, views.people())
    call.answer({"users": people}, lambda: _tell(people))


@user.command("show")
@click.argument("login")
@click.pass_obj
def show_user(call: Call, login: str) -> None:
    """One employee."""
    _session = call.session
    from models.people import views

    person = views.find_employee(login)
    names = {line.id: line.name for line in views.categories(True)}
    history = [(day, names[category]) for day, category in views.category_history(person.id)]
    document = _documents(call, [person])[0]

    def tell() -> None:
        _tell([document])
        if history:
            table([_("From"), _("Category")], [[day, name] for day, name in history])

    call.answer(
        {**document, "categories": [{"from": day.isoformat(), "category": name} for day, name in history]}, tell
    )


@user.command("add")
@click.argument("login")
@click.option("--name", default="", help="The name; default: the login.")
@click.option("--role", type=ROLES, default="rep", show_default=True, help="What they may do.")
@click.option("--team", metavar="NAME", help="A team that is not known is made.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the company's.")
@click.option("--category", metavar="NAME", help="A category that is not known is made.")
@click.option("--from", "from_day", metavar="DATE", help="The category's first day; default: today.")
@click.pass_obj
def add_user(call: Call, /, login: str, from_day: str | None, **said: Any) -> None:
    """Add an employee who can log in."""
    session = call.session
    from models.people import commands

    _answer(call, commands.add_employee(session, login, from_day=None if from_day is None else parse_day(from_day), **said))


@user.command("set")
@click.argument("login")
@click.option("--name", help="Another name.")
@click.option("--role", type=ROLES, help="What they may do.")
@click.option("--team", metavar="NAME", help="A team that is not known is made.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language they are spoken to.")
@click.option("--timezone", metavar="ZONE", help="As Europe/Berlin.")
@click.option("--login/--no-login", "can_login", default=None, help="Whether they can log in.")
@click.option("--category", metavar="NAME", help="A category that is not known is made.")
@click.option("--from", "from_day", metavar="DATE", help="The category's first day; default: today.")
@click.option("--yes", is_flag=True, help="Do not ask where charges of earlier entries change.")
@click.pass_obj
def set_user(
    call: Call, /, login: str, category: str | None, from_day: str | None, yes: bool, **changes: Any
) -> None:
    """Change an employee. A category holds from a day on, the first one for all time before."""
    session = call.session
    from models.people import commands

    given = {key: value for key, value in changes.items() if value is not None}
    if not given and category is None:
        raise click.UsageError(_("Say what to change; --help lists it."))
    day = _today(call) if from_day is None else parse_day(from_day)

    def change(agreed: bool) -> Person:
        with session.writing():
            if category is not None:
                person = commands.set_category(session, login, category, day, confirmed=agreed)
            return commands.set_employee(session, login, **given) if given else person

    _answer(call, call.confirmed(yes, change))


@user.command("enable")
@click.argument("login")
@click.pass_obj
def enable_user(call: Call, login: str) -> None:
    """Give an employee access again."""
    session = call.session
    from models.people import commands

    _answer(call, commands.set_employee(session, login, disabled=False))


@user.command("disable")
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def disable_user(call: Call, login: str, yes: bool) -> None:
    """End an employee's access; what they did stays. Asks first."""
    session = call.session
    from models.people import commands, views

    person = views.find_employee(login)
    call.confirm(
        _("Disable {name}?").format(name=quoted(person.login)),
        [{"id": person.id, "name": person.login, "change": "disabled"}],
        yes,
    )
    _answer(call, commands.set_employee(session, person.login, disabled=True))


@click.group(cls=Group)
def company() -> None:
    """The company."""


def _answer_company(call: Call, found: Any) -> None:
    document = {
        **found._asdict(),
        "created_at": instant_text(found.created_at),
        "locked_before": found.locked_before.isoformat() if found.locked_before else None,
    }
    call.answer(
        document,
        lambda: facts(
            [
                (_("Name"), found.name),
                (_("Language"), found.language),
                (_("Currency"), found.currency),
                (_("Time zone"), found.timezone),
                (_("Clock"), found.clock),
                (_("Teams read one another"), _("yes") if found.team_read else _("no")),
                (_("Weeks of time are approved"), _("yes") if found.weeks_approved else _("no")),
                (_("Time is closed before"), found.locked_before.isoformat() if found.locked_before else ""),
            ]
        ),
    )


@company.command("show")
@click.pass_obj
def show_company(call: Call) -> None:
    """The company's facts."""
    _session = call.session
    from models.people import views

    _answer_company(call, views.company())


@company.command("set")
@click.argument("changes", metavar="KEY=VALUE…", nargs=-1, required=True)
@click.pass_obj
def set_company(call: Call, changes: tuple[str, ...]) -> None:
    """Change name, currency, timezone, language, clock (calendar or working), team_read or weeks_approved (true or false), locked_before (a day, or nothing)."""
    session = call.session
    from models.people import commands

    _answer_company(call, commands.set_company(session, **_company_values(pairs(changes))))


def _company_values(said: dict[str, str]) -> dict[str, Any]:
    allowed: dict[str, tuple[str, ...]] = {
        "name": (), "currency": (), "timezone": (),
        "language": LANGUAGES, "clock": ("calendar", "working"), "team_read": ("true", "false"),
        "weeks_approved": ("true", "false"), "locked_before": (),
    }  # fmt: skip
    values: dict[str, Any] = {}
    for key, text in said.items():
        if key not in allowed:
            raise Refused(
                "unknown_field",
                _("The company has no {field}; there are: {fields}.").format(field=quoted(key), fields=", ".join(allowed)),
            )
        if allowed[key] and text not in allowed[key]:
            raise Refused(
                "bad_value",
                _("{field} is one of {known}.").format(field=key, known=", ".join(allowed[key])),
            )
        if key == "locked_before":
            values[key] = parse_day(text) if text else None
        else:
            values[key] = text == "true" if "true" in allowed[key] else text
    return values


def _weekdays() -> tuple[str, ...]:
    return (_("mon"), _("tue"), _("wed"), _("thu"), _("fri"), _("sat"), _("sun"))


def _days_said(text: str) -> list[int]:
    """Weekdays as `mon-fri`, `sat,sun` or `wed`. Raises Usage `bad_day`."""
    found: list[int] = []
    for part in text.lower().split(","):
        first, sign, last = part.strip().partition("-")
        ends = [_weekday(first, text), _weekday(last, text) if sign else _weekday(first, text)]
        found += range(ends[0], ends[1] + 1) if ends[0] <= ends[1] else [*range(ends[0], 7), *range(ends[1] + 1)]
    return found


def _weekday(word: str, text: str) -> int:
    for names in (WEEKDAYS, _weekdays()):
        if word.strip() in names:
            return names.index(word.strip())
    raise Usage("bad_day", _("{text} names no weekdays; write mon-fri or sat,sun.").format(text=quoted(text)))


@company.command("hours")
@click.argument("days", required=False)
@click.argument("times", required=False)
@click.pass_obj
def hours(call: Call, days: str | None, times: str | None) -> None:
    """When the company works: mon-fri 9:00-18:00, sat closed; without more it is shown."""
    session = call.session
    from models.people import commands, views
    from models.people.rules import clock_text, parse_times

    if (days is None) != (times is None):
        raise click.UsageError(_("Say both days and times, as in: mon-fri 9:00-18:00"))
    if days is not None and times is not None:
        said = () if times.strip().lower() in ("closed", _("closed")) else parse_times(times)
        commands.set_hours(session, _days_said(days), *said)
    found = views.hours()
    lines = [
        {"day": WEEKDAYS[day], "opens": clock_text(found[day][0]), "closes": clock_text(found[day][1])}
        if day in found
        else {"day": WEEKDAYS[day], "opens": None, "closes": None}
        for day in range(7)
    ]
    call.answer(
        {"hours": lines},
        lambda: table(
            [_("Day"), _("From"), _("To")],
            [[name, line["opens"] or _("closed"), line["closes"] or ""] for name, line in zip(_weekdays(), lines, strict=True)],
        ),
    )


@company.command("holidays")
@click.argument("what")
@click.argument("day", required=False)
@click.argument("name", required=False)
@click.option("--year", type=click.IntRange(1950, 2100), help="Of that year; default: this one and the next.")
@click.pass_obj
def holidays(call: Call, what: str, day: str | None, name: str | None, year: int | None) -> None:
    """Days off: add DATE [NAME], remove DATE, list, or a country such as DE or DE-BY to take its holidays over."""
    session = call.session
    from models.people import commands, views

    if what in ("add", "remove"):
        if day is None:
            raise click.UsageError(_("Say which day, as in: holidays add 2026-12-24"))
        if what == "add":
            commands.add_holiday(session, parse_day(day), name or "")
        else:
            commands.remove_holiday(session, parse_day(day))
    elif day is not None:
        raise click.UsageError(_("Only add and remove take a day."))
    elif what != "list":
        commands.take_holidays(session, what, None if year is None else [year], call.config.language or None)
    found = views.holidays(year)
    call.answer(
        {"holidays": [{"day": one.isoformat(), "name": words} for one, words in found.items()]},
        lambda: table([_("Day"), _("Holiday")], [[one.isoformat(), words] for one, words in found.items()]),
    )


COMMANDS = {"user": user, "company": company}
