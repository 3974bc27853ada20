"""What the board wants to know of a type's whole history: how likely each stage is won from, and from when a stay there is
long. Read in pieces of some deals each, so that no key has to wait for it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.pipeline.rules import seconds_without_holds
from models.statistics.rules.chains import Target, win_probabilities
from models.statistics.rules.survival import quantile, survival_curve
from models.storage.database import database

if TYPE_CHECKING:
    from models.session import Session

PIECE = 2_000  # deals: some 25 ms
LEAST_COMPLETED = 20
LONG = 0.8

_VISITS = """
    SELECT v.deal_id, v.stage_id, v.entered_at, v.left_at, v.left_as, v.begin_unknown, following.stage_id
    FROM visit AS v LEFT JOIN visit AS following ON following.deal_id = v.deal_id AND following.seq = v.seq + 1
    WHERE v.deal_id > ? AND v.deal_id <= ? AND v.deal_type_id = ?
"""
_HOLDS = "SELECT deal_id, started_at, ended_at FROM hold WHERE deal_id > ? AND deal_id <= ?"


@dataclass
class Stays:
    """What was gathered so far of a type: exits by stage and target, the lengths in seconds of stays that ended and of
    those that last."""

    exits: dict[int, dict[Target, int]] = field(default_factory=dict)
    completed: dict[int, array[int]] = field(default_factory=dict)
    lasting: dict[int, array[int]] = field(default_factory=dict)
    last_deal: int = 0


@dataclass(frozen=True)
class Figures:
    """By stage: `win`, the observed chance of being won from there, else the set percentage (absent where there is
    neither); `long_after`, the seconds within which four of five stays end, where enough are known and no norm is set."""

    win: dict[int, float]
    long_after: dict[int, int]


def gather(session: Session, type_id: int, stays: Stays) -> bool:
    """Add the next piece of deals to `stays`; whether there is more. Counts all deals of the type, whosever they are:
    what comes of it names nobody."""
    start, end = stays.last_deal, stays.last_deal + PIECE
    holds: dict[int, list[tuple[int, int | None]]] = {}
    for deal, begun, ended in database.execute_sql(_HOLDS, (start, end)):
        holds.setdefault(deal, []).append((begun, ended))
    now = session.now()
    for deal, stage, entered, left, how, unknown, following in database.execute_sql(_VISITS, (start, end, type_id)):
        if left is not None:
            target: Target = how if how in ("won", "lost", "retyped") else following
            of_stage = stays.exits.setdefault(stage, {})
            of_stage[target] = of_stage.get(target, 0) + 1
        if not unknown:
            kept = stays.lasting if left is None else stays.completed
            seconds = seconds_without_holds(entered, now if left is None else left, holds.get(deal, ()))
            kept.setdefault(stage, array("q")).append(seconds)
    stays.last_deal = end
    return bool(database.execute_sql("SELECT 1 FROM deal WHERE id > ? LIMIT 1", (end,)).fetchone())


def figures(session: Session, type_id: int, stays: Stays) -> Figures:
    """The figures of a type from all its stays."""
    rows: Sequence[tuple[int, int | None, int | None]] = database.execute_sql(
        "SELECT id, probability, norm FROM stage WHERE deal_type_id = ?", (type_id,)
    ).fetchall()
    percentages = {stage: percent for stage, percent, _norm in rows}
    observed = win_probabilities(stays.exits, percentages, percentages)
    win: dict[int, float] = {}
    for stage, percent in percentages.items():
        chance = observed[stage]
        if chance is not None:
            win[stage] = chance
        elif percent is not None:
            win[stage] = percent / 100
    long_after: dict[int, int] = {}
    for stage, _percent, norm in rows:
        completed = stays.completed.get(stage, ())
        if norm is None and len(completed) >= LEAST_COMPLETED:
            seconds = quantile(survival_curve(completed, stays.lasting.get(stage, ())), LONG)
            if seconds is not None:
                long_after[stage] = seconds
    return Figures(win, long_after)
