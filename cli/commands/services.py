"""service … and category …: what time is booked on, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.call import Call
from cli.main import Group
from cli.output import table
from models.values.language import _

if TYPE_CHECKING:
    from models.people.views import CategoryLine
    from models.timekeeping.views import ServiceLine


@click.group(cls=Group)
def service() -> None:
    """Services that time is booked on."""


def _tell_service(call: Call, service_id: int) -> None:
    from models.timekeeping import views

    line = next(one for one in views.services(call.session, archived=True) if one.id == service_id)
    call.answer(line._asdict(), lambda: _services([line]))


def _services(lines: list[ServiceLine]) -> None:
    table(
        [_("No."), _("Service"), ""],
        [[line.id, line.name, _("archived") if line.archived else ""] for line in lines],
        right=(0,),
    )


@service.command("list")
@click.option("--archived", is_flag=True, help="Also those that are offered no more.")
@click.pass_obj
def list_services(call: Call, archived: bool) -> None:
    """The services, by name."""
    session = call.session
    from models.timekeeping import views

    found = views.services(session, archived)
    call.answer({"services": [one._asdict() for one in found]}, lambda: _services(found))


@service.command("add")
@click.argument("name")
@click.pass_obj
def add_service(call: Call, name: str) -> None:
    """Add a service."""
    session = call.session
    from models.timekeeping import commands

    made = commands.add_service(session, name)
    _tell_service(call, made)


@service.command("rename")
@click.argument("name")
@click.argument("new_name", metavar="NEW_NAME")
@click.pass_obj
def rename_service(call: Call, name: str, new_name: str) -> None:
    """Give a service another name; what was booked on it stays on it."""
    session = call.session
    from models.timekeeping import commands, views

    found = views.find_service(name)
    commands.rename_service(session, found, new_name)
    _tell_service(call, found)


@service.command("archive")
@click.argument("name")
@click.pass_obj
def archive_service(call: Call, name: str) -> None:
    """Offer a service no more; what was booked on it keeps it."""
    session = call.session
    from models.timekeeping import commands, views

    found = views.find_service(name)
    commands.archive_service(session, found)
    _tell_service(call, found)


@service.command("restore")
@click.argument("name")
@click.pass_obj
def restore_service(call: Call, name: str) -> None:
    """Offer an archived service again."""
    session = call.session
    from models.timekeeping import commands, views

    found = views.find_service(name)
    commands.restore_service(session, found)
    _tell_service(call, found)


@click.group(cls=Group)
def category() -> None:
    """Categories of employees, which rates may be for."""


def _tell_category(call: Call, line: CategoryLine) -> None:
    call.answer(line._asdict(), lambda: _categories([line]))


def _categories(lines: list[CategoryLine]) -> None:
    table(
        [_("No."), _("Category"), ""],
        [[line.id, line.name, _("archived") if line.archived else ""] for line in lines],
        right=(0,),
    )


@category.command("list")
@click.option("--archived", is_flag=True, help="Also those that are offered no more.")
@click.pass_obj
def list_categories(call: Call, archived: bool) -> None:
    """The categories, by name."""
    _session = call.session
    from models.people import views

    found = views.categories(archived)
    call.answer({"categories": [line._asdict() for line in found]}, lambda: _categories(found))


@category.command("add")
@click.argument("name")
@click.pass_obj
def add_category(call: Call, name: str) -> None:
    """Add a category."""
    session = call.session
    from models.people import commands, views

    made = commands.add_category(session, name)
    _tell_category(call, next(line for line in views.categories() if line.id == made))


@category.command("rename")
@click.argument("name")
@click.argument("new_name", metavar="NEW_NAME")
@click.pass_obj
def rename_category(call: Call, name: str, new_name: str) -> None:
    """Give a category another name; who has it keeps it."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.rename_category(session, found.id, new_name)
    _tell_category(call, next(line for line in views.categories(True) if line.id == found.id))


@category.command("archive")
@click.argument("name")
@click.pass_obj
def archive_category(call: Call, name: str) -> None:
    """Offer a category no more; who has it keeps it."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.archive_category(session, found.id)
    _tell_category(call, found._replace(archived=True))


@category.command("restore")
@click.argument("name")
@click.pass_obj
def restore_category(call: Call, name: str) -> None:
    """Offer an archived category again."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.restore_category(session, found.id)
    _tell_category(call, found._replace(archived=False))


@category.command("delete")
@click.argument("name")
@click.pass_obj
def delete_category(call: Call, name: str) -> None:
    """Delete a category that nobody has and no rate is for."""
    session = call.session
    from models.people import commands, views

    found = views.find_category(name)
    commands.delete_category(session, found.id)
    _tell_category(call, found)



COMMANDS = {"service": service, "category": category}
