"""Opening a store: the one place where a database connection is made.

SQLite in WAL mode with `synchronous=FULL` and foreign keys on; writes begin IMMEDIATE, so that a transaction that turns to
writing never fails half-way. The live file is never opened by anything but SQLite: closing such a descriptor would
drop SQLite's locks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peewee

from models.storage.database import database
from models.storage.faults import as_fault
from models.values.errors import StoreUnusable
from models.values.language import _

APPLICATION_ID = 0x53544757  # "STGW"
SCHEMA_VERSION = 6
BUSY_SECONDS = 15
CACHE_KIB = 500  # of pages a connection; the system keeps the rest, at a microsecond each
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs"}


@dataclass(frozen=True)
class Store:
    """An open store. A single read needs no ceremony; everything written goes through `writing()`."""

    path: Path
    database: _Sqlite

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that begins IMMEDIATE: a command is one. Within another it is a savepoint, for rows of an import
        that are taken or left each by itself."""
        try:
            with self.database.atomic("IMMEDIATE"):
                yield
        except BaseException:
            self.database.kept.clear()  # it may tell of what was just taken back
            raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read within is of one moment, whatever others write meanwhile."""
        with self.database.atomic("DEFERRED"):
            yield

    def bell(self) -> int:
        """A number that changes when another connection has written; it costs microseconds."""
        return int(self.database.execute_sql("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close this thread's connection."""
        self.database.close()


def open_store(path: Path, *, network: bool = False, migrating: bool = True) -> Store:
    """Open the store in the file `path`, bringing it to this program's schema where that is safe.

    Raises StoreUnusable: `store_missing`, `store_unreadable`, `store_damaged`, `store_newer`, `store_locked`,
    `store_network` (WAL needs a local file system; `network` insists).
    """
    if not path.exists():
        raise StoreUnusable(
            "store_missing",
            _("There is no store at {path}. `stagewatch init` makes one, `stagewatch demo` one with sample data.").format(
                path=path
            ),
        )
    if path.is_dir():
        raise StoreUnusable("store_unreadable", _("{path} is a folder, not a store.").format(path=path))
    if not network and file_system(path) in NETWORK_FILE_SYSTEMS:
        raise StoreUnusable(
            "store_network",
            _("{path} is on a network file system, where SQLite cannot lock safely. `network_store = true` insists.").format(
                path=path
            ),
        )
    live = _connect(path)
    try:
        version = _schema_version(live, path)
        if version > SCHEMA_VERSION:
            raise StoreUnusable(
                "store_newer",
                _("The store at {path} was made by a newer Stagewatch (schema {found}, this one knows {known}).").format(
                    path=path, found=version, known=SCHEMA_VERSION
                ),
            )
        store = Store(path, live)
        if version < SCHEMA_VERSION and migrating:
            from models.storage.migrate import migrate

            migrate(store)
        return store
    except BaseException:
        live.close()
        raise


def create_store(path: Path) -> Store:
    """Make an empty store at `path` with mode 0600, and open it. Raises StoreUnusable `store_exists`, `store_unreadable`."""
    from models.storage.migrate import upgrade

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise StoreUnusable("store_exists", _("{path} exists already; nothing was changed.").format(path=path)) from None
    except OSError as error:
        raise StoreUnusable(
            "store_unreadable", _("{path} cannot be made: {why}.").format(path=path, why=error.strerror)
        ) from None
    live = _connect(path)
    try:
        live.execute_sql("PRAGMA journal_mode = WAL")
        live.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        store = Store(path, live)
        upgrade(store)
        return store
    except BaseException as error:
        live.close()
        remove_store(path)
        fault = as_fault(error)
        if fault is not None and fault is not error:
            raise fault from error
        raise


def remove_store(path: Path) -> None:
    """Delete the files of a store that this process just made and nobody uses."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def file_system(path: Path) -> str:
    """The type of the file system that holds `path` ("ext4", "nfs"), or "" where the system does not tell."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    where = str(path.resolve())
    best, kind = "", ""
    for line in mounts:
        _device, mount, its_kind, *_rest = line.split(" ")
        inside = where == mount or where.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, its_kind
    return kind


class _Sqlite(peewee.SqliteDatabase):
    """Connects to a file that is there, and never makes one by itself. `kept` is what has been read of the store and
    holds until the version under which it is kept is another."""

    def _connect(self) -> Any:
        from urllib.parse import quote

        uri = f"file:{quote(os.fsencode(self.path))}?mode=rw"
        kept, self.database = self.database, uri
        try:
            return super()._connect()
        finally:
            self.database = kept

    path: Path
    database: Any
    kept: dict[Any, Any]


def _connect(path: Path) -> _Sqlite:
    live = _Sqlite(
        str(path),
        pragmas=[
            ("busy_timeout", BUSY_SECONDS * 1000), ("foreign_keys", 1), ("synchronous", "FULL"), ("cache_size", -CACHE_KIB)
        ],
        timeout=BUSY_SECONDS,
        uri=True,
    )
    live.path, live.kept = path, {}
    database.initialize(live)
    return live


def _schema_version(live: peewee.SqliteDatabase, path: Path) -> int:
    try:
        application = live.execute_sql("PRAGMA application_id").fetchone()[0]
        version = int(live.execute_sql("PRAGMA user_version").fetchone()[0])
    except peewee.DatabaseError as error:
        raise as_fault(error) or StoreUnusable("store_unreadable", str(error)) from error
    if application != APPLICATION_ID:
        raise StoreUnusable("store_damaged", _("{path} is no Stagewatch store.").format(path=path))
    return version
