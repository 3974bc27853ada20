"""Backups of a live store, and their way back. The live file is copied by SQLite alone."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from models.storage.store import APPLICATION_ID, SCHEMA_VERSION, Store
from models.values.errors import Refused, StoreUnusable
from models.values.language import _


def back_up(store: Store, target: Path) -> Path:
    """Copy the store to `target` while others write: to a temporary name, synced, checked, then renamed.

    Raises Refused `file_exists`, StoreUnusable `backup_failed`.
    """
    if target.exists():
        raise Refused("file_exists", _("{path} exists already; nothing was changed.").format(path=target))
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # By a connection of its own: SQLite copies nothing over one that has begun to write, as a migration has.
        live, copy = sqlite3.connect(f"file:{_quoted(store.path)}?mode=ro", uri=True), sqlite3.connect(part)
        try:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
            live.close()
        check_backup(part)
        _sync(part)
        os.replace(part, target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreUnusable(
            "backup_failed", _("The backup to {path} failed: {why}.").format(path=target, why=error)
        ) from error
    return target


def keep_backups(store: Store, folder: Path, keep: int, now: datetime) -> tuple[Path, list[Path]]:
    """Make a dated backup in `folder` and leave the newest `keep` there. Returns it and the removed ones."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = back_up(store, folder / f"stagewatch-{now:%Y%m%dT%H%M%S%f}.db")
    old = sorted(folder.glob("stagewatch-????????T????????????.db"))[:-keep]
    for path in old:
        path.unlink()
    return made, old


def restore(backup: Path, target: Path, *, force: bool = False) -> Path | None:
    """Put a checked backup in the place of `target`. An existing store is replaced only with `force`, and kept
    beside it. Its contents are copied in by SQLite, so a session that has it open reads on safely; one that SQLite can
    read no more is put aside as it is.

    Returns the path where the former store was kept. Raises Refused `file_exists`, StoreUnusable.
    """
    check_backup(backup)
    if target.exists() and not force:
        raise Refused(
            "file_exists", _("{path} exists already; `--force` replaces it, and keeps it beside.").format(path=target)
        )
    kept: Path | None = None
    try:
        if target.exists():
            kept = target.with_name(f"{target.name}.before-restore-{os.getpid()}")
            _put_aside(target, kept)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(backup, target)
        live = sqlite3.connect(target)
        live.execute("PRAGMA journal_mode = WAL")
        live.close()
    except (OSError, sqlite3.Error) as error:
        raise StoreUnusable(
            "restore_failed", _("{path} could not be restored: {why}.").format(path=target, why=error)
        ) from error
    return kept


def check_backup(path: Path) -> None:
    """Raise StoreUnusable unless `path` is a sound store that this program can read."""
    if not path.is_file():
        raise StoreUnusable("store_missing", _("There is no backup at {path}.").format(path=path))
    try:
        copy = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
        try:
            application = copy.execute("PRAGMA application_id").fetchone()[0]
            schema = copy.execute("PRAGMA user_version").fetchone()[0]
            sound = application == APPLICATION_ID and copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        finally:
            copy.close()
    except sqlite3.DatabaseError as error:
        raise StoreUnusable("store_damaged", _("{path} is no sound backup: {why}.").format(path=path, why=error)) from error
    if not sound:
        raise StoreUnusable("store_damaged", _("{path} is no sound Stagewatch store.").format(path=path))
    if schema > SCHEMA_VERSION:
        raise StoreUnusable("store_newer", _("{path} was made by a newer Stagewatch.").format(path=path))


def _put_aside(store: Path, kept: Path) -> None:
    """Copy a store, or move the files of one that SQLite can read no more."""
    try:
        _copy(store, kept)
    except sqlite3.OperationalError:  # it is locked, or there is no room
        raise
    except sqlite3.DatabaseError:
        kept.unlink(missing_ok=True)
        for suffix in ("", "-wal", "-shm"):
            part = store.with_name(store.name + suffix)
            if part.exists():
                os.replace(part, kept.with_name(kept.name + suffix))


def _copy(source: Path, target: Path) -> None:
    reading = sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)
    writing = sqlite3.connect(target, timeout=15)
    try:
        os.chmod(target, 0o600)
        reading.backup(writing)
    finally:
        writing.close()
        reading.close()


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(path))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
