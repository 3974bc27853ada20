"""Report 4: where deals go from each stage, how soon, and how likely they are won from there (semantics §4.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from models.statistics.arrays import ENDS, LEFT_AS, WON, Bools, History, Ints
from models.statistics.rules.estimates import Floats, incidences
from models.statistics.rules.resampling import RESAMPLES, SEED, win_chances, win_intervals
from models.statistics.rules.shares import wilson
from models.statistics.selection import Selection, select
from models.values.instants import Instant

if TYPE_CHECKING:
    from models.session import Session

HORIZONS = (7, 30, 90, 180, 365)  # days of the clock
COLUMNS = (*map(str, HORIZONS), "last")
FEW = 10  # exits below which a stage is marked
TOO_FEW = 5  # exits below which a screen shows counts only


@dataclass(frozen=True)
class Way:
    """Exits from a stage to one target: `to` is a stage's name, or won, lost or retyped (then `to_id` is None); `how` the
    most frequent kind of exit. `incidence` has the chance of having gone there by each of COLUMNS, None where no visit was
    chosen to follow."""

    to: str
    to_id: int | None
    how: str
    count: int
    share: float | None
    low: float | None
    high: float | None
    incidence: tuple[float | None, ...]


@dataclass(frozen=True)
class WinChance:
    """The chance that the observed exits, followed on, lead to *won*; None where a stage has none. `deals` is on how many
    it rests, `low` and `high` its resampled 95 % interval, `percentage` the set share beside it. `counts_set` names the
    stages without exits, reached from here, that count with their set percentage; `reopened` is the share of the wins
    from here that were reopened later."""

    chance: float | None
    deals: int
    low: float | None
    high: float | None
    percentage: float | None
    counts_set: tuple[str, ...]
    reopened: float | None


@dataclass(frozen=True)
class StageExits:
    """`deals` is how many deals made the exits, `repeated` how many of them more than one; `open` how many visits last at
    the instant. `beyond` are the columns that lie after the last time observed, and carry its value."""

    stage_id: int
    stage: str
    exits: int
    open: int
    deals: int
    repeated: int
    ways: tuple[Way, ...]
    beyond: tuple[str, ...]
    win: WinChance

    @property
    def few(self) -> bool:
        return self.exits < FEW

    def as_json(self) -> dict[str, Any]:
        win = self.win
        return {
            "from": self.stage, "exits": self.exits, "open": self.open, "deals": self.deals,
            "repeated": self.repeated, "few": self.few,
            "to": [
                {
                    "to": way.to, "as": way.how, "count": way.count, "share": way.share, "low": way.low,
                    "high": way.high, "incidence": dict(zip(COLUMNS, way.incidence, strict=True)),
                    "beyond": list(self.beyond),
                }
                for way in self.ways
            ],
            "win_probability": win.chance, "win_n": win.deals, "win_low": win.low, "win_high": win.high,
            "win_set": win.percentage, "win_counts_set": list(win.counts_set), "win_reopened": win.reopened,
        }  # fmt: skip


@dataclass(frozen=True)
class TransitionsReport:
    """`resamples` is 0 where the intervals of the win chances were not asked for."""

    type: str
    as_of: Instant
    clock: str
    resamples: int
    seed: int
    stages: tuple[StageExits, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as the command line's contract fixes it."""
        return {
            "type": self.type, "clock": self.clock, "resamples": self.resamples, "seed": self.seed,
            "stages": [stage.as_json() for stage in self.stages],
        }  # fmt: skip


def transitions(
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
    intervals: bool = True,
) -> TransitionsReport:
    """Counts, shares and win chances of the exits made from `first` to `last`; incidences of the visits entered then,
    followed up to `as_of`. Every active stage is listed, an archived one where it had visits; a target never taken is not.

    `history`, what was read before, saves reading it; without `intervals` the win chances come without theirs, which
    take longer than all else. Raises what `select` does.
    """
    asked = select(
        session, type_id, rep_ids=rep_ids, team_id=team_id, first=first, last=last, as_of=as_of, clock=clock, history=history
    )
    known = asked.visits.records
    places = [asked.of_stage(place) for place in range(known.stages)]
    ended = [asked.ended(some) for some in places]
    wins = _wins(asked, ended, intervals)
    told = [_stage(asked, *one) for one in zip(range(known.stages), places, ended, wins, strict=True)]
    return TransitionsReport(
        known.type.name,
        asked.visits.at,
        asked.clock,
        RESAMPLES if intervals else 0,
        SEED,
        tuple(
            one
            for one, stage, some in zip(told, known.type.stages, places, strict=True)
            if not stage.archived or len(some)
        ),
    )


