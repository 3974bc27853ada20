"""The deals behind a number, as a list; enter opens the client's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from models.pipeline.views import DealLine, deals
from models.values.durations import short_age
from models.values.errors import StagewatchError
from models.values.instants import SECOND
from models.values.language import _, ngettext
from models.values.money import short_money
from models.values.numbers import int_text
from models.values.text import width_of
from tui.statistics.report import Asked, Number
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.dialogs import Choice, Dialog, Line
from tui.widgets.lines import Lines, Part
from tui.widgets.words import cells, plain

if TYPE_CHECKING:
    from models.session import Session
    from tui.app import StagewatchApp
    from tui.statistics.screen import StatisticsScreen

LISTED = 500  # deals
STATE, OWNER = 20, 14  # cells at most


async def ask_behind(screen: StatisticsScreen, asked: Asked, numbers: Sequence[Number], kept: dict[Any, Any]) -> int | None:
    """Ask which of a line's numbers, and show its deals; the id of the client whose card is wanted."""
    chosen: int | None = 0
    if len(numbers) > 1:
        chosen = await screen.app.push_screen_wait(Choice(_("Which deals?"), [Line(one.name) for one in numbers]))
    if chosen is None:
        return None
    try:
        count, found = await screen.desk.ask_aside(read_behind, asked, numbers[chosen], kept)
    except StagewatchError as error:
        screen.say_error(error)
        return None
    return await screen.app.push_screen_wait(DealsBehind(numbers[chosen].name, count, found))


def read_behind(session: Session, asked: Asked, number: Number, kept: dict[Any, Any]) -> tuple[int, list[DealLine]]:
    """How many deals there are, and the newest of them."""
    said = dict(number.asked)
    if "filters" in said:  # those of one side of a comparison
        asked = asked._replace(filters=said.pop("filters"))
    ids = said["ids"] if "ids" in said else _ids(session, asked, said.pop("behind", "visits"), said, kept)
    newest = sorted(ids)[-LISTED:]
    return len(ids), deals(session, ids=newest, limit=LISTED) if newest else []


def _ids(session: Session, asked: Asked, behind: str, said: dict[str, Any], kept: dict[Any, Any]) -> list[int]:
    """The deals behind a number of visits, of open or closed deals, of the funnel; as the filters are."""
    from models.statistics.behind import closed_behind, deals_behind, open_behind
    from models.statistics.funnel import funnel_deals

    type_id, said = asked.filters.type_id, {**said, "history": history_of(session, asked, kept)}
    if behind == "open":
        return open_behind(session, type_id, **filtered(asked, "rep_ids", "as_of"), **said)
    if behind == "closed":
        return closed_behind(session, type_id, **filtered(asked, "rep_ids", "first", "last", "as_of"), **said)
    if behind == "funnel":
        return funnel_deals(session, type_id, **filtered(asked, "rep_ids", "first", "last", "as_of"), **said)
    return deals_behind(session, type_id, **filtered(asked), **said)


def _state(line: DealLine) -> str:
    return {"won": _("won"), "lost": _("lost")}.get(line.outcome) or line.stage or ""


class DealsBehind(Dialog[int]):
    """Shows them; gives the id of the client whose card is wanted, None when it was left."""

    app: StagewatchApp
    BINDINGS = [("enter", "choose")]

    def __init__(self, title: str, count: int, found: Sequence[DealLine]) -> None:
        super().__init__()
        self._title, self._count, self._found = title, count, found
        self._state = min(STATE, max((width_of(_state(line)) for line in found), default=0))
        self._owner = min(OWNER, max((width_of(line.owner) for line in found), default=0))

    def compose(self) -> ComposeResult:
        self._lines: Lines[DealLine] = Lines(self._draw, id="behind")
        said = ngettext("{count} deal", "{count} deals", self._count).format(count=int_text(self._count))
        if self._count > len(self._found):
            said += ", " + _("the newest {count}").format(count=int_text(len(self._found)))
        with Vertical(classes="dialog"):
            yield Static(plain(self._title, "bold"), classes="dialog-title")
            yield Static(plain(said, "dim"))
            yield self._lines
            yield Static(plain(_("enter: the client's card   esc: back"), "dim"))

    def on_mount(self) -> None:
        self._lines.styles.height = max(1, min(len(self._found), self.app.size.height * 4 // 5 - 6))
        self._lines.show(self._found, 0, _("Nothing that you may see."))

    def _draw(self, line: DealLine, width: int) -> Sequence[Part]:
        now = self.app.desk.session().now()
        state = _state(line)
        age = short_age((now - line.entered_at) // SECOND) if line.outcome == "open" else ""
        money = short_money(line.amount) if line.amount else ""
        room = max(10, width - 2 - (self._state + 1) - (self._owner + 1) - 9 - 8)
        name = " · ".join(part for part in (line.client, line.title) if part)
        return [
            (f" {cells(name, room)} ", ""), (cells(state, self._state) + " ", "muted"), (cells(line.owner, self._owner) + " ", "muted"),
            (cells(money, 9, right=True), ""), (cells(age, 7, right=True) + " ", ""),
        ]  # fmt: skip

    def action_choose(self) -> None:
        line = self._lines.item
        if line is not None:
            self.dismiss(line.client_id)
