"""The company: its name, currency, clock; working hours and holidays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.people import commands, views
from models.people.rules import clock_text, parse_times
from models.values.dates import weekday_names
from models.values.instants import local_day, parse_day, typed
from models.values.language import LANGUAGES, _, ngettext
from tui.setup.area import Area
from tui.setup.items import Empty, Fact, Heading, Item, Row
from tui.widgets.dialogs import Choice, Field, Line

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen

LABEL = 22  # cells


class CompanyFacts(Area):
    name = "company"

    def title(self) -> str:
        return _("Company, hours, holidays")

    def read(self, session: Session) -> Sequence[Item]:
        company, hours, days = views.company(), views.hours(), views.holidays()
        this_year = local_day(session.now(), company.timezone).year
        coming = {day: name for day, name in days.items() if day.year >= this_year}
        return [
            Heading(_("Company")),
            *(Fact(field.name, field.label, field.value, LABEL) for field in _fields(company)),
            Heading(),
            Heading(_("Working hours")),
            *(Fact(f"hours-{day}", name, _times(hours.get(day)), LABEL) for day, name in enumerate(weekday_names())),
            Heading(),
            Heading(_("Holidays")),
            *(Row("holiday", day.isoformat(), f"{day.isoformat()}  {name}", about=day) for day, name in coming.items()),
            *([] if coming else [Empty("holiday", _("none yet: n adds a day or a country's"))]),
        ]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        """A day off, or a country's."""
        lines = [Line(_("A day")), Line(_("The holidays of a country"), _("this year and the next"))]
        chosen = await ask.app.push_screen_wait(Choice(_("New holidays"), lines))
        if chosen == 0:
            fields = [Field("day", _("Day"), needed=True, placeholder="2026-12-24"), Field("name", _("Name"))]

            async def add(values: dict[str, str]) -> None:
                await ask.desk.do(commands.add_holiday, parse_day(typed(values["day"])), values["name"])

            if await ask.form(_("New holiday"), fields, add):
                await ask.done(_("added"))
        elif chosen == 1:
            made: list[int] = []

            async def take(values: dict[str, str]) -> None:
                made.append(await ask.desk.do(commands.take_holidays, values["country"]))

            field = Field("country", _("Country"), needed=True, placeholder=_("DE, or a part of it: DE-BY"))
            if await ask.form(_("The holidays of a country"), [field], take):
                await ask.done(ngettext("{count} day added", "{count} days added", made[0]).format(count=made[0]))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        if isinstance(item, Fact) and item.key.startswith("hours-"):
            await self._edit_hours(ask, int(item.key.removeprefix("hours-")), item)
        elif isinstance(item, Fact):
            await self._edit_company(ask, item)
        elif isinstance(item, Row):
            ask.say(_("x takes the holiday away, n adds another."))

    async def _edit_company(self, ask: PanesScreen, item: Fact) -> None:
        fields = _fields(await ask.desk.ask(_company))

        async def change(values: dict[str, str]) -> None:
            said = {field.name: values[field.name] for field in fields if values[field.name] != field.value}
            if said:
                await ask.desk.do(commands.set_company, **_meant(said))

        if await ask.form(_("Company"), fields, change, item.key, of=item):
            await ask.done(_("saved"))

    async def _edit_hours(self, ask: PanesScreen, day: int, item: Fact) -> None:
        def is_free(said: str) -> bool:
            return said.lower() in ("", "closed", _("closed"))

        async def keep(values: dict[str, str]) -> None:
            days = range(5) if values["days"] == _("Monday to Friday") else [day]
            times = () if is_free(values["times"]) else parse_times(values["times"])
            await ask.desk.do(commands.set_hours, days, *times)

        alone = (item.label, _("Monday to Friday")) if day < 5 else (item.label,)
        fields = [
            Field("times", _("Hours"), item.value, placeholder=_("9:00-18:00; empty: closed")),
            Field("days", _("For"), alone[0], options=alone),
        ]
        if await ask.form(_("Working hours"), fields, keep, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        if isinstance(item, Row):
            await ask.desk.do(commands.remove_holiday, item.about)
            await ask.done(_("taken away"))
        elif isinstance(item, Fact) and item.key.startswith("hours-"):
            if not item.value or not await ask.sure(_("Close on {day}?").format(day=item.label), _("Close")):
                return
            await ask.desk.do(commands.set_hours, [int(item.key.removeprefix("hours-"))])
            await ask.done(_("closed"))
        else:
            ask.say(_("The company stays; e changes it."))


def _fields(company: views.CompanyFacts) -> list[Field]:
    yes_no, clocks = (_("no"), _("yes")), tuple(_clocks())
    return [
        Field("name", _("Name"), company.name),
        Field("currency", _("Currency"), company.currency, needed=True, placeholder="EUR"),
        Field("timezone", _("Time zone"), company.timezone, needed=True, placeholder="Europe/Berlin"),
        Field("language", _("Language"), company.language, options=LANGUAGES),
        Field("clock", _("Clock of norms"), clocks[company.clock == "working"], options=clocks),
        Field("team_read", _("Teams read all"), yes_no[company.team_read], options=yes_no),
        Field("weeks_approved", _("Weeks approved"), yes_no[company.weeks_approved], options=yes_no),
        Field("locked_before", _("Closed before"), company.locked_before.isoformat() if company.locked_before else "", placeholder=_("a day")),
    ]


def _clocks() -> dict[str, str]:
    return {_("calendar"): "calendar", _("working"): "working"}


def _meant(said: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict(said)
    for name in ("team_read", "weeks_approved"):
        if name in values:
            values[name] = values[name] == _("yes")
    if "clock" in values:
        values["clock"] = _clocks()[values["clock"]]
    if "currency" in values:
        values["currency"] = values["currency"].upper()
    if "locked_before" in values:
        values["locked_before"] = parse_day(typed(values["locked_before"])) if values["locked_before"] else None
    return values


def _times(found: tuple[int, int] | None) -> str:
    return "" if found is None else "–".join(map(clock_text, found))


def _company(session: Session) -> views.CompanyFacts:
    return views.company()
