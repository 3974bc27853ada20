"""What the screen Statistics asks a person: the filters and the deal type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.pipeline.views import TypeLine, mode_word
from models.values.dates import day_time_text
from models.values.errors import Refused, Usage
from models.values.instants import Instant, parse_day, parse_past, typed
from models.values.language import _
from tui.statistics.filters import Filters, Known, period_names
from tui.widgets.dialogs import Choice, Field, Form, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.statistics.screen import StatisticsScreen


async def ask_filters(screen: StatisticsScreen, filters: Filters, known: Known) -> Filters | None:
    """The filters that a person wants; None to leave them."""
    found: list[Filters] = []

    async def keep(values: dict[str, str]) -> None:
        found.append(said(filters, known, values, screen.desk.session().now()))

    if await screen.app.push_screen_wait(Form(_("What is counted"), fields(filters, known), keep)) is None:
        return None
    return found[-1]


async def ask_type(screen: StatisticsScreen, known: Sequence[TypeLine], type_id: int) -> TypeLine | None:
    """The deal type that a person wants; None to leave it."""
    at = next((place for place, line in enumerate(known) if line.id == type_id), 0)
    chosen = await screen.app.push_screen_wait(Choice(_("Deal type"), [Line(t.name, mode_word(t.mode)) for t in known], at=at))
    return None if chosen is None else known[chosen]


def fields(filters: Filters, seen: Known) -> list[Field]:
    """The form of the filters."""
    periods, reps, clocks = period_names(), _reps(seen), _clocks()
    as_of = "" if filters.as_of is None else day_time_text(filters.as_of, seen.timezone, seen.today)
    teams = {None: _("all")} | seen.teams
    team = Field("team", _("Team"), teams[filters.team_id] if filters.team_id in teams else _("all"), options=tuple(teams.values()))
    return [
        Field("period", _("Period"), periods[filters.period], options=tuple(periods.values())),
        Field("first", _("From"), filters.first.isoformat() if filters.first else "", placeholder=_("a day of your own")),
        Field("last", _("To"), filters.last.isoformat() if filters.last else "", placeholder=_("a day of your own")),
        Field("rep", _("Rep"), reps[filters.rep_id] if filters.rep_id in reps else _("all"), options=tuple(reps.values())),
        *([team] if seen.teams else []),
        Field("as_of", _("As of"), as_of, placeholder=_("now; a past day or instant")),
        Field("clock", _("Clock"), clocks[filters.clock or seen.clock], options=tuple(clocks.values())),
    ]


def said(filters: Filters, seen: Known, values: dict[str, str], now: Instant) -> Filters:
    """The filters that a filled form means. Raises Refused `bad_period`, Usage `bad_date`, `in_future`,
    `one_of`."""
    first, last = (parse_day(typed(values[name])) if values[name] else None for name in ("first", "last"))
    if first is not None and last is not None and last < first:
        raise Refused("bad_period", _("The period ends before it begins."))
    if (first is not None or last is not None) and (first, last) != (filters.first, filters.last):
        period = "days"
    else:
        period = next(name for name, word in period_names().items() if word == values["period"])
    if period == "days" and first is None and last is None:
        period = "all"
    as_of = filters.as_of
    if values["as_of"] != next(field.value for field in fields(filters, seen) if field.name == "as_of"):
        as_of = parse_past(typed(values["as_of"]), now, seen.timezone) if values["as_of"] else None
    clock = next(name for name, word in _clocks().items() if word == values["clock"])
    rep = next((number for number, name in _reps(seen).items() if name == values["rep"]), None)
    team = next((number for number, name in seen.teams.items() if name == values.get("team")), None)
    if rep is not None and team is not None:  # the one that was just chosen is meant
        if (rep == filters.rep_id) == (team == filters.team_id):
            raise Usage("one_of", _("A report is of an employee or of a team, not of both."))
        rep, team = (None, team) if rep == filters.rep_id else (rep, None)
    return filters._replace(
        period=period, first=first, last=last, rep_id=rep, team_id=team, as_of=as_of,
        clock=None if clock == seen.clock else clock,
    )  # fmt: skip


def _reps(seen: Known) -> dict[int | None, str]:
    return {None: _("all")} | seen.reps


def _clocks() -> dict[str, str]:
    return {"calendar": _("calendar"), "working": _("working")}
