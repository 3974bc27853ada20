"""What keys of the board do to deals: moves, endings, holds, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.overview import board
from models.overview.board import Card
from models.values.errors import ChangedMeanwhile, StagewatchError, StepRefused
from models.values.language import _, ngettext
from tui.board.days import BoardDays
from tui.widgets import asks
from tui.widgets.dialogs import Choice, Line
from tui.widgets.refusal import Try, carry_through, others_text, step
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.pipeline.views import DealCard


class BoardSteps(BoardDays):
    """Takes steps of the deal under the cursor, or of all that are marked."""

    def __init__(self) -> None:
        super().__init__()
        self._last_move: tuple[int, int, str] | None = None  # type, stage and its name
        self._drafts: dict[tuple[str, int], str] = {}  # reasons that were begun and left, by step and deal

    def _told_past(self) -> bool:
        """Whether the past is shown, in which no command acts; the person is told."""
        if self.past is not None:
            self.say(_("This is the past: b goes back to now."), "bold $warning")
        return self.past is not None

    def acting_on(self) -> Card | None:
        """The card under the cursor, for a command; the person is told where there is none."""
        if self._told_past():
            return None
        if self.columns.card is None:
            self.say(_("There is no deal here."))
        return self.columns.card

    async def _take(self, kind: str, said: str, *, stage_id: int | None = None, stage: str = "") -> None:
        """Take a step with the marked deals, or with the one under the cursor."""
        if self.columns.marked:
            from tui.board.together import step_together

            if not self._told_past():
                await self._ask(step_together(self, kind, said, stage_id=stage_id, stage=stage))
            return
        card = self.acting_on()
        if card is not None:
            attempt = step(kind, card.deal_id, card.client, card.version, stage_id=stage_id, stage=stage)
            await self._step(attempt, card, said=said)

    async def _step(self, attempt: Try, card: Card, *, said: str) -> None:
        """Do a step of a deal; a refusal is shown whole, with what lifts it, a missing reason asked for."""
        look, columns, ticket, found = self._look(), self.columns, self._ticket(), None
        attempt.draft = self._drafts.pop((attempt.kind, card.deal_id), "")
        try:
            if not self._is_on(card):
                await self.desk.do(attempt)
            else:
                stage_id = columns.head.columns[columns.column].stage_id
                shown = board.Window(columns.head, dict(columns.pages), (stage_id, columns.row), self._bell)
                wanted = columns.pages_in_view()
                _done, found = await self.desk.do(
                    board.window_after, attempt, look, shown, card, wanted=wanted
                )
        except ChangedMeanwhile as error:
            await self._read(card.deal_id)
            self.say(error.message, "bold $warning")
        except StepRefused as error:
            await self._ask(self._refused(attempt, card, said, error))
        except StagewatchError as error:
            self.say_error(error)
        else:
            if found is not None and look == self._look() and ticket > self._shown:
                await self._show(found, ticket)
            else:
                await self._read(card.deal_id)
            self._say_done(attempt, card, said)

    def _say_done(self, attempt: Try, card: Card, said: str) -> None:
        if attempt.kind == "move" and attempt.stage_id is not None:
            self._last_move = (self.columns.head.type_id, attempt.stage_id, attempt.stage)
        self.say(f"{card.client}: {said}   " + _("u: undo"))

    async def _refused(self, attempt: Try, card: Card, said: str, refusal: StepRefused) -> None:
        try:
            done = await carry_through(self, attempt, refusal)
        except ChangedMeanwhile as error:
            await self._read(card.deal_id)
            self.say(error.message, "bold $warning")
            return
        if done is not None:
            await self._read(card.deal_id)
            self._say_done(attempt, card, said)
            return
        if attempt.draft:
            self._drafts[attempt.kind, card.deal_id] = attempt.draft
        await self.read_safely()

    async def action_move_on(self) -> None:
        await self._move_by(1)

    async def action_move_back(self) -> None:
        await self._move_by(-1)

    async def _move_by(self, step: int) -> None:
        if self.past is not None:
            await self._go_days(step)
            return
        columns = self.columns
        if not columns.marked and self.acting_on() is None:
            return
        stages = {marked.stage_id for marked in columns.marked.values()}
        if len(stages) > 1:
            self.say(_("The marked deals stand at several stages: m moves them to one."))
            return
        here = stages.pop() if stages else columns.head.columns[columns.column].stage_id
        target = columns.head.beside(here, step)
        if target is None:
            self.say(_("This is the last stage: w wins the deal.") if step > 0 else _("This is the first stage."))
            return
        await self._move_to(target.stage_id, target.name)

    async def _move_to(self, stage_id: int, stage: str) -> None:
        await self._take("move", f"{symbol('→')} {stage}", stage_id=stage_id, stage=stage)

    async def action_move_again(self) -> None:
        """The last move once more, with the deal under the cursor."""
        card = self.acting_on()
        if card is None:
            return
        if self._last_move is None:
            self.say(_("No deal was moved yet."))
        elif self._last_move[0] != self.columns.head.type_id:
            self.say(_("The last move was one of another deal type, to {stage}.").format(stage=self._last_move[2]))
        elif self._last_move[1] == self.columns.head.columns[self.columns.column].stage_id and not self.columns.marked:
            self.say(_("The deal is at {stage} already.").format(stage=self._last_move[2]))
        else:
            await self._move_to(*self._last_move[1:])

    async def action_pick_stage(self) -> None:
        card = None if self.columns.marked else self.acting_on()
        if card is not None or self.columns.marked and not self._told_past():
            await self._ask(self._pick_stage(card))

    async def _pick_stage(self, card: Card | None) -> None:
        """The stage that comes next is in light at first; without a card all marked deals are meant."""
        columns, marked, at = self.columns, len(self.columns.marked), 0
        if card is None:
            title = ngettext("Move {count} deal to", "Move {count} deals to", marked).format(count=marked)
            order = [column for column in columns.head.columns if not column.archived]
            lines = [Line(column.name) for column in order]
        else:
            detail = await self.desk.ask(asks.deal_card, card.deal_id)
            title = _("{client}: move from {stage} to").format(client=card.client, stage=detail.stage or "")
            judged = {stage_id for stage_id, _name in detail.allowed} | {one.stage_id for one in detail.refused}
            order = [column for column in columns.head.columns if column.stage_id in judged]
            lines = [_target_line(column.stage_id, column.name, detail) for column in order]
            known = [column.stage_id for column in columns.head.columns]
            here = known.index(detail.stage_id) if detail.stage_id in known else len(known)
            at = next((place for place, column in enumerate(order) if known.index(column.stage_id) > here), 0)
        chosen = await self.app.push_screen_wait(Choice(title, lines, at=at))
        if chosen is not None:
            await self._move_to(order[chosen].stage_id, order[chosen].name)

    async def action_win(self) -> None:
        await self._take("win", _("won"))

    async def action_lose(self) -> None:
        await self._take("lose", _("lost"))

    async def action_hold(self) -> None:
        marked, card = self.columns.marked.values(), self.columns.card
        held = all(one.held for one in marked) if marked else card is not None and card.held
        await self._take("resume", _("resumed")) if held else await self._take("hold", _("on hold"))

    async def action_retype(self) -> None:
        card = self.acting_on()
        if card is None:
            return
        if self.columns.marked:
            self.say(_("Deals go to another type one by one: esc takes the marks away."))
            return
        await self._ask(self._retype(card))

    async def _retype(self, card: Card) -> None:
        from tui.board.retype import ask_retype

        asked = await ask_retype(self, card)
        if asked is None:
            return
        attempt, words = asked
        try:
            done = await carry_through(self, attempt)
        finally:
            await self._read(card.deal_id)
        if done is not None:
            self._say_done(attempt, card, f"{symbol('→')} {words}")

    def action_mark(self) -> None:
        """Mark the deal under the cursor, or take its mark away."""
        card = self.acting_on()
        if card is not None:
            columns = self.columns
            columns.mark(card)
            self._paint_head()
            columns.repaint()

    async def action_undo(self) -> None:
        if not self._told_past():
            await super().action_undo()

    async def action_redo(self) -> None:
        if not self._told_past():
            await super().action_redo()

    async def action_steps(self) -> None:
        if not self._told_past():
            await super().action_steps()

    async def show_deal(self, deal_id: int) -> None:
        await self._read(deal_id)


def _target_line(stage_id: int, name: str, detail: DealCard) -> Line:
    """A stage in the picker: a refused one in grey with its first objection, all of them below while it is in light."""
    objections = next((one.objections for one in detail.refused if one.stage_id == stage_id), ())
    if not objections:
        return Line(name)
    able = [one.code for one in objections] == ["reason_required"]
    return Line(name, objections[0].message, able, tuple(one.message for one in objections), others_text(objections))