def _stage(asked: Selection, place: int, places: Ints, ended: Ints, win: WinChance) -> StageExits:
    visits = asked.visits
    stages = visits.records.type.stages
    targets = len(stages) + len(ENDS)
    # How often each target was reached by each kind of exit.
    kinds = _kinds(visits.target[ended], visits.left_as[ended], targets)
    meant = asked.by_length(place)
    lasted, target = visits.lasted(asked.clock)[meant], visits.target[meant]
    reached = np.bincount(target[target >= 0], minlength=targets)
    count = kinds.sum(axis=1)
    taken = np.flatnonzero(count + reached)
    chances = _incidences(lasted, target, taken, asked.day)
    gone = ~visits.there[meant]
    followed = _kinds(target[gone], visits.left_as[meant][gone], targets)
    ways = []
    for row, to in enumerate(taken.tolist()):
        share = wilson(int(count[to]), len(ended))
        kind = kinds[to] if count[to] else followed[to]
        ways.append(
            Way(
                stages[to].name if to < len(stages) else ENDS[to - len(stages)],
                stages[to].id if to < len(stages) else None,
                LEFT_AS[int(np.argmax(kind))],
                int(count[to]),
                None if share is None else int(count[to]) / len(ended),
                None if share is None else share[0],
                None if share is None else share[1],
                tuple(chances[row].tolist()) if len(lasted) else (None,) * len(COLUMNS),
            )
        )
    repeats = _exits_of_deals(visits.deal[ended])
    return StageExits(
        stages[place].id,
        stages[place].name,
        len(ended),
        int(visits.there[places].sum()),
        len(repeats),
        int((repeats > 1).sum()),
        tuple(ways),
        tuple(str(days) for days in HORIZONS if len(lasted) and days * asked.day > int(lasted[-1])),
        win,
    )


def _exits_of_deals(deal: Ints) -> Ints:
    """How many exits each deal made; equal deals stand beside each other."""
    return np.diff(np.flatnonzero(np.append(True, deal[1:] != deal[:-1])), append=len(deal)) if len(deal) else deal


def _kinds(target: Ints, left_as: Ints, targets: int) -> Ints:
    """How many exits were made to each target in each way."""
    return np.bincount(target * len(LEFT_AS) + left_as, minlength=targets * len(LEFT_AS)).reshape(targets, len(LEFT_AS))


def _incidences(lasted: Ints, target: Ints, taken: Ints, day: int) -> Floats:
    """A row for each target that was taken."""
    row = np.searchsorted(taken, target)
    return incidences(lasted, np.where(target < 0, -1, row), len(taken), np.array(HORIZONS, np.int64) * day)


def _wins(asked: Selection, ended: list[Ints], intervals: bool) -> list[WinChance]:
    """The win chance of each stage over the exits in the period."""
    visits = asked.visits
    stages = visits.records.type.stages
    targets = len(stages) + len(ENDS)
    percentages = np.array([np.nan if one.probability is None else one.probability / 100 for one in stages], float)
    exits = np.array([np.bincount(visits.target[some], minlength=targets) for some in ended], float)
    exits = exits.reshape(len(stages), targets)
    chances = win_chances(exits[None], percentages)[0] if len(stages) else np.zeros(0)
    low = high = np.full(len(stages), np.nan)
    if intervals and len(stages):
        # No clock changes them.
        low, high = visits.once(
            "win intervals", lambda: _intervals(asked, ended, percentages), (asked.question.owners, asked.since, asked.until)
        )
    counted = _counted_sets(exits[:, : len(stages)] > 0, ~exits.any(axis=1) & ~np.isnan(percentages))
    told = []
    for place, some in enumerate(ended):
        won = some[visits.left_as[some] == WON]
        known = not np.isnan(chances[place])
        told.append(
            WinChance(
                float(chances[place]) if known else None,
                len(_exits_of_deals(visits.deal[some])),
                _number(low[place]) if known else None,
                _number(high[place]) if known else None,
                _number(percentages[place]),
                tuple(stages[one].name for one in np.flatnonzero(counted[place]).tolist()),
                float(visits.reopened[won].mean()) if len(won) else None,
            )
        )
    return told


def _intervals(asked: Selection, ended: list[Ints], percentages: Floats) -> tuple[Floats, Floats]:
    visits = asked.visits
    chosen = np.zeros(len(visits.deal), bool)
    chosen[np.concatenate(ended)] = True
    places = np.flatnonzero(chosen)
    return win_intervals(visits.deal[places], visits.stage[places], visits.target[places], percentages)


def _counted_sets(taken: Bools, counts: Bools) -> Bools:
    """Which of the stages that count with their set percentage can be reached from each stage."""
    reached = taken.copy()
    while True:
        more = reached | (reached.astype(float) @ taken > 0)
        if bool((more == reached).all()):
            return reached & counts
        reached = more


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
