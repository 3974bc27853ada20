"""stage …: the stages of a deal type and what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cli.call import Call
from cli.commands.types import warnings_of
from cli.main import Group
from cli.names import percent, stage_of
from cli.output import facts, say, say_aside, table
from models.values.durations import parse_duration
from models.values.errors import NotFound
from models.values.language import _


@click.group(cls=Group)
def stage() -> None:
    """Stages of a deal type."""


def _stages(call: Call, type_id: int) -> list[dict[str, Any]]:
    """The stages of a type in order, with all that they ask for."""
    from models.pipeline import views

    cards = {card.id: card for card in views.type_card(call.session, type_id).stages}
    return [
        {
            "id": s.id, "name": s.name, "position": s.position, "norm": s.norm,
            "probability": None if s.probability is None else s.probability / 100, "archived": s.archived,
            "required_of_all": cards[s.id].required_of_all, "responsible": cards[s.id].responsible or "owner",
            "enter": list(cards[s.id].enter), "leave": list(cards[s.id].leave),
            "requires": list(cards[s.id].enter_fields), "requires_to_leave": list(cards[s.id].leave_fields),
            "actions": [
                {
                    "id": a.id, "text": a.text, "required": a.required, "who": a.who or "owner", "kind": a.kind,
                    "due": a.due_after, "guidance": a.guidance,
                }
                for a in cards[s.id].actions
            ],
            "deals": cards[s.id].deals,
        }
        for s in views.stages(call.session, type_id)
    ]  # fmt: skip


def _tell_stages(stages: list[dict[str, Any]]) -> None:
    from models.values.durations import words
    from models.values.numbers import percent_text

    table(
        [_("No."), _("Stage"), _("Norm"), _("Probability"), _("Actions"), _("Deals"), ""],
        [
            [
                s["id"], s["name"], "" if s["norm"] is None else words(s["norm"]),
                "" if s["probability"] is None else percent_text(s["probability"]),
                len(s["actions"]) or "", s["deals"] or "", _("archived") if s["archived"] else "",
            ]
            for s in stages
        ],
        right=(0, 2, 3, 4, 5),
    )


def _tell_stage(s: dict[str, Any]) -> None:
    from models.pipeline.views import field_word
    from models.values.durations import words
    from models.values.numbers import percent_text

    facts(
        [
            (_("Stage"), f"{s['id']}  {s['name']}"),
            ("", _("archived") if s["archived"] else ""),
            (_("Place"), s["position"]),
            (_("Norm"), "" if s["norm"] is None else words(s["norm"])),
            (_("Probability"), "" if s["probability"] is None else percent_text(s["probability"])),
            (_("Responsible"), _who(s["responsible"])),
            (_("May bring in"), ", ".join(map(_who, s["enter"]))),
            (_("May take out"), ", ".join(map(_who, s["leave"]))),
            (_("Filled to enter"), ", ".join(map(field_word, s["requires"]))),
            (_("Filled to leave"), ", ".join(map(field_word, s["requires_to_leave"]))),
            (_("Required of all"), _("yes") if s["required_of_all"] else ""),
            (_("Deals"), s["deals"]),
        ]
    )
    if s["actions"]:
        say()
        table(
            [_("No."), _("Stage action"), "", _("Who"), _("Kind"), _("Due"), _("Guidance")],
            [
                [
                    number, a["text"], _("required") if a["required"] else "", _who(a["who"]), a["kind"],
                    "" if a["due"] is None else words(a["due"]), a["guidance"],
                ]
                for number, a in enumerate(s["actions"], 1)
            ],
            right=(0,),
        )


def _who(named: str) -> str:
    """A role in words, or a login as it stands."""
    from models.people.rules import ROLES
    from models.pipeline.views import role_word

    return _("the owner") if named == "owner" else role_word(named) if named in ROLES else named


def _answer_stage(call: Call, type_id: int, stage_id: int, *, changed: bool = True, **more: Any) -> None:
    found = next(s for s in _stages(call, type_id) if s["id"] == stage_id)
    warned = {"warnings": warnings_of(call, type_id)} if changed else {}
    call.answer({**found, **more, **warned}, lambda: _tell_stage(found))


def _answer_stages(call: Call, type_id: int, *, changed: bool = True) -> None:
    stages = _stages(call, type_id)
    warned = {"warnings": warnings_of(call, type_id)} if changed else {}
    call.answer({"stages": stages, **warned}, lambda: _tell_stages(stages))


OF_TYPE = click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")


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

    type_id = _type(type_name)
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
    _answer_stage(call, type_id, made)


def _role(text: str) -> str:
    from models.people.rules import ROLES

    if text not in ROLES:
        raise click.UsageError(_("A role is one of {roles}.").format(roles=", ".join(ROLES)))
    return text


def _type(type_name: str | None) -> int:
    from models.pipeline.facts import find_type

    return find_type(type_name)


@stage.command("list")
@OF_TYPE
@click.pass_obj
def list_stages(call: Call, type_name: str | None) -> None:
    """The stages in order, the archived ones among them."""
    _session = call.session  # opens the store, which names are looked up in
    _answer_stages(call, _type(type_name), changed=False)


@stage.command("show")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def show_stage(call: Call, name: str, type_name: str | None) -> None:
    """One stage with its actions, authority and fields."""
    _session = call.session
    type_id = _type(type_name)
    _answer_stage(call, type_id, stage_of(type_id, name).id, changed=False)


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
    type_id = _type(type_name)
    setup.move_stage(session, stage_of(type_id, name).id, to)
    _answer_stages(call, type_id)


@stage.command("remove")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def remove_stage(call: Call, name: str, type_name: str | None) -> None:
    """Delete a stage that was never used."""
    session = call.session
    from models.pipeline import setup

    type_id = _type(type_name)
    setup.remove_stage(session, stage_of(type_id, name).id)
    _answer_stages(call, type_id)


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

    type_id = _type(type_name)
    wanted = stage_of(type_id, name)
    if wanted.archived:
        raise NotFound(_("{stage} is archived already.").format(stage=wanted.name))
    target = None if move_to is None else stage_of(type_id, move_to)
    moved = setup.archive_stage(session, wanted.id, move_to=None if target is None else target.id, reason=reason)
    if target is not None:
        say_aside(_("Moved to {stage}: {count}.").format(stage=target.name, count=len(moved.done)))
    _answer_stage(call, type_id, wanted.id, moved=[done.deal_id for done in moved.done])


@stage.command("restore")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def restore_stage(call: Call, name: str, type_name: str | None) -> None:
    """Bring an archived stage back into use, at its old place."""
    session = call.session
    from models.pipeline import setup

    type_id = _type(type_name)
    wanted = stage_of(type_id, name)
    setup.restore_stage(session, wanted.id)
    _answer_stage(call, type_id, wanted.id)


@stage.group("action", cls=Group)
def action() -> None:
    """The checklist of a stage."""


def _action_options(command: Callable[..., Any]) -> Callable[..., Any]:
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


def _action_values(options: dict[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in options.items() if value is not None and key not in ("due", "position")}
    if options["due"] is not None:
        values["due_after"] = parse_duration(options["due"]) if options["due"] else None
    return values


@action.command("add")
@click.argument("stage_name", metavar="STAGE")
@click.argument("text")
@_action_options
@click.pass_obj
def add_action(call: Call, /, stage_name: str, text: str, type_name: str | None, **options: Any) -> None:
    """Add an item to a stage's checklist."""
    session = call.session
    from models.pipeline import setup

    type_id = _type(type_name)
    wanted = stage_of(type_id, stage_name).id
    setup.add_action(session, wanted, text, position=options["position"], **_action_values(options))
    _answer_stage(call, type_id, wanted)


