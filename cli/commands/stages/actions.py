"""stage action …: the checklist of a stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cli.call import Call
from cli.commands.stages.group import OF_TYPE, stage, type_id_of
from cli.commands.stages.showing import answer_stage
from cli.main import Group
from cli.names import stage_of
from models.values.durations import parse_duration
from models.values.language import _


@stage.group("action", cls=Group)
def action() -> None:
    """The checklist of a stage."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed((
        click.option("--required/--optional", default=None, help="Whether a deal waits for it before it goes on."),
        click.option("--who", metavar="WHO", help="Who does it: owner, a role or a login."),
        click.option("--kind", type=click.Choice(["call", "meeting", "mail", "task"]), help="What is planned on entering."),
        click.option("--due", metavar="2d", help="Plan it on entering, due so long after; empty: plan nothing."),
        click.option("--guidance", help="What the rep reads."),
        click.option("--position", type=click.IntRange(1, 1000), metavar="N", help="Its place in the list, from 1."),
        OF_TYPE,
    )):  # fmt: skip
        command = option(command)
    return command


def _values(options: dict[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in options.items() if value is not None and key not in ("due", "position")}
    if options["due"] is not None:
        values["due_after"] = parse_duration(options["due"]) if options["due"] else None
    return values


@action.command("add")
@click.argument("stage_name", metavar="STAGE")
@click.argument("text")
@_options
@click.pass_obj
def add_action(call: Call, /, stage_name: str, text: str, type_name: str | None, **options: Any) -> None:
    """Add an item to a stage's checklist."""
    session = call.session
    from models.pipeline import setup

    type_id = type_id_of(type_name)
    wanted = stage_of(type_id, stage_name).id
    setup.add_action(session, wanted, text, position=options["position"], **_values(options))
    answer_stage(call, type_id, wanted)


@action.command("set")
@click.argument("stage_name", metavar="STAGE")
@click.argument("named", metavar="ACTION")
@click.option("--text", help="Another text.")
@_options
@click.pass_obj
def set_action(call: Call, /, stage_name: str, named: str, type_name: str | None, **options: Any) -> None:
    """Change an item, named by its text, the beginning of it, or its number in the list."""
    session = call.session
    from models.pipeline import commands, setup

    type_id = type_id_of(type_name)
    wanted = stage_of(type_id, stage_name)
    values = _values(options)
    if options["position"] is not None:
        values["position"] = options["position"]
    if not values:
        raise click.UsageError(_("Say what to change; --help lists it."))
    setup.set_action(session, commands.action_named(wanted.actions, named), **values)
    answer_stage(call, type_id, wanted.id)


@action.command("remove")
@click.argument("stage_name", metavar="STAGE")
@click.argument("named", metavar="ACTION")
@OF_TYPE
@click.pass_obj
def remove_action(call: Call, stage_name: str, named: str, type_name: str | None) -> None:
    """Take an item off the checklist; the ticks of the past stay."""
    session = call.session
    from models.pipeline import commands, setup

    type_id = type_id_of(type_name)
    wanted = stage_of(type_id, stage_name)
    setup.archive_action(session, commands.action_named(wanted.actions, named))
    answer_stage(call, type_id, wanted.id)
