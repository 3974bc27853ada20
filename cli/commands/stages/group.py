"""The group `stage`, and what its commands have in common."""

from __future__ import annotations

import click

from cli.main import Group


@click.group(cls=Group)
def stage() -> None:
    """Stages of a deal type."""


OF_TYPE = click.option("--type", "type_name", metavar="NAME", help="The deal type; default: the only one, else the default one.")


def type_id_of(type_name: str | None) -> int:
    """The deal type that `OF_TYPE` names. Raises NotFound."""
    from models.pipeline.facts import find_type

    return find_type(type_name)
