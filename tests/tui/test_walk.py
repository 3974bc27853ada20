"""Random walks over the keys: whatever is pressed, the program goes on and the store stays sound."""

from __future__ import annotations

import random

import pytest

from models.storage.doctor import checks
from tests.tui.board.conftest import deals, running, settle  # noqa: F401  (fixtures)
from tests.tui.bursts import burst

KEYS = [
    *"hjklHLmwxzsnacioudpyeUгдРЛьцчяы", *"1235", *"123456789", "up", "down", "left", "right", "pageup", "pagedown",
    "home", "end", "enter", "enter", "escape", "escape", "escape", "tab", "space", "slash", "question_mark", "backspace",
    "shift+left", "shift+right", "f1", "f4", "f9", "[", "%",
]  # fmt: skip
BURST = 6
# A question that a key typed ahead replaces before it was begun is dropped: that is meant.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


async def walk(running, session, size, count, seed):  # noqa: F811
    """Press keys in bursts, as a fast hand does over a slow link: some come before the last one is done with."""
    chooser = random.Random(seed)
    trail: list[str] = []
    try:
        while len(trail) < count:
            async with running(size=size) as pilot:
                # The palette finds "quit" too: then the program is started again.
                while len(trail) < count and pilot.app.return_code is None:
                    keys = chooser.choices(KEYS, k=chooser.randint(1, BURST))
                    trail += keys
                    await burst(pilot, *keys)
                    if len(trail) % 10 == 0:
                        await settle(pilot)
                if pilot.app.return_code is None:
                    await pilot.press("escape", "escape", "escape", "2")
                assert pilot.app.crash is None
    except BaseException as error:
        error.add_note(f"after {len(trail)} keys, the last: {' '.join(trail[-30:])}")
        raise
    assert [check for check in checks(session.store) if not check.ok] == []


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 15)])
async def test_a_random_walk_ends_without_a_crash_and_with_a_sound_store(running, session, deals, size):  # noqa: F811
    await walk(running, session, size, 200, 1)


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_a_long_random_walk(running, session, deals, size, seed):  # noqa: F811
    await walk(running, session, size, 1000, seed)
