"""Bringing a store to this program's schema: numbered steps, a backup before they run, all or nothing."""

from __future__ import annotations

from pathlib import Path

from playhouse.migrations import Runner

from models.storage.store import SCHEMA_VERSION, Store
from models.values.errors import StoreUnusable
from models.values.language import _

STEPS = Path(__file__).parent / "migrations"


def migrate(store: Store) -> tuple[list[str], Path | None]:
    """Take the steps the store lacks, after a backup beside it. Returns their names and the backup's path.

    Of several sessions that start at once one does it, and the others wait for it: the backup is of the store before.
    Raises StoreUnusable `store_newer`, `migration_failed` (the store is then as it was).
    """
    if not _lacks_steps(store):
        return [], None
    with store.writing():
        if not _lacks_steps(store):  # another session was quicker
            return [], None
        return _take_steps(store)


def _lacks_steps(store: Store) -> bool:
    return any(step.path is not None and not step.applied for step in _runner(store).status())


def _take_steps(store: Store) -> tuple[list[str], Path]:
    from models.storage.backup import back_up

    backup = _free_name(store.path, version(store))
    back_up(store, backup)
    try:
        return upgrade(store), backup
    except StoreUnusable:
        raise
    except Exception as error:
        raise StoreUnusable(
            "migration_failed",
            _("The store could not be brought to this version; it is as it was, with a backup at {path}.").format(
                path=backup
            ),
        ) from error


def upgrade(store: Store) -> list[str]:
    """Take all pending steps in one transaction; the schema version is written with them."""
    with store.writing():
        done = list(_runner(store).up())
        store.database.execute_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return done


def version(store: Store) -> int:
    """The schema version of the store."""
    return int(store.database.execute_sql("PRAGMA user_version").fetchone()[0])


def _runner(store: Store) -> Runner:
    return Runner(store.database, str(STEPS))


def _free_name(path: Path, number: int) -> Path:
    """A name for the backup beside the store that is not taken."""
    wanted = path.with_name(f"{path.name}.before-schema-{SCHEMA_VERSION}-from-{number}")
    count = 1
    free = wanted
    while free.exists():
        count += 1
        free = wanted.with_name(f"{wanted.name}.{count}")
    return free
