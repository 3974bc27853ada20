"""Taking a deal to another type: which one, and what the stages it has been at stand for there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.values.language import _
from models.values.text import search_key
from tui.widgets.dialogs import Choice, Field, Form, Line
from tui.widgets.refusal import Try

if TYPE_CHECKING:
    from models.overview.board import Card
    from models.pipeline.commands import Done
    from models.pipeline.rules import StageFacts, TypeFacts
    from models.pipeline.views import TypeLine
    from models.session import Session
    from tui.board.steps import BoardSteps


@dataclass(frozen=True)
class Begin:
    """What the questions begin with: the types a deal can be taken to, and the stages it has visited, the present one
    first, each with its number in its type."""

    types: tuple[TypeLine, ...]
    visited: tuple[tuple[int, StageFacts], ...]


async def ask_retype(screen: BoardSteps, card: Card) -> tuple[Try, str] | None:
    """Ask where a deal goes; gives the step, not made yet, and the words for it. None where the person left it. To be
    run in a worker. Raises StagewatchError."""
    from models.pipeline.views import mode_word

    begin = await screen.desk.ask(_begin, card.deal_id)
    if not begin.types:
        screen.say(_("There is no other deal type."))
        return None
    lines = [Line(line.name, mode_word(line.mode)) for line in begin.types]
    chosen = await screen.app.push_screen_wait(Choice(_("{client}: take the deal to which type?").format(client=card.client), lines))
    if chosen is None:
        return None
    wanted = await screen.desk.ask(_facts, begin.types[chosen].id)
    stages = {stage.name: stage.id for stage in wanted.active()}
    if not stages:
        screen.say(_("{type} has no stages.").format(type=wanted.name), "bold $warning")
        return None
    form = Form(
        _("{client}: what its stages stand for in {type}").format(client=card.client, type=wanted.name),
        _fields(begin, list(stages)),
        note=_("The first is where it stands; it goes on at the stage that you choose there."),
    )
    values = await screen.app.push_screen_wait(form)
    if values is None:
        return None
    stage_map = {stage.id: stages[values[f"s{stage.id}"]] for _number, stage in begin.visited if values[f"s{stage.id}"] in stages}

    def act(session: Session, **said: Any) -> Done:
        from models.pipeline.commands import retype_deal

        return retype_deal(session, card.deal_id, wanted.id, stage_map, **said)

    target = values[f"s{begin.visited[0][1].id}"]
    return Try("retype", card.deal_id, card.client, act, stage=target, version=card.version), f"{wanted.name}, {target}"


def _fields(begin: Begin, names: list[str]) -> list[Field]:
    """A field a stage. Each begins with the stage of the same name; the present one else with that of the same number."""
    none = _("none of them")
    fields = []
    for place, (number, stage) in enumerate(begin.visited):
        same = next((name for name in names if search_key(name) == search_key(stage.name)), None)
        other = names[min(number, len(names)) - 1] if place == 0 else none
        options = tuple(names) if place == 0 else (none, *names)
        fields.append(Field(f"s{stage.id}", stage.name, same or other, options=options))
    return fields


def _begin(session: Session, deal_id: int) -> Begin:
    from models.pipeline import facts, rules
    from models.pipeline.views import types

    deal = facts.readable_deal(session, deal_id)
    old = facts.type_facts(deal.deal_type_id)
    been = facts.deal_facts(session, deal, old).visited
    visited = [stage for stage in old.stages if stage.id in been or stage.id == deal.stage_id]
    visited.sort(key=lambda stage: stage.id != deal.stage_id)
    return Begin(
        tuple(line for line in types(session) if line.id != old.id and not line.archived),
        tuple((rules.number_of(old, stage.id), stage) for stage in visited),
    )


def _facts(_session: Session, type_id: int) -> TypeFacts:
    from models.pipeline import facts

    return facts.type_facts(type_id)
