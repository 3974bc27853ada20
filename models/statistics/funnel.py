"""Report funnel: how far the deals that started in a period have come (semantics §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models.people.rules import covers
from models.statistics.standing import Asked, ask, closed_deals, open_deals
from models.statistics.visits import Whole, read_steps
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
    since: date | None = None,
    until: date | None = None,
    as_of: Instant | None = None,
    rep_id: int | None = None,
    team_id: int | None = None,
) -> FunnelReport:
    """How far the deals came by `as_of` that started from `since` to `until` (days of the company, both included) and were
    of the type then. Every active stage is listed, in order, an archived one where one of them visited it.

    Raises Usage `in_future`, `bad_period`, `one_of`; NotFound.
    """
    asked, started_open, won, lost, steps = _started(
        session, type_id, since=since, until=until, as_of=as_of, rep_id=rep_id, team_id=team_id
    )
    [deal_type] = asked.types
    order = {stage.id: place for place, stage in enumerate(deal_type.stages)}
    semi_strict, count = deal_type.mode == "semi-strict", len(order)
    furthest = {"open": _furthest(steps, started_open, order), "lost": _furthest(steps, lost, order)}
    reached = {
        name: np.array([np.sum(places >= place) for place in range(count)], np.int64) for name, places in furthest.items()
    }
    actual = _visited(steps, started_open | won | lost, order)
    before = len(started_open) - (_visited(steps, started_open, order) if semi_strict else reached["open"])
    implied = reached["open"] + reached["lost"] + len(won)
    return FunnelReport(
        deal_type.name,
        asked.at,
        semi_strict,
        len(started_open) + len(won) + len(lost),
        len(started_open),
        tuple(
            FunnelStage(
                stage.id, stage.name, int(actual[place]), None if semi_strict else int(implied[place]), int(before[place])
            )
            for place, stage in enumerate(deal_type.stages)
            if not stage.archived or actual[place]
        ),
        len(won),
    )


def funnel_deals(session: Session, type_id: int, *, stage_id: int | None = None, won: bool = False, **asked: Any) -> list[int]:
    """The deals behind a number of the funnel: those that have visited a stage, are won, or (neither) all that started."""
    _asked, started_open, are_won, lost, steps = _started(session, type_id, **asked)
    if won:
        return sorted(are_won)
    started = started_open | are_won | lost
    if stage_id is None:
        return sorted(started)
    deal, stage = steps
    return sorted(started.intersection(deal[stage == stage_id].tolist()))


def _started(session: Session, type_id: int, **said: Any) -> tuple[Asked, set[int], set[int], set[int], Steps]:
    """What was asked; of the deals started in the period the open, won and lost ones; all steps of the type."""
    with session.store.reading():
        asked = ask(session, type_id, **said)
        started_open = {deal.deal_id for deal in open_deals(asked, type_id) if asked.within(deal.started_at)}
        closed = [
            deal for deal in closed_deals(asked, type_id)
            if deal.stage_id is not None and asked.within(deal.started_at) and covers(asked.owners, deal.owner_id)
        ]  # fmt: skip
        steps = read_steps(type_id, asked.at)
    won = {deal.deal_id for deal in closed if deal.outcome == "won"}
    return asked, started_open, won, {deal.deal_id for deal in closed if deal.outcome == "lost"}, steps


Steps = tuple[Whole, Whole]  # deal and stage of each visit, by deal and in order


def _of(steps: Steps, deals: set[int], order: dict[int, int]) -> Steps:
    """Deal and place in the order of stages of the visits of these deals."""
    deal, stage = steps
    meant, place = np.zeros(int(deal.max(initial=0)) + 1, np.bool_), np.zeros(max(order, default=0) + 1, np.int64)
    meant[[one for one in deals if one < len(meant)]] = True
    for stage_id, number in order.items():
        place[stage_id] = number
    chosen = meant[deal]
    return deal[chosen], place[stage[chosen]]


def _visited(steps: Steps, deals: set[int], order: dict[int, int]) -> Whole:
    """How many of these deals have visited each stage."""
    deal, place = _of(steps, deals, order)
    pairs = np.unique(deal * len(order) + place)
    return np.bincount(pairs % len(order), minlength=len(order)).astype(np.int64) if len(order) else pairs


def _furthest(steps: Steps, deals: set[int], order: dict[int, int]) -> Whole:
    """The place of the last stage in order that each of these deals has visited."""
    deal, place = _of(steps, deals, order)
    begins = np.flatnonzero(np.diff(deal, prepend=-1))
    return np.maximum.reduceat(place, begins) if len(begins) else begins.astype(np.int64)
