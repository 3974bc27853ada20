"""What the text of a deal type holds: as it stands in a store, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.people.rules import ROLES
from models.pipeline.fields import FIELDS
from models.pipeline.views.types import FieldCard, StageCard, TypeCard
from models.values.language import _
from models.values.text import search_key


@dataclass(frozen=True)
class ActionText:
    """An action of a stage; `who` is a role or a login, None the deal's owner; `due` seconds from the entering."""

    text: str
    required: bool = False
    who: str | None = None
    kind: str = "task"
    due: int | None = None
    guidance: str = ""


@dataclass(frozen=True)
class StageText:
    """A stage; `norm` seconds, `probability` percent, fields by code or name."""

    name: str
    norm: int | None = None
    probability: int | None = None
    required_of_all: bool = False
    responsible: str | None = None
    enter: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    requires_to_leave: tuple[str, ...] = ()
    actions: tuple[ActionText, ...] = ()


@dataclass(frozen=True)
class FieldText:
    name: str
    kind: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypeText:
    """A deal type whole; `forbidden` and `allowed` are pairs of stage names."""

    name: str
    mode: str
    returns: bool = False
    forbidden: tuple[tuple[str, str], ...] = ()
    allowed: tuple[tuple[str, str], ...] = ()
    fields: tuple[FieldText, ...] = ()
    stages: tuple[StageText, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What taking a text over changes of a type that is there: `change` is added, changed, or left where only the store
    has it."""

    kind: str
    name: str
    change: str


def type_text(card: TypeCard) -> TypeText:
    """A type of the store as text: its active stages, its fields, and what stands between these."""
    active = [stage for stage in card.stages if not stage.archived]
    order = [stage.name for stage in active]
    custom = [one.name for one in card.fields]
    return TypeText(
        card.name,
        card.mode,
        card.returns,
        pairs_in_order(card.forbidden, order),
        pairs_in_order(card.allowed, order),
        tuple(_field_of(one) for one in card.fields),
        tuple(_stage_of(stage, custom) for stage in active),
    )


def differences(present: TypeText, wanted: TypeText) -> list[Difference]:
    """What of a type changes when a text is taken over; nothing that is `left` does."""
    found = []
    meant = {search_key(stage.name) for stage in wanted.stages}
    if _head(present, meant) != _head(wanted, meant):
        found.append(Difference("type", wanted.name, "changed"))
    for kind, old, new in (
        ("field", present.fields, wanted.fields),
        ("stage", present.stages, wanted.stages),
    ):
        before: dict[str, Any] = {search_key(one.name): one for one in old}
        after: dict[str, Any] = {search_key(one.name): one for one in new}
        for key, one in after.items():
            if key not in before:
                found.append(Difference(kind, one.name, "added"))
            elif before[key] != one:
                found.append(Difference(kind, one.name, "changed"))
        found += [Difference(kind, one.name, "left") for key, one in before.items() if key not in after]
        if [key for key in before if key in after] != [key for key in after if key in before]:
            found.append(Difference(kind, _("the order"), "changed"))
    return found


def _head(kept: TypeText, stages: set[str]) -> tuple[Any, ...]:
    """What of a type is neither field nor stage; of the transitions those between the stages of these keys."""
    pairs = [
        {tuple(map(search_key, pair)) for pair in kind if stages.issuperset(map(search_key, pair))}
        for kind in (kept.forbidden, kept.allowed)
    ]
    return kept.name, kept.mode, kept.returns, *pairs


def _stage_of(stage: StageCard, custom: Sequence[str]) -> StageText:
    return StageText(
        stage.name, stage.norm, stage.probability, stage.required_of_all, stage.responsible,
        people_in_order(stage.enter), people_in_order(stage.leave),
        fields_in_order(stage.enter_fields, custom), fields_in_order(stage.leave_fields, custom),
        tuple(ActionText(a.text, a.required, a.who, a.kind, a.due_after, a.guidance) for a in stage.actions),
    )  # fmt: skip


def _field_of(one: FieldCard) -> FieldText:
    return FieldText(one.name, one.kind, one.choices)


def people_in_order(people: Iterable[str]) -> tuple[str, ...]:
    """Roles in their order, then logins; each once."""
    return tuple(sorted(set(people), key=lambda one: (ROLES.index(one) if one in ROLES else len(ROLES), one)))


def fields_in_order(asked: Iterable[str], custom: Sequence[str]) -> tuple[str, ...]:
    """Fields of every deal in their order, then the type's own in theirs; each once."""
    order = [*FIELDS, *custom]
    return tuple(sorted(set(asked), key=order.index))


def pairs_in_order(pairs: Iterable[tuple[str, str]], order: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of stages in the order of these stages, without those of others; each once."""
    number = {name: at for at, name in enumerate(order)}
    kept = {pair for pair in pairs if pair[0] in number and pair[1] in number}
    return tuple(sorted(kept, key=lambda pair: (number[pair[0]], number[pair[1]])))
