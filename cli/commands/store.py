"""init, demo, backup, restore, doctor, migrate."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from cli.call import Call, local_zone, unix_user
from cli.main import Command
from cli.output import facts, say, table
from models.pipeline.templates import TEMPLATES
from models.values.errors import NotFound, Usage
from models.values.instants import local_datetime, local_day, now, parse_day
from models.values.language import LANGUAGES, _, current_language


@click.command(cls=Command)
@click.option("--template", type=click.Choice(TEMPLATES), default="quick-sales", show_default=True, help="The default deal type.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of the company.")
@click.option("--currency", default="EUR", show_default=True, help="The company's currency.")
@click.option("--admin", metavar="LOGIN", help="The administrator; default: the Unix user.")
@click.option("--name", default="", help="The company's name.")
@click.option("--timezone", metavar="ZONE", help="As Europe/Berlin; default: this computer's.")
@click.pass_obj
def init(
    call: Call, template: str, language: str | None, currency: str, admin: str | None, name: str, timezone: str | None
) -> None:
    """Make a store with the company, an administrator, deal types and one service."""
    path, language = call.path, language or current_language()
    from models.overview.founding import found_store

    login, zone = admin or unix_user(), timezone or local_zone()
    store = found_store(
        path, template=template, language=language, currency=currency, admin=login, admin_name=login,
        timezone=zone, name=name, at=now(),
    )
    call.opened.append(store)
    made = {
        "store": str(path), "template": template, "language": language, "currency": currency,
        "timezone": zone, "admin": login,
    }

    def tell() -> None:
        say(_("The store {path} is made; {login} is its administrator.").format(path=path, login=login))
        if call.config.db:
            say(_("`stagewatch --db {path}` opens it.").format(path=path))
        else:
            say(_("`stagewatch` opens it; `stagewatch import deals FILE` takes your deals."))

    call.answer(made, tell)


@click.command(cls=Command)
@click.option("--deals", type=click.IntRange(0, 1_000_000), default=200, show_default=True, help="How many deals.")
@click.option("--reps", type=click.IntRange(1, 500), default=6, show_default=True, help="How many reps.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed and day, same data.")
@click.option("--today", metavar="DAY", help="The day that the data lead up to; default: today.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of the data.")
@click.option("--admin", metavar="LOGIN", help="The administrator; default: the Unix user.")
@click.pass_obj
def demo(
    call: Call, deals: int, reps: int, seed: int, today: str | None, language: str | None, admin: str | None
) -> None:
    """Make a store with believable sample data."""
    path = call.path
    day: date = parse_day(today) if today else local_day(now(), local_zone())
    from models.exchange.demo import fill_demo

    made: dict[str, Any] = fill_demo(
        path, deals=deals, reps=reps, seed=seed, today=day, language=language or current_language(),
        admin=admin or unix_user(),
    )
    document = {"store": str(path), **made}

    def tell() -> None:
        say(_("The store {path} is made, with sample data.").format(path=path))
        say(_("`stagewatch --db {path}` opens it.").format(path=path))

    call.answer(document, tell)


def _must_read_all(call: Call) -> None:
    """A copy holds everything: refuse it to somebody known whose role does not. Who is nobody here holds the file."""
    from models.people.rules import may_set_up
    from models.people.views import acting

    try:
        actor = acting(call.config.actor or None, unix_user())
    except Usage:
        if call.config.actor:
            raise
        return
    if not may_set_up(actor):
        raise NotFound(_("Only an administrator may do that."))


@click.command(cls=Command)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1, 10_000), metavar="N", help="TARGET is a folder: add a dated backup there, leave the newest N.")
@click.pass_obj
def backup(call: Call, target: Path, keep: int | None) -> None:
    """Copy the store to the file TARGET while others work in it."""
    from models.storage import backup as backups

    store = call.open_store(migrating=False)
    _must_read_all(call)
    removed: list[Path] = []
    if keep is None:
        made = backups.back_up(store, target)
    else:
        try:
            made, removed = backups.keep_backups(store, target, keep, local_datetime(now(), "UTC"))
        except OSError as error:
            raise Usage("bad_folder", _("{path} is no folder for backups: {why}.").format(path=target, why=error.strerror)) from None
    call.answer(
        {"backup": str(made), "removed": [str(path) for path in removed]},
        lambda: say(_("The store was copied to {path}.").format(path=made)),
    )


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the store that is there; it is kept beside.")
@click.pass_obj
def restore(call: Call, file: Path, force: bool) -> None:
    """Put the backup FILE in the place of the store."""
    from models.storage import backup as backups

    path = call.path
    kept = backups.restore(file, path, force=force)

    def tell() -> None:
        say(_("The store {path} is restored from {file}.").format(path=path, file=file))
        if kept is not None:
            say(_("The former one is kept as {path}.").format(path=kept))

    call.answer({"store": str(path), "from": str(file), "kept": None if kept is None else str(kept)}, tell)


@click.command(cls=Command)
@click.pass_obj
def doctor(call: Call) -> int:
    """Check that the store is sound; exit status 1 where it is not."""
    from models.storage.doctor import checks

    found = checks(call.open_store(migrating=False))
    sound = all(check.ok for check in found)

    def tell() -> None:
        table(
            [_("Check"), "", _("Detail")],
            [[check.name, _("ok") if check.ok else _("FAILS"), check.detail] for check in found],
        )
        say(_("The store is sound.") if sound else _("The store is not sound."))

    call.answer(
        {"ok": sound, "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in found]}, tell
    )
    return 0 if sound else 1


@click.command(cls=Command)
@click.pass_obj
def migrate(call: Call) -> None:
    """Bring the store to this version, after a backup beside it."""
    from models.storage.migrate import migrate as take_steps
    from models.storage.migrate import version

    store = call.open_store(migrating=False)
    steps, kept = take_steps(store)
    document = {"steps": steps, "backup": None if kept is None else str(kept), "schema": version(store)}

    def tell() -> None:
        facts([(_("Steps taken"), ", ".join(steps) or _("none were needed")), (_("Backup"), kept)])

    call.answer(document, tell)


COMMANDS = {
    "init": init, "demo": demo, "backup": backup, "restore": restore, "doctor": doctor, "migrate": migrate,
}  # fmt: skip
