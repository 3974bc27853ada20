"""type …: the administrator's deal types."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.output import print_whole, say, say_aside, table, write_whole
from models.values.errors import Refused
from models.values.language import _
from models.values.text import quoted, shown

if TYPE_CHECKING:
    from models.pipeline.what_if import WhatIf

MODES = click.Choice(["strict", "semi-strict", "free"])
FORMAT = click.option("--format", "form", type=click.Choice(["toml", "json"]), help="Default: by the file's name, else TOML.")


@click.group("type", cls=Group)
def type_() -> None:
    """Deal types."""


def _types(call: Call) -> list[dict[str, Any]]:
    from models.pipeline import views

    return [
        {"id": t.id, "name": t.name, "mode": t.mode, "returns": t.returns, "default": t.is_default, "stages": t.stages, "archived": t.archived}
        for t in views.types(call.session)
    ]


def _tell_types(types: list[dict[str, Any]]) -> None:
    table(
        [_("No."), _("Type"), _("Mode"), _("Returns"), _("Default"), _("Stages"), ""],
        [
            [t["id"], t["name"], t["mode"], _yes(t["returns"]), _yes(t["default"]), t["stages"], _("archived") if t["archived"] else ""]
            for t in types
        ],
        right=(0, 5),
    )


def _yes(value: bool) -> str:
    return _("yes") if value else ""


def _answer_type(call: Call, type_id: int, **more: Any) -> None:
    """The type, with what about its rules cannot work."""
    warnings = warnings_of(call, type_id)
    found = next(t for t in _types(call) if t["id"] == type_id)
    call.answer({**found, **more, "warnings": warnings}, lambda: _tell_types([found]))


def warnings_of(call: Call, type_id: int) -> list[str]:
    """What about the rules of a type cannot work, told beside the answer too."""
    from models.pipeline import views

    found = list(views.type_card(call.session, type_id).warnings)
    for warning in found:
        say_aside(_("Warning: {words}").format(words=warning))
    return found


@type_.command("list")
@click.pass_obj
def list_types(call: Call) -> None:
    """All deal types, the default first, the archived ones last."""
    types = _types(call)
    call.answer({"types": types}, lambda: _tell_types(types))


@type_.command("add")
@click.argument("name")
@click.option("--mode", type=MODES, required=True, help="How its stages are passed.")
@click.option("--returns", is_flag=True, help="In strict: allow going back.")
@click.option("--default", "default", is_flag=True, help="The board opens on it.")
@click.pass_obj
def add_type(call: Call, name: str, mode: str, returns: bool, default: bool) -> None:
    """Add a deal type without stages."""
    session = call.session
    from models.pipeline import setup

    _answer_type(call, setup.add_type(session, name, mode=mode, returns=returns, default=default))


@type_.command("set")
@click.argument("name")
@click.option("--mode", type=MODES, help="How its stages are passed.")
@click.option("--returns/--no-returns", default=None, help="In strict: allow going back.")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@click.option("--default", "default", is_flag=True, help="The board opens on it.")
@click.pass_obj
def set_type(
    call: Call, name: str, mode: str | None, returns: bool | None, new_name: str | None, default: bool
) -> None:
    """Change a deal type; its open deals stay where they are."""
    session = call.session
    from models.pipeline import setup
    from models.pipeline.facts import find_type

    type_id = find_type(name)
    setup.set_type(session, type_id, name=new_name, mode=mode, returns=returns, is_default=default or None)
    _answer_type(call, type_id)


@type_.command("archive")
@click.argument("name")
@click.pass_obj
def archive_type(call: Call, name: str) -> None:
    """Take a deal type without open deals out of use; its history and reports stay."""
    session = call.session
    from models.pipeline import setup
    from models.pipeline.facts import find_type

    type_id = find_type(name)
    setup.archive_type(session, type_id)
    _answer_type(call, type_id)


@type_.command("restore")
@click.argument("name")
@click.pass_obj
def restore_type(call: Call, name: str) -> None:
    """Bring an archived deal type back into use."""
    session = call.session
    from models.pipeline import setup
    from models.pipeline.facts import find_type

    type_id = find_type(name)
    setup.restore_type(session, type_id)
    _answer_type(call, type_id)


@type_.command("export")
@click.argument("name")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: on stdout.")
@FORMAT
@click.pass_obj
def export_type(call: Call, name: str, output: Path | None, form: str | None) -> None:
    """Write a deal type whole to a file, TOML or JSON, that `type import` reads."""
    session = call.session
    from models.pipeline import setup, views
    from models.pipeline.facts import find_type

    card = views.type_card(session, find_type(name))
    form = form or _form_of(output, "json" if call.as_json and output is None else "toml")
    content = setup.write_type(setup.type_text(card), form)
    if output is None:
        print_whole(content.decode())
        return
    try:
        write_whole(output, content)
    except OSError as error:
        raise Refused("file_unwritable", _("{path} cannot be written: {why}.").format(path=output, why=error.strerror)) from None
    stages = sum(not stage.archived for stage in card.stages)
    document = {"type": card.name, "file": str(output), "format": form, "stages": stages}
    call.answer(document, lambda: say(_("{type} is written to {path}.").format(type=card.name, path=output)))


@type_.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", "new_name", metavar="NAME", help="Another name than the file's.")
@FORMAT
@click.option("--yes", is_flag=True, help="Do not ask before a type that is there is changed.")
@click.pass_obj
def import_type(call: Call, file: Path, new_name: str | None, form: str | None, yes: bool) -> None:
    """Make a deal type from a file, or bring the type of its name to it. Stages that only the store has stay."""
    session = call.session
    from models.pipeline import setup

    wanted = setup.read_type(_read(file, setup.LARGEST_FILE), form or _form_of(file, "toml"))
    if new_name is not None:
        wanted = replace(wanted, name=setup.named(new_name, _("Deal type")))
    there = setup.compare_type(session, wanted)
    if there is not None and any(one.change != "left" for one in there[2]):
        call.confirm(
            _("Change the deal type {name}?").format(name=quoted(wanted.name)),
            [dataclasses.asdict(one) for one in there[2]],
            yes,
        )
    type_id, changes = setup.import_type(session, wanted, version=None if there is None else there[1])
    if not call.as_json:
        for one in changes:
            say_aside(f"{_change_word(one.change)}  {one.name}")
        if not changes:
            say_aside(_("Nothing differs; nothing was changed."))
    _answer_type(call, type_id, changes=[dataclasses.asdict(one) for one in changes])


def _form_of(path: Path | None, default: str) -> str:
    return "json" if path is not None and path.suffix.lower() == ".json" else default


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise Refused("bad_file", _("{path} cannot be read: {why}.").format(path=file, why=error.strerror)) from None


def _change_word(change: str) -> str:
    return {"added": _("added"), "changed": _("changed"), "left": _("stays, not in the file")}[change]


@type_.command("what-if")
@click.argument("name")
@click.option("--mode", type=MODES, required=True, help="The mode to try.")
@click.option("--returns", is_flag=True, help="In strict: as if going back were allowed.")
@click.pass_obj
def what_if(call: Call, name: str, mode: str, returns: bool) -> None:
    """Which open deals would break another mode; nothing is changed."""
    session = call.session
    from models.pipeline.facts import find_type
    from models.pipeline.what_if import what_if

    found = what_if(session, find_type(name), mode=mode, returns=returns)
    call.answer(
        {
            "type": found.type, "mode": found.mode, "returns": found.returns, "open": found.open,
            "breaking": [
                {
                    "id": one.deal_id, "client": one.client, "title": one.title, "stage": one.stage,
                    "violations": list(one.violations),
                }
                for one in found.breaking
            ],
        },
        lambda: _tell_what_if(found),
    )


def _tell_what_if(found: WhatIf) -> None:
    say(
        _("{type}, {mode}: {breaking} of {open} open deals break it.").format(
            type=shown(found.type), mode=found.mode, breaking=len(found.breaking), open=found.open
        )
    )
    if found.breaking:
        say()
        table(
            [_("No."), _("Client"), _("Deal"), _("Stage"), _("What breaks it")],
            [[one.deal_id, one.client, one.title, one.stage, "; ".join(one.violations)] for one in found.breaking],
            right=(0,),
        )


COMMANDS = {"type": type_}
