"""completion: what a shell needs to complete `stagewatch …`."""

from __future__ import annotations

import click

from cli.call import Call
from cli.main import Command, program


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def completion(call: Call, shell: str) -> None:
    """Print shell completion; `stagewatch completion bash > FILE`, then source FILE."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    kinds = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    # The words of Bash alone, without asking an installed one for its version.
    complete = kinds[shell](program, {}, "stagewatch", "_STAGEWATCH_COMPLETE")
    script = complete.source_template % complete.source_vars()
    call.answer({"shell": shell, "script": script}, lambda: print(script))


COMMANDS = {"completion": completion}
