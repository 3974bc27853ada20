"""The visits of a deal type as columns, read once: what exits, lengths of stays and funnels are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.statistics.rules.chains import LOST, WON, Target
from models.statistics.rules.clocks import Clock
from models.storage.database import database
from models.values.instants import SECOND, Instant

Whole = NDArray[np.int64]
_NEVER = 2**62
_SHIFT = 2**31  # more than there are stages
_ENDS: dict[int, Target] = {1: WON, 2: LOST, 3: "retyped"}
# Few columns, for each costs: a deal's number with the visit's, the stage with how it ended and whether it began unknown.
_SEQ, _KIND = 2**20, 8
_ENDED = "CASE left_as WHEN 'won' THEN 2 WHEN 'lost' THEN 4 WHEN 'retyped' THEN 6 ELSE 0 END"
_VISITS = f"""
    SELECT deal_id * {_SEQ} + seq, stage_id * {_KIND} + {_ENDED} + CASE WHEN begin_unknown THEN 1 ELSE 0 END,
        entered_at, coalesce(left_at, {_NEVER})
    FROM visit WHERE deal_type_id = ? AND entered_at <= ?
"""
_KINDS = f"""
    SELECT deal_id * {_SEQ} + seq, stage_id * {_KIND} + CASE WHEN left_at <= ? THEN {_ENDED} ELSE 1 END
    FROM visit WHERE deal_type_id = ? AND entered_at <= ?
"""
_HOLDS = f"""
    SELECT deal_id, started_at, coalesce(ended_at, {_NEVER}) FROM hold WHERE started_at <= ?
"""


@dataclass(frozen=True)
class Visits:
    """Visits of one type begun by `at`, by deal and in order; instants in microseconds, `left` far away where the visit
    lasts at `at`. `end` is 1 for won, 2 lost, 3 retyped, 0 for another stage; `unknown` where the beginning is not known."""

    at: Instant
    deal: Whole
    stage: Whole
    entered: Whole
    left: Whole
    unknown: NDArray[np.bool_]
    end: Whole

    @property
    def lasting(self) -> NDArray[np.bool_]:
        return self.left > self.at

    def exits(self) -> dict[int, dict[Target, int]]:
        """How many exits were made by `at`, by stage and target."""
        return _exits(self.stage, self.end, self.lasting)

    def seconds(self, clock: Clock) -> Whole:
        """How long each visit has lasted up to `at`, without holds, in whole seconds on the clock."""
        until = np.minimum(self.left, self.at)
        passed = clock.read(until) - clock.read(self.entered)
        held_deal, begun, ended = rows(_HOLDS, (self.at,), 3)
        ended = np.minimum(ended, self.at)
        first, behind = (np.searchsorted(self.deal, held_deal, side=side) for side in ("left", "right"))
        many = behind - first
        hold = np.repeat(np.arange(len(held_deal)), many)
        visit = np.arange(len(hold)) - np.repeat(np.cumsum(many) - many, many) + first[hold]
        since, till = np.maximum(begun[hold], self.entered[visit]), np.minimum(ended[hold], until[visit])
        np.subtract.at(passed, visit, clock.read(np.maximum(since, till)) - clock.read(since))
        return np.maximum(passed, 0) // SECOND


def read_visits(type_id: int, at: Instant) -> Visits:
    """The visits of a type begun by `at` (what happened at it included)."""
    key, stage, entered, left = rows(_VISITS, (type_id, at), 4)
    order = np.argsort(key)
    stage = stage[order]
    return Visits(
        at, key[order] // _SEQ, stage // _KIND, entered[order], left[order], (stage & 1).astype(np.bool_),
        stage % _KIND // 2,
    )  # fmt: skip


def read_exits(type_id: int, at: Instant) -> dict[int, dict[Target, int]]:
    """How many exits were made by `at`, by stage and target: as of the visits, in half the time."""
    _deal, kind = _read_kinds(type_id, at)
    return _exits(kind // _KIND, kind % _KIND // 2, (kind & 1).astype(np.bool_))


def read_steps(type_id: int, at: Instant) -> tuple[Whole, Whole]:
    """Deal and stage of each visit begun by `at`, by deal and in order."""
    deal, kind = _read_kinds(type_id, at)
    return deal, kind // _KIND


def _read_kinds(type_id: int, at: Instant) -> tuple[Whole, Whole]:
    key, kind = rows(_KINDS, (at, type_id, at), 2)
    order = np.argsort(key)
    return key[order] // _SEQ, kind[order]


def _exits(stage: Whole, end: Whole, lasting: NDArray[np.bool_]) -> dict[int, dict[Target, int]]:
    """Exits counted from visits by deal and in order: a visit that did not end the deal led to the next one's stage."""
    left = np.flatnonzero(~lasting)
    following = np.append(stage[1:], 0)[left]
    target = np.where(end[left] > 0, -end[left], following)
    pairs, counts = np.unique(stage[left] * _SHIFT + target + _KIND, return_counts=True)
    found: dict[int, dict[Target, int]] = {}
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        of, to = pair // _SHIFT, pair % _SHIFT - _KIND
        found.setdefault(of, {})[_ENDS[-to] if to < 0 else to] = count
    return found


def rows(query: str, values: tuple[Any, ...], columns: int) -> list[Whole]:
    """The columns of whole numbers that a query finds."""
    flat = np.fromiter(chain.from_iterable(database.execute_sql(query, values)), np.int64)
    return list(flat.reshape(-1, columns).T)
