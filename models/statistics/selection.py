"""Which visits a report on stages counts: of whom, of which period, as of which instant, on which clock (semantics §4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.people.rules import overlap, readable
from models.statistics.arrays import CLOCKS, WORKING, Bools, History, Ints, Visits
from models.statistics.arrays import history as read_history
from models.statistics.rules.clock import normal_day
from models.values.errors import Refused, Usage
from models.values.instants import DAY, SECOND, Instant, day_end, day_start
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

FIRST, LAST = -(2**62), 2**62  # before and after all instants


@dataclass(frozen=True, eq=False)
class Selection:
    """Visits as of an instant; `mine` are those of the reps asked for whom the actor may read, None where that is all of
    them. The period is [since, until), without bounds where none were given. `day` is what a day is on the clock, in
    microseconds."""

    visits: Visits
    mine: Bools | None
    since: Instant
    until: Instant
    clock: str
    day: int

    def of_stage(self, stage: int) -> Ints:
        """The places of the visits at a stage, of the reps asked for, whenever they were; by deal and in their order."""
        places = self.visits.by_stage[stage]
        return places if self.mine is None else places[self.mine[places]]

    def by_length(self, stage: int) -> Ints:
        """The places of the visits at a stage, of the reps asked for, the shortest first; those that were entered in the
        period and whose beginning is known."""
        places = self.visits.by_length(self.clock)[stage]
        return self.entered(places if self.mine is None else places[self.mine[places]])

    def entered(self, places: Ints) -> Ints:
        """Those of the visits that were entered in the period and whose beginning is known."""
        if self.since == FIRST and self.until == LAST and not self.visits.begin_unknown.any():
            return places
        at = self.visits.entered[places]
        return places[(at >= self.since) & (at < self.until) & ~self.visits.begin_unknown[places]]

    def ended(self, places: Ints) -> Ints:
        """Those of the visits that ended in the period."""
        if self.since == FIRST and self.until == LAST:
            return places[~self.visits.there[places]]
        at = self.visits.left[places]
        return places[(at >= self.since) & (at < self.until) & ~self.visits.there[places]]


def select(
    session: Session,
    type_id: int,
    *,
    rep_ids: Iterable[int] | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
) -> Selection:
    """What was asked for, of a type's history that is read now, or of `history`, as it was read before: then as it stood
    at that moment. Days are the company's, both ends included; the clock is the company's where none is named.

    Raises Usage `in_future`, `bad_period`, `bad_clock`; Refused `no_hours`; NotFound.
    """
    if clock is not None and clock not in CLOCKS:
        raise Usage("bad_clock", _("A clock is calendar or working."))
    if as_of is not None and as_of > session.now():
        raise Usage("in_future", _("A report can be asked as of the past, not of the future."))
    if first is not None and last is not None and last < first:
        raise Usage("bad_period", _("The period ends before it begins."))
    if history is None:
        history = read_history(session, type_id)
    records = history.records
    clock = clock or records.clock
    if clock == WORKING and not records.hours:
        raise Refused("no_hours", _("The company has no working hours; set them with `company hours mon-fri 9:00-18:00`."))
    at = records.read_at if as_of is None else min(as_of, records.read_at)
    visits = history.as_of(at)
    owners = overlap(readable(session.actor), rep_ids)
    return Selection(
        visits,
        visits.belonging_to(owners),
        FIRST if first is None else day_start(first, records.timezone),
        LAST if last is None else day_end(last, records.timezone),
        clock,
        normal_day(records.hours) * SECOND if clock == WORKING else DAY,
    )


def whole_seconds(microseconds: float) -> int:
    """To the nearest second, halves up."""
    return int(np.floor(microseconds / SECOND + 0.5))
