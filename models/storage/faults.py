"""What a failing store says, in words: SQLite's errors as `StoreUnusable` with a code a script can rely on."""

from __future__ import annotations

import sqlite3

import peewee

from models.values.errors import StoreUnusable
from models.values.language import _

# Bulk work speaks to the driver itself, so that its errors come as well.
MISTAKES = (peewee.IntegrityError, peewee.ProgrammingError, sqlite3.IntegrityError, sqlite3.ProgrammingError)


def as_fault(error: BaseException) -> StoreUnusable | None:
    """The clear form of a database error, or None where it is a mistake of ours (a broken constraint, bad SQL)."""
    while "no transaction is active" in str(error) and error.__context__ is not None:
        error = error.__context__  # SQLite had taken the transaction back by itself
    if isinstance(error, StoreUnusable):
        return error
    if isinstance(error, MISTAKES) or not isinstance(error, (peewee.DatabaseError, sqlite3.DatabaseError)):
        return None
    said = str(error).lower()
    for signs, code, words in _signs():
        if any(sign in said for sign in signs):
            return StoreUnusable(code, words)
    return None


def _signs() -> list[tuple[tuple[str, ...], str, str]]:
    return [
        (("locked", "busy"), "store_locked", _("The store is locked by another program. Try again in a moment.")),
        (
            ("disk is full", "disk i/o", "full"),
            "store_full",
            _("The disk is full or cannot be written. Nothing was changed; make space and try again."),
        ),
        (("readonly", "read-only"), "store_read_only", _("The store is read-only; nothing was changed.")),
        (
            ("not a database", "malformed", "corrupt", "encrypted"),
            "store_damaged",
            _("The store is damaged or is no Stagewatch store. Keep the file, and restore a backup."),
        ),
        (("unable to open", "no such table"), "store_unreadable", _("The store cannot be opened.")),
    ]
