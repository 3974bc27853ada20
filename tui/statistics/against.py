"""With what the reports' present filters are compared: another rep or team, or other days; how a person says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.values.dates import day_text
from models.values.errors import Refused
from models.values.instants import local_day, parse_day, typed
from models.values.language import _
from tui.statistics.filters import rep_of, team_of
from tui.widgets.dialogs import Choice, Field, Form, Line

if TYPE_CHECKING:
    from models.statistics.comparison import Side
    from tui.statistics.filters import Filters, Known
    from tui.statistics.report import Asked
    from tui.statistics.screen import StatisticsScreen

REP, TEAM, BEFORE, YEAR_BEFORE, DAYS = ("rep", "team", "before", "year_before", "days")


@dataclass(frozen=True)
class Against:
    """What stands beside the filters' own: the rep or team `other` (and `one`,
    where the filters are of all), the period before,
    that of a year before, or the days from `first` to `last`."""

    kind: str
    one: int | None = None
    other: int | None = None
    first: date | None = None
    last: date | None = None


def bounds(filters: Filters, known: Known) -> tuple[date, date] | None:
    """The days that the filters mean, up to the instant where they are not over; None where they have no beginning."""
    first, last = filters.days(known.today)
    end = known.today if filters.as_of is None else local_day(filters.as_of, known.timezone)
    return None if first is None or first > end else (first, end if last is None else min(last, end))


def sides(asked: Asked) -> tuple[Side, Side]:
    """What stands on both sides. Raises NotFound where the actor may see a rep or team no more; Refused `bad_period`."""
    from models.statistics.comparison import Side, period_before, year_before

    filters, known, against = asked.filters, asked.known, asked.against
    assert against is not None
    rep = rep_of(filters, known)
    if against.kind == REP:
        both = [rep if rep is not None else against.one, against.other]
        days = filters.days(known.today)
        one, other = (Side(rep_of(filters._replace(rep_id=number), known), *days) for number in both)
        return one, other
    team = team_of(filters, known)
    if against.kind == TEAM:
        both = [team if team is not None else against.one, against.other]
        days = filters.days(known.today)
        one, other = (Side(None, *days, team_of(filters._replace(team_id=number), known)) for number in both)
        return one, other
    found = bounds(filters, known)
    if found is None:
        raise Refused("bad_period", _("All time has no period before it; f chooses one."))
    beside = {BEFORE: period_before, YEAR_BEFORE: year_before}.get(against.kind)
    return Side(rep, *found, team), Side(rep, *(beside(*found) if beside is not None else (against.first, against.last)), team)


def names(asked: Asked) -> tuple[str, str]:
    """What the two sides are called."""
    against = asked.against
    assert against is not None
    if against.kind in (REP, TEAM):
        known, own = (asked.known.reps, asked.filters.rep_id) if against.kind == REP else (asked.known.teams, asked.filters.team_id)
        one, other = (known.get(number or 0, "?") for number in (own if own is not None else against.one, against.other))
        return one, other
    return _("this period"), {BEFORE: _("before"), YEAR_BEFORE: _("a year before")}.get(against.kind, _("beside it"))


def days_words(first: date | None, last: date | None) -> str:
    """`1 Jan 2026 – 31 Mar 2026`."""
    return " – ".join("…" if day is None else f"{day_text(day)} {day.year}" for day in (first, last))


async def ask_against(screen: StatisticsScreen, filters: Filters, known: Known) -> Against | None:
    """Ask with what to compare; None where it was left."""
    from models.statistics.comparison import period_before, year_before

    found = bounds(filters, known)
    lines: dict[str, Line] = {}
    if len(known.reps) > 1 and filters.team_id is None:
        lines[REP] = Line(_("another rep"))
    if len(known.teams) > 1 and filters.rep_id is None:
        lines[TEAM] = Line(_("another team"))
    if found is not None:
        lines[BEFORE] = Line(_("the period before"), days_words(*period_before(*found)))
        lines[YEAR_BEFORE] = Line(_("the same days a year before"), days_words(*year_before(*found)))
        lines[DAYS] = Line(_("days of your own"))
    if not lines:
        screen.say(_("There is nothing to compare with: f chooses a period."))
        return None
    title = _("Compare with what?") if found is None else _("Compare {days} with what?").format(days=days_words(*found))
    chosen = await screen.app.push_screen_wait(Choice(title, list(lines.values())))
    if chosen is None:
        return None
    kind = list(lines)[chosen]
    if kind == REP:
        return await _ask_two(screen, REP, known.reps, filters.rep_id)
    if kind == TEAM:
        return await _ask_two(screen, TEAM, known.teams, filters.team_id)
    return await _ask_days(screen) if kind == DAYS else Against(kind)


async def _ask_two(screen: StatisticsScreen, kind: str, known: dict[int, str], one: int | None) -> Against | None:
    """Ask for two of the reps or teams, for one where the filters name the first."""
    if one not in known:
        one = await _ask_one(screen, _("Whom?") if kind == REP else _("Which team?"), list(known.items()))
        if one is None:
            return None
    others = [(number, name) for number, name in known.items() if number != one]
    other = await _ask_one(screen, _("{name} with whom?").format(name=known[one]), others)
    return None if other is None else Against(kind, one, other)


async def _ask_one(screen: StatisticsScreen, title: str, found: Sequence[tuple[int, str]]) -> int | None:
    chosen = await screen.app.push_screen_wait(Choice(title, [Line(name) for _number, name in found]))
    return None if chosen is None else found[chosen][0]


async def _ask_days(screen: StatisticsScreen) -> Against | None:
    found: list[Against] = []

    async def keep(values: dict[str, str]) -> None:
        first, last = parse_day(typed(values["first"])), parse_day(typed(values["last"]))
        if last < first:
            raise Refused("bad_period", _("The period ends before it begins."))
        found.append(Against(DAYS, first=first, last=last))

    fields = [Field("first", _("From"), needed=True), Field("last", _("To"), needed=True)]
    done = await screen.app.push_screen_wait(Form(_("The days beside"), fields, keep))
    return found[-1] if done is not None else None
