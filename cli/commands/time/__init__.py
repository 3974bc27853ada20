"""time …: the entries of the timesheet, and its weeks."""

from __future__ import annotations

from cli.commands.time import entries, weeks  # noqa: F401
from cli.commands.time.group import time

COMMANDS = {"time": time}
