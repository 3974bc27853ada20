"""user … and company …."""

from __future__ import annotations

from typing import Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import pairs
from cli.output import facts, table
from models.values.errors import Refused
from models.values.instants import instant_text
from models.values.language import LANGUAGES, _
from models.values.text import quoted

ROLES = click.Choice(["rep", "manager", "accountant", "admin"])


@click.group(cls=Group)
def user() -> None:
    """Employees."""


def _tell(people: list[dict[str, Any]]) -> None:
    table(
        [_("Login"), _("Name"), _("Role"), _("Team"), _("Language"), ""],
        [
            [
                p["login"], p["name"], p["role"], p["team"] or "", p["language"],
                _("disabled") if p["disabled"] else "" if p["can_login"] else _("cannot log in"),
            ]
            for p in people
        ],
    )


def _answer(call: Call, person: Any) -> None:
    document = person._asdict()
    call.answer(document, lambda: _tell([document]))


@user.command("list")
@click.pass_obj
def list_users(call: Call) -> None:
    """Everybody, by name."""
    _session = call.session
    from models.people import views

    people = [person._asdict() for person in views.people()]
    call.answer({"users": people}, lambda: _tell(people))


@user.command("add")
@click.argument("login")
@click.option("--name", default="", help="The name; default: the login.")
@click.option("--role", type=ROLES, default="rep", show_default=True, help="What they may do.")
@click.option("--team", metavar="NAME", help="A team that is not known is made.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the company's.")
@click.pass_obj
def add_user(call: Call, login: str, name: str, role: str, team: str | None, language: str | None) -> None:
    """Add an employee who can log in."""
    session = call.session
    from models.people import commands

    _answer(call, commands.add_employee(session, login, name=name, role=role, team=team, language=language))


@user.command("set")
@click.argument("login")
@click.option("--name", help="Another name.")
@click.option("--role", type=ROLES, help="What they may do.")
@click.option("--team", metavar="NAME", help="A team that is not known is made.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language they are spoken to.")
@click.option("--timezone", metavar="ZONE", help="As Europe/Berlin.")
@click.option("--login/--no-login", "can_login", default=None, help="Whether they can log in.")
@click.pass_obj
def set_user(call: Call, /, login: str, **changes: Any) -> None:
    """Change an employee."""
    session = call.session
    from models.people import commands

    given = {key: value for key, value in changes.items() if value is not None}
    if not given:
        raise click.UsageError(_("Say what to change; --help lists it."))
    _answer(call, commands.set_employee(session, login, **given))


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
