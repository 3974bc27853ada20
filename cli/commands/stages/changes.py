"""stage add, set, move, archive …, and the ways between stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cli.call import Call
from cli.commands.stages.group import OF_TYPE, stage, type_id_of
from cli.commands.stages.showing import answer_stage, answer_stages
from cli.commands.types import warnings_of
from cli.names import percent, stage_of
from cli.output import say_aside, table
from models.values.durations import parse_duration
from models.values.errors import NotFound
from models.values.language import _


def _demands(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what a stage is and asks for."""
    for option in reversed((
        click.option("--norm", metavar="5d", help="How long a deal should stay at most; empty: no norm."),
        click.option("--probability", metavar="30", help="Percent that are won from here, until history tells; empty: none."),
        click.option("--responsible", metavar="WHO", help="Who answers for the stage: owner, a role or a login."),
        click.option("--required-of-all/--required-of-new", default=None, help="In semi-strict: required of deals begun before, too."),
        click.option("--enter-role", "enter_role", metavar="ROLE", multiple=True, help="A role that may bring deals in; empty: everybody."),
        click.option("--enter-employee", "enter_employee", metavar="LOGIN", multiple=True, help="An employee who may."),
        click.option("--leave-role", "leave_role", metavar="ROLE", multiple=True, help="A role that may take deals out; empty: everybody."),
        click.option("--leave-employee", "leave_employee", metavar="LOGIN", multiple=True, help="An employee who may."),
        click.option("--requires", metavar="FIELD", multiple=True, help="A field to be filled to enter; empty: none."),
        click.option("--requires-to-leave", metavar="FIELD", multiple=True, help="A field to be filled to leave; empty: none."),
        click.option("--action", "actions", metavar="TEXT", multiple=True, help="An item for the stage's checklist."),
        click.option("--required", is_flag=True, help="The actions of this call have to be done before a deal goes on."),
    )):  # fmt: skip
        command = option(command)
    return command


def _define(call: Call, type_name: str | None, wanted: str, options: dict[str, Any], *, new: bool, **changes: Any) -> None:
    """Add or change a stage by the options of `_demands`; what was not said stays."""
    session = call.session
    from models.people.views import find_employee
    from models.pipeline import setup

    type_id = type_id_of(type_name)
    stage_id = None if new else stage_of(type_id, wanted).id
    position = changes.pop("position", None)
    if options["norm"] is not None:
        changes["norm"] = parse_duration(options["norm"]) if options["norm"] else None
    if options["probability"] is not None:
        changes["probability"] = percent(options["probability"]) if options["probability"] else None
    for key in ("responsible", "required_of_all"):
        if options[key] is not None:
            changes[key] = options[key]
    authority: dict[str, list[tuple[str | None, int | None]]] = {}
    for direction in ("enter", "leave"):
        roles, logins = options[f"{direction}_role"], options[f"{direction}_employee"]
        if roles or logins:
            authority[direction] = [(_role(role), None) for role in roles if role]
            authority[direction] += [(None, find_employee(login).id) for login in logins if login]
    asked = {
        moment: [field for field in options[key] if field]
        for moment, key in (("enter", "requires"), ("leave", "requires_to_leave"))
        if options[key]
    }
    if not (changes or authority or asked or options["actions"]):
        raise click.UsageError(_("Say what to change; --help lists it."))
    made = setup.define_stage(
        session, type_id, stage_id, changes=changes, authority=authority, asked=asked, actions=options["actions"],
        required=options["required"], position=position,
    )
    answer_stage(call, type_id, made)


def _role(text: str) -> str:
    from models.people.rules import ROLES

    if text not in ROLES:
        raise click.UsageError(_("A role is one of {roles}.").format(roles=", ".join(ROLES)))
    return text


@stage.command("add")
@click.argument("name")
@OF_TYPE
@click.option("--position", type=click.IntRange(1, 1000), metavar="N", help="From 1; default: at the end.")
@_demands
@click.pass_obj
def add_stage(call: Call, /, name: str, type_name: str | None, position: int | None, **options: Any) -> None:
    """Add a stage."""
    _define(call, type_name, name, options, new=True, name=name, position=position)


