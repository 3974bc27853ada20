"""Keys that come in one packet, as over a slow link: the next before the program is done with the last."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import App
from textual.keys import _character_to_key
from textual.pilot import Pilot

CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?", "left_square_bracket": "[", "left_curly_bracket": "{", "enter": "\r", "tab": "\t", "escape": "\x1b"}


async def burst(pilot: Pilot[Any], *keys: str) -> None:
    """Send the keys at once, and wait until the screen in view has taken them in."""
    for key in keys:
        send(pilot.app, key)
    await pilot.pause(0)


def send(app: App[Any], key: str) -> None:
    """Let the app find a key pressed, a character or a key by its name."""
    if len(key) > 1:
        event = events.Key(key, CHARACTERS.get(key))
    else:
        event = events.Key(key if key.isalnum() else _character_to_key(key), key)
    app.post_message(event)
