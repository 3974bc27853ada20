"""Going to a past day of the board, through its days, and back to now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.values.errors import StagewatchError
from models.values.language import _
from tui.board.view import BoardView
from tui.widgets.dialogs import Field, Form
from tui.widgets.footer import KeyLine

if TYPE_CHECKING:
    from datetime import date

    from models.session import Session


class BoardDays(BoardView):
    """Chooses the day that is shown; now, where none is."""

    async def action_past(self) -> None:
        """Ask for a past day, or go back to now."""
        if self.past is not None:
            await self._leave_past()
        elif self.columns.head.columns:
            await self._ask(self._ask_past())

    async def _ask_past(self) -> None:
        async def go(values: dict[str, str]) -> None:
            await self._go_to(await self.desk.ask(_day_said, values["day"]))

        field = Field("day", _("As of the end of"), "-1", True, proposed=True)
        await self.app.push_screen_wait(Form(_("The board as of a past day"), [field], go, note=_("-7 (days) or 2026-11-20")))

    async def action_day_back(self) -> None:
        await self._go_days(-1)

    async def action_day_on(self) -> None:
        await self._go_days(1)

    async def action_week_back(self) -> None:
        await self._go_days(-7)

    async def action_week_on(self) -> None:
        await self._go_days(7)

    async def _go_days(self, days: int) -> None:
        if self.past is None and days > 0:
            self.say(_("This is now."))
        elif self.columns.head.columns:
            try:
                await self._go_to((self.day or self._today()) + timedelta(days=days))
            except StagewatchError as error:
                self.say_error(error)

    async def _go_to(self, day: date) -> None:
        """Show the board as of the end of a day; today's is now. Days before the first deal are not gone to."""
        if day >= self._today():
            await self._leave_past()
            return
        if self._first_day is None:
            self._first_day = await self.desk.ask(_first_day, self.columns.head.type_id)
        before = self.day
        self.day = max(day, min(self._first_day, self._today() - timedelta(days=1)))
        try:
            await self._read_past(self.day)
        except StagewatchError:
            self.day = before
            raise

    async def _leave_past(self) -> None:
        if self.past is None:
            return
        here = self.columns.card
        self.past = self.day = None
        self.columns.past = False
        self.remove_class("-past")
        self.query_one(KeyLine).only_look(False)
        self.columns.pages.clear()
        self.columns.forget()
        try:
            await self._read(None if here is None else here.deal_id)
        except StagewatchError as error:
            self.say_error(error)


def _day_said(session: Session, text: str) -> date:
    from models.overview.past import day_said

    return day_said(session, text)


def _first_day(session: Session, type_id: int) -> date:
    from models.overview.past import first_day

    return first_day(session, type_id)
