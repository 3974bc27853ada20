"""A type's whole history as arrays: read once, then asked as of any instant, for any rep and period.

Columns are read as one text each and taken apart by numpy, which is twice as fast as rows; everything else (order, the
instant, who a visit belongs to, holds) is worked out here and costs the store nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.people import views as people
from models.pipeline import facts
from models.pipeline.rules import TypeFacts
from models.statistics.rules.clock import NEVER, Stretches, WorkingHours, stretches, worked
from models.storage.database import database
from models.values.instants import Instant, local_day

if TYPE_CHECKING:
    from models.session import Session

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CALENDAR, WORKING = CLOCKS = ("calendar", "working")
# What the numbers in `entered_as` and `left_as` stand for; 0 of `left_as` is a visit that lasts.
ENTERED_AS = ("start", "advance", "skip", "return", "reopen", "retyped")
LEFT_AS = ("", "advance", "skip", "return", "won", "lost", "retyped")
WON, LOST, RETYPED = 4, 5, 6
# Beyond the stages of a type its targets are numbered on: won, lost, another type.
ENDS = ("won", "lost", "retyped")
STAYS = -1

_ENTERED = " ".join(f"WHEN '{how}' THEN {number}" for number, how in enumerate(ENTERED_AS))
_LEFT = " ".join(f"WHEN '{how}' THEN {number}" for number, how in enumerate(LEFT_AS) if how)
_VISITS = f"""
    SELECT group_concat(deal_id), group_concat(seq), group_concat(stage_id), group_concat(entered_at),
        group_concat(coalesce(left_at, {NEVER})),
        group_concat((CASE entered_as {_ENTERED} END * 8 + coalesce(CASE left_as {_LEFT} END, 0)) * 2 + begin_unknown)
    FROM visit WHERE deal_type_id = ?
"""
_HOLDS = f"SELECT group_concat(deal_id), group_concat(started_at), group_concat(coalesce(ended_at, {NEVER})) FROM hold"
_OWNERS = "SELECT group_concat(deal_id), group_concat(id), group_concat(at), group_concat(owner_id) FROM deal_terms"


@dataclass(frozen=True, eq=False)
class Records:
    """What the store held of a type at one moment, everybody's: a view that shows any of it asks `readable` first.

    Visits stand by deal and in their order; `stage` counts the type's stages from 0 in their order, archived ones
    included; `left` is NEVER while a visit lasts. `hold_…` are the holds of all deals, `owner_…` from when on whom a deal
    belongs to, by deal and time. Instants are microseconds.
    """

    type: TypeFacts
    read_at: Instant
    timezone: str
    clock: str
    hours: WorkingHours
    holidays: frozenset[date]
    deal: Ints
    stage: Ints
    entered: Ints
    left: Ints
    entered_as: Ints
    left_as: Ints
    begin_unknown: Bools
    hold_deal: Ints
    hold_started: Ints
    hold_ended: Ints
    owner_deal: Ints
    owner_at: Ints
    owner_id: Ints

    @property
    def stages(self) -> int:
        return len(self.type.stages)

    @cached_property
    def stretches(self) -> Stretches:
        """When the company worked, from the first visit until the records were read."""
        first = min((int(self.entered.min()) if len(self.entered) else self.read_at), self.read_at)
        days = local_day(first, self.timezone), local_day(self.read_at, self.timezone)
        return stretches(*days, self.hours, self.holidays, self.timezone)


@dataclass(frozen=True, eq=False)
class Visits:
    """The visits of a type as of an instant, what happened at it included, by deal and in their order.

    `left` is the instant itself while a visit lasts (then `left_as` is 0 and `target` STAYS). `target` is the stage that
    comes next, else the number of stages + the place in ENDS. `reopened` tells of an outcome that the deal came back from.
    """

    records: Records
    at: Instant
    deal: Ints
    stage: Ints
    entered: Ints
    left: Ints
    entered_as: Ints
    left_as: Ints
    begin_unknown: Bools
    target: Ints
    reopened: Bools
    _lasted: dict[str, Ints] = field(default_factory=dict, repr=False)
    _by_length: dict[str, tuple[Ints, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def there(self) -> Bools:
        """Which visits last."""
        return self.left_as == 0

    @cached_property
    def by_stage(self) -> tuple[Ints, ...]:
        """The places of each stage's visits, still by deal and in their order."""
        order = np.argsort(self.stage.astype(np.int16), kind="stable")
        bounds = np.searchsorted(self.stage[order], np.arange(self.records.stages + 1))
        return tuple(order[start:end] for start, end in zip(bounds[:-1], bounds[1:], strict=True))

    @cached_property
    def rep(self) -> Ints:
        """The rep of each visit: the deal's owner just before it ended, of one that lasts the owner at the instant; -1
        where the store does not tell."""
        known = self.records
        changed = np.ones(len(known.owner_deal), bool)
        changed[1:] = (known.owner_deal[1:] != known.owner_deal[:-1]) | (known.owner_id[1:] != known.owner_id[:-1])
        deal, since, owner = known.owner_deal[changed], known.owner_at[changed], known.owner_id[changed]
        first = np.searchsorted(deal, self.deal, "left")
        count = np.searchsorted(deal, self.deal, "right") - first
        rep = np.full(len(self.deal), -1, np.int64)
        some = count > 0
        rep[some] = owner[first[some]]
        before = np.where(self.there, self.at + 1, self.left)
        later = np.flatnonzero(count > 1)
        step = 1
        while len(later):
            then = first[later] + step
            had = since[then] < before[later]
            rep[later[had]] = owner[then[had]]
            step += 1
            later = later[had & (count[later] > step)]
        return rep

    def belonging_to(self, owners: Collection[int] | None) -> Bools | None:
        """Which visits are those of these reps; None for all of them."""
        return None if owners is None else np.isin(self.rep, np.fromiter(owners, np.int64, len(owners)))

    def lasted(self, clock: str) -> Ints:
        """How long each visit lasted, or has lasted, without holds: microseconds on the calendar or the working clock."""
        if clock not in self._lasted:
            measured = self._measured(clock, self.left) - self._measured(clock, self.entered)
            self._lasted[clock] = np.maximum(measured - self._held(clock), 0)
        return self._lasted[clock]

    def by_length(self, clock: str) -> tuple[Ints, ...]:
        """The places of each stage's visits, the shortest first: what is filtered of them needs no sorting any more."""
        if clock not in self._by_length:
            lasted = self.lasted(clock)
            self._by_length[clock] = tuple(places[np.argsort(lasted[places])] for places in self.by_stage)
        return self._by_length[clock]

    def _measured(self, clock: str, instants: Ints) -> Ints:
        return instants if clock == CALENDAR else worked(instants, self.records.stretches)

    def _held(self, clock: str) -> Ints:
        """How much of each visit lies within holds of its deal."""
        known = self.records
        first = np.searchsorted(self.deal, known.hold_deal, "left")
        count = np.searchsorted(self.deal, known.hold_deal, "right") - first
        hold = np.repeat(np.arange(len(count)), count)
        visit = np.arange(len(hold)) - np.repeat(np.cumsum(count) - count, count) + first[hold]
        start = np.maximum(known.hold_started[hold], self.entered[visit])
        end = np.minimum(known.hold_ended[hold], self.left[visit])
        within = end > start
        paused = self._measured(clock, end[within]) - self._measured(clock, start[within])
        held = np.zeros(len(self.deal), np.int64)
        np.add.at(held, visit[within], paused)
        return held


