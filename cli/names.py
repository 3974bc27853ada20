"""Reading what a person wrote on the command line: numbers of things, KEY=VALUE, days and instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from models.values.errors import NotFound, Usage
from models.values.instants import Instant, day_end, parse_day, parse_instant, parse_past
from models.values.language import _
from models.values.text import quoted

if TYPE_CHECKING:
    from models.pipeline.rules import StageFacts
    from models.session import Session


def number(text: str, said: str) -> int:
    """The id `text` of a thing. Raises NotFound with the words `said` for what can be no id."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise NotFound(said.format(id=quoted(text)))


def deal_number(text: str) -> int:
    return number(text.removeprefix("#"), _("There is no deal {id}."))


def pairs(said: Sequence[str]) -> dict[str, str]:
    """`KEY=VALUE …`. Raises Usage `bad_pair`."""
    found: dict[str, str] = {}
    for one in said:
        key, sign, value = one.partition("=")
        if not sign or not key.strip():
            raise Usage("bad_pair", _("{text} is not written as KEY=VALUE.").format(text=quoted(one)))
        found[key.strip()] = value.strip()
    return found


def instant(session: Session, text: str | None) -> Instant | None:
    """An instant, local time in the actor's zone; None where nothing was said."""
    return None if text is None else parse_instant(text, session.actor.timezone)


def past_instant(session: Session, text: str | None) -> Instant | None:
    """An instant that has been: as `instant` reads it, `-15m` for how long ago, or `9:30` of today."""
    return None if text is None else parse_past(text, session.now(), session.actor.timezone)


def due(session: Session, text: str) -> tuple[Instant, bool]:
    """When something is due, and whether at a time of day: a date alone means by its end."""
    said = text.strip()
    if len(said) == 10:
        return day_end(parse_day(said), session.actor.timezone), False
    return parse_instant(said, session.actor.timezone), True


def last_day(due_at: Instant, zone: str) -> date:
    """The day that ends at `due_at`."""
    from models.values.instants import local_day

    return local_day(due_at - 1, zone) if due_at else date(1970, 1, 1) - timedelta(days=1)


def stage_of(type_id: int, text: str) -> StageFacts:
    """A stage of a deal type by name or id. Raises NotFound."""
    from models.pipeline.facts import find_stage, type_facts

    return find_stage(type_facts(type_id), text)


def percent(text: str) -> int:
    """A whole percentage, `30` or `30%`. Raises Refused `bad_probability`."""
    from models.values.numbers import parse_percent

    return parse_percent(text)
