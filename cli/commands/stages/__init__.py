"""stage …: the stages of a deal type and what they ask for."""

from __future__ import annotations

from cli.commands.stages import actions, changes, showing  # noqa: F401
from cli.commands.stages.group import stage

COMMANDS = {"stage": stage}
