"""People: who works here, as what, in which team and category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from models.people import commands, views
from models.people.rules import ROLES
from models.pipeline.views import role_word
from models.values.instants import local_day, parse_day, typed
from models.values.language import LANGUAGES, _
from tui.setup.area import Area
from tui.setup.items import Heading, Item, Row, apart, fact
from tui.widgets.dialogs import Field
from tui.widgets.words import cells

if TYPE_CHECKING:
    from models.session import Session
    from tui.setup.panes import PanesScreen


class People(Area):
    name = "people"
    idle = tuple(key for key in Area.idle if key != "setup.action")

    def title(self) -> str:
        return _("People")

    def read(self, session: Session) -> Sequence[Item]:
        today = local_day(session.now(), views.company().timezone)
        now, histories = views.category_names(today), views.category_histories()
        everybody, rows = views.people(), []
        role = max(cell_len(role_word(one.role)) for one in everybody) + 1  # whole: the words of a language may be long
        for one in everybody:
            columns = ((one.team or "", 14), (now.get(one.id, ""), 12), (role_word(one.role), role))
            details: list[Item] = [
                Heading(one.name),
                *fact("login", _("login"), one.login),
                *fact("role", _("role"), role_word(one.role)),
                *fact("team", _("team"), one.team or ""),
                *fact("language", _("language"), one.language),
                *fact("timezone", _("time zone"), one.timezone),
                *fact("can_login", _("logs in"), _("no longer") if one.disabled else _("yes") if one.can_login else _("no")),
                Heading(),
                Heading(_("Category")),
                *(Heading(f"   {_since(place, day.isoformat())} {name}", style="") for place, (day, name) in enumerate(histories.get(one.id, ()))),
            ]
            if self.may(session.actor):
                details.append(Heading("   " + _("a: another from a day on"), style="muted"))
            rows.append(Row("person", one.id, one.name, columns, one.disabled, tuple(details), one))
        able, gone = [row for row in rows if not row.muted], [row for row in rows if row.muted]
        columns = ((_("team"), 14), (_("category"), 12), (_("role"), role))
        return [Heading(self.title(), columns), *able, *apart(_("No longer here"), gone)]

    async def new(self, ask: PanesScreen, item: Any) -> None:
        roles = {role_word(role): role for role in ROLES}
        made: list[views.Person] = []

        async def add(values: dict[str, str]) -> None:
            made.append(
                await ask.desk.do(
                    commands.add_employee, values["login"], name=values["name"], role=roles[values["role"]],
                    team=values["team"] or None, category=values["category"] or None,
                )
            )  # fmt: skip

        fields = [
            Field("login", _("Login"), needed=True, placeholder=_("one word")),
            Field("name", _("Name"), needed=True),
            Field("role", _("Role"), role_word("rep"), options=tuple(roles)),
            Field("team", _("Team"), placeholder=_("a new one is made")),
            Field("category", _("Category"), placeholder=_("a new one is made")),
        ]
        if await ask.form(_("New employee"), fields, add):
            await ask.done(_("added"), ("person", made[0].id))

    async def edit(self, ask: PanesScreen, item: Any) -> None:
        person, roles = item.about, {role_word(role): role for role in ROLES}
        yes_no = (_("no"), _("yes"))
        fields = [
            Field("name", _("Name"), person.name, needed=True),
            Field("role", _("Role"), role_word(person.role), options=tuple(roles)),
            Field("team", _("Team"), person.team or "", placeholder=_("a new one is made")),
            Field("language", _("Language"), person.language, options=LANGUAGES),
            Field("timezone", _("Time zone"), person.timezone, needed=True, placeholder="Europe/Berlin"),
            Field("can_login", _("Logs in"), yes_no[person.can_login], options=yes_no),
        ]

        async def change(values: dict[str, str]) -> None:
            changed: dict[str, Any] = {field.name: values[field.name] for field in fields if values[field.name] != field.value}
            if "role" in changed:
                changed["role"] = roles[changed["role"]]
            if "can_login" in changed:
                changed["can_login"] = changed["can_login"] == yes_no[1]
            if changed:
                await ask.desk.do(commands.set_employee, person.login, **changed)

        if await ask.form(person.name, fields, change, of=item):
            await ask.done(_("saved"))

    async def archive(self, ask: PanesScreen, item: Any) -> None:
        person = item.about
        if person.disabled:
            await ask.desk.do(commands.set_employee, person.login, disabled=False)
            await ask.done(_("{name} can log in again").format(name=person.name), ("person", person.id))
        elif await ask.sure(_("End the access of {name}?").format(name=person.name), _("End it; what they did stays")):
            await ask.desk.do(commands.set_employee, person.login, disabled=True)
            await ask.done(_("{name} can log in no longer").format(name=person.name))

    async def more(self, ask: PanesScreen, item: Any) -> None:
        """Another category from a day on."""
        person = getattr(item, "about", None)
        if person is None:
            return
        today = await ask.desk.ask(_today)
        known = [line.name for line in await ask.desk.ask(_categories)]
        fields = [
            Field("category", _("Category"), needed=True, placeholder=", ".join(known[:4]) or _("a new one is made")),
            Field("day", _("From"), today, needed=True),
        ]

        async def give(values: dict[str, str], agreed: bool) -> None:
            await ask.desk.do(commands.set_category, person.login, values["category"], parse_day(typed(values["day"])), confirmed=agreed)

        note = _("The first one holds for all time before it too.")
        if await ask.confirmed_form(_("Category of {name}").format(name=person.name), fields, give, note=note, of=item):
            await ask.done(_("saved"))


def _today(session: Session) -> str:
    return local_day(session.now(), views.company().timezone).isoformat()


def _categories(session: Session) -> list[views.CategoryLine]:
    return views.categories()


def _since(place: int, day: str) -> str:
    """The first one holds for all time before."""
    return day if place else cells(_("at first"), len(day))
