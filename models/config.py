"""The settings of this process: command-line option, then `STAGEWATCH_…`, then the config file, then the default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from models.values.errors import StoreUnusable, Usage
from models.values.language import LANGUAGES, _
from models.values.text import quoted

# What a person writes, and the theme of the screens that it stands for.
THEMES = {
    "terminal": "ansi-dark",
    "terminal-light": "ansi-light",
    "dark": "textual-dark",
    "light": "textual-light",
}
SYMBOLS = ("auto", "unicode", "ascii")
PREFIX = "STAGEWATCH_"


class TimerConfig(NamedTuple):
    """What the stopwatch is asked about after how many seconds; None is never."""

    forgotten_after: int = 30 * 60
    idle_after: int | None = None
    remind_after: int | None = None


@dataclass(frozen=True)
class Config:
    """`db`, `actor` and `language` are empty where nothing was said; `mouse` is None for: not over SSH.

    `theme` is the name the screens know it by. `keys` maps the name of an act to its keys, with commas between.
    """

    db: str = ""
    actor: str = ""
    language: str = ""
    theme: str = THEMES["terminal"]
    symbols: str = "auto"
    mouse: bool | None = None
    network_store: bool = False
    exports: str = ""
    timer: TimerConfig = field(default_factory=lambda: TimerConfig())
    keys: dict[str, str] = field(default_factory=dict)


class Setting(NamedTuple):
    """A key of the file: the field it fills, what is allowed (as told to people), and how a value is read.

    `read` raises ValueError for a value that is not allowed; a variable of the environment is always text.
    """

    field: str
    allowed: Callable[[], str]
    read: Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed or not isinstance(value, str):
            raise ValueError
        return value

    return read


def _theme(value: Any) -> str:
    if not isinstance(value, str) or value not in THEMES:
        raise ValueError
    return THEMES[value]


def _switch(value: Any) -> bool:
    said = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if not isinstance(said, bool):
        raise ValueError
    return said


def _mouse(value: Any) -> bool | None:
    return None if value == "auto" else _switch(value)


def _timer(value: Any) -> TimerConfig:
    from models.values.durations import parse_duration

    if not isinstance(value, dict) or not set(value) <= set(TimerConfig._fields):
        raise ValueError
    read: dict[str, int | None] = {}
    for name, said in value.items():
        try:
            seconds = parse_duration(said) if _text(said).strip() else None
        except Usage:
            raise ValueError from None
        if seconds is None and name == "forgotten_after" or seconds is not None and seconds < 60:
            raise ValueError
        read[name] = seconds
    return TimerConfig(**read)  # type: ignore[arg-type]


def _keys(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError
    found: dict[str, str] = {}
    for name, said in value.items():
        keys = said if isinstance(said, list) else [said]
        if not keys or not all(isinstance(key, str) and key for key in keys):
            raise ValueError
        found[name] = ",".join(keys)
    return found


SETTINGS: dict[str, Setting] = {
    "db": Setting("db", lambda: _("the path of a store, in quotation marks"), _text),
    "as": Setting("actor", lambda: _("a login, in quotation marks"), _text),
    "language": Setting("language", lambda: '"en", "ru", ""', _one_of("", *LANGUAGES)),
    "theme": Setting("theme", lambda: ", ".join(f'"{name}"' for name in THEMES), _theme),
    "symbols": Setting("symbols", lambda: ", ".join(f'"{name}"' for name in SYMBOLS), _one_of(*SYMBOLS)),
    "mouse": Setting("mouse", lambda: '"auto", true, false', _mouse),
    "network_store": Setting("network_store", lambda: "true, false", _switch),
    "exports": Setting("exports", lambda: _("the path of a folder, in quotation marks"), _text),
    "timer": Setting("timer", lambda: _('a table of forgotten_after, idle_after and remind_after, each a duration of a minute or more such as "30m"'), _timer),
    "keys": Setting("keys", lambda: _('a table of names and keys, such as deal.win = "w"'), _keys),
}


def load(file: Path | None, environment: Mapping[str, str], options: Mapping[str, str | None]) -> Config:
    """The settings. `file` was asked for and has to be there; without it the usual place is looked at.

    `options` are values of the command line by key of the file, None where not given. Raises Usage `bad_config`.
    """
    values: dict[str, Any] = {}
    place = file if file is not None else usual_file(environment)
    if file is not None or place.exists():
        values = _from_file(place)
    for key, setting in SETTINGS.items():
        name = PREFIX + key.upper()
        if key == "timer":
            _timer_from(environment, values)
        elif key != "keys" and environment.get(name):
            values[setting.field] = _read(key, environment[name], name)
        if options.get(key):
            values[setting.field] = _read(key, options[key], f"--{key.replace('_', '-')}")
    return Config(**values)


def _timer_from(environment: Mapping[str, str], values: dict[str, Any]) -> None:
    """STAGEWATCH_TIMER_FORGOTTEN_AFTER and its like, each over what the file says of it."""
    for field_name in TimerConfig._fields:
        name = f"{PREFIX}TIMER_{field_name.upper()}"
        if environment.get(name):
            one = _read("timer", {field_name: environment[name]}, name)
            values["timer"] = values.get("timer", TimerConfig())._replace(**{field_name: getattr(one, field_name)})


def usual_file(environment: Mapping[str, str]) -> Path:
    """Where the config file is looked for when none is named."""
    home = environment.get("XDG_CONFIG_HOME") or ""
    folder = Path(home) if home.startswith("/") else Path.home() / ".config"
    return folder / "stagewatch" / "config.toml"


def store_path(config: Config) -> Path:
    """The file of the store. Raises StoreUnusable `store_unreadable` for a store that is no file."""
    if config.db.startswith(("postgresql://", "postgres://")):
        raise StoreUnusable(
            "store_unreadable", _("This version keeps stores in SQLite files; give --db the path of a file.")
        )
    if config.db:
        return Path(config.db).expanduser()
    import platformdirs

    return platformdirs.user_data_path("stagewatch") / "stagewatch.db"


def _from_file(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        with path.open("rb") as opened:
            written = tomllib.load(opened)
    except OSError as error:
        raise Usage(
            "bad_config", _("{file} cannot be read: {why}.").format(file=path, why=error.strerror)
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Usage("bad_config", _("{file} is no TOML: {why}.").format(file=path, why=error)) from None
    values = {}
    for key, value in written.items():
        if key not in SETTINGS:
            raise Usage(
                "bad_config",
                _("{file}: there is no setting {key}; there are: {known}.").format(
                    file=path, key=quoted(key), known=", ".join(SETTINGS)
                ),
            )
        values[SETTINGS[key].field] = _read(key, _flat(value) if key == "keys" else value, str(path))
    return values


def _flat(table: Any, prefix: str = "") -> Any:
    """TOML reads `deal.win = "w"` as a table in a table; the name of the act is what was written."""
    if not isinstance(table, dict):
        return table
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat.update(_flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value})
    return flat


def _read(key: str, value: Any, where: str) -> Any:
    setting = SETTINGS[key]
    try:
        return setting.read(value)
    except (ValueError, TypeError):
        raise Usage(
            "bad_config",
            _("{file}: {key} cannot be {value}; allowed: {allowed}.").format(
                file=where, key=key, value=quoted(str(value)), allowed=setting.allowed()
            ),
        ) from None
