"""A deal's own percentage is dated like its other terms; what the journal knows of the past is taken from there."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

Change = tuple[int, int | None, int | None]  # at, the percentage before, and after

COLUMN = "ALTER TABLE deal_terms ADD COLUMN probability INTEGER CHECK (probability BETWEEN 0 AND 100)"
# A deal whose percentage the journal does not know to have changed had it all along.
ALL_ALONG = """
    UPDATE deal_terms SET probability = (SELECT probability FROM deal WHERE deal.id = deal_terms.deal_id)
    WHERE deal_id IN (SELECT id FROM deal WHERE probability IS NOT NULL)
"""
LINES = """
    SELECT id, at, undoes_id, content FROM journal WHERE subject = 'deal'
    AND (undoes_id IS NOT NULL OR content LIKE '%"probability"%') ORDER BY id DESC
"""
# In force just before the instant of the change, and from then on.
BEFORE = "UPDATE deal_terms SET probability = ? WHERE deal_id = ? AND at < ?"
SINCE = "UPDATE deal_terms SET probability = ? WHERE deal_id = ? AND at >= ?"
ANEW = """
    INSERT INTO deal_terms (deal_id, at, owner_id, amount, currency, expected_close, probability)
    SELECT deal_id, ?1, owner_id, amount, currency, expected_close, ?2 FROM deal_terms AS known
    WHERE deal_id = ?3 AND at <= ?1 AND NOT EXISTS (SELECT 1 FROM deal_terms WHERE deal_id = ?3 AND at = ?1)
    ORDER BY at DESC, id DESC LIMIT 1
"""
# Where the journal was erased in part, the deal as it is now decides.
LAST = """
    UPDATE deal_terms SET probability = (SELECT probability FROM deal WHERE deal.id = deal_terms.deal_id)
    WHERE deal_id = ?1 AND id = (SELECT id FROM deal_terms WHERE deal_id = ?1 ORDER BY at DESC, id DESC LIMIT 1)
"""


def up(migrator: Any, db: Any) -> None:
    db.execute_sql(COLUMN)
    db.execute_sql(ALL_ALONG)
    for deal_id, changes in _changes(db).items():
        db.execute_sql(BEFORE, (changes[0][1], deal_id, changes[0][0]))
        for at, _before, after in changes:
            db.execute_sql(ANEW, (at, after, deal_id))
            db.execute_sql(SINCE, (after, deal_id, at))
        db.execute_sql(LAST, (deal_id,))


def _changes(db: Any) -> dict[int, list[Change]]:
    """The changes of each deal's percentage in the order in which they were made, without those taken back."""
    taken_back: set[int] = set()
    found: dict[int, list[Change]] = defaultdict(list)
    for line_id, at, undoes, content in db.execute_sql(LINES).fetchall():
        if line_id in taken_back:
            continue
        if undoes is not None:
            taken_back.add(undoes)
            continue
        for table, row_id, before, after in json.loads(content or "{}").get("rows", ()):
            if table == "deal" and before is not None and after is not None and "probability" in after:
                found[row_id].append((at, before["probability"], after["probability"]))
    return {deal_id: changes[::-1] for deal_id, changes in found.items()}
