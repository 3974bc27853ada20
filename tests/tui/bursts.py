"""Keys that come in one packet, as over a slow link: the next before the program is done with the last."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?", "enter": "\r", "tab": "\t", "escape": "\x1b"}


async def burst(pilot: Pilot[Any], *keys: str) -> None:
    """Send the keys at once, and wait until the screen in view has taken them in."""
    for key in keys:
        if len(key) > 1:
            event = events.Key(key, CHARACTERS.get(key))
        else:
            event = events.Key(key if key.isalnum() else _character_to_key(key), key)
        pilot.app.post_message(event)
    await pilot.pause(0)