class History:
    """What a screen keeps while its filters change: the records, and the visits as of the instant last asked for with all
    that was worked out of them."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._last = as_of(records, records.read_at)

    def as_of(self, at: Instant) -> Visits:
        if at != self._last.at:
            self._last = as_of(self.records, at)
        return self._last


def history(session: Session, type_id: int) -> History:
    """Reads a type's history, for one report or many. Raises NotFound."""
    return History(read(session, type_id))


def read(session: Session, type_id: int) -> Records:
    """All that the store holds of a type's visits, of holds and owners, at one moment. Raises NotFound."""
    with session.store.reading():
        company, deal_type = people.company(), facts.type_facts(type_id)
        hours, holidays = people.hours(), frozenset(people.holidays())
        deal, seq, stage_id, entered, left, how = _columns(_VISITS, (type_id,))
        hold_deal, hold_started, hold_ended = _columns(_HOLDS)
        owner_deal, owner_seq, owner_at, owner_id = _columns(_OWNERS)
        read_at = session.now()
    stage = _numbered(stage_id, [one.id for one in deal_type.stages])
    order = _order(seq, deal)
    terms = _order(owner_seq, owner_at, owner_deal)
    how = how[order]
    return Records(
        deal_type, read_at, company.timezone, company.clock, hours, holidays,
        deal[order], stage[order], entered[order], left[order], how >> 4, how >> 1 & 7, (how & 1).astype(bool),
        hold_deal, hold_started, hold_ended, owner_deal[terms], owner_at[terms], owner_id[terms],
    )  # fmt: skip


def _columns(query: str, values: tuple[int, ...] = ()) -> list[Ints]:
    return [
        np.fromstring(text or "", np.int64, sep=",") for text in database.execute_sql(query, values).fetchone()
    ]


def _order(*keys: Ints) -> Ints:
    """In which order the rows stand by the last key, then by those before it."""
    if len(keys) == 2 and len(keys[0]):
        # One number a row sorts in half the time.
        within = int(keys[0].max()) + 1
        if int(keys[1].max()) < 2**62 // within:
            return np.argsort(keys[1] * within + keys[0])
    return np.lexsort(keys)


def _numbered(ids: Ints, known: Sequence[int]) -> Ints:
    """The place of each id among the known ones."""
    sorted_ids = np.sort(np.array(known, np.int64))
    places: Mapping[int, int] = {one: place for place, one in enumerate(known)}
    by_rank = np.array([places[int(one)] for one in sorted_ids], np.int64)
    return by_rank[np.searchsorted(sorted_ids, ids)] if len(known) else ids


def as_of(records: Records, at: Instant) -> Visits:
    """The visits as they stood at that instant, which is at or before the one at which the records were read."""
    known = slice(None) if not len(records.entered) or records.entered.max() <= at else records.entered <= at
    deal, stage, left = records.deal[known], records.stage[known], records.left[known]
    there = left > at
    left_as = np.where(there, 0, records.left_as[known])
    goes_on = np.zeros(len(deal), bool)
    goes_on[:-1] = deal[1:] == deal[:-1]
    following = np.full(len(deal), STAYS, np.int64)
    following[:-1] = stage[1:]
    ended = left_as >= WON
    target = np.where(ended, records.stages + left_as - WON, np.where(there, STAYS, following))
    return Visits(
        records, at, deal, stage, records.entered[known], np.where(there, at, left), records.entered_as[known], left_as,
        records.begin_unknown[known], target, goes_on & ((left_as == WON) | (left_as == LOST)),
    )  # fmt: skip
