"""The checklist of a deal's stage: its actions, ticked and unticked by a digit, with who, when and guidance."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from models.values.dates import day_time_text
from models.values.errors import Refused, StagewatchError
from models.values.instants import local_day
from models.values.language import _
from tui.widgets import asks
from tui.widgets.dialogs import Listing, Part
from tui.widgets.words import cells, symbol

if TYPE_CHECKING:
    from models.pipeline.views import ActionLine, DealCard
    from models.session import Session
    from tui.widgets.frame import FramedScreen


async def ask_ticks(screen: FramedScreen, deal_id: int) -> bool:
    """Show the checklist of a deal; False where its stage asks for nothing. To be run in a worker."""
    card = await screen.desk.ask(asks.deal_card, deal_id)
    if not card.stage_actions:
        screen.say(_("{stage} asks for no actions.").format(stage=card.stage or ""))
        return False
    await screen.app.push_screen_wait(Checklist(screen, card))
    return True


class Checklist(Listing[None, "ActionLine"]):
    """The actions of the stage at which a deal stands."""

    def __init__(self, screen: FramedScreen, card: DealCard) -> None:
        first = next((place for place, line in enumerate(card.stage_actions) if line.done_at is None), 0)
        super().__init__("", _("digit or enter: tick, take the tick away   esc: leave"), first)
        self._below, self._told, self._turning = screen, "", asyncio.Lock()
        self._take_up(card)

    def rows(self) -> Sequence[ActionLine]:
        return self._card.stage_actions

    def draw(self, row: ActionLine, width: int, here: bool) -> list[Part]:
        done, state = row.done_at is not None, self._state(row)
        room = width - 4 - min(width // 2, max(cell_len(self._state(other)) for other in self.rows()))
        mark = symbol("✓") if done else symbol("☐")
        style = "bold $accent" if here else "dim" if done else ""
        return [(f"{mark} {cells(row.text, room)}", style), (f"  {cells(state, width - room - 4).rstrip()}", "dim")]

    def _state(self, row: ActionLine) -> str:
        """Who did it and when, else who is to do it."""
        who = row.who if row.required else _("{who}, may be left out").format(who=row.who)
        return done_words(row, self._below.desk.session()) or who

    def foot(self) -> list[Part]:
        if self._told:
            return ["\n", (f"{self._told}\n", "$error")]
        return ["\n", (f"{self.row.guidance if self.row else ''}\n", "dim")]

    def key(self, key: str, character: str, printable: bool) -> bool:
        self._told = ""
        if character in ("t", "е", " "):
            key, character = "enter", ""
        return super().key(key, character, printable)

    def chosen(self, row: ActionLine) -> None:
        self.run_worker(self._turn(row.id))

    async def _turn(self, action_id: int) -> None:
        """Tick an action, or take its tick away, once what was begun before is done."""
        desk, deal_id = self._below.desk, self._card.id
        async with self._turning:
            done = any(line.id == action_id and line.done_at is not None for line in self._card.stage_actions)
            try:
                try:
                    await desk.do(asks.untick if done else asks.tick, deal_id, action_id)
                except Refused as error:
                    self._told = error.message
                self._take_up(await desk.ask(asks.deal_card, deal_id))
            except StagewatchError as error:
                self._told = error.message
            if self.is_current:
                self._show()

    def _take_up(self, card: DealCard) -> None:
        self._card = card
        words = _("{client} at {stage}: {done} of {count} done")
        done = sum(line.done_at is not None for line in card.stage_actions)
        title = words.format(client=card.client, stage=card.stage, done=done, count=len(card.stage_actions))
        self.retitle(title)


def done_words(line: ActionLine, session: Session) -> str:
    """Who ticked an action, and when; "" where it is not done."""
    if line.done_at is None:
        return ""
    zone = session.actor.timezone
    return f"{line.done_by} {day_time_text(line.done_at, zone, local_day(session.now(), zone))}"

