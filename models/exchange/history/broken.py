"""Which deals of a history the rules of their type would not have let through: counted, never refused."""

from __future__ import annotations

from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any

from models.exchange.names import Names
from models.pipeline import rules
from models.pipeline.rules import Attempt, DealFacts
from models.values.instants import Instant

STEPS = """
    SELECT s.deal_id, k.type_id, s.row, s.at, s.stage_id, s.outcome, s.reason
    FROM import_step AS s JOIN import_deal AS k ON k.id = s.deal_id
    WHERE k.type_id IN ({types}) ORDER BY s.m
"""


def count(connection: Any, names: Names) -> int:
    """How many deals break a rule; a reason is taken as given."""
    types = [row[0] for row in connection.execute("SELECT id FROM deal_type WHERE id IN (SELECT type_id FROM import_deal)")]
    ruled = [of for of in types if names.type(of).mode != "free" or names.type(of).forbidden]
    if not ruled:
        return 0
    with closing(connection.execute(STEPS.format(types=", ".join(map(str, ruled))))) as steps:
        return sum(
            _breaks(connection, names, deal_id, list(rows)) for deal_id, rows in groupby(steps, key=itemgetter(0))
        )


def _breaks(connection: Any, names: Names, deal_id: int, steps: list[tuple[Any, ...]]) -> bool:
    deal_type = names.type(steps[0][1])
    known_since, stage = names.now, None
    closed: Instant | None = None
    last: Instant | None = None
    visited = {row[0] for row in connection.execute("SELECT stage_id FROM visit WHERE deal_id = ?", (deal_id,))}
    for _id, _type, row, at, target, outcome, reason in steps:
        if row == 0:
            known_since, stage = connection.execute(
                "SELECT created_at, stage_id FROM deal WHERE id = ?", (deal_id,)
            ).fetchone()
        else:
            kind = {"won": "win", "lost": "lose"}.get(outcome) or (
                "start" if last is None else "move" if closed is None else "reopen"
            )
            deal: DealFacts | None = None if last is None else DealFacts(
                id=deal_id, title="", version=1, outcome="open" if closed is None else "lost", stage_id=stage,
                held=False, known_since=known_since, entered_at=last, visited=frozenset(visited), closed_at=closed,
            )
            if rules.judge(deal, deal_type, Attempt(kind, target, reason or "-", at), names.now):
                return True
        closed, last, stage = at if outcome else None, at, target or stage
        visited.add(stage)
    return False
