"""The entry: which commands there are, and how every end of a call is told. A command's module is imported when called."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from cli.call import Call
from cli.output import print_json, say_aside, say_details
from cli.spoken import Spoken
from models.values.errors import StagewatchError, Usage
from models.values.language import LANGUAGES, _, language_from_environment, use_language

CRASHED, INTERRUPTED = 70, 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Name, module and the line in --help, so that --help imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("cli.commands.store", "Make a store."),
    "demo": ("cli.commands.store", "Make a store with sample data."),
    "backup": ("cli.commands.store", "Copy the store while others work in it."),
    "restore": ("cli.commands.store", "Put a backup in the place of the store."),
    "doctor": ("cli.commands.store", "Check that the store is sound."),
    "migrate": ("cli.commands.store", "Bring the store to this version."),
    "type": ("cli.commands.types", "Deal types."),
    "stage": ("cli.commands.stages", "Stages of a deal type."),
    "field": ("cli.commands.fields", "Custom fields of a deal type."),
    "reason": ("cli.commands.fields", "Reasons for which deals are lost."),
    "user": ("cli.commands.people", "Employees."),
    "company": ("cli.commands.people", "The company."),
    "target": ("cli.commands.targets", "What reps and teams are to win in a month."),
    "currency": ("cli.commands.targets", "Exchange rates of the company."),
    "service": ("cli.commands.services", "Services that time is booked on."),
    "category": ("cli.commands.services", "Categories of employees, which rates may be for."),
    "rate": ("cli.commands.rates", "What an hour is billed or paid at."),
    "rounding": ("cli.commands.rounding", "How billable time is rounded."),
    "client": ("cli.commands.clients", "Clients."),
    "deal": ("cli.commands.deals", "Deals: start, move, win, lose, hold, request, take back."),
    "activity": ("cli.commands.activities", "Calls, meetings, mails and tasks."),
    "agenda": ("cli.commands.activities", "What is due on a day."),
    "timer": ("cli.commands.timing", "The stopwatch."),
    "time": ("cli.commands.time", "Time entries."),
    "budget": ("cli.commands.budgets", "Budgets of clients and deals."),
    "report": ("cli.commands.reports", "Reports."),
    "import": ("cli.commands.imports", "Take deals, their history and time from a file."),
    "export": ("cli.commands.exports", "Write time to a file."),
    "completion": ("cli.commands.shell", "Print shell completion."),
}


def json_option() -> click.Option:
    """`--json`, which every command and group has."""

    def note(context: click.Context, _option: click.Parameter, value: bool) -> None:
        if value:
            context.ensure_object(Call).as_json = True

    return click.Option(
        ["--json"], is_flag=True, expose_value=False, is_eager=True, callback=note, help="One JSON document on stdout."
    )


class Command(Spoken):
    """A command with `--json`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(json_option())


class Group(Spoken, click.Group):
    """A group of such commands."""

    command_class = Command

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(json_option())


