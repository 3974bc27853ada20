"""The translations: what the sources say, what the catalogues hold, and how the two are brought together.

    python -m tests.house.catalogue update      # new texts into each .po, texts no longer said out of it, .mo made
    python -m tests.house.catalogue check       # what is missing, empty, fuzzy or out of step; exit status 1 if any

A .po names no lines and is sorted, so it changes only where a text changes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from cli.main import COMMANDS, program
from cli.spoken import CLICK_WORDS, texts
from models.values.language import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("models", "cli", "tui")
LITERALS = {"_": 1, "ngettext": 2, "pgettext": 2}
HEADER = "# The texts of Stagewatch. Brought in step with the sources by `make messages`."


def po_path(language: str) -> Path:
    return ROOT / "models" / "locale" / language / "LC_MESSAGES" / "stagewatch.po"


def translated_languages() -> list[str]:
    """English is what the sources say; the others have catalogues."""
    return [language for language in LANGUAGES if language != "en"]


def said() -> Catalog:
    """Every text that the sources hand to `_`, `ngettext` or `pgettext`, and those of the command line's help."""
    catalogue = Catalog(project="stagewatch", charset="utf-8")
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for name, parts in literal_calls(path.read_text()):
                if name == "pgettext":
                    catalogue.add(parts[1], context=parts[0])
                else:
                    catalogue.add(parts[0] if name == "_" else tuple(parts))
    for message in (*texts(program), *(words for _module, words in COMMANDS.values()), *CLICK_WORDS):
        if message:
            catalogue.add(message)
    return catalogue


def literal_calls(source: str) -> Iterator[tuple[str, list[str]]]:
    """The translating functions that a source calls and the texts it gives them, those within f-strings too (an extractor
    by tokens would pass over these)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LITERALS:
            given = node.args[: LITERALS[node.func.id]]
            if all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in given):
                yield node.func.id, [item.value for item in given if isinstance(item, ast.Constant)]


def held(language: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one where there is none yet."""
    path = po_path(language)
    if not path.exists():
        day = datetime(2026, 11, 24, tzinfo=UTC)  # a fixed day: the file changes only where a text does
        return Catalog(
            locale=language,
            header_comment=HEADER,
            project="stagewatch",
            version="0.1.0",
            msgid_bugs_address="-",
            last_translator="-",
            language_team=language,
            creation_date=day,
            revision_date=day,
            charset="utf-8",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compiled(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update() -> None:
    """Bring each catalogue in step with the sources, and compile it."""
    template = said()
    for language in translated_languages():
        catalogue = held(language)
        template.creation_date = catalogue.creation_date
        catalogue.update(template, no_fuzzy_matching=True)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, no_location=True, sort_output=True, ignore_obsolete=True)
        path.with_suffix(".mo").write_bytes(compiled(held(language)))
        left = sum(1 for message in catalogue if message.id and not all(_strings(message)))
        print(f"{language}: {len(catalogue)} texts, {left} to translate in {path.relative_to(ROOT)}")


def faults(language: str) -> Iterator[str]:
    """What is wrong with the catalogue of a language, a line each."""
    catalogue = held(language)
    for text in said():
        if not text.id:
            continue
        message = catalogue.get(_first(text.id), text.context)
        if message is None:
            yield f"missing: {_first(text.id)!r}"
        else:
            yield from message_faults(message)
    path = po_path(language).with_suffix(".mo")
    if not path.exists():
        yield f"{path.name} is missing"
    elif _texts(path.read_bytes()) != _texts(compiled(catalogue)):
        yield f"{path.name} is not what the .po says: make messages"


def message_faults(message: Message) -> Iterator[str]:
    """Empty, fuzzy, or with other placeholders than the text it translates."""
    name = repr(_first(message.id))
    if message.fuzzy:
        yield f"fuzzy: {name}"
    if not all(_strings(message)):
        yield f"empty: {name}"
        return
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    try:
        asked = [placeholders(text) for text in ids]
        for string in _strings(message):
            # "one deal" may leave its number out where "{n} deals" has it
            if not set.intersection(*asked) <= placeholders(string) <= set.union(*asked):
                yield f"placeholders: {name} has {sorted(set.union(*asked))}, not so {string!r}"
    except ValueError as error:
        yield f"placeholders: {name}: {error}"


def placeholders(text: str) -> set[str]:
    """The names in `{…}`. ValueError where braces do not match."""
    return {field for _text, field, _spec, _conversion in Formatter().parse(text) if field is not None}


def unreadable_calls(source: str) -> list[int]:
    """Lines where a translating function is given something else than a literal, which no one can extract."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in LITERALS
        and not all(isinstance(item, ast.Constant) for item in node.args[: LITERALS[node.func.id]])
    ]


def _first(ids: str | tuple[str, ...] | list[str]) -> str:
    return ids if isinstance(ids, str) else ids[0]


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _texts(mo: bytes) -> dict[object, object]:
    return {(message.context, _first(message.id)): message.string for message in read_mo(BytesIO(mo)) if message.id}


def main(command: str = "check") -> int:
    if command == "update":
        update()
        return 0
    found = [f"{language}: {fault}" for language in translated_languages() for fault in faults(language)]
    print("\n".join(found) or "every text is translated")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
