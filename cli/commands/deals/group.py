"""The group `deal`, and what its commands have in common."""

from __future__ import annotations

import click

from cli.main import Group


@click.group(cls=Group)
def deal() -> None:
    """Deals: start, move, win, lose, hold, request, take back."""


VERSION = click.option(
    "--version", type=click.IntRange(0, 2**62), metavar="N", help="Refuse if the deal is no longer at this version."
)

DEAL_IDS = click.argument("deal_ids", metavar="ID…", nargs=-1, required=True)
