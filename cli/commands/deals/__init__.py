"""deal …: each a call of a command of the pipeline, then the deal as `show` prints it."""

from __future__ import annotations

from cli.commands.deals import changes, requests, showing, steps, undoing  # noqa: F401
from cli.commands.deals.group import deal

COMMANDS = {"deal": deal}
