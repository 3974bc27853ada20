"""What Setup asks of a person, the small calls its answers become, and what the panes read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.content import Content

from models.people import views as people
from models.people.rules import ROLES
from models.pipeline import facts, views
from models.pipeline.fields import FIELDS, KINDS
from models.pipeline.rules import TypeFacts
from models.pipeline.setup import ACTION_KINDS
from models.pipeline.views import (
    ActionCard,
    FieldCard,
    StageCard,
    TypeCard,
    field_word,
    mode_word,
    role_word,
)
from models.session import Session
from models.values.durations import parse_duration, words
from models.values.errors import StagewatchError
from models.values.language import _, ngettext
from models.values.numbers import int_text, parse_percent
from tui.setup.affected import AffectedRow
from tui.setup.items import AreaRow, Item, TypeRow, Who, kind_word, who_word
from tui.widgets.dialogs import Field
from tui.widgets.words import activity_kinds, styled, symbol

if TYPE_CHECKING:
    from models.pipeline.what_if import WhatIf

Parse = Callable[[str], Any]
Do = Callable[..., Awaitable[Any]]
# The ways a type may be passed, as the mode's dialog lists them: mode, and whether a strict one allows returns.
WAYS: tuple[tuple[str, bool | None], ...] = (("strict", False), ("strict", True), ("semi-strict", None), ("free", None))


@dataclass(frozen=True)
class Overview:
    types: tuple[TypeRow, ...]
    who: Who
    admins: tuple[str, ...]


def overview(session: Session) -> Overview:
    """All areas, and the people whom stages may name."""
    deals = views.open_deals(session)
    everybody = [person for person in people.people() if not person.disabled]
    roles: list[tuple[str | None, str]] = [(role, role_word(role)) for role in ROLES]
    return Overview(
        tuple(TypeRow(line, deals.get(line.id, 0)) for line in views.types(session)),
        [(None, _("the owner")), *roles, *((one.login, f"{one.name} ({one.login})") for one in everybody)],
        tuple(one.name for one in everybody if one.role == "admin" and one.can_login),
    )


def whole(session: Session, type_id: int) -> tuple[TypeCard, TypeFacts]:
    """A type as people see it and as the rules do."""
    return views.type_card(session, type_id), facts.type_facts(type_id)


def what_if(session: Session, type_id: int, mode: str, returns: bool) -> WhatIf:
    """Which open deals would break that mode."""
    from models.pipeline.what_if import what_if

    return what_if(session, type_id, mode=mode, returns=returns)


def templates(session: Session) -> list[tuple[str, str]]:
    """(key, name in the company's language) of every template."""
    from models.pipeline.templates import TEMPLATES, template

    language = people.company().language
    return [(key, template(key, language).name) for key in TEMPLATES]


def breaking(found: WhatIf) -> tuple[str, list[AffectedRow]]:
    """How many deals a mode would break, and which."""
    count = len(found.breaking)
    said = ngettext("{count} of {open} open deals breaks it.", "{count} of {open} open deals break it.", count)
    rows = [AffectedRow(_named(one.client, one.title), one.stage, one.violations) for one in found.breaking]
    return said.format(count=count, open=found.open) if count else _("No open deal breaks it."), rows


def held_back(session: Session, error: StagewatchError) -> list[AffectedRow]:
    """The deals that a refusal names, each with why."""
    cards = [(views.deal(session, held["id"]), held.get("message", "")) for held in error.details]
    return [AffectedRow(_named(card.client, card.title), "", [why] if why else []) for card, why in cards]


def _named(client: str, title: str) -> str:
    return f" {symbol('·')} ".join(part for part in (client, title) if part)


def mode_words(mode: str, returns: bool | None) -> tuple[str, str]:
    """A way of passing stages by its name, and what it means."""
    if mode == "strict":
        return (
            (_("strict, with returns"), _("stage by stage; back with a reason"))
            if returns
            else (_("strict"), _("stage by stage, never back"))
        )
    if mode == "semi-strict":
        return mode_word(mode), _("in any order; won after all stages")
    return mode_word(mode), _("in any order; won from any stage")


# Forms: the fields as they begin, and what each typed text means to the command ------------------------------------


def stage_fields(stage: StageCard | None, mode: str, who: Who) -> list[Field]:
    """For a new stage without `stage`."""
    yes_no = (_("no"), _("yes"))
    norm = words(stage.norm) if stage and stage.norm else ""
    percent = str(stage.probability) if stage and stage.probability is not None else ""
    found = [
        Field("name", _("Stage"), stage.name if stage else "", needed=True),
        Field("norm", _("Norm"), norm, placeholder=_("how long a deal stays at most: 5d, 36h")),
        Field("probability", _("Percentage"), percent, placeholder=_("won from here, of a hundred: 30")),
    ]
    if stage is not None:
        found.append(Field("responsible", _("Responsible"), who_word(stage.responsible, dict(who)), options=_words(who, stage.responsible)))
    if mode == "semi-strict":
        every = stage is not None and stage.required_of_all
        found.append(Field("required_of_all", _("Of all deals"), yes_no[every], options=yes_no))
    return found


def action_fields(action: ActionCard | None, who: Who) -> list[Field]:
    """For a new action without `action`."""
    yes_no = (_("no"), _("yes"))
    kinds = action_kinds()
    due = "" if action is None or action.due_after is None else words(action.due_after)
    doer = action.who if action else None
    return [
        Field("text", _("Action"), action.text if action else "", needed=True),
        Field("required", _("Required"), yes_no[action is not None and action.required], options=yes_no),
        Field("who", _("Done by"), who_word(doer, dict(who)), options=_words(who, doer)),
        Field("due_after", _("Due"), due, placeholder=_("2d: planned on entering, due two days later")),
        Field("kind", _("As a"), kinds[action.kind if action else "task"], options=tuple(kinds.values())),
        Field("guidance", _("Guidance"), " ".join(action.guidance.split()) if action else "", placeholder=_("what the rep reads")),
    ]


def field_fields(field: FieldCard | None) -> list[Field]:
    """For a new custom field without `field`, whose kind stays."""
    kinds = tuple(kind_word(kind) for kind in KINDS)
    found = [Field("name", _("Field"), field.name if field else "", needed=True)]
    if field is None:
        found.append(Field("kind", _("Kind"), kinds[0], options=kinds))
    if field is None or field.kind == "choice":
        said = "; ".join(field.choices) if field else ""
        found.append(Field("choices", _("Choices"), said, placeholder=_("of a choice: low; middle; high")))
    return found


def changes(fields: Sequence[Field], values: Mapping[str, str], who: Who = (), *, all_of: Sequence[str] = ()) -> dict[str, Any]:
    """What a person changed in a form, as the commands take it; with it the fields `all_of`, changed or not.

    Raises Usage `bad_duration`, Refused `bad_probability`.
    """
    parse = _parsers(who)
    return {
        field.name: parse.get(field.name, str)(values[field.name])
        for field in fields
        if values[field.name] != field.value or field.name in all_of
    }


def _parsers(who: Who) -> dict[str, Parse]:
    def whom(said: str) -> str | None:
        return next((one for one, word in who if word == said), said)

    def duration(said: str) -> int | None:
        return parse_duration(said) if said else None

    kinds = {kind_word(kind): kind for kind in KINDS} | {word: kind for kind, word in action_kinds().items()}
    return {
        "norm": duration,
        "due_after": duration,
        "probability": lambda said: parse_percent(said) if said else None,
        "responsible": whom,
        "who": whom,
        "required": lambda said: said == _("yes"),
        "required_of_all": lambda said: said == _("yes"),
        "kind": lambda said: kinds.get(said, said),
        "choices": lambda said: [part.strip() for part in said.split(";") if part.strip()],
    }


def action_kinds() -> dict[str, str]:
    """What an action is planned as, in words."""
    return {kind: activity_kinds()[kind] for kind in ACTION_KINDS}


def askable_fields(card: TypeCard) -> list[tuple[str, str]]:
    """(name, in words) of the fields that a stage of the type may ask for."""
    return [(field, field_word(field)) for field in FIELDS] + [(field.name, field.name) for field in card.fields]


def _words(who: Who, present: str | None) -> tuple[str, ...]:
    """Whom one may choose, with who stands there already though they have left."""
    found = [word for _one, word in who]
    standing = who_word(present, dict(who))
    return tuple(found if standing in found else [*found, standing])


def head(card: views.TypeCard | None, area: Item | None) -> Content:
    """The header: the type in view in short, or the name of the company's list."""
    parts: list[str | tuple[str, str]] = [(" " + _("Setup"), "bold")]
    if card is not None:
        active = [stage for stage in card.stages if not stage.archived]
        deals = sum(stage.deals for stage in card.stages)
        said = [mode_words(card.mode, card.returns)[0]]
        said += [ngettext("{count} stage", "{count} stages", len(active)).format(count=len(active))]
        said += [ngettext("{count} open deal", "{count} open deals", deals).format(count=int_text(deals))]
        said += [_("default")] if card.is_default else []
        parts += ["   ", (card.name, "bold"), ("  " + f" {symbol('·')} ".join(said), "dim")]
    elif isinstance(area, AreaRow):
        parts += ["   ", (area.title, "bold")]
    return styled(*parts)
