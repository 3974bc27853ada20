"""What stages themselves ask for: their actions, the fields that must be filled, and who may pass (semantics §2).

Actions and fields to leave are asked for when a deal goes on (forward, or won), not when it goes back: it often goes
back because they cannot be done. Fields to enter, and authority, are asked for in every direction.
"""

from __future__ import annotations

from models.pipeline.rules.known import ActionFacts, Attempt, DealFacts, PersonFacts, StageFacts
from models.values.errors import Item, Objection
from models.values.language import _
from models.values.text import shown

NAMED_AT_MOST = 6


def to_actions(deal: DealFacts, stage: StageFacts) -> list[Objection]:
    """The objection that required actions of the present stage are not done."""
    missing = [action for action in stage.actions if action.required and action.id not in deal.ticked]
    if not missing:
        return []
    names = ", ".join(shown(action.text) for action in missing)
    return [
        Objection(
            "actions_missing",
            _("{stage} asks for these actions first: {actions}.").format(stage=shown(stage.name), actions=names),
            _("tick {actions}").format(actions=names),
            tuple(Item("stage_action", action.id, action.text) for action in missing),
        )
    ]


def to_fields(filled: frozenset[str], leaving: StageFacts | None, entering: StageFacts | None) -> list[Objection]:
    """The objection that fields are empty which one of the stages asks for."""
    asked = dict.fromkeys((leaving.leave_fields if leaving else ()) + (entering.enter_fields if entering else ()))
    missing = [one for one in asked if one.key not in filled]
    if not missing:
        return []
    names = ", ".join(shown(one.name) for one in missing)
    return [
        Objection(
            "fields_missing",
            _("These fields are to be filled: {fields}.").format(fields=names),
            _("fill {fields}").format(fields=names),
            tuple(Item("field", one.key, one.name) for one in missing),
        )
    ]


def to_authority(
    attempt: Attempt, leaving: StageFacts | None = None, entering: StageFacts | None = None
) -> list[Objection]:
    """The objection that the actor may not take the deal out of `leaving`, or not bring it to `entering`."""
    passed = [(stage, stage.leave) for stage in (leaving,) if stage] + [
        (stage, stage.enter) for stage in (entering,) if stage
    ]
    lacking = [stage for stage, authority in passed if not authority.covers(attempt.actor_id, attempt.role)]
    if not lacking:
        return []
    able = [
        person
        for person in attempt.people
        if all(authority.covers(person.id, person.role) for _stage, authority in passed)
    ]
    words = (
        _("You may not take a deal out of {stage}.")
        if lacking[0] is leaving
        else _("You may not bring a deal to {stage}.")
    )
    return [objection_authority(words.format(stage=shown(lacking[0].name)), able)]


def objection_authority(words: str, able: list[PersonFacts]) -> Objection:
    """`no_authority` that names who may, as far as somebody may."""
    if not able:
        return Objection("no_authority", words, _("nobody may: ask an administrator to change who may pass"))
    names = ", ".join(shown(person.name) for person in able[:NAMED_AT_MOST])
    items = tuple(Item("employee", person.login, person.name) for person in able[:NAMED_AT_MOST])
    return Objection("no_authority", words, _("ask {people}").format(people=names), items)


def may_tick(action: ActionFacts, *, actor_id: int, role: str, may_change: bool) -> bool:
    """Whether the actor may tick an action: whom it names, or who may change the deal where it names nobody."""
    if action.employee_id is not None:
        return action.employee_id == actor_id
    if action.role is not None:
        return action.role == role
    return may_change