class Everything(Group):
    """The commands of the program, each imported when it is called."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        from importlib import import_module

        commands: dict[str, click.Command] = import_module(COMMANDS[name][0]).COMMANDS
        return commands[name]

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
            raise click.UsageError(
                _("There is no command {name}; there are: {known}.").format(
                    name=arguments[0], known=", ".join(COMMANDS)
                ),
                context,
            )
        return super().resolve_command(context, arguments)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_module, words) in COMMANDS.items()])


def _speak(_context: click.Context, _option: click.Parameter, language: str | None) -> str | None:
    """Eager, so that --help after it speaks the language too."""
    if language:
        use_language(language)
    return language


def _start(
    call: Call, config_file: str | None, db: str | None, login: str | None, language: str | None
) -> None:
    call.config_file, call.db, call.login, call.language = config_file, db, login, language


@click.pass_context
def _everything(context: click.Context, /, **options: Any) -> int:
    """Sales stages and working time. Without a command it opens the full screen."""
    call: Call = context.ensure_object(Call)
    _start(call, **options)
    return _full_screen(call) if context.invoked_subcommand is None else 0


program = Everything(
    name="stagewatch",
    callback=_everything,
    invoke_without_command=True,
    help=_everything.__doc__,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        click.Option(["--config", "config_file"], metavar="FILE", help="The config file."),
        click.Option(["--db"], metavar="FILE", help="The store, an SQLite file."),
        click.Option(["--as", "login"], metavar="LOGIN", help="The employee who acts."),
        click.Option(
            ["--language"], type=click.Choice(LANGUAGES), is_eager=True, callback=_speak, help="The language to speak."
        ),
    ],
)


def _full_screen(call: Call) -> int:
    if call.as_json:
        raise Usage("no_command", _("--json needs a command; `stagewatch --help` lists them."))
    if not all(os.isatty(descriptor) for descriptor in (0, 1, 2)):
        raise Usage(
            "no_terminal",
            _("The screens need a terminal (over SSH: ssh -t). Without one give a command; `stagewatch --help` lists them."),
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise Usage(
            "no_terminal",
            _("This terminal cannot show the screens (TERM is unset or dumb). Give a command; `stagewatch --help` lists them."),
        )
    config, path = call.config, call.path
    from tui.start import run as show

    return show(path, login=config.actor or None, config=config, language=config.language or None)


def run(arguments: Sequence[str]) -> int:
    """One call with these arguments; its exit status. Everything is told, nothing is raised."""
    given = list(arguments)
    call = Call(as_json="--json" in given[: given.index("--") if "--" in given else None])
    use_language(_language_at_first())
    try:
        status = program.main(args=given, prog_name="stagewatch", standalone_mode=False, obj=call)
        return status if isinstance(status, int) else 0
    except BaseException as error:
        return _told(error, call)
    finally:
        call.close()


def _language_at_first() -> str:
    """What is spoken until the settings are read."""
    said = os.environ.get("STAGEWATCH_LANGUAGE", "")
    return said if said in LANGUAGES else language_from_environment(os.environ)


def _told(error: BaseException, call: Call) -> int:
    """Tell a person or a script how the call ended; the exit status."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        _tell(call, "interrupted", _("Interrupted; nothing is half done."), [])
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return _told_unwritten(error)
    if isinstance(error, StagewatchError):
        _tell(call, error.code, error.message, error.details)
        return error.exit_status
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        hint = f"\n{context.get_usage()}" if context is not None and not call.as_json else ""
        _tell(call, "usage", error.format_message() + hint, [])
        return 2
    if isinstance(error, ModuleNotFoundError):
        words = _("The installation is not whole: the package {name} is missing. Install Stagewatch again.")
        _tell(call, "crash", words.format(name=error.name), [])
        return CRASHED
    from models.storage.faults import as_fault

    fault = as_fault(error)
    if fault is not None:
        _tell(call, fault.code, fault.message, fault.details)
        return fault.exit_status
    from cli.crash import note_crash

    number, path = note_crash(error)
    if path is None:
        words = _("Stagewatch made a mistake of its own (error {number}). What it reported as done is saved.")
    else:
        words = _(
            "Stagewatch made a mistake of its own (error {number}). What it reported as done is saved;"
            " where it happened stands in {path}."
        )
    _tell(call, "crash", words.format(number=number, path=path), [])
    return CRASHED


def _told_unwritten(error: OSError) -> int:
    """What the call had to say finds no room: told on stderr alone."""
    try:
        say_aside(_("The answer cannot be written: {why}.").format(why=error.strerror))
        sys.stderr.flush()
    except OSError:
        pass
    return 1


def _tell(call: Call, code: str, message: str, details: Sequence[dict[str, Any]]) -> None:
    try:
        if call.as_json:
            print_json({"error": {"code": code, "message": message, "details": list(details)}})
            return
        say_aside(message)
        say_details(details)
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        _told_unwritten(error)


def main() -> NoReturn:
    """Run with the arguments of this process, and end it at once: nothing is left to tidy up."""
    gc.set_threshold(20_000, 20, 50)  # most of what a short call makes are modules, which stay
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError, AttributeError):
        pass
    except OSError as error:
        status = status or _told_unwritten(error)
    try:
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass
    os._exit(status)