@stage.command("rename")
@click.argument("name")
@click.argument("new_name", required=False)
@OF_TYPE
@_demands
@click.pass_obj
def rename_stage(call: Call, /, name: str, new_name: str | None, type_name: str | None, **options: Any) -> None:
    """Give a stage another name, and whatever `set` changes; it stays the same stage."""
    _define(call, type_name, name, options, new=False, **({} if new_name is None else {"name": new_name}))


@stage.command("set")
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name; it stays the same stage.")
@OF_TYPE
@_demands
@click.pass_obj
def set_stage(call: Call, /, name: str, new_name: str | None, type_name: str | None, **options: Any) -> None:
    """Change what a stage is and asks for. What --enter-…, --leave-… or --requires… say replaces what stood there."""
    _define(call, type_name, name, options, new=False, **({} if new_name is None else {"name": new_name}))


@stage.command("move")
@click.argument("name")
@click.argument("place", metavar="POSITION", required=False, type=click.IntRange(1, 1000))
@click.option("--position", type=click.IntRange(1, 1000), metavar="N", help="The same as POSITION.")
@OF_TYPE
@click.pass_obj
def move_stage(call: Call, name: str, place: int | None, position: int | None, type_name: str | None) -> None:
    """Bring a stage to another position, from 1."""
    session, to = call.session, position if position is not None else place
    from models.pipeline import setup

    if to is None:
        raise click.UsageError(_("Say the position."))
    type_id = type_id_of(type_name)
    setup.move_stage(session, stage_of(type_id, name).id, to)
    answer_stages(call, type_id)


@stage.command("remove")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def remove_stage(call: Call, name: str, type_name: str | None) -> None:
    """Delete a stage that was never used."""
    session = call.session
    from models.pipeline import setup

    type_id = type_id_of(type_name)
    setup.remove_stage(session, stage_of(type_id, name).id)
    answer_stages(call, type_id)


@stage.command("archive")
@click.argument("name")
@OF_TYPE
@click.option("--move-to", "move_to", metavar="STAGE", help="Move its open deals there first: all of them, or nothing happens.")
@click.option("--reason", default="", help="Why they are moved.")
@click.pass_obj
def archive_stage(call: Call, name: str, type_name: str | None, move_to: str | None, reason: str) -> None:
    """Take a stage out of use; its history stays."""
    session = call.session
    from models.pipeline import setup

    type_id = type_id_of(type_name)
    wanted = stage_of(type_id, name)
    if wanted.archived:
        raise NotFound(_("{stage} is archived already.").format(stage=wanted.name))
    target = None if move_to is None else stage_of(type_id, move_to)
    moved = setup.archive_stage(session, wanted.id, move_to=None if target is None else target.id, reason=reason)
    if target is not None:
        say_aside(_("Moved to {stage}: {count}.").format(stage=target.name, count=len(moved.done)))
    answer_stage(call, type_id, wanted.id, moved=[done.deal_id for done in moved.done])


@stage.command("restore")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def restore_stage(call: Call, name: str, type_name: str | None) -> None:
    """Bring an archived stage back into use, at its old place."""
    session = call.session
    from models.pipeline import setup

    type_id = type_id_of(type_name)
    wanted = stage_of(type_id, name)
    setup.restore_stage(session, wanted.id)
    answer_stage(call, type_id, wanted.id)


def _transition(name: str, kind: str, words: str) -> None:
    @stage.command(name, help=words)
    @click.argument("start", metavar="FROM")
    @click.argument("end", metavar="TO")
    @OF_TYPE
    @click.pass_obj
    def transition(call: Call, start: str, end: str, type_name: str | None) -> None:
        session = call.session
        from models.pipeline import setup

        type_id = type_id_of(type_name)
        one, other = stage_of(type_id, start), stage_of(type_id, end)
        setup.set_transition(session, one.id, other.id, kind)
        call.answer(
            {"from": one.name, "to": other.name, "kind": kind, "warnings": warnings_of(call, type_id)},
            lambda: table([_("From"), _("To"), ""], [[one.name, other.name, _("forbidden") if kind == "forbidden" else _("allowed")]]),
        )


_transition("forbid", "forbidden", "Forbid a way from one stage to another.")
_transition("allow", "allowed", "Take a forbid back; in semi-strict it also frees a way back of its reason.")
