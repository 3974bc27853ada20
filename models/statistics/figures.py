"""What the board wants to know of a type's whole history: how likely each stage is won from, from when a stay there is long,
and what usually comes next. Read in pieces of some deals each, so that no key has to wait for it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from models.people.views import company_clock
from models.pipeline.rules import seconds_without_holds
from models.statistics.rules.chains import Target, win_probabilities
from models.statistics.rules.coming import Coming, coarse, what_comes
from models.statistics.rules.survival import quantile, survival_curve
from models.storage.database import database
from models.values.instants import SECOND

if TYPE_CHECKING:
    from models.session import Session

PIECE = 2_000  # deals: some 25 ms
LEAST_COMPLETED = 20
LONG = 0.8
Led = dict[Target | None, tuple["array[int]", "array[int]"]]

_VISITS = """
    SELECT v.deal_id, v.stage_id, v.entered_at, v.left_at, v.left_as, v.begin_unknown, following.stage_id
    FROM visit AS v LEFT JOIN visit AS following ON following.deal_id = v.deal_id AND following.seq = v.seq + 1
    WHERE v.deal_id > ? AND v.deal_id <= ? AND v.deal_type_id = ?
"""
_PRESENT = """
    SELECT deal_type_id, stage_id, entered_at FROM visit WHERE deal_id = ? AND left_at IS NULL AND NOT begin_unknown
"""
_HOLDS = "SELECT deal_id, started_at, ended_at FROM hold WHERE deal_id > ? AND deal_id <= ?"


@dataclass
class Stays:
    """What was gathered so far of a type: exits by stage and target, the lengths in seconds of stays that ended and of
    those that last, on the company's clock, and by stage how many lasted how long and led where."""

    exits: dict[int, dict[Target, int]] = field(default_factory=dict)
    completed: dict[int, array[int]] = field(default_factory=dict)
    lasting: dict[int, array[int]] = field(default_factory=dict)
    led: dict[int, dict[tuple[int, Target | None], int]] = field(default_factory=dict)
    last_deal: int = 0


@dataclass(frozen=True)
class Figures:
    """By stage: `win`, the observed chance of being won from there, else the set percentage (absent where there is
    neither); `long_after`, the seconds of the company's clock within which four of five stays end, where enough are known and
    no norm is set; `led`, by target the lengths of stays and how many of each led there, in order of length; and what the
    stages are called."""

    win: dict[int, float]
    long_after: dict[int, int]
    led: Mapping[int, Led]
    names: dict[int, str]

    def comes(self, stage_id: int, seconds: int) -> Coming | None:
        """What usually comes next for a deal that has been at the stage for so long; None where nothing ever left it."""
        led = self.led.get(stage_id, {})
        stays = {(length, target): many for target, told in led.items() for length, many in zip(*told, strict=True)}
        return what_comes(stays, seconds)


class Stand(NamedTuple):
    """Where an open deal stands, and for how many seconds, holds not counted."""

    type_id: int
    stage_id: int
    seconds: int


def gather(session: Session, type_id: int, stays: Stays) -> bool:
    """Add the next piece of deals to `stays`; whether there is more. Counts all deals of the type, whosever they are:
    what comes of it names nobody."""
    start, end = stays.last_deal, stays.last_deal + PIECE
    holds: dict[int, list[tuple[int, int | None]]] = {}
    for deal, begun, ended in database.execute_sql(_HOLDS, (start, end)):
        holds.setdefault(deal, []).append((begun, ended))
    now, clock = session.now(), company_clock()
    for deal, stage, entered, left, how, unknown, following in database.execute_sql(_VISITS, (start, end, type_id)):
        target: Target | None = None
        if left is not None:
            target = how if how in ("won", "lost", "retyped") else following
            of_stage = stays.exits.setdefault(stage, {})
            of_stage[target] = of_stage.get(target, 0) + 1
        if not unknown:
            kept = stays.lasting if left is None else stays.completed
            until, rested = now if left is None else left, holds.get(deal, ())
            seconds = seconds_without_holds(entered, until, rested)
            kept.setdefault(stage, array("q")).append(clock.lasted(entered, until, rested) // SECOND if clock.hours else seconds)
            led, key = stays.led.setdefault(stage, {}), (coarse(seconds), target)
            led[key] = led.get(key, 0) + 1
    stays.last_deal = end
    return bool(database.execute_sql("SELECT 1 FROM deal WHERE id > ? LIMIT 1", (end,)).fetchone())


def figures(session: Session, type_id: int, stays: Stays) -> Figures:
    """The figures of a type from all its stays."""
    rows: Sequence[tuple[int, str, int | None, int | None]] = database.execute_sql(
        "SELECT id, name, probability, norm FROM stage WHERE deal_type_id = ?", (type_id,)
    ).fetchall()
    percentages = {stage: percent for stage, _name, percent, _norm in rows}
    observed = win_probabilities(stays.exits, percentages, percentages)
    win: dict[int, float] = {}
    for stage, percent in percentages.items():
        chance = observed[stage]
        if chance is not None:
            win[stage] = chance
        elif percent is not None:
            win[stage] = percent / 100
    long_after: dict[int, int] = {}
    for stage, _name, _percent, norm in rows:
        completed = stays.completed.get(stage, ())
        if norm is None and len(completed) >= LEAST_COMPLETED:
            seconds = quantile(survival_curve(completed, stays.lasting.get(stage, ())), LONG)
            if seconds is not None:
                long_after[stage] = seconds
    return Figures(win, long_after, {stage: _by_target(led) for stage, led in stays.led.items()}, {row[0]: row[1] for row in rows})


def _by_target(led: Mapping[tuple[int, Target | None], int]) -> Led:
    """The same in a tenth of the memory: a session keeps it as long as it lasts."""
    found: Led = {}
    for (length, target), many in sorted(led.items(), key=lambda one: one[0][0]):
        lengths, counts = found.setdefault(target, (array("q"), array("q")))
        lengths.append(length)
        counts.append(many)
    return found


def present(session: Session, deal_ids: Sequence[int]) -> dict[int, Stand]:
    """Where those of the deals that are open stand, by their ids, where it is known since when; the actor may read them."""
    now = session.now()
    found: dict[int, Stand] = {}
    for deal_id in deal_ids:
        row = database.execute_sql(_PRESENT, (deal_id,)).fetchone()
        if row is not None:
            type_id, stage_id, entered = row
            holds = database.execute_sql("SELECT started_at, ended_at FROM hold WHERE deal_id = ?", (deal_id,)).fetchall()
            found[deal_id] = Stand(type_id, stage_id, seconds_without_holds(entered, now, holds))
    return found
