"""user … and company …."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import pairs
from cli.output import facts, table
from models.values.errors import Refused
from models.values.instants import instant_text, local_day, parse_day
from models.values.language import LANGUAGES, _
from models.values.text import quoted

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

    _answer(call, views.find_employee(login))


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
    from cli.commands.rates import confirmed
    from models.people import commands

    given = {key: value for key, value in changes.items() if value is not None}
    if not given and category is None:
        raise click.UsageError(_("Say what to change; --help lists it."))
    if category is not None:
        day = _today(call) if from_day is None else parse_day(from_day)
        person = confirmed(
            call, yes, lambda agreed: commands.set_category(session, login, category, day, confirmed=agreed)
        )
    if given:
        person = commands.set_employee(session, login, **given)
    _answer(call, person)


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
    document = {**found._asdict(), "created_at": instant_text(found.created_at)}
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
    """Change name, currency, timezone, language, clock (calendar or working) or team_read (true or false)."""
    session = call.session
    from models.people import commands

    _answer_company(call, commands.set_company(session, **_company_values(pairs(changes))))


def _company_values(said: dict[str, str]) -> dict[str, Any]:
    allowed: dict[str, tuple[str, ...]] = {
        "name": (), "currency": (), "timezone": (),
        "language": LANGUAGES, "clock": ("calendar", "working"), "team_read": ("true", "false"),
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
        values[key] = text == "true" if key == "team_read" else text
    return values


COMMANDS = {"user": user, "company": company}
