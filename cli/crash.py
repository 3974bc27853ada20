"""A mistake of our own: where it happened goes to a file that only its owner reads, without any value."""

from __future__ import annotations

import os
import secrets
import traceback
from pathlib import Path


def note_crash(error: BaseException) -> tuple[str, Path | None]:
    """Write the kind of error and the lines it passed, no message and no locals; returns its number and the file,
    None where none could be written."""
    import platformdirs

    number = secrets.token_hex(4)
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < 500:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}\n")
        for frame in traceback.extract_tb(cause.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} {frame.name}\n")
        cause = cause.__cause__ or cause.__context__
    try:
        folder = platformdirs.user_state_path("stagewatch")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"crash-{number}.log"
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as log:
            log.writelines(lines)
    except OSError:
        return number, None
    return number, path
