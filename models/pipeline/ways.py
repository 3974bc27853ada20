"""Reading the ways that deals have come through a type, for what judges or counts them."""

from __future__ import annotations

from collections import defaultdict

from models.pipeline import facts, rules
from models.pipeline.rules import TypeFacts
from models.pipeline.rules.replay import Came
from models.storage.columns import joined
from models.storage.database import database
from models.values.instants import Instant

# A deal's visits as one text, so that equal ways are taken apart once: 500,000 visits are read in the time that their
# rows alone would take.
_VISIT = """
    seq || ' ' || deal_type_id || ' ' || stage_id || ' ' || entered_as || ' ' || (entered_reason <> '') || ' '
    || (left_as IS 'won' AND left_at <= :at)
"""
_WAYS = f"""
    SELECT deal_id, {joined(_VISIT, ";")}
    FROM visit WHERE entered_at <= :at AND deal_id IN ({{deals}}) GROUP BY deal_id
"""
_MAPPED = """
    SELECT stage_map.deal_id, stage_map.to_stage_id FROM stage_map
    JOIN stage ON stage.id = stage_map.to_stage_id WHERE stage.deal_type_id = ?
"""
_LEFT = """
    SELECT old.deal_type_id, old.stage_id FROM visit AS new JOIN visit AS old ON old.deal_id = new.deal_id AND old.seq = new.seq - 1
    WHERE new.deal_type_id = ? AND new.entered_as = 'retyped' ORDER BY new.deal_id, new.seq
"""
_LATEST = 2**63 - 1


def ways_through(
    deal_type: TypeFacts, deals: str, values: dict[str, object], at: Instant = _LATEST
) -> dict[int, tuple[Came, ...]]:
    """The ways of deals through a type by deal, as far as they had come at the instant `at`; equal ones are the same
    object. `deals` is the query of their ids, with its `values`. Visits in other types only tell how far a deal had
    come that was taken over from there."""
    types: dict[int, TypeFacts] = {deal_type.id: deal_type}
    read: dict[str, tuple[Came, ...]] = {}
    ways: dict[int, tuple[Came, ...]] = {}
    for deal_id, text in database.execute_sql(_WAYS.format(deals=deals), {**values, "at": at}):
        if text not in read:
            read[text] = _way(deal_type, text, types)
        ways[deal_id] = read[text]
    return ways


def mapped_stages(type_id: int) -> dict[int, frozenset[int]]:
    """The stages of a type that count as visited since a retype, by deal."""
    found: dict[int, set[int]] = defaultdict(set)
    for deal_id, stage_id in database.execute_sql(_MAPPED, (type_id,)):
        found[deal_id].add(stage_id)
    return {deal_id: frozenset(stages) for deal_id, stages in found.items()}


def stages_left(type_id: int) -> list[int]:
    """The number of the stage that each deal left in its old type when it was taken to this one, by deal and in order."""
    types: dict[int, TypeFacts] = {}
    return [_reach(types, old_type, stage) for old_type, stage in database.execute_sql(_LEFT, (type_id,))]


def _way(deal_type: TypeFacts, text: str, types: dict[int, TypeFacts]) -> tuple[Came, ...]:
    way: list[Came] = []
    before: tuple[int, int] | None = None
    visits = [visit.split(" ") for visit in text.split(";")]
    for _seq, type_id, stage_id, how, reason, won in sorted(visits, key=lambda visit: int(visit[0])):
        if int(type_id) == deal_type.id:
            reach = _reach(types, *before) if how == "retyped" and before is not None else 0
            way.append(Came(int(stage_id), how, reason == "1", won == "1", reach))
        before = int(type_id), int(stage_id)
    return tuple(way)


def _reach(types: dict[int, TypeFacts], type_id: int, stage_id: int) -> int:
    if type_id not in types:
        types[type_id] = facts.type_facts(type_id)
    return rules.number_of(types[type_id], stage_id)
