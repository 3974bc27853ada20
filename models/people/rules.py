"""Who may see and change what (semantics §8). Pure: plain values in, an answer out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from models.values.errors import Usage
from models.values.language import _
from models.values.text import quoted

ROLES = ("rep", "manager", "accountant", "admin")


@dataclass(frozen=True)
class Actor:
    """Who acts. `team` holds the ids of the employees of the actor's team, the actor among them."""

    id: int
    login: str
    name: str
    role: str
    language: str
    timezone: str
    team: frozenset[int]
    team_read: bool


Owners = frozenset[int] | None  # the ids of owners whose things are meant; None is everybody's


def readable(actor: Actor) -> Owners:
    """Whose deals, clients, activities and time the actor may read."""
    if actor.role in ("admin", "accountant"):
        return None
    if actor.role == "manager" or actor.team_read:
        return actor.team | {actor.id}
    return frozenset({actor.id})


def writable(actor: Actor) -> Owners:
    """Whose deals, clients, activities and time the actor may change."""
    if actor.role == "admin":
        return None
    if actor.role == "manager":
        return actor.team | {actor.id}
    return frozenset({actor.id})


def may_move(actor: Actor) -> bool:
    """Steps of deals, the own too, are not the accountant's."""
    return actor.role != "accountant"


def covers(owners: Owners, owner_id: int | None) -> bool:
    return owners is None or owner_id in owners


def overlap(owners: Owners, wanted: Iterable[int] | None) -> Owners:
    """`owners` narrowed to the wanted ones."""
    if wanted is None:
        return owners
    return frozenset(wanted) if owners is None else owners & frozenset(wanted)


def may_set_up(actor: Actor) -> bool:
    """Types, stages, people, company, services: the administrator's."""
    return actor.role == "admin"


def may_answer_weeks(actor: Actor, employee_id: int) -> bool:
    """Whose weeks the actor may approve, decline and open again: a manager those of the others in the team, an
    administrator all, the own too."""
    return actor.role == "admin" or actor.role == "manager" and employee_id != actor.id and employee_id in actor.team


def may_set_rates(actor: Actor) -> bool:
    """What an hour is billed or paid at: the accountant's and the administrator's."""
    return actor.role in ("accountant", "admin")


def may_set_target(actor: Actor, employee_id: int | None) -> bool:
    """The administrator sets every target, a manager those of the others in the team; a team's (`employee_id` None) is
    the administrator's."""
    if actor.role == "manager":
        return employee_id is not None and employee_id != actor.id and employee_id in actor.team
    return actor.role == "admin"


def parse_times(text: str) -> tuple[int, int]:
    """Seconds after midnight of `9:00-18:00`. Raises Usage `bad_hours`."""
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)\s*[-–]\s*(\d{1,2}):([0-5]\d)", text.strip(), re.ASCII)
    if not found:
        raise Usage("bad_hours", _("{text} is no working time; write 9:00-18:00 or closed.").format(text=quoted(text)))
    opens, opens_minute, closes, closes_minute = map(int, found.groups())
    return opens * 3600 + opens_minute * 60, closes * 3600 + closes_minute * 60


def clock_text(seconds: int) -> str:
    """`09:00` for seconds after midnight."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
