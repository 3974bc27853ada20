"""import deals and import history."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import pairs
from cli.output import say, say_aside, table
from models.values.language import _


@click.group("import", cls=Group)
def import_() -> None:
    """Take deals and their history from a file."""
