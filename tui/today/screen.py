"""Today: whom to call now, which deals stand too long, which have no next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from models.activities.views import Activity
from models.overview.today import MonthTarget, StandingDeal, Today, today
from models.pipeline.views import RequestLine
from models.session import Session
from models.timekeeping.views import Forgotten
from models.values.dates import day_text, full_day, month_text, weekday_text
from models.values.durations import short_age
from models.values.instants import SECOND, local_day
from models.values.language import _, ngettext
from models.values.money import short_money
from models.values.numbers import percent_text
from tui import keymap
from tui.widgets.lines import Lines, Part
from tui.widgets.requests import answer_request
from tui.widgets.timing import ask_forgotten, what, when
from tui.widgets.words import cells, styled, symbol
from tui.widgets.work import WorkScreen, activity_line, money_and_age

Item = Activity | StandingDeal | RequestLine | Forgotten | MonthTarget | str
BAR = 20  # cells


class TodayScreen(WorkScreen):
    """The actor's agenda as one list: late, due today, deals past their norm, deals without next step."""

    where = "today"
    BINDINGS = keymap.bindings("today")
    AUTO_FOCUS = "#agenda"

    def body(self) -> ComposeResult:
        self.lines: Lines[Item] = Lines(self._draw, lambda item: isinstance(item, str | MonthTarget), id="agenda")
        self._seen: Today | None = None
        self._kept = self.app.workplace.get("today", {}).get("at")
        yield self.lines

    async def read(self) -> None:
        found = await self.desk.ask(_today)
        self._seen = found
        before = _key(self.lines.item) or (tuple(self._kept) if self._kept else None)
        self._kept = None
        items: list[Item] = []
        for heading, part in (
            (_("Forgotten"), () if found.forgotten is None else (found.forgotten,)),
            (_("Asked for"), found.requests),
            (_("Late"), found.overdue),
            (_("Due today"), found.due),
            (_("Past the norm of their stage"), found.ageing),
            (_("Without next step"), found.quiet),
            (_("Target of the month"), found.targets),
        ):
            if part:
                items += [heading, *part]
        at = next((place for place, item in enumerate(items) if before and _key(item) == before), None)
        self.lines.show(items, at, _("Nothing is due. 2 shows the board, a there adds an activity."))
        late, due, quiet = len(found.overdue), len(found.due), found.quiet_count
        asked = sum(one.may for one in found.requests)
        counts: list[str | tuple[str, str]] = [
            (ngettext("{count} asked for", "{count} asked for", asked).format(count=asked) + f" {symbol('·')} " if asked else "", "bold $warning"),
            (ngettext("{count} late", "{count} late", late).format(count=late), "bold $warning" if late else ""),
            f" {symbol('·')} " + ngettext("{count} today", "{count} today", due).format(count=due),
            f" {symbol('·')} " + ngettext("{count} without next step", "{count} without next step", quiet).format(count=quiet) if quiet else "",
        ]
        said, day = styled(*counts), full_day(found.day)
        if len(day) + said.cell_length + 4 >= self.size.width:
            day = f"{weekday_text(found.day)} {day_text(found.day)}"
        self.head(styled((f" {day}", "bold"), "   ", *counts))

    def workplace(self) -> dict[str, Any]:
        """What to remember for the next time."""
        return {"at": _key(self.lines.item)}

    def activity(self) -> Activity | None:
        item = self.lines.item
        return item if isinstance(item, Activity) else None

    def about(self) -> tuple[int, str, int | None] | None:
        item = self.lines.item
        return None if item is None or isinstance(item, str | Forgotten | MonthTarget) else (item.client_id, item.client, item.deal_id)

    async def action_request(self) -> None:
        item = self.lines.item
        if isinstance(item, RequestLine):
            await self._ask(answer_request(self, item))
        else:
            self.say(_("No move is asked for here."))

    def action_open(self) -> None:
        if isinstance(self.lines.item, Forgotten):
            self.app.ask(ask_forgotten(self.app))
            return
        about = self.about()
        if about is not None:
            self.app.show_client(about[0])

    def _draw(self, item: Item, width: int) -> Sequence[Part]:
        if isinstance(item, str):
            return [(cells(f" {item}", width), "head")]
        if isinstance(item, MonthTarget):
            return _draw_target(item, width)
        if isinstance(item, Activity):
            assert self._seen is not None
            return activity_line(item, self._seen.at, self.desk.session().actor.timezone, width)
        if isinstance(item, RequestLine):
            return self._draw_request(item, width)
        if isinstance(item, Forgotten):
            return self._draw_forgotten(item, width)
        late = item.late
        money, age = money_and_age(item.amount, item.age)
        norm = _("norm {age}").format(age=short_age(item.norm)) if late and item.norm else ""
        names = " · ".join(part for part in (item.client, item.title) if part)
        room = width - 2 - 2 - 18 - 9 - 7 - 12 - 4
        mark = symbol("!") if late else symbol("·")
        return [
            (f" {mark} ", "late" if late else "muted"),
            (f"{cells(names, room)} ", ""),
            (f"{cells(item.stage, 18)} ", "muted"),
            (f"{money} ", ""),
            (f"{age} ", "late" if late else ""),
            (f"{cells(norm, 12)} ", "muted"),
        ]

    def _draw_forgotten(self, item: Forgotten, width: int) -> Sequence[Part]:
        assert self._seen is not None
        zone, now = self.desk.session().actor.timezone, self._seen.at
        since = _("runs since {when}, last sign of life {sign}").format(
            when=when(item.entry.started_at, now, zone), sign=when(item.last_sign, now, zone)
        )
        room = max(10, width - 3 - len(since) - 2)
        return [(f" {symbol('◷')} ", "late"), (f"{cells(what(item.entry), room)} ", ""), (cells(since, width - room - 4), "late")]

    def _draw_request(self, item: RequestLine, width: int) -> Sequence[Part]:
        assert self._seen is not None
        names = " · ".join(part for part in (item.client, item.title) if part)
        where = f"{symbol('→')} {item.stage or _('won')}"
        age = cells(short_age((self._seen.at - item.asked_at) // SECOND), 7, right=True)
        who = _("you wait") if item.own and not item.may else item.asked_by
        room = width - 3 - 15 - 23 - 8
        said = f"{names}  “{item.reason}”" if item.reason else names
        return [
            (" ? " if item.may else " · ", "late" if item.may else "muted"),
            (f"{cells(who, 14)} ", ""),
            (f"{cells(said, room)} ", ""),
            (f"{cells(where, 22)}", "" if item.may else "muted"),
            (f"{age} ", "muted"),
        ]


def _draw_target(item: MonthTarget, width: int) -> Sequence[Part]:
    share = item.won.amount / item.target.amount if item.target.amount else 1.0
    full = min(BAR, int(share * BAR))
    said = _("{won} of {target}").format(won=short_money(item.won), target=short_money(item.target))
    bar = symbol("█") * full + symbol("·") * (BAR - full)
    return [(cells(f"   {month_text(item.month)} {percent_text(share)}", 28) + " ", ""), (bar, "timer" if share >= 1 else ""), (cells(f"  {said}", width - 29 - BAR), "muted")]


def _today(session: Session) -> Today:
    return today(session, local_day(session.now(), session.actor.timezone))


def _key(item: Item | None) -> tuple[str, int] | None:
    if item is None or isinstance(item, str | MonthTarget):
        return None
    if isinstance(item, Forgotten):
        return "forgotten", item.entry.id
    if isinstance(item, StandingDeal):
        return "deal", item.deal_id
    return ("activity" if isinstance(item, Activity) else "request", item.id)
