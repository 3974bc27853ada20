"""What the judge is given: deal types, deals and attempts as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.values.instants import Instant

MODES = ("strict", "semi-strict", "free")


class Authority(NamedTuple):
    """Who may pass a stage in one direction, by role or by employee id; with both empty everybody who may change the
    deal. It narrows what a role allows and never widens it."""

    roles: frozenset[str] = frozenset()
    employees: frozenset[int] = frozenset()

    def covers(self, employee_id: int, role: str) -> bool:
        return not (self.roles or self.employees) or role in self.roles or employee_id in self.employees


ANYBODY = Authority()


class ActionFacts(NamedTuple):
    """An item of a stage's checklist. It is done by the deal's owner, unless `role` or `employee_id` names another."""

    id: int
    text: str
    required: bool
    role: str | None = None
    employee_id: int | None = None


class FieldFacts(NamedTuple):
    """A field that a stage asks for: `key` is a field of every deal, or `custom:ID`; `name` is how people call it."""

    key: str
    name: str


class StageFacts(NamedTuple):
    """A stage in its type's order. A deal entered at `required_from` or later has to pass it."""

    id: int
    name: str
    archived: bool = False
    required_from: Instant = 0
    probability: int | None = None
    norm: int | None = None
    actions: tuple[ActionFacts, ...] = ()
    enter_fields: tuple[FieldFacts, ...] = ()
    leave_fields: tuple[FieldFacts, ...] = ()
    enter: Authority = ANYBODY
    leave: Authority = ANYBODY


class TypeFacts(NamedTuple):
    """A deal type: `stages` in order, the archived among them; pairs of stage ids as exceptions to the mode."""

    id: int
    name: str
    mode: str
    returns: bool
    stages: tuple[StageFacts, ...]
    forbidden: frozenset[tuple[int, int]] = frozenset()
    allowed: frozenset[tuple[int, int]] = frozenset()
    archived: bool = False

    def active(self) -> tuple[StageFacts, ...]:
        return tuple(stage for stage in self.stages if not stage.archived)

    def stage(self, stage_id: int) -> StageFacts:
        """The stage of that id; KeyError where the type has none."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)


class LastChange(NamedTuple):
    """The newest change of a deal, for who saw an older version: who, when, to what."""

    by: str
    at: str
    what: str


class DealFacts(NamedTuple):
    """A deal as the judge needs it. `visited` are the ids of stages visited in its present type, `ticked` the stage
    actions done in its present visit, `filled` the keys of its fields that hold something. `known_since` is when it was
    entered, which a late entry or an import is after it started.
    """

    id: int
    title: str
    version: int
    outcome: str
    stage_id: int | None
    held: bool
    known_since: Instant
    entered_at: Instant
    visited: frozenset[int]
    last_change: LastChange | None = None
    closed_at: Instant | None = None
    held_at: Instant | None = None
    resumed_at: Instant | None = None
    ticked: frozenset[int] = frozenset()
    filled: frozenset[str] = frozenset()


class PersonFacts(NamedTuple):
    """Someone who may change the deal."""

    id: int
    login: str
    name: str
    role: str


class Attempt(NamedTuple):
    """What a person wants: `kind` is start, move, win, lose, hold, resume, reopen or retype. `may` tells whether the
    actor may change this deal at all, `people` are those who can; `version` is the one the person saw, None for no
    check; `at` is the instant entered for a late one, None for now. A start brings the fields it fills; a retype the
    number (from 1) of the deal's present stage among the active ones of its type.
    """

    kind: str
    target: int | None = None
    reason: str = ""
    at: Instant | None = None
    version: int | None = None
    may: bool = True
    actor_id: int = 0
    role: str = ""
    people: Sequence[PersonFacts] = ()
    filled: frozenset[str] = frozenset()
    number: int = 0
