"""Writing the text of a deal type to a file."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from models.pipeline.setup.typefile.texts import TypeText
from models.values.durations import duration_text
from models.values.text import STEERING


def write_type(kept: TypeText, form: str) -> bytes:
    """The text of a type, `toml` or `json`; what is at its default is left out, what would hide or steer a terminal is
    escaped."""
    told = _told(kept)
    if form == "json":
        import json

        text = f"{json.dumps(told, ensure_ascii=False, indent=2)}\n"
        return STEERING.sub(lambda found: json.dumps(found[0])[1:-1], text).encode()
    import tomli_w

    text = tomli_w.dumps(told, multiline_strings=True)
    return STEERING.sub(lambda found: f"\\U{ord(found[0]):08x}", text).encode()


def _told(kept: Any) -> dict[str, Any]:
    """A dataclass of `texts` as a file holds it, without what is at its default."""
    found: dict[str, Any] = {}
    for one in fields(kept):
        value = getattr(kept, one.name)
        if value == one.default:
            continue
        if one.name in ("norm", "due"):
            value = duration_text(value)
        elif one.name in ("forbidden", "allowed"):
            value = [list(pair) for pair in value]
        elif isinstance(value, tuple):
            value = [part if isinstance(part, str) else _told(part) for part in value]
        found[one.name] = value
    return found
