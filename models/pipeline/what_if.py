"""Which open deals would break a stricter mode of their type, before it is set (semantics §2, §4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from models.people.rules import readable
from models.pipeline import facts, rules
from models.pipeline.rules import MODES, TypeFacts
from models.pipeline.rules.replay import Broken, Came, Replay
from models.storage.database import database
from models.values.errors import Refused
from models.values.language import _
from models.values.text import shown

if TYPE_CHECKING:
    from models.session import Session

# A visit as ways are made from: deal, type, stage, entered_as, entered with a reason, won from it
Visited = tuple[int, int, int, str, int, int]

DEALS = """
    SELECT deal.id, deal.owner_id, deal.started_at, client.name, deal.title, deal.stage_id
    FROM deal JOIN client ON client.id = deal.client_id
    WHERE deal.outcome = 'open' AND deal.deal_type_id = ? ORDER BY deal.id
"""
VISITS = """
    SELECT deal_id, deal_type_id, stage_id, entered_as, entered_reason <> '', left_as IS 'won' FROM visit
    WHERE deal_id IN (SELECT id FROM deal WHERE outcome = 'open' AND deal_type_id = ?) ORDER BY deal_id, seq
"""
MAPPED = """
    SELECT stage_map.deal_id, stage_map.to_stage_id FROM stage_map
    JOIN stage ON stage.id = stage_map.to_stage_id WHERE stage.deal_type_id = ?
"""


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
    ways = ways_through(deal_type, database.execute_sql(VISITS, (type_id,)))
    mapped = mapped_stages(type_id)
    deals = [row for row in database.execute_sql(DEALS, (type_id,)) if owners is None or row[1] in owners]
    breaking = []
    for deal_id, _owner, started_at, client, title, stage_id in deals:
        broken = replay.broken(ways[deal_id], started_at=started_at, mapped=mapped.get(deal_id, frozenset()))
        if broken:
            words = tuple(_in_words(one, names) for one in broken)
            breaking.append(Breaking(deal_id, client, title, names[stage_id], words))
    return WhatIf(deal_type.name, mode, returns, len(deals), tuple(breaking))


def ways_through(deal_type: TypeFacts, visits: Iterable[Visited]) -> dict[int, tuple[Came, ...]]:
    """The ways of deals through a type from all their visits, by deal and in order; those in other types only tell how
    far a deal had come that was taken over from there."""
    types: dict[int, TypeFacts] = {}

    def number(type_id: int, stage_id: int) -> int:
        if type_id not in types:
            types[type_id] = facts.type_facts(type_id)
        return rules.number_of(types[type_id], stage_id)

    ways: dict[int, tuple[Came, ...]] = {}
    for deal_id, rows in groupby(visits, itemgetter(0)):
        way: list[Came] = []
        before: Visited | None = None
        for row in rows:
            if row[1] == deal_type.id:
                reach = number(before[1], before[2]) if row[3] == "retyped" and before is not None else 0
                way.append(Came(row[2], row[3], bool(row[4]), bool(row[5]), reach))
            before = row
        ways[deal_id] = tuple(way)
    return ways


def mapped_stages(type_id: int) -> dict[int, frozenset[int]]:
    """The stages of a type that count as visited since a retype, by deal."""
    found: dict[int, set[int]] = defaultdict(set)
    for deal_id, stage_id in database.execute_sql(MAPPED, (type_id,)):
        found[deal_id].add(stage_id)
    return {deal_id: frozenset(stages) for deal_id, stages in found.items()}


def _in_words(broken: Broken, names: dict[int, str]) -> str:
    why = broken.objection.message
    end = None if broken.to_stage is None else shown(names[broken.to_stage])
    if broken.from_stage is None:
        return _("Start at {stage}: {why}").format(stage=end, why=why)
    start = shown(names[broken.from_stage])
    if end is None:
        return _("Won from {stage}: {why}").format(stage=start, why=why)
    return _("{start} → {end}: {why}").format(start=start, end=end, why=why)
