"""The steps that one can take back, to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values.dates import day_time_text
from models.values.instants import local_day
from models.values.language import _
from tui.widgets.dialogs import Choice, Line

if TYPE_CHECKING:
    from models.overview.steps import StepLine
    from models.pipeline.commands import Done
    from models.session import Session
    from tui.widgets.frame import FramedScreen


async def choose_step(screen: FramedScreen) -> tuple[StepLine, Done] | None:
    """Show the actor's own steps and take back the chosen one; None where none was. Raises as `undo`."""
    session = screen.desk.session()
    steps = await screen.desk.ask(_steps)
    if not steps:
        screen.say(_("There is nothing to undo."))
        return None
    zone = session.actor.timezone
    today = local_day(session.now(), zone)
    lines = [Line(f"{day_time_text(step.at, zone, today)}  {step.client}", step.what) for step in steps]
    chosen = await screen.app.push_screen_wait(Choice(_("Which step is to be taken back?"), lines))
    return None if chosen is None else (steps[chosen], await screen.desk.do(_undo, steps[chosen].line))


def _steps(session: Session) -> list[StepLine]:
    from models.overview.steps import steps

    return steps(session)


def _undo(session: Session, line: int) -> Done:
    from models.pipeline.commands import undo

    return undo(session, line=line)
