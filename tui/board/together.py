"""One command for all marked deals, and what becomes of those that could not come along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.values.errors import ChangedMeanwhile
from models.values.language import _, ngettext, pgettext
from tui.widgets.dialogs import Choice, Line
from tui.widgets.refusal import Try, carry_through, give_reason, others_text, step
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.pipeline.commands import Several, Unmoved
    from models.session import Session
    from tui.board.columns import Marked
    from tui.board.steps import BoardSteps

NEEDS_REASON = ("lose", "hold")


async def step_together(
    screen: BoardSteps, kind: str, said: str, *, stage_id: int | None = None, stage: str = ""
) -> None:
    """Take a step with all marked deals, as the person saw them. What is refused, or was changed by somebody meanwhile,
    stays marked and is told, with what would lift it; how many went along and how many stayed is said at the end. To be
    run in a worker. Raises StagewatchError of the store."""
    marked = dict(screen.columns.marked)
    title = ngettext("{count} deal", "{count} deals", len(marked)).format(count=len(marked))
    attempt = _together(kind, marked, title, stage_id)
    if kind in NEEDS_REASON and not await give_reason(screen, attempt):
        return
    several: Several = await screen.desk.do(attempt)
    done, left = len(several.done), list(several.left)
    lacking = [one.deal_id for one in left if [objection.code for objection in one.objections] == ["reason_required"]]
    attempt = _together(kind, {deal_id: marked[deal_id] for deal_id in lacking}, title, stage_id)
    if lacking and await give_reason(screen, attempt):
        again: Several = await screen.desk.do(attempt)
        done += len(again.done)
        left = [one for one in left if one.deal_id not in lacking] + list(again.left)
    await _keep_marked(screen, marked, left)
    if left:
        done += await _show_left(screen, marked, left, kind, stage_id, stage)
    _say_numbers(screen, kind, said, done, len(left))


def _say_numbers(screen: BoardSteps, kind: str, said: str, done: int, left: int) -> None:
    """How many went along, and how many stayed where they are."""
    said = _said_of_several(kind, said) if done > 1 else said
    went = [ngettext("{count} deal: {said}", "{count} deals: {said}", done).format(count=done, said=said)] if done else []
    stayed = [ngettext("{count} deal stays where it is", "{count} deals stay where they are", left).format(count=left)] if left else []
    screen.say(f" {symbol('·')} ".join(went + stayed) + ("   " + _("u: undo") if done else ""))


def _said_of_several(kind: str, said: str) -> str:
    """What was done with several deals; a move says where they went."""
    words = {
        "win": pgettext("several deals", "won"), "lose": pgettext("several deals", "lost"),
        "hold": pgettext("several deals", "on hold"), "resume": pgettext("several deals", "resumed"),
    }  # fmt: skip
    return words.get(kind, said)


async def _keep_marked(screen: BoardSteps, marked: dict[int, Marked], left: list[Unmoved]) -> None:
    """Leave those marked; what somebody changed meanwhile counts as seen now, since it is told."""
    screen.columns.marked = {
        one.deal_id: marked[one.deal_id] if one.version is None else marked[one.deal_id]._replace(version=one.version)
        for one in left
    }
    await screen.read_safely()


async def _show_left(
    screen: BoardSteps, marked: dict[int, Marked], left: list[Unmoved], kind: str, stage_id: int | None, stage: str
) -> int:
    """List what could not come along; choosing one shows what it asks for, and moves it once that is lifted. Gives how
    many were moved."""
    moved = 0
    while left:
        title = ngettext("{count} deal stays where it is:", "{count} deals stay where they are:", len(left))
        lines = [_line(marked[one.deal_id], one) for one in left]
        hint = _("digit or enter: what lifts it   esc: leave it marked")
        chosen = await screen.app.push_screen_wait(Choice(title.format(count=len(left)), lines, hint=hint))
        if chosen is None:
            break
        one = left[chosen]
        try:
            # Judged as it is now: the deal is read anew, and what was in its way may be gone.
            attempt = step(kind, one.deal_id, marked[one.deal_id].client, None, stage_id=stage_id, stage=stage)
            done = await carry_through(screen, attempt)
        except ChangedMeanwhile as error:
            screen.say_error(error)
            break
        if done is not None:
            left.remove(one)
            moved += 1
            await _keep_marked(screen, marked, left)
    return moved


def _line(card: Marked, one: Unmoved) -> Line:
    name = " · ".join(part for part in (card.client, card.title) if part)
    more = tuple(" ".join(part for part in (o.message, o.lift and f"({o.lift})") if part) for o in one.objections)
    return Line(name, one.objections[0].message, True, more, others_text(one.objections))


def _together(kind: str, marked: Mapping[int, Marked], title: str, stage_id: int | None) -> Try:
    """The step of several deals, each judged as the person saw it."""

    def act(session: Session, *, reason: str, version: int | None) -> Several:
        from models.pipeline.commands import step_deals

        seen = {deal_id: one.version for deal_id, one in marked.items()}
        return step_deals(session, list(marked), kind, stage_id=stage_id, reason=reason, versions=seen)

    return Try(kind, 0, title, act, stage_id)
