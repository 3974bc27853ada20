"""What a report is asked, and which visits it counts then: of whom, of which period, as of which instant, on which clock
(semantics §4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from models.people import views as people
from models.people.rules import Owners, overlap, readable
from models.pipeline.views import types
from models.statistics.arrays import CLOCKS, WORKING, Bools, History, Ints, Visits, histories
from models.values.clock import WorkingHours, normal_day
from models.values.errors import Refused, Usage
from models.values.instants import DAY, SECOND, Instant, day_end, day_start
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

FIRST, LAST = -(2**62), 2**62  # before and after all instants


@dataclass(frozen=True)
class Question:
    """What was asked, checked. The period is the days from `first` to `last`, as instants [since, until), without bounds
    where none were given. `owners` are those asked for whom the actor may read, None for everybody; `rep_ids` and `team_id`
    as they were asked for. `day` is what a day is on the clock, in microseconds; days are those of the time zone."""

    at: Instant
    first: date | None
    last: date | None
    since: Instant
    until: Instant
    owners: Owners
    rep_ids: frozenset[int] | None
    team_id: int | None
    clock: str
    day: int
    timezone: str

    def within(self, instants: Ints) -> Bools:
        """Which of the instants lie in the period."""
        return np.asarray((instants >= self.since) & (instants < self.until))


@dataclass(frozen=True, eq=False)
class Selection:
    """Visits as of an instant; `mine` are those of the reps asked for whom the actor may read, None where that is all of
    them. Period, clock and day are the question's."""

    visits: Visits
    mine: Bools | None
    since: Instant
    until: Instant
    clock: str
    day: int
    question: Question

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
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
    deals: bool = False,
) -> Selection:
    """What was asked for, of a type's history that is read now, or of `history`, as it was read before: then as it stood
    at that moment. Days are the company's, both ends included; the clock is the company's where none is named. With
    `deals` open and closed deals can be asked for too; a history without them is read anew.

    Raises Usage `in_future`, `bad_period`, `bad_clock`, `one_of`; Refused `no_hours`; NotFound.
    """
    _question, [found] = select_types(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock,
        history=history, deals=deals,
    )  # fmt: skip
    return found


def select_types(
    session: Session,
    type_id: int | None,
    *,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    clock: str | None = None,
    history: History | None = None,
    deals: bool = False,
) -> tuple[Question, list[Selection]]:
    """The same of one type, or without `type_id` of each type; `history` serves for one."""
    if clock is not None and clock not in CLOCKS:
        raise Usage("bad_clock", _("A clock is calendar or working."))
    check(session, as_of, first, last)
    if rep_ids is not None and team_id is not None:
        raise Usage("one_of", _("A report is of an employee or of a team, not of both."))
    if type_id is None or history is None or deals and history.records.known_deals is None:
        ids = [line.id for line in types(session)] if type_id is None else [type_id]
        found = histories(session, ids, deals=deals)
    else:
        found = [history]
    if found:
        records = found[0].records
        read_at, timezone, hours, own = records.read_at, records.timezone, records.hours, records.clock
    else:
        company = people.company()
        read_at, timezone, hours, own = session.now(), company.timezone, people.hours(), company.clock
    clock = clock or own
    wanted = None if rep_ids is None else frozenset(rep_ids)
    members = wanted if team_id is None else people.members(session.actor, team_id)
    question = Question(
        read_at if as_of is None else min(as_of, read_at), first, last,
        FIRST if first is None else day_start(first, timezone), LAST if last is None else day_end(last, timezone),
        overlap(readable(session.actor), members), wanted, team_id, clock, _day(clock, hours), timezone,
    )  # fmt: skip
    return question, [_selected(one.as_of(question.at), question) for one in found]


def check(session: Session, as_of: Instant | None, first: date | None, last: date | None) -> None:
    """Raises Usage `in_future`, `bad_period`."""
    if as_of is not None and as_of > session.now():
        raise Usage("in_future", _("A report can be asked as of the past, not of the future."))
    if first is not None and last is not None and last < first:
        raise Usage("bad_period", _("The period ends before it begins."))


def _day(clock: str, hours: WorkingHours) -> int:
    """What a day is on the clock. Raises Refused `no_hours`."""
    if clock == WORKING and not hours:
        raise Refused("no_hours", _("The company has no working hours; set them with `company hours mon-fri 9:00-18:00`."))
    return normal_day(hours) * SECOND if clock == WORKING else DAY


def _selected(visits: Visits, question: Question) -> Selection:
    mine = visits.belonging_to(question.owners)
    return Selection(visits, mine, question.since, question.until, question.clock, question.day, question)


def whole_seconds(microseconds: float) -> int:
    """To the nearest second, halves up."""
    return int(np.floor(microseconds / SECOND + 0.5))
