"""What the reports on the screen are asked for: type, period, rep or team, instant, clock; and how a person says it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from models.people.rules import covers, readable
from models.people.views import company, people, teams_of
from models.values.dates import day_text, day_time_text
from models.values.errors import NotFound
from models.values.instants import Instant, local_day
from models.values.language import _
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session

PERIODS = ("year_back", "all", "month", "quarter", "year", "last_month", "last_quarter", "last_year", "days")


class Filters(NamedTuple):
    """Shared by all reports. `first` and `last` hold for the period `days`; without `rep_id` or `team_id`
    everybody's that may be read; without `as_of` now; without `clock` the company's."""

    type_id: int
    period: str = PERIODS[0]
    first: date | None = None
    last: date | None = None
    rep_id: int | None = None
    as_of: Instant | None = None
    clock: str | None = None
    team_id: int | None = None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and last day of the period, None for no bound."""
        quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        month = today.replace(day=1)
        year = date(today.year, 1, 1)
        before = timedelta(days=1)
        last_month, last_quarter, last_year = month - before, quarter - before, year - before
        return {
            "all": (None, None),
            "year_back": (_year_back(today), None),
            "month": (month, None),
            "quarter": (quarter, None),
            "year": (year, None),
            "last_month": (last_month.replace(day=1), last_month),
            "last_quarter": (date(last_quarter.year, last_quarter.month - 2, 1), last_quarter),
            "last_year": (date(last_year.year, 1, 1), last_year),
            "days": (self.first, self.last),
        }[self.period]


class Known(NamedTuple):
    """What filters may name: reps and teams by id, and the company's today, zone and clock."""

    reps: dict[int, str]
    today: date
    timezone: str
    clock: str
    teams: dict[int, str]


def known(session: Session) -> Known:
    """Whom the actor may ask for, and what day it is."""
    found, owners = company(), readable(session.actor)
    reps = {one.id: one.name for one in people() if covers(owners, one.id)}
    return Known(reps, local_day(session.now(), found.timezone), found.timezone, found.clock, teams_of(session.actor) if len(reps) > 1 else {})


def period_words(filters: Filters, today: date) -> str:
    """`last 12 months`, `1 Jan – 31 Mar 2026`."""
    if filters.period != "days":
        return period_names()[filters.period]
    first, last = (None if day is None else day_text(day, today) for day in (filters.first, filters.last))
    if first is not None and last is not None:
        return f"{first} – {last}"
    return _("since {day}").format(day=first) if first is not None else _("until {day}").format(day=last)


def kept(filters: Filters) -> dict[str, Any]:
    """For the next time; an instant is not kept."""
    return {
        "type": filters.type_id, "period": filters.period, "rep": filters.rep_id, "team": filters.team_id, "clock": filters.clock,
        "first": filters.first.isoformat() if filters.first else None,
        "last": filters.last.isoformat() if filters.last else None,
    }  # fmt: skip


def taken_up(state: dict[str, Any], type_id: int) -> Filters:
    """The filters of the last time, as far as they still make sense."""
    period = state.get("period") if state.get("period") in PERIODS else PERIODS[0]
    first, last = (date.fromisoformat(state[name]) if state.get(name) else None for name in ("first", "last"))
    return Filters(type_id, str(period), first, last, state.get("rep"), None, state.get("clock"), state.get("team"))


def rep_of(filters: Filters, seen: Known) -> int | None:
    """The rep asked for. Raises NotFound where the actor may see them no more."""
    if filters.rep_id is not None and filters.rep_id not in seen.reps:
        raise NotFound(_("There is no such employee."))
    return filters.rep_id


def team_of(filters: Filters, seen: Known) -> int | None:
    """The team asked for. Raises NotFound where the actor may see it no more."""
    if filters.team_id is not None and filters.team_id not in seen.teams:
        raise NotFound(_("There is no such team."))
    return filters.team_id


def whose_words(filters: Filters, seen: Known) -> str:
    """Whose deals are counted: a name, `team North`, `all reps`."""
    if filters.rep_id is not None:
        return seen.reps.get(filters.rep_id, "?")
    if filters.team_id is not None:
        return _("team {name}").format(name=seen.teams.get(filters.team_id, "?"))
    return _("all reps")


def in_words(filters: Filters, seen: Known, type_name: str, used: frozenset[str]) -> list[str]:
    """Those of the filters that are used, `Quick Sales ▾`, `last 12 months`, `all reps`."""
    parts = []
    if "type" in used:
        parts.append(f"{type_name} {symbol('▾')}")
    if "period" in used:
        parts.append(period_words(filters, seen.today))
    if "rep" in used:
        parts.append(whose_words(filters, seen))
    if "clock" in used and (filters.clock or seen.clock) == "working":
        parts.append(_("working clock"))
    if filters.as_of is not None:
        parts.append(_("as of {when}").format(when=day_time_text(filters.as_of, seen.timezone, seen.today)))
    return parts


def _year_back(today: date) -> date:
    """The day after this one a year ago."""
    day = today.replace(year=today.year - 1, day=28) if (today.month, today.day) == (2, 29) else today.replace(year=today.year - 1)
    return day + timedelta(days=1)


def period_names() -> dict[str, str]:
    """What each period is called."""
    return {
        "year_back": _("last 12 months"), "all": _("all time"), "month": _("this month"), "quarter": _("this quarter"),
        "year": _("this year"), "last_month": _("last month"), "last_quarter": _("last quarter"), "last_year": _("last year"),
        "days": _("days of your own"),
    }  # fmt: skip