@action.command("set")
@click.argument("stage_name", metavar="STAGE")
@click.argument("named", metavar="ACTION")
@click.option("--text", help="Another text.")
@_action_options
@click.pass_obj
def set_action(call: Call, /, stage_name: str, named: str, type_name: str | None, **options: Any) -> None:
    """Change an item, named by its text, the beginning of it, or its number in the list."""
    session = call.session
    from models.pipeline import commands, setup

    type_id = _type(type_name)
    wanted = stage_of(type_id, stage_name)
    values = _action_values(options)
    if options["position"] is not None:
        values["position"] = options["position"]
    if not values:
        raise click.UsageError(_("Say what to change; --help lists it."))
    setup.set_action(session, commands.action_named(wanted.actions, named), **values)
    _answer_stage(call, type_id, wanted.id)


@action.command("remove")
@click.argument("stage_name", metavar="STAGE")
@click.argument("named", metavar="ACTION")
@OF_TYPE
@click.pass_obj
def remove_action(call: Call, stage_name: str, named: str, type_name: str | None) -> None:
    """Take an item off the checklist; the ticks of the past stay."""
    session = call.session
    from models.pipeline import commands, setup

    type_id = _type(type_name)
    wanted = stage_of(type_id, stage_name)
    setup.archive_action(session, commands.action_named(wanted.actions, named))
    _answer_stage(call, type_id, wanted.id)


def _transition(name: str, kind: str, words: str) -> None:
    @stage.command(name, help=words)
    @click.argument("start", metavar="FROM")
    @click.argument("end", metavar="TO")
    @OF_TYPE
    @click.pass_obj
    def transition(call: Call, start: str, end: str, type_name: str | None) -> None:
        session = call.session
        from models.pipeline import setup

        type_id = _type(type_name)
        one, other = stage_of(type_id, start), stage_of(type_id, end)
        setup.set_transition(session, one.id, other.id, kind)
        call.answer(
            {"from": one.name, "to": other.name, "kind": kind, "warnings": warnings_of(call, type_id)},
            lambda: table([_("From"), _("To"), ""], [[one.name, other.name, _("forbidden") if kind == "forbidden" else _("allowed")]]),
        )


_transition("forbid", "forbidden", "Forbid a way from one stage to another.")
_transition("allow", "allowed", "Take a forbid back; in semi-strict it also frees a way back of its reason.")


COMMANDS = {"stage": stage}
