"""type … and stage …: the administrator's definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import percent, stage_of
from cli.output import say, table
from models.values.durations import parse_duration
from models.values.errors import NotFound
from models.values.language import _
from models.values.text import shown

if TYPE_CHECKING:
    from models.pipeline.what_if import WhatIf

MODES = click.Choice(["strict", "semi-strict", "free"])


@click.group("type", cls=Group)
def type_() -> None:
    """Deal types."""


@click.group(cls=Group)
def stage() -> None:
    """Stages of a deal type."""


def _types(call: Call) -> list[dict[str, Any]]:
    from models.pipeline import views

    return [
        {"id": t.id, "name": t.name, "mode": t.mode, "returns": t.returns, "default": t.is_default, "stages": t.stages}
        for t in views.types(call.session)
    ]


def _tell_types(types: list[dict[str, Any]]) -> None:
    table(
        [_("No."), _("Type"), _("Mode"), _("Returns"), _("Default"), _("Stages")],
        [
            [t["id"], t["name"], t["mode"], _yes(t["returns"]), _yes(t["default"]), t["stages"]]
            for t in types
        ],
        right=(0, 5),
    )


def _yes(value: bool) -> str:
    return _("yes") if value else ""


def _answer_type(call: Call, type_id: int) -> None:
    found = next(t for t in _types(call) if t["id"] == type_id)
    call.answer(found, lambda: _tell_types([found]))


@type_.command("list")
@click.pass_obj
def list_types(call: Call) -> None:
    """All deal types, the default first."""
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
    said = {"mode": mode, "returns": returns, "name": new_name, "is_default": default or None}
    setup.set_type(session, type_id, **{key: value for key, value in said.items() if value is not None})
    _answer_type(call, type_id)


def _stages(call: Call, type_id: int) -> list[dict[str, Any]]:
    from models.pipeline import views

    return [
        {
            "id": s.id, "name": s.name, "position": s.position, "norm": s.norm,
            "probability": None if s.probability is None else s.probability / 100, "archived": s.archived,
        }
        for s in views.stages(call.session, type_id)
    ]


def _tell_stages(stages: list[dict[str, Any]]) -> None:
    from models.values.durations import words
    from models.values.numbers import percent_text

    table(
        [_("No."), _("Stage"), _("Norm"), _("Probability"), ""],
        [
            [
                s["id"], s["name"], "" if s["norm"] is None else words(s["norm"]),
                "" if s["probability"] is None else percent_text(s["probability"]),
                _("archived") if s["archived"] else "",
            ]
            for s in stages
        ],
        right=(0, 2, 3),
    )


def _answer_stage(call: Call, type_id: int, stage_id: int) -> None:
    found = next(s for s in _stages(call, type_id) if s["id"] == stage_id)
    call.answer(found, lambda: _tell_stages([found]))


def _answer_stages(call: Call, type_id: int) -> None:
    stages = _stages(call, type_id)
    call.answer({"stages": stages}, lambda: _tell_stages(stages))


OF_TYPE = click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")
NORM = click.option("--norm", metavar="5d", help="How long a deal should stay at most.")
PROBABILITY = click.option("--probability", metavar="30", help="Percent that are won from here, until history tells.")


def _type(type_name: str | None) -> int:
    from models.pipeline.facts import find_type

    return find_type(type_name)


@stage.command("list")
@OF_TYPE
@click.pass_obj
def list_stages(call: Call, type_name: str | None) -> None:
    """The stages in order, the archived ones among them."""
    _session = call.session  # opens the store, which names are looked up in
    _answer_stages(call, _type(type_name))


@stage.command("add")
@click.argument("name")
@OF_TYPE
@click.option("--position", type=click.IntRange(1, 1000), metavar="N", help="From 1; default: at the end.")
@NORM
@PROBABILITY
@click.option("--required-of-all", is_flag=True, help="In semi-strict: required of deals begun before, too.")
@click.pass_obj
def add_stage(
    call: Call, name: str, type_name: str | None, position: int | None, norm: str | None,
    probability: str | None, required_of_all: bool,
) -> None:
    """Add a stage."""
    session = call.session
    from models.pipeline import setup

    type_id = _type(type_name)
    made = setup.add_stage(
        session, type_id, name, position=position,
        norm=None if norm is None else parse_duration(norm),
        probability=None if probability is None else percent(probability),
        required_of_all=required_of_all,
    )
    _answer_stage(call, type_id, made)


@stage.command("rename")
@click.argument("name")
@click.argument("new_name", required=False)
@OF_TYPE
@NORM
@PROBABILITY
@click.pass_obj
def rename_stage(
    call: Call, name: str, new_name: str | None, type_name: str | None, norm: str | None, probability: str | None
) -> None:
    """Give a stage another name, norm or probability; it stays the same stage. An empty norm or probability clears it."""
    session = call.session
    from models.pipeline import setup

    type_id = _type(type_name)
    wanted = stage_of(type_id, name).id
    changes: dict[str, Any] = {}
    if new_name is not None:
        changes["name"] = new_name
    if norm is not None:
        changes["norm"] = parse_duration(norm) if norm else None
    if probability is not None:
        changes["probability"] = percent(probability) if probability else None
    if not changes:
        raise click.UsageError(_("Say the new name, --norm or --probability."))
    setup.set_stage(session, wanted, **changes)
    _answer_stage(call, type_id, wanted)


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
@click.pass_obj
def archive_stage(call: Call, name: str, type_name: str | None) -> None:
    """Take a stage out of use; its history stays."""
    session = call.session
    from models.pipeline import setup

    type_id = _type(type_name)
    wanted = stage_of(type_id, name)
    if wanted.archived:
        raise NotFound(_("{stage} is archived already.").format(stage=wanted.name))
    setup.archive_stage(session, wanted.id)
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
            {"from": one.name, "to": other.name, "kind": kind},
            lambda: table([_("From"), _("To"), ""], [[one.name, other.name, _("forbidden") if kind == "forbidden" else _("allowed")]]),
        )


_transition("forbid", "forbidden", "Forbid a way from one stage to another.")
_transition("allow", "allowed", "Take a forbid back; in semi-strict it also frees a way back of its reason.")


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


COMMANDS = {"type": type_, "stage": stage}
