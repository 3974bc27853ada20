"""Every command stands in docs/commands.md with an example that the program understands, and in --help."""

from __future__ import annotations

import re
import shlex

import click

from cli.main import COMMANDS, program
from tests.cli.conftest import Program
from tests.conftest import ROOT

EXAMPLES = re.findall(r"^\| `stagewatch (.*?)` \|", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), re.M)


def all_commands() -> set[str]:
    def within(group: click.Group, words: str) -> set[str]:
        found: set[str] = set()
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            said = f"{words} {name}".strip()
            found |= within(command, said) if isinstance(command, click.Group) else {said}
        return found

    return within(program, "")


def parsed(example: str) -> str:
    """The command an example calls; click's own error where it would not take the options."""
    context = program.make_context("stagewatch", shlex.split(example))
    words = []
    command: click.Command = program
    while isinstance(command, click.Group):
        _name, inner, arguments = command.resolve_command(context, context._protected_args + context.args)
        assert inner is not None and inner.name is not None
        command, context = inner, inner.make_context(inner.name, arguments, parent=context)
        words.append(inner.name)
    return " ".join(words)


def test_every_command_has_an_example_that_is_understood() -> None:
    assert {parsed(example) for example in EXAMPLES} == all_commands()


def test_every_command_explains_itself_and_takes_json(bare: Program) -> None:
    for name in all_commands():
        said = bare(*name.split(), "--help")
        assert said.status == 0 and "--json" in said.out, name


def test_help_names_every_command(bare: Program) -> None:
    out = bare("--help").out
    assert all(re.search(rf"^  {name} +\S", out, re.M) for name in COMMANDS)
