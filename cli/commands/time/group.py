"""The group `time`, and what its commands have in common."""

from __future__ import annotations

import click

from cli.main import Group


@click.group(cls=Group)
def time() -> None:
    """Time entries."""


def employee_id_of(login: str | None) -> int | None:
    """The employee of that login, None without one. Raises NotFound."""
    from models.people.views import find_employee

    return None if login is None else find_employee(login).id
