"""What each store says its own way; and whole columns of many rows at once, for those who count in arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.storage.database import database


def columns(expressions: Sequence[str], source: str, values: tuple[Any, ...] = ()) -> list[str]:
    """Each of the expressions over the rows of `source` (what follows FROM) as one text with commas between, all in the
    same order of rows; none may be NULL or hold a comma. Half the time of fetching rows."""
    asked = ", ".join(joined(one, ",") for one in expressions)
    return [text or "" for text in database.execute_sql(f"SELECT {asked} FROM {source}", values).fetchone()]


def joined(expression: str, separator: str) -> str:
    """The SQL of an expression over the rows of a group as one text. SQLite says `group_concat`, PostgreSQL will say
    `string_agg`."""
    return f"group_concat({expression}, '{separator}')"


def by_index(name: str) -> str:
    """What stands behind a table in FROM, where it is to be read in the order of that index. PostgreSQL will say nothing: it
    chooses well among them by itself."""
    return f" INDEXED BY {name}"
