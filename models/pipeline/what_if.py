"""Which open deals would break a stricter mode of their type, before it is set (semantics §2, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.people.rules import readable
from models.pipeline import facts
from models.pipeline.rules import MODES
from models.pipeline.rules.replay import Broken, Replay
from models.pipeline.ways import mapped_stages, ways_through
from models.storage.database import database
from models.values.errors import Refused
from models.values.language import _
from models.values.text import shown

if TYPE_CHECKING:
    from models.session import Session

DEALS = """
    SELECT deal.id, deal.owner_id, deal.created_at, client.name, deal.title, deal.stage_id
    FROM deal JOIN client ON client.id = deal.client_id
    WHERE deal.outcome = 'open' AND deal.deal_type_id = ? ORDER BY deal.id
"""
OPEN = "SELECT id FROM deal WHERE outcome = 'open' AND deal_type_id = :type"


@dataclass(frozen=True)
class Breaking:
    """An open deal that has come a way which the mode would have refused; `violations` in words, in order."""

    deal_id: int
    client: str
    title: str
    stage: str
    violations: tuple[str, ...]


@dataclass(frozen=True)
class WhatIf:
    """What a mode would find among the `open` deals of a type that the actor may read."""

    type: str
    mode: str
    returns: bool
    open: int
    breaking: tuple[Breaking, ...]


def what_if(session: Session, type_id: int, *, mode: str, returns: bool = False) -> WhatIf:
    """The open deals of a type whose way would have been refused, had its mode been `mode` all along. They stay where
    they are when it is set; their next steps are judged by it. Judged by the stages and their order of today.

    Raises Refused `bad_mode`, NotFound.
    """
    if mode not in MODES:
        raise Refused("bad_mode", _("A mode is one of {modes}.").format(modes=", ".join(MODES)))
    deal_type = facts.type_facts(type_id)
    replay, owners = Replay(deal_type, mode, returns), readable(session.actor)
    names = {stage.id: stage.name for stage in deal_type.stages}
    ways = ways_through(deal_type, OPEN, {"type": type_id})
    mapped = mapped_stages(type_id)
    deals = [row for row in database.execute_sql(DEALS, (type_id,)) if owners is None or row[1] in owners]
    said: dict[tuple[Broken, ...], tuple[str, ...]] = {}
    breaking = []
    for deal_id, _owner, known_since, client, title, stage_id in deals:
        broken = replay.broken(ways[deal_id], known_since=known_since, mapped=mapped.get(deal_id, frozenset()))
        if broken:
            if broken not in said:
                said[broken] = tuple(_in_words(one, names) for one in broken)
            breaking.append(Breaking(deal_id, client, title, names[stage_id], said[broken]))
    return WhatIf(deal_type.name, mode, returns, len(deals), tuple(breaking))


def _in_words(broken: Broken, names: dict[int, str]) -> str:
    why = broken.objection.message
    end = None if broken.to_stage is None else shown(names[broken.to_stage])
    if broken.from_stage is None:
        return _("Start at {stage}: {why}").format(stage=end, why=why)
    start = shown(names[broken.from_stage])
    if end is None:
        return _("Won from {stage}: {why}").format(stage=start, why=why)
    return _("{start} → {end}: {why}").format(start=start, end=end, why=why)
