"""A type's whole history as arrays: read once, then asked as of any instant, for any rep and period.

Columns are read as one text each and taken apart by numpy, which is twice as fast as rows; everything else (order, the
instant, who a visit belongs to, holds) is worked out here and costs the store nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.people import views as people
from models.pipeline import facts
from models.pipeline.rules import TypeFacts
from models.pipeline.ways import stages_left
from models.statistics.rules.clock import Stretches, stretches, worked
from models.statistics.rules.estimates import ascending
from models.storage.columns import columns
from models.values.clock import NEVER, WorkingHours
from models.values.instants import Instant, local_day

if TYPE_CHECKING:
    from models.session import Session

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Worked = TypeVar("Worked")

CALENDAR, WORKING = CLOCKS = ("calendar", "working")
# What the numbers in `entered_as` and `left_as` stand for; 0 of `left_as` is a visit that lasts.
ENTERED_AS = ("start", "advance", "skip", "return", "reopen", "retyped")
LEFT_AS = ("", "advance", "skip", "return", "won", "lost", "retyped")
WON, LOST, RETYPED = 4, 5, 6
# Beyond the stages of a type its targets are numbered on: won, lost, another type.
ENDS = ("won", "lost", "retyped")
STAYS = -1

OUTCOMES = {0: "open", WON: "won", LOST: "lost"}
NONE = -1  # no amount, no percentage, no stage

_SEQ = 2**20  # more than a deal has visits
_ENTERED = " ".join(f"WHEN '{how}' THEN {number}" for number, how in enumerate(ENTERED_AS))
_LEFT = " ".join(f"WHEN '{how}' THEN {number}" for number, how in enumerate(LEFT_AS) if how)
# Few columns, for each costs.
_VISITS = (
    f"deal_id * {_SEQ} + seq",
    "entered_at",
    f"coalesce(left_at, {NEVER})",
    f"(((stage_id * 8 + CASE entered_as {_ENTERED} END) * 8 + coalesce(CASE left_as {_LEFT} END, 0)) * 2 + begin_unknown) * 2"
    " + (entered_reason <> '')",
)
_HOLDS = ("deal_id", "started_at", f"coalesce(ended_at, {NEVER})")
_OWNERS = ("deal_id", "id", "at", "owner_id")
_DEALS = (
    "id", "deal_type_id", "client_id", "started_at", "created_at", f"coalesce(closed_at, {NEVER})",
    f"CASE outcome WHEN 'won' THEN {WON} WHEN 'lost' THEN {LOST} ELSE 0 END",
)  # fmt: skip
# Read with the owners, so that all stand in one order.
_TERMS = (
    f"coalesce(amount, {NONE})", f"coalesce(replace(expected_close, '-', ''), 0) * 128 + coalesce(probability, {NONE}) + 1",
    "currency",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Deals:
    """All deals of the store by id: type, client, when they started, were first known and closed (NEVER while open), outcome
    (of OUTCOMES). `amount` (minor units), `currency` (its place in `currencies`), `expected` (a day as 20261130, 0 for none)
    and `probability` (the deal's own percentage) are those of the rows `owner_…` of the records: from when on they held.
    NONE where there is none."""

    id: Ints
    type_id: Ints
    client: Ints
    started: Ints
    known: Ints
    closed: Ints
    outcome: Ints
    amount: Ints
    currency: Ints
    expected: Ints
    probability: Ints
    currencies: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Records:
    """What the store held of a type at one moment, everybody's: a view that shows any of it asks `readable` first.

    Visits stand by deal and in their order; `stage` counts the type's stages from 0 in their order, archived ones
    included; `left` is NEVER while a visit lasts; `reasoned` tells which were entered with a reason, `reach` the number of
    the stage that a deal left in its old type, of visits that a retype began. `hold_…` are the holds of all deals,
    `owner_…` from when on whom a deal belongs to, by deal and time. Instants are microseconds.
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
    reasoned: Bools
    reach: Ints
    hold_deal: Ints
    hold_started: Ints
    hold_ended: Ints
    owner_deal: Ints
    owner_at: Ints
    owner_id: Ints
    known_deals: Deals | None = None
    # What is worked out of them for every instant alike.
    kept: dict[object, Any] = field(default_factory=dict, repr=False)

    @property
    def stages(self) -> int:
        return len(self.type.stages)

    @property
    def deals(self) -> Deals:
        """The deals, where they were read."""
        assert self.known_deals is not None
        return self.known_deals

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
    `known` are their places in the records.
    """

    records: Records
    at: Instant
    deal: Ints
    stage: Ints
    entered: Ints
    left: Ints
    left_as: Ints
    begin_unknown: Bools
    target: Ints
    reopened: Bools
    known: Bools | slice = field(repr=False)
    _kept: dict[object, tuple[object, Any]] = field(default_factory=dict, repr=False)

    def once(self, key: object, work: Callable[[], Worked], asked: object = None) -> Worked:
        """What `work` comes to, worked out once for all questions about these visits. Where it depends on what was `asked`,
        that of the last such question is kept, so that what is kept does not grow with every other filter."""
        if key not in self._kept or self._kept[key][0] != asked:
            self._kept[key] = asked, work()
        found: Worked = self._kept[key][1]
        return found

    @cached_property
    def entered_as(self) -> Ints:
        return self.records.entered_as[self.known]

    @cached_property
    def reasoned(self) -> Bools:
        return self.records.reasoned[self.known]

    @cached_property
    def reach(self) -> Ints:
        return self.records.reach[self.known]

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
        row = last_before(deal, since, self.deal, np.where(self.there, self.at + 1, self.left))
        return np.append(owner, -1)[row]

    def belonging_to(self, owners: Collection[int] | None) -> Bools | None:
        """Which visits are those of these reps; None for all of them."""
        return None if owners is None else covered(owners, self.rep)

    def lasted(self, clock: str) -> Ints:
        """How long each visit lasted, or has lasted, without holds: microseconds on the calendar or the working clock."""
        return self.once(("lasted", clock), lambda: self._lasted(clock))

    def by_length(self, clock: str) -> tuple[Ints, ...]:
        """The places of each stage's visits, the shortest first: what is filtered of them needs no sorting any more."""
        return self.once(("by_length", clock), lambda: self._by_length(clock))

    def _lasted(self, clock: str) -> Ints:
        begun, ended = self._measured(clock, self.entered), self.left
        if clock != CALENDAR:
            # Most visits end when the next begins: that is measured once.
            ended = np.append(begun[1:], 0)
            others = np.flatnonzero(np.append(self.entered[1:], -NEVER) != self.left)
            ended[others] = self._measured(clock, self.left[others])
        return np.maximum(ended - begun - self._held(clock), 0)

    def _by_length(self, clock: str) -> tuple[Ints, ...]:
        lasted = self.lasted(clock)
        return tuple(places[ascending(lasted[places])] for places in self.by_stage)

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
    """What a screen keeps while its filters change: the records, and the visits as of the instant of reading and of the past
    one last asked for, with all that was worked out of them."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._present = self._last = as_of(records, records.read_at)

    def as_of(self, at: Instant) -> Visits:
        if at == self._present.at:
            return self._present
        if at != self._last.at:
            self._last = as_of(self.records, at)
        return self._last


def history(session: Session, type_id: int, *, deals: bool = False) -> History:
    """Reads a type's history, for one report or many; with `deals` for those too that ask about open and closed deals.
    Raises NotFound."""
    return histories(session, [type_id], deals=deals)[0]


def histories(session: Session, type_ids: Sequence[int], *, deals: bool = False) -> list[History]:
    """The same of several types, as they stood at one moment."""
    return [History(records) for records in read(session, type_ids, deals=deals)]


def read(session: Session, type_ids: Sequence[int], *, deals: bool = False) -> list[Records]:
    """All that the store holds of the visits of types, of holds, owners and deals, at one moment. Raises NotFound."""
    with session.store.reading():
        company, types = people.company(), [facts.type_facts(type_id) for type_id in type_ids]
        hours, holidays = people.hours(), frozenset(people.holidays())
        visits = [_numbers(columns(_VISITS, "visit WHERE deal_type_id = ?", (type_id,))) for type_id in type_ids]
        hold_deal, hold_started, hold_ended = _numbers(columns(_HOLDS, "hold"))
        owners, terms = columns((*_OWNERS, *(_TERMS if deals else ())), "deal_terms"), len(_OWNERS)
        owner_deal, owner_seq, owner_at, owner_id = _numbers(owners[:terms])
        order = np.lexsort((owner_seq, owner_at, owner_deal))
        known = _deals(owners[terms:], order) if deals else None
        read_at = session.now()
    owner_deal, owner_at, owner_id = owner_deal[order], owner_at[order], owner_id[order]
    found = []
    for deal_type, (key, entered, left, how) in zip(types, visits, strict=True):
        stage = _numbered(how >> 8, [one.id for one in deal_type.stages])
        order = ascending(key)
        how = how[order]
        entered_as = how >> 5 & 7
        retyped = entered_as == ENTERED_AS.index("retyped")
        reach = np.zeros(len(how), np.int64)
        reach[retyped] = stages_left(deal_type.id) if retyped.any() else []
        found.append(
            Records(
                deal_type, read_at, company.timezone, company.clock, hours, holidays,
                key[order] // _SEQ, stage[order], entered[order], left[order], entered_as, how >> 2 & 7,
                (how & 2).astype(bool), (how & 1).astype(bool), reach, hold_deal, hold_started, hold_ended,
                owner_deal, owner_at, owner_id, known,
            )
        )  # fmt: skip
    return found


def _deals(texts: list[str], terms: Ints) -> Deals:
    """The deals, and their terms, of which `texts` are the columns, in that order."""
    rows = _numbers(columns(_DEALS, "deal"))
    order = ascending(rows[0])
    amount, expectation = _numbers(texts[:2])
    letters = np.frombuffer(texts[2].replace(",", "").encode(), np.uint8).reshape(-1, 3)
    code = (letters.astype(np.int64) - ord("A")) @ np.array([26 * 26, 26, 1])
    known_codes = np.flatnonzero(np.bincount(code, minlength=26**3))
    currency = np.searchsorted(known_codes, code)
    names = tuple("".join(chr(ord("A") + one // of % 26) for of in (26 * 26, 26, 1)) for one in known_codes.tolist())
    number, type_id, client, started, known, closed, outcome = (column[order] for column in rows)
    expected, probability = expectation[terms] >> 7, (expectation[terms] & 127) - 1
    return Deals(
        number, type_id, client, started, known, closed, outcome, amount[terms], currency[terms], expected, probability, names
    )  # fmt: skip


def _numbers(texts: Sequence[str]) -> list[Ints]:
    return [np.fromstring(text, np.int64, sep=",") for text in texts]


def _numbered(ids: Ints, known: Sequence[int]) -> Ints:
    """The place of each id among the known ones."""
    places = np.zeros(max(known, default=0) + 1, np.int64)
    places[list(known)] = np.arange(len(known))
    return places[ids]


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
        records, at, deal, stage, records.entered[known], np.where(there, at, left), left_as, records.begin_unknown[known],
        target, goes_on & ((left_as == WON) | (left_as == LOST)), known,
    )  # fmt: skip


def last_before(of: Ints, since: Ints, wanted: Ints, before: Ints) -> Ints:
    """The place of what holds of each wanted one just before an instant, in rows by `of` and `since`: the last that began
    before it, the first where none did, -1 where there is none at all."""
    first = np.searchsorted(of, wanted, "left")
    count = np.searchsorted(of, wanted, "right") - first
    found = np.where(count > 0, first, -1)
    later = np.flatnonzero(count > 1)
    step = 1
    while len(later):
        then = first[later] + step
        had = since[then] < before[later]
        found[later[had]] = then[had]
        step += 1
        later = later[had & (count[later] > step)]
    return found


def covered(owners: Collection[int] | None, ids: Ints) -> Bools:
    """Which of the ids are among the owners that are meant; None is everybody."""
    return np.ones(len(ids), bool) if owners is None else np.isin(ids, np.fromiter(owners, np.int64, len(owners)))
