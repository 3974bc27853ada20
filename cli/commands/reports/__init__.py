"""report …: as a table, JSON, CSV, or drawn in the terminal. A report's module is imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from cli.main import Group

# Name, module and the line in --help.
REPORTS: dict[str, tuple[str, str]] = {
    "clients": ("clients", "How many open deals and clients are at each stage, by rep."),
    "durations": ("stages", "How long stays at each stage last, the open ones counted as lasting."),
    "transitions": ("stages", "Where deals go from each stage, how soon, and how likely they are won."),
    "volumes": ("volumes", "What is planned by stage, month and rep, weighted by chance, against target and won."),
    "funnel": ("funnel", "How far the deals that started in the period have come, and how many are won."),
    "ageing": ("ageing", "Open deals that stay longer than the norm or than most, that are idle, that have no next step."),
    "reps": ("reps", "What each rep has open, and what they won and lost in the period."),
    "compare": ("compare", "Two reps, two teams or two periods side by side: what differs, and how sure that is."),
    "paths": ("paths", "Which ways deals take through the stages, how often, how long and with what share won."),
    "trend": ("trend", "Each measure by month: deals, the share won, how long stays last, amounts, open deals."),
    "time": ("time", "Hours worked, billable and unbilled, and what they come to."),
    "margin": ("time", "What time was charged at and paid at, and the difference."),
}


class Reports(Group):
    """The reports, each imported when it is called."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(REPORTS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in REPORTS:
            return None
        commands: dict[str, click.Command] = import_module(f"cli.commands.reports.{REPORTS[name][0]}").COMMANDS
        return commands[name]

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_module, words) in REPORTS.items()])


@click.group(cls=Reports)
def report() -> None:
    """Reports."""


COMMANDS = {"report": report}
