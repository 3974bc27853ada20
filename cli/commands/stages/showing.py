"""stage list and show, and how stages are told: as JSON, and for a person."""

from __future__ import annotations

from typing import Any

import click

from cli.call import Call
from cli.commands.stages.group import OF_TYPE, stage, type_id_of
from cli.commands.types import warnings_of
from cli.names import stage_of
from cli.output import facts, say, table
from models.values.language import _


@stage.command("list")
@OF_TYPE
@click.pass_obj
def list_stages(call: Call, type_name: str | None) -> None:
    """The stages in order, the archived ones among them."""
    _session = call.session  # opens the store, which names are looked up in
    answer_stages(call, type_id_of(type_name), changed=False)


@stage.command("show")
@click.argument("name")
@OF_TYPE
@click.pass_obj
def show_stage(call: Call, name: str, type_name: str | None) -> None:
    """One stage with its actions, authority and fields."""
    _session = call.session
    type_id = type_id_of(type_name)
    answer_stage(call, type_id, stage_of(type_id, name).id, changed=False)


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


def answer_stage(call: Call, type_id: int, stage_id: int, *, changed: bool = True, **more: Any) -> None:
    """The stage as it is now; where it was `changed`, with what about the type's rules cannot work."""
    found = next(s for s in _stages(call, type_id) if s["id"] == stage_id)
    warned = {"warnings": warnings_of(call, type_id)} if changed else {}
    call.answer({**found, **more, **warned}, lambda: _tell_stage(found))


def answer_stages(call: Call, type_id: int, *, changed: bool = True) -> None:
    """All stages of the type, in the same way."""
    stages = _stages(call, type_id)
    warned = {"warnings": warnings_of(call, type_id)} if changed else {}
    call.answer({"stages": stages, **warned}, lambda: _tell_stages(stages))
