"""Report funnel: how far the deals that started in a period have come (semantics §4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.statistics.arrays import LOST, WON, Bools, History, Ints, Visits
from models.statistics.selection import select
from models.statistics.standing import started_deals
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.session import Session


@dataclass(frozen=True)
class FunnelStage:
    """Of the deals that started: `actual` have visited the stage, `implied` it or a later one, or are won; `open_before`
    stand open and have reached it in neither way. In semi-strict types `implied` is None: order says nothing there."""

    stage_id: int
    stage: str
    actual: int
    implied: int | None
    open_before: int


@dataclass(frozen=True)
class FunnelReport:
    type: str
    as_of: Instant
    semi_strict: bool
    started: int
    open: int
    stages: tuple[FunnelStage, ...]
    won: int

    def share(self, count: int | None) -> float | None:
        """The share of the deals that started, None where none did."""
        return None if count is None or not self.started else count / self.started

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {
            "started": self.started,
            "stages": [
                {
                    "stage": one.stage, "actual": one.actual, "implied": one.implied, "open_before": one.open_before,
                    "share": self.share(one.actual), "share_implied": self.share(one.implied),
                }
                for one in self.stages
            ],
            "won": self.won,
            "share": self.share(self.won),
        }  # fmt: skip


def funnel(
    session: Session,
    type_id: int,
    *,
    rep_ids: Iterable[int] | None = None,
    team_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    as_of: Instant | None = None,
    history: History | None = None,
) -> FunnelReport:
    """How far the deals came by `as_of` that started from `first` to `last` (days of the company, both included) and were
    of the type then. Every active stage is listed, in order, an archived one where one of them visited it. `history`, what
    was read before, saves reading it.

    Raises what `select` does.
    """
    asked = select(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, history=history, deals=True
    )
    visits, deal_type = asked.visits, asked.visits.records.type
    deal, outcome = started_deals(asked)
    semi_strict, count = deal_type.mode == "semi-strict", len(deal_type.stages)
    steps = steps_of(visits, deal)
    still, lost, won = outcome == 0, outcome == LOST, int((outcome == WON).sum())
    furthest = _furthest(steps)
    reached = [np.array([np.sum(furthest[some] >= place) for place in range(count)], np.int64) for some in (still, lost)]
    actual, of_open = _visited(steps.deal, steps.stage, count), still[steps.deal]
    covered = _visited(steps.deal[of_open], steps.stage[of_open], count) if semi_strict else reached[0]
    before, implied = int(still.sum()) - covered, reached[0] + reached[1] + won
    return FunnelReport(
        deal_type.name,
        visits.at,
        semi_strict,
        len(deal),
        int(still.sum()),
        tuple(
            FunnelStage(
                stage.id, stage.name, int(actual[place]), None if semi_strict else int(implied[place]), int(before[place])
            )
            for place, stage in enumerate(deal_type.stages)
            if not stage.archived or actual[place]
        ),
        won,
    )


def funnel_deals(session: Session, type_id: int, *, stage_id: int | None = None, won: bool = False, **said: Any) -> list[int]:
    """The deals behind a number of the funnel: those that have visited a stage, are won, or (neither) all that started."""
    asked = select(session, type_id, **said, deals=True)
    deal, outcome = started_deals(asked)
    chosen: Bools | Ints = outcome == WON if won else np.ones(len(deal), bool)
    if stage_id is not None and not won:
        number = [stage.id for stage in asked.visits.records.type.stages].index(stage_id)
        steps = steps_of(asked.visits, deal)
        chosen = np.unique(steps.deal[steps.stage == number])
    return [int(one) for one in deal[chosen]]


class Steps(NamedTuple):
    """Visits by deal and in their order: the place of each among all, the place of its deal, its stage."""

    visit: Ints
    deal: Ints
    stage: Ints


def steps_of(visits: Visits, deal: Ints) -> Steps:
    """The visits of these deals, which are in order; each has one at least."""
    place = np.searchsorted(deal, visits.deal)
    place[place == len(deal)] = 0
    chosen = np.flatnonzero(deal[place] == visits.deal) if len(deal) else deal
    return Steps(chosen, place[chosen], visits.stage[chosen])


def _visited(deal: Ints, stage: Ints, stages: int) -> Ints:
    """How many deals have visited each stage."""
    seen = np.zeros((int(deal.max(initial=-1)) + 1, stages), bool)
    seen[deal, stage] = True
    return seen.sum(axis=0, dtype=np.int64)


def _furthest(steps: Steps) -> Ints:
    """The last stage in order that each deal has visited."""
    begins = np.flatnonzero(np.diff(steps.deal, prepend=-1))
    return np.maximum.reduceat(steps.stage, begins) if len(begins) else begins
