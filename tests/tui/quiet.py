"""How tests of screens wait: until the program is at rest, not for a time that is hoped to be enough.

Waited for is what would still change the screen: keys on their way, what the desk was asked, changes that it has not told of
yet, a report that is being read, the figures of a type, a question that is being opened or carried out, the rest of the cursor
before a pane is painted, callbacks and layouts of the screen in view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widget import Widget

from tui.typed import Typed

LONGEST = 5.0  # seconds
HELD_UP = 1.0  # seconds: so long, once, for what a test may hold up on purpose, the store and readings aside
RESTS = 0.1  # seconds: one-shot timers up to here are rests of the cursor, longer ones wait for a person
QUIET_ROUNDS = 3  # what is found in one round may be set off by the messages of the round before


async def quiet(pilot: Pilot[Any], *, rests: bool = True) -> None:
    """Until nothing is under way, at most LONGEST; without `rests` the cursor need not have rested."""
    clock = asyncio.get_running_loop().time
    end = clock() + LONGEST
    app = pilot.app
    rounds, patience = 0, HELD_UP
    while rounds < QUIET_ROUNDS and clock() < end:
        found = await _keys_passed_on(app, end - clock())
        begun = clock()
        found |= await _answered(app, patience)
        found |= await _read(app, max(0.0, patience - (clock() - begun)))
        if clock() - begun >= patience:
            patience = 0.0
        found |= await _asked(app)
        if rests:
            found |= await _rested(app, end - clock())
        await app._animator.wait_until_complete()
        await pilot.pause(0)
        found |= _to_paint(app)
        rounds = 0 if found else rounds + 1


async def _keys_passed_on(app: App[Any], longest: float) -> bool:
    """Until the app has passed on the keys it got. All of these tell whether there was something to wait for."""
    if not isinstance(app, Typed) or not app._typed._unfinished_tasks:  # type: ignore[attr-defined]
        return False
    try:
        await asyncio.wait_for(app._typed.join(), max(longest, 0))
    except TimeoutError:
        pass
    return True


async def _answered(app: App[Any], longest: float) -> bool:
    """Until the desk has answered all it was asked, by its own thread and by that for readings aside, and has looked for what
    was changed."""
    desk = getattr(app, "desk", None)
    if desk is None:
        return False
    busy = _asked_since(desk) or not desk._calls.empty()
    looked: Future[None] = Future()
    desk._calls.put((looked, desk._look_around))
    last = [asyncio.wrap_future(looked)]
    if desk._aside is not None:
        busy |= not desk._aside._work_queue.empty()
        last.append(asyncio.wrap_future(desk._aside.submit(lambda: None)))
    _done, waiting = await asyncio.wait(last, timeout=longest)
    return busy and not waiting


def _asked_since(desk: Any) -> bool:
    """Whether the desk was asked something since this was called last: what was answered at once may have set off more."""
    if not hasattr(desk, "asked"):
        desk.asked, desk.known = 0, 0
        desk._submit, desk.ask_aside = _counted(desk, desk._submit), _counted(desk, desk.ask_aside)
    found, desk.known = bool(desk.asked != desk.known), desk.asked
    return found


def _counted(desk: Any, ask: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **said: Any) -> Any:
        desk.asked += 1
        return ask(*args, **said)

    return counted


async def _read(app: App[Any], longest: float) -> bool:
    """Until the report, what draws its chart and the figures are there that are being read."""
    tasks = [worker._task for worker in app.workers if worker.group in ("figures", "charts", "report") and not worker.is_finished]
    tasks = [task for task in tasks if task is not None and not task.done()]
    if not tasks:
        return False
    _done, waiting = await asyncio.wait(tasks, timeout=longest)
    return not waiting


async def _asked(app: App[Any]) -> bool:
    """Whether a question is being opened or carried out."""
    busy = isinstance(app, Typed) and app._question_coming()
    if busy:
        await asyncio.sleep(0.002)
    return busy


async def _rested(app: App[Any], longest: float) -> bool:
    """Until the cursor has rested and what then is shown is there."""
    tasks = [timer._task for screen in app.screen_stack for timer in list(screen._timers) if _is_rest(timer)]
    nodes = [node for screen in app.screen_stack for node in screen.walk_children(Widget)]
    tasks += [timer._task for node in nodes for timer in list(node._timers) if _is_rest(timer)]
    if not tasks:
        return False
    await asyncio.wait(tasks, timeout=max(longest, 0))  # type: ignore[type-var]
    return True


def _is_rest(timer: Timer) -> bool:
    task = timer._task
    return timer._repeat == 0 and timer._interval <= RESTS and task is not None and not task.done()


def _to_paint(app: App[Any]) -> bool:
    """Whether a message waits to be handled, or something to be laid out or painted."""
    screen = app.screen
    waiting = any(node.message_queue_size for node in (app, screen, *screen.walk_children(Widget)))
    return waiting or bool(screen._callbacks or screen._dirty_widgets or screen._layout_required or screen._repaint_required)
