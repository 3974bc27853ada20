"""One command for all marked deals, and what becomes of those that could not come along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values.errors import ChangedMeanwhile
from models.values.language import _, ngettext, pgettext
from tui.widgets.dialogs import Choice, Line
from tui.widgets.refusal import Try, carry_through, give_reason, others_text, step

if TYPE_CHECKING:
    from models.pipeline.commands import Several, Unmoved
    from models.session import Session
    from tui.board.columns import Marked
    from tui.board.screen import BoardScreen

NEEDS_REASON = ("lose", "hold")


async def step_together(
    screen: BoardScreen, kind: str, said: str, *, stage_id: int | None = None, stage: str = ""
) -> None:
    """Take a step with all marked deals. What is refused stays marked and is told, with what would lift it. To be run
    in a worker. Raises StagewatchError of the store."""
    marked = dict(screen.columns.marked)
    title = ngettext("{count} deal", "{count} deals", len(marked)).format(count=len(marked))
    attempt = _together(kind, list(marked), title, stage_id)
    if kind in NEEDS_REASON and not await give_reason(screen, attempt):
        return
    several: Several = await screen.desk.do(attempt)
    done, left = len(several.done), list(several.left)
    lacking = [one.deal_id for one in left if [objection.code for objection in one.objections] == ["reason_required"]]
    attempt = _together(kind, lacking, title, stage_id)
    if lacking and await give_reason(screen, attempt):
        again: Several = await screen.desk.do(attempt)
        done += len(again.done)
        left = [one for one in left if one.deal_id not in lacking] + list(again.left)
    await _keep_marked(screen, marked, left)
    if done:
        said = _said_of_several(kind, said) if done > 1 else said
        words = ngettext("{count} deal: {said}", "{count} deals: {said}", done).format(count=done, said=said)
        screen.say(f"{words}   " + _("u: undo"))
    await _show_left(screen, marked, left, kind, stage_id, stage)


def _said_of_several(kind: str, said: str) -> str:
    """What was done with several deals; a move says where they went."""
    words = {
        "win": pgettext("several deals", "won"), "lose": pgettext("several deals", "lost"),
        "hold": pgettext("several deals", "on hold"), "resume": pgettext("several deals", "resumed"),
    }  # fmt: skip
    return words.get(kind, said)


async def _keep_marked(screen: BoardScreen, marked: dict[int, Marked], left: list[Unmoved]) -> None:
    screen.columns.marked = {one.deal_id: marked[one.deal_id] for one in left}
    await screen.read_safely()


async def _show_left(
    screen: BoardScreen, marked: dict[int, Marked], left: list[Unmoved], kind: str, stage_id: int | None, stage: str
) -> None:
    """List what could not come along; choosing one shows what it asks for, and moves it once that is lifted."""
    while left:
        title = ngettext("{count} deal stays where it is:", "{count} deals stay where they are:", len(left))
        lines = [_line(marked[one.deal_id], one) for one in left]
        hint = _("digit or enter: what lifts it   esc: leave it marked")
        chosen = await screen.app.push_screen_wait(Choice(title.format(count=len(left)), lines, hint=hint))
        if chosen is None:
            return
        one = left[chosen]
        try:
            # Judged as it is now: the deal is read anew, and what was in its way may be gone.
            attempt = step(kind, one.deal_id, marked[one.deal_id].client, None, stage_id=stage_id, stage=stage)
            done = await carry_through(screen, attempt)
        except ChangedMeanwhile as error:
            screen.say_error(error)
            return
        if done is not None:
            left.remove(one)
            await _keep_marked(screen, marked, left)


def _line(card: Marked, one: Unmoved) -> Line:
    name = " · ".join(part for part in (card.client, card.title) if part)
    more = tuple(" ".join(part for part in (o.message, o.lift and f"({o.lift})") if part) for o in one.objections)
    return Line(name, one.objections[0].message, True, more, others_text(one.objections))


def _together(kind: str, deal_ids: list[int], title: str, stage_id: int | None) -> Try:
    """The step of several deals; each is judged as it is, whatever version was seen."""

    def act(session: Session, *, reason: str, version: int | None) -> Several:
        from models.pipeline.commands import step_deals

        return step_deals(session, deal_ids, kind, stage_id=stage_id, reason=reason)

    return Try(kind, 0, title, act, stage_id)
