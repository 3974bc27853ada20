"""field … and reason …: custom fields of a deal type, and the company's loss reasons."""

from __future__ import annotations

from typing import Any

import click

from cli.call import Call
from cli.main import Group
from cli.output import table
from models.values.language import _

KINDS = click.Choice(["text", "number", "money", "date", "choice", "yes/no"])
OF_TYPE = click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
CHOICE = click.option("--choice", "choices", metavar="TEXT", multiple=True, help="One of what there is to choose from.")


@click.group(cls=Group)
def field() -> None:
    """Custom fields of a deal type."""


@click.group(cls=Group)
def reason() -> None:
    """Reasons for which deals are lost."""


def _fields(call: Call, type_id: int) -> list[dict[str, Any]]:
    from models.pipeline import views

    return [{**one._asdict(), "choices": list(one.choices)} for one in views.type_card(call.session, type_id).fields]


def _tell_fields(fields: list[dict[str, Any]]) -> None:
    table(
        [_("No."), _("Field"), _("Kind"), _("Choices")],
        [[one["id"], one["name"], one["kind"], ", ".join(one["choices"])] for one in fields],
        right=(0,),
    )


def _answer(call: Call, type_id: int, field_id: int) -> None:
    found = next(one for one in _fields(call, type_id) if one["id"] == field_id)
    call.answer(found, lambda: _tell_fields([found]))


@field.command("list")
@OF_TYPE
@click.pass_obj
def list_fields(call: Call, type_name: str | None) -> None:
    """The fields in order."""
    _session = call.session
    from models.pipeline.facts import find_type

    fields = _fields(call, find_type(type_name))
    call.answer({"fields": fields}, lambda: _tell_fields(fields))


@field.command("add")
@click.argument("name")
@OF_TYPE
@click.option("--kind", type=KINDS, default="text", show_default=True, help="What it holds.")
@CHOICE
@click.pass_obj
def add_field(call: Call, name: str, type_name: str | None, kind: str, choices: tuple[str, ...]) -> None:
    """Add a field to the deals of a type."""
    session = call.session
    from models.pipeline import setup
    from models.pipeline.facts import find_type

    type_id = find_type(type_name)
    _answer(call, type_id, setup.add_field(session, type_id, name, kind=kind, choices=choices))


@field.command("set")
@click.argument("name")
@OF_TYPE
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@CHOICE
@click.pass_obj
def set_field(call: Call, name: str, type_name: str | None, new_name: str | None, choices: tuple[str, ...]) -> None:
    """Change the name or the choices of a field; what deals hold stays."""
    session = call.session
    from models.pipeline import setup
    from models.pipeline.facts import find_type
    from models.pipeline.fields import find_field

    changes: dict[str, Any] = {} if new_name is None else {"name": new_name}
    if choices:
        changes["choices"] = choices
    if not changes:
        raise click.UsageError(_("Say what to change; --help lists it."))
    type_id = find_type(type_name)
    wanted = int(find_field(type_id, name).id)
    setup.set_field(session, wanted, **changes)
    _answer(call, type_id, wanted)


@field.command("archive")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def archive_field(call: Call, name: str, type_name: str | None) -> None:
    """Take a field out of use; no stage asks for it any more, what deals hold in it is kept."""
    session = call.session
    from models.pipeline import setup
    from models.pipeline.facts import find_type
    from models.pipeline.fields import find_field

    type_id = find_type(type_name)
    wanted = int(find_field(type_id, name).id)
    found = next(one for one in _fields(call, type_id) if one["id"] == wanted)
    setup.archive_field(session, wanted)
    call.answer({**found, "archived": True}, lambda: _tell_fields([found]))


def _reasons(call: Call) -> list[dict[str, Any]]:
    from models.pipeline import views

    return [one._asdict() for one in views.reasons(call.session, archived=True)]


def _tell_reasons(reasons: list[dict[str, Any]]) -> None:
    table(
        [_("No."), _("Loss reason"), ""],
        [[one["id"], one["name"], _("archived") if one["archived"] else ""] for one in reasons],
        right=(0,),
    )


def _answer_reason(call: Call, reason_id: int) -> None:
    found = next(one for one in _reasons(call) if one["id"] == reason_id)
    call.answer(found, lambda: _tell_reasons([found]))


@reason.command("list")
@click.pass_obj
def list_reasons(call: Call) -> None:
    """The list, with what was taken off it."""
    reasons = _reasons(call)
    call.answer({"reasons": reasons}, lambda: _tell_reasons(reasons))


@reason.command("add")
@click.argument("name")
@click.pass_obj
def add_reason(call: Call, name: str) -> None:
    """Add a reason; deals lost for it are counted together."""
    session = call.session
    from models.pipeline import setup

    _answer_reason(call, setup.add_reason(session, name))


@reason.command("rename")
@click.argument("name")
@click.argument("new_name", metavar="NEW")
@click.pass_obj
def rename_reason(call: Call, name: str, new_name: str) -> None:
    """Give a reason another name; deals that were lost for it keep the words of then."""
    session = call.session
    from models.pipeline import setup, views

    wanted = views.find_reason(session, name).id
    setup.rename_reason(session, wanted, new_name)
    _answer_reason(call, wanted)


@reason.command("archive")
@click.argument("name")
@click.pass_obj
def archive_reason(call: Call, name: str) -> None:
    """Take a reason off the list; deals that were lost for it keep it."""
    session = call.session
    from models.pipeline import setup, views

    wanted = views.find_reason(session, name).id
    setup.archive_reason(session, wanted)
    _answer_reason(call, wanted)


COMMANDS = {"field": field, "reason": reason}
