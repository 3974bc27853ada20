"""One call of the program: its global options, and the session they lead to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.output import print_json, say_details
from models.values.errors import Refused
from models.values.language import _, language_from_environment, use_language

if TYPE_CHECKING:
    from models.config import Config
    from models.session import Session
    from models.storage.store import Store

Done = TypeVar("Done")


@dataclass
class Call:
    """What was said on the command line; settings and session are made when they are first needed."""

    config_file: str | None = None
    db: str | None = None
    login: str | None = None
    language: str | None = None
    as_json: bool = False
    opened: list[Store] = field(default_factory=list)
    _config: Config | None = None
    _session: Session | None = None

    @property
    def config(self) -> Config:
        if self._config is None:
            from models.config import load

            file = self.config_file or os.environ.get("STAGEWATCH_CONFIG")
            options = {"db": self.db, "as": self.login, "language": self.language}
            self._config = load(Path(file).expanduser() if file else None, os.environ, options)
            use_language(self._config.language or language_from_environment(os.environ))
        return self._config

    @property
    def path(self) -> Path:
        """The file of the store."""
        from models.config import store_path

        return store_path(self.config)

    def open_store(self, *, migrating: bool = True) -> Store:
        from models.storage.store import open_store

        store = open_store(self.path, network=self.config.network_store, migrating=migrating)
        self.opened.append(store)
        return store

    @property
    def session(self) -> Session:
        """The acting employee on the open store; from here on their language is spoken, unless another was asked for."""
        if self._session is None:
            store = self.open_store()
            from models.people.views import acting
            from models.session import Session

            actor = acting(self.config.actor or None, unix_user())
            if not self.config.language:
                use_language(actor.language)
            self._session = Session(store, actor, forgotten_after=self.config.timer.forgotten_after)
        return self._session

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def answer(self, document: Any, tell: Callable[[], None]) -> None:
        """The result: the document with `--json`, else what `tell` prints."""
        if self.as_json:
            print_json(document() if callable(document) else document)
        else:
            tell()

    def confirm(self, question: str, would_change: Sequence[dict[str, Any]], yes: bool) -> None:
        """Go on only when a person at the terminal agrees, or `--yes` was given.

        Raises Refused `confirmation_needed` with what would change.
        """
        if yes:
            return
        if not self.as_json and sys.stdin.isatty() and sys.stdout.isatty():
            say_details(would_change)
            if click.confirm(question):
                return
            would_change = []  # they were read just now
        raise Refused("confirmation_needed", _("{question} Nothing was changed; --yes agrees.").format(question=question), would_change)

    def confirmed(self, yes: bool, change: Callable[[bool], Done]) -> Done:
        """Make a change that may have to be confirmed: `change` is given whether it is. Raises as `confirm`."""
        try:
            return change(yes)
        except Refused as refusal:
            if refusal.code != "confirmation_needed":
                raise
            self.confirm(refusal.message, refusal.details, False)
            return change(True)


def unix_user() -> str:
    """The name of the user who runs this process."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def local_zone() -> str:
    """The time zone of this computer by name, UTC where it does not tell."""
    from models.values.errors import Usage
    from models.values.instants import zone

    link = os.path.realpath("/etc/localtime")
    for name in (os.environ.get("TZ", "").lstrip(":"), link.partition("/zoneinfo/")[2]):
        try:
            if name:
                zone(name)
                return name
        except Usage:
            continue
    return "UTC"
